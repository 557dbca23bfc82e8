"""The part of Train that evaluates a run on its test split."""

import re
import time

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.app import alts, open_page, progress_line, without_exception
from visualizer.ui.train.state import TrainState


def finished(app: AppTest) -> AppTest:
    for _ in range(2):
        for job in list(app.session_state["visualizer"].jobs.values()):
            job.join()
            assert job.error is None
        without_exception(app.run())
    return app


@pytest.fixture
def app() -> AppTest:
    app = open_page("train")
    without_exception(app.number_input(key="epochs").set_value(2).run())
    without_exception(app.button(key="start").click().run())
    deadline = time.monotonic() + 60
    while "Finished" not in progress_line(app):
        assert time.monotonic() < deadline
        time.sleep(0.2)
        without_exception(app.run())
    app.session_state["train-parts"] = "Evaluation"
    return finished(without_exception(app.run()))


def texts(app: AppTest) -> str:
    return "\n".join(markdown.value for markdown in app.markdown)


def test_a_run_is_evaluated_and_a_picture_is_looked_into(app):
    found = app.session_state["visualizer"].jobs["evaluation"].result
    right = int((found.answers == found.labels).sum())
    assert f"**{right:,} of 269 test pictures right: {found.accuracy:.1%}**" in texts(app)
    said = alts(app)
    assert any(f"Confusion matrix: {right} of 269 pictures right" in alt for alt in said)
    assert any(alt.startswith("269 pictures as points") for alt in said)
    cell = app.session_state["visualizer"].page_state(TrainState).confusion_cell
    assert cell is None
    without_exception(app.selectbox(key="cell-label").set_value(4).run())
    without_exception(app.selectbox(key="cell-answer").set_value(4).run())
    assert app.session_state["visualizer"].page_state(TrainState).confusion_cell == (4, 4)
    shown = [alt for alt in alts(app) if re.match(r"\d+ pictures? of 8 × 8", alt)]
    assert any(f"4 {found.values[found.cell(4, 4)[0], 4]:.0%}" in alt for alt in shown)

    without_exception(app.segmented_control(key="evaluation-map").set_value("tsne").run())
    finished(app)
    assert any("t-SNE: neighbours lie together" in alt for alt in alts(app))

    app.button(key="cell-look").click().run()
    without_exception(app)
    assert app.session_state["picture-class-digits"] == 4


def test_the_test_split_is_kept_for_the_end(app):
    without_exception(app.number_input(key="epochs").set_value(200).run())
    without_exception(app.button(key="start").click().run())
    deadline = time.monotonic() + 30
    while not any("kept for the end" in info.value for info in app.info):
        assert time.monotonic() < deadline
        without_exception(app.run())
    without_exception(app.button(key="stop").click().run())
