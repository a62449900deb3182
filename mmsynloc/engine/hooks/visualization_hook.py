"""Pictures of predictions during validation and test."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmpose.registry import HOOKS

from mmsynloc.engine.hooks.score_threshold_hook import THRESHOLD_KEY
from mmsynloc.files.images import read_image
from mmsynloc.structures import Athletes, Camera
from mmsynloc.utils import UserError

__all__ = ["SynLocVisualizationHook"]


@HOOKS.register_module()
class SynLocVisualizationHook(Hook):
    """Write the frame beside the pitch for every ``interval``-th image (``--show-dir`` of the tools).

    Takes the place of MMPose's ``PoseVisualizationHook``, with the same arguments, because predictions are in
    annotated pixels whatever the size of the image file.

    Args:
        enable: whether to draw at all.
        interval: draw every so many images.
        out_dir: folder of the pictures, ``vis`` below the run's log folder where it is None.
        score_thr: athletes to draw; None takes the threshold that validation chose, or 0.3.
        show: not available, because the package runs without a display.
        wait_time: unused, as ``show``.
    """

    def __init__(
        self,
        enable: bool = False,
        interval: int = 50,
        out_dir: str | None = None,
        score_thr: float | None = None,
        show: bool = False,
        wait_time: float = 0.0,
    ) -> None:
        if show:
            raise UserError("--show needs a display, which headless OpenCV has not: write files with --show-dir")
        self.enable = enable
        self.interval = interval
        self.out_dir = out_dir
        self.score_thr = score_thr

    def after_val_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Sequence | None = None
    ) -> None:
        """Draw the batch's images that are due."""
        self._draw_due(runner, batch_idx, outputs, f"val_{runner.iter}")

    def after_test_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Sequence | None = None
    ) -> None:
        """Draw the batch's images that are due."""
        self._draw_due(runner, batch_idx, outputs, "test")

    def _draw_due(self, runner: Runner, batch_idx: int, outputs: Sequence | None, phase: str) -> None:
        if not self.enable or not outputs:
            return
        folder = Path(self.out_dir) if self.out_dir else Path(runner.log_dir) / "vis"
        threshold = self.score_thr
        if threshold is None:
            threshold = runner.message_hub.runtime_info.get(THRESHOLD_KEY, 0.3)
        for i, data_sample in enumerate(outputs):
            if (batch_idx * len(outputs) + i) % self.interval == 0:
                self._draw(data_sample, threshold, folder / f"{phase}_{Path(data_sample.img_path).stem}.png")

    @staticmethod
    def _draw(data_sample: Any, threshold: float, path: Path) -> None:
        from mmsynloc.visualization import make_overview, save_overview  # matplotlib, only where something is drawn

        image = read_image(data_sample.img_path)
        camera = Camera(**data_sample.camera, image_size=tuple(data_sample.annotated_size))
        athletes = Athletes.from_pred_instances(data_sample.pred_instances, camera).over(threshold)
        title = f"{path.stem}: {len(athletes.scores)} athletes with a score of at least {threshold:.2f}"
        save_overview(make_overview(image, camera, athletes, title=title), path)
