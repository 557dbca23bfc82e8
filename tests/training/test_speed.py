"""How long a training takes is put together from what was timed; how long that is, no test can say."""

import numpy as np
import pytest
import torch

from tests.training.examples import MIXED
from visualizer.architecture.architecture import Architecture, summarize
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.presets import CLASSIC, TINY
from visualizer.training.loop import speed as speed_module
from visualizer.training.loop.speed import TrainingSpeed, measure_speed, total_seconds
from visualizer.training.settings import TrainingSettings

LABELS = np.arange(10)


def test_all_that_a_training_does_is_counted():
    speed = TrainingSpeed(step=1.0, picture=0.01, evaluated=0.001)
    settings = TrainingSettings(epochs=3, batch_size=32)
    # 40 batches of 1,258 pictures; 270 validate after each epoch and once before.
    assert total_seconds(speed, settings, 1258, 270) == pytest.approx(3 * (40 + 12.58 + 0.27) + 0.27)


@pytest.mark.parametrize("architecture", [TINY.architecture, MIXED], ids=lambda architecture: architecture.name)
@pytest.mark.parametrize("batch_size", [2, 32])
def test_a_network_is_tried_out(architecture, batch_size):
    before = torch.get_num_threads()
    speed = measure_speed(architecture, TrainingSettings(batch_size=batch_size, flip=True, loss="mse"), LABELS)
    assert min(speed.step, speed.picture, speed.evaluated) > 0
    assert torch.get_num_threads() == before


def test_no_more_is_tried_out_than_a_page_may_take(monkeypatch):
    tried = []
    monkeypatch.setattr(speed_module, "_timed", lambda network, _, targets: tried.append((network.name, len(targets))))
    measure_speed(TINY.architecture, TrainingSettings(batch_size=256), LABELS)
    measure_speed(CLASSIC.architecture, TrainingSettings(batch_size=256), LABELS)
    (_, count), (name, few) = tried
    assert count == 256
    assert (name, few) == (CLASSIC.name, 34)
    report = summarize(CLASSIC.architecture)
    assert few * report.multiply_adds <= speed_module.MOST_MULTIPLY_ADDS
    assert 4 * few * report.activation_numbers <= speed_module.MOST_BYTES


@pytest.mark.parametrize(
    ("layers", "side"),
    [((Flatten(), Dense(units=400), Dense(units=10)), 128), ((Conv2D(filters=96), Conv2D(filters=96), Flatten()), 128)],
    ids=["parameters", "multiply-adds"],
)
def test_what_is_too_large_to_be_tried_is_taken_to_be_slower_as_it_is_larger(monkeypatch, layers, side):
    tried = []

    def timed(network: Architecture, settings: TrainingSettings, targets: np.ndarray) -> TrainingSpeed:
        tried.append(network.name)
        return TrainingSpeed(1.0, 2.0, 3.0)

    monkeypatch.setattr(speed_module, "_timed", timed)
    large = Architecture("large", (3, side, side), layers)
    speed = measure_speed(large, TrainingSettings(), LABELS)
    assert tried == [CLASSIC.name]
    found, known = summarize(large), summarize(CLASSIC.architecture)
    assert speed.step == pytest.approx(found.parameters / known.parameters)
    assert speed.picture == pytest.approx(2 * found.multiply_adds / known.multiply_adds)
    assert speed.evaluated == pytest.approx(3 * found.multiply_adds / known.multiply_adds)
