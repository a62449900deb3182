"""What trained weights find on real frames that no training has seen."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from mmsynloc.analysis.benchmark import compare
from mmsynloc.analysis.tones import TONES
from mmsynloc.apis.config import load_config, synloc_root
from mmsynloc.apis.prediction import score_split
from mmsynloc.config_scope import checkpoint_path
from mmsynloc.datasets.preparation.layout import annotation_path
from mmsynloc.evaluation.tables import detection_table, people_table
from mmsynloc.files import Annotations, Detections, read_annotations, read_json, read_results
from mmsynloc.files.images import read_image, write_image
from mmsynloc.utils import dump_json

__all__ = ["benchmark_real_frame", "count_found", "write_toned"]

_REACH_M = 1.0
_NEAR_M = 2.0


def benchmark_real_frame(root: Path, config: str, checkpoint: str) -> dict[str, dict]:
    """Score weights on the test split of a data set of real frames, with the threshold that validation chose for them.

    Args:
        root: folder of the data set.
        config: of the model.
        checkpoint: its weights, with their score threshold.

    Returns:
        Cases ``mAP-LocSim``, ``F1``, ``placed within 1 m`` (share of the people) and ``detections of nobody`` (those
        over the threshold with no person within 2 m, a frame); and the same of the frames in the tones of
        :data:`~mmsynloc.analysis.tones.TONES`, all together.

    Raises:
        UserError: as for :func:`~mmsynloc.apis.prediction.score_split`.
    """
    with tempfile.TemporaryDirectory() as folder:
        toned = Path(folder) / "toned"
        report = _score(Path(root), config, checkpoint, "")
        write_toned(Path(root), toned)
        return report | _score(toned, config, checkpoint, f", {len(TONES)} other tones")


def _score(root: Path, config: str, checkpoint: str, suffix: str) -> dict[str, dict]:
    with tempfile.TemporaryDirectory() as folder, synloc_root(root):
        cfg = load_config(config, work_dir=folder)
        cfg.launcher, cfg.log_level = "none", "ERROR"
        ann_file = annotation_path(root, "test")
        cfg.test_evaluator.ann_file = str(ann_file)
        results_file = Path(folder) / "results.json"
        stats, threshold = score_split(cfg, "test", checkpoint_path(checkpoint), results_file)
        annotations = read_annotations(ann_file)
        found, of_nobody = count_found(annotations, read_results(results_file), threshold)
    figures = {
        "mAP-LocSim": compare(stats["AP"], None, "AP"),
        "F1": compare(stats["f1"], None, "F1"),
        "placed within 1 m": compare(found, None, "share of the people"),
        "detections of nobody": compare(
            of_nobody / len(annotations), None, "detections a frame", larger_is_better=False
        ),
    }
    return {name + suffix: figure for name, figure in figures.items()}


def write_toned(root: Path, out_root: Path) -> None:
    """Write the test split of a data set once in each of :data:`~mmsynloc.analysis.tones.TONES`.

    Args:
        root: folder of the data set.
        out_root: folder to write; each tone's images lie in a sub-folder of its split.

    Raises:
        UserError: a file is missing or broken.
    """
    file_names = read_annotations(annotation_path(root, "test")).file_names  # and looks for what is wrong
    annotations = read_json(annotation_path(root, "test"))
    annotations["images"].sort(key=lambda image: image["id"])  # as the reader has them
    images: list[dict] = []
    people: list[dict] = []
    for tone, change in TONES.items():
        new_ids = {image["id"]: len(images) + i for i, image in enumerate(annotations["images"])}
        for image, file_name in zip(annotations["images"], file_names):
            name = Path(tone, file_name).with_suffix(".png")
            (out_root / "test" / name).parent.mkdir(parents=True, exist_ok=True)
            write_image(out_root / "test" / name, change(read_image(root / "test" / file_name)))
            images.append({**image, "id": new_ids[image["id"]], "file_name": name.as_posix()})
        for person in annotations.get("annotations", []):
            people.append({**person, "id": len(people), "image_id": new_ids[person["image_id"]]})
    dump_json({**annotations, "images": images, "annotations": people}, annotation_path(out_root, "test"))


def count_found(annotations: Annotations, detections: Detections, threshold: float) -> tuple[float, int]:
    """The share of people placed within 1 m by a detection over the threshold, and the detections of nobody."""
    people = people_table(annotations)
    table, _ = detection_table(detections[detections.scores > threshold], annotations)
    distances = [
        np.linalg.norm(
            people.positions_pitch_m[people.image == image][:, None] - table.positions_pitch_m[table.image == image],
            axis=-1,
        )
        for image in range(len(annotations))
    ]
    near = sum(int((d.min(1, initial=np.inf) < _REACH_M).sum()) for d in distances)
    of_nobody = sum(int((~(d.min(0, initial=np.inf) < _NEAR_M)).sum()) for d in distances)
    return near / max(len(people.image), 1), of_nobody
