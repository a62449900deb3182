"""What the head, the assigner and the losses hand to each other: tensors of fixed shape for a whole batch."""

from mmsynloc.models.structures.assignment import Assignment
from mmsynloc.models.structures.grid import Grid, make_grid
from mmsynloc.models.structures.predictions import (
    Decoded,
    HeadOutputs,
    Predictions,
    decode,
    flatten_outputs,
    take_priors,
)
from mmsynloc.models.structures.rows import take_many_rows, take_rows, to_device
from mmsynloc.models.structures.truth import Labels, Truth, pad_truth

__all__ = [
    "Assignment",
    "Decoded",
    "Grid",
    "HeadOutputs",
    "Labels",
    "Predictions",
    "Truth",
    "decode",
    "flatten_outputs",
    "make_grid",
    "pad_truth",
    "take_many_rows",
    "take_priors",
    "take_rows",
    "to_device",
]
