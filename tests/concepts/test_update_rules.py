"""The formulas that are shown give torch's steps, and the shown numbers are torch's."""

import re

import numpy as np
import pytest

from visualizer.concepts.optimizers import OPTIMIZERS, STARTING_RATES, descend
from visualizer.concepts.surfaces import BEALE, RAVINE, SURFACES
from visualizer.concepts.update_rules import optimizer_step, rule


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("surface", SURFACES.values(), ids=SURFACES)
def test_the_formula_takes_the_step_that_torch_took(surface, name):
    path = descend(surface, name, STARTING_RATES[surface.name][name])
    for number in range(1, path.steps + 1):
        step = optimizer_step(path, number)
        assert np.allclose(step.before + step.change, step.after, rtol=0, atol=1e-9)


@pytest.mark.parametrize(
    ("name", "key", "kept", "added", "power"),
    [
        ("momentum", "momentum_buffer", 0.9, 1, 1),
        ("rmsprop", "square_avg", 0.99, 0.01, 2),
        ("adam", "exp_avg", 0.9, 0.1, 1),
        ("adam", "exp_avg_sq", 0.999, 0.001, 2),
    ],
)
@pytest.mark.parametrize("number", [1, 2, 50])
def test_the_state_follows_from_the_state_before(name, key, kept, added, power, number):
    step = optimizer_step(descend(BEALE, name, STARTING_RATES["beale"][name], steps=50), number)
    assert np.allclose(step.state[key], kept * step.state_before[key] + added * step.gradient**power, rtol=1e-9)


def vectors(latex):
    """The column vectors of a LaTeX formula, as numbers."""

    def number(text):
        mantissa, _, exponent = text.strip().partition(r" \cdot 10^")
        return float(mantissa) * 10 ** (int(exponent.strip("{}")) if exponent else 0)

    found = re.findall(r"\\begin\{pmatrix\} (.*?) \\\\ (.*?) \\end\{pmatrix\}", latex)
    return [(number(x), number(y)) for x, y in found]


@pytest.mark.parametrize(("name", "lines"), [("sgd", 1), ("momentum", 2), ("rmsprop", 2), ("adam", 5)])
def test_every_line_holds_the_numbers_of_its_step(name, lines):
    path = descend(RAVINE, name, STARTING_RATES["ravine"][name])
    shown = rule(path, 7)
    assert len(shown) == lines
    (before, *_), (after,) = vectors(shown[-1].numbers), vectors(shown[-1].result)
    assert before == pytest.approx(tuple(path.positions[6]), rel=5e-3)
    assert after == pytest.approx(tuple(path.positions[7]), rel=5e-3)
    if lines > 1:
        assert vectors(shown[0].numbers)[1] == pytest.approx(tuple(path.gradients[6]), rel=5e-3)
    assert f"{path.settings['lr']:g}" in shown[-1].numbers


def test_a_sgd_step_reads_as_a_sum_that_is_right():
    path = descend(RAVINE, "sgd", 0.5)
    (line,) = rule(path, 1)
    (before, gradient), (after,) = vectors(line.numbers), vectors(line.result)
    assert (before, gradient) == ((-7.0, 2.0), (-0.56, 7.2))
    assert after == pytest.approx((-7 + 0.5 * 0.56, 2 - 0.5 * 7.2))


def test_adam_corrects_with_the_number_of_the_step():
    path = descend(RAVINE, "adam", 0.2)
    lines = rule(path, 3)
    assert "(1 - 0.9^{3})" in lines[2].numbers
    (m,), (m_hat,) = vectors(lines[2].numbers), vectors(lines[2].result)
    assert np.allclose(m_hat, np.array(m) / (1 - 0.9**3), rtol=1e-2)


def test_tiny_numbers_are_written_as_powers_of_ten():
    path = descend(SURFACES["saddle"], "sgd", 0.1)
    assert r"\cdot 10^{" in rule(path, 120)[0].numbers
    assert "e-" not in rule(path, 120)[0].numbers
