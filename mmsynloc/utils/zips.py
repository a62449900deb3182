"""The exceptions of damaged zips."""

from __future__ import annotations

import zipfile
import zlib

__all__ = ["ZIP_ERRORS"]

ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
"""What reading a damaged or encrypted zip raises."""
