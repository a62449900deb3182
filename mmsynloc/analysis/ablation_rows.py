"""The rows of the ablation, each built from the config files of its ideas."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from mmengine.config import Config

from mmsynloc.config_scope import CONFIG_DIR, config_path

__all__ = ["ROWS", "Row", "row_config", "to_upstream_recipe"]

_UPSTREAM = "mmpose::body_2d_keypoint/yoloxpose/coco/yoloxpose_s_8xb32-300e_coco-640.py"  # at 640x640, as our rows
_INHERITED = re.compile(r"\.\.?/(?:\w+/)?yoloxpose_s_synloc[-\w]*\.py")
_OURS = ("16x9", "window-assigner")
_LOCSIM = ("locsim-quality", "locsim-assigner", "locsim-loss")


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Args:
        name: of its folder.
        title: in the table.
        ideas: the configs ``yoloxpose_s_synloc-IDEA.py`` that are put on top of each other.
        against: the row that it is compared with; None for the first.
        weights_of: the row whose training it takes over, where its ideas act at test time only.
        upstream: upstream's pipeline in place of ours.
        on_windows: trained on windows at the resolution of Full HD, not on whole frames.
    """

    name: str
    title: str
    ideas: tuple[str, ...] = ()
    against: str | None = "windows"
    weights_of: str | None = None
    upstream: bool = False
    on_windows: bool = False

    @property
    def budget(self) -> str:
        """Name of the config that says how long it trains, and what the ideas are put on top of."""
        return f"mmsynloc::ablation{'_windows' if self.on_windows else ''}_synloc.py"


ROWS = {
    row.name: row
    for row in (
        Row("upstream", "upstream recipe as it is", against=None, upstream=True),
        Row("exact", "+ pixel-exact transforms", against="upstream"),
        Row("cached", "+ pixel-exact, image cache", ("cached",), against="exact"),
        Row("16x9", "+ pixel-exact + 16:9", ("16x9",), against="exact"),
        Row("window", "ours on frames: the same + own priors", _OURS, against="16x9"),
        Row("no-mosaic", "the same, no Mosaic or MixUp", (*_OURS, "no-mosaic"), against="window"),
        Row("windows", "ours: windows at Full HD", against="window", on_windows=True),
        Row("locsim-loss", "ours + LocSim loss", ("locsim-loss",), on_windows=True),
        Row("locsim-quality", "ours + LocSim quality", ("locsim-quality",), on_windows=True),
        Row(
            "locsim-assigner",
            "the same + LocSim assigner",
            ("locsim-quality", "locsim-assigner"),
            against="locsim-quality",
            on_windows=True,
        ),
        Row("locsim", "the same + LocSim loss", _LOCSIM, against="locsim-assigner", on_windows=True),
        Row(
            "ground-nms",
            "the same + ground NMS",
            (*_LOCSIM, "ground-nms"),
            against="locsim",
            weights_of="locsim",
            on_windows=True,
        ),
        Row(
            "tta",
            "the same + flip TTA",
            (*_LOCSIM, "tta"),
            against="ground-nms",
            weights_of="locsim",
            on_windows=True,
        ),
        Row("simcc", "ours + SimCC", ("simcc",), on_windows=True),
    )
}


def row_config(row: Row, folder: Path) -> Config:
    """The row's config, from files that are written into ``folder`` for it.

    An idea's config is taken as it is, but inherits the ablation's base, or the idea before it, where it would
    inherit ``yoloxpose_s_synloc.py`` or one of its ideas; so an idea that builds on another must follow it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    base = config_path(row.budget).resolve()
    for number, idea in enumerate(row.ideas):
        text = config_path(f"mmsynloc::yoloxpose_s_synloc-{idea}.py").read_text(encoding="utf-8")
        text = _INHERITED.sub(base.as_posix(), text)
        text = text.replace("../_base_", (CONFIG_DIR / "_base_").resolve().as_posix())
        base = folder.resolve() / f"{number}_{idea}.py"
        base.write_text(text, encoding="utf-8")
    return Config.fromfile(str(base))


def to_upstream_recipe(cfg: Config, data_root: Path, coco_file: Path) -> None:
    """Put upstream's data set, transforms and batch resizing in the place of ours, in place.

    Validation and test keep our loading, which shows the network what upstream's ``BottomupResize`` shows it. The
    head stays ``YOLOXPoseGroundHead``, which without its options has upstream's targets to the last bit and its losses
    to 1e-5 (tested) and decodes in float32, so that mixed precision does not affect upstream's coordinates.

    Args:
        cfg: the ablation's base.
        data_root: folder of the images.
        coco_file: the training annotations as standard COCO, in pixels of the image files.
    """
    upstream = Config.fromstring(f'_base_ = "{_UPSTREAM}"\n', ".py")
    cfg.model.data_preprocessor.batch_augments = upstream.model.data_preprocessor.batch_augments
    cfg.train_dataloader.dataset = dict(
        type="CocoDataset",
        data_root=str(data_root),
        data_mode="bottomup",
        ann_file=str(coco_file.resolve()),
        data_prefix=dict(img="train/"),
        metainfo=dict(from_file=cfg.model.head.loss_oks.metainfo),
        pipeline=upstream.train_pipeline_stage1,
    )
    switch = next(hook for hook in cfg.custom_hooks if "new_train_pipeline" in hook)
    switch.new_train_pipeline = upstream.train_pipeline_stage2
