"""Pictures of a run: which images, with their truth, to files and to the back ends."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock

import cv2
import numpy as np
import pytest
from mmengine.runner import BaseLoop
from mmengine.structures import InstanceData
from mmpose.structures import PoseDataSample

from mmsynloc.datasets import SynLocDataset
from mmsynloc.engine.hooks import SynLocVisualizationHook
from mmsynloc.utils import UserError
from tests.synloc_files import write_split

PEOPLE = [[(0, 0)], [], [(5, 10), (3, 3)]]


def _runner(root: Path, split: str = "val", training: bool = False) -> SimpleNamespace:
    if not (root / split).is_dir():
        write_split(root, split, PEOPLE)
    name = "challenge_public" if split == "challenge" else split
    options = dict(ann_file=f"annotations/{name}.json", data_prefix=dict(img=f"{split}/"), test_mode=True)
    loader = SimpleNamespace(dataset=SynLocDataset(data_root=str(root), **options), batch_size=2)
    train_loop = Mock(spec=BaseLoop) if training else {}
    hub = SimpleNamespace(runtime_info={})
    return SimpleNamespace(
        val_dataloader=loader,
        test_dataloader=loader,
        _train_loop=train_loop,
        message_hub=hub,
        iter=7,
        log_dir=root,
        visualizer=Mock(),
    )


def _outputs(runner: SimpleNamespace, rows: list[int]) -> list[PoseDataSample]:
    samples = []
    for row in rows:
        info = runner.val_dataloader.dataset.get_data_info(row)
        sample = PoseDataSample(metainfo={key: info[key] for key in ("img_id", "img_path", "camera", "annotated_size")})
        found = InstanceData(bboxes=info["bbox"], bbox_scores=np.ones(len(info["bbox"])), keypoints=info["keypoints"])
        sample.pred_instances = found
        samples.append(sample)
    return samples


def test_hook__off_by_default(tmp_path):
    runner, hook = _runner(tmp_path), SynLocVisualizationHook()
    hook.after_val_iter(runner, 0, None, _outputs(runner, [0, 1]))
    hook.after_test_iter(runner, 0, None, _outputs(runner, [0, 1]))
    assert list(tmp_path.rglob("*.png")) == []
    runner.visualizer.add_image.assert_not_called()


def test_hook__writes_every_so_many_images(tmp_path):
    runner, hook = _runner(tmp_path), SynLocVisualizationHook(enable=True, interval=2, out_dir=str(tmp_path / "out"))
    hook.after_test_iter(runner, 0, None, _outputs(runner, [0, 1]))
    hook.after_test_iter(runner, 1, None, _outputs(runner, [2]))
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["test_000000.png", "test_000002.png"]
    with_close_ups = cv2.imread(str(tmp_path / "out" / "test_000002.png"))
    assert with_close_ups.shape[0] > 900


def test_hook__names_come_again_in_another_folder(tmp_path):
    runner, hook = _runner(tmp_path), SynLocVisualizationHook(enable=True, interval=1, out_dir=str(tmp_path / "out"))
    samples = _outputs(runner, [0, 1])
    for folder, sample in zip(("north", "south"), samples):
        path = Path(sample.img_path)
        moved = path.parent / folder / "0.jpg"
        moved.parent.mkdir()
        moved.write_bytes(path.read_bytes())
        sample.set_metainfo({"img_path": str(moved)})
    hook.after_test_iter(runner, 0, None, samples)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["test_north_0.png", "test_south_0.png"]


def test_hook__examples_of_a_training_go_to_the_back_ends(tmp_path):
    runner, hook = _runner(tmp_path, training=True), SynLocVisualizationHook(examples=1)
    hook.after_val_iter(runner, 0, None, _outputs(runner, [0, 1]))
    hook.after_val_iter(runner, 1, None, _outputs(runner, [2]))
    (call,) = runner.visualizer.add_image.call_args_list
    name, picture, step = call.args
    assert (name, picture.dtype, picture.shape[2], step) == ("val_000000", np.uint8, 3, 7)
    alone = _runner(tmp_path, training=False)
    hook.after_val_iter(alone, 0, None, _outputs(alone, [0, 1]))
    alone.visualizer.add_image.assert_not_called()


@pytest.mark.parametrize(("split", "known"), [("val", True), ("challenge", False)])
def test_hook__truth_is_that_of_the_image(tmp_path, split, known):
    runner, hook = _runner(tmp_path, split), SynLocVisualizationHook()
    for img_id, people in enumerate(PEOPLE):
        truth = hook._truth(runner.val_dataloader.dataset, img_id)
        assert (truth is not None) == known
        if truth is not None:
            np.testing.assert_allclose(truth.points_pitch_m, np.array(people, float).reshape(-1, 2), atol=1e-5)
    hook.before_test_epoch(runner)


def test_hook__needs_no_display():
    with pytest.raises(UserError, match="--show-dir"):
        SynLocVisualizationHook(show=True)
