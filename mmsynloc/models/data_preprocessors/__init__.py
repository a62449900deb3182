"""What happens to a batch before the network."""

from mmsynloc.models.data_preprocessors.batch_resize import SynLocBatchResize, resize_labels

__all__ = ["SynLocBatchResize", "resize_labels"]
