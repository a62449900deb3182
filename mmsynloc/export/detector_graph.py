"""What an exported single-stage model computes, from bytes of images to metres on the pitch."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from mmsynloc.export.plain_stem import with_plain_stem
from mmsynloc.models import SynLocDataPreprocessor, YOLOXPoseGroundHead
from mmsynloc.models.heads.detections import PaddedDetections, detect, setting_in_metres
from mmsynloc.models.structures import flatten_outputs, make_grid, take_rows
from mmsynloc.models.utils.ground_map import ground_map_of, input_to_pitch
from mmsynloc.models.utils.views import InputView
from mmsynloc.utils import UserError

__all__ = ["DetectorGraph", "DetectorInputs", "DetectorOutputs"]


class DetectorInputs(NamedTuple):
    """What the graph takes.

    - B: batch size; H, W: height and width of the network's input

    Args:
        images: (B, H, W, 3) uint8, BGR.
        to_frame: (B, 4) float32, what brings pixels of the input to the frame, ``frame = input * scale + shift``: scale
            in x and y, then shift in x and y.
        frame_size: (B, 2) float32, width and height of the frame in px.
        camera_matrix: (B, 3, 4) float32 of the frame.
        undist_poly: (B, 9) float32; a shorter polynomial has zeros in front.
    """

    images: Tensor
    to_frame: Tensor
    frame_size: Tensor
    camera_matrix: Tensor
    undist_poly: Tensor


class DetectorOutputs(NamedTuple):
    """What the graph gives: detections without duplicates by falling score.

    - N: that of the image with the most; behind those of another image there are rows with a score of 0

    Args:
        boxes_xyxy: (B, N, 4) px of the frame.
        scores: (B, N) in [0, 1].
        keypoints_px: (B, N, K, 2) px of the frame, pelvis and the point of the ground below it.
        points_pitch_m: (B, N, 2) m, where the ground point is on the pitch; NaN above the horizon.
    """

    boxes_xyxy: Tensor
    scores: Tensor
    keypoints_px: Tensor
    points_pitch_m: Tensor


class DetectorGraph(nn.Module):
    """A model with :class:`~mmsynloc.models.YOLOXPoseGroundHead`: normalisation, network, duplicates, positions.

    It has the options of the model's ``test_cfg``, which an export makes constants of the graph. Averages over views
    (``flip_test``, ``view_scales``) are left out.

    Nothing behind the convolutions multiplies matrices, but for the loop that removes duplicates: engines
    that compute in half precision (OpenVINO) do so up to the last convolution or matrix product, and coordinates need
    float32.

    Args:
        model: in evaluation mode, on the CPU.
        input_size: ``(width, height)`` of the network's input in px.
        max_detections: largest N.

    Raises:
        UserError: the model is of another kind, or the size is no multiple of its largest stride.
    """

    def __init__(self, model: Any, input_size: tuple[int, int], max_detections: int = 100) -> None:
        super().__init__()
        head: Any = getattr(model, "head", None)
        if not isinstance(head, YOLOXPoseGroundHead):
            kind = type(model if head is None else head).__name__
            raise UserError(f"only models with YOLOXPoseGroundHead can be exported, not with {kind}")
        if not isinstance(model.data_preprocessor, SynLocDataPreprocessor):
            kind = type(model.data_preprocessor).__name__
            raise UserError(f"only models with SynLocDataPreprocessor can be exported, not with {kind}")
        strides = tuple(int(stride) for stride in head.featmap_strides)
        if any(side % max(strides) for side in input_size):
            raise UserError("an input of {}x{}: its sides must be multiples of {}".format(*input_size, max(strides)))
        self.model = with_plain_stem(model)
        self.view = InputView(input_size, input_size)
        self.max_detections = max_detections
        shapes = tuple((input_size[1] // stride, input_size[0] // stride) for stride in strides)
        self.grid = make_grid(shapes, strides, head.prior_generator.offset, torch.device("cpu"))

    def forward(
        self, images: Tensor, to_frame: Tensor, frame_size: Tensor, camera_matrix: Tensor, undist_poly: Tensor
    ) -> DetectorOutputs:
        """The detections; see :class:`DetectorInputs` and :class:`DetectorOutputs`."""
        model: Any = self.model
        head, cfg = model.head, dict(model.test_cfg or {})
        outputs = head(model.extract_feat(model.data_preprocessor.normalise(images.permute(0, 3, 1, 2))))
        ground_map = ground_map_of(camera_matrix, undist_poly, to_frame, frame_size)
        found = detect(
            flatten_outputs(outputs, self.grid),
            self.view,
            torch.tensor([self.view.size], dtype=torch.float32),
            ground_map if setting_in_metres(cfg) else None,
            cfg,
            head.ground_index,
            head.simcc if cfg.get("simcc", True) else None,
        )
        scores, boxes, points = self._kept(found)
        positions = input_to_pitch(points[..., head.ground_index, :], ground_map)
        scale, shift = to_frame[:, None, None, :2], to_frame[:, None, None, 2:]
        corners = boxes.unflatten(2, (2, 2)) * scale + shift
        return DetectorOutputs(corners.flatten(2), scores, points * scale + shift, positions)

    def _kept(self, found: PaddedDetections) -> tuple[Tensor, Tensor, Tensor]:
        """Scores (B, N), boxes (B, N, 4) and keypoints (B, N, K, 2) of the detections that are no duplicates."""
        # One row at least: not every engine takes tensors without elements.
        count: Any = found.kept.sum(1).max().clamp(1, self.max_detections)
        scores, index = torch.where(found.kept, found.scores, 0.0).topk(count, 1)
        boxes, points = (take_rows(f.flatten(2), index) for f in (found.boxes_xyxy, found.keypoints_px))
        return scores, boxes, points.unflatten(2, (-1, 2))
