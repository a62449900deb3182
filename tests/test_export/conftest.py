"""Exported models, and one thread, so that sums have one order."""

from tests.exported_models import exported, one_thread, pictures, split, two_files

__all__ = ["exported", "one_thread", "pictures", "split", "two_files"]
