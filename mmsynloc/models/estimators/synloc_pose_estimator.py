"""The whole model, laid out for speed, with test-time augmentation over scales and mirror images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from mmengine.structures import InstanceData
from mmpose.models.pose_estimators import BottomupPoseEstimator
from mmpose.registry import MODELS
from mmpose.structures import PoseDataSample
from torch import Tensor

from mmsynloc.models.estimators.tiling import detect_on_tiles, tile_rule_of
from mmsynloc.models.utils.views import make_views
from mmsynloc.utils import refuse_unknown

__all__ = ["SynLocPoseEstimator"]

_SETTINGS = ("view_scales", "tiles", "tile_score_thr", "tile_batch_size")
_PASSED_OVER = ("input_size", "multiscale_test", "output_heatmaps", "shift_heatmap")
"""What upstream's bottom-up models have in their ``test_cfg``."""


@MODELS.register_module()
class SynLocPoseEstimator(BottomupPoseEstimator):
    """Upstream's estimator with a memory layout for tensor cores, compiled on wish, and with views at several scales.

    ``test_cfg.view_scales`` says which, ``(1.0, 0.8)`` for the input and one of four fifths of its size;
    ``test_cfg.flip_test`` adds the mirror image of each. The views are made of the input on the device: a scale over 1
    shows nothing new, so give the test data set the largest input size that is wanted. Without ``view_scales`` it is
    upstream's. The head must take ``views``, as :class:`~mmsynloc.models.YOLOXPoseGroundHead` does; upstream's own
    ``multiscale_test`` needs image pyramids, which its data preprocessor for bottom-up poses cannot stack.

    ``test_cfg.tiles``, arguments of :class:`~mmsynloc.structures.windows.TileRule`, has windows of the frame looked at
    besides, chosen by the camera; the test pipeline then begins with
    :class:`~mmsynloc.datasets.transforms.LoadSynLocFrame`. Windows cut no box with a score over
    ``test_cfg.tile_score_thr`` (0.1).

    Args:
        *args: as for ``BottomupPoseEstimator``.
        channels_last: keep weights and maps with the channels last, where convolutions in half precision are fastest.
        compile: arguments of ``torch.compile`` for backbone, neck, the head's convolutions, and, where the head has
            ``compile_losses``, its targets and losses; None compiles nothing. With inputs of changing sizes
            ``dict(dynamic=True)`` avoids compiling for each.
        **kwargs: as for ``BottomupPoseEstimator``.

    Raises:
        ValueError: ``test_cfg`` has a setting that neither this class nor a head with ``test_settings`` reads.
    """

    def __init__(
        self, *args: Any, channels_last: bool = True, compile: dict[str, Any] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if hasattr(self.head, "test_settings"):  # heads of others do not say what they read
            given = set(self.test_cfg) - {*_PASSED_OVER}
            refuse_unknown(given, (*self.head.test_settings, *_SETTINGS), "test_cfg", type(self.head).__name__)
        self.tile_rule = tile_rule_of(self.test_cfg)
        if channels_last:
            self.to(memory_format=torch.channels_last)
        if compile is not None:
            self._compile_parts(compile)

    def _compile_parts(self, options: dict[str, Any]) -> None:
        for part in (self.backbone, getattr(self, "neck", None), getattr(self.head, "head_module", None)):
            if part is not None:
                part.compile(**options)  # in place, so that the weights keep their names
        if hasattr(self.head, "compile_losses"):
            self.head.compile_losses = dict(options)

    def forward(
        self,
        inputs: Tensor,
        data_samples: list[PoseDataSample] | None,
        mode: str = "tensor",
        frames: Sequence[Tensor] | None = None,
    ) -> Any:
        """As upstream; ``frames`` (h, w, 3) uint8 on the host are for :meth:`predict`."""
        if mode == "predict":
            assert data_samples is not None, "a prediction needs the frames' meta information"
            return self.predict(inputs, data_samples, frames)
        return super().forward(inputs, data_samples, mode)

    def predict(
        self, inputs: Tensor, data_samples: list[PoseDataSample], frames: Sequence[Tensor] | None = None
    ) -> list[PoseDataSample]:
        """Athletes of each image.

        Args:
            inputs: (B, C, H, W).
            data_samples: B samples with metainfo.
            frames: the whole frames, for tiles.

        Returns:
            The samples with ``pred_instances`` in annotated pixels.

        Raises:
            ValueError: ``view_scales`` is empty or holds a number that is not positive, or tiles have no frames.
        """
        samples = self._predict_views(inputs, data_samples)
        if self.tile_rule is None:
            return samples
        if frames is None:
            raise ValueError("tiles need whole frames: put LoadSynLocFrame first in the test pipeline")
        whole = [sample.pred_instances for sample in samples]
        found = detect_on_tiles(self._detect, whole, samples, frames, self.tile_rule, self.test_cfg)
        for sample, instances in zip(samples, found):
            sample.pred_instances = instances
        return samples

    def _detect(self, images: Sequence[Tensor], data_samples: list[PoseDataSample]) -> list[InstanceData]:
        """Athletes in images (C, h, w) uint8 of one size."""
        inputs = self.data_preprocessor.normalise(self.data_preprocessor.stack(images))
        return [sample.pred_instances for sample in self._predict_views(inputs, data_samples)]

    def _predict_views(self, inputs: Tensor, data_samples: list[PoseDataSample]) -> list[PoseDataSample]:
        scales = self.test_cfg.get("view_scales")
        if scales is None:
            return super().predict(inputs, data_samples)
        height, width = inputs.shape[-2:]
        views = make_views((width, height), scales, self.test_cfg.get("flip_test", False))
        feats = [self.extract_feat(view.apply(inputs)) for view in views]
        found = self.head.predict(feats, data_samples, test_cfg={**self.test_cfg, "views": views})
        return self.add_pred_to_datasample(found, None, data_samples)
