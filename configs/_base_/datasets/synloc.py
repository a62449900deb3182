"""Metainfo of Spiideo SoccerNet SynLoc, in the form of MMPose's ``configs/_base_/datasets``.

``pelvis_ground`` is the point of the ground straight below the pelvis; its position on the pitch is what counts.
"""

dataset_info = dict(
    dataset_name="synloc",
    paper_info=dict(
        author="Ardö, Håkan and Nilsson, Mikael and Cioppa, Anthony and Magera, Floriane and "
        "Giancola, Silvio and Liu, Haochen and Ghanem, Bernard and Van Droogenbroeck, Marc",
        title="Spiideo SoccerNet SynLoc - Single Frame World Coordinate Athlete Detection and "
        "Localization with Synthetic Data",
        container="International Joint Conference on Computer Vision, Imaging and Computer Graphics "
        "Theory and Applications (VISAPP)",
        year="2025",
        homepage="https://github.com/Spiideo/sskit",
    ),
    keypoint_info={
        0: dict(name="pelvis", id=0, color=[255, 128, 0], type="lower", swap=""),
        1: dict(name="pelvis_ground", id=1, color=[0, 255, 255], type="lower", swap=""),
    },
    skeleton_info={0: dict(link=("pelvis", "pelvis_ground"), id=0, color=[255, 255, 0])},
    joint_weights=[1.0, 1.0],
    sigmas=[0.089, 0.089],
)
