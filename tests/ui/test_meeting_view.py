"""What meets in a layer: a click on one of its numbers opens it, by way of the number that is made of it."""

import json

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.branching import BRANCHING
from tests.inspection.branching import Branching
from tests.pages.app import chart, without_exception
from visualizer.architecture.flow import FlowNetwork
from visualizer.architecture.network import build
from visualizer.inspection.probe import Probe, probe
from visualizer.ui.kit.chart_events import Clicked


def script(network: object, seen: object, layer: int) -> None:
    import streamlit as st

    from visualizer.data.annotations import Annotations
    from visualizer.tasks.classification import Classification
    from visualizer.ui.look import pixel_view
    from visualizer.ui.look.inspected import Inspected
    from visualizer.ui.look.layer_view import layer_view
    from visualizer.ui.parts.picture_source import ChosenPicture

    given = ChosenPicture(seen.picture, None, Annotations(tuple("abcdefghij")))
    inspected = Inspected(("test",), network, "elsewhere", Classification(), given, seen)
    reactions = st.session_state.setdefault("reactions", {})
    pixel_view.on_click = lambda chart, react: reactions.update({chart: react})
    if "clicked" in st.session_state:
        key, point = st.session_state.pop("clicked")
        reactions[key](point)
    layer_view(inspected, seen.layers[layer], f"layer-{layer}")


@pytest.fixture(autouse=True)
def restored(monkeypatch: pytest.MonkeyPatch) -> None:
    """The script replaces what hears clicks, since AppTest has no browser; every test puts it back."""
    from visualizer.ui.look import pixel_view

    monkeypatch.setattr(pixel_view, "on_click", pixel_view.on_click)


@pytest.fixture(scope="module")
def network() -> FlowNetwork:
    return build(BRANCHING, "he_normal", 1).eval()


def seen_by(network: FlowNetwork) -> Probe:
    return probe(network, np.random.default_rng(0).random(network.input_shape, dtype=np.float32))


def opened(network: FlowNetwork, seen: Probe, layer: int) -> AppTest:
    return without_exception(AppTest.from_function(script, args=(network, seen, layer), default_timeout=60).run())


def click(app: AppTest, key: str, *data: int) -> tuple[list[int], str, int]:
    """The number that is explained after a click: where it is, what it is, and how many the way to it has."""
    point = Clicked(float(data[0]), 0.0, 0, (data[0] - 1,), data)
    app.session_state["clicked"] = key, point
    without_exception(app.run())
    (component,) = (element for element in app.get("bidi_component") if element.proto.id.endswith("pixel-explained"))
    explained = json.loads(component.proto.json)
    return explained["spot"], explained["value"], len(explained["trail"])


def written(number: float) -> float:
    return pytest.approx(float(number), rel=1e-3)


def value(text: str) -> float:
    return float(text.replace("−", "-"))


def test_each_map_beside_a_sum_opens_its_own_number(network):
    seen = seen_by(network)
    app = opened(network, seen, 3)
    without_exception(app.number_input(key="layer-3-met").set_value(5).run())
    for tile, layer in enumerate(BRANCHING.sources[3], start=1):
        spot, number, length = click(app, "layer-3-met-maps", tile, 3, 8)
        assert (spot, length) == ([layer, 4, 2, 7], 2)
        assert value(number) == written(seen.layers[layer].output[4, 2, 7])
    spot, number, length = click(app, "layer-3-met-maps", 3, 3, 8)
    assert (spot, length) == ([3, 4, 2, 7], 1)
    assert value(number) == written(seen.layers[3].output[4, 2, 7])
    # The fields show it, and lead on from there.
    assert app.number_input(key=next(key for key in keys(app) if key.startswith("pixel-column-3-"))).value == 8


def keys(app: AppTest) -> list[str]:
    return [field.key for field in app.number_input]


def test_each_map_of_a_concatenation_is_clicked_by_its_joined_number(network):
    seen = seen_by(network)
    app = opened(network, seen, 9)
    first, last = BRANCHING.sources[9]
    spot, number, _ = click(app, "layer-9-met-0", 2, 1, 4)
    assert spot == [first, 1, 0, 3]
    assert value(number) == written(seen.layers[first].output[1, 0, 3])
    titles = [trace for trace in json.loads(chart(app, "layer-9-met-1")["figure"])["data"] if trace.get("text")]
    assert titles[0]["text"] == ["5", "6", "7"]
    spot, number, length = click(app, "layer-9-met-1", 6, 1, 4)
    assert (spot, length) == ([last, 1, 0, 3], 2)
    assert value(number) == written(seen.layers[last].output[1, 0, 3])


@pytest.mark.parametrize(("layer", "key", "source"), [(12, "layer-12-met-1", 11), (15, "layer-15-met-1", 10)])
def test_units_beside_one_another_and_one_behind_another(network, layer, key, source):
    seen = seen_by(network)
    spot, number, length = click(opened(network, seen, layer), key, 3)
    assert (spot, length) == ([source, 2], 2)
    assert value(number) == written(seen.layers[source].output[2])


def test_where_the_layer_computes_something_of_what_meets_the_way_goes_through_its_input():
    network = Branching().eval()
    seen = seen_by(network)
    app = opened(network, seen, 3)
    without_exception(app.number_input(key="layer-3-met").set_value(2).run())
    # The input has more rows than the output.
    spot, number, _ = click(app, "layer-3-met-maps", 3, 12, 10)
    assert spot == [3, 1, 11, 9]
    assert value(number) == written(seen.layers[3].input[1, 11, 9])
    row = next(field for field in app.number_input if field.key.startswith("pixel-row-3-"))
    assert (row.label, row.value) == ("Row 1 to 12", 12)
    without_exception(row.set_value(1).run())
    spot, number, length = click(app, "layer-3-met-maps", 2, 1, 10)
    assert (spot, length) == ([2, 1, 0, 9], 2)
    assert value(number) == written(seen.layers[2].output[1, 0, 9])


@pytest.mark.parametrize("data", [(9, 1, 1), (1, 99, 1), (0, 1, 1)])
def test_a_point_that_is_not_there_opens_nothing(network, data):
    app = opened(network, seen_by(network), 3)
    assert click(app, "layer-3-met-maps", *data)[0][0] == 3
