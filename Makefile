# `make demo` and `make test` need nothing but Python 3.10 to 3.12: they make .venv and install what is missing.

VENV := .venv
SUPPORTED := import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 12))
PYTHON ?= $(shell for p in python3 python3.12 python3.11 python3.10; do \
	$$p -c "$(SUPPORTED)" 2>/dev/null && echo $$p && break; done)
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
REQUIREMENTS := $(wildcard requirements/*.txt)
PIP := $(BIN)/python -m pip install --disable-pip-version-check --quiet

.PHONY: setup demo instant-demo test check format clean

setup: $(INSTALLED)

$(INSTALLED): $(REQUIREMENTS) setup.cfg pyproject.toml
	@test -n "$(PYTHON)" || { echo "error: Python 3.10, 3.11 or 3.12 is needed; name one: make PYTHON=/path/to/python $(MAKECMDGOALS)" >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV) (about a minute; torch is the large one) ..."
	$(PIP) --constraint requirements/constraints.txt $(foreach f,runtime data notebooks tests,--requirement requirements/$(f).txt)
	$(PIP) --no-deps --requirement requirements/openmmlab.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(INSTALLED)
	$(BIN)/python tools/demo.py

instant-demo: $(INSTALLED)
	$(BIN)/python tools/demo.py --instant

test: $(INSTALLED)
	$(BIN)/python -m pytest

check: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(INSTALLED)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) work_dirs build dist *.egg-info .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -exec rm -rf {} +
