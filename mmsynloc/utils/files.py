"""Writing files aside and renaming them, so that none is ever half-written; reading is in :mod:`mmsynloc.files`."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mmsynloc.utils.errors import UserError
from mmsynloc.utils.writable import is_stream

__all__ = ["atomic_write", "dump_json", "file_sha256", "is_temporary", "refuse_overwriting"]


@contextmanager
def atomic_write(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path`` that replaces it on success and vanishes on failure.

    The temporary name keeps the suffix, for writers that choose a format by it. Of a symbolic link the file that it
    points to is replaced. Into a character device (``/dev/null``) and an open stream (``/dev/stdout``) the content is
    copied at the end.

    Raises:
        UserError: the file cannot be written (no permission, disk full), or is a folder, a named pipe or the like; or
            the body could not read another file.
    """
    path = Path(path)
    temporary = None
    try:
        streamed = is_stream(path)
        target = path if streamed else Path(os.path.realpath(path))  # a link stays, and so does who else uses it
        temporary = _temporary(target, None if streamed else target.parent)
        with _others_named(path, target, temporary):
            yield temporary
        if streamed:
            _copy_into(temporary, target)
        else:
            _replace(temporary, target)
    except OSError as error:
        raise UserError(f"{path}: cannot be written: {error.strerror or error}") from None
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


@contextmanager
def _others_named(*own: Path) -> Iterator[None]:
    """Errors of files other than these name those files."""
    try:
        yield
    except OSError as error:
        if error.filename is None or Path(error.filename) in own:
            raise
        raise UserError(f"{error.filename}: {error.strerror or error}") from None


def _temporary(target: Path, folder: Path | None) -> Path:
    """A new empty file in a folder, by default that of temporary files."""
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder, prefix=f".{target.stem}-", suffix=target.suffix)
    os.close(handle)
    return Path(name)


def is_temporary(name: str) -> bool:
    """Whether a file of this name, which has a suffix, may be one that :func:`atomic_write` was still writing."""
    return re.fullmatch(r"\..+-[a-z0-9_]{8}\.\w+", name) is not None


def _copy_into(temporary: Path, target: Path) -> None:
    # Appending keeps what the tool's own lines have put into a redirected /dev/stdout before.
    with temporary.open("rb") as source, target.open("ab", buffering=0) as stream:
        shutil.copyfileobj(source, stream)


def _replace(temporary: Path, target: Path) -> None:
    umask = os.umask(0)
    os.umask(umask)
    temporary.chmod(0o666 & ~umask)  # mkstemp made it private to the user
    os.replace(temporary, target)


def file_sha256(path: str | Path) -> str:
    """The SHA-256 digest of a file's content, as hexadecimal digits."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def refuse_overwriting(flag: str, written: str | Path | None, read: Iterable[str | Path | None]) -> None:
    """Make sure that a command's output is none of its inputs, which a slip such as ``--out match.mp4`` would destroy.

    Args:
        flag: the output's flag, for the message.
        written: the output; None where nothing is written.
        read: the inputs; those that are no files or folders, as addresses of streams, play no part.

    Raises:
        UserError: the output is one of the inputs.
    """
    if written is None or not (os.path.isfile(written) or os.path.isdir(written)):  # streams may be both
        return
    if any(os.path.exists(path) and os.path.samefile(written, path) for path in read if path):
        raise UserError(f"{flag} {written}: is read by this command, and would be overwritten")


def refuse_same_output(flag: str, written: str | Path | None, other_flag: str, other: str | Path | None) -> None:
    """Make sure that two outputs of a command, each None where it is not written, are two files.

    Raises:
        UserError: they are one.
    """
    if written is not None and other is not None and os.path.realpath(written) == os.path.realpath(other):
        raise UserError(f"{flag} {written}: is the file of {other_flag} too")


def dump_json(obj: Any, path: str | Path, indent: int | None = None) -> None:
    """Write ``obj`` as JSON, atomically; NaN and infinity are refused, for no JSON reader takes them.

    Raises:
        UserError: the file cannot be written.
        ValueError: a number is not finite.
    """
    with atomic_write(path) as temporary, temporary.open("w", encoding="utf-8") as file:
        json.dump(obj, file, indent=indent, allow_nan=False)
