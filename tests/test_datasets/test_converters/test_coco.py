from __future__ import annotations

import json

import pytest
from pycocotools.coco import COCO

from mmsynloc.datasets.converters import export_coco
from mmsynloc.datasets.converters.coco import to_coco
from mmsynloc.files import parse_annotations
from mmsynloc.utils import UserError


def _export(root, tmp_path, size=None, name="train"):
    export_coco(root / "annotations" / f"{name}.json", tmp_path / "out.json", size)
    return json.loads((tmp_path / "out.json").read_text())


def test_to_coco__nobody(root):
    content = json.loads((root / "annotations" / "train.json").read_text())
    coco = to_coco(parse_annotations(content | {"annotations": []}))
    assert len(coco["images"]) == 2
    assert coco["annotations"] == []
    assert coco["categories"][0]["keypoints"] == ["pelvis", "pelvis_ground"]


def test_export_coco__challenge_has_images_only(root, tmp_path):
    coco = _export(root, tmp_path, name="challenge_public")
    assert len(coco["images"]) == 2
    assert coco["annotations"] == []


def test_export_coco__standard_keys_and_flat_triplets(root, tmp_path):
    coco = _export(root, tmp_path)
    assert set(coco) == {"info", "licenses", "images", "annotations", "categories"}
    first, second = coco["annotations"]
    assert (first["id"], second["id"]) == (1, 2)  # from 1: pycocotools takes 0 for "no match"
    assert [image["id"] for image in coco["images"]] == [0, 1]
    assert first["keypoints"] == [1055.5, 647.5, 2, 1049.5, 749.5, 2]
    # the right edge of the frame is at 3839.5, so neither point is inside
    assert second["keypoints"] == [3839.5, 1133.5, 1, 3850.0, 1190.0, 1]
    assert first["bbox"] == [960, 540, 192, 216]
    for annotation in (first, second):
        assert annotation["iscrowd"] == 0
        assert annotation["num_keypoints"] == 2
    assert coco["categories"][0]["skeleton"] == [[1, 2]]


def test_export_coco__full_hd_is_exact_at_the_pixel_centres(root, tmp_path):
    coco = _export(root, tmp_path, (1920, 1080))
    first = coco["annotations"][0]
    assert (coco["images"][0]["width"], coco["images"][0]["height"]) == (1920, 1080)
    assert first["keypoints"] == [527.5, 323.5, 2, 524.5, 374.5, 2]  # (x + 0.5) / 2 - 0.5
    assert first["bbox"] == [480, 270, 96, 108]
    assert first["area"] == 200


def test_export_coco__size_with_a_rounded_side(root, tmp_path):
    assert _export(root, tmp_path, (1278, 720))["images"][0]["width"] == 1278  # 1280 x 720, rounded to multiples of 6


def test_export_coco__another_aspect_ratio(root, tmp_path):
    with pytest.raises(UserError, match=r"000000\.jpg: 640x640 has another aspect ratio"):
        _export(root, tmp_path, (640, 640))
    assert not (tmp_path / "out.json").exists()


def test_export_coco__pycocotools_reads_it(root, tmp_path, capsys):
    _export(root, tmp_path)
    coco = COCO(str(tmp_path / "out.json"))
    assert coco.getAnnIds(imgIds=[0]) == [1, 2]
    assert coco.getAnnIds(imgIds=[1]) == []


def test_export_coco__wrong_entry_is_named(root, tmp_path):
    path = root / "annotations" / "train.json"
    data = json.loads(path.read_text())
    data["annotations"][1]["bbox"] = [1, 2, 3]
    path.write_text(json.dumps(data))
    with pytest.raises(UserError, match=r"train\.json: annotations\[1\] \(id 1\): bbox: expected"):
        _export(root, tmp_path)


def test_export_coco__sub_folders_and_large_ids(root, tmp_path):
    path = root / "annotations" / "train.json"
    data = json.loads(path.read_text())
    for i, image in enumerate(data["images"]):
        image |= {"id": 2**70 + i, "file_name": f"game {i}\\000000.jpg"}
    for annotation in data["annotations"]:
        annotation["image_id"] = 2**70
    path.write_text(json.dumps(data))
    coco = _export(root, tmp_path)
    assert [image["file_name"] for image in coco["images"]] == ["game 0/000000.jpg", "game 1/000000.jpg"]
    assert {annotation["image_id"] for annotation in coco["annotations"]} == {2**70}


def test_export_coco__numbers_whose_scaling_overflows(root, tmp_path):
    path = root / "annotations" / "train.json"
    content = json.loads(path.read_text())
    content["annotations"][0]["area"] = 1e308
    path.write_text(json.dumps(content))
    with pytest.raises(UserError, match=r"train\.json: its numbers are too large to be scaled"):
        _export(root, tmp_path, (7680, 4320))
    assert not (tmp_path / "out.json").exists()
