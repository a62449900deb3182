"""MMEngine's visualizer for frames with a camera."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from mmengine.dist import master_only
from mmpose.registry import VISUALIZERS
from mmpose.visualization import PoseLocalVisualizer

from mmsynloc.structures import Athletes, Camera

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["CLOSE_UPS", "SynLocVisualizer", "draw_data_sample"]

CLOSE_UPS = 6


def draw_data_sample(
    image_bgr: np.ndarray,
    data_sample: Any,
    truth: Athletes | None = None,
    score_threshold: float = 0.3,
    close_ups: int = CLOSE_UPS,
) -> Figure:
    """The frame beside the pitch, with the worst errors below (see :func:`mmsynloc.visualization.make_overview`).

    Args:
        image_bgr: (H, W, 3) uint8, the whole frame of ``data_sample.img_path`` at any size.
        data_sample: of MMPose or MMDetection, with ``pred_instances`` and the metainfo ``camera, annotated_size,
            img_path``.
        truth: the annotated athletes, if they are known.
        score_threshold: athletes with a lower score are not drawn.
        close_ups: number of windows.
    """
    from mmsynloc.visualization.overview import make_overview  # matplotlib, only where something is drawn

    camera = Camera.from_data_info(data_sample.metainfo)
    found = Athletes.from_pred_instances(data_sample.pred_instances.cpu().numpy(), camera).over(score_threshold)
    counts = f"{len(found.scores)} athletes with a score of at least {score_threshold:.2f}"
    if truth is not None:
        counts += f", {len(truth.scores)} are there"
    title = f"{Path(data_sample.img_path).stem}: {counts}"
    return make_overview(image_bgr, camera, found, truth, title, close_ups)


@VISUALIZERS.register_module()
class SynLocVisualizer(PoseLocalVisualizer):
    """Upstream's visualizer, which draws predictions of a frame with a camera as :func:`draw_data_sample` does.

    The picture goes to the file, or to all visual back ends of the config (``vis_backends``: local files, TensorBoard
    and others). A sample without a camera, without predictions, or with ``draw_pred=False`` (labels of an augmented
    image) is drawn upstream's way.
    """

    @master_only
    def add_datasample(
        self,
        name: str,
        image: np.ndarray,
        data_sample: Any,
        *args: Any,
        truth: Athletes | None = None,
        score_threshold: float = 0.3,
        close_ups: int = CLOSE_UPS,
        **kwargs: Any,
    ) -> np.ndarray:
        """Draw a sample.

        Args:
            name: of the picture in the back ends.
            image: (H, W, 3) uint8 RGB, the whole frame.
            data_sample: see :func:`draw_data_sample`.
            *args: as upstream.
            truth: the annotated athletes.
            score_threshold: athletes with a lower score are not drawn.
            close_ups: number of windows.
            **kwargs: as upstream, among them ``out_file``, and ``step`` for the back ends.

        Returns:
            (H', W', 3) uint8 RGB, the picture.
        """
        has_predictions = "pred_instances" in data_sample and data_sample.get("camera") is not None
        if not has_predictions or not kwargs.get("draw_pred", True):
            return super().add_datasample(name, image, data_sample, *args, **kwargs)
        from mmsynloc.visualization.overview import overview_pixels, save_overview

        figure = draw_data_sample(image[..., ::-1], data_sample, truth, score_threshold, close_ups)
        drawn = overview_pixels(figure)
        self.set_image(drawn)
        if kwargs.get("show"):
            self.show(drawn, win_name=name, wait_time=kwargs.get("wait_time", 0))
        if kwargs.get("out_file") is not None:
            save_overview(figure, kwargs["out_file"])
        else:
            self.add_image(name, drawn, kwargs.get("step", 0))
        return drawn
