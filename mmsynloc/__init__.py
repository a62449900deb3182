"""mmsynloc: athletes' positions on the pitch, as a plugin for MMPose and MMDetection.

Importing it registers every module with MMEngine's registries, so a config needs only
``custom_imports = dict(imports=["mmsynloc"])``.
"""

from mmsynloc import compat

compat.apply()

from mmsynloc import codecs, config_scope, datasets, engine, evaluation, models  # noqa: E402
from mmsynloc.version import __version__  # noqa: E402

config_scope.register()

__all__ = ["__version__", "codecs", "compat", "datasets", "engine", "evaluation", "models"]
