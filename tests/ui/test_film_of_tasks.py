"""The film of a run of every task, trained for real: its frames show the answers, and its files open again."""

import gc
import time
import warnings
from functools import cache

import imageio.v3 as imageio
import numpy as np
import pytest

from visualizer.figures.answers.figures import figures_of
from visualizer.figures.film import HEIGHT, WIDTH, draw_frame
from visualizer.tasks.task import Task, task_types
from visualizer.training.runs.records import RunRecord
from visualizer.training.scheduling.commands import Pause, Start
from visualizer.training.settings import RunSpec, preset_settings
from visualizer.ui.state.server import run_store, worker_pool
from visualizer.ui.train.film_export import _film, _make
from visualizer.ui.train.moments import answers_at

KINDS = list(task_types().values())
each_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
PICTURE = 7


@cache
def run_of(kind: type[Task]) -> RunRecord:
    """A run of the preset that was paused after its first batches."""
    run_id = worker_pool().submit(RunSpec(kind.preset().architecture, preset_settings(kind()), PICTURE), "film-maker")
    worker_pool().send(run_id, Start())
    deadline = time.monotonic() + 300  # a worker may first have to draw the data set
    while len(run_store().moments(run_id)) < 3:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    worker_pool().send(run_id, Pause())
    while (record := run_store().record(run_id)) is None or record.state != "paused":
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return record


@each_kind
def test_the_frames_show_the_answer_or_several_samples(kind):
    run = run_of(kind)
    moments = run_store().moments(run.run_id)[:3]
    film, several = _film(run, moments, 0, PICTURE), figures_of(kind.answer_type).in_film
    assert [len(answers) for answers in film.answers] == [several] * 3
    assert all(type(answer) is kind.answer_type for answers in film.answers for answer in answers)
    if several > 1:
        assert "looking at" not in film.title
        for name, value in vars(answers_at(run, moments[2].step)[1]).items():
            np.testing.assert_array_equal(value, getattr(film.answers[2][1], name))
    frames = [draw_frame(film, place) for place in (0, 2)]
    assert all(frame.shape == (HEIGHT, WIDTH, 3) for frame in frames)
    assert frames[0][104:400, 660:936].std() > 0


@each_kind
@pytest.mark.parametrize("format", ["gif", "mp4"])
def test_the_file_opens_again_with_a_frame_for_each_moment(kind, format):
    run = run_of(kind)
    steps, data = _make(run, 0, PICTURE, format, 4.0), b""
    while not data:
        try:
            next(steps)
        except StopIteration as stop:
            data = stop.value
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # imageio leaves its pipes from ffmpeg to the collector
        back = imageio.imread(data, extension=f".{format}")
        gc.collect()
    repeated = 1 if format == "gif" else 3  # 12 a second
    moments = run_store().moments(run.run_id)
    assert back.shape == (len(moments) * repeated, HEIGHT, WIDTH, 3)
    last = draw_frame(_film(run, moments, 0, PICTURE), len(moments) - 1)
    assert np.abs(back[-1].astype(int) - last).mean() < 6
