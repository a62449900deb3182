"""Data sets from photographs of an empty pitch."""

from __future__ import annotations

import json
import runpy
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from mmsynloc.apis import load_config
from mmsynloc.apis.preflight import check_data
from mmsynloc.cli.venue import main
from mmsynloc.files import read_annotations
from mmsynloc.files.images import write_image
from mmsynloc.minisynloc.annotate import image_entry
from mmsynloc.minisynloc.background import render_background
from mmsynloc.minisynloc.median import median_background
from mmsynloc.minisynloc.own_venue import WEATHERS, compose_photograph, make_venue_set
from mmsynloc.minisynloc.photographs import Photograph, find_photographs, matched_light
from mmsynloc.minisynloc.randomisation import AXES, Randomisation
from mmsynloc.minisynloc.venue import Venue, sample_venue
from mmsynloc.structures import Camera, OpenCVCamera
from mmsynloc.utils import UserError

SIZE = (640, 360)
EMPTY = Randomisation(0.0, {"onlookers": 0, "clutter": 0, "vignette": 0.0, "haze": 0.0})


@pytest.fixture(scope="module")
def own() -> Venue:
    return sample_venue((0, 4, 0), EMPTY)


@pytest.fixture(scope="module")
def photo(own: Venue) -> np.ndarray:
    return render_background(own, SIZE).sunlit


def _write(folder: Path, photo: np.ndarray, camera: Camera, **changes: object) -> Path:
    cv2.imwrite(str(folder / "000000.jpg"), photo)
    (folder / "cameras.json").write_text(json.dumps({"images": [{**image_entry(0, camera), **changes}]}))
    return folder / "cameras.json"


def test_make_venue_set__writes_the_official_layout(tmp_path: Path, own: Venue, photo: np.ndarray) -> None:
    cameras = _write(tmp_path, photo, own.camera)
    out = tmp_path / "out"
    assert make_venue_set(out, cameras, tmp_path, 2, 1, image_size=SIZE) == 1
    train = json.loads((out / "annotations" / "train.json").read_text())
    assert [image["file_name"] for image in train["images"]] == ["000000.jpg", "000001.jpg"]
    np.testing.assert_allclose(train["images"][0]["camera_matrix"], own.camera.camera_matrix)
    assert {a["image_id"] for a in train["annotations"]} == {0, 1}
    image = cv2.imread(str(out / "train" / "000000.jpg")).astype(int)
    inside = np.zeros(SIZE[::-1], bool)
    for x, y, w, h in (np.array(a["bbox"]) / 6 for a in train["annotations"] if a["image_id"] == 0):
        inside[int(y) : int(y + h) + 2, int(x) : int(x + w) + 2] = True
    change = np.abs(image - photo).max(2)
    assert change[inside].mean() > 3 * change[~inside].mean()  # people are where the boxes say, and nowhere else
    assert np.median(change) <= 6  # JPEG


def test_make_venue_set__photographs_take_turns(tmp_path: Path, own: Venue, photo: np.ndarray) -> None:
    entries, moved = [], own.camera.camera_matrix.copy()
    moved[:, 3] += moved[:, 1]  # along the pitch, by 1 m
    other = replace(own.camera, camera_matrix=moved)
    for number, camera in enumerate((own.camera, other)):
        cv2.imwrite(str(tmp_path / f"{number:06d}.jpg"), photo // (1 + 3 * number))
        entries.append(image_entry(number, camera))
    (tmp_path / "cameras.json").write_text(json.dumps({"images": entries}))
    assert make_venue_set(tmp_path / "out", tmp_path / "cameras.json", tmp_path, 3, 1, image_size=SIZE) == 2
    for split, expected in (("train", [0, 1, 0]), ("val", [0])):
        found = json.loads((tmp_path / "out" / "annotations" / f"{split}.json").read_text())["images"]
        assert [entry["camera_matrix"] == entries[1]["camera_matrix"] for entry in found] == [bool(e) for e in expected]
        images = [cv2.imread(str(tmp_path / "out" / split / entry["file_name"])) for entry in found]
        assert [image.mean() < photo.mean() / 2 for image in images] == [bool(e) for e in expected]


def test_make_venue_set__a_training_can_start_on_it(
    tmp_path: Path, own: Venue, photo: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    make_venue_set(out, _write(tmp_path, photo, own.camera), tmp_path, 1, 1, image_size=SIZE)
    written = sorted((out / "annotations").iterdir())
    assert [path.name for path in written] == ["mini.json", "train.json", "val.json"]
    for path in written:
        assert len(read_annotations(path)) == 1
    monkeypatch.setenv("SYNLOC_ROOT", str(out))
    check_data(load_config("mmsynloc::demo_synloc.py"))


def test_make_venue_set__the_same_seed_gives_the_same_files(tmp_path: Path, own: Venue, photo: np.ndarray) -> None:
    cameras = _write(tmp_path, photo, own.camera)
    for name in ("a", "b"):
        make_venue_set(tmp_path / name, cameras, tmp_path, 1, 0, image_size=SIZE)
    for file in ("train/000000.jpg", "annotations/train.json"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_compose_photograph__marked_regions_hide_people(own: Venue, photo: np.ndarray) -> None:
    cover = np.zeros(SIZE[::-1], np.float32)
    cover[:, :320] = 1
    rendered, annotations = compose_photograph(Photograph("p", own.camera, photo, cover), (1, 0, 0))
    np.testing.assert_array_equal(rendered.image[:, :320], photo[:, :320])
    assert min(a["bbox"][0] for a in annotations) >= 1920


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
        list(find_photographs(_write(tmp_path, photo, own.camera, **changes), tmp_path, None, SIZE))


def test_find_photographs__a_photograph_of_another_shape(tmp_path: Path, own: Venue, photo: np.ndarray) -> None:
    cameras = _write(tmp_path, photo[:, :480], own.camera)
    with pytest.raises(UserError, match=r"is for images of 3840x2160, and image 000000\.jpg is 480x360"):
        make_venue_set(tmp_path / "out", cameras, tmp_path, image_size=SIZE)
    cameras = _write(tmp_path, photo[:, :480], own.camera, height=2880)
    with pytest.raises(UserError, match=r"000000\.jpg: the camera's images are 480x360; only 16:9 can be rendered"):
        make_venue_set(tmp_path / "out", cameras, tmp_path, image_size=SIZE)
    assert not (tmp_path / "out").exists()


def test_find_photographs__a_camera_that_sees_no_pitch(tmp_path: Path, own: Venue, photo: np.ndarray) -> None:
    away = own.camera.camera_matrix @ np.diag([-1.0, -1.0, 1.0, 1.0])  # it looks the other way
    away[:, 3] = -away[:, :3] @ own.camera.position_m
    cameras = _write(tmp_path, photo, own.camera, camera_matrix=away.tolist())
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


def test_make_venue_set__without_space_for_people(tmp_path: Path, own: Venue, photo: np.ndarray) -> None:
    cameras = _write(tmp_path, photo, own.camera)
    cv2.imwrite(str(tmp_path / "000000.png"), np.full(SIZE[::-1], 255, np.uint8))
    with pytest.raises(UserError, match="sees no place where people could stand"):
        make_venue_set(tmp_path / "out", cameras, tmp_path, marks_dir=tmp_path, image_size=SIZE)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("margin_m", [float("nan"), float("inf"), -60.0])
def test_make_venue_set__refuses_a_margin(tmp_path: Path, margin_m: float) -> None:
    with pytest.raises(UserError, match=r"margin .* m: choose a number greater than -34"):
        make_venue_set(tmp_path / "new", "none.json", tmp_path, margin_m=margin_m)


def test_make_venue_set__refuses_a_margin_where_nobody_would_be_placed(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"margin 15.0 m: nobody is placed further than 6.5 m"):
        make_venue_set(tmp_path / "new", "none.json", tmp_path, margin_m=15.0)


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
    cameras = _write(tmp_path / "photos", photo, own.camera)
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


def test_make_venue_set__leaves_nothing_half_made(
    tmp_path: Path, own: Venue, photo: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    cameras, out = _write(tmp_path, photo, own.camera), tmp_path / "out"

    def interrupt(*arguments: object) -> None:
        assert list(out.rglob("*.jpg"))
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("mmsynloc.minisynloc.own_venue.write_annotations", interrupt)
        with pytest.raises(KeyboardInterrupt):
            make_venue_set(out, cameras, tmp_path, 1, 0, image_size=SIZE, progress=False)
    assert not out.exists()
    with pytest.raises(UserError, match="there is nothing to make"):
        make_venue_set(out, cameras, tmp_path, 0, 0, image_size=SIZE)


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


def test_make_venue_set__refuses_a_full_folder_and_other_weather(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("")
    with pytest.raises(UserError, match="is there already"):
        make_venue_set(tmp_path, "none.json", tmp_path)
    with pytest.raises(UserError, match="weather hail: choose one of overcast, sun, floodlight"):
        make_venue_set(tmp_path / "new", "none.json", tmp_path, weather="hail")


@pytest.fixture
def opencv(own: Venue) -> OpenCVCamera:
    """A pinhole at the place of the venue's camera, with some distortion, at the photograph's size."""
    toward = own.camera.camera_matrix * np.sign(np.linalg.det(own.camera.camera_matrix[:, :3]))
    intrinsics = [[400.0, 0, 325], [0, 398, 178], [0, 0, 1]]
    return OpenCVCamera(intrinsics, toward[:, :3], toward[:, 3], SIZE, [-0.1, 0.01, 0, 0])


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


def test_weathers__are_those_of_the_randomisation() -> None:
    assert set(WEATHERS) == set(AXES["light"]["weather"].weights)


def test_median_background__removes_who_moves(tmp_path: Path) -> None:
    for i in range(5):
        frame = np.full((70, 90, 3), 90, np.uint8)
        frame[10:30, 15 * i : 15 * i + 12] = 255
        cv2.imwrite(str(tmp_path / f"{i}.png"), frame)
    assert (median_background(tmp_path) == 90).all()


def test_median_background__of_a_video(tmp_path: Path) -> None:
    path = str(tmp_path / "film.avi")
    writer = cv2.VideoWriter(path, cv2.VideoWriter_fourcc(*"MJPG"), 10, (96, 64))
    for i in range(6):
        frame = np.full((64, 96, 3), 90, np.uint8)
        frame[16:32, 16 * i : 16 * i + 8] = 255
        writer.write(frame)
    writer.release()
    assert np.abs(median_background(path).astype(int) - 90).max() < 12  # JPEG


def test_median_background__bad_input_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such file or folder"):
        median_background(tmp_path / "none")
    with pytest.raises(UserError, match="has 0 frames; a median needs at least 3"):
        median_background(tmp_path)
    (tmp_path / "text.avi").write_text("no video")
    with pytest.raises(UserError, match=r"text.avi: cannot be read as a video"):
        median_background(tmp_path / "text.avi")
    for i, width in enumerate((20, 30, 20)):
        cv2.imwrite(str(tmp_path / f"{i}.png"), np.zeros((10, width, 3), np.uint8))
    with pytest.raises(UserError, match=r"1.png: is 30x10, and the first frame 20x10"):
        median_background(tmp_path)


def test_median_background__a_frame_that_cannot_be_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def __init__(self, path: str) -> None: ...

        def isOpened(self) -> bool:
            return True

        def get(self, key: int) -> float:
            return 5.0

        def grab(self) -> bool:
            return True

        def retrieve(self) -> tuple[bool, None]:
            return False, None

        def release(self) -> None: ...

    (tmp_path / "film.avi").write_text("")
    monkeypatch.setattr(cv2, "VideoCapture", Broken)
    with pytest.raises(UserError, match=r"film\.avi: frame 0 cannot be decoded"):
        median_background(tmp_path / "film.avi")


def test_median_background__a_name_that_is_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / "film\udcff.avi"
    path.write_text("")
    with pytest.raises(UserError, match=r"film.udcff\.avi'?: its name is not UTF-8"):
        median_background(path)


def test_make_venue__command_line(
    tmp_path: Path, own: Venue, photo: np.ndarray, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    cameras = _write(tmp_path, photo, own.camera)
    tool = str(Path(__file__).parents[2] / "tools" / "dataset" / "make_venue.py")
    arguments = [str(tmp_path / "out"), "--cameras", str(cameras), "--photos", str(tmp_path), "--image-size", "640x360"]
    monkeypatch.setattr(sys, "argv", [tool, "set", *arguments, "--train", "1", "--val", "0"])
    for expected in ("1 train, 0 val, from 1 photograph", "error: "):  # the second time the folder is full
        with pytest.raises(SystemExit):
            runpy.run_path(tool, run_name="__main__")
        said = capsys.readouterr()
        assert expected in said.out + said.err


def test_find_photographs__no_such_folder(tmp_path: Path, own: Venue, photo: np.ndarray) -> None:
    cameras = _write(tmp_path, photo, own.camera)
    (tmp_path / "marks").mkdir()
    with pytest.raises(UserError, match="absent: no such folder of photographs"):
        find_photographs(cameras, tmp_path / "absent", tmp_path / "marks", (640, 360))


def test_make_venue__background_over_its_input(tmp_path: Path) -> None:
    for name in ("0.png", "1.png"):
        write_image(tmp_path / "frames" / name, np.zeros((36, 64, 3), np.uint8))
    for out, message in ((tmp_path / "frames" / "0.png", "is read by this command"), ("a.mp4", "not an image")):
        with pytest.raises(UserError, match=message):
            main(["background", str(tmp_path / "frames"), str(out)])
