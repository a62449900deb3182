"""Pictures: athletes in the frame and on the pitch."""

from mmsynloc.visualization.overlay import draw_athletes
from mmsynloc.visualization.overview import make_overview, save_overview
from mmsynloc.visualization.pitch import draw_pitch

__all__ = ["draw_athletes", "draw_pitch", "make_overview", "save_overview"]
