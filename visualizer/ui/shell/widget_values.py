"""Widget values from a browser: a value that the widget cannot have is dropped, as if it had never arrived.

An old tab sends such values after an update, and anybody can send them on purpose. Streamlit would accept them: the
page would fail, and fail again at every click, because the value stays.
"""

import functools
from collections.abc import Callable
from typing import Any

from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.state.common import GENERATED_ELEMENT_ID_PREFIX
from streamlit.runtime.state.session_state import STREAMLIT_INTERNAL_KEY_PREFIX, Serialized, WStates

from visualizer.log import event

_NUMBERS = frozenset({"int_value", "double_value"})
# In these a browser sends the labels of the chosen options, if the widget has options.
_CHOICES = frozenset({"string_value", "string_array_value"})
# How widget ids begin. Streamlit takes any other id for a key of the session, which then has no value.
_IDS = (GENERATED_ELEMENT_ID_PREFIX, STREAMLIT_INTERNAL_KEY_PREFIX)


class _Dropped(Serialized):
    """Stands for a dropped value: deleting it is not possible, as Streamlit may be iterating over the values."""


def drop_invalid_values() -> None:
    """From now on, let Streamlit accept only values that their widgets can have."""
    if not hasattr(WStates.__getitem__, "__wrapped__"):
        WStates.__getitem__ = _checking_values(WStates.__getitem__)  # type: ignore[method-assign]
        WStates.set_widget_from_proto = _checking_ids(WStates.set_widget_from_proto)  # type: ignore[method-assign, assignment]


def _checking_ids(set_value: Callable[[WStates, WidgetState], None]) -> Callable[[WStates, WidgetState], None]:
    @functools.wraps(set_value)
    def set_widget_value(states: WStates, state: WidgetState) -> None:
        if state.id.startswith(_IDS):
            set_value(states, state)
        else:
            event("value-left-out", value=state.WhichOneof("value"), reason="not of a widget")

    return set_widget_value


def _checking_values(get_value: Callable[[WStates, str], Any]) -> Callable[[WStates, str], Any]:
    @functools.wraps(get_value)
    def get_valid_value(states: WStates, widget: str) -> Any:
        state, metadata = states.states.get(widget), states.widget_metadata.get(widget)
        if isinstance(state, _Dropped):
            raise KeyError(widget)
        if not isinstance(state, Serialized) or metadata is None:
            return get_value(states, widget)
        try:
            if not _fits(state.value, metadata):
                raise TypeError("a value that the widget does not have")
            return get_value(states, widget)
        # Streamlit may fail on such a value in any way.
        except Exception as error:
            event(
                "value-left-out",
                widget=metadata.value_type,
                value=state.value.WhichOneof("value"),
                reason=type(error).__name__,
            )
            states.states[widget] = _Dropped(WidgetState(id=widget))
            # Streamlit's own sign that there is no value.
            raise KeyError(widget) from None

    return get_valid_value


def _fits(state: Any, metadata: Any) -> bool:
    """Whether the widget can have that value, by its type and its options."""
    kind = state.WhichOneof("value")
    if kind is None:
        return True  # the browser has emptied it
    if kind != metadata.value_type and not {kind, metadata.value_type} <= _NUMBERS:
        return False
    options = metadata.formatted_options
    if options is None or kind not in _CHOICES:
        return True
    value = getattr(state, kind)
    if kind == "string_value":
        return value in options
    # On the pages of this app, a choice of one option that has a default cannot be emptied.
    is_empty_single_choice = not value.data and metadata.max_array_length == 1
    return set(value.data) <= set(options) and not (is_empty_single_choice and metadata.deserializer(None) is not None)
