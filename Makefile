# `make demo` and `make test` need nothing but make and a supported Python: they make .venv and install what is missing.

VENV := .venv
# From setup.cfg's python_requires, which reads >=3.FIRST,<3.END
BOUNDS := $(shell sed -n 's/^python_requires = >=3\.\([0-9]*\),<3\.\([0-9]*\)$$/\1 \2/p' setup.cfg)
FIRST := $(word 1,$(BOUNDS))
LAST := $(shell expr $(word 2,$(BOUNDS)) - 1)
SUPPORTED := import sys; sys.exit(not (3, $(FIRST)) <= sys.version_info[:2] <= (3, $(LAST)))
PYTHON ?= $(shell for p in python3 $$(seq -f python3.%.0f $(LAST) -1 $(FIRST)); do \
	$$p -c "$(SUPPORTED)" 2>/dev/null && echo $$p && break; done)
# requirements/onedl.txt takes the maintained forks in place of upstream's packages.
OPENMMLAB ?= requirements/openmmlab.txt
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
REQUIREMENTS := $(filter-out requirements/docs.txt requirements/jupyter.txt,$(wildcard requirements/*.txt))
DOCS_VENV := .venv-docs
DOCS_INSTALLED := $(DOCS_VENV)/.installed
PIP := $(BIN)/python -m pip install --disable-pip-version-check --quiet

.PHONY: help setup demo instant-demo test check format docs notebook clean

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

setup: $(INSTALLED)  ## install everything into .venv; another Python: make setup PYTHON=python3.11

$(INSTALLED): $(REQUIREMENTS) setup.cfg pyproject.toml
	@test -n "$(PYTHON)" || { echo "error: Python 3.$(FIRST) to 3.$(LAST) is needed; name one: make PYTHON=/path/to/python $(MAKECMDGOALS)" >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV) (about a minute; torch is the large one) ..."
	$(PIP) --constraint requirements/constraints.txt $(foreach f,runtime data notebooks tests,--requirement requirements/$(f).txt)
	$(PIP) --no-deps --requirement $(OPENMMLAB)
	-$(PIP) --no-deps --requirement requirements/track.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(INSTALLED)  ## the whole job on an embedded data set: make data, train, score, write a submission
	$(BIN)/python tools/demo.py

instant-demo: $(INSTALLED)  ## the package's weights on four frames, in half a minute
	$(BIN)/python tools/demo.py --instant

test: $(INSTALLED)  ## the tests, with coverage and its floor
	$(BIN)/python -m pytest --cov --numprocesses logical --maxprocesses 4 --dist worksteal

check: $(INSTALLED)  ## lint, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(INSTALLED)  ## fix what ruff can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(DOCS_INSTALLED)  ## the documentation as a web site in site/; a warning is an error
	NO_MKDOCS_2_WARNING=1 $(DOCS_VENV)/bin/mkdocs build --strict
	@echo "The first page is site/index.html"

$(DOCS_INSTALLED): requirements/docs.txt
	test -x $(DOCS_VENV)/bin/python || $(PYTHON) -m venv $(DOCS_VENV)
	$(DOCS_VENV)/bin/python -m pip install --disable-pip-version-check --quiet --requirement $<
	@touch $@

notebook: $(INSTALLED) $(VENV)/.jupyter  ## open the notebooks in the browser
	$(BIN)/jupyter lab notebooks

$(VENV)/.jupyter: requirements/jupyter.txt | $(INSTALLED)
	$(PIP) --constraint requirements/constraints.txt --requirement $<
	@touch $@

clean:  ## remove .venv, work_dirs and all that was built
	rm -rf $(VENV) $(DOCS_VENV) site work_dirs build dist *.egg-info .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -exec rm -rf {} +
