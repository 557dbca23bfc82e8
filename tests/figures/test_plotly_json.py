"""Figures as JSON: what plotly.js reads, and nothing that is no JSON."""

import base64
import json

import numpy as np
import pytest

from visualizer.figures.plotly_json import plotly_json


def read(value):
    return json.loads(plotly_json(value))


def numbers(typed) -> np.ndarray:
    shape = [int(side) for side in typed["shape"].split(", ")] if "shape" in typed else [-1]
    return np.frombuffer(base64.b64decode(typed["bdata"]), "<" + typed["dtype"]).reshape(shape)


@pytest.mark.parametrize("kind", ["i1", "u1", "i2", "u2", "i4", "u4", "f4", "f8", ">f4"])
def test_arrays_are_sent_as_their_bytes(kind):
    array = np.arange(12, dtype=kind).reshape(3, 4)[:, ::2]
    typed = read({"z": array})["z"]
    assert typed["dtype"] == kind.lstrip(">")
    np.testing.assert_array_equal(numbers(typed), array)


def test_gaps_in_an_array_stay_gaps():
    np.testing.assert_array_equal(numbers(read(np.array([1.0, np.nan]))), [1, np.nan])


@pytest.mark.parametrize(
    ("largest", "kind"), [(127, "i1"), (-128, "i1"), (128, "i2"), (2**15, "i4"), (-(2**31), "i4"), (2**31, None)]
)
def test_long_integers_take_the_smallest_kind_that_holds_them(largest, kind):
    sent = read(np.array([0, largest]))
    assert sent == [0, largest] if kind is None else sent["dtype"] == kind


def test_what_no_typed_array_holds_is_a_list():
    assert read([np.array([True, False]), np.array(["a", "b"]), np.array([])]) == [[True, False], ["a", "b"], []]


def test_a_range_is_a_list():
    assert read({"range": np.array([0.5, np.inf]), "x": (np.float32(0.5), np.int64(3))}) == {
        "range": [0.5, None],
        "x": [0.5, 3],
    }


def test_numbers_that_json_has_not_become_null():
    assert read([float("nan"), np.float32("inf"), 1.5]) == [None, None, 1.5]


def test_anything_else_is_an_error():
    with pytest.raises(TypeError):
        plotly_json({"x": object()})
