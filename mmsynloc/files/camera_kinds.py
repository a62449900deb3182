"""Tells the kinds of camera files apart, by the file's ending and its keys."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from mmsynloc.files.annotation_reader import read_annotations
from mmsynloc.files.annotations import Annotations
from mmsynloc.files.camera_source import CameraSource, FoundCameras, ImageSize
from mmsynloc.files.devkit_camera import LENS_KEYS, devkit_source, synloc_source
from mmsynloc.files.json_text import decode_json, read_bytes, refuse_repeated_keys, strip_byte_order_mark
from mmsynloc.files.opencv_calibration import opencv_source, read_npz, read_xml, read_yaml
from mmsynloc.files.soccernet_calibration import soccernet_source
from mmsynloc.utils import UserError
from mmsynloc.utils.file_names import json_files

__all__ = ["camera_files", "find_cameras"]

LENS_NAME, MATRIX_NAME = "lens.json", "camera_matrix.npy"

WRAPPER_KEYS = {"camera", "cameras", "calibration"}
"""Of an object whose one value is the camera, or the cameras by image: no names of images."""


class _Peek(msgspec.Struct):
    """Whether a JSON file is one of annotations, without decoding them."""

    images: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


def _read_json(path: Path) -> Any:
    data = strip_byte_order_mark(read_bytes(path))
    if data.lstrip().startswith(b"{") and decode_json(data, _Peek, str(path)).images is not msgspec.UNSET:
        return read_annotations(path)
    content = decode_json(data, Any, str(path))
    refuse_repeated_keys(data, str(path))
    return content


READERS = {".yml": read_yaml, ".yaml": read_yaml, ".xml": read_xml, ".npz": read_npz, ".json": _read_json}


def find_cameras(path: Path) -> FoundCameras:
    """Read a file or folder of any kind.

    Raises:
        UserError: as for :func:`mmsynloc.files.read_cameras`.
    """
    if os.path.isdir(path):
        return _find_in_folder(path)
    reader = READERS.get(path.suffix.lower())
    if reader is None and not os.path.exists(path):
        raise UserError(f"{path}: no such file or folder")
    if reader is None:
        raise UserError(f"{path}: is no camera file: its name ends with none of {', '.join(READERS)}")
    content = reader(path)
    try:
        return _find_in_content(path, content)
    except ValueError as error:
        raise UserError(f"{path}: {error}") from None


def _find_in_content(path: Path, content: Any) -> FoundCameras:
    if isinstance(content, Annotations):
        return _find_in_annotations(content)
    if not isinstance(content, Mapping) or not content:
        raise ValueError("is no camera file: it holds no named values")
    inner = next(iter(content.values()))
    if len(content) == 1 and set(content) <= WRAPPER_KEYS and isinstance(inner, Mapping):
        return _find_in_content(path, inner)
    if all(isinstance(value, Mapping) and _is_camera(value) for value in content.values()):
        return FoundCameras(tuple(_named_source(path, *item) for item in content.items()), tuple(map(str, content)))
    return FoundCameras((_source(path, content),))


def _is_camera(content: Mapping[str, Any]) -> bool:
    """Whether these are a camera's values, and not those of a matrix."""
    return "data" not in content or not {"rows", "sizes"} & set(content)


def _named_source(path: Path, name: Any, content: Mapping[str, Any]) -> CameraSource:
    try:
        return _source(path, content)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


def _source(path: Path, content: Mapping[str, Any]) -> CameraSource:
    if "pan_degrees" in content or "position_meters" in content:
        return soccernet_source(content)
    if set(content) >= LENS_KEYS:
        return devkit_source(content, path.parent / MATRIX_NAME)
    if "dist_poly" in content or "undist_poly" in content or "spherical_fov" in content:
        return synloc_source(content)
    return opencv_source(content)


def _find_in_annotations(annotations: Annotations) -> FoundCameras:
    arrays = (annotations.camera_matrices, annotations.dist_polys, annotations.undist_polys, annotations.image_sizes)

    def source(row: int) -> CameraSource:
        def camera(image_size: ImageSize | None) -> Any:
            return annotations.camera(row)

        return camera

    shared = all(bool((array == array[0]).all()) for array in arrays)
    sources, ids = tuple(map(source, range(len(annotations)))), tuple(annotations.image_ids.tolist())
    return FoundCameras(sources, annotations.file_names, shared, ids)


def camera_files(folder: Path) -> list[Path]:
    """The files of a folder that may be read as cameras, each once."""
    return sorted([*json_files(folder), *folder.glob(MATRIX_NAME)])


def _find_in_folder(path: Path) -> FoundCameras:
    if (path / LENS_NAME).is_file():
        return find_cameras(path / LENS_NAME)
    files = json_files(path)
    if not files:
        raise UserError(f"{path}: holds no camera files: neither {LENS_NAME} nor a JSON file for each image")
    sources: list[CameraSource] = []
    of_image: dict[str, Path] = {}
    for file in files:
        found = find_cameras(file)
        if len(found.sources) != 1 or found.image_names:
            raise UserError(f"{file}: has cameras of several images; in a folder each file is the camera of one image")
        sources += found.sources
        name = file.stem.removeprefix("camera_")
        if name in of_image:
            raise UserError(f"{path}: {of_image[name].name} and {file.name} are both the camera of {name}; remove one")
        of_image[name] = file
    return FoundCameras(tuple(sources), tuple(of_image))
