"""Stand-in for torchvision: only what MMPose needs at import. Its other parts are absent on purpose."""

__version__ = "0.0.0+standin"
