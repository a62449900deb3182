"""``mmsynloc camera``: pictures, figures, conversion, and refusals."""

from __future__ import annotations

import json

import cv2
import numpy as np
import pytest
from PIL import Image

from mmsynloc.cli.camera import main
from mmsynloc.files import read_camera
from mmsynloc.utils import UserError
from tests.camera_files import KNOWN, SIZE, WRITERS, hand_camera, opencv_content, synloc_content


def test_camera__draws_describes_and_converts(tmp_path, capsys):
    path = WRITERS["FileStorage YAML"](tmp_path)
    cv2.imwrite(str(tmp_path / "photo.png"), np.zeros((540, 960, 3), np.uint8))
    out, synloc = tmp_path / "out.png", tmp_path / "synloc.json"
    main([str(path), "--image", str(tmp_path / "photo.png"), "--out", str(out), "--to-synloc", str(synloc)])
    printed = capsys.readouterr().out
    assert "OpenCVCamera, for images of 960x540" in printed
    assert "x 60.0 m, y 0.0 m, 20.0 m over the pitch" in printed
    assert "field of view: 87.7 degrees across" in printed  # 2 atan(960 / 1000)
    assert "in the SynLoc model: 0.0" in printed
    assert "warning" not in printed
    assert cv2.imread(str(out)).shape == (540, 960, 3)
    again = read_camera(synloc, SIZE)
    np.testing.assert_allclose(again.pitch_to_pixel(list(KNOWN)).points, list(KNOWN.values()), atol=0.05)


def test_camera__picture_and_camera_are_two_files(tmp_path):
    path = WRITERS["annotations"](tmp_path)
    out = str(tmp_path / "out.png")
    with pytest.raises(UserError, match=r"--to-synloc .*out\.png: is the file of --out too"):
        main([str(path), "--name", "000001.jpg", "--out", out, "--to-synloc", out])


def test_camera__takes_the_image_s_camera_from_an_annotation_file(tmp_path, capsys):
    path = WRITERS["annotations"](tmp_path)
    main([str(path), "--name", "000001.jpg", "--out", str(tmp_path / "out.png")])
    assert "model: Camera, for images of 1920x1080" in capsys.readouterr().out


def test_camera__warns_of_a_calibration_at_another_resolution(tmp_path, capsys):
    content = {name: np.asarray(value).tolist() for name, value in opencv_content(hand_camera()).items()}
    content["camera_matrix"][0][2] = 1500.0
    (tmp_path / "camera.json").write_text(json.dumps(content))
    main([str(tmp_path / "camera.json"), "--out", str(tmp_path / "out.png")])
    assert "warning: the principal point (1500, 540)" in capsys.readouterr().out


def test_camera__refuses_an_image_of_another_shape(tmp_path):
    cv2.imwrite(str(tmp_path / "photo.png"), np.zeros((600, 600, 3), np.uint8))
    with pytest.raises(UserError, match=r"is for images of 1920x1080, and image .*photo\.png is 600x600"):
        main(
            [str(WRITERS["npz"](tmp_path)), "--image", str(tmp_path / "photo.png"), "--out", str(tmp_path / "out.png")]
        )
    assert not (tmp_path / "out.png").exists()


@pytest.mark.parametrize("size", ["20x10", "105", "axb", "105x300"])
def test_camera__refuses_a_pitch_of_no_size(tmp_path, size, capsys):
    with pytest.raises(SystemExit):
        main([str(WRITERS["npz"](tmp_path)), "--pitch-size", size])
    assert "--pitch-size" in capsys.readouterr().err


def test_camera__needs_a_name_where_images_have_cameras_of_their_own(tmp_path):
    images = [{"id": i, "file_name": f"{i}.jpg", **synloc_content()} for i in range(2)]
    images[1]["camera_matrix"][0][3] += 1
    (tmp_path / "val.json").write_text(json.dumps({"images": images}))
    with pytest.raises(UserError, match="has cameras of 2 images; name the image"):
        main([str(tmp_path / "val.json"), "--out", str(tmp_path / "out.png")])


def test_camera__warns_of_a_turned_photograph(tmp_path, capsys):
    path, exif = WRITERS["FileStorage YAML"](tmp_path), Image.Exif()
    exif[274] = 3
    Image.new("RGB", (960, 540)).save(tmp_path / "photo.jpg", exif=exif)
    main([str(path), "--image", str(tmp_path / "photo.jpg"), "--out", str(tmp_path / "out.png")])
    assert "photo.jpg: its orientation tag (3) is ignored" in capsys.readouterr().err


def test_camera__image_by_its_folder(tmp_path, capsys):
    """Two images of one name have cameras of their own."""
    for game in ("game1", "game2"):
        (tmp_path / game).mkdir()
        cv2.imwrite(str(tmp_path / game / "000.png"), np.zeros((540, 960, 3), np.uint8))
    entry = json.loads(WRITERS["annotations"](tmp_path).read_text())["images"][0]
    images = [{**entry, "id": i, "file_name": f"game{i + 1}/000.png"} for i in range(2)]
    images[1]["undist_poly"] = [x * 1.0000001 for x in entry["undist_poly"]]
    (tmp_path / "both.json").write_text(json.dumps({"images": images, "annotations": [], "categories": []}))
    image = tmp_path / "game2" / "000.png"
    main([str(tmp_path / "both.json"), "--image", str(image), "--out", str(tmp_path / "out.png")])
    assert "for images of 960x540" in capsys.readouterr().out
