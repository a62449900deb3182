from __future__ import annotations

import json

import pytest

from mmsynloc.datasets.converters import PredictionFormat, import_predictions
from mmsynloc.datasets.converters.predictions import ImportSummary, decode_predictions
from mmsynloc.files import Detections, parse_annotations, read_results
from mmsynloc.utils import UserError

IMAGES = [{"id": i, "file_name": f"{i:06d}.jpg", "width": 3840, "height": 2160} for i in (0, 7)]
BOX, POINTS = [960.0, 540.0, 192.0, 216.0], [[1055.5, 647.5, 0.75], [1049.5, 749.5, 0.5]]


def _entry(**changes) -> dict:
    entry = {"image_id": 0, "category_id": 1, "bbox": BOX, "score": 0.75, "keypoints": POINTS} | changes
    return {key: value for key, value in entry.items() if value is not None}


def _summary(entries: list, images: list = IMAGES, **format) -> ImportSummary:
    data = json.dumps(entries).encode()
    return decode_predictions(data, parse_annotations({"images": images}), PredictionFormat(**format))


def _entries(results: Detections) -> list[dict]:
    """As a JSON file would have them, with nested keypoints."""
    columns = {
        "image_id": results.image_ids,
        "category_id": results.category_ids,
        "bbox": results.boxes_xywh,
        "score": results.scores,
        "keypoints": results.keypoints,
        "position_on_pitch": results.positions_pitch_m,
    }
    columns = {name: column.tolist() for name, column in columns.items() if column is not None}
    return [dict(zip(columns, values)) for values in zip(*columns.values())]


def _convert(*entries, images: list = IMAGES, **format) -> list[dict]:
    return _entries(_summary(list(entries), images, **format).results)


def _flat(points, width=3):
    return [value for point in points for value in point[:width]]


def test_decode_predictions__empty():
    assert _convert() == []


def test_decode_predictions__annotated_pixels_stay():
    assert _convert(_entry()) == [_entry()]


@pytest.mark.parametrize(
    "keypoints", [POINTS, _flat(POINTS), _flat(POINTS, 2), [point[:2] for point in POINTS]], ids=str
)
def test_decode_predictions__nested_and_flat_keypoints(keypoints):
    (result,) = _convert(_entry(keypoints=keypoints))
    assert [point[:2] for point in result["keypoints"]] == [point[:2] for point in POINTS]
    has_scores = len(_flat(POINTS)) == len(_flat(keypoints)) if isinstance(keypoints[0], list) else len(keypoints) == 6
    assert [point[2] for point in result["keypoints"]] == ([0.75, 0.5] if has_scores else [0.75, 0.75])


def test_decode_predictions__full_hd_is_exact_at_the_pixel_centres():
    points = [[527.5, 323.5, 0.75], [524.5, 374.5, 0.5]]  # (x + 0.5) / 2 - 0.5
    assert _convert(_entry(bbox=[480, 270, 96, 108], keypoints=points), from_size=(1920, 1080)) == [_entry()]


def test_decode_predictions__full_hd_from_the_image_edge():
    points = [[528, 324, 0.75], [525, 375, 0.5]]
    options = dict(from_size=(1920, 1080), corner_origin=True)
    assert _convert(_entry(bbox=[480, 270, 96, 108], keypoints=points), **options) == [_entry()]


def test_decode_predictions__yolo_fractions():
    points = [0.275, 0.3, 0.75, 1050 / 3840, 750 / 2160, 0.5]
    entry = _entry(bbox=[0.275, 0.3, 0.05, 0.1], keypoints=points)
    assert _convert(entry, normalised=True, box_format="cxcywh") == [_entry()]


@pytest.mark.parametrize(("box_format", "box"), [("xyxy", [960, 540, 1152, 756]), ("cxcywh", [1056, 648, 192, 216])])
def test_decode_predictions__box_formats(box_format, box):
    assert _convert(_entry(bbox=box), box_format=box_format) == [_entry()]


@pytest.mark.parametrize("key", [{"image_id": "000007.jpg"}, {"image_id": "000007"}, {"file_name": "val/000007.jpg"}])
def test_decode_predictions__image_by_name(key):
    assert _convert(_entry(image_id=None) | key)[0]["image_id"] == 7


def test_decode_predictions__optional_parts():
    (boxes_only,) = _convert(_entry(keypoints=None))
    assert "keypoints" not in boxes_only
    (placed,) = _convert(_entry(position_on_pitch=[1.5, -2]))
    assert placed["position_on_pitch"] == [1.5, -2]
    (ground_only,) = _convert(_entry(keypoints=POINTS[1]))
    assert ground_only["keypoints"] == [POINTS[1], POINTS[1]]


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ([], "expected an object, not a list"),
        (_entry(image_id=None), "neither image_id nor file_name"),
        (_entry(image_id=3), "image 3 is not in the annotation file"),
        (_entry(image_id="x.jpg"), "image 'x.jpg' is not in the annotation file"),
        (_entry(image_id=[0]), "image_id: expected an integer or a string, not a list"),
        (_entry(image_id=True), "image_id: expected an integer or a string"),
        (_entry(image_id=7, file_name="000000.jpg"), "are two images"),
        (_entry(bbox=None), "bbox is missing"),
        (_entry(bbox=[1, 2, 3]), "bbox: expected a list of length 4"),
        (_entry(bbox=[1, 2, "3", 4]), r"bbox\[2\]: expected a number, not a string"),
        (_entry(bbox=[1, 2, -3, 4]), "negative size"),
        (_entry(score=None), "score is missing"),
        (_entry(score="high"), "score: expected a number, not a string"),
        (_entry(score=[0.5]), "score: expected a number, not a list"),
        (_entry(keypoints=[0.0] * 51), "keypoints are not pelvis and pelvis_ground"),
        (_entry(keypoints=[[1, 2], [3]]), "keypoints are not pelvis and pelvis_ground"),
        (_entry(keypoints=[[1, 2], [1, 2, 3]]), "keypoints are not pelvis and pelvis_ground"),
        (_entry(keypoints=["1", "2"]), r"keypoints\[0\]: expected a number or a list, not a string"),
        (_entry(keypoints=None), "keypoints is missing, though other entries have it"),
    ],
)
def test_decode_predictions__wrong_entry_is_named(entry, words):
    with pytest.raises(UserError, match=rf"predictions: entry \[1\].*: .*{words}"):
        _convert(_entry(), entry)


def test_decode_predictions__position_of_one_number():
    with pytest.raises(UserError, match=r"entry \[0\]: position_on_pitch is not 2 or 3 numbers"):
        _convert(_entry(position_on_pitch=[1.0]))
    assert _convert(_entry(position_on_pitch=[1.0, 2.0, 0]))[0]["position_on_pitch"] == [1, 2]


def test_decode_predictions__number_that_is_not_finite():
    data = b'[{"image_id": 0, "bbox": [1, 2, NaN, 4], "score": 1}]'
    with pytest.raises(UserError, match="NaN is no number of JSON at line 1"):
        decode_predictions(data, parse_annotations({"images": IMAGES}), PredictionFormat())


def test_decode_predictions__the_number_of_an_entry_counts_other_categories():
    entries = [_entry(category_id=3), _entry(category_id=0, image_id=99)]
    with pytest.raises(UserError, match=r"entry \[1\]: image 99"):
        _convert(*entries, category=0)


FOLDERS = [dict(IMAGES[0], id=i, file_name=f"game {i}/000000.jpg") for i in range(2)]


@pytest.mark.parametrize(
    "name", ["game 1/000000.jpg", "game 1\\000000.jpg", "/data/val/game 1/000000.jpg", "game 1/000000"]
)
def test_decode_predictions__image_in_a_sub_folder(name):
    assert _convert(_entry(image_id=name), images=FOLDERS)[0]["image_id"] == 1


def test_decode_predictions__name_that_fits_two_images():
    with pytest.raises(UserError, match=r"entry \[0\]: image '000000' fits 2 images"):
        _convert(_entry(image_id="000000"), images=FOLDERS)


def test_decode_predictions__file_name_beside_an_unknown_id():
    # some tools number the images anew
    assert _convert(_entry(image_id=99, file_name="000007.jpg"))[0]["image_id"] == 7


def test_decode_predictions__padded_square_input_is_refused():
    with pytest.raises(UserError, match="640x640 has another aspect ratio"):
        _convert(_entry(), from_size=(640, 640))


def test_decode_predictions__several_categories_need_a_choice():
    entries = [_entry(category_id=0), _entry(category_id=32)]
    with pytest.raises(UserError, match="several categories, 0, 32"):
        _convert(*entries)
    assert _convert(*entries, category=0) == [_entry()]
    assert _convert(_entry(category_id="0"), category=0) == [_entry()]
    with pytest.raises(UserError, match="has no category 7, only 0, 32"):
        _convert(*entries, category=7)
    assert len(_summary([], category=7).results) == 0


def test_decode_predictions__numbers_whose_scaling_overflows():
    with pytest.raises(UserError, match=r"entry \[1\]: its numbers are too large"):
        _convert(_entry(), _entry(bbox=[1e308, 0, 5, 5]), from_size=(1920, 1080))


def test_decode_predictions__alarm_for_full_hd_taken_as_4k():
    entries = [_entry(bbox=[50.0 * i, 30.0 * i, 20, 40], keypoints=None) for i in range(35)]
    alarms = _summary(entries).alarms
    assert len(alarms) == 1
    assert "--from-size 1920x1080" in alarms[0]
    assert _summary(entries, from_size=(1920, 1080)).alarms == []
    spread = [_entry(bbox=[100.0 * i, 50.0 * i, 20, 40], keypoints=None) for i in range(35)]
    assert _summary(spread).alarms == []


def test_decode_predictions__coordinates_that_cannot_be():
    spread = [_entry(bbox=[100.0 * i, 50.0 * i, 20, 40], keypoints=None) for i in range(35)]
    with pytest.raises(UserError, match="lie outside the frame: the coordinates are not in pixels of 1920x1080"):
        _convert(*spread, from_size=(1920, 1080))
    fractions = [_entry(bbox=[0.4, 0.5, 0.1, 0.1], keypoints=None)] * 35
    with pytest.raises(UserError, match="pass --normalised"):
        _convert(*fractions)


@pytest.mark.parametrize("wrap", [lambda p: p, lambda p: {"predictions": p}, lambda p: {"annotations": p}])
def test_import_predictions__list_or_object(root, tmp_path, wrap):
    (tmp_path / "p.json").write_text(json.dumps(wrap([_entry()])))
    import_predictions(tmp_path / "p.json", root / "annotations" / "train.json", tmp_path / "out.json")
    assert _entries(read_results(tmp_path / "out.json")) == [_entry()]


@pytest.mark.parametrize("text", ["[{]", '{"x": 1}', '[{"image_id": 99, "bbox": [1, 2, 3, 4], "score": 1}]'])
def test_import_predictions__bad_file_writes_nothing(root, tmp_path, text):
    (tmp_path / "p.json").write_text(text)
    with pytest.raises(UserError, match=r"p\.json: "):
        import_predictions(tmp_path / "p.json", root / "annotations" / "train.json", tmp_path / "out.json")
    assert not (tmp_path / "out.json").exists()


def test_import_predictions__bad_annotation_file(tmp_path):
    (tmp_path / "p.json").write_text("[]")
    for text, words in (("[]", "expected an object, not a list"), ('{"images": [{}]}', r"images\[0\]: id is missing")):
        (tmp_path / "a.json").write_text(text)
        with pytest.raises(UserError, match=rf"a\.json: {words}"):
            import_predictions(tmp_path / "p.json", tmp_path / "a.json", tmp_path / "out.json")


def test_decode_predictions__padded_rows_are_refused():
    with pytest.raises(UserError, match="1920x1088 has another aspect ratio than the annotated 3840x2160"):
        _convert(_entry(), from_size=(1920, 1088))
    assert _convert(_entry(), from_size=(1333, 750))  # rounded


def test_decode_predictions__a_few_normalised_boxes():
    with pytest.raises(UserError, match="all coordinates lie within 2 pixels: they are normalised"):
        _convert(_entry(bbox=[0.25, 0.25, 0.05, 0.1]))


@pytest.mark.parametrize("name", ["/data/val/000007.png", "000007.JPG"])
def test_decode_predictions__name_with_another_suffix(name):
    assert _convert(_entry(image_id=name))[0]["image_id"] == 7
