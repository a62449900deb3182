"""The registered data set."""

from __future__ import annotations

import numpy as np
import pytest
from mmengine.registry import DefaultScope
from mmpose.registry import DATASETS

from mmsynloc.codecs import detach_ground_metric
from mmsynloc.datasets import SynLocDataset
from mmsynloc.utils import UserError
from tests.synloc_files import annotation, camera, image_entry, write_annotations


def _dataset(path, **kwargs) -> SynLocDataset:
    return DATASETS.build(dict(type="SynLocDataset", ann_file=str(path), data_prefix=dict(img="train/"), **kwargs))


def test_dataset__no_images(tmp_path):
    with pytest.raises(UserError, match=r"a\.json: has no images"):
        _dataset(write_annotations(tmp_path / "a.json", [], []))


@pytest.mark.parametrize("indices", [0, []])
def test_dataset__no_image_is_chosen(tmp_path, indices):
    with pytest.raises(UserError, match=r"a\.json: indices=.* leave no image"):
        _dataset(write_annotations(tmp_path / "a.json", [image_entry()], []), indices=indices)


def test_dataset__some_images_are_chosen(tmp_path):
    path = write_annotations(tmp_path / "a.json", [image_entry(i) for i in range(3)], [])
    assert [info["img_id"] for info in _dataset(path, indices=[2, 0], test_mode=True)] == [2, 0]


def test_dataset__metainfo(tmp_path):
    metainfo = _dataset(write_annotations(tmp_path / "a.json", [image_entry()], []), test_mode=True).metainfo
    assert metainfo["keypoint_id2name"] == {0: "pelvis", 1: "pelvis_ground"}
    assert metainfo["flip_indices"] == [0, 1]
    assert metainfo["num_keypoints"] == 2
    assert metainfo["classes"] == ("person",)


def test_dataset__items_and_their_types(tmp_path):
    people = [annotation(0, 0, (0, 0)), annotation(1, 0, (10, 5))]
    info = _dataset(write_annotations(tmp_path / "a.json", [image_entry(0)], people), input_size=(96, 64))[0]
    assert info["img_path"] == "train/000000.jpg"
    assert info["input_size"] == (96, 64)
    for name, shape in {"bbox": (2, 4), "keypoints": (2, 2, 2), "keypoints_visible": (2, 2), "area": (2,)}.items():
        assert info[name].shape == shape
        assert info[name].dtype == np.float32


def test_dataset__boxes_are_clipped_and_keypoints_are_not(tmp_path):
    person = annotation(0, 0, (0, 0), bbox=[-5, 350, 20, 30], keypoints=[[-3, 355, 1], [-3, 372, 1]])
    info = _dataset(write_annotations(tmp_path / "a.json", [image_entry(0)], [person]))[0]
    np.testing.assert_array_equal(info["bbox"], [[0, 350, 15, 360]])
    np.testing.assert_array_equal(info["keypoints"][0], [[-3, 355], [-3, 372]])


def test_dataset__ground_metric(tmp_path):
    path = write_annotations(tmp_path / "a.json", [image_entry(0)], [annotation(0, 0, (5, 5))])
    info = _dataset(path, with_ground_metric=True)[0]
    own, matrix = detach_ground_metric(info["keypoints"])
    # float32 keypoints at some 300 px have steps of 3e-5 px, on tangents of about 3 px
    np.testing.assert_allclose(matrix[0], camera().pixel_to_metre(own[:, 1])[0], rtol=1e-4, atol=1e-6)


def test_dataset__missing_file_says_what_to_do(tmp_path):
    with pytest.raises(UserError, match=r"none\.json: no such file.*SYNLOC_ROOT"):
        _dataset(tmp_path / "none.json")


def test_dataset__top_down_is_refused(tmp_path):
    with pytest.raises(ValueError, match="bottomup"):
        _dataset(write_annotations(tmp_path / "a.json", [], []), data_mode="topdown")


def test_dataset__leaves_transforms_out_on_request(tmp_path):
    pipeline = [dict(type="SynLocMosaic"), dict(type="SynLocFlip"), dict(type="SynLocFlip")]
    path = write_annotations(tmp_path / "a.json", [image_entry()], [])
    with DefaultScope.overwrite_default_scope("mmpose"):
        dataset = _dataset(path, pipeline=pipeline)
    dataset.update_skip_type_keys(["SynLocMosaic", "NotThere"])
    assert [type(transform).__name__ for transform in dataset.pipeline.transforms] == ["SynLocFlip", "SynLocFlip"]
