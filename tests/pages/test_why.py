"""The part of Look inside that asks why."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.app import alts, open_page, without_exception
from visualizer.tasks.task import task_types
from visualizer.training.settings import preset_settings


@pytest.fixture
def app() -> AppTest:
    app = open_page("look_inside")
    without_exception(app.segmented_control(key="network-choice").set_value("bundled").run())
    app.session_state["look-parts"] = "Why this class?"
    return without_exception(app.run())


def overlay(app: AppTest) -> dict:
    return next(
        json.loads(element.proto.json)
        for element in app.get("bidi_component")
        if element.proto.id.endswith("why-overlay")
    )


def choose(app: AppTest, method: str) -> AppTest:
    without_exception(app.segmented_control(key="why-method").set_value(method).run())
    for _ in range(3):
        for job in list(app.session_state["visualizer"].jobs.values()):
            job.join()
            assert job.error is None
        without_exception(app.run())
    return app


def texts(app: AppTest) -> str:
    return "\n".join(markdown.value for markdown in app.markdown)


@pytest.mark.parametrize("method", ["grad_cam", "saliency", "integrated_gradients", "occlusion"])
def test_each_method_asks_which_is_the_trained_network_and_then_tells(app, method):
    choose(app, method)
    assert [panel["title"] for panel in overlay(app)["panels"]] == ["A", "B"]
    (question,) = app.pills
    without_exception(question.set_value("A").run())
    titles = [panel["title"] for panel in overlay(app)["panels"]]
    assert sorted(titles) in (["A: random weights", "B: the network"], ["A: the network", "B: random weights"])
    right = "**Right.**" if titles[0] == "A: the network" else "**Not quite:** it is B."
    assert right in texts(app)
    assert "Spearman’s rank correlation" in texts(app)


def test_another_class_has_other_pixels(app):
    first = [panel["heat"] for panel in overlay(app)["panels"]]
    classes = app.selectbox(key="why-class-of-10")
    without_exception(classes.set_value(classes.options.index(classes.options[3])).run())
    assert [panel["heat"] for panel in overlay(app)["panels"]] != first


def test_the_pixels_are_taken_away(app):
    without_exception(app.button(key="why-deletion-start").click().run())
    app.session_state["visualizer"].jobs["why-deletion"].join()
    without_exception(app.run())
    found = app.session_state["visualizer"].jobs["why-deletion"].result
    assert any(f"is {found.by_heat[0]:.1%} for the whole picture" in alt for alt in alts(app))
    assert f"falls {'faster' if found.by_heat.mean() < found.at_random.mean() else 'no faster'}" in texts(app)


def test_a_network_without_maps_says_why_there_is_no_grad_cam():
    from visualizer.architecture.architecture import Architecture
    from visualizer.architecture.layers.dense import Dense
    from visualizer.architecture.layers.flatten import Flatten

    app = open_page("look_inside")
    app.session_state["visualizer"].open_architecture(Architecture("flat", (1, 8, 8), (Flatten(), Dense(units=10))))
    app.session_state["look-parts"] = "Why this class?"
    without_exception(app.run())
    assert app.segmented_control(key="why-method").value == "saliency"
    without_exception(app.segmented_control(key="why-method").set_value("grad_cam").run())
    assert any("this network has none" in info.value for info in app.info)


@pytest.mark.parametrize(
    ("preset", "title", "first"),
    [
        ("Measures a shape", "Why this number?", "size ("),
        ("Finds a shape", "Why this answer?", "circle ("),
        ("Detects shapes", "Why this answer?", ""),
    ],
)
def test_the_question_fits_the_answer(preset, title, first):
    """Also where the tab was open for another kind of answer: it stays the open one."""
    kind = next(kind for kind in task_types().values() if kind.preset().architecture.name == preset)
    app = open_page("look_inside")
    app.session_state["look-parts"] = "Why this class?"
    without_exception(app.run())
    app.session_state["visualizer"].change_next_run(kind.preset().architecture, preset_settings(kind()))
    without_exception(app.run())
    assert [tab.label for tab in app.tabs] == ["Layers", "Filters", title]
    assert app.session_state["look-parts"] == title
    if first:
        (why,) = (box for box in app.selectbox if box.label == "Why")
        assert why.options[0].startswith(first)
    else:
        assert any("answers with maps" in info.value for info in app.info)
