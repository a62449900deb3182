"""The same blobs as image files of several resolutions."""

from __future__ import annotations

import pytest

from .blobs import FRAME, BlobDataset, make_blob_dataset


@pytest.fixture(scope="session")
def blob_datasets(tmp_path_factory) -> dict[str, BlobDataset]:
    """The same blobs as 4K, Full HD and resized-copy files."""
    folder = tmp_path_factory.mktemp("blobs")
    sizes = {"4k": FRAME, "fullhd": (1920, 1080), "copy": (1280, 720)}
    return {name: make_blob_dataset(folder, size) for name, size in sizes.items()}
