"""Values that a widget cannot have are left out, and the page is drawn."""

import ast
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.proto.Common_pb2 import DoubleArray, FileUploaderState, StringArray, StringTriggerValue
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.state.session_state import WStates
from streamlit.testing.v1 import AppTest

from visualizer.ui.shell.widget_values import drop_invalid_values

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def installed():
    before, taken = WStates.__getitem__, WStates.set_widget_from_proto
    drop_invalid_values()
    yield
    WStates.__getitem__, WStates.set_widget_from_proto = before, taken  # type: ignore[method-assign]


def page() -> None:
    import streamlit as st

    # As the pages do: what is called after a change reads what came.
    noted = {"on_change": lambda: dict(st.session_state)}
    values = {
        "chosen": st.selectbox("Chosen", ["a", "b"], index=1, key="chosen", **noted),
        "one": st.pills("One", ["a", "b"], default="b", required=True, key="one", **noted),
        "maybe": st.pills("Maybe", ["a", "b"], key="maybe", **noted),
        "several": st.pills("Several", ["a", "b"], default=["b"], selection_mode="multi", key="several", **noted),
        "whole": st.number_input("Whole", 1, 9, 5, key="whole", **noted),
        "broken": st.number_input("Broken", 0.0, 1.0, 0.5, key="broken", **noted),
        "slid": st.slider("Slid", 0, 9, 5, key="slid", **noted),
        "moment": st.select_slider("Moment", ["a", "b"], "b", key="moment", **noted),
        "on": st.toggle("On", True, key="on", **noted),
        "text": st.text_input("Text", "b", key="text", **noted),
        "pressed": st.button("Pressed", key="pressed"),
    }
    st.session_state["values"] = values


AS_DRAWN: dict[str, Any] = {
    "chosen": "b", "one": "b", "maybe": None, "several": ["b"], "whole": 5, "broken": 0.5, "slid": 5, "moment": "b",
    "on": True, "text": "b", "pressed": False,
}  # fmt: skip
TYPES = {
    "json_value": "{}",
    "json_trigger_value": "[]",
    "string_value": "b",
    "string_array_value": StringArray(data=["b"]),
    "double_array_value": DoubleArray(data=[5]),
    "double_value": 5.0,
    "int_value": 5,
    "bool_value": True,
    "bytes_value": b"b",
    "trigger_value": True,
    "string_trigger_value": StringTriggerValue(data="b"),
    "file_uploader_state_value": FileUploaderState(),
}
# Those of the same type as the widget change it, or not: it has them.
OWN_TYPES = {
    "chosen": {"string_value"}, "one": {"string_array_value"}, "maybe": {"string_array_value"},
    "several": {"string_array_value"}, "whole": {"int_value", "double_value"},
    "broken": {"int_value", "double_value"}, "slid": {"double_array_value"}, "moment": {"string_array_value"},
    "on": {"bool_value"}, "text": {"string_value"}, "pressed": {"trigger_value"},
}  # fmt: skip


def known_widgets(test: AppTest) -> dict[str, Any]:
    """What Streamlit knows of the widgets that were drawn, by their ids."""
    return dict(test.session_state._state._state._new_widget_state.widget_metadata)


def send(test: AppTest, *states: WidgetState) -> None:
    """What a browser sends, and then a click on something else: neither fails."""
    for _ in range(2):
        sent = WidgetStates()
        sent.widgets.extend(states)
        test._run(sent)
        assert [error.value for error in test.exception] == []
    test._run()
    assert [error.value for error in test.exception] == []


def after(**value: Any) -> dict[str, Any]:
    """What the page's widgets have once each of them was sent this value."""
    test = AppTest.from_function(page).run()
    assert test.session_state["values"] == AS_DRAWN
    send(test, *(WidgetState(id=widget, **value) for widget in known_widgets(test)))
    return dict(test.session_state["values"])


@pytest.mark.parametrize("kind", TYPES)
def test_a_value_of_another_type_is_as_if_it_had_never_come(kind):
    values = after(**{kind: TYPES[kind]})
    others = {key for key in AS_DRAWN if kind not in OWN_TYPES[key]}
    assert {key: values[key] for key in others} == {key: AS_DRAWN[key] for key in others}


@pytest.mark.parametrize(
    ("value", "of"),
    [
        ({"string_value": "no such option"}, {"chosen"}),
        ({"string_array_value": StringArray(data=["no such option"])}, {"one", "maybe", "several", "moment"}),
        ({"string_array_value": StringArray(data=["a", "no such"])}, {"one", "maybe", "several", "moment"}),
        ({"string_array_value": StringArray()}, {"one", "moment"}),
        ({"int_value": 10**12}, {"whole", "broken"}),
        ({"double_value": float("nan")}, {"whole", "broken"}),
        ({"double_value": float("inf")}, {"whole", "broken"}),
        ({"double_array_value": DoubleArray(data=[float("nan")])}, {"slid"}),
        ({"double_array_value": DoubleArray(data=[-1])}, {"slid"}),
        ({"double_array_value": DoubleArray()}, {"slid"}),
        ({"double_array_value": DoubleArray(data=[1, 2, 3])}, {"slid"}),
    ],
)
def test_a_value_that_is_out_of_range_or_none_of_the_options_is_left_out(value, of):
    values = after(**value)
    assert {key: values[key] for key in of} == {key: AS_DRAWN[key] for key in of}


def test_values_that_fit_are_taken():
    chosen = after(string_value="a")
    assert (chosen["chosen"], chosen["text"]) == ("a", "a")
    chosen = after(string_array_value=StringArray(data=["a"]))
    assert [chosen[key] for key in ("one", "maybe", "several", "moment")] == ["a", "a", ["a"], "a"]
    emptied = after(string_array_value=StringArray())
    assert (emptied["maybe"], emptied["several"]) == (None, [])
    assert after(string_array_value=StringArray(data=["a", "b"]))["several"] == ["a", "b"]
    assert after(int_value=7)["whole"] == 7
    assert after(double_value=0.25)["broken"] == 0.25
    assert after(double_array_value=DoubleArray(data=[7]))["slid"] == 7
    assert after(bool_value=False)["on"] is False


def component_page() -> None:
    import streamlit as st

    drawn = st.components.v2.component("test.drawn", js="export default function () {}")
    got = drawn(key="drawn", on_place_change=lambda: None, on_go_change=lambda: None)
    st.session_state["got"] = (got.place, got.go)


@pytest.mark.parametrize(
    "text", ["{broken", "[" * 5_000, "1" * 5_000, "[1,2]", "5", "null", '"x"', '{"place": null}', '{"value": [1]}']
)
def test_a_component_whose_data_is_no_json_or_no_object_has_none(text):
    test = AppTest.from_function(component_page).run()
    widgets = known_widgets(test)
    assert {known.value_type for known in widgets.values()} == {"json_value", "json_trigger_value"}
    send(test, *(WidgetState(id=widget, **{known.value_type: text}) for widget, known in widgets.items()))
    assert test.session_state["got"] == (None, None)


@pytest.mark.parametrize("name", ["x", "", "values", "chosen", "$$"])
@pytest.mark.parametrize("kind", TYPES)
def test_a_value_that_is_of_no_widget_is_left_out(name, kind):
    test = AppTest.from_function(page).run()
    send(test, WidgetState(id=name, **{kind: TYPES[kind]}))
    assert test.session_state["values"] == AS_DRAWN


def test_streamlit_has_what_is_asked_of_it():
    assert hasattr(WStates.__getitem__, "__wrapped__")
    drop_invalid_values()  # once is enough
    assert not hasattr(WStates.__getitem__.__wrapped__, "__wrapped__")
    assert {"states", "widget_metadata"} <= set(WStates.__slots__)
    # That it is the way to every value, the tests above tell; they fail without it.
    assert st.session_state is not None


def test_one_of_several_that_has_a_default_cannot_be_emptied_on_any_page():
    """`required=True` says it in the browser; ui/shell/widget_values.py counts on it."""
    for path in [*(ROOT / "visualizer" / "ui").rglob("*.py"), *(ROOT / "pages").glob("*.py")]:
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
                continue
            arguments = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
            if call.func.attr in ("pills", "segmented_control") and "selection_mode" not in arguments:
                assert arguments.get("required") == "True" or "default" not in arguments, ast.unparse(call)
