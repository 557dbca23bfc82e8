"""The Compare page, with real worker processes."""

import time

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.app import alts, open_page, without_exception
from tests.training.examples import spec
from visualizer.training.commands import Start
from visualizer.ui.server import run_store, worker_pool


def test_without_a_run_it_says_where_they_come_from(monkeypatch):
    monkeypatch.setattr("visualizer.ui.compare_view.owner_id", lambda: "nobody")
    app = open_page("compare")
    assert "nothing to compare yet" in app.info[0].value


def wait_for_all(app: AppTest, owner: str) -> None:
    deadline = time.monotonic() + 120
    while any(run.active for run in run_store().runs_of(owner)):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    without_exception(app.run())


@pytest.fixture
def app(monkeypatch) -> AppTest:
    """The page of a tab with two finished runs."""
    for module in ("compare_view", "compare_again"):
        monkeypatch.setattr(f"visualizer.ui.{module}.owner_id", lambda: "comparer")
    if not run_store().runs_of("comparer"):
        for optimizer in ("adam", "rmsprop"):
            run_id = worker_pool().submit(spec(epochs=1, optimizer=optimizer), "comparer")
            worker_pool().send(run_id, Start())
    app = open_page("compare")
    wait_for_all(app, "comparer")
    return app


def test_curves_differences_filters_and_answers(app):
    texts = alts(app)
    assert texts[0].startswith("validation accuracy. A  Adam, one seed:")
    assert "B  RMSprop, one seed" in texts[0]
    table = next(block.value for block in app.markdown if "Validation accuracy then" in block.value)
    assert "| Optimizer | Adam | RMSprop |" in table
    assert any("one seed each proves little" in block.value for block in app.markdown)
    assert sum("8 kernels of 3 × 3" in text for text in texts) == 2
    app.session_state["compare-parts"] = "Answers to one picture"
    without_exception(app.run())
    assert sum(text.startswith("The answer is") for text in alts(app)) == 2


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
    assert alts(app)[0].startswith("validation accuracy. A  Adam, ReLU (2 seeds), mean of 2 seeds")
    table = next(block.value for block in app.markdown if "Validation accuracy then" in block.value)
    assert "| Activation, layers 1, 3 | ReLU | ReLU | tanh |" in table
    assert "| Seeds | 0, 1 | 0 | 0, 1 |" in table
