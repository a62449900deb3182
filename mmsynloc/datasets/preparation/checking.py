"""The data check: whether a data set is complete, readable and consistent."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from tqdm import tqdm

from mmsynloc.datasets.data_infos import require_frames
from mmsynloc.datasets.preparation.labels import coordinate_alarms, people_notes, resolution_notes
from mmsynloc.datasets.preparation.layout import OFFICIAL, SPLITS, annotation_path, image_files
from mmsynloc.datasets.preparation.oracles import oracle_alarms, oracle_scores
from mmsynloc.files import Annotations, read_annotations
from mmsynloc.files.image_probe import ImageProbe, probe_image
from mmsynloc.structures.image_shape import same_shape
from mmsynloc.utils import UserError, parallel_map

__all__ = ["DECODE_MODES", "SplitReport", "check", "check_split"]

DECODE_MODES = ("sample", "all", "none")
_SAMPLE = 200
_NAMED = 5  # files named in one line; the counts are always complete


@dataclass
class SplitReport:
    """What was found in one split.

    Args:
        split: its name.
        images: how many images the annotation file lists.
        annotations: how many people; None where the file has no annotations.
        files: how many image files there are.
        file_sizes: how many files have each (width, height).
        problems: one line for each fault that must be corrected.
        notes: one line for each remark.
        oracles: mAP-LocSim of the ground truth (see :func:`~.oracles.oracle_scores`).
        labels: the annotation file; None where training cannot use it.
    """

    split: str
    images: int = 0
    annotations: int | None = None
    files: int = 0
    file_sizes: Counter = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    oracles: dict[str, float] = field(default_factory=dict)
    labels: Annotations | None = None

    @property
    def healthy(self) -> bool:
        """No problems."""
        return not self.problems


def check(
    root: Path,
    splits: Sequence[str] | None = None,
    official: bool = False,
    decode: str = "sample",
    workers: int | None = None,
    progress: bool = True,
) -> list[SplitReport]:
    """Examine a data set.

    Args:
        root: the data set's folder.
        splits: canonical names; None takes those that are there.
        official: the counts must be the official ones, all splits included; else a subset is noted only.
        decode: which images to decode: an evenly spaced ``sample`` of 200 a split, ``all`` or ``none``. Header and
            end of every file are read in any case.
        workers: processes; None: one a core.

    Raises:
        UserError: there is no data set at ``root``.
        ValueError: ``decode`` is none of :data:`DECODE_MODES`.
    """
    if decode not in DECODE_MODES:
        raise ValueError(f"decode must be one of {', '.join(DECODE_MODES)}, not {decode!r}")
    root = Path(root)
    if not root.is_dir():
        raise UserError(f"{root}: no such folder; set SYNLOC_ROOT or --root to the data set")
    present = [s for s in SPLITS if (root / s).is_dir() or annotation_path(root, s).exists()]
    if not present:
        raise UserError(f"{root}: no data set: it has neither annotations/*.json nor {'/, '.join(SPLITS)}/")
    chosen = splits or (SPLITS if official else present)
    return [check_split(root, s, official, decode, workers, progress) for s in chosen]


def check_split(
    root: Path,
    split: str,
    official: bool = False,
    decode: str = "sample",
    workers: int | None = None,
    progress: bool = True,
) -> SplitReport:
    """Examine one split; the arguments are those of :func:`check`. Faults of the data are reported, not raised."""
    report = SplitReport(split)
    try:
        report.labels = _read_labels(annotation_path(root, split))
    except UserError as error:
        report.problems.append(str(error))
    names = _names(root / split, report.labels)
    report.files = len(names)
    if report.labels is not None:
        _check_labels(report, report.labels, official)
        _check_names(report, report.labels, root / split, names)
    if names:
        _check_images(report, root / split, names, decode, workers or os.cpu_count() or 1, progress)
    return report


def _read_labels(path: Path) -> Annotations:
    """The annotation file as the data set reads it, with the same errors."""
    labels = read_annotations(path)
    require_frames(labels)
    return labels


def _names(folder: Path, labels: Annotations | None) -> list[str]:
    """The image files of a split; those that the annotations name whatever their suffix."""
    listed = set(labels.file_names) if labels else set()
    found = set(image_files(folder))
    return sorted(found | {name for name in listed - found if os.path.isfile(folder / name)})


def _check_labels(report: SplitReport, labels: Annotations, official: bool) -> None:
    expected = OFFICIAL[report.split]
    report.images = len(labels)
    report.annotations = len(labels.people) if labels.people else None
    if not labels.people and expected.annotations is not None:
        report.problems.append("the annotation file has no people")
    if (report.images, report.annotations) != (expected.images, expected.annotations):
        here, wanted = _size(report.images, report.annotations), _size(*expected)
        line = f"{here}; the official split has {wanted}"
        (report.problems if official else report.notes).append(line)
    report.problems += coordinate_alarms(labels)
    report.notes += resolution_notes(labels) + people_notes(labels)
    report.oracles = oracle_scores(labels)
    report.problems += oracle_alarms(report.oracles)


def _check_names(report: SplitReport, labels: Annotations, folder: Path, names: list[str]) -> None:
    if not folder.is_dir():
        report.problems.append(f"{folder}: no such folder, though there are annotations; leave it out with --split")
        return
    listed = set(labels.file_names)
    if missing := sorted(listed - set(names)):
        report.problems.append(f"{_count(missing, 'image')} of the annotations missing in {folder}: {_some(missing)}")
    if extra := sorted(set(names) - listed):
        report.notes.append(f"{_count(extra, 'file')} without an entry in the annotations: {_some(extra)}")


def _check_images(
    report: SplitReport, folder: Path, names: list[str], decode: str, workers: int, progress: bool
) -> None:
    decoded = _to_decode(len(names), decode)
    tasks = [(folder / name, i in decoded) for i, name in enumerate(names)]
    with closing(parallel_map(_probe, tasks, workers)) as results:
        probes = list(tqdm(results, f"reading {report.split}", len(tasks), unit="image", delay=1, disable=not progress))
    broken = [f"{name} ({p.fault})" for name, p in zip(names, probes) if p.fault is not None]
    if broken:
        report.problems.append(f"{_count(broken, 'broken image')} in {folder}: {_some(broken)}")
    report.file_sizes.update(p.size for p in probes if p.size is not None)
    if turned := [name for name, p in zip(names, probes) if p.orientation != 1]:
        report.notes.append(
            f"{_count(turned, 'file')} with an orientation tag in {folder}: {_some(turned)}; it is ignored here, since "
            "labels hold for the stored pixels, but other programs turn the image"
        )
    _check_sizes(report, folder, dict(zip(names, probes)))


def _check_sizes(report: SplitReport, folder: Path, probes: dict[str, ImageProbe]) -> None:
    if len(report.file_sizes) > 1:
        sizes = ", ".join(f"{n} of {w}x{h}" for (w, h), n in report.file_sizes.most_common(_NAMED))
        report.problems.append(f"images of different sizes in {folder}: {sizes}; 4K and Full HD mixed?")
    labels = report.labels
    annotated = dict(zip(labels.file_names, labels.image_sizes.tolist())) if labels else {}
    distorted, scales = [], set()
    for name, (size, *_) in probes.items():
        if size is None or name not in annotated:
            continue
        (w, h), (aw, ah) = size, annotated[name]
        if not same_shape((w, h), (aw, ah)):
            distorted.append(f"{name} ({w}x{h}, annotated {aw}x{ah})")
        elif (w, h) != (aw, ah):
            scales.add(f"files of {w}x{h}, annotated for {aw}x{ah}: loading scales the labels by {w / aw:g}")
    if distorted:
        count = _count(distorted, "image")
        report.problems.append(f"{count} with another aspect ratio than annotated in {folder}: {_some(distorted)}")
    report.notes += sorted(scales)[:_NAMED]


def _to_decode(count: int, mode: str) -> set[int]:
    if mode == "none":
        return set()
    if mode == "all" or count <= _SAMPLE:
        return set(range(count))
    return set(np.linspace(0, count - 1, _SAMPLE).round().astype(int).tolist())


def _probe(task: tuple[Path, bool]) -> ImageProbe:
    return probe_image(*task)


def _count(items: Sequence, noun: str) -> str:
    return f"{len(items):,} {noun}{'' if len(items) == 1 else 's'}"


def _size(images: int, people: int | None) -> str:
    return f"{images:,} image{'' if images == 1 else 's'}" + (f" with {people:,} people" if people is not None else "")


def _some(names: Iterable[str]) -> str:
    names = list(names)
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
