"""The film of a network that branches, trained for real: every layer of it, as GIF and as MP4."""

import gc
import time
import warnings

import imageio.v3 as imageio
import numpy as np
import pytest

from tests.training.examples import spec
from visualizer.architecture.architecture import Architecture
from visualizer.architecture.gallery.residual import small_residual
from visualizer.architecture.layers.add import Add
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.global_average_pooling2d import GlobalAveragePooling2D
from visualizer.architecture.span import PICTURE
from visualizer.data.catalog import load_dataset
from visualizer.data.prepare import prepare
from visualizer.figures.film import HEIGHT, WIDTH, Film, draw_frame
from visualizer.inspection.probe import probe
from visualizer.training.runs.records import RunRecord
from visualizer.training.scheduling.commands import Start
from visualizer.ui.state.server import run_store, worker_pool
from visualizer.ui.train.film_export import _film, _make
from visualizer.ui.train.moments import network_at
from visualizer.ui.train.time_machine import _layers

RESIDUAL = small_residual("Small residual network", (1, 8, 8), 1, first=4)
# A shortcut that reads the picture's colours, and comes late.
COLOURED = Architecture(
    "Coloured",
    (3, 8, 8),
    (
        Conv2D(filters=4, padding="same"),
        Conv2D(filters=3, padding="same"),
        Conv2D(filters=3, kernel_size=(2, 2), padding="same"),
        Add(),
        Conv2D(filters=2, padding="same"),
        GlobalAveragePooling2D(),
        Dense(units=10, activation="softmax"),
    ),
    ((PICTURE,), (0,), (PICTURE,), (1, 2), (3,), (4,), (5,)),
)


def trained(architecture: Architecture, owner: str) -> RunRecord:
    """A finished run of one epoch on the digits."""
    run_id = worker_pool().submit(spec(architecture, epochs=1), owner)
    worker_pool().send(run_id, Start())
    deadline = time.monotonic() + 120
    while (record := run_store().record(run_id)) is None or record.active:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert record.state == "finished"
    return record


@pytest.fixture(scope="module")
def run() -> RunRecord:
    return trained(RESIDUAL, "film-maker")


@pytest.fixture(scope="module")
def coloured() -> RunRecord:
    return trained(COLOURED, "colour-film-maker")


def film(run: RunRecord, layer: int, picture: int = 7) -> Film:
    return _film(run, run_store().moments(run.run_id), layer, picture)


def test_every_layer_that_can_be_chosen_has_a_film_of_its_own_numbers(run):
    moments = run_store().moments(run.run_id)
    digits = load_dataset("digits")
    picture = prepare(digits.pictures[7:8], RESIDUAL.input_shape)[0]
    seen = probe(network_at(run, moments[-1].step), picture)
    layers = _layers(run)
    assert {type(RESIDUAL.layers[index]).__name__ for index in layers} >= {"Add", "Conv2D", "Activation", "Dense"}
    for layer in layers:
        made, view = film(run, layer), seen.layers[layer]
        shown = view.output[:16] if view.output.ndim == 3 else view.output[:64, None, None]
        np.testing.assert_allclose(made.outputs[-1], shown, rtol=1e-4, atol=1e-5)
        assert (made.kernels is None) == (view.kernels is None or view.kernels.ndim != 4)
        if made.kernels is not None and view.kernels is not None:
            np.testing.assert_array_equal(made.kernels[-1], view.kernels[:16, 0])
        np.testing.assert_allclose(made.of_classes[-1], seen.answer.values, rtol=1e-4, atol=1e-6)
        assert made.layer == f"layer {layer + 1} {RESIDUAL.layers[layer].summary()}"
        frames = [draw_frame(made, place) for place in (0, len(moments) - 1)]
        # From the first moment to the last one, what the layer outputs changes.
        assert not np.array_equal(frames[0][105:345, 330:640], frames[1][105:345, 330:640])


def test_the_kernels_that_read_the_picture_s_colours_are_mixed_as_light_wherever_their_layer_comes(coloured):
    shapes = {layer: film(coloured, layer).kernels.shape[1:] for layer in (0, 1, 2, 4)}
    # The last layer reads three maps too, which are no colours.
    assert shapes == {0: (4, 3, 3, 3), 1: (3, 3, 3), 2: (3, 3, 2, 2), 4: (2, 3, 3)}


@pytest.mark.parametrize("format", ["gif", "mp4"])
def test_the_file_of_a_merge_opens_again_with_a_frame_for_each_moment(run, format):
    moments = run_store().moments(run.run_id)
    layer = max(index for index in _layers(run) if isinstance(RESIDUAL.layers[index], Add))
    steps = _make(run, layer, 7, format, 4.0)
    said = []
    while True:
        try:
            said.append(next(steps))
        except StopIteration as stop:
            data = stop.value
            break
    assert said[-1].share == 1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # imageio leaves its pipes from ffmpeg to the collector
        back = imageio.imread(data, extension=f".{format}")
        gc.collect()
    repeated = 1 if format == "gif" else 3  # 12 a second
    assert back.shape == (len(moments) * repeated, HEIGHT, WIDTH, 3)
    drawn = film(run, layer)
    for place in (0, len(moments) - 1):
        frame = back[place * repeated + repeated // 2].astype(int)
        assert np.abs(frame - draw_frame(drawn, place)).mean() < 6
