"""Values of widgets that a browser sends: what a widget cannot have is left out, as if it had never come.

An old tab sends such values after an update, and anybody can. Streamlit takes them: the page fails, and fails again at
every click, since the value stays.
"""

import functools
from collections.abc import Callable
from typing import Any

from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.state.common import GENERATED_ELEMENT_ID_PREFIX
from streamlit.runtime.state.session_state import STREAMLIT_INTERNAL_KEY_PREFIX, Serialized, WStates

from visualizer.log import event

_NUMBERS = frozenset({"int_value", "double_value"})
# In them a browser sends the words of one or several options, where the widget has some.
_CHOICES = frozenset({"string_value", "string_array_value"})
# How ids of widgets begin. Any other one Streamlit takes for a key of the session, which then has no value.
_IDS = (GENERATED_ELEMENT_ID_PREFIX, STREAMLIT_INTERNAL_KEY_PREFIX)


class _LeftOut(Serialized):
    """In the place of a value that was left out: Streamlit may be going through all of them just then."""


def leave_out_what_does_not_fit() -> None:
    """Let Streamlit take values from now on only where they fit their widgets."""
    if not hasattr(WStates.__getitem__, "__wrapped__"):
        WStates.__getitem__ = _careful(WStates.__getitem__)  # type: ignore[method-assign]
        WStates.set_widget_from_proto = _of_widgets(WStates.set_widget_from_proto)  # type: ignore[method-assign, assignment]


def _of_widgets(take: Callable[[WStates, WidgetState], None]) -> Callable[[WStates, WidgetState], None]:
    @functools.wraps(take)
    def take_widget(states: WStates, state: WidgetState) -> None:
        if state.id.startswith(_IDS):
            take(states, state)
        else:
            event("value-left-out", value=state.WhichOneof("value"), reason="not of a widget")

    return take_widget


def _careful(get: Callable[[WStates, str], Any]) -> Callable[[WStates, str], Any]:
    @functools.wraps(get)
    def value_of(states: WStates, widget: str) -> Any:
        state, known = states.states.get(widget), states.widget_metadata.get(widget)
        if isinstance(state, _LeftOut):
            raise KeyError(widget)
        if not isinstance(state, Serialized) or known is None:
            return get(states, widget)
        try:
            if not _fits(state.value, known):
                raise TypeError("a value that the widget does not have")
            return get(states, widget)
        # Whatever it is that Streamlit cannot make of it.
        except Exception as error:
            event(
                "value-left-out",
                widget=known.value_type,
                value=state.value.WhichOneof("value"),
                reason=type(error).__name__,
            )
            states.states[widget] = _LeftOut(WidgetState(id=widget))
            # As Streamlit itself says that there is none.
            raise KeyError(widget) from None

    return value_of


def _fits(state: Any, known: Any) -> bool:
    kind = state.WhichOneof("value")
    if kind is None:
        return True  # the browser has emptied it
    if kind != known.value_type and not {kind, known.value_type} <= _NUMBERS:
        return False
    options = known.formatted_options
    if options is None or kind not in _CHOICES:
        return True
    value = getattr(state, kind)
    if kind == "string_value":
        return value in options
    # One of several that has a default cannot be emptied, on any page of this app.
    is_empty_choice_of_one = not value.data and known.max_array_length == 1
    return set(value.data) <= set(options) and not (is_empty_choice_of_one and known.deserializer(None) is not None)
