"""Pixel-exact image transforms: the transforms compose a plan, one of them renders it."""

from mmsynloc.datasets.transforms.affine import SynLocFitResize, SynLocFlip, SynLocRandomAffine
from mmsynloc.datasets.transforms.athlete_crops import PackAthleteCrops, SynLocAthleteCrops
from mmsynloc.datasets.transforms.cache import SynLocImageCache
from mmsynloc.datasets.transforms.color import SynLocHSVRandomAug
from mmsynloc.datasets.transforms.crop import SynLocRandomCrop
from mmsynloc.datasets.transforms.frame import LoadSynLocFrame
from mmsynloc.datasets.transforms.mix import SynLocMixUp, SynLocMosaic
from mmsynloc.datasets.transforms.packing import PackSynLocInputs
from mmsynloc.datasets.transforms.photometric import SynLocPhotometric, jitter_tones
from mmsynloc.datasets.transforms.render import RenderSynLocImage
from mmsynloc.rendering.plan import ImageLayer, RenderPlan, get_plan

__all__ = [
    "ImageLayer",
    "LoadSynLocFrame",
    "PackAthleteCrops",
    "PackSynLocInputs",
    "RenderPlan",
    "RenderSynLocImage",
    "SynLocAthleteCrops",
    "SynLocFitResize",
    "SynLocFlip",
    "SynLocHSVRandomAug",
    "SynLocImageCache",
    "SynLocMixUp",
    "SynLocMosaic",
    "SynLocPhotometric",
    "SynLocRandomAffine",
    "SynLocRandomCrop",
    "get_plan",
    "jitter_tones",
]
