"""A layer's form, drawn from its settings, so that a new layer type needs no form of its own."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from visualizer.architecture.layer import Layer
from visualizer.architecture.settings import Choice, Integer, IntegerPair, Real, Setting, Spec
from visualizer.ui.kit import bound

_NARROW, _WIDE = 128, 176  # pixels


def layer_form(layer: Layer, key: str, on_change: Callable[[dict[str, Any]], None]) -> None:
    """Draw the settings of `layer`; a changed one calls `on_change({setting: new value})` before the page reruns."""
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        for setting in layer.settings():
            condition = setting.only_when
            if condition is None or getattr(layer, condition[0]) == condition[1]:
                _setting(layer, setting, f"{key}-{setting.name}", on_change)


def _setting(layer: Layer, setting: Setting, key: str, on_change: Callable[[dict[str, Any]], None]) -> None:
    value = getattr(layer, setting.name)
    spec = setting.spec
    if isinstance(spec, IntegerPair):
        height, width = value
        one = Integer(f"{spec.label} height", spec.help, spec.minimum, spec.maximum)
        other = Integer(f"{spec.label} width", spec.help, spec.minimum, spec.maximum)
        _field(one, height, f"{key}-height", lambda new: on_change({setting.name: (new, width)}))
        _field(other, width, f"{key}-width", lambda new: on_change({setting.name: (height, new)}))
    else:
        _field(spec, value, key, lambda new: on_change({setting.name: new}))


def _field(spec: Spec, value: Any, key: str, changed: Callable[[Any], None]) -> None:
    if isinstance(spec, Integer):
        bound.number(spec.label, value, changed, key, spec.minimum, spec.maximum, help=spec.help, width=_NARROW)
    elif isinstance(spec, Real):
        bound.number(
            spec.label,
            float(value),
            changed,
            key,
            spec.minimum,
            spec.maximum,
            help=spec.help,
            width=_NARROW,
            step=spec.step,
            format="%g",
        )
    elif isinstance(spec, Choice):
        bound.choice(spec.label, value, changed, key, dict(spec.options), help=spec.help, width=_WIDE)
    else:
        bound.toggle(spec.label, value, changed, key, help=spec.help)
