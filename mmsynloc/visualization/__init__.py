"""Pictures: athletes in the frame and on the pitch, their errors, and samples of a training."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmsynloc.utils.lazy import lazy_attributes

if TYPE_CHECKING:
    from mmsynloc.visualization.contact_sheet import draw_contact_sheet
    from mmsynloc.visualization.overlay import draw_athletes
    from mmsynloc.visualization.overview import make_overview, overview_pixels, save_overview
    from mmsynloc.visualization.pitch import draw_pitch
    from mmsynloc.visualization.synloc_visualizer import SynLocVisualizer, draw_data_sample

__all__ = [
    "SynLocVisualizer",
    "draw_athletes",
    "draw_contact_sheet",
    "draw_data_sample",
    "draw_pitch",
    "make_overview",
    "overview_pixels",
    "save_overview",
]

__getattr__ = lazy_attributes(
    __name__,
    {
        "SynLocVisualizer": "synloc_visualizer",
        "draw_athletes": "overlay",
        "draw_contact_sheet": "contact_sheet",
        "draw_data_sample": "synloc_visualizer",
        "draw_pitch": "pitch",
        "make_overview": "overview",
        "overview_pixels": "overview",
        "save_overview": "overview",
    },
)
