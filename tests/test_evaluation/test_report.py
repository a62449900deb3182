from __future__ import annotations

from mmsynloc.evaluation import format_stats
from mmsynloc.evaluation.functional import COCO_NAMES, STAT_NAMES


def test_format_stats__has_every_name_and_value():
    stats = {name: i / 100 for i, name in enumerate(STAT_NAMES)}
    text = format_stats(stats, 5.0)
    assert "tau 5 m" in text
    for name, value in stats.items():
        assert f" {name} " in text
        assert f"{value:.4f}" in text
    assert "Boxes" not in text


def test_format_stats__boxes_on_request():
    stats = dict.fromkeys(STAT_NAMES, 0.5)
    text = format_stats(stats, box_stats=dict.fromkeys(COCO_NAMES, 0.25))
    assert text.count("0.2500") == 12
    assert text.count("0.5000") == 17
