from __future__ import annotations

import subprocess
import sys

import pytest

import mmsynloc
from mmsynloc import apis
from mmsynloc.datasets import preparation
from mmsynloc.utils.lazy import lazy_attributes


def test_lazy_attributes__none():
    with pytest.raises(AttributeError, match="module 'mmsynloc' has no attribute 'absent'"):
        lazy_attributes("mmsynloc", {})("absent")


def test_lazy_attributes__name_of_a_submodule():
    code = (
        "import sys, mmsynloc.datasets.preparation as p\n"
        "assert 'mmsynloc.datasets.preparation.resizing' not in sys.modules and 'resize' not in vars(p)\n"
        "p.resize\n"
        "assert 'mmsynloc.datasets.preparation.resizing' in sys.modules and 'resize' in vars(p)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


def test_lazy_attributes__submodule_itself():
    assert mmsynloc.datasets is sys.modules["mmsynloc.datasets"]
    assert mmsynloc.datasets.transforms is sys.modules["mmsynloc.datasets.transforms"]


@pytest.mark.parametrize("package", [mmsynloc, apis, preparation, mmsynloc.datasets, mmsynloc.evaluation])
def test_lazy_attributes__every_public_name_is_there(package):
    assert all(getattr(package, name) is not None for name in package.__all__)
