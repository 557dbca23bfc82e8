"""Round numbers along an axis: few, round, and all that there is room for."""

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from visualizer.figures.ticks import ticks


@given(st.floats(1e-6, 1e9))
def test_ticks_are_round_few_and_reach_the_end(end):
    found = ticks(0, end, 5)
    step = found[1] - found[0]
    assert 2 <= len(found) <= 6
    assert found[0] == 0
    assert found[-1] <= end * (1 + 1e-6)
    assert end - found[-1] < step * (1 + 1e-6)
    assert f"{step:.0e}"[0] in "125"


@given(st.floats(-1e3, 1e3), st.floats(1e-3, 1e3), st.integers(4, 10))
@example(1.0, 81.0, 4)
def test_ticks_between_any_two_numbers_are_multiples_of_one_round_step(low, reach, most):
    found = ticks(low, low + reach, most)
    steps = np.diff(found)
    assert 2 <= len(found) <= most + 1
    np.testing.assert_allclose(steps, steps[0], rtol=1e-6)
    assert f"{steps[0]:.0e}"[0] in "125"
    np.testing.assert_allclose(np.round(np.array(found) / steps[0]), np.array(found) / steps[0], atol=1e-5)
    assert low - 1e-6 * reach <= found[0] < low + steps[0] * (1 + 1e-6)
