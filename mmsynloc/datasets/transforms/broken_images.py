"""Handling of image files that cannot be read."""

from __future__ import annotations

import logging

from mmengine.logging import print_log

from mmsynloc.utils import UserError

__all__ = ["MAX_BROKEN_SHARE", "BrokenImageLog"]

MAX_BROKEN_SHARE = 0.01
_MAX_LISTED = 20


class BrokenImageLog:
    """Counts broken image files, names each once in the log and stops the run when there are too many.

    Each data loader worker counts on its own, in a process of its own; it stops the run when it has seen more broken
    files than the allowed share of the whole data set, so it never stops too early, only up to some epochs late.

    Args:
        max_share: largest allowed share of the data set's images.
    """

    def __init__(self, max_share: float = MAX_BROKEN_SHARE) -> None:
        self.max_share = max_share
        self.reasons: dict[str, str] = {}

    def add(self, path: str, reason: str, num_images: int | None) -> None:
        """Note a broken file.

        Args:
            path: the file.
            reason: one line that names it.
            num_images: size of the data set, None where it is unknown.

        Raises:
            UserError: too many files are broken; the message lists them.
        """
        if path not in self.reasons:
            self.reasons[path] = reason
            message = f"broken image no. {len(self.reasons)}, another takes its place: {reason}"
            print_log(message, "current", logging.WARNING)
        if num_images is not None and len(self.reasons) > self.max_share * num_images:
            raise UserError(self.summary(num_images))

    def summary(self, num_images: int) -> str:
        """One line with the number of broken files and the first of them."""
        reasons = list(self.reasons.values())
        more = f"; and {len(reasons) - _MAX_LISTED} more" if len(reasons) > _MAX_LISTED else ""
        return (
            f"{len(reasons)} of {num_images} images are broken, more than {self.max_share:.0%}: "
            f"{'; '.join(reasons[:_MAX_LISTED])}{more}"
        )
