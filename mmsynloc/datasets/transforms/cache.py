"""A bounded cache of decoded images, so that mixing transforms need not decode each image they use."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from mmcv.transforms import BaseTransform
from mmpose.registry import TRANSFORMS

from mmsynloc.files.images import DecodedImage

__all__ = ["DecodedImageCache", "SynLocImageCache"]


class _Entry(NamedTuple):
    info: Mapping[str, Any]
    image: DecodedImage


class DecodedImageCache:
    """The images decoded last, the oldest dropped first; bounded in number and in bytes.

    Args:
        max_images: how many to keep.
        max_bytes: how many bytes of pixels to keep.
    """

    def __init__(self, max_images: int, max_bytes: int) -> None:
        self.max_images, self.max_bytes = max_images, max_bytes
        self.num_bytes = 0
        self._entries: OrderedDict[str, _Entry] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, path: str) -> bool:
        return path in self._entries

    def put(self, info: Mapping[str, Any], image: DecodedImage) -> None:
        """Keep an image under its ``img_path``; an older decoding of it is replaced."""
        path = info["img_path"]
        if path in self._entries:
            self.num_bytes -= self._entries.pop(path).image.pixels.nbytes
        self._entries[path] = _Entry(info, image)
        self.num_bytes += image.pixels.nbytes
        while self._entries and (len(self) > self.max_images or self.num_bytes > self.max_bytes):
            self.num_bytes -= self._entries.popitem(last=False)[1].image.pixels.nbytes

    def get(self, path: str) -> DecodedImage | None:
        """The image of a path, or None."""
        entry = self._entries.get(path)
        return entry.image if entry else None

    def draw(self, count: int) -> list[Mapping[str, Any]]:
        """Data infos of ``count`` random images, with replacement where there are fewer."""
        paths = list(self._entries)
        chosen = np.random.choice(len(paths), count, replace=len(paths) < count)
        return [self._entries[paths[i]].info for i in chosen]


@TRANSFORMS.register_module()
class SynLocImageCache(BaseTransform):
    """Let :class:`SynLocMosaic` and :class:`SynLocMixUp` draw their further images from those decoded last.

    Put it first in the pipeline. Each sample then decodes only its own image; the further ones come from a cache of
    the images that this worker decoded last (each worker has its own). Until ``min_images`` are there, they are drawn
    from the data set.

    Added Keys:

    - image_cache

    Args:
        max_images: how many decoded images a worker keeps.
        max_mb: how much memory they may take in a worker, in MiB. A 4K frame decoded for an input of 640 px takes
            1.5 MiB.
        min_images: from how many on images are drawn.
    """

    def __init__(self, max_images: int = 96, max_mb: float = 192, min_images: int = 16) -> None:
        if max_images < 1 or max_mb <= 0 or not 1 <= min_images <= max_images:
            raise ValueError("SynLocImageCache needs max_mb > 0 and 1 <= min_images <= max_images")
        self.max_images, self.max_mb, self.min_images = max_images, max_mb, min_images
        self.cache = DecodedImageCache(max_images, int(max_mb * 2**20))

    def transform(self, results: dict) -> dict:
        """Pass the worker's cache to the transforms that follow."""
        results["image_cache"] = self.cache
        results["image_cache_ready"] = len(self.cache) >= self.min_images
        return results

    def __repr__(self) -> str:
        return f"{type(self).__name__}(max_images={self.max_images}, max_mb={self.max_mb})"
