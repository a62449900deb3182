"""Where the athletes of an image stand, from an exported model: with onnxruntime, NumPy and OpenCV alone.

    python tools/deployment/run_onnx.py model.onnx frame.jpg --camera annotations/val.json

A file to copy: it needs neither mmsynloc nor torch. The camera's file is a SynLoc annotation file, or the entry of one
of its images. Each athlete is a line: position on the pitch in metres, ground point in the camera's pixels, score.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnxruntime

CAMERA_KEYS = {"camera_matrix", "undist_poly", "width", "height"}
LENS_SIZE = 9
"""Coefficients of ``undist_poly`` that the model takes."""


def letterbox(image: np.ndarray, input_size: tuple[int, int], frame_size: tuple[int, int]) -> tuple[np.ndarray, list]:
    """Fit an image into the network's input, in the middle of grey bars.

    Args:
        image: (h, w, 3) uint8, BGR, at any resolution.
        input_size: ``(width, height)`` of the network's input.
        frame_size: ``(width, height)`` that the camera's pixels refer to.

    Returns:
        The input (H, W, 3), and what brings its pixels to the frame: scale in x and y, then shift in x and y. Pixel
        centres are integers, so that an enlargement by ``s`` moves x to ``(x + 0.5) * s - 0.5``.
    """
    height, width = image.shape[:2]
    scale = min(input_size[0] / width, input_size[1] / height)
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    if size != (width, height):
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    left, top = (input_size[0] - size[0]) // 2, (input_size[1] - size[1]) // 2
    canvas = np.full((input_size[1], input_size[0], 3), 114, np.uint8)
    canvas[top : top + size[1], left : left + size[0]] = image
    scales = [frame / new for frame, new in zip(frame_size, size)]
    return canvas, [*scales, *((0.5 - offset) * s - 0.5 for offset, s in zip((left, top), scales))]


def read_camera(path: str, image: str) -> dict[str, Any]:
    """The camera in the image's entry of an annotation file, or in the only entry of the file."""
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        sys.exit(f"error: {path}: {error}")
    if not isinstance(content, dict):
        sys.exit(f"error: {path}: neither an annotation file nor one of its entries")
    entry = find_entry(content["images"], path, image) if "images" in content else content
    if not entry.keys() >= CAMERA_KEYS:
        sys.exit(f"error: {path}: is no SynLoc camera; mmsynloc camera {path} --to-synloc camera.json makes it one")
    return {name: read_numbers(entry, name, path) for name in CAMERA_KEYS}


def find_entry(entries: Any, path: str, image: str) -> dict[str, Any]:
    """The entry of an image in an annotation file."""
    if not isinstance(entries, list) or not all(
        isinstance(entry, dict) and isinstance(entry.get("file_name"), str) for entry in entries
    ):
        sys.exit(f"error: {path}: images: not a list of entries with a file_name")
    parts = Path(image).absolute().parts
    names = [Path(entry["file_name"]).parts for entry in entries]
    named = [entry for entry, name in zip(entries, names) if parts[-len(name) :] == name]
    if len(named) != 1:
        sys.exit(f"error: {path}: has {'no image' if not named else 'several images'} {Path(image).name}")
    return named[0]


def read_numbers(entry: dict[str, Any], name: str, path: str) -> np.ndarray:
    """One part of a camera as numbers of the right shape and range."""
    try:
        numbers = np.array(entry[name], dtype=np.float64)
    except (TypeError, ValueError):
        sys.exit(f"error: {path}: {name}: not numbers")
    lens: list[tuple[int, ...]] = [(size,) for size in range(1, LENS_SIZE + 1)]
    shapes: list[tuple[int, ...]] = lens if name == "undist_poly" else [(3, 4)] if name == "camera_matrix" else [()]
    if isinstance(entry[name], str) or numbers.shape not in shapes or not np.isfinite(numbers).all():
        sys.exit(f"error: {path}: {name}: not finite numbers of shape {' or '.join(map(str, shapes))}")
    if numbers.ndim == 0 and numbers < 1:
        sys.exit(f"error: {path}: {name} {numbers:g}: must be positive")
    if name == "camera_matrix" and np.linalg.matrix_rank(numbers[:, [0, 1, 3]]) < 3:
        sys.exit(f"error: {path}: camera_matrix: sees the pitch edge-on, or not at all")
    return numbers


def open_model(path: str) -> onnxruntime.InferenceSession:
    """The model, on the CPU."""
    try:
        return onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's own kinds have no common base but this one
        sys.exit(f"error: {path}: is no model that onnxruntime can load: {str(error).splitlines()[0]}")


def read_whole_image(path: str) -> np.ndarray:
    """(h, w, 3) uint8, BGR."""
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        sys.exit(f"error: {path}: {error.strerror}")
    if data[:2] == b"\xff\xd8" and b"\xff\xd9" not in data[-1024:]:
        sys.exit(f"error: {path}: is truncated")  # OpenCV fills what is missing with grey
    # Without the turn that a camera may have noted in the file: calibrations are of the pixels as they are stored.
    flags = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), flags) if data else None
    except cv2.error:  # for example of an image that is too large
        image = None
    if image is None:
        sys.exit(f"error: {path}: not a readable image")
    return image


def choose_threshold(given: float | None, stored: str | None, model: str) -> float:
    """The score that an athlete must have: what the user says, or what validation chose for the model."""
    value = stored if given is None else given
    if value is None:
        sys.exit(f"error: {model}: no validation has chosen a score threshold for it: name one with --score-threshold")
    try:
        threshold = float(value)
    except ValueError:
        threshold = math.nan
    if not math.isfinite(threshold):
        sys.exit(f"error: score threshold {value}: not a finite number")
    return threshold


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", help="what mmsynloc export has written")
    parser.add_argument("image")
    parser.add_argument(
        "--camera", required=True, metavar="FILE", help="a SynLoc annotation file, or one of its entries"
    )
    parser.add_argument("--score-threshold", type=float, help="default: the model's own, which validation chose")
    args = parser.parse_args()

    session = open_model(args.model)
    about = session.get_modelmeta().custom_metadata_map
    if "second_stage" in about or about.get("stage") == "crops":
        sys.exit(f"error: {args.model}: is of a two-stage model, which mmsynloc infer runs; here one-stage ones alone")
    if about.get("stage") != "detector":
        sys.exit(f"error: {args.model}: not a model that mmsynloc export has written")
    threshold = choose_threshold(args.score_threshold, about.get("score_threshold"), args.model)
    _, input_height, input_width, _ = session.get_inputs()[0].shape
    camera = read_camera(args.camera, args.image)
    image = read_whole_image(args.image)
    frame_size = (int(camera["width"]), int(camera["height"]))
    (height, width), (full_width, full_height) = image.shape[:2], frame_size
    if abs(width * full_height - height * full_width) > max(width + height, full_width + full_height):
        sys.exit(f"error: {args.image}: has another shape than its camera's images, {frame_size[0]}x{frame_size[1]}")
    pixels, to_frame = letterbox(image, (input_width, input_height), frame_size)
    polynomial = np.pad(camera["undist_poly"], (LENS_SIZE - len(camera["undist_poly"]), 0))
    numbers = {
        "to_frame": to_frame,
        "frame_size": frame_size,
        "camera_matrix": camera["camera_matrix"],
        "undist_poly": polynomial,
    }
    inputs = {"images": pixels[None], **{name: np.array([value], np.float32) for name, value in numbers.items()}}
    names = ["scores", "keypoints_px", "points_pitch_m"]
    scores, keypoints_px, points_pitch_m = (batch[0] for batch in session.run(names, inputs))

    print("x_m,y_m,u_px,v_px,score")
    for (x, y), (_, (u, v)), score in zip(points_pitch_m, keypoints_px, scores):
        if score > 0 and score >= threshold:  # those of 0 fill up the list
            print(f"{x:.3f},{y:.3f},{u:.2f},{v:.2f},{score:.4f}")


if __name__ == "__main__":
    main()
