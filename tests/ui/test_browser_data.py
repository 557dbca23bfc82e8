"""What components get from a browser is nothing until it was checked: anybody can send anything."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualizer.ui.concepts import receptive_field_map
from visualizer.ui.concepts.sliding_window import MAX_WEIGHT, _read_numbers, read_drawing, read_kernel
from visualizer.ui.kit import component
from visualizer.ui.kit.chart_events import Clicked, _read

KERNELS = np.zeros((2, 1, 3, 3), dtype=np.float32)
GOOD = [[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]]
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda parts: st.lists(parts, max_size=4) | st.dictionaries(st.text(max_size=4), parts, max_size=3),
    max_leaves=12,
)


def test_a_typed_kernel_is_taken_in_its_range():
    index, weights = read_kernel({"filter": 1, "weights": GOOD}, KERNELS)
    assert (index, weights.tolist(), weights.dtype) == (1, GOOD, np.float32)
    _, weights = read_kernel({"filter": 0, "weights": [[[1e30, -1e30, 0]] * 3]}, KERNELS)
    assert (weights.max(), weights.min()) == (MAX_WEIGHT, -MAX_WEIGHT)


@pytest.mark.parametrize(
    "sent",
    [
        None,
        [],
        "kernel",
        {},
        {"filter": 2, "weights": GOOD},
        {"filter": -1, "weights": GOOD},
        {"filter": True, "weights": GOOD},
        {"filter": 0.0, "weights": GOOD},
        {"filter": 0, "weights": GOOD[0]},
        {"filter": 0, "weights": [[[1, 2], [3]]]},
        {"filter": 0, "weights": [[["a"] * 3] * 3]},
        {"filter": 0, "weights": [[[float("nan")] * 3] * 3]},
        {"filter": 0, "weights": [[[10**400] * 3] * 3]},
        {"filter": 0, "weights": [[[1e300] * 3] * 3]},
    ],
    ids=lambda sent: repr(sent)[:40],
)
def test_what_is_no_kernel_is_none(sent):
    assert read_kernel(sent, KERNELS) is None
    assert read_kernel(sent, None) is None


@pytest.mark.filterwarnings("error")
def test_a_number_that_float32_does_not_hold_is_none_and_warns_of_nothing():
    most = float(np.finfo(np.float32).max)
    assert _read_numbers([most, -most, 1e-300], (3,)).tolist() == [most, -most, 0]
    assert _read_numbers([most * 1.001, 0, 0], (3,)) is None


def test_a_drawing_comes_with_its_number():
    number, pixels = read_drawing({"number": 7, "pixels": [0, 1, 1]}, 3)
    assert (number, pixels.tolist(), pixels.dtype) == (7, [0, 1, 1], np.float32)


@given(anything, anything)
def test_anything_else_is_no_drawing(number, pixels):
    assert read_drawing(pixels, 3) is None or pixels["number"] > 0
    found = read_drawing({"number": number, "pixels": pixels}, 3)
    assert found is None or (type(found[0]) is int and 0 < found[0] < 2**53 and found[1].shape == (3,))


@given(anything, anything)
def test_anything_else_is_none_or_right(filter_sent, weights):
    found = read_kernel({"filter": filter_sent, "weights": weights}, KERNELS)
    assert found is None or (found[0] in (0, 1) and found[1].shape == (1, 3, 3) and np.isfinite(found[1]).all())
    numbers = _read_numbers(weights, (3,))
    assert numbers is None or (numbers.shape == (3,) and np.isfinite(numbers).all())


@given(anything)
def test_a_click_is_a_click_or_nothing(sent):
    assert _read(sent) is None or isinstance(_read(sent), Clicked)
    full = {"x": sent, "y": 1, "curve": 0, "index": [1], "data": []}
    assert _read(full) is None or isinstance(_read(full), Clicked)


@given(anything)
def test_a_place_lies_in_the_map(sent):
    state = {receptive_field_map._KEY: SimpleNamespace(place=sent)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(component.st, "session_state", state)
        assert all(0.0 <= part <= 1.0 for part in receptive_field_map._place())


def test_what_is_put_away_tells_nothing(monkeypatch):
    """A message may come after its component went: the callback runs, and there is no such key any more."""
    monkeypatch.setattr(component.st, "session_state", {"there": SimpleNamespace(drawing="sent", rested=None)})
    assert component.sent_by("there", "drawing") == "sent"
    assert component.sent_by("there", "rested") is None
    assert component.sent_by("gone", "drawing") is None


def test_the_scripts_put_no_text_together_into_html():
    scripts = list(component.ASSETS.rglob("*.js"))
    assert len(scripts) > 10
    for script in scripts:
        text = script.read_text(encoding="utf-8")
        for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"):
            assert way not in text, (script.name, way)
