"""A run whose tab was closed."""

import re
import time

from playwright.sync_api import Browser, expect

from tests.browser.app import RunningApp, new_context, open_page, wait_until_idle
from visualizer.training.runs.records import RunRecord
from visualizer.training.runs.store import RunStore

SECONDS = 60


def test_a_run_stops_within_a_minute_after_its_tab_was_closed(browser: Browser, app: RunningApp) -> None:
    context = new_context(browser, 1280, 800, base_url=app.url)
    page = context.new_page()
    open_page(page, "/train")
    page.get_by_role("spinbutton", name="Epochs").fill("200")
    page.get_by_role("spinbutton", name="Epochs").press("Enter")
    # Small batches, so that the run cannot be over before the tab is missed.
    page.get_by_role("combobox", name="Batch size").click()
    page.get_by_role("option", name="2", exact=True).click()
    wait_until_idle(page)
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text(re.compile(r"step [1-9][\d,]* of"))).to_be_visible(timeout=60_000)
    store = RunStore(app.workspace)
    running = [record for record in store.active_runs() if record.spec.settings.epochs == 200]
    assert len(running) == 1
    context.close()
    closed = time.monotonic()
    while state(store, running[0]).active and time.monotonic() < closed + SECONDS:
        time.sleep(1)
    record = state(store, running[0])
    # Not lost: it can go on from there.
    assert record.state == "interrupted"
    assert "closed" in record.message
    assert record.checkpoint_step == record.step


def state(store: RunStore, run: RunRecord) -> RunRecord:
    record = store.record(run.run_id)
    assert record is not None
    return record
