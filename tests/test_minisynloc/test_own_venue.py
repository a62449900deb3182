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
from mmsynloc.minisynloc.own_venue import WEATHERS, compose_photograph, make_venue_set
from mmsynloc.minisynloc.photographs import Photograph
from mmsynloc.minisynloc.randomisation import AXES
from mmsynloc.minisynloc.venue import Venue
from mmsynloc.utils import UserError
from tests.test_minisynloc.photo_files import SIZE, write_photo


def test_make_venue_set__writes_the_official_layout(tmp_path: Path, own: Venue, photo: np.ndarray) -> None:
    cameras = write_photo(tmp_path, photo, own.camera)
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
    make_venue_set(out, write_photo(tmp_path, photo, own.camera), tmp_path, 1, 1, image_size=SIZE)
    written = sorted((out / "annotations").iterdir())
    assert [path.name for path in written] == ["mini.json", "train.json", "val.json"]
    for path in written:
        assert len(read_annotations(path)) == 1
    monkeypatch.setenv("SYNLOC_ROOT", str(out))
    check_data(load_config("mmsynloc::demo_synloc.py"))


def test_make_venue_set__the_same_seed_gives_the_same_files(tmp_path: Path, own: Venue, photo: np.ndarray) -> None:
    cameras = write_photo(tmp_path, photo, own.camera)
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


def test_make_venue_set__without_space_for_people(tmp_path: Path, own: Venue, photo: np.ndarray) -> None:
    cameras = write_photo(tmp_path, photo, own.camera)
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


def test_make_venue_set__leaves_nothing_half_made(
    tmp_path: Path, own: Venue, photo: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    cameras, out = write_photo(tmp_path, photo, own.camera), tmp_path / "out"

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


def test_make_venue_set__refuses_a_full_folder_and_other_weather(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("")
    with pytest.raises(UserError, match="is there already"):
        make_venue_set(tmp_path, "none.json", tmp_path)
    with pytest.raises(UserError, match="weather hail: choose one of overcast, sun, floodlight"):
        make_venue_set(tmp_path / "new", "none.json", tmp_path, weather="hail")


def test_weathers__are_those_of_the_randomisation() -> None:
    assert set(WEATHERS) == set(AXES["light"]["weather"].weights)


def test_make_venue__command_line(
    tmp_path: Path, own: Venue, photo: np.ndarray, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    cameras = write_photo(tmp_path, photo, own.camera)
    tool = str(Path(__file__).parents[2] / "tools" / "dataset" / "make_venue.py")
    arguments = [str(tmp_path / "out"), "--cameras", str(cameras), "--photos", str(tmp_path), "--image-size", "640x360"]
    monkeypatch.setattr(sys, "argv", [tool, "set", *arguments, "--train", "1", "--val", "0"])
    for expected in ("1 train, 0 val, from 1 photograph", "error: "):  # the second time the folder is full
        with pytest.raises(SystemExit):
            runpy.run_path(tool, run_name="__main__")
        said = capsys.readouterr()
        assert expected in said.out + said.err


def test_make_venue__background_over_its_input(tmp_path: Path) -> None:
    for name in ("0.png", "1.png"):
        write_image(tmp_path / "frames" / name, np.zeros((36, 64, 3), np.uint8))
    for out, message in ((tmp_path / "frames" / "0.png", "is read by this command"), ("a.mp4", "not an image")):
        with pytest.raises(UserError, match=message):
            main(["background", str(tmp_path / "frames"), str(out)])
