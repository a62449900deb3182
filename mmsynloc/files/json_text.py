"""JSON of a described type, with errors that name the file, the entry and its id."""

from __future__ import annotations

import gc
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar, overload

import msgspec

from mmsynloc.files.keys import first_repeated
from mmsynloc.utils import UserError

__all__ = [
    "BYTE_ORDER_MARK",
    "decode_json",
    "fail_at",
    "read_bytes",
    "read_json",
    "refuse_repeated_keys",
    "strip_byte_order_mark",
    "to_json",
    "without_garbage_collection",
]

T = TypeVar("T")

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_ZIP_MARK = b"PK\x03\x04"
_UTF32_MARKS = (b"\xff\xfe\0\0", b"\0\0\xfe\xff")
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_OTHER_KINDS = {
    b"\x1f\x8b": "the file is compressed (gzip); unpack it first",
    b"version https://git-lfs": "the file is a pointer of Git LFS; fetch the file itself with git lfs pull",
    b"<": "the file is HTML or XML, such as a web page in place of a download",
}
"""What stands in place of JSON, by its first bytes."""
_NOT_FINITE = re.compile(rb"-?(NaN|nan|Infinity|inf)")
_PLACE = re.compile(r"^(?P<reason>.*) - at `\$(?P<place>.*)`$", re.DOTALL)
_BYTE = re.compile(r" \(byte (\d+)\)$")
_STEP = re.compile(r"\.([^.\[]+)|\[(\d+|\.\.\.)\]")


@contextmanager
def without_garbage_collection() -> Iterator[None]:
    """Pause garbage collection while millions of objects are created, none of them garbage: it would double the time.

    The context should end after the objects are converted to arrays and freed: at its end all that remain are scanned.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def read_bytes(path: str | Path) -> bytes:
    """A file's content.

    Raises:
        UserError: it is missing or cannot be read.
    """
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        raise UserError(f"{path}: no such file") from None
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from None


def strip_byte_order_mark(data: bytes) -> bytes:
    """The text without the mark that some editors and spreadsheets put before it."""
    return data.removeprefix(BYTE_ORDER_MARK)


def decode_json(data: bytes, kind: type[T], where: str) -> T:
    """Decode UTF-8 JSON into a described type.

    Integers must be written as such (no strings, fractions or booleans), numbers are finite, keys that the type does
    not name are passed over.

    Args:
        data: the text.
        kind: a type that msgspec knows.
        where: the name of the text in errors, usually its path.

    Raises:
        UserError: the text is not JSON (with line and column), or something in it is missing or of another type (with
            the entry, its id and the field).
    """
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.ValidationError as error:
        raise UserError(f"{where}: {_explain_type(str(error), data)}") from None
    except msgspec.DecodeError as error:
        if data.startswith(_ZIP_MARK):
            raise UserError(f"{where}: is a zip, damaged or cut off, or of another kind of file; not JSON") from None
        raise UserError(f"{where}: not valid JSON: {_explain_syntax(str(error), data)}") from None
    except UnicodeDecodeError as error:
        raise UserError(f"{where}: not valid JSON: not UTF-8: {error.reason}") from None
    except RecursionError:
        raise UserError(f"{where}: not valid JSON: nested too deeply") from None


@overload
def read_json(path: str | Path) -> Any: ...
@overload
def read_json(path: str | Path, kind: type[T]) -> T: ...
def read_json(path: str | Path, kind: Any = Any) -> Any:
    """Read a JSON file; a byte order mark is passed over. See :func:`decode_json`.

    Raises:
        UserError: the file is missing or unreadable, or as for :func:`decode_json`.
    """
    return decode_json(strip_byte_order_mark(read_bytes(path)), kind, str(path))


def refuse_repeated_keys(data: bytes, where: str) -> None:
    """Make sure that no object of a JSON text has a key twice, of which readers would take the last one.

    Slow beside :func:`decode_json`, and therefore for small files in which people edit.

    Raises:
        UserError: one has.
    """

    def check(pairs: list[tuple[str, Any]]) -> None:
        if (key := first_repeated(name for name, _ in pairs)) is not None:
            raise UserError(f"{where}: {key} is there twice")

    with suppress(ValueError, RecursionError):  # of an endless number, or of what is nested too deeply for this reader
        json.loads(data, object_pairs_hook=check)


def to_json(value: Any) -> bytes:
    """Python objects, NumPy arrays and numbers among them, as JSON; numbers that are not finite become null."""
    return msgspec.json.encode(value, enc_hook=_plain)


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    raise NotImplementedError(f"{type(value).__name__} has no JSON form")


def fail_at(where: str, entry: str, reason: str, entry_id: Any = None) -> UserError:
    """The error for one entry, for example ``val.json: annotations[3] (id 7): bbox has a negative size``."""
    name = "" if entry_id is None else f" (id {entry_id})"
    return UserError(f"{where}: {entry}{name}: {reason}")


def _explain_syntax(message: str, data: bytes) -> str:
    if not data.strip():
        return "the file is empty"
    if data.startswith(_UTF32_MARKS):
        return "the text is UTF-32, not UTF-8"
    if data.startswith(_UTF16_MARKS):
        return "the text is UTF-16, not UTF-8"
    if data.startswith(BYTE_ORDER_MARK):
        return "it begins with a byte order mark"
    for mark, kind in _OTHER_KINDS.items():
        if data.lstrip().startswith(mark):
            return kind
    if message == "Input data was truncated":
        return "the text is cut short"
    byte = _BYTE.search(message)
    if byte is None:
        return message
    at = int(byte[1])
    line, column = data.count(b"\n", 0, at) + 1, at - data.rfind(b"\n", 0, at)
    # the parser reports the position behind the sign of -Infinity
    token = _NOT_FINITE.match(data, max(at - 1, 0)) or _NOT_FINITE.match(data, at)
    what = f"{token[0].decode()} is no number of JSON" if token else "unexpected character"
    return f"{what} at line {line}, column {column}"


def _explain_type(message: str, data: bytes) -> str:
    match = _PLACE.match(message)
    reason, place = (match["reason"], match["place"]) if match else (message, "")
    missing = re.fullmatch(r"Object missing required field `(\w+)`", reason)
    steps = [key or index for key, index in _STEP.findall(place)]
    entry, field = _split_place(steps)
    reason = f"{missing[1]} is missing" if missing else _in_words(reason, field)
    if not entry:
        return reason
    found = _id_of(data, steps)
    return f"{entry}{'' if found is None else f' (id {found})'}: {reason}"


def _split_place(steps: list[str]) -> tuple[str, str]:
    """``['annotations', '3', 'bbox', '2']`` as the entry, ``annotations[3]``, and the field, ``bbox[2]``."""
    depth = next((i + 1 for i, step in enumerate(steps) if step.isdigit()), 0)

    def join(parts: list[str]) -> str:
        text = "".join(f"[{part}]" if part.isdigit() or part == "..." else f".{part}" for part in parts)
        return text.removeprefix(".")

    entry = join(steps[:depth])
    return (f"entry {entry}" if entry.startswith("[") else entry), join(steps[depth:])


def _in_words(reason: str, field: str) -> str:
    """``Expected `int`, got `str` `` as ``image_id: expected an integer, not a string``."""
    words = {
        "int": "an integer",
        "float": "a number",
        "str": "a string",
        "bool": "true or false",
        "null": "null",
        "array": "a list",
        "object": "an object",
    }
    text = re.sub(r"`([\w| ]+)`", lambda m: " or ".join(words.get(name, name) for name in m[1].split(" | ")), reason)
    text = (text[:1].lower() + text[1:]).replace(", got ", ", not ")
    return f"{field}: {text}" if field else text


def _id_of(data: bytes, steps: list[str]) -> Any:
    """The id of the entry at a place, read again without its type; None where it has none."""
    try:
        node = msgspec.json.decode(data)
        for step in steps:
            if isinstance(node, list):
                node = node[int(step)]
                return node.get("id") if isinstance(node, dict) else None
            node = node[step]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):  # broken further on, where the type was not met
        return None
    except (LookupError, TypeError):  # a key is there twice, and the place is in the first one
        return None
    return None
