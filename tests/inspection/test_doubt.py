import numpy as np
import pytest
import torch

from visualizer.architecture.architecture import Architecture
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.network import build
from visualizer.inspection.doubt import RANDOM_ORDERS, SHARES, deletion, rank_correlation


def test_rank_correlation_by_hand():
    assert rank_correlation(np.array([[1.0, 2.0], [3.0, 40.0]]), np.array([[0.1, 0.2], [0.3, 0.4]])) == pytest.approx(1)
    assert rank_correlation(np.array([1.0, 2.0, 3.0]), np.array([-3.0, -2.0, -1.0])) == pytest.approx(-1)
    # 1 - 6 · (1 + 1 + 0 + 0) / (4 · 15)
    one, other = np.array([1.0, 2.0, 3.0, 4.0]), np.array([2.0, 1.0, 3.0, 4.0])
    assert rank_correlation(one, other) == pytest.approx(0.8)
    assert np.isnan(rank_correlation(np.ones(4), one))
    assert np.isnan(rank_correlation(np.zeros(4), np.zeros(4)))
    # What gets 0 from both does not count.
    background = np.zeros(50)
    assert rank_correlation(np.append(one, background), np.append(other, background)) == pytest.approx(0.8)


@pytest.mark.parametrize("softmax_in_loss", [True, False])
def test_deletion_takes_the_hottest_pixels_first(softmax_in_loss):
    layers = (Flatten(), Dense(units=2, activation="linear"))
    network = build(Architecture("linear", (1, 5, 2), layers), seed=1, softmax_in_loss=softmax_in_loss)
    picture = np.random.default_rng(0).random((1, 5, 2), dtype=np.float32)
    heat = np.arange(10, dtype=np.float32).reshape(5, 2)
    steps = deletion(network, picture, 1, heat)
    said = []
    while True:
        try:
            said.append(next(steps))
        except StopIteration as stop:
            found = stop.value
            break
    assert len(said) == 1 + RANDOM_ORDERS
    for share, answer in zip(SHARES, found.by_heat, strict=True):
        gone = picture.copy().reshape(-1)
        for pixel in range(9, 9 - round(share * 10), -1):
            gone[pixel] = picture.mean()
        with torch.no_grad():
            logits = network.logits(torch.from_numpy(gone.reshape(1, 1, 5, 2)))
        expected = (logits.softmax(1) if softmax_in_loss else logits)[0, 1]
        assert answer == pytest.approx(expected.item(), abs=1e-6)
    assert found.at_random.shape == (RANDOM_ORDERS, len(SHARES))
    # All begin with the whole picture and end with a grey one.
    assert np.allclose(found.at_random[:, [0, -1]], found.by_heat[[0, -1]], atol=1e-6)
