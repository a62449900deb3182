"""The registered SynLoc data set."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mmengine.dataset import Compose
from mmpose.datasets.datasets.base import BaseCocoStyleDataset
from mmpose.registry import DATASETS

from mmsynloc.codecs import attach_ground_metric
from mmsynloc.datasets.data_infos import make_data_infos, replace_people
from mmsynloc.datasets.sample_seeds import SampleSeeds
from mmsynloc.files import read_annotations, read_results
from mmsynloc.structures import Camera
from mmsynloc.utils import UserError

__all__ = ["METAINFO_FILE", "SynLocDataset"]

METAINFO_FILE = Path(__file__).parents[1] / ".mim" / "configs" / "_base_" / "datasets" / "synloc.py"


@DATASETS.register_module()
class SynLocDataset(SampleSeeds, BaseCocoStyleDataset):
    """Spiideo SoccerNet SynLoc: calibrated soccer frames with every athlete's box, pelvis and pelvis_ground.

    Source: Ardö et al., "Spiideo SoccerNet SynLoc", 2025. The annotations hold for the annotated size (4K) also
    where the image files have another one; the loading transform scales the labels. Each item has what MMPose's
    bottom-up transforms use, and

    - ``annotated_size``: ``(w, h)`` in px, the frame of all labels before the pipeline
    - ``camera``: dict of ``camera_matrix (3, 4)``, ``dist_poly``, ``undist_poly``, float64
    - ``position_on_pitch``: (N, 2) metres
    - ``input_size``: ``(w, h)`` of the network's input, for the transforms

    Boxes are clipped to the frame, keypoints are not. A file without annotations (the challenge split) gives
    N = 0 throughout.

    Args:
        input_size: ``(width, height)`` of the network's input in px.
        with_ground_metric: carry each athlete's ground metric through the pipeline as two more keypoints
            (see :class:`~mmsynloc.codecs.PelvisGroundCodec`).
        detections: results file whose boxes and scores take the place of the annotated people, for a second stage in a
            test.
        **kwargs: as for MMPose's ``BaseCocoStyleDataset``; ``data_mode`` is always bottom-up.
    """

    METAINFO: dict = dict(from_file=str(METAINFO_FILE))

    def __init__(
        self,
        *args: Any,
        input_size: tuple[int, int] = (640, 640),
        with_ground_metric: bool = False,
        detections: str | None = None,
        data_mode: str = "bottomup",
        **kwargs: Any,
    ) -> None:
        if data_mode != "bottomup":
            raise ValueError(f"SynLocDataset has whole frames: data_mode is 'bottomup', not {data_mode!r}")
        self.input_size = tuple(input_size)
        self.with_ground_metric = with_ground_metric
        self.detections = detections
        super().__init__(*args, data_mode=data_mode, **kwargs)

    def load_data_list(self) -> list[dict]:
        """Parse the annotation file.

        Raises:
            UserError: it is missing or broken, an entry is wrong, or ``indices`` choose none; a missing file comes
                with the way to get it.
        """
        if isinstance(self._indices, (int, Sequence)) and not self._indices:
            raise UserError(f"{self.ann_file}: indices={self._indices!r} leave no image")
        if not Path(self.ann_file).is_file():
            raise UserError(
                f"{self.ann_file}: no such file. Set SYNLOC_ROOT to the data set's folder, or see docs/data.md "
                "for how to get the data or make a small stand-in"
            )
        folder = Path(self.data_prefix["img"])
        infos = make_data_infos(read_annotations(self.ann_file), folder, self.sample_interval)
        return infos if self.detections is None else replace_people(infos, read_results(self.detections))

    @classmethod
    def _load_metainfo(cls, metainfo: dict | None = None) -> dict:
        """MMPose's entries, and ``classes``, by which MMDetection names what it draws."""
        return {"classes": ("person",), **super()._load_metainfo(metainfo)}

    def update_skip_type_keys(self, skip_type_keys: Sequence[str]) -> None:
        """Leave these transforms out from now on, as MMDetection's ``YOLOXModeSwitchHook`` asks for.

        Args:
            skip_type_keys: names of their classes.
        """
        transforms: list[Any] = self.pipeline.transforms  # type: ignore[has-type]
        kept = [transform for transform in transforms if type(transform).__name__ not in skip_type_keys]
        self.pipeline = Compose(kept)

    def get_data_info(self, idx: int) -> dict:
        """One frame's data info, with ``input_size`` and, if asked for, the ground metric."""
        data_info = super().get_data_info(idx)
        data_info["input_size"] = self.input_size
        if self.with_ground_metric:
            camera = Camera.from_data_info(data_info)
            attach_ground_metric(data_info, camera)
        return data_info
