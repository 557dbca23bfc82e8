"""Two app servers on one workspace folder, as behind a proxy: work from one is available on the other."""

import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tests.browser.app import running_app
from tests.soak.client import Tab
from visualizer.training.runs.records import RunRecord
from visualizer.training.runs.store import RunStore

PATIENCE = 60.0  # seconds


def wait(store: RunStore, condition: Callable[[RunRecord], bool]) -> RunRecord:
    """The one active run, once the condition holds."""
    until = time.monotonic() + PATIENCE
    while True:
        runs = store.active_runs()
        if runs and condition(runs[0]):
            return runs[0]
        assert time.monotonic() < until, runs
        time.sleep(0.1)


def test_a_run_is_watched_and_told_what_to_do_at_either_of_two_servers(tmp_path: Path) -> None:
    with running_app(workspace=tmp_path) as first, running_app(workspace=tmp_path) as second:
        store = RunStore(tmp_path)
        with closing(Tab(first.url)) as at_first:
            at_first.open()
            at_first.go_to("train")
            at_first.enter("epochs", 1000)
            at_first.press("start")
            wait(store, lambda run: run.step > 0)
            at_first.go_to("train")
            with closing(Tab(second.url, token=at_first.page.token)) as at_second:
                at_second.open()
                # To the app this is another browser, so it asks once.
                at_second.press("workspace-open")
                at_second.go_to("train")
                assert at_second.has("pause")
                at_second.press("pause")
                paused = wait(store, lambda run: run.state == "paused")
                at_second.go_to("train")
                at_second.press("start")
                wait(store, lambda run: run.step > paused.step)
        assert first.error_lines() == second.error_lines() == []
