"""A finder that serves stand-ins for modules that do not import, and acts after modules that do."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import LazyLoader, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

__all__ = ["HookFinder", "StandIn"]


class StandIn(NamedTuple):
    """What to import in place of a module that is absent or broken.

    Attributes:
        file: Python source; an ``__init__.py`` is a package.
        binary_part: submodule of the real package that must import too, or the package counts as broken.
    """

    file: Path
    binary_part: str | None = None

    def spec(self, name: str) -> ModuleSpec:
        """How to import it under the real module's name."""
        package = [str(self.file.parent)] if self.file.name == "__init__.py" else None
        spec = spec_from_file_location(name, self.file, submodule_search_locations=package)
        assert spec is not None  # it has a .py file
        return spec


class HookFinder(MetaPathFinder):
    """Finds the named modules only; placed before the finders of the real ones.

    Args:
        stand_ins: by the name of the module that may be absent or broken.
        after_import: actions by the name of the module after whose import each is run, in the same import.
        lazy: modules that run only when something of them is first used.
    """

    def __init__(
        self,
        stand_ins: Mapping[str, StandIn],
        after_import: Mapping[str, Callable[[], None]],
        lazy: Sequence[str] = (),
    ) -> None:
        self.stand_ins = stand_ins
        self.after_import = after_import
        self.lazy = lazy

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        stand_in, action = self.stand_ins.get(fullname), self.after_import.get(fullname)
        if stand_in is None and action is None and fullname not in self.lazy:
            return None
        spec = self._real_spec(fullname, path, target)
        if fullname in self.lazy:
            if spec is not None and spec.loader is not None:
                spec.loader = LazyLoader(spec.loader)
            return spec
        if spec is None:
            return stand_in.spec(fullname) if stand_in else None
        if spec.loader is not None:
            spec.loader = _HookLoader(spec.loader, stand_in, action)
        return spec

    def _real_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None) -> ModuleSpec | None:
        for finder in sys.meta_path:
            if finder is self or not hasattr(finder, "find_spec"):
                continue
            try:
                spec = finder.find_spec(fullname, path, target)
            except ImportError:  # some finders report a missing module this way
                return None
            if spec is not None:
                return spec
        return None


class _HookLoader(Loader):
    """Runs a module once, by its own loader; where that fails the stand-in takes its place."""

    def __init__(self, loader: Loader, stand_in: StandIn | None, action: Callable[[], None] | None) -> None:
        self.loader = loader
        self.stand_in = stand_in
        self.action = action

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        try:
            return self.loader.create_module(spec)
        except Exception:  # a compiled module's library is opened here
            if self.stand_in is None:
                raise
            self.loader = self.stand_in.spec(spec.name).loader or self.loader
            return None

    def exec_module(self, module: ModuleType) -> None:
        # Tools that read source or package data use the module's own loader.
        module.__loader__ = self.loader
        if module.__spec__ is not None:
            module.__spec__.loader = self.loader
        try:
            self.loader.exec_module(module)
            if self.stand_in is not None and self.stand_in.binary_part is not None:
                import_module(self.stand_in.binary_part)
        except Exception:  # ImportError, OSError, RuntimeError, ValueError: the error depends on the binary
            if self.stand_in is None:
                raise
            _replace(module.__name__, self.stand_in)
        if self.action is not None:
            self.action()


def _replace(name: str, stand_in: StandIn) -> None:
    """Import a stand-in in place of a module that failed halfway; the import system returns what it finds here."""
    for imported in [m for m in sys.modules if m.startswith(f"{name}.")]:
        del sys.modules[imported]
    spec = stand_in.spec(name)
    sys.modules[name] = module = module_from_spec(spec)
    assert spec.loader is not None
    spec.loader.exec_module(module)
