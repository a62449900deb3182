"""Registration of the package's modules in the registries of MMPose and MMDetection."""

from __future__ import annotations

from importlib import import_module

__all__ = ["EXTENDED_MODULES", "register_all_modules", "register_modules"]

EXTENDED_MODULES = {
    "mmpose.codecs": ("mmsynloc.codecs",),
    "mmpose.datasets": ("mmsynloc.datasets.transforms", "mmsynloc.datasets.synloc_dataset"),
    "mmpose.engine": ("mmsynloc.engine",),
    "mmpose.evaluation": ("mmsynloc.evaluation.metrics",),
    "mmpose.models": ("mmsynloc.models",),
    "mmpose.visualization": ("mmsynloc.visualization.synloc_visualizer", "mmsynloc.visualization.vis_backends"),
    "mmdet.datasets": (
        "mmsynloc.datasets.transforms",
        "mmsynloc.datasets.synloc_dataset",
        "mmsynloc.datasets.transforms.det_packing",
    ),
    "mmdet.engine": ("mmsynloc.engine",),
    "mmdet.evaluation": ("mmsynloc.evaluation.metrics",),
    "mmdet.visualization": ("mmsynloc.visualization.synloc_visualizer", "mmsynloc.visualization.vis_backends"),
}
"""Upstream packages, and the modules of ours that add to their registries.

The registries import these upstream packages before they look a name up, and ours are imported after them
(:mod:`mmsynloc.compat`), so that a registry always knows both.
"""


def register_modules(extended: str) -> None:
    """Register what belongs to one upstream package of :data:`EXTENDED_MODULES`."""
    for name in EXTENDED_MODULES[extended]:
        import_module(name)
    if extended.startswith("mmdet."):
        _share_with_mmdet()


def _share_with_mmdet() -> None:
    """Make MMDetection's registries know the modules of ours that MMPose's know.

    Each class registers once, with MMPose; a scope finds the names of its own registry and of MMEngine's only.
    """
    registry_type = import_module("mmengine.registry").Registry
    pose, det = (vars(import_module(f"{name}.registry")) for name in ("mmpose", "mmdet"))
    for kind in [kind for kind in pose if kind in det and isinstance(pose[kind], registry_type)]:
        for name, module in pose[kind].module_dict.items():
            if module.__module__.startswith("mmsynloc.") and name not in det[kind].module_dict:
                det[kind].register_module(name=name, module=module)


def register_all_modules(init_default_scope: bool = True) -> None:
    """Register MMPose's modules and the package's own, as ``mmpose.utils.register_all_modules`` does.

    ``import mmsynloc`` is enough for configs and registries, which import what they need; this imports all at once.

    Args:
        init_default_scope: make ``mmpose`` the default scope, in which names without a prefix are looked up.
    """
    from mmpose.utils import register_all_modules as register_mmpose

    register_mmpose(init_default_scope)
    for extended in EXTENDED_MODULES:
        register_modules(extended)
