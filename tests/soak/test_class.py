"""A small class for a short time; `python -m benchmarks.classroom` runs a large one and prints figures."""

import re
import time

import pytest

from tests.browser.app import RunningApp, running_app
from tests.soak.classroom import hold_lesson
from visualizer.training.runs.store import RunStore
from visualizer.ui.shell.closed_tabs import CHECK_INTERVAL

STUDENTS = 5
GONE_WITHIN = 60  # seconds
COME_BACK_WITHIN = 30  # seconds


@pytest.fixture(scope="module")
def app():
    with running_app(options=["--server.disconnectedSessionTTL", str(COME_BACK_WITHIN)]) as app:
        yield app
        assert app.error_lines() == []


def test_all_of_a_class_train_and_look_inside_and_none_trains_on_after_it_has_gone(app: RunningApp) -> None:
    lesson, leave = hold_lesson(app, STUDENTS, seconds=30, settle=12)
    assert lesson.answers.problems == [], app.log_text()[-8000:]
    assert len(lesson.trained) == STUDENTS
    assert min(lesson.trained) > 0
    answered = lesson.answers.seconds
    assert {"look_inside", "picture-number-digits", "live feed"} <= set(answered)

    store = RunStore(app.workspace)
    records = [store.record(record.run_id) for record in store.active_runs()]
    leave()
    deadline = time.monotonic() + GONE_WITHIN
    while any(record.state in ("queued", "running") for record in store.active_runs()):
        assert time.monotonic() < deadline
        time.sleep(0.5)
    # Nothing of what they trained is lost.
    for record in records:
        assert record is not None
        now = store.record(record.run_id)
        assert now is not None
        assert now.step >= record.step > 0


def test_nothing_is_held_for_tabs_that_are_closed_for_long(app: RunningApp) -> None:
    """Those of the test before."""
    deadline = time.monotonic() + COME_BACK_WITHIN + 3 * CHECK_INTERVAL
    while "left=0" not in app.log_text():
        assert time.monotonic() < deadline, app.log_text()[-2000:]
        time.sleep(0.5)
    forgotten = [int(count) for count in re.findall(r"tabs-forgotten count=(\d+)", app.log_text())]
    assert sum(forgotten) == STUDENTS
