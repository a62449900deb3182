"""What happens to a batch before the network."""

from mmsynloc.models.data_preprocessors.batch_resize import SynLocBatchResize, resize_labels
from mmsynloc.models.data_preprocessors.pose_data_preprocessor import SynLocDataPreprocessor
from mmsynloc.models.data_preprocessors.topdown_data_preprocessor import SynLocTopdownDataPreprocessor

__all__ = ["SynLocBatchResize", "SynLocDataPreprocessor", "SynLocTopdownDataPreprocessor", "resize_labels"]
