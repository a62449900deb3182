"""Files of a photograph and its camera, for the tests of photographs."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np

from mmsynloc.minisynloc.annotate import image_entry
from mmsynloc.structures import Camera

SIZE = (640, 360)


def write_photo(folder: Path, photo: np.ndarray, camera: Camera, **changes: object) -> Path:
    """Write a photograph, and its camera to the file that is returned."""
    cv2.imwrite(str(folder / "000000.jpg"), photo)
    (folder / "cameras.json").write_text(json.dumps({"images": [{**image_entry(0, camera), **changes}]}))
    return folder / "cameras.json"
