"""What the second stage costs beside the first one."""

from __future__ import annotations

import numpy as np
import torch
from mmengine.registry import DefaultScope
from mmpose.registry import MODELS
from mmpose.structures import PoseDataSample

from mmsynloc.analysis.benchmark import compare, one_core, time_interleaved
from mmsynloc.apis.config import load_config
from mmsynloc.minisynloc.cameras import fit_lens, look_at
from mmsynloc.models.estimators.first_stage import first_stage
from mmsynloc.structures import Camera

__all__ = ["benchmark_two_stages"]


def benchmark_two_stages(rounds: int, crops: int, config: str) -> dict[str, dict]:
    """Seconds of both stages for one Full HD frame on one core, in bfloat16 where the processor has it.

    Args:
        rounds: frames that are timed.
        crops: athletes in the frame.
        config: of a two-stage model; weights are random, which costs the same.

    Returns:
        Cases ``first stage``, ``second stage`` (cutting and placing included), and the second's share of the first.
    """
    cfg = load_config(config)
    with DefaultScope.overwrite_default_scope("mmpose"):
        model = MODELS.build(cfg.model).eval()
    detector = first_stage(model.detector)
    width, height = cfg.test_dataloader.dataset.input_size
    sample, boxes = _frame_with_athletes(crops)
    sample.set_metainfo(
        dict(input_size=(width, height), input_scale=np.array([3840.0, 2176]), input_center=(1920, 1080))
    )
    frame = torch.randint(0, 256, (1080, 1920, 3), dtype=torch.uint8)
    inputs = torch.randint(0, 256, (1, 3, height, width), dtype=torch.uint8)

    def first(_: int) -> None:
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            detector.find(inputs, [sample], [frame])

    def second(_: int) -> None:
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            model.place_boxes([(boxes, np.ones(len(boxes)))], [sample], [frame])

    with one_core():
        seconds = time_interleaved({"first stage": first, f"second stage, {crops} crops": second}, rounds, 2)
    report = {name: compare(value, None, "s", larger_is_better=False) for name, value in seconds.items()}
    one, two = seconds.values()
    return report | {
        "second stage's share of the first": compare(two / one, None, "of its time", larger_is_better=False)
    }


def _frame_with_athletes(count: int) -> tuple[PoseDataSample, np.ndarray]:
    """A frame from 45 m beside the pitch's middle and 12 m up, and the boxes (count, 4) px of people on the pitch."""
    dist_poly, undist_poly = fit_lens(0.68, 0.86)
    matrix = look_at(np.array([-45.0, 0, 12]), 0.0, np.radians(12), 0.0)
    camera = Camera(matrix, dist_poly, undist_poly, (3840, 2160))
    places = np.random.default_rng(0).uniform([-20, -20], [20, 20], (count, 2))
    feet = camera.pitch_to_pixel(places).points
    tall = feet[:, 1] - camera.pitch_to_pixel(np.column_stack([places, np.full(count, 1.8)])).points[:, 1]
    boxes = np.stack([feet[:, 0] - tall / 5, feet[:, 1] - tall, feet[:, 0] + tall / 5, feet[:, 1]], axis=1)
    arrays = dict(camera_matrix=matrix, dist_poly=dist_poly, undist_poly=undist_poly)
    return PoseDataSample(metainfo=dict(camera=arrays, annotated_size=camera.image_size)), boxes
