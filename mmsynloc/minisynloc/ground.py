"""The whole ground: grass and lines inside the boards, what lies beside the pitch, and the floor behind the boards."""

from __future__ import annotations

import numpy as np

from mmsynloc.minisynloc.pitch import band, grass_colour, line_coverage, sample_texture, within
from mmsynloc.minisynloc.randomisation import Drawn
from mmsynloc.minisynloc.venue import PITCH_HALF_LENGTH_M, PITCH_HALF_WIDTH_M, Venue

__all__ = ["ground_colour"]

LINE_BGR = np.array([0.90, 0.96, 0.94], np.float32)
OTHER_LINES = {"blue": np.array([0.7, 0.35, 0.1], np.float32), "yellow": np.array([0.15, 0.75, 0.85], np.float32)}
TURF_STRIP_M = 2.5  # grass beyond the lines where the verge is something else
LANE_M = 1.22
AREA_Y_M = 4.0  # where technical areas begin, from the halfway line


def _dashes(along: np.ndarray, length_m: float) -> np.ndarray:
    """Coverage (H, W) by dashes of a length, with gaps as long, where ``along`` (H, W) runs along them."""
    phase = np.abs((along + length_m / 2) % (2 * length_m) - length_m)
    return within(phase, -1, length_m / 2)


def _technical_area(x: np.ndarray, y: np.ndarray, drawn: Drawn) -> np.ndarray:
    """Share (H, W) of each pixel that is covered by the dashes around the technical areas beside both touch lines."""
    length, half = drawn.numbers["dash_length_m"], drawn.numbers["dash_width_m"] / 2
    last = AREA_Y_M + drawn.numbers["dash_reach_m"]
    out, along = np.abs(x) - PITCH_HALF_WIDTH_M, np.abs(y)
    front = band(out - 1.0, half) * within(along, AREA_Y_M, last) * _dashes(along, length)
    ends = np.maximum(band(along - AREA_Y_M, half), band(along - last, half)) * _dashes(out, length)
    return np.maximum(front, ends * within(out, 1.0, drawn.numbers["margin_m"]))


def _other_lines(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Coverage (H, W) of the lines of smaller pitches that are played across."""
    half = 0.05
    sides = band(np.abs(np.abs(y) - 26.0) - 20.0, half) * within(np.abs(x), -1, 30)
    ends = band(np.abs(x) - 30.0, half) * within(np.abs(np.abs(y) - 26.0), -1, 20)
    return np.maximum(np.maximum(sides, ends), band(x, half) * within(np.abs(np.abs(y) - 26.0), -1, 20))


def _verge(x: np.ndarray, y: np.ndarray, venue: Venue, grain: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Colour (H, W, 3) of the verge, and where it is (H, W)."""
    kind = venue.drawn.kinds["verge"]
    strip = 0.0 if kind == "grass" else TURF_STRIP_M
    out = np.maximum(np.abs(x) - PITCH_HALF_WIDTH_M, np.abs(y) - PITCH_HALF_LENGTH_M)
    rough = {"grass": 0.12, "turf": 0.04, "track": 0.03, "paving": 0.05, "snow": 0.09}[kind]
    colour = np.asarray(venue.verge_bgr, np.float32) * (1 + np.float32(rough) * grain[..., None])
    if kind == "track":
        lane = band((out - strip + LANE_M / 2) % LANE_M - LANE_M / 2, 0.04)[..., None].astype(np.float32)
        colour = colour * (1 - lane) + np.float32(0.8) * lane
    return colour, out > strip


def ground_colour(x: np.ndarray, y: np.ndarray, venue: Venue, coarse: np.ndarray, fine: np.ndarray) -> np.ndarray:
    """Colour (H, W, 3), BGR in 0 to 1, of the ground under full light at ``x``, ``y`` (H, W) in metres."""
    colour = grass_colour(x, y, venue, coarse, fine)
    grain = sample_texture(fine, x * 12, y * 12)
    verge, mask = _verge(x, y, venue, grain)
    colour[mask] = verge[mask]
    cover = line_coverage(x, y)
    if venue.drawn.kinds["technical_area"] == "dashes":
        cover = np.maximum(cover, _technical_area(x, y, venue.drawn))
    white = LINE_BGR * np.float32(venue.drawn.numbers["line_brightness"])
    cover = (0.9 * cover[..., None]).astype(np.float32)
    colour = colour * (1 - cover) + white * cover
    other = venue.drawn.kinds["other_lines"]
    if other != "no":
        cover = (0.7 * _other_lines(x, y)[..., None]).astype(np.float32)
        colour = colour * (1 - cover) + OTHER_LINES[other] * cover
    floor = (np.abs(x) > venue.board_x_m) | (np.abs(y) > venue.board_y_m)
    colour[floor] = (0.33 + 0.015 * grain[floor])[:, None]
    return colour
