"""The filters of networks that Build makes and of one that branches: every layer with kernels can be opened."""

import json

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.app import alts, charts, without_exception
from visualizer.ui.kit.chart_events import Clicked
from visualizer.ui.look.state import LookState


def script(network: object, layer: int, number: int) -> None:
    import numpy as np
    import streamlit as st

    from visualizer.data.annotations import Annotations
    from visualizer.inspection.probe import probe
    from visualizer.tasks.classification import Classification
    from visualizer.ui.look import filters_view
    from visualizer.ui.look.filters_view import filters_part
    from visualizer.ui.look.inspected import Inspected
    from visualizer.ui.look.state import LookState
    from visualizer.ui.parts.picture_source import ChosenPicture
    from visualizer.ui.state.session import session

    picture = np.random.default_rng(0).random(network.input_shape, dtype=np.float32)
    given = ChosenPicture(picture, None, Annotations(tuple("abcdefghij")))
    inspected = Inspected(("test",), network, "elsewhere", Classification(), given, probe(network, picture))
    if "begun" not in st.session_state:
        st.session_state["begun"] = True
        st.session_state[f"filters-layer-of-{len(network.nodes)}"] = layer
        session().page_state(LookState).filter_number = number
    reactions = st.session_state.setdefault("reactions", {})
    filters_view.on_click = lambda chart, react: reactions.update({chart: react})
    filters_part(inspected)


def opened(network: object, layer: int, number: int = 1) -> AppTest:
    app = AppTest.from_function(script, args=(network, layer, number), default_timeout=60)
    return run(app)


def run(app: AppTest) -> AppTest:
    return without_exception(app.run())


@pytest.fixture(autouse=True)
def restored(monkeypatch: pytest.MonkeyPatch) -> None:
    """The script replaces what hears clicks, since AppTest has no browser; every test puts it back."""
    from visualizer.ui.look import filters_view

    monkeypatch.setattr(filters_view, "on_click", filters_view.on_click)


def test_a_depthwise_layer_shows_one_kernel_for_each_channel():
    from tests.inspection.branching import Branching

    app = opened(Branching(), 1, 3)
    texts = alts(app)
    assert any(text.startswith("4 kernels of 5 × 5") for text in texts)
    assert any("One filter's weights for 1 channel, 5 × 5 each" in text and "First: map 3" in text for text in texts)
    assert any("This layer is depthwise" in caption.value for caption in app.caption)
    assert any("was not trained on these" in caption.value for caption in app.caption)


def test_after_branches_meet_the_kernels_belong_to_the_maps_that_arrive():
    from tests.inspection.branching import Branching

    app = opened(Branching(), 3, 6)
    assert [subheader.value for subheader in app.subheader][:2] == [
        "Choose a filter",
        "The kernels of filter 6, by channel",
    ]
    assert any("weights for 4 channels, 3 × 3 each" in text for text in alts(app))


def titles(app: AppTest) -> list[str]:
    """Above the tiles of the page's first chart."""
    return json.loads(charts(app)[0]["figure"])["data"][1]["text"]


def test_of_many_filters_the_page_with_the_chosen_one_is_shown():
    from visualizer.architecture.architecture import Architecture
    from visualizer.architecture.layers.conv2d import Conv2D
    from visualizer.architecture.network import build

    layers = (Conv2D(filters=100, kernel_size=(1, 1)), Conv2D(filters=512, kernel_size=(1, 1)))
    app = opened(build(Architecture("wide", (1, 4, 4), layers)), 1, 512)
    assert titles(app) == [str(number) for number in range(481, 513)]
    field = app.number_input(key="filter-1")
    assert (field.value, field.max) == (512, 512)
    run(field.set_value(33))
    assert titles(app) == [str(number) for number in range(33, 65)]
    assert "The kernels of filter 33, by channel" in [subheader.value for subheader in app.subheader]


@pytest.mark.parametrize(
    ("point", "chosen"),
    [
        (Clicked(3.0, 2.0, 0, (2, 3), (5, 1, 1)), 5),
        (Clicked(4.0, 0.5, 0, (3,), ()), 4),
        (Clicked(9.0, 0.0, 0, (1,), (7, 1, 1)), 2),
        (Clicked("x", 0.0, 0, (1,), ()), 2),
        (Clicked(0.0, 0.0, 0, (1,), (float("nan"), 1)), 2),
    ],
)
def test_a_click_chooses_what_was_clicked_and_nothing_else(point, chosen):
    from tests.inspection.branching import Branching

    app = opened(Branching(), 3, 2)
    app.session_state["reactions"]["filters-3"](point)
    assert app.session_state["visualizer"].page_state(LookState).filter_number == chosen


def test_a_unit_of_the_last_layer_is_told_with_its_class():
    from visualizer.architecture.network import build
    from visualizer.architecture.presets import TINY

    app = opened(build(TINY.architecture), 5, 4)
    assert any("Unit 4 stands for “d”" in caption.value for caption in app.caption)


def test_a_network_without_weights_says_so():
    from visualizer.architecture.architecture import Architecture
    from visualizer.architecture.layers.max_pooling2d import MaxPooling2D
    from visualizer.architecture.network import build

    app = opened(build(Architecture("none", (1, 8, 8), (MaxPooling2D(),))), 0)
    assert "has no filters" in app.info[0].value


def test_the_numbers_are_those_of_the_search():
    """What the page says of real pictures is what the network gives for them."""
    from tests.inspection.test_excitation import by_hand
    from visualizer.architecture.network import build
    from visualizer.architecture.presets import TINY
    from visualizer.data.catalog import load_dataset
    from visualizer.data.prepare import prepare
    from visualizer.figures.chart import number

    network = build(TINY.architecture)
    app = opened(network, 2, 7)
    job = app.session_state["visualizer"].jobs["filters-search"]
    job.join()
    run(app)
    pictures = prepare(load_dataset("digits").pictures, network.input_shape)
    best = max(float(by_hand(network, 2, picture)[6].max()) for picture in pictures[job.result.strongest.pictures[6]])
    assert best == pytest.approx(float(job.result.strongest.values[6, 0]), rel=1e-5)
    every = np.array([by_hand(network, 2, picture)[6].max() for picture in pictures[::60]])
    assert best >= every.max()
    assert any(f"excite filter 7 most, from {number(best)} to" in text for text in alts(app))


def test_what_a_filter_does_not_see_within_its_field_is_told():
    from visualizer.architecture.architecture import Architecture
    from visualizer.architecture.layers.add import Add
    from visualizer.architecture.layers.conv2d import Conv2D
    from visualizer.architecture.network import build
    from visualizer.architecture.span import PICTURE

    wide, high = (Conv2D(filters=1, kernel_size=size, padding="same") for size in ((1, 5), (5, 1)))
    wires = ((PICTURE,), (PICTURE,), (0, 1), (2,))
    architecture = Architecture("", (1, 12, 12), (wide, high, Add(), Conv2D(filters=1, kernel_size=(1, 1))), wires)
    app = opened(build(architecture), 3)
    app.session_state["visualizer"].jobs["filters-search"].join()
    run(app)
    captions = " ".join(element.value for element in app.caption)
    assert "its receptive field spans 5 × 5 pixels, of which it does not see those in grey." in captions
