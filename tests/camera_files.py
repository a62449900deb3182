"""One camera written in every kind of file that can express it."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np

from mmsynloc.structures import OpenCVCamera

__all__ = [
    "KNOWN",
    "SIZE",
    "WRITERS",
    "hand_camera",
    "opencv_content",
    "soccernet_content",
    "synloc_content",
    "write_lens",
]

SIZE = (1920, 1080)
HEIGHT_M, DISTANCE_M, FOCAL = 20.0, 60.0, 1000.0
"""The camera is at (60, 0, 20) m and looks level along -x, so that pixels can be computed by hand."""

KNOWN = {
    # centre of the pitch: 60 m away, 20 m down, straight ahead
    (0.0, 0.0, 0.0): (959.5, 539.5 + FOCAL * 20 / 60),
    # 30 m along y: to the right of someone who looks along -x
    (0.0, 30.0, 0.0): (959.5 + FOCAL * 30 / 60, 539.5 + FOCAL * 20 / 60),
    # the far touch line, 94 m away; 2 m up
    (-34.0, -10.0, 2.0): (959.5 - FOCAL * 10 / 94, 539.5 + FOCAL * 18 / 94),
}
"""Pitch points in metres and their pixels."""


def hand_camera(distortion=(), fisheye: bool = False) -> OpenCVCamera:
    rotation = np.array([[0.0, 1, 0], [0, 0, -1], [-1, 0, 0]])  # right is +y, down is -z, forward is -x
    intrinsics = [[FOCAL, 0, 959.5], [0, FOCAL, 539.5], [0, 0, 1]]
    return OpenCVCamera(intrinsics, rotation, -rotation @ [DISTANCE_M, 0, HEIGHT_M], SIZE, distortion, fisheye)


def opencv_content(camera: OpenCVCamera) -> dict:
    return {
        "image_width": camera.image_size[0],
        "image_height": camera.image_size[1],
        "camera_matrix": camera.intrinsics,
        "distortion_coefficients": camera.distortion,
        "rvec": cv2.Rodrigues(camera.rotation)[0],
        "tvec": camera.translation_m[:, None],
    }


def synloc_content() -> dict:
    """The same pinhole with polynomials: the angle's tangent and its inverse, well within their series' reach."""
    angle = np.linspace(0, 1.0, 400)
    radius = np.tan(angle) * FOCAL / SIZE[0]
    return {
        "camera_matrix": (-hand_camera().camera_matrix).tolist(),
        "dist_poly": np.polyfit(angle, radius, 8).tolist(),
        "undist_poly": np.polyfit(radius, angle, 8).tolist(),
        "width": SIZE[0],
        "height": SIZE[1],
    }


def soccernet_content(**changes) -> dict:
    """SoccerNet's x is along the pitch, y across, z down; a tilt of 90 degrees is level, towards -y."""
    content = {
        "pan_degrees": 0.0,
        "tilt_degrees": 90.0,
        "roll_degrees": 0.0,
        "position_meters": [0.0, DISTANCE_M, -HEIGHT_M],
        "x_focal_length": FOCAL,
        "y_focal_length": FOCAL,
        "principal_point": [960.0, 540.0],
        "radial_distortion": [0.0] * 6,
        "tangential_distortion": [0.0] * 2,
        "thin_prism_distortion": [0.0] * 4,
    }
    return {**content, **changes}


def _write_storage(path: Path) -> Path:
    storage = cv2.FileStorage(str(path), cv2.FILE_STORAGE_WRITE)
    for name, value in opencv_content(hand_camera()).items():
        storage.write(name, value)
    storage.release()
    return path


def _write_plain_yaml(folder: Path) -> Path:
    camera = hand_camera()
    path = folder / "plain.yaml"
    lines = [
        f"K: {camera.intrinsics.tolist()}",
        f"R: {camera.rotation.tolist()}",
        f"T: {camera.translation_m.tolist()}",
    ]
    path.write_text("\n".join([*lines, "width: 1920", "height: 1080"]))
    return path


def _write_plain_json(folder: Path) -> Path:
    content = opencv_content(hand_camera())
    return _write_json(folder / "plain.json", {k: getattr(v, "tolist", lambda v=v: v)() for k, v in content.items()})


def _write_json(path: Path, content: object) -> Path:
    path.write_text(json.dumps(content))
    return path


def _write_npz(folder: Path) -> Path:
    content = opencv_content(hand_camera())
    arrays = {"mtx": content["camera_matrix"], "dist": np.zeros((1, 5)), "tvecs": content["tvec"][None]}
    np.savez(folder / "camera.npz", **arrays, rvecs=content["rvec"][None], image_size=SIZE)
    return folder / "camera.npz"


def _write_annotations(folder: Path) -> Path:
    images = [{"id": i, "file_name": f"{i:06d}.jpg", **synloc_content()} for i in range(2)]
    return _write_json(folder / "val.json", {"images": images, "categories": [{"id": 1, "name": "person"}]})


def write_lens(folder: Path) -> Path:
    """The development kit's files of a lens of 1000 px a radian, at 1920 px: 20 mm wide, with 2 px a mm."""
    folder.mkdir()
    degrees_per_width = np.degrees(SIZE[0] / FOCAL)
    _write_json(
        folder / "lens.json", {"dist_poly": [0, -degrees_per_width / 40], "sensor_width": 20.0, "pixel_width": 2.0}
    )
    np.save(folder / "camera_matrix.npy", np.vstack([-hand_camera().camera_matrix, [0, 0, 0, 1]]))
    return folder


WRITERS = {
    "annotations": _write_annotations,
    "SynLoc JSON": lambda folder: _write_json(folder / "synloc.json", synloc_content()),
    "FileStorage YAML": lambda folder: _write_storage(folder / "camera.yml"),
    "FileStorage XML": lambda folder: _write_storage(folder / "camera.xml"),
    "FileStorage JSON": lambda folder: _write_storage(folder / "camera.json"),
    "plain YAML": _write_plain_yaml,
    "plain JSON": _write_plain_json,
    "npz": _write_npz,
    "SoccerNet": lambda folder: _write_json(folder / "camera_00001.json", soccernet_content()),
}
"""Each writes the hand camera's file into a folder and returns its path."""
