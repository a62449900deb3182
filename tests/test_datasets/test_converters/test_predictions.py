from __future__ import annotations

import json

import pytest

from mmsynloc.datasets.converters import PredictionFormat, import_predictions
from mmsynloc.datasets.converters.predictions import convert_predictions
from mmsynloc.utils import UserError

IMAGES = [{"id": i, "file_name": f"{i:06d}.jpg", "width": 3840, "height": 2160} for i in (0, 7)]
BOX, POINTS = [960.0, 540.0, 192.0, 216.0], [[1055.5, 647.5, 0.75], [1049.5, 749.5, 0.5]]


def _entry(**changes) -> dict:
    entry = {"image_id": 0, "category_id": 1, "bbox": BOX, "score": 0.75, "keypoints": POINTS} | changes
    return {key: value for key, value in entry.items() if value is not None}


def _convert(*entries, **format):
    return convert_predictions(list(entries), IMAGES, PredictionFormat(**format)).results


def _flat(points, width=3):
    return [value for point in points for value in point[:width]]


def test_convert_predictions__empty():
    assert _convert() == []


def test_convert_predictions__annotated_pixels_stay():
    assert _convert(_entry()) == [_entry()]


@pytest.mark.parametrize(
    "keypoints", [POINTS, _flat(POINTS), _flat(POINTS, 2), [point[:2] for point in POINTS]], ids=str
)
def test_convert_predictions__nested_and_flat_keypoints(keypoints):
    (result,) = _convert(_entry(keypoints=keypoints))
    assert [point[:2] for point in result["keypoints"]] == [point[:2] for point in POINTS]
    has_scores = len(_flat(POINTS)) == len(_flat(keypoints)) if isinstance(keypoints[0], list) else len(keypoints) == 6
    assert [point[2] for point in result["keypoints"]] == ([0.75, 0.5] if has_scores else [0.75, 0.75])


def test_convert_predictions__full_hd_is_exact_at_the_pixel_centres():
    points = [[527.5, 323.5, 0.75], [524.5, 374.5, 0.5]]  # (x + 0.5) / 2 - 0.5
    assert _convert(_entry(bbox=[480, 270, 96, 108], keypoints=points), from_size=(1920, 1080)) == [_entry()]


def test_convert_predictions__full_hd_from_the_image_edge():
    points = [[528, 324, 0.75], [525, 375, 0.5]]
    options = dict(from_size=(1920, 1080), corner_origin=True)
    assert _convert(_entry(bbox=[480, 270, 96, 108], keypoints=points), **options) == [_entry()]


def test_convert_predictions__yolo_fractions():
    points = [0.275, 0.3, 0.75, 1050 / 3840, 750 / 2160, 0.5]
    entry = _entry(bbox=[0.275, 0.3, 0.05, 0.1], keypoints=points)
    assert _convert(entry, normalised=True, box_format="cxcywh") == [_entry()]


@pytest.mark.parametrize(("box_format", "box"), [("xyxy", [960, 540, 1152, 756]), ("cxcywh", [1056, 648, 192, 216])])
def test_convert_predictions__box_formats(box_format, box):
    assert _convert(_entry(bbox=box), box_format=box_format) == [_entry()]


@pytest.mark.parametrize("key", [{"image_id": "000007.jpg"}, {"image_id": "000007"}, {"file_name": "val/000007.jpg"}])
def test_convert_predictions__image_by_name(key):
    assert _convert(_entry(image_id=None) | key)[0]["image_id"] == 7


def test_convert_predictions__optional_parts():
    (boxes_only,) = _convert(_entry(keypoints=None))
    assert "keypoints" not in boxes_only
    (placed,) = _convert(_entry(position_on_pitch=[1.5, -2]))
    assert placed["position_on_pitch"] == [1.5, -2]
    (ground_only,) = _convert(_entry(keypoints=POINTS[1]))
    assert ground_only["keypoints"] == [POINTS[1], POINTS[1]]


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ([], "not an object"),
        (_entry(image_id=None), "neither image_id nor file_name"),
        (_entry(image_id=3), "image 3 is not in the annotation file"),
        (_entry(image_id=[0]), "is not in the annotation file"),
        (_entry(bbox=None), "bbox is missing"),
        (_entry(bbox=[1, 2, 3]), "bbox is not 4 numbers"),
        (_entry(bbox=[1, 2, -3, 4]), "negative size"),
        (_entry(bbox=[1, 2, float("nan"), 4]), "bbox is not finite"),
        (_entry(score=None), "score is missing"),
        (_entry(score="high"), "score is not numbers"),
        (_entry(score=[0.5]), "score is not one number"),
        (_entry(keypoints=[0.0] * 51), "keypoints are not pelvis and pelvis_ground"),
        (_entry(keypoints=[[1, 2], [3]]), "keypoints is not numbers"),
        (_entry(position_on_pitch=[1.0]), "position_on_pitch is not 2 numbers"),
    ],
)
def test_convert_predictions__wrong_entry_is_named(entry, words):
    with pytest.raises(ValueError, match=f"entry 1: .*{words}"):
        _convert(_entry(), entry)


def test_convert_predictions__padded_square_input_is_refused():
    with pytest.raises(ValueError, match="640x640 has another aspect ratio"):
        _convert(_entry(), from_size=(640, 640))


def test_convert_predictions__several_categories_need_a_choice():
    entries = [_entry(category_id=0), _entry(category_id=32)]
    with pytest.raises(ValueError, match="several categories, 0, 32"):
        _convert(*entries)
    assert _convert(*entries, category=0) == [_entry()]


def test_convert_predictions__alarm_for_full_hd_taken_as_4k():
    entries = [_entry(bbox=[50.0 * i, 30.0 * i, 20, 40], keypoints=None) for i in range(35)]
    alarms = convert_predictions(entries, IMAGES, PredictionFormat()).alarms
    assert len(alarms) == 1
    assert "--from-size 1920x1080" in alarms[0]
    assert convert_predictions(entries, IMAGES, PredictionFormat(from_size=(1920, 1080))).alarms == []
    spread = [_entry(bbox=[100.0 * i, 50.0 * i, 20, 40], keypoints=None) for i in range(35)]
    assert convert_predictions(spread, IMAGES, PredictionFormat()).alarms == []


def test_convert_predictions__coordinates_that_cannot_be():
    spread = [_entry(bbox=[100.0 * i, 50.0 * i, 20, 40], keypoints=None) for i in range(35)]
    with pytest.raises(ValueError, match="lie outside the frame: the coordinates are not 1920x1080"):
        _convert(*spread, from_size=(1920, 1080))
    fractions = [_entry(bbox=[0.4, 0.5, 0.1, 0.1], keypoints=None)] * 35
    with pytest.raises(ValueError, match="pass --normalised"):
        _convert(*fractions)


@pytest.mark.parametrize("wrap", [lambda p: p, lambda p: {"predictions": p}, lambda p: {"annotations": p}])
def test_import_predictions__list_or_object(root, tmp_path, wrap):
    (tmp_path / "p.json").write_text(json.dumps(wrap([_entry()])))
    import_predictions(tmp_path / "p.json", root / "annotations" / "train.json", tmp_path / "out.json")
    assert json.loads((tmp_path / "out.json").read_text()) == [_entry()]


@pytest.mark.parametrize("text", ["[{]", '{"x": 1}', '[{"image_id": 99, "bbox": [1, 2, 3, 4], "score": 1}]'])
def test_import_predictions__bad_file_writes_nothing(root, tmp_path, text):
    (tmp_path / "p.json").write_text(text)
    with pytest.raises(UserError, match=r"p\.json: "):
        import_predictions(tmp_path / "p.json", root / "annotations" / "train.json", tmp_path / "out.json")
    assert not (tmp_path / "out.json").exists()


def test_import_predictions__bad_annotation_file(tmp_path):
    (tmp_path / "p.json").write_text("[]")
    (tmp_path / "a.json").write_text("[]")
    with pytest.raises(UserError, match=r"a\.json: not a SynLoc annotation file"):
        import_predictions(tmp_path / "p.json", tmp_path / "a.json", tmp_path / "out.json")
    (tmp_path / "a.json").write_text('{"images": [{"id": 0}]}')
    with pytest.raises(UserError, match=r"a\.json: images\[0\]: lacks id"):
        import_predictions(tmp_path / "p.json", tmp_path / "a.json", tmp_path / "out.json")
