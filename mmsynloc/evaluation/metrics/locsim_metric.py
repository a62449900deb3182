"""mAP-LocSim as a metric of MMPose and MMDetection."""

from __future__ import annotations

import logging
import warnings
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.dist import is_main_process
from mmengine.evaluator import BaseMetric
from mmengine.logging import MessageHub, print_log
from mmpose.registry import METRICS

from mmsynloc.evaluation.alarm import EvaluationWarning
from mmsynloc.evaluation.functional import Keypoints3DResult, LocSimResult
from mmsynloc.evaluation.metrics.gather import gather_predictions
from mmsynloc.evaluation.report import format_keypoint_stats, format_stats
from mmsynloc.evaluation.scoring import score_detections, score_keypoints_3d
from mmsynloc.evaluation.tables import POSITION_SOURCES, body_table, people_table
from mmsynloc.files import Annotations, Detections, read_annotations, write_results
from mmsynloc.utils import UserError

__all__ = ["LocSimMetric"]


@METRICS.register_module()
class LocSimMetric(BaseMetric):
    """The 17 statistics of the SynLoc task (see :func:`mmsynloc.evaluation.score_results`).

    Takes the data samples of MMPose (keypoints, boxes and their scores) and of MMDetection (boxes, scores, labels;
    ``position_from="bbox", pixel_corners=True``); predictions must be in annotated pixels. An image that several
    processes handled counts once, and only images that the loop processed are scored.

    The score threshold is chosen on validation data and used unchanged on test data. A metric that chooses it puts
    it into MMEngine's message hub as ``<prefix>_score_threshold``, which checkpoints save; with
    ``score_threshold='val'`` a test metric of the same prefix takes it from there.

    Args:
        ann_file: annotation file in the official layout; ``format_only`` takes only the category's id from it (1
            where there is no such file).
        tau: distance in metres at which LocSim has fallen to 0.05.
        score_threshold: for precision, recall, F1 and frame accuracy: a number, None to choose the best on these
            data (validation), or ``'val'`` for the one that validation chose (test).
        position_from: ``'keypoint'``, ``'position_on_pitch'`` (the predictions hold metres) or ``'bbox'`` (the
            middle of the box's lower edge).
        keypoint_index: the keypoint that is the position; 1 is ``pelvis_ground``.
        box_ap: also report COCO's box statistics, as ``box AP``, ``box AP .5`` and so on.
        keypoints_3d: score the predictions' ``keypoints_3d`` by their mean LocSim instead of positions: ``'body25'``,
            ``'fifa15'`` or ``'coco'``, with 15 statistics (see :func:`mmsynloc.evaluation.score_keypoints_3d`). To
            score both, list two metrics.
        format_only: only write the results file, as for a split without annotations.
        outfile_prefix: write the predictions to ``<outfile_prefix>.json``.
        scale_from_ori_shape: the predictions are in pixels of ``ori_shape``, the image file's size, as those of
            MMDetection's own data sets are; scale them to the annotated size.
        pixel_corners: predicted boxes count from the image's corner, where the first pixel spans 0 to 1, as those of
            MMDetection's models do; here and in the annotations a pixel's centre is an integer.
        person_label: predictions with another label are left out.
        collect_device: ``'cpu'`` or ``'gpu'``, where the processes exchange results.
        prefix: before the statistics' names; by default ``locsim``, or the name of the 3D keypoints' subset.
        collect_dir: see :class:`mmengine.evaluator.BaseMetric`.

    Raises:
        UserError: the annotation file is missing or wrong, or arguments do not fit together.
    """

    default_prefix = "locsim"

    def __init__(
        self,
        ann_file: str | None = None,
        tau: float = 1.0,
        score_threshold: float | str | None = None,
        position_from: str = "keypoint",
        keypoint_index: int = 1,
        box_ap: bool = False,
        keypoints_3d: str | None = None,
        format_only: bool = False,
        outfile_prefix: str | None = None,
        scale_from_ori_shape: bool = False,
        pixel_corners: bool = False,
        person_label: int = 0,
        collect_device: str = "cpu",
        prefix: str | None = None,
        collect_dir: str | None = None,
    ) -> None:
        super().__init__(collect_device=collect_device, prefix=prefix or keypoints_3d, collect_dir=collect_dir)
        if position_from not in POSITION_SOURCES:
            raise UserError(f"position_from is {position_from!r}, not one of {', '.join(POSITION_SOURCES)}")
        if isinstance(score_threshold, str) and score_threshold != "val":
            raise UserError(f"score_threshold is {score_threshold!r}, not a number, None or 'val'")
        if keypoints_3d is not None and box_ap:
            raise UserError("LocSimMetric: box_ap does not go with keypoints_3d: list two metrics")
        if format_only and outfile_prefix is None:
            raise UserError("LocSimMetric: format_only needs outfile_prefix, or nothing is written")
        if ann_file is None and (not format_only or scale_from_ori_shape):
            raise UserError("LocSimMetric: ann_file is missing")
        self.tau = tau
        self.score_threshold = score_threshold
        self.position_from = position_from
        self.keypoint_index = keypoint_index
        self.box_ap = box_ap
        self.keypoints_3d = keypoints_3d
        self.format_only = format_only
        self.outfile_prefix = outfile_prefix
        self.pixel_corners = pixel_corners
        self.person_label = person_label
        self._image_sizes: dict[int, tuple[float, float]] | None = None
        self._truth: Annotations | None = None
        self._category_id = 1
        needed = scale_from_ori_shape or not format_only
        # The other processes only gather, and the real annotations take much memory.
        here = scale_from_ori_shape or is_main_process()
        if ann_file is not None and here and (needed or Path(ann_file).is_file()):
            annotations = read_annotations(ann_file, keypoints_3d=keypoints_3d is not None)
            self._category_id = annotations.category_id
            if scale_from_ori_shape:
                sizes = map(tuple, annotations.image_sizes.tolist())
                self._image_sizes = dict(zip(annotations.image_ids.tolist(), sizes))
            if not format_only and is_main_process():
                # report annotations that cannot be scored now, not after all images
                people_table(annotations) if keypoints_3d is None else body_table(annotations, keypoints_3d)
                self._truth = annotations

    @property
    def threshold_key(self) -> str:
        """Name of the chosen score threshold in the message hub."""
        return f"{self.prefix}_score_threshold"

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Gather the predictions of a batch.

        Args:
            data_batch: not used.
            data_samples: dicts with ``img_id`` and ``pred_instances``: ``keypoints`` (N, K, 2), ``keypoint_scores``
                (N, K), ``bboxes`` (N, 4) xyxy, ``bbox_scores`` or ``scores`` (N,), ``labels`` (N,),
                ``position_on_pitch`` (N, 2) and ``keypoints_3d`` (N, K, 3) in metres, as far as the model predicts
                them.

        Raises:
            UserError: ``score_threshold='val'``, but no validation has chosen one. This must not wait for the end.
        """
        if not self.results and not self.format_only and is_main_process():
            self._resolve_threshold()
        for sample in data_samples:
            found = gather_predictions(sample, self.person_label, self._image_sizes, self.pixel_corners)
            self.results.append((int(sample["img_id"]), found))

    def compute_metrics(self, results: list[tuple[int, Detections]]) -> OrderedDict[str, float]:
        """Score the gathered predictions.

        Args:
            results: id and predictions of every processed image, of all processes.

        Returns:
            The statistics by name; nothing for ``format_only``.
        """
        by_image = dict(reversed(results))
        img_ids = sorted(by_image)
        predictions = [self._to_results(img_id, by_image[img_id]) for img_id in img_ids]
        if self.outfile_prefix is not None:
            write_results(predictions, f"{self.outfile_prefix}.json")
            print_log(f"{len(predictions)} images' results are in {self.outfile_prefix}.json", "current")
        if self.format_only:
            return OrderedDict()
        result = self._score(img_ids, Detections.concatenate(predictions, "the model's predictions"))
        if self.score_threshold is None:
            MessageHub.get_current_instance().update_info(self.threshold_key, result.stats["score_threshold"])
        if isinstance(result, Keypoints3DResult):
            print_log("\n" + format_keypoint_stats(result.stats, self.keypoints_3d or "", result.tau_m), "current")
            return OrderedDict(result.stats)
        print_log("\n" + format_stats(result.stats, result.tau_m, result.box_stats), "current")
        box_stats = {f"box {name}": value for name, value in (result.box_stats or {}).items()}
        return OrderedDict(result.stats | box_stats)

    def _resolve_threshold(self) -> float | None:
        if not isinstance(self.score_threshold, str):
            return self.score_threshold
        threshold = MessageHub.get_current_instance().get_info(self.threshold_key)
        if threshold is None:
            raise UserError(
                "no validation has chosen a score threshold yet: validate first and test that checkpoint, or pass a "
                "number, e.g. --cfg-options test_evaluator.score_threshold=0.4"
            )
        return float(threshold)

    def _to_results(self, img_id: int, predictions: Detections) -> Detections:
        """The predictions of the one category, without those that are not finite."""
        finite = predictions.finite()
        if not finite.all():
            text = f"image {img_id}: {int((~finite).sum())} predictions are not finite and are left out"
            print_log(text, "current", logging.WARNING)
        return replace(predictions[finite], category_ids=np.full(int(finite.sum()), self._category_id))

    def _score(self, img_ids: list[int], detections: Detections) -> LocSimResult | Keypoints3DResult:
        truth = self._truth
        assert truth is not None, "only the main process scores"
        missing = len(truth) - len(img_ids)
        if missing:
            text = f"{missing} of {len(truth)} images in {truth.path} were not processed and do not count"
            print_log(text, "current", logging.WARNING)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", EvaluationWarning)
            threshold = self._resolve_threshold()
            shared: dict[str, Any] = {"tau_m": self.tau, "score_threshold": threshold, "img_ids": img_ids}
            result: LocSimResult | Keypoints3DResult
            if self.keypoints_3d is not None:
                result = score_keypoints_3d(truth, detections, self.keypoints_3d, **shared)
            else:
                source, index = self.position_from, self.keypoint_index
                options: dict[str, Any] = {"position_from": source, "keypoint_index": index, "box_ap": self.box_ap}
                result = score_detections(truth, detections, **shared, **options)
        for warning in caught:
            print_log(str(warning.message), "current", logging.WARNING)
        return result
