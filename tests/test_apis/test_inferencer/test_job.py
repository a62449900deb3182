"""Runs that are interrupted, go on, and are shared."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest

from mmsynloc.apis.inferencer import SynLocInferencer
from mmsynloc.apis.inferencer.formats import FORMATS
from mmsynloc.apis.inferencer.frame_cameras import camera_finder
from mmsynloc.apis.inferencer.frames import Selection
from mmsynloc.apis.inferencer.job import InferJob, run_job, shard_of_process
from mmsynloc.apis.inferencer.pictures import PictureWriter
from mmsynloc.apis.inferencer.sources import open_sources
from mmsynloc.utils import UserError
from tests.synloc_files import camera, write_split
from tests.test_apis.test_inferencer.red_boxes import RedBoxes

PEOPLE = [[(0.0, 0.0), (5.0, 10.0)], [], [(-12.0, -8.0)], [(3.0, 3.0)], [(1.0, -9.0), (8.0, 8.0)]]


def make() -> SynLocInferencer:
    return SynLocInferencer(backend=RedBoxes(), score_threshold=0.0)


class Interrupted(SynLocInferencer):
    """Ctrl-C after two frames."""

    def infer(self, *args, **kwargs):
        yield from islice(super().infer(*args, **kwargs), 2)
        raise KeyboardInterrupt


def make_interrupted() -> Interrupted:
    return Interrupted(backend=RedBoxes(), score_threshold=0.0)


@pytest.fixture
def job(tmp_path) -> InferJob:
    annotations = write_split(tmp_path, "val", PEOPLE)
    return InferJob(
        sources=open_sources(tmp_path / "val"),
        find_camera=camera_finder(annotations),
        selection=Selection(),
        out=tmp_path / "positions.csv",
        form=FORMATS["csv"],
        run={"input": ["val"]},
        progress=False,
    )


@pytest.fixture
def whole(job, tmp_path) -> str:
    """What an uninterrupted run writes."""
    assert run_job(replace(job, out=tmp_path / "whole.csv"), make).problems == []
    return (tmp_path / "whole.csv").read_text()


def test_run_job__leaves_nothing_but_its_output(job, whole, tmp_path):
    assert whole.count("\n") == 1 + 6
    assert sorted(path.name for path in tmp_path.iterdir()) == ["annotations", "val", "whole.csv"]


def test_run_job__no_frames(job, tmp_path):
    assert run_job(replace(job, sources=open_sources(iter([]))), make).problems == []
    assert (tmp_path / "positions.csv").read_text().startswith("frame,image_id,name")


def test_run_job__interrupted_run_has_valid_output_and_goes_on(job, whole):
    with pytest.raises(KeyboardInterrupt):
        run_job(job, make_interrupted)
    assert whole.startswith(job.out.read_text())
    assert 1 < job.out.read_text().count("\n") < whole.count("\n")
    backends = []

    def make_again() -> SynLocInferencer:
        backends.append(make())
        return backends[0]

    assert run_job(replace(job, resume=True), make_again).problems == []
    assert job.out.read_text() == whole
    assert sum(backends[0].backend.batches) == 3


def test_run_job__counts(job):
    result = run_job(job, make)
    assert (result.written, result.frames, result.athletes, result.over_horizon) == (True, 5, 6, 0)
    half = run_job(replace(job, selection=Selection(shard=0, shards=2)), make)
    assert not half.written


def test_run_job__nothing_fits(job):
    wrong = open_sources([np.zeros((480, 640, 3), np.uint8)] * 30)
    find = camera_finder(camera())
    with pytest.raises(
        UserError, match="none of the first 20 frames has a result; the last: array 19: image is 640x480"
    ):
        run_job(replace(job, sources=wrong, find_camera=find), make)
    assert not job.out.exists()


def test_run_job__no_frame_has_a_result_and_a_former_output_stays(job, whole, tmp_path):
    job.out.write_text(whole)
    for path in (tmp_path / "val").iterdir():
        path.write_bytes(b"broken")
    with pytest.raises(UserError, match=r"positions\.csv: is not written: no frame has a result; the first: .*000000"):
        run_job(job, make)
    assert job.out.read_text() == whole


def test_run_job__part_of_another_run_is_named(job):
    assert run_job(replace(job, run={"input": ["other"]}, selection=Selection(shard=1, shards=2)), make).foreign == []
    result = run_job(replace(job, selection=Selection(shard=0, shards=2)), make)
    assert not result.written
    (line,) = result.foreign
    assert line.endswith("1-of-2.jsonl: it is of a run with another input")


@pytest.mark.parametrize("good", [1, 3, 12])
def test_run_job__good_frames_before_many_broken_ones_are_kept(job, good):
    """They wait for the rest of a batch while the others are reported."""
    arrays = [np.zeros((360 if i < good or i == 40 else 480, 640, 3), np.uint8) for i in range(41)]
    find = camera_finder(camera())
    backend = RedBoxes()
    backend.batch_size = 8
    run = replace(job, sources=open_sources(arrays), find_camera=find)
    result = run_job(run, lambda: SynLocInferencer(backend=backend, score_threshold=0.0))
    assert (result.frames, result.missing) == (good + 1, 40 - good)


def test_run_job__interrupt_is_the_end_of_a_stream(job):
    stream = open_sources(iter([np.zeros((360, 640, 3), np.uint8)] * 9))
    find = camera_finder(camera())
    assert run_job(replace(job, sources=stream, find_camera=find), make_interrupted).frames == 2


def test_run_job__interrupted_shared_run_writes_nothing_yet(job):
    with pytest.raises(KeyboardInterrupt):
        run_job(replace(job, selection=Selection(shard=0, shards=2)), make_interrupted)
    assert not job.out.exists()


@pytest.mark.parametrize("shards", [2, 3, 7])
def test_run_job__parts_are_merged_exactly(job, whole, shards):
    for shard in reversed(range(shards)):
        assert not job.out.exists()
        run_job(replace(job, selection=Selection(shard=shard, shards=shards)), make)
    assert job.out.read_text() == whole


def test_run_job__broken_images_are_reported_and_done_later(job, whole, tmp_path):
    path = tmp_path / "val" / "000002.jpg"
    data = path.read_bytes()
    path.write_bytes(data[:300])
    problems = run_job(job, make).problems
    assert [Path(problem.name).name for problem in problems] == ["000002.jpg"]
    assert job.out.read_text().count("\n") == 1 + 5
    path.write_bytes(data)
    assert run_job(replace(job, resume=True), make).problems == []
    assert job.out.read_text() == whole
    assert not (tmp_path / "positions.csv.parts").exists()


def test_run_job__the_last_of_several_processes_tells_of_all_problems(job, whole, tmp_path):
    path = tmp_path / "val" / "000002.jpg"
    data = path.read_bytes()
    path.write_bytes(data[:300])
    first, second = (run_job(replace(job, selection=Selection(shard=i, shards=2)), make) for i in range(2))
    assert (first.written, first.missing) == (False, 1)
    assert (second.written, second.missing, second.problems) == (True, 1, [])
    path.write_bytes(data)
    again = [replace(job, resume=True, selection=Selection(shard=i, shards=2)) for i in range(2)]
    assert [run_job(one, make).missing for one in again][-1] == 0
    assert job.out.read_text() == whole


def test_run_job__stopped_while_drawing_leaves_no_part_of_a_video(job, tmp_path):
    pictures = PictureWriter(video=tmp_path / "clip.mp4")
    draw, drawn = pictures.add, []

    def add(*args) -> None:
        drawn.append(draw(*args))
        if len(drawn) == 2:
            raise UserError("the disk is full")

    pictures.add = add  # type: ignore[method-assign]
    with pytest.raises(UserError, match="full"):
        run_job(replace(job, pictures=pictures), make)
    assert not list(tmp_path.glob(".clip*"))


def test_run_job__frames_of_a_stream_without_a_result_are_not_kept(job, tmp_path):
    wrong, right = np.zeros((480, 640, 3), np.uint8), np.zeros((360, 640, 3), np.uint8)
    kept = []

    class Watched(PictureWriter):
        def add(self, image_bgr, frame) -> None:
            kept.append(frame.index)

    stream = open_sources(iter([right, wrong, wrong, right]))
    made = replace(job, sources=stream, find_camera=camera_finder(camera()), pictures=Watched(tmp_path / "pictures"))
    assert len(run_job(made, make).problems) == 2
    assert kept == [0, 3]


def test_run_job__output_that_cannot_be_written_is_made_by_resuming(job, whole):
    def fail(frames, path) -> None:
        raise UserError(f"{path}: cannot be written: No space left on device")

    with pytest.raises(UserError, match="No space left"):
        run_job(replace(job, form=replace(job.form, write=fail)), make)

    def no_model() -> SynLocInferencer:
        raise AssertionError("everything has been found already")

    assert run_job(replace(job, resume=True), no_model).problems == []
    assert job.out.read_text() == whole


def test_run_job__pictures_of_all_frames(job, tmp_path):
    pictures = PictureWriter(tmp_path / "pictures", tmp_path / "clip.mp4", "both", 10.0)
    run_job(replace(job, pictures=pictures), make)
    names = sorted(path.name for path in (tmp_path / "pictures").iterdir())
    assert names == [f"00000{i}_00000{i}.jpg" for i in range(5)]
    capture = cv2.VideoCapture(str(tmp_path / "clip.mp4"))
    assert capture.get(cv2.CAP_PROP_FRAME_COUNT) == 5
    height, width = cv2.imread(str(tmp_path / "pictures" / names[0])).shape[:2]
    assert (width, height) == (1280 + 968, 720)


def test_run_job__pictures_of_a_stream_are_drawn_as_it_goes(job, tmp_path):
    annotations = camera_finder(write_split(tmp_path / "one", "val", PEOPLE[:1]))
    pictures = PictureWriter(tmp_path / "pictures", view="frame")
    stream = open_sources(iter([np.zeros((360, 640, 3), np.uint8)] * 3))
    run_job(replace(job, sources=stream, find_camera=annotations, pictures=pictures), make)
    assert len(list((tmp_path / "pictures").iterdir())) == 3


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, (0, 1)),
        ({"RANK": "1", "WORLD_SIZE": "4"}, (1, 4)),
        ({"SLURM_ARRAY_TASK_ID": "7", "SLURM_ARRAY_TASK_COUNT": "3", "SLURM_ARRAY_TASK_MIN": "5"}, (2, 3)),
        (
            {
                "SLURM_ARRAY_TASK_ID": "14",
                "SLURM_ARRAY_TASK_COUNT": "3",
                "SLURM_ARRAY_TASK_MIN": "10",
                "SLURM_ARRAY_TASK_STEP": "2",
            },
            (2, 3),
        ),
    ],
)
def test_shard_of_process(environment, expected):
    assert shard_of_process(environment) == expected


@pytest.mark.parametrize(
    "environment",
    [
        {"RANK": "4", "WORLD_SIZE": "2"},
        {"SLURM_ARRAY_TASK_ID": "9", "SLURM_ARRAY_TASK_COUNT": "3", "SLURM_ARRAY_TASK_MIN": "1"},
        {"SLURM_ARRAY_TASK_ID": "3", "SLURM_ARRAY_TASK_COUNT": "3", "SLURM_ARRAY_TASK_MIN": "5"},
    ],
)
def test_shard_of_process__no_such_part(environment):
    with pytest.raises(UserError, match=r"the environment says part -?\d of \d, .* --shard I/N"):
        shard_of_process(environment)


def test_shard_of_process__no_number():
    with pytest.raises(UserError, match="RANK is 'x'"):
        shard_of_process({"RANK": "x", "WORLD_SIZE": "2"})
