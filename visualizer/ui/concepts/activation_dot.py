"""An activation function and its derivative, with a dot to drag along both curves.

The component activation_dot draws it; dragging sends nothing to the server.
"""

from typing import Any

import numpy as np
import streamlit as st

from visualizer.architecture.activations import FUNCTIONS
from visualizer.concepts.activations import REACH, SINCE, STEPS_PER_UNIT, Curve, arithmetic_of, curve
from visualizer.figures.palette import BLUE, VERMILLION
from visualizer.ui.kit.component import component

_SQUEEZED = ((-1.25, 1.25), (-1, 0, 1))
_UNBOUNDED = ((-1.5, 6.2), (0, 2, 4, 6))
# One scale for the derivatives of nearly all functions, so that they can be compared.
_SLOPES = ((-0.3, 1.25), (0, 0.5, 1))
_MARGIN = 0.1
_START = 1.0


@st.cache_data(max_entries=16, show_spinner=False)
def _data(name: str) -> dict[str, Any]:
    function: Curve = curve(name)
    arithmetic = arithmetic_of(name)
    value_range, value_ticks = _SQUEEZED if function.y.max() <= 1 else _UNBOUNDED
    return {
        "title": FUNCTIONS[name].title,
        "names": [f"{FUNCTIONS[name].title}: f(x)", "its derivative f′(x)"],
        "low": -REACH,
        "step": 1 / STEPS_PER_UNIT,
        "start": _START,
        "values": _digits(function.y),
        "slopes": _digits(function.slope),
        "terms": [_digits(term) for term in function.terms],
        "ranges": [_holding(value_range, function.y), _holding(_SLOPES[0], function.slope)],
        "ticks": [value_ticks, _SLOPES[1]],
        "valueTexts": arithmetic.values,
        "slopeTexts": arithmetic.slopes,
        "valueResults": [SINCE not in text for text in arithmetic.values],
        "slopeResults": [SINCE not in text for text in arithmetic.slopes],
        "colors": [BLUE, VERMILLION],
    }


def _holding(usual: tuple[float, float], values: np.ndarray) -> tuple[float, float]:
    """The usual range, made longer where the values need it."""
    low, high = float(values.min()), float(values.max())
    return min(usual[0], low - _MARGIN), max(usual[1], high + _MARGIN)


def _digits(values: np.ndarray) -> list[float]:
    """Six significant digits: more than are shown, and half the amount to send."""
    return [float(f"{value:.6g}") for value in values]


def activation_dot(name: str) -> None:
    """Draw the function `name`, one of `activations.elementwise()`, with its dot."""
    component("activation_dot")(key="activation-dot", data=_data(name))
