"""The Compare page, with real worker processes."""

import time
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.app import alts, open_page, without_exception
from tests.training.examples import spec
from visualizer.architecture.architecture import Architecture
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.flatten import Flatten
from visualizer.data.catalog import load_dataset
from visualizer.tasks.regression import Regression
from visualizer.training.scheduling.commands import Start
from visualizer.training.settings import RunSpec, preset_settings
from visualizer.ui.state.server import run_store, worker_pool
from visualizer.ui.state.session import Session


def test_without_a_run_it_says_where_they_come_from(monkeypatch):
    monkeypatch.setattr(Session, "workspace_id", "nobody")
    app = open_page("compare")
    assert "nothing to compare yet" in app.info[0].value


def wait_for_all(app: AppTest, owner: str) -> None:
    deadline = time.monotonic() + 120
    while any(run.active for run in run_store().runs_of(owner)):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    without_exception(app.run())


def compared(monkeypatch, owner: str, *specs: RunSpec) -> AppTest:
    """The page of that owner, whose runs of these specs have finished."""
    monkeypatch.setattr(Session, "workspace_id", owner)
    if not run_store().runs_of(owner):
        for one in specs:
            worker_pool().send(worker_pool().submit(one, owner), Start())
    app = open_page("compare")
    wait_for_all(app, owner)
    return app


@pytest.fixture
def app(monkeypatch) -> AppTest:
    """The page of a tab with two finished runs."""
    specs = [spec(epochs=1, optimizer=optimizer) for optimizer in ("adam", "rmsprop")]
    return compared(monkeypatch, "comparer", *specs)


def test_curves_differences_filters_and_answers(app):
    texts = alts(app)
    assert texts[0].startswith("validation accuracy. With one seed, A  Adam has ")
    assert "With one seed, B  RMSprop has " in texts[0]
    table = next(block.value for block in app.markdown if "Validation accuracy after them" in block.value)
    assert "| Optimiser | Adam | RMSprop |" in table
    assert any("percentage points" in block.value or "are level" in block.value for block in app.markdown)
    assert any("one seed proves little" in block.value for block in app.markdown)
    assert sum("8 kernels of 3 × 3" in text for text in texts) == 2
    app.session_state["compare-parts"] = "Answers to one picture"
    without_exception(app.run())
    assert sum(text.startswith("The answer is") for text in alts(app)) == 2


def test_an_answer_that_can_be_drawn_is_drawn_on_the_picture(monkeypatch):
    preset = Regression.preset()
    settings = replace(preset_settings(Regression()), epochs=1)
    app = compared(monkeypatch, "measurer", RunSpec(preset.architecture, settings, 3))
    app.session_state["compare-parts"] = "Answers to one picture"
    without_exception(app.run())
    assert sum("with the answer drawn on it: size " in text for text in alts(app)) == 1
    assert "Solid: its answer. Dashed: the truth." in [caption.value for caption in app.caption]


def test_it_is_run_again_with_one_thing_changed_and_several_seeds(app):
    app.selectbox(key="again-change").set_value("activation")
    app.number_input(key="again-seeds").set_value(2)
    without_exception(app.run())
    values = next(group for group in app.get("button_group") if "again-values" in str(group.key))
    without_exception(values.set_value(["relu", "tanh"]).run())
    # One of the four is there already.
    (button,) = (button for button in app.button if button.key == "again-start")
    assert button.label == "Start 3 runs"
    without_exception(button.click().run())
    wait_for_all(app, "comparer")
    assert alts(app)[0].startswith("validation accuracy. With 2 seeds, A  Adam, ReLU (2 seeds) has ")
    table = next(block.value for block in app.markdown if "Validation accuracy after them" in block.value)
    assert "| Activation, layers 1, 3 | ReLU | ReLU | tanh |" in table
    assert "| Seeds | 0, 1 | 0 | 0, 1 |" in table


def plain(name: str, dataset: str) -> Architecture:
    """It ends without softmax."""
    classes = len(load_dataset(dataset).class_names)
    return Architecture(name, (1, 8, 8), (Flatten(), Dense(units=classes, activation="linear")))


def test_only_runs_on_the_same_pictures_are_ranked_and_losses_of_two_kinds_have_an_axis_each(monkeypatch):
    digits = plain("Plain", "digits")
    app = compared(
        monkeypatch,
        "teacher",
        spec(digits, epochs=1),
        spec(digits, epochs=1, loss="mse"),
        spec(plain("Plain", "shapes"), epochs=1, dataset="shapes"),
    )
    said = [block.value for block in app.markdown if ":material/balance:" in block.value]
    assert len(said) == 2
    assert "(Handwritten digits, cross-entropy)" in said[0]
    assert "(Handwritten digits, MSE)" in said[0]
    assert "percentage points" in said[0]
    assert "Coloured shapes" not in said[0]
    assert "Not ranked against each other: A (" in said[1]
    assert "/ C (Coloured shapes, cross-entropy). They learnt different things or pictures" in said[1]
    losses = sorted(text for text in alts(app) if text.startswith("validation loss"))
    assert len(losses) == 2
    assert "cross-entropy. With one seed, A  Handwritten digits, cross-entropy has " in losses[0]
    assert "C  Coloured shapes" in losses[0]
    assert "mean squared error. With one seed, B  Handwritten digits, MSE has " in losses[1]

    monkeypatch.setattr("visualizer.ui.compare.compare_view.is_narrow", lambda: True)
    without_exception(app.run())
    (line,) = [line for block in app.markdown for line in block.value.splitlines() if line.startswith("- Loss")]
    assert line == "- Loss: **A, C** Cross-entropy; **B** Mean squared error"
    monkeypatch.undo()
    monkeypatch.setattr(Session, "workspace_id", "teacher")

    app.session_state["compare-parts"] = "Answers to one picture"
    without_exception(app.run())
    answers = [text for text in alts(app) if text.startswith("The answer is")]
    assert len(answers) == 2
    assert "%" in answers[0]
    assert "score" not in answers[0]
    assert "%" not in answers[1]
    assert "These are scores, not probabilities." in answers[1]
    assert "It was trained on other pictures: Coloured shapes." in [caption.value for caption in app.caption]
    without_exception(app.selectbox(key="compared-dataset-digits-shapes").set_value("shapes").run())
    assert sum(text.startswith("The answer is") for text in alts(app)) == 1
