"""What to do next: sentences made of the figures, the largest loss first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from mmsynloc.evaluation.errors.analysis import Analysis, interval
from mmsynloc.evaluation.errors.groups import GroupRow

__all__ = ["Advice", "advise"]

_LEAST_GAIN = 0.01
_FEWEST_PEOPLE = 20
_FEWEST_IMAGES = 10
_SHARE_NEAR = 0.05
_FAR_BELOW = 0.1


class Advice(NamedTuple):
    """One thing to do.

    Args:
        text: one to three sentences.
        section: the part of the report that shows why.
    """

    text: str
    section: str


def advise(
    analysis: Analysis, average_precision: float, lost_f1: float, own_threshold: bool, oracles: Mapping[str, float]
) -> list[Advice]:
    """What the figures suggest, the largest loss of mAP-LocSim first.

    Args:
        analysis: of the result.
        average_precision: mAP-LocSim at tau 1.
        lost_f1: how much better the best threshold on this file is than the one in use.
        own_threshold: whether the one in use was chosen on this very file.
        oracles: mAP-LocSim at tau 1 by their names.
    """
    warning = _nothing_near(analysis)
    if warning is not None:
        return [warning]
    gains = sorted(analysis.repairs.in_turn.items(), key=lambda item: -item[1])
    return [
        *_box_bottom(average_precision, oracles.get("bottom of the box", 0.0)),
        *(_BY_REPAIR[name](analysis, gain) for name, gain in gains if gain >= _LEAST_GAIN),
        *_distance(analysis),
        *_camera(analysis, average_precision),
        *_threshold(lost_f1, own_threshold),
        _certainty(analysis),
    ]


def _box_bottom(average_precision: float, bottom: float) -> list[Advice]:
    if bottom <= average_precision:
        return []
    text = f"The bottom of the predicted box scores {bottom:.3f}, more than the predicted points: check their training."
    return [Advice(text, "oracles")]


def _certainty(analysis: Analysis) -> Advice:
    number = analysis.matched.case.num_images
    if number < _FEWEST_IMAGES:
        text = f"{number} image{'s are' if number > 1 else ' is'} too few to say how certain the figures are."
        return Advice(text, "scores")
    low, high = interval(analysis.draws.ap[1.0])
    return Advice(
        f"With {number:,} images the score is known to lie between {low:.3f} and {high:.3f}. To "
        "see smaller differences between two models, give both to this report: it compares them image by image.",
        "scores",
    )


def _nothing_near(analysis: Analysis) -> Advice | None:
    """The first thing to look at where nothing fits."""
    matched = analysis.matched
    if not len(matched.by_score):
        return Advice("The result has no detections for these images: every athlete is missed.", "scores")
    near = len(np.unique(matched.pairs.gt)) / len(matched.case.gt_positions_m)
    if near >= _SHARE_NEAR:
        return None
    return Advice(
        f"Only {near:.1%} of the athletes have a detection within 2 m. Are these the results of another split, or "
        "pixels of a smaller image than the annotated one? What follows means little before that is settled.",
        "scores",
    )


def _position(analysis: Analysis, gain: float) -> Advice:
    metres = analysis.offsets_m
    if not metres.number:
        return Advice(f"Position costs {gain:.3f}; no detection over the threshold is near an athlete.", "position")
    text = (
        f"Position costs {gain:.3f} of mAP-LocSim. Found athletes are {metres.median:.2f} m off in the median; the "
        f"error spreads by {metres.spread[0]:.2f} m along the viewing ray and by {metres.spread[1]:.2f} m across it"
    )
    if metres.spread[0] > 1.5 * metres.spread[1]:
        text += ". It is mostly depth: more resolution where athletes are small, or a second stage, helps most."
    else:
        text += "."
    if abs(metres.bias[0]) > max(0.05, 0.25 * metres.spread[0]):
        side = "far from" if metres.bias[0] > 0 else "near to"
        text += f" Positions are {abs(metres.bias[0]):.2f} m too {side} the camera in the median: correct that first."
    return Advice(text, "position")


def _misses(analysis: Analysis, gain: float) -> Advice:
    people, found = int(analysis.images.people.sum()), int(analysis.images.found.sum())
    missed = 1 - found / people
    text = f"Misses cost {gain:.3f}. At the threshold {missed:.0%} of the athletes have no detection within 2 m"
    rows = [(name, row) for name, rows in analysis.groups.items() if name != "camera" for row in _large(rows)]
    name, worst = max(rows, key=lambda item: item[1].missed, default=("", None))
    if worst is not None and worst.missed > 1.5 * missed:
        text += f", and {worst.missed:.0%} in the group “{worst.label}” ({name})"
    return Advice(text + ".", "groups")


def _false_positives(analysis: Analysis, gain: float) -> Advice:
    number = int(analysis.operating.wrong.sum()) / analysis.matched.case.num_images
    text = f"False positives cost {gain:.3f}. Over the threshold {number:.1f} detections an image are wrong"
    cameras = _large(analysis.groups["camera"])
    worst = max(cameras, key=lambda row: row.false_per_image, default=None)
    if worst is not None and len(cameras) > 1 and worst.false_per_image > 2 * number:
        text += f", {worst.false_per_image:.1f} with {_camera_name(worst)}"
    return Advice(text + ".", "groups")


def _ranking(analysis: Analysis, gain: float) -> Advice:
    return Advice(
        f"Ranking costs {gain:.3f}: wrong or worse positions often score higher than better ones. Train the score on "
        "LocSim, or score with the expected LocSim; mirror images at test time rank better too.",
        "calibration",
    )


def _duplicates(analysis: Analysis, gain: float) -> Advice:
    number = int(analysis.operating.pairing.duplicate.sum())
    return Advice(
        f"Duplicates cost {gain:.3f}; {number:,} are over the threshold. Suppress them on the ground, in metres "
        "(nms_mode='ground').",
        "gap",
    )


_BY_REPAIR: dict[str, Callable[[Analysis, float], Advice]] = {
    "duplicates": _duplicates,
    "false positives": _false_positives,
    "ranking": _ranking,
    "position": _position,
    "misses": _misses,
}


def _large(rows: list[GroupRow]) -> list[GroupRow]:
    """The groups of enough people to say something about."""
    return [row for row in rows if row.people >= _FEWEST_PEOPLE]


def _camera_name(row: GroupRow) -> str:
    return row.label.split(":")[0]


def _distance(analysis: Analysis) -> list[Advice]:
    """The distance that costs most."""
    rows = _large(analysis.groups["distance from the camera"])
    if len(rows) < 2:
        return []
    worst = max(rows, key=lambda row: (1 - row.average_precision) * row.people)
    share = worst.people / len(analysis.matched.case.gt_positions_m)
    text = (
        f"Of all distances, athletes {worst.label} from the camera lose most in sum: they are {share:.0%} of all and "
        f"reach {worst.average_precision:.3f}."
    )
    return [Advice(text, "groups")]


def _camera(analysis: Analysis, average_precision: float) -> list[Advice]:
    """A camera far below the others."""
    rows = _large(analysis.groups["camera"])
    if len(rows) < 2:
        return []
    last = min(rows, key=lambda row: row.average_precision)
    if last.average_precision > average_precision - _FAR_BELOW:
        return []
    name = _camera_name(last)
    text = (
        f"Look at the images of {name}: it reaches {last.average_precision:.3f}, all together {average_precision:.3f}."
    )
    return [Advice(text, "groups")]


def _threshold(lost_f1: float, own: bool) -> list[Advice]:
    if own:
        text = (
            "The score threshold was chosen on this very file, which flatters precision, recall, F1 and frame "
            "accuracy. Name the results of the validation data with --val-ann and --val-results."
        )
        return [Advice(text, "threshold")]
    if lost_f1 >= _LEAST_GAIN:
        text = f"The score threshold loses {lost_f1:.3f} of F1 against the best one here: scores do not carry over."
        return [Advice(text, "threshold")]
    return []
