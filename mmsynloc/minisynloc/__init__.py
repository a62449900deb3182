"""minisynloc: a generator of small stand-in data sets in the official SynLoc layout.

Everything is drawn: stadiums, light, athletes. The pictures are no substitute for the real data set, but its format,
geometry, camera model and difficulties (wide angle, small people, occlusion, shadows) are the same.
"""

from mmsynloc.minisynloc.generate import DEFAULT_VENUES, GeneratedDataset, generate

__all__ = ["DEFAULT_VENUES", "GeneratedDataset", "generate"]
