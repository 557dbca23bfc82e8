"""Long work in a thread: its progress, its result, its errors, and that it can be cancelled."""

import threading
from types import SimpleNamespace

from streamlit.testing.v1 import AppTest

from visualizer.errors import UserError
from visualizer.ui.kit.job import WAITING, Job, Progress
from visualizer.ui.state import tabs, work


def counting(until: int):
    for count in range(until):
        yield Progress(count / until, f"step {count}")
    return until


def test_a_job_returns_its_result():
    job = Job("inputs", lambda: counting(3))
    job.join()
    assert (job.ended, job.result, job.error) == (True, 3, None)
    assert job.progress == Progress(2 / 3, "step 2")


def test_a_cancelled_job_stops_at_its_next_step():
    at_first, go_on = threading.Event(), threading.Event()
    steps = []

    def endless():
        while True:
            steps.append(len(steps))
            at_first.set()
            go_on.wait(10)
            yield Progress(0.5, "on and on")

    job = Job("inputs", endless)
    assert at_first.wait(10)
    job.cancel()
    go_on.set()
    job.join()
    assert (job.result, steps) == (None, [0])


def test_a_job_that_nobody_wants_any_more_stops_at_its_next_step():
    wanted = [True, True, True, False]
    job = Job("inputs", lambda: counting(100), is_wanted=lambda: wanted.pop(0))
    job.join()
    assert job.cancelled.is_set()
    assert (job.result, job.error, wanted) == (None, None, [])
    assert job.progress.text == "step 2"


def test_a_closed_tabs_work_is_given_up_after_a_while_and_not_before(monkeypatch):
    now, active = [100.0], {"tab"}
    instance = SimpleNamespace(is_active_session=active.__contains__)
    runtime = SimpleNamespace(exists=lambda: True, instance=lambda: instance)
    monkeypatch.setattr(tabs, "Runtime", runtime)
    monkeypatch.setattr(work, "monotonic", lambda: now[0])
    monkeypatch.setattr(work, "get_script_run_ctx", lambda: SimpleNamespace(session_id="tab"))
    is_open = work._while_open()
    assert is_open()
    active.clear()
    assert is_open()
    now[0] += work.GRACE_SECONDS - 1
    assert is_open()
    active.add("tab")  # it was only a bad connection
    assert is_open()
    active.clear()
    assert is_open()
    now[0] += work.GRACE_SECONDS + 1
    assert not is_open()


def test_a_job_that_waits_can_be_cancelled():
    entered, go_on = threading.Event(), threading.Event()

    def holding():
        entered.set()
        go_on.wait(10)
        yield Progress(0.5, "")

    first = Job("first", holding)
    assert entered.wait(10)
    second = Job("second", lambda: counting(3))
    second.cancel()
    second.join()
    go_on.set()
    first.join()
    assert second.result is None


def test_work_that_only_waits_keeps_nobody_waiting():
    go_on = threading.Event()

    def fetching():
        go_on.wait(10)
        yield Progress(0.5, "")

    waiting = Job("fetch", fetching, executor=WAITING)
    computing = Job("count", lambda: counting(3))
    computing.join()
    assert (computing.result, waiting.ended) == (3, False)
    go_on.set()
    waiting.join()


def test_what_a_person_can_fix_is_told_as_it_is():
    def refusing():
        yield Progress(0, "")
        raise UserError("It does not work.", "It is broken.", "Fix it.")

    job = Job("inputs", refusing)
    job.join()
    assert job.error == "It does not work. It is broken. Fix it."


def test_any_other_error_is_one_sentence_and_frees_the_place(caplog):
    def broken():
        yield Progress(0, "")
        raise ZeroDivisionError("secret")

    job = Job("inputs", broken)
    job.join()
    assert job.error is not None
    assert "secret" not in job.error
    assert "secret" in caplog.text
    following = Job("inputs", lambda: counting(1))
    following.join()
    assert following.result == 1


def script() -> None:
    import threading

    import streamlit as st

    from visualizer.ui.kit.job import Progress
    from visualizer.ui.state.session import session
    from visualizer.ui.state.work import work

    gate = st.session_state.setdefault("gate", threading.Event())
    number = st.session_state.get("number", 1)

    def steps():
        yield Progress(0.5, f"halfway to {number}")
        gate.wait(10)
        return number

    st.write("result", work("count", number, steps, button="Count"))
    st.session_state["job"] = session().jobs.get("count")


def result(app: AppTest) -> str:
    return next(element.value for element in app.markdown if element.value.startswith("result"))


def test_a_button_starts_it_and_the_result_stays_until_the_inputs_change():
    app = AppTest.from_function(script).run()
    assert result(app) == "result `None`"
    app.button(key="count-start").click().run()
    assert app.button(key="count-cancel")
    app.session_state["gate"].set()
    app.session_state["job"].join()
    app.run()
    assert result(app) == "result `1`"
    app.session_state["number"] = 2
    app.run()
    assert result(app) == "result `None`"
    assert app.button(key="count-start")


def test_cancel_gives_the_button_back():
    app = AppTest.from_function(script).run()
    app.button(key="count-start").click().run()
    job = app.session_state["job"]
    app.button(key="count-cancel").click().run()
    app.session_state["gate"].set()
    job.join()
    app.run()
    assert result(app) == "result `None`"
    assert app.button(key="count-start")


def starting_from_much() -> None:
    import gc

    import streamlit as st

    from visualizer.ui.kit.job import Progress
    from visualizer.ui.state.work import work

    class Much:
        def steps(self):
            yield Progress(0.5, "")

    gc.collect()
    st.write("left", sum(type(one).__name__ == "Much" for one in gc.get_objects()))
    work("count", 1, Much().steps, button="Count")


def test_what_it_starts_from_is_let_go():
    app = AppTest.from_function(starting_from_much).run()
    app.run()
    assert app.markdown[0].value == "left `0`"
    app.button(key="count-start").click().run()
    app.session_state["visualizer"].jobs["count"].join()
    app.run()
    assert app.markdown[0].value == "left `0`"
