"""Arrays and sizes out of files that others wrote."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Mapping
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from mmsynloc.files.json_text import read_bytes
from mmsynloc.structures.image_shape import MAX_SIDE
from mmsynloc.utils import UserError, first_line
from mmsynloc.utils.arrays import finite_array

__all__ = [
    "find_value",
    "has_size",
    "number_array",
    "plain_name",
    "read_npy",
    "read_npz",
    "single_number",
    "stored_size",
]

MAX_BYTES = 10_000_000
"""Of a calibration's arrays; the largest have some thousand corners of a chessboard."""

_SIZE_NAMES = ("imagesize", "resolution", "imageresolution", "cameraresolution", "imgsize")
_SIDE_NAMES = {
    "image_width": ("imagewidth", "width", "imgwidth"),
    "image_height": ("imageheight", "height", "imgheight"),
}


def number_array(value: Any, name: str) -> np.ndarray:
    """A value as float64.

    Raises:
        ValueError: it is missing, not numbers, or not finite; the message begins with ``name``.
    """
    if value is None:
        raise ValueError(f"{name} is missing")
    return finite_array(value, name)


def single_number(value: Any, name: str) -> float:
    """A value as a number; raises as :func:`number_array` does, and where there are several."""
    array = number_array(value, name)
    if array.size != 1:
        raise ValueError(f"{name} has {array.size} numbers, not 1")
    return float(array.reshape(()))


def plain_name(key: Any) -> str:
    """A value's name in small letters and digits, for tools differ in capitals and underscores."""
    return re.sub("[^a-z0-9]", "", str(key).lower())


def find_value(content: Mapping[str, Any], names: Iterable[str]) -> Any:
    """The value under the first of the names that is there; capitals and underscores play no part. None for none."""
    given = {plain_name(key): value for key, value in content.items()}
    given |= content  # K and k may both be there
    return next((given[key] for name in names for key in (name, plain_name(name)) if key in given), None)


def has_size(content: Mapping[str, Any]) -> bool:
    """Whether a calibration says for which size of images it is."""
    return bool({plain_name(key) for key in content} & {*_SIZE_NAMES, *chain.from_iterable(_SIDE_NAMES.values())})


def stored_size(content: Mapping[str, Any], image_size: tuple[int, int] | None) -> tuple[int, int]:
    """The ``(width, height)`` that a calibration has, or that of the image where it has none.

    Raises:
        ValueError: neither is there, or it is not a positive width and height.
    """
    both = find_value(content, _SIZE_NAMES)
    if both is not None:
        found = number_array(both, "the image's size").reshape(-1)
    else:
        sides = {side: find_value(content, names) for side, names in _SIDE_NAMES.items()}
        if all(side is None for side in sides.values()):
            if image_size is None:
                raise ValueError("has no image_width and image_height, and no image is there to take them from")
            return image_size
        found = np.concatenate([number_array(side, name).reshape(-1) for name, side in sides.items()])
    if found.shape != (2,) or not ((found >= 1) & (found <= MAX_SIDE) & (found == np.rint(found))).all():
        raise ValueError(f"the image's size is not a positive width and height: {found.tolist()}")
    return int(found[0]), int(found[1])


def read_npy(path: Path) -> np.ndarray:
    """One array of numbers; pickled objects are refused.

    Raises:
        UserError: the file is missing, no .npy file, or holds no numbers.
    """
    data = read_bytes(path)
    if data.startswith(b"PK"):
        raise UserError(f"{path}: is a zip (.npz), not an .npy file")
    try:
        return number_array(np.load(BytesIO(data), allow_pickle=False), "the array")
    except Exception as error:  # a damaged header can raise any error
        raise UserError(f"{path}: {_why_unreadable(error)}") from None


def _why_unreadable(error: Exception) -> str:
    if isinstance(error, MemoryError):
        return "claims to hold more numbers than fit in memory"
    if isinstance(error, (ValueError, EOFError, OSError)):
        return first_line(error)
    return f"is damaged, or a file of another kind ({first_line(error)})"


def read_npz(path: Path) -> dict[str, np.ndarray]:
    """Arrays by name, of numbers or text; pickled objects are refused.

    Raises:
        UserError: the file is missing, no .npz file, too large, or holds pickled objects.
    """
    data = read_bytes(path)
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            size = sum(member.file_size for member in archive.infolist())
        if size > MAX_BYTES:
            raise ValueError(f"unpacks to {size:,} bytes; a calibration has less than {MAX_BYTES:,}")
        with np.load(BytesIO(data), allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except zipfile.BadZipFile:
        raise UserError(f"{path}: is not an .npz file") from None
    except Exception as error:  # a damaged header can raise any error
        raise UserError(f"{path}: {_why_unreadable(error)}") from None
