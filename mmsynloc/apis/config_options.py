"""``--cfg-options KEY=VALUE``: parsed, and compared with the config that they override."""

from __future__ import annotations

import argparse
import difflib
import math
from collections.abc import Mapping, Sequence
from typing import Any

from mmengine.config import Config, DictAction

from mmsynloc.utils import UserError

__all__ = ["ConfigOptions", "check_options", "close_name"]

_WORDS_FOR_NUMBERS = {"score_threshold", "loss_scale"}  # "val" and "dynamic"


class ConfigOptions(DictAction):
    """Upstream's action, with errors of one line."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        for text in values or ():
            key, equals, value = text.partition("=")
            if not equals or not all(key.split(".")) or key != key.strip():
                raise UserError(f"{option_string} {text!r}: not KEY=VALUE (without spaces around the =)")
            if not _brackets_match(value):
                raise UserError(f"{option_string} {text!r}: its brackets do not match; write lists without spaces")
        super().__call__(parser, namespace, values, option_string)


def _brackets_match(text: str) -> bool:
    expected: list[str] = []
    for char in text:
        if char in "([":
            expected.append(")" if char == "(" else "]")
        elif char in ")]" and (not expected or expected.pop() != char):
            return False
    return not expected


def close_name(name: str, names: Sequence[str]) -> str | None:
    """The one of ``names`` that ``name`` is a likely misspelling of; None where there is none."""
    for other in names:
        if sorted(name) == sorted(other):  # letters in another order
            return other
    alike = [other for other in names if abs(len(other) - len(name)) <= 2]
    found = difflib.get_close_matches(name, alike, n=1, cutoff=0.83)
    return found[0] if found else None


def check_options(cfg: Config, options: Mapping[str, Any], run_settings: Sequence[str]) -> None:
    """Make sure that options name settings and have the kind of value that they override.

    Args:
        cfg: the config before the options are merged.
        options: values by dotted key.
        run_settings: top-level settings that are understood also where the config does not have them.

    Raises:
        UserError: a key is unknown or a likely misspelling, or a value of another kind than the config's.
    """
    for key, value in options.items():
        where = f"--cfg-options {key}={value}"
        node: Any = cfg
        for depth, part in enumerate(key.split(".")):
            node = _step(node, part, where, run_settings if depth == 0 else None)
            if node is None:  # a new setting, or one that was switched off
                break
        else:
            _check_kind(key.rsplit(".", 1)[-1], node, value, where)


def _step(node: Any, part: str, where: str, run_settings: Sequence[str] | None) -> Any:
    if isinstance(node, (Config, Mapping)):
        if part in list(node.keys()):
            return node[part]
        names = [*node.keys(), *(run_settings or ())]
        close = close_name(part, names)
        if part in names:
            return None
        if close is not None or run_settings is not None:
            hint = f"; do you mean {close}?" if close else ""
            raise UserError(f"{where}: the config has no {part}{hint}")
        return None
    if isinstance(node, list):
        if not part.isdigit() or int(part) >= len(node):
            raise UserError(f"{where}: {part} is not the number of an entry; the list has {len(node)}, from 0 on")
        return node[int(part)]
    raise UserError(f"{where}: there is nothing below {node!r}")


def _check_kind(name: str, old: Any, new: Any, where: str) -> None:
    if new is None:
        return
    if isinstance(new, float) and math.isnan(new):
        raise UserError(f"{where}: not a number")
    if isinstance(old, Mapping):
        raise UserError(f"{where}: {name} is a group of settings; set one of {', '.join(map(str, old))}")
    if isinstance(old, bool):
        if not isinstance(new, bool):
            raise UserError(f"{where}: True or False is needed")
    elif isinstance(old, (int, float)):
        is_number = isinstance(new, (int, float)) and not isinstance(new, bool)
        if not is_number and not (isinstance(new, str) and name in _WORDS_FOR_NUMBERS):
            raise UserError(f"{where}: a number is needed, as {old}")
    elif isinstance(old, (list, tuple)):
        if not isinstance(new, (list, tuple)):
            raise UserError(f"{where}: a list is needed, as {name}=[a,b]")
        if old and all(isinstance(entry, (int, float)) for entry in old):
            for entry in new:
                _check_kind(name, old[0], entry, where)
