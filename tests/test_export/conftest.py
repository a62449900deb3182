"""Exported models, and one thread, so that sums have one order."""

from tests.exported_models import exported, pictures, split, two_files
from tests.one_thread import one_thread

__all__ = ["exported", "one_thread", "pictures", "split", "two_files"]
