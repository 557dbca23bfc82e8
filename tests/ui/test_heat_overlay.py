"""A heat over a picture, also where its numbers have no bound."""

import base64
import io
import json
from typing import Any

import numpy as np
import pytest
from PIL import Image

from visualizer.figures.convolution_colours import NO_NUMBER
from visualizer.ui.look import heat_overlay

MOST = np.finfo(np.float32).max


def given(monkeypatch: pytest.MonkeyPatch, heat: np.ndarray, *, signed: bool) -> dict[str, Any]:
    """What the browser gets for one heat, as it reads it."""
    mounted: dict[str, Any] = {}
    monkeypatch.setattr(heat_overlay, "component", lambda name: lambda **arguments: mounted.update(arguments))
    picture = np.zeros((1, *heat.shape), dtype=np.float32)
    heat_overlay.heat_overlay(picture, [("A", heat)], signed=signed, unit="logit", key="k", width=100)
    # A browser reads no NaN and no Infinity.
    return json.loads(json.dumps(mounted["data"], allow_nan=False))


def pixels_of(panel: dict[str, Any]) -> np.ndarray:
    with Image.open(io.BytesIO(base64.b64decode(panel["heat"].split(",")[1]))) as picture:
        return np.asarray(picture)


def bytes_of(panel: dict[str, Any]) -> list[int]:
    return list(base64.b64decode(panel["values"]))


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("signed", [True, False])
def test_what_is_no_finite_number_is_grey_and_said_and_the_rest_keeps_its_colours(monkeypatch, signed):
    finite = np.array([[0.0, 1.0], [0.5, 2.0]], dtype=np.float32)
    heat = np.block([[finite, np.array([[np.nan], [np.inf]], dtype=np.float32)]])
    (panel,) = given(monkeypatch, heat, signed=signed)["panels"]
    (alone,) = given(monkeypatch, finite, signed=signed)["panels"]
    assert pixels_of(panel)[:, 2].tolist() == [list(NO_NUMBER)] * 2
    np.testing.assert_array_equal(pixels_of(panel)[:, :2], pixels_of(alone))
    assert (panel["low"], panel["high"]) == (alone["low"], alone["high"]) == (-2.0 if signed else 0.0, 2.0)
    assert [byte == 255 for byte in bytes_of(panel)] == [False, False, True] * 2
    assert panel["note"] == "2 of 6 pixels are grey: the result there is infinite or not a number."
    assert panel["alt"] == (f"A: logit from 0 to 2; the largest is in row 2, column 2 of 2 × 3. {panel['note']}")
    assert alone["note"] == ""


@pytest.mark.filterwarnings("error")
def test_the_largest_numbers_that_there_are_keep_their_sign(monkeypatch):
    heat = np.array([[-MOST, 0.0, MOST]], dtype=np.float32)
    (panel,) = given(monkeypatch, heat, signed=True)["panels"]
    blue, white, red = pixels_of(panel)[0].astype(int)
    assert blue[2] > blue[0]
    assert white.min() > 240
    assert red[0] > red[2]
    assert bytes_of(panel) == [0, 127, 254]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("signed", [True, False])
def test_nothing_but_no_numbers_is_said(monkeypatch, signed):
    (panel,) = given(monkeypatch, np.full((2, 2), np.nan, dtype=np.float32), signed=signed)["panels"]
    assert panel["alt"].startswith("A: no pixel has a finite logit. All pixels are grey")
    assert bytes_of(panel) == [255] * 4
