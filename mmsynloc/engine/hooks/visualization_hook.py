"""Pictures of predictions during validation and test."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mmengine.dist import is_main_process
from mmengine.hooks import Hook
from mmengine.runner import BaseLoop, Runner
from mmpose.registry import HOOKS
from torch.utils.data import DataLoader

from mmsynloc.engine.hooks.score_threshold_hook import THRESHOLD_KEY
from mmsynloc.files.images import read_image
from mmsynloc.structures import Athletes
from mmsynloc.utils import UserError

__all__ = ["SynLocVisualizationHook"]


@HOOKS.register_module()
class SynLocVisualizationHook(Hook):
    """Draw frames beside the pitch, with the truth, the errors in metres and windows around the worst of them.

    ``--show-dir`` of the tools writes every ``interval``-th image to a folder. Within a training, some images of each
    validation go to the visual back ends of the config, always the same ones.

    Takes the place of MMPose's ``PoseVisualizationHook`` and MMDetection's ``DetVisualizationHook``, with arguments of
    the former, because predictions are in annotated pixels whatever the size of the image file.

    Args:
        enable: whether to write files.
        interval: write every so many images.
        out_dir: folder of the pictures, ``vis`` below the run's log folder where it is None.
        score_thr: athletes to draw; None takes the threshold that validation chose, or 0.3.
        show: not available, because the package runs without a display.
        wait_time: unused, as ``show``.
        examples: number of images of each validation within a training for the back ends.
    """

    def __init__(
        self,
        enable: bool = False,
        interval: int = 50,
        out_dir: str | None = None,
        score_thr: float | None = None,
        show: bool = False,
        wait_time: float = 0.0,
        examples: int = 0,
    ) -> None:
        if show:
            raise UserError("--show needs a display, which headless OpenCV has not: write files with --show-dir")
        self.enable = enable
        self.interval = interval
        self.out_dir = out_dir
        self.score_thr = score_thr
        self.examples = examples
        self._truths: _Truths | None = None

    def before_val_epoch(self, runner: Runner) -> None:
        """Forget another data set."""
        self._truths = None

    def before_test_epoch(self, runner: Runner) -> None:
        """Forget another data set."""
        self._truths = None

    def after_val_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Sequence | None = None
    ) -> None:
        """Draw the batch's images that are due."""
        self._write_due(runner, runner.val_dataloader, batch_idx, outputs, f"val_{runner.iter}")
        if not isinstance(runner._train_loop, BaseLoop) or not is_main_process():
            return
        first = batch_idx * (runner.val_dataloader.batch_size or 1)
        for data_sample in (outputs or ())[: max(self.examples - first, 0)]:
            from mmsynloc.visualization import overview_pixels  # matplotlib, only where something is drawn

            picture = overview_pixels(self._draw(runner, runner.val_dataloader, data_sample))
            runner.visualizer.add_image(
                f"val_{_name(data_sample, runner.val_dataloader.dataset)}", picture, runner.iter
            )

    def after_test_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Sequence | None = None
    ) -> None:
        """Draw the batch's images that are due."""
        self._write_due(runner, runner.test_dataloader, batch_idx, outputs, "test")

    def _write_due(
        self, runner: Runner, loader: DataLoader, batch_idx: int, outputs: Sequence | None, phase: str
    ) -> None:
        if not self.enable:
            return
        folder = Path(self.out_dir) if self.out_dir else Path(runner.log_dir) / "vis"
        for i, data_sample in enumerate(outputs or (), batch_idx * (loader.batch_size or 1)):
            if i % self.interval == 0:
                from mmsynloc.visualization import save_overview  # matplotlib, only where something is drawn

                path = folder / f"{phase}_{_name(data_sample, loader.dataset)}.png"
                save_overview(self._draw(runner, loader, data_sample), path)

    def _draw(self, runner: Runner, loader: DataLoader, data_sample: Any) -> Any:
        from mmsynloc.visualization import draw_data_sample

        threshold = self.score_thr
        if threshold is None:
            threshold = runner.message_hub.runtime_info.get(THRESHOLD_KEY, 0.3)
        truth = self._truth(loader.dataset, int(data_sample.img_id))
        return draw_data_sample(read_image(data_sample.img_path), data_sample, truth, threshold)

    def _truth(self, dataset: Any, img_id: int) -> Athletes | None:
        """The annotated athletes of an image; None in a split without annotations."""
        if self._truths is None:
            self._truths = _Truths(dataset)
        return self._truths.of(img_id)


def _name(data_sample: Any, dataset: Any) -> str:
    """The image's name with the folders below the split's, for names may come again in another folder."""
    path, folder = Path(data_sample.img_path), (getattr(dataset, "data_prefix", None) or {}).get("img")
    relative = path.relative_to(folder) if folder and path.is_relative_to(folder) else Path(path.name)
    return "_".join(relative.with_suffix("").parts)


class _Truths:
    """The annotated athletes of a data set's images, by their ids."""

    def __init__(self, dataset: Any) -> None:
        self._dataset = dataset
        infos = [dataset.get_data_info(row) for row in range(len(dataset))]
        self._rows = {int(info["img_id"]): row for row, info in enumerate(infos)}
        # A second stage's test may have detections in place of the annotated people.
        self._known = getattr(dataset, "detections", None) is None and any(len(info["bbox"]) for info in infos)

    def of(self, img_id: int) -> Athletes | None:
        if not self._known:
            return None
        return Athletes.from_data_info(self._dataset.get_data_info(self._rows[img_id]))
