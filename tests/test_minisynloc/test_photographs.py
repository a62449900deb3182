"""Photographs of an empty pitch with their cameras and marks."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from mmsynloc.minisynloc.own_venue import make_venue_set
from mmsynloc.minisynloc.photographs import find_photographs, matched_light
from mmsynloc.minisynloc.venue import Venue
from mmsynloc.structures import OpenCVCamera
from mmsynloc.utils import UserError
from tests.test_minisynloc.photo_files import SIZE, write_photo


@pytest.fixture
def opencv(own: Venue) -> OpenCVCamera:
    """A pinhole at the place of the venue's camera, with some distortion, at the photograph's size."""
    toward = own.camera.camera_matrix * np.sign(np.linalg.det(own.camera.camera_matrix[:, :3]))
    intrinsics = [[400.0, 0, 325], [0, 398, 178], [0, 0, 1]]
    return OpenCVCamera(intrinsics, toward[:, :3], toward[:, 3], SIZE, [-0.1, 0.01, 0, 0])


def test_matched_light__follows_brightness_and_colour_of_the_lines(own: Venue, photo: np.ndarray) -> None:
    plain = matched_light(photo, own.camera)
    dark = matched_light((photo * 0.5).astype(np.uint8), own.camera)
    np.testing.assert_allclose(dark / plain, 0.5, atol=0.05)  # paint that mixes with grass in a pixel, and rounding
    warm = matched_light(np.clip(photo * [0.8, 1.0, 1.1], 0, 255).astype(np.uint8), own.camera)
    assert warm[2] / warm[0] > 1.2 * plain[2] / plain[0]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"file_name": "other.jpg"}, r"other\.jpg: No such file"),
        ({"file_name": 3}, r"images\[0\] .*file_name: expected a string"),
        ({"camera_matrix": [[1, 0], [0, 1]]}, r"images\[0\] .*camera_matrix"),
        ({"width": 3840, "height": 3840}, "is for images of 3840x3840, and image 000000.jpg is 640x360"),
    ],
)
def test_find_photographs__names_the_entry(
    tmp_path: Path, own: Venue, photo: np.ndarray, changes: dict, message: str
) -> None:
    with pytest.raises(UserError, match=message):
        list(find_photographs(write_photo(tmp_path, photo, own.camera, **changes), tmp_path, None, SIZE))


def test_find_photographs__a_photograph_of_another_shape(tmp_path: Path, own: Venue, photo: np.ndarray) -> None:
    cameras = write_photo(tmp_path, photo[:, :480], own.camera)
    with pytest.raises(UserError, match=r"is for images of 3840x2160, and image 000000\.jpg is 480x360"):
        make_venue_set(tmp_path / "out", cameras, tmp_path, image_size=SIZE)
    cameras = write_photo(tmp_path, photo[:, :480], own.camera, height=2880)
    with pytest.raises(UserError, match=r"000000\.jpg: the camera's images are 480x360; only 16:9 can be rendered"):
        make_venue_set(tmp_path / "out", cameras, tmp_path, image_size=SIZE)
    assert not (tmp_path / "out").exists()


def test_find_photographs__a_camera_that_sees_no_pitch(tmp_path: Path, own: Venue, photo: np.ndarray) -> None:
    away = own.camera.camera_matrix @ np.diag([-1.0, -1.0, 1.0, 1.0])  # it looks the other way
    away[:, 3] = -away[:, :3] @ own.camera.position_m
    cameras = write_photo(tmp_path, photo, own.camera, camera_matrix=away.tolist())
    with pytest.raises(UserError, match=r"the camera, at .* m, does not see the pitch"):
        list(find_photographs(cameras, tmp_path, None, SIZE))


def test_find_photographs__a_lens_that_the_synloc_model_cannot_express(
    tmp_path: Path, own: Venue, photo: np.ndarray
) -> None:
    lens, size = [[1329.0, 0, 900], [0, 1329, 500], [0, 0, 1]], (1920, 1080)
    matrix = own.camera.camera_matrix
    camera = OpenCVCamera(lens, -matrix[:, :3], -matrix[:, 3], size, (-0.41, -0.23, -0.02, -0.06, 0.35))
    cv2.imwrite(str(tmp_path / "000000.jpg"), photo)
    content = {"camera_matrix": lens, "dist_coeffs": [-0.41, -0.23, -0.02, -0.06, 0.35], "image_size": size}
    content |= {"R": camera.rotation.tolist(), "tvec": camera.translation_m.tolist()}
    (tmp_path / "camera.json").write_text(json.dumps(content))
    with pytest.raises(UserError, match=r"the SynLoc model does not fit its lens: \d+ px off on average"):
        list(find_photographs(tmp_path / "camera.json", tmp_path, None, SIZE))


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (None, r"marks: no such folder of marks"),
        ([], r"marks: has no marks of the photographs"),
        (["000000.jpg"], r"marks.000000\.jpg: marks must be a \.png file"),
        (["000000.png", "nort.png"], r"marks.nort\.png: no photograph of this name in"),
    ],
)
def test_find_photographs__marks_that_do_not_fit(
    tmp_path: Path, own: Venue, photo: np.ndarray, names: list[str] | None, message: str
) -> None:
    for folder in ("photos", "marks") if names is not None else ("photos",):
        (tmp_path / folder).mkdir()
    cameras = write_photo(tmp_path / "photos", photo, own.camera)
    for name in names or ():
        cv2.imwrite(str(tmp_path / "marks" / name), np.zeros(SIZE[::-1], np.uint8))
    with pytest.raises(UserError, match=message):
        find_photographs(cameras, tmp_path / "photos", tmp_path / "marks", SIZE)


def test_find_photographs__marks_beside_the_photographs(
    tmp_path: Path, opencv: OpenCVCamera, photo: np.ndarray
) -> None:
    """A .png beside a .jpg of the same name is its marks and no photograph, whatever names the cameras have."""
    (tmp_path / "photos").mkdir()
    cv2.imwrite(str(tmp_path / "photos" / "north.jpg"), photo)
    cv2.imwrite(str(tmp_path / "photos" / "north.png"), np.full(SIZE[::-1], 255, np.uint8))
    content: dict = {"K": opencv.intrinsics.tolist(), "dist": opencv.distortion.tolist()}
    content |= {"R": opencv.rotation.tolist(), "T": opencv.translation_m.tolist()}
    for cameras in (content, {"north": content}):
        (tmp_path / "cameras.json").write_text(json.dumps(cameras))
        (one,) = find_photographs(tmp_path / "cameras.json", tmp_path / "photos", tmp_path / "photos", SIZE)
        assert one.image.std() > 1
        assert one.cover is not None
        assert one.cover.min() == 1


def test_find_photographs__marks_of_photographs_in_folders(
    tmp_path: Path, opencv: OpenCVCamera, photo: np.ndarray
) -> None:
    content: dict = {"K": opencv.intrinsics.tolist(), "dist": opencv.distortion.tolist()}
    content |= {"R": opencv.rotation.tolist(), "T": opencv.translation_m.tolist()}
    for name in ("a", "b"):
        (tmp_path / "photos" / name).mkdir(parents=True)
        cv2.imwrite(str(tmp_path / "photos" / name / "north.jpg"), photo)
    (tmp_path / "cameras.json").write_text(json.dumps({"a/north.jpg": content, "b/north.jpg": content}))
    given = tmp_path / "cameras.json", tmp_path / "photos", tmp_path / "marks", SIZE
    (tmp_path / "marks" / "b").mkdir(parents=True)
    cv2.imwrite(str(tmp_path / "marks" / "b" / "north.png"), np.full(SIZE[::-1], 255, np.uint8))
    first, second = find_photographs(*given)
    assert first.cover is None
    assert second.cover is not None
    (tmp_path / "marks" / "b" / "north.png").rename(tmp_path / "marks" / "north.png")
    with pytest.raises(UserError, match=r"north\.png: is named like two photographs"):
        find_photographs(*given)


def test_find_photographs__cameras_of_absolute_paths(tmp_path: Path, opencv: OpenCVCamera, photo: np.ndarray) -> None:
    (tmp_path / "photos").mkdir()
    path = tmp_path / "photos" / "north.png"
    cv2.imwrite(str(path), photo)
    content: dict = {"K": opencv.intrinsics.tolist(), "dist": opencv.distortion.tolist()}
    content |= {"R": opencv.rotation.tolist(), "T": opencv.translation_m.tolist()}
    file = tmp_path / "cameras.json"
    file.write_text(json.dumps({str(path): content}))
    assert len(find_photographs(file, tmp_path / "photos", None, SIZE)) == 1
    file.write_text(json.dumps({str(tmp_path / "north.png"): content}))
    with pytest.raises(UserError, match=r"north\.png: is not in the folder of the photographs"):
        find_photographs(file, tmp_path / "photos", None, SIZE)


@pytest.mark.parametrize("named", [False, True])
def test_find_photographs__takes_cameras_of_any_kind(
    tmp_path: Path, opencv: OpenCVCamera, photo: np.ndarray, named: bool
) -> None:
    for name in ("north.jpg", "south.png"):
        cv2.imwrite(str(tmp_path / name), photo)
    content: dict = {"K": opencv.intrinsics.tolist(), "dist": opencv.distortion.tolist()}
    content |= {"R": opencv.rotation.tolist(), "T": opencv.translation_m.tolist()}
    file = tmp_path / "cameras.json"
    file.write_text(json.dumps({"south.png": content} if named else content))
    photographs = list(find_photographs(file, tmp_path, None, SIZE))
    assert [photograph.name for photograph in photographs] == (["south.png"] if named else ["north.jpg", "south.png"])
    camera = photographs[0].camera
    assert camera.image_size == (3840, 2160)
    ground = np.array([[0.0, 0.0], [-10.0, 5.0]])
    expected = opencv.resized((3840, 2160)).pitch_to_pixel(ground).points
    np.testing.assert_allclose(camera.pitch_to_pixel(ground).points, expected, atol=3)  # px of 4K: principal point


@pytest.mark.parametrize("content", ["[]", "{}", '{"images": []}'])
def test_find_photographs__a_file_without_images(tmp_path: Path, content: str) -> None:
    (tmp_path / "cameras.json").write_text(content)
    with pytest.raises(UserError, match=r"has no images|is no camera file"):
        find_photographs(tmp_path / "cameras.json", tmp_path, None, SIZE)


def test_find_photographs__no_such_folder(tmp_path: Path, own: Venue, photo: np.ndarray) -> None:
    cameras = write_photo(tmp_path, photo, own.camera)
    (tmp_path / "marks").mkdir()
    with pytest.raises(UserError, match="absent: no such folder of photographs"):
        find_photographs(cameras, tmp_path / "absent", tmp_path / "marks", (640, 360))


def test_find_photographs__a_mark_of_zeros_and_ones(tmp_path: Path, own: Venue, photo: np.ndarray) -> None:
    cameras = write_photo(tmp_path, photo, own.camera)
    (tmp_path / "marks").mkdir()
    cv2.imwrite(str(tmp_path / "marks" / "000000.png"), np.ones(photo.shape[:2], np.uint8))
    with pytest.raises(UserError, match=r"000000\.png: marks nothing: its brightest pixel is 1, and white is 255"):
        list(find_photographs(cameras, tmp_path, tmp_path / "marks", SIZE))


def test_find_photographs__a_photograph_that_is_marked_as_turned(tmp_path: Path, own: Venue, photo: np.ndarray) -> None:
    cameras = write_photo(tmp_path, photo, own.camera)
    path = tmp_path / "000000.jpg"
    exif = Image.Exif()
    exif[274] = 6
    Image.open(path).save(path, exif=exif)
    with pytest.warns(UserWarning, match=r"000000\.jpg: its orientation tag \(6\) is ignored"):
        found = find_photographs(cameras, tmp_path, None, SIZE)
    assert found.names == ["000000.jpg"]
