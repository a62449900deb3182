"""Stand-in for xtcocotools, the fork of pycocotools that MMPose uses, on pycocotools."""
