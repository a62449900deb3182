"""TrackLab's base classes run our module; skipped where TrackLab is not installed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.synloc_files import image_entry

pytest.importorskip("tracklab.pipeline")


def test_synloc_positions__rows_of_a_pipeline(tmp_path):
    from tracklab.pipeline import Pipeline

    from mmsynloc.apis.tracklab import SynLocPositions
    from mmsynloc.utils import dump_json

    dump_json(image_entry(0), tmp_path / "camera.json")
    module = SynLocPositions(str(tmp_path / "camera.json"), batch_size=2)
    module.inferencer.score_threshold = 0.0
    Pipeline([module]).validate({"image": set(), "detection": set()})
    assert module.level == "image"
    metadatas = pd.DataFrame({"video_id": [5, 5], "file_path": ["a/000001.jpg", "a/000002.jpg"]}, index=[11, 12])
    images = np.random.default_rng(0).integers(0, 256, (2, 360, 640, 3)).astype(np.uint8)
    batch = module.collate_fn([(i, module.preprocess(im, None, metadatas.loc[i])) for i, im in zip((11, 12), images)])
    rows = module.process(batch, None, metadatas)
    assert list(rows.columns) == module.output_columns
    assert set(rows.image_id) <= {11, 12}
    assert rows.index.is_unique
    for bbox_pitch in rows.bbox_pitch:
        assert bbox_pitch is None or {"x_bottom_middle", "y_bottom_middle"} <= set(bbox_pitch)
