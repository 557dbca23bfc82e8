"""Softmax with a temperature: every number against torch and against itself."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from visualizer.concepts.softmax import softmax

LOGITS = np.array([2.0, -1.0, 0.5, 0.0])

logit_arrays = arrays(np.float64, st.integers(2, 12), elements=st.floats(-30, 30))
temperatures = st.floats(0.1, 10)


@given(logit_arrays, temperatures)
def test_every_step_leads_to_torchs_probabilities(logits, temperature):
    found = softmax(logits, temperature)
    expected = torch.nn.Softmax(dim=0)(torch.tensor(logits / temperature)).numpy()
    np.testing.assert_allclose(found.probabilities, expected, atol=1e-5)
    np.testing.assert_allclose(found.exponentials / found.total, found.probabilities, atol=1e-9)
    assert found.probabilities.sum() == pytest.approx(1)
    assert -1e-12 <= found.entropy <= found.max_entropy + 1e-9


@given(logit_arrays, temperatures)
def test_the_temperature_keeps_the_order(logits, temperature):
    found = softmax(logits, temperature)
    assert found.probabilities[found.winner] == pytest.approx(found.probabilities[logits.argmax()])


def test_ratios_are_powers_of_the_differences():
    """What the page's answer says: at T = 2 a ratio becomes its square root."""
    plain, warm = softmax(LOGITS, 1), softmax(LOGITS, 2)
    assert plain.probabilities[0] / plain.probabilities[1] == pytest.approx(np.exp(3))
    assert (warm.probabilities[0] / warm.probabilities[1]) ** 2 == pytest.approx(np.exp(3))


def test_cold_is_certain_and_hot_is_even():
    cold, hot = softmax(LOGITS, 0.05), softmax(LOGITS, 1000)
    assert cold.probabilities[0] == pytest.approx(1)
    assert cold.entropy == pytest.approx(0, abs=1e-6)
    np.testing.assert_allclose(hot.probabilities, 0.25, atol=1e-3)
    assert hot.entropy == pytest.approx(2, abs=1e-4)
    assert hot.max_entropy == 2


@pytest.mark.parametrize("temperature", [0, -1, float("nan")])
def test_a_temperature_must_be_above_zero(temperature):
    with pytest.raises(ValueError, match="above 0"):
        softmax(LOGITS, temperature)
