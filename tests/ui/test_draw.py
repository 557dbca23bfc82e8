"""What the paper does with what the browser sends, whoever sent it."""

import base64
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import streamlit as st

from visualizer.data.drawing import SIDE
from visualizer.ui.parts import draw
from visualizer.ui.parts.opened_picture import SuppliedPicture
from visualizer.ui.state.session import Session

Send = Callable[[object], None]


@pytest.fixture
def owner() -> Session:
    return Session()


@pytest.fixture
def mounted(owner: Session, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the component was mounted with."""
    given: dict[str, Any] = {}

    def mount(**arguments: Any) -> SimpleNamespace:
        given.update(arguments)
        return SimpleNamespace(rested=None)

    monkeypatch.setattr(draw, "component", {"draw": mount}.__getitem__)
    draw.canvas(owner, "paper")
    return given


@pytest.fixture
def send(mounted: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Send:
    def send(value: object) -> None:
        monkeypatch.setattr(st, "session_state", {"paper": SimpleNamespace(drawing=value)})
        mounted["on_drawing_change"]()

    return send


def encoded(drawing: np.ndarray) -> str:
    return base64.b64encode(drawing.tobytes()).decode()


def test_a_drawing_becomes_the_sessions_and_goes_back_when_the_paper_does(owner, send, mounted):
    assert mounted["data"] == {"key": "paper", "side": SIDE, "picture": ""}
    drawing = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE), dtype=np.uint8)
    send(encoded(drawing))
    np.testing.assert_array_equal(owner.page_state(SuppliedPicture).drawing, drawing)
    draw.canvas(owner, "paper")
    assert mounted["data"]["picture"] == encoded(drawing)


def test_an_empty_paper_is_no_drawing(owner, send):
    send(encoded(np.ones((SIDE, SIDE), dtype=np.uint8)))
    send(encoded(np.zeros((SIDE, SIDE), dtype=np.uint8)))
    assert owner.page_state(SuppliedPicture).drawing is None
    assert owner.message is None


@pytest.mark.parametrize("value", ["", "A" * 1_000_000, 3.5, [1, 2], {"a": 1}, False])
def test_what_is_none_leaves_the_drawing_and_a_sentence(owner, send, value):
    drawing = np.full((SIDE, SIDE), 9, dtype=np.uint8)
    send(encoded(drawing))
    send(value)
    np.testing.assert_array_equal(owner.page_state(SuppliedPicture).drawing, drawing)
    assert owner.message is not None
    assert owner.message.startswith("The drawing did not arrive complete. ")
    assert owner.message.endswith("Draw it again.")


def test_the_trigger_of_the_rest_brings_no_drawing(owner, send):
    send(None)
    assert (owner.page_state(SuppliedPicture).drawing, owner.message) == (None, None)
