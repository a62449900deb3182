"""The one reader and writer of annotation, camera, results and submission files; light, without torch."""

from mmsynloc.files.annotation_reader import parse_annotations, read_annotations
from mmsynloc.files.annotations import Annotations, People
from mmsynloc.files.cameras import Cameras, read_camera, read_cameras, write_camera
from mmsynloc.files.json_text import read_json
from mmsynloc.files.names import ImageNames, normalise_file_name
from mmsynloc.files.results import Detections, parse_results, read_results, write_results
from mmsynloc.files.submission import Submission, read_submission, write_submission

__all__ = [
    "Annotations",
    "Cameras",
    "Detections",
    "ImageNames",
    "People",
    "Submission",
    "normalise_file_name",
    "parse_annotations",
    "parse_results",
    "read_annotations",
    "read_camera",
    "read_cameras",
    "read_json",
    "read_results",
    "read_submission",
    "write_camera",
    "write_results",
    "write_submission",
]
