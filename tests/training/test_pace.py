"""How long a training takes is put together from what was timed; how long that is, no test can say."""

import pytest
import torch

from tests.training.examples import MIXED
from visualizer.architecture.architecture import Architecture, summarize
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.presets import CLASSIC, TINY
from visualizer.training.loop import pace as pace_module
from visualizer.training.loop.pace import Pace, measure, seconds_in_all
from visualizer.training.settings import TrainingSettings


def test_all_that_a_training_does_is_counted():
    pace = Pace(step=1.0, picture=0.01, evaluated=0.001)
    settings = TrainingSettings(epochs=3, batch_size=32)
    # 40 batches of 1,258 pictures; 270 validate after each epoch and once before.
    assert seconds_in_all(pace, settings, 1258, 270) == pytest.approx(3 * (40 + 12.58 + 0.27) + 0.27)


@pytest.mark.parametrize("architecture", [TINY.architecture, MIXED], ids=lambda architecture: architecture.name)
@pytest.mark.parametrize("batch_size", [2, 32])
def test_a_network_is_tried_out(architecture, batch_size):
    before = torch.get_num_threads()
    pace = measure(architecture, TrainingSettings(batch_size=batch_size, flip=True, loss="mse"))
    assert min(pace.step, pace.picture, pace.evaluated) > 0
    assert torch.get_num_threads() == before


def test_no_more_is_tried_out_than_a_page_may_take(monkeypatch):
    tried = []
    monkeypatch.setattr(pace_module, "_timed", lambda network, _, count: tried.append((network.name, count)))
    measure(TINY.architecture, TrainingSettings(batch_size=256))
    measure(CLASSIC.architecture, TrainingSettings(batch_size=256))
    (_, count), (name, few) = tried
    assert count == 256
    assert (name, few) == (CLASSIC.name, 34)
    report = summarize(CLASSIC.architecture)
    assert few * report.multiply_adds <= pace_module.MOST_MULTIPLY_ADDS
    assert 4 * few * report.activation_numbers <= pace_module.MOST_BYTES


@pytest.mark.parametrize(
    ("layers", "side"),
    [((Flatten(), Dense(units=400), Dense(units=10)), 128), ((Conv2D(filters=96), Conv2D(filters=96), Flatten()), 128)],
    ids=["parameters", "multiply-adds"],
)
def test_what_is_too_large_to_be_tried_is_taken_to_be_slower_as_it_is_larger(monkeypatch, layers, side):
    tried = []

    def timed(network: Architecture, settings: TrainingSettings, count: int) -> Pace:
        tried.append(network.name)
        return Pace(1.0, 2.0, 3.0)

    monkeypatch.setattr(pace_module, "_timed", timed)
    large = Architecture("large", (3, side, side), layers)
    pace = measure(large, TrainingSettings())
    assert tried == [CLASSIC.name]
    found, known = summarize(large), summarize(CLASSIC.architecture)
    assert pace.step == pytest.approx(found.parameters / known.parameters)
    assert pace.picture == pytest.approx(2 * found.multiply_adds / known.multiply_adds)
    assert pace.evaluated == pytest.approx(3 * found.multiply_adds / known.multiply_adds)
