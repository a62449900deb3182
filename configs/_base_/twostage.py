"""The test pipeline of two stages: the whole frame at the detector's ``input_size``, and the frame's own pixels."""

twostage = dict(
    pipeline=[
        dict(type="LoadSynLocFrame"),
        dict(type="SynLocFitResize"),
        dict(type="RenderSynLocImage"),
        dict(
            type="PackSynLocInputs",
            meta_keys=(
                "id",
                "img_id",
                "img_path",
                "ori_shape",
                "img_shape",
                "input_size",
                "input_center",
                "input_scale",
                "annotated_size",
                "camera",
            ),
        ),
    ],
)
