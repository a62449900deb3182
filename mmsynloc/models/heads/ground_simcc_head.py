"""The second stage's head: pelvis and ground point of one athlete as classified coordinates, and how good they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from mmpose.models.heads import RTMCCHead
from mmpose.registry import MODELS
from mmpose.structures import PoseDataSample
from torch import Tensor, nn

from mmsynloc.codecs import GROUND_INDEX
from mmsynloc.models.structures.crop_points import CropLabels, CropOutputs, CropPoints, crop_labels
from mmsynloc.models.utils.locsim import ground_offset_m, locsim, usable_metric
from mmsynloc.models.utils.simcc import decode_simcc, encode_simcc
from mmsynloc.structures.crops import GEOMETRY_CHANNELS

__all__ = ["GroundSimCCHead"]


@MODELS.register_module()
class GroundSimCCHead(RTMCCHead):
    """RTMPose's head (Jiang et al., "RTMPose", 2023) for an athlete's two points, trained in metres.

    - P: number of crops; K: number of keypoints, 2 (pelvis, pelvis_ground)

    Its layers and their names are upstream's. The loss is the divergence of the coordinates' distributions from the
    labels', and :class:`~mmsynloc.models.LocSimLoss` of the expected ground point, through the crop's ground metric.
    A further output learns the LocSim that the predicted ground point really has, and 0 where there is no athlete: with
    it detections rank as the metric does.

    Args:
        *args: as for ``RTMCCHead``.
        loss: of the distributions; ``SimCCLoss``.
        loss_locsim: a ``LocSimLoss``; None for none.
        quality_weight: weight of the further output's loss; None for no such output.
        quality_tau_m: LocSim's scale in metres in its target.
        use_geometry: tell the network what the camera knows about the crop
            (:func:`~mmsynloc.structures.crops.crop_geometry`).
        reach: bins on both sides of the most likely one over which its coordinate is averaged.
        **kwargs: as for ``RTMCCHead``; ``decoder`` gives the labels' ``sigma``, in bins.
    """

    def __init__(
        self,
        *args: Any,
        loss: dict[str, Any] | None = None,
        loss_locsim: dict[str, Any] | None = None,
        quality_weight: float | None = 1.0,
        quality_tau_m: float = 1.0,
        use_geometry: bool = False,
        reach: int = 20,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, loss=loss or dict(type="SimCCLoss"), **kwargs)
        if self.decoder is None:
            raise ValueError("GroundSimCCHead needs decoder=dict(type='SimCCLabel', ...), which says the labels' sigma")
        hidden = self.cls_x.in_features
        self.loss_locsim = None if loss_locsim is None else MODELS.build(loss_locsim)
        self.quality_weight, self.quality_tau_m, self.reach = quality_weight, quality_tau_m, reach
        if quality_weight is not None:
            width = self.in_channels + hidden * self.out_channels
            self.quality = nn.Sequential(nn.Linear(width, 64), nn.SiLU(), nn.Linear(64, 1))
        if use_geometry:
            self.geometry = nn.Linear(GEOMETRY_CHANNELS, hidden)
        self.use_geometry = use_geometry

    def forward(self, feats: tuple[Tensor, ...], geometry: Tensor | None = None) -> CropOutputs:
        """The network.

        Args:
            feats: of the backbone; the last is (P, C, h, w).
            geometry: (P, 4) what the camera knows about each crop, for ``use_geometry``.
        """
        tokens = self.mlp(self.final_layer(feats[-1]).flatten(2))
        if self.use_geometry:
            assert geometry is not None, "use_geometry needs the camera's view of each crop"
            tokens = tokens + self.geometry(geometry)[:, None]
        tokens = self.gau(tokens)
        quality = None
        if self.quality_weight is not None:
            quality = self.quality(torch.cat([feats[-1].mean((2, 3)), tokens.flatten(1)], 1))[:, 0]
        return CropOutputs(self.cls_x(tokens), self.cls_y(tokens), quality)

    def decode_outputs(self, outputs: CropOutputs) -> CropPoints:
        """The network's outputs as points with their variances."""
        axes = [self._decode_axis(logits.float(), sigma) for logits, sigma in self._axes(outputs)]
        points, variances = (torch.stack(parts, -1) for parts in zip(*axes))
        quality = outputs.quality_logits
        quality = points.new_ones(len(points)) if quality is None else quality.float().sigmoid()
        return CropPoints(points, variances, quality)

    def average_mirrored(self, outputs: CropOutputs, mirrored: CropOutputs) -> CropOutputs:
        """The mean of the outputs for crops and for their mirror images, whose pixel x shows pixel W - 1 - x."""
        quality = outputs.quality_logits
        if quality is not None and mirrored.quality_logits is not None:
            quality = (quality + mirrored.quality_logits) / 2
        # Bin b belongs to pixel b / ratio, so its mirror is bin (W - 1) * ratio - b; the last ones have none.
        without = round(self.simcc_split_ratio) - 1
        flipped = F.pad(mirrored.logits_x.flip(-1), (0, without), mode="replicate")[..., without:]
        return CropOutputs((outputs.logits_x + flipped) / 2, (outputs.logits_y + mirrored.logits_y) / 2, quality)

    def _axes(self, outputs: CropOutputs) -> list[tuple[Tensor, float]]:
        assert self.decoder is not None
        return list(zip(outputs[:2], self.decoder.sigma.tolist()))

    def _decode_axis(self, logits: Tensor, sigma: float) -> tuple[Tensor, Tensor]:
        """Coordinates (P, K) in px and their variances (P, K) in px², beyond that of the labels."""
        best = decode_simcc(logits, self.reach)
        bins = torch.arange(logits.shape[-1], dtype=logits.dtype, device=logits.device)
        spread = (logits.softmax(-1) * (bins - best[..., None]).square()).sum(-1)
        ratio = self.simcc_split_ratio
        return best / ratio, (spread - sigma**2).clamp(min=0) / ratio**2

    def loss(
        self, feats: tuple[Tensor, ...], batch_data_samples: Sequence[PoseDataSample], train_cfg: Mapping = {}
    ) -> dict[str, Tensor]:
        """The losses of the crops of a batch of frames.

        Args:
            feats: of the backbone, for the P crops of all frames.
            batch_data_samples: of the frames; see :class:`~mmsynloc.datasets.transforms.PackAthleteCrops`.
            train_cfg: not used.
        """
        device = feats[-1].device
        geometry = None
        if self.use_geometry:
            geometry = torch.cat([sample.gt_instance_labels.geometry for sample in batch_data_samples]).to(device)
        return self.losses(self.forward(feats, geometry), crop_labels(batch_data_samples, device))

    def losses(self, outputs: CropOutputs, labels: CropLabels) -> dict[str, Tensor]:
        """All terms; finite, and with a gradient of every parameter, also where no crop shows an athlete."""
        losses = {"loss_simcc": self._simcc_loss(outputs, labels)}
        ground, truth = self._expected(outputs)[:, GROUND_INDEX], labels.keypoints_px[:, GROUND_INDEX]
        weight = labels.visible[:, GROUND_INDEX]
        if self.loss_locsim is not None:
            losses["loss_locsim"] = self.loss_locsim(ground, truth, labels.pixel_to_metre, weight)
        with torch.no_grad():
            best = [decode_simcc(logits[:, GROUND_INDEX].float(), self.reach) for logits in outputs[:2]]
            true_locsim = self._true_locsim(torch.stack(best, -1) / self.simcc_split_ratio, labels)
        if outputs.quality_logits is not None and self.quality_weight is not None:
            every = F.binary_cross_entropy_with_logits(outputs.quality_logits.float(), true_locsim)
            losses["loss_quality"] = self.quality_weight * every
        losses["locsim"] = (true_locsim * weight).sum() / weight.sum().clamp(min=1)
        return losses

    def _simcc_loss(self, outputs: CropOutputs, labels: CropLabels) -> Tensor:
        terms = []
        for axis, (logits, sigma) in enumerate(self._axes(outputs)):
            bins = torch.arange(logits.shape[-1], dtype=torch.float32, device=logits.device)
            target = encode_simcc(labels.keypoints_px[..., axis] * self.simcc_split_ratio, bins, sigma)
            terms.append(self.loss_module(logits.float()[:, :, None], target[:, :, None], labels.visible))
        return terms[0] + terms[1]

    def _expected(self, outputs: CropOutputs) -> Tensor:
        """Expected coordinates (P, K, 2) in px over all bins, so that every bin gets a gradient."""
        means = []
        for logits in outputs[:2]:
            bins = torch.arange(logits.shape[-1], dtype=torch.float32, device=logits.device)
            means.append((logits.float().softmax(-1) * bins).sum(-1) / self.simcc_split_ratio)
        return torch.stack(means, -1)

    def _true_locsim(self, points_px: Tensor, labels: CropLabels) -> Tensor:
        """LocSim (P,) of ground points (P, 2); 0 where no athlete is."""
        truth, metric = labels.keypoints_px[:, GROUND_INDEX], labels.pixel_to_metre
        counts = labels.is_athlete * usable_metric(metric)
        squared_m2 = ground_offset_m(points_px, truth, metric).square().sum(-1)
        return locsim(squared_m2, self.quality_tau_m) * counts
