"""Activation functions: curves against closed forms and finite differences, and maps before and after."""

import ast
import math
import operator
import re

import numpy as np
import pytest

from visualizer.architecture.activations import COMMON, FUNCTIONS, ActivationFunction, elementwise
from visualizer.concepts.activations import (
    ARITHMETIC,
    SINCE,
    activate,
    arithmetic_of,
    curve,
    evaluate,
    output_change,
    sobel_response,
)

NAMES = tuple(elementwise())


def normal_cdf(x: float) -> float:
    return 0.5 * (1 + math.erf(x / math.sqrt(2)))


CLOSED_FORMS = {
    "relu": lambda x: max(0.0, x),
    "leaky_relu": lambda x: x if x > 0 else 0.2 * x,
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "tanh": math.tanh,
    "gelu": lambda x: x * normal_cdf(x),
    "relu6": lambda x: min(max(0.0, x), 6.0),
    "silu": lambda x: x / (1 + math.exp(-x)),
    "elu": lambda x: x if x > 0 else math.expm1(x),
    "selu": lambda x: 1.0507009873554805 * (x if x > 0 else 1.6732632423543772 * math.expm1(x)),
    "softplus": lambda x: math.log1p(math.exp(x)),
    "hard_sigmoid": lambda x: min(max(0.0, x / 6 + 0.5), 1.0),
}
CORNERS = {"relu": (0,), "leaky_relu": (0,), "relu6": (0,), "elu": (0,), "selu": (0,), "hard_sigmoid": (-3, 3)}
# The page writes the constants of SELU with four decimals; torch has the 1/6 of the hard sigmoid in float32.
ROUNDED = {"selu": 1e-3, "hard_sigmoid": 1e-8}


def test_every_function_of_one_number_is_described_the_common_ones_first():
    assert NAMES[: len(COMMON)] == COMMON
    assert set(NAMES) == {*FUNCTIONS} - {"softmax"}
    assert set(NAMES) == set(ARITHMETIC) == set(CLOSED_FORMS)


def test_a_function_that_is_new_in_the_registry_is_offered_and_has_its_curve(monkeypatch):
    monkeypatch.setitem(FUNCTIONS, "mish", ActivationFunction("mish", "Mish", "x · tanh(ln(1 + eˣ))", "Mish"))
    assert list(elementwise().items())[-1] == ("mish", "Mish")
    found = curve("mish")
    expected = [x * math.tanh(math.log1p(math.exp(x))) for x in found.x]
    np.testing.assert_allclose(found.y, expected, atol=1e-9)
    assert not arithmetic_of("mish").formula


@pytest.mark.parametrize("name", NAMES)
def test_a_curve_is_the_closed_form_on_every_hundredth(name):
    found = curve(name)
    assert found.x[0] == -6
    assert found.x[-1] == 6
    assert found.x[600] == 0
    np.testing.assert_allclose(np.diff(found.x), 0.01, atol=1e-12)
    np.testing.assert_allclose(found.y, [CLOSED_FORMS[name](x) for x in found.x], atol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_autograds_derivative_is_the_slope_between_neighbours(name):
    found = curve(name)
    between = (found.y[2:] - found.y[:-2]) / (found.x[2:] - found.x[:-2])
    smooth = np.ones(len(between), dtype=bool)
    for corner in CORNERS.get(name, ()):
        smooth &= np.abs(found.x[1:-1] - corner) > 0.005
    np.testing.assert_allclose(found.slope[1:-1][smooth], between[smooth], atol=1e-4)


@pytest.mark.parametrize(("name", "at_zero"), [("relu", 0.0), ("leaky_relu", 0.2), ("sigmoid", 0.25), ("tanh", 1.0)])
def test_derivative_at_zero_as_the_notes_say(name, at_zero):
    assert curve(name).slope[600] == pytest.approx(at_zero, abs=1e-12)


def test_the_notes_about_gelu_are_true():
    gelu = curve("gelu")
    assert gelu.y.min() < 0
    assert gelu.x[gelu.y.argmin()] == pytest.approx(-0.75, abs=0.01)
    assert 1 < gelu.slope.max() < 1.2


def test_sigmoids_derivative_is_at_most_a_quarter():
    assert curve("sigmoid").slope.max() == 0.25


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("x", [-5.0, -3.0, -1.25, -0.01, 0.0, 0.01, 0.5, 3.0, 4.0, 6.0])
def test_the_arithmetic_with_the_numbers_put_in_gives_the_numbers(name, x):
    """What the page writes, reckoned out."""
    found, arithmetic = curve(name), ARITHMETIC[name]
    place = round((x + 6) * 100)
    numbers = {"x": found.x[place], "y": found.y[place]}
    numbers |= {letter: term[place] for letter, term in zip("ab", found.terms, strict=False)}
    for texts, expected in ((arithmetic.values, found.y[place]), (arithmetic.slopes, found.slope[place])):
        text = re.sub(r"\{(\w)\}", lambda part: f"({numbers[part[1]]!r})".replace("np.float64", ""), texts[x > 0])
        text = text.split(SINCE)[0].replace(", else", " else")
        for sign, written in {"−": "-", "·": "*", "²": "**2"}.items():
            text = text.replace(sign, written)
        assert set(re.findall(r"[a-z]+", text)) <= {*CALLS, "e", "if", "else"}
        assert reckoned(text) == pytest.approx(expected, abs=ROUNDED.get(name, 1e-9))


OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}
OPERATORS |= {ast.Pow: operator.pow}


CALLS = {"max": max, "min": min, "exp": math.exp, "ln": math.log}


def reckoned(text: str) -> float:
    def value(node: ast.expr) -> float:
        if isinstance(node, ast.BinOp):
            return OPERATORS[type(node.op)](value(node.left), value(node.right))
        if isinstance(node, ast.UnaryOp):
            return -value(node.operand)
        if isinstance(node, ast.Call):
            return CALLS[node.func.id](*map(value, node.args))
        if isinstance(node, ast.IfExp):
            ends = [value(end) for end in (node.test.left, *node.test.comparators)]
            assert all(isinstance(sign, ast.Lt) for sign in node.test.ops)
            return value(node.body if ends == sorted(set(ends)) else node.orelse)
        return float(ast.literal_eval(node))

    return value(ast.parse(text, mode="eval").body)


def test_activate_keeps_the_count_and_finds_what_relu_silences():
    values = np.array([[-2.0, -0.5, 0.0], [0.0, 1.0, 3.0]], dtype=np.float32)
    found = activate("relu", values, bins=10)
    np.testing.assert_array_equal(found.after, [[0, 0, 0], [0, 1, 3]])
    assert found.silenced == 2
    assert found.mean_slope == pytest.approx(2 / 6)
    assert found.before_counts.sum() == found.after_counts.sum() == 6
    assert np.abs(found.edges).min() < 1e-12
    below = found.edges[1:] < 1e-9
    assert found.before_counts[below].sum() == 2
    assert found.after_counts[below].sum() == 0


@pytest.mark.parametrize("name", NAMES)
def test_activate_is_evaluate(name):
    values = np.random.default_rng(0).normal(size=(7, 9)).astype(np.float32)
    expected, slopes = evaluate(name, values)
    found = activate(name, values)
    np.testing.assert_allclose(found.after, expected, atol=1e-6)
    assert found.mean_slope == pytest.approx(slopes.mean())
    assert found.before_counts.sum() == found.after_counts.sum() == 63


def test_a_map_of_one_value_has_histograms_too():
    found = activate("relu", np.zeros((3, 3), dtype=np.float32))
    assert found.before_counts.sum() == found.after_counts.sum() == 9
    assert found.silenced == 0


def test_rise_is_the_difference_of_two_values():
    found = {name: output_change(name, -3.0) for name in NAMES}
    for name in NAMES:
        assert found[name] == pytest.approx(CLOSED_FORMS[name](-2) - CLOSED_FORMS[name](-3), abs=1e-12)
    # The question of the page has five different answers.
    assert len({f"{found[name]:.3g}" for name in COMMON}) == len(COMMON)


def test_sobel_answers_to_vertical_edges_only():
    edge = np.zeros((1, 6, 8), dtype=np.float32)
    edge[..., 4:] = 1
    response = sobel_response(edge)
    assert response.shape == (4, 6)
    assert response.std() == pytest.approx(1, abs=1e-5)
    assert (response[:, 2:4] > 0).all()
    assert not response[:, [0, 1, 4, 5]].any()
    assert not sobel_response(edge.transpose(0, 2, 1).copy()).any()
