"""Nothing is lost: by no reload, in no other browser, and not where the server is killed in the middle of an epoch."""

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Browser, Page, expect

from tests.browser.app import (
    RunningApp,
    new_context,
    no_exceptions,
    open_from_gallery,
    open_page,
    running_app,
    wait_until_idle,
)
from visualizer.training.runs.records import RunRecord
from visualizer.training.runs.store import RunStore

PATIENCE = 60_000


def token(page: Page) -> str | None:
    return parse_qs(urlsplit(page.url).query).get("w", [None])[0]


def go_to(page: Page, name: str, heading: str) -> None:
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("heading", name=heading)).to_be_visible()
    wait_until_idle(page)


def start_long_run(page: Page) -> None:
    page.get_by_role("spinbutton", name="Epochs", exact=True).fill("900")
    page.get_by_role("spinbutton", name="Epochs", exact=True).press("Enter")
    wait_until_idle(page)
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text(re.compile(r"step [1-9][\d,]* of"))).to_be_visible(timeout=PATIENCE)


def shown_step(page: Page) -> int:
    text = page.get_by_text(re.compile(r"step [\d,]+ of")).first.inner_text()
    found = re.search(r"step ([\d,]+) of", text)
    assert found
    return int(found[1].replace(",", ""))


def test_a_reload_keeps_the_network_and_the_run(page: Page) -> None:
    open_page(page, "/build")
    assert token(page) is None
    open_from_gallery(page, "Open LeNet-5 for Handwritten digits")
    wait_until_idle(page)
    mine = token(page)
    assert mine is not None
    parameters = page.get_by_test_id("stMetric").first.inner_text()
    go_to(page, "Train", "Train it live")
    assert token(page) == mine
    # One press goes back one page.
    page.go_back()
    expect(page.get_by_role("heading", name="Build a network")).to_be_visible()
    assert token(page) == mine
    go_to(page, "Train", "Train it live")
    start_long_run(page)

    page.reload()
    wait_until_idle(page)
    assert token(page) == mine
    step = shown_step(page)
    # The curve goes on, with the page in the browser and without a click.
    while shown_step(page) <= step:
        page.wait_for_timeout(200)
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("Stopped")).to_be_visible(timeout=PATIENCE)
    go_to(page, "Build", "Build a network")
    assert page.get_by_test_id("stMetric").first.inner_text() == parameters
    page.get_by_role("button", name="Undo").click()
    wait_until_idle(page)
    assert page.get_by_test_id("stMetric").first.inner_text() != parameters


def test_the_address_is_copied_and_opens_the_work_elsewhere(page: Page, browser: Browser) -> None:
    open_page(page, "/build")
    open_from_gallery(page, "Open LeNet-5 for Handwritten digits")
    parameters = page.get_by_test_id("stMetric").first.inner_text()
    wait_until_idle(page)
    page.get_by_role("button", name="Get a link to my work").click()
    field = page.get_by_role("textbox", name="Your link")
    expect(field).to_be_visible()
    page.get_by_role("button", name="Copy my link").click()
    expect(page.get_by_role("status").get_by_text("Copied.")).to_be_visible()
    address = field.input_value()
    assert parse_qs(urlsplit(address).query) == {"w": [token(page)]}

    context = new_context(browser, 390, 844)
    other = context.new_page()
    open_page(other, address)
    # On one's own phone that is one click, once.
    expect(other.get_by_role("heading", name="A workspace from another browser")).to_be_visible()
    other.get_by_role("button", name="Open it here").click()
    wait_until_idle(other)
    assert other.get_by_test_id("stMetric").first.inner_text() == parameters
    assert token(other) == token(page)
    other.reload()
    wait_until_idle(other)
    assert other.get_by_test_id("stMetric").first.inner_text() == parameters
    # And in another tab.
    again = context.new_page()
    open_page(again, address)
    expect(again.get_by_test_id("stMetric").first).to_be_visible()
    no_exceptions(other)
    context.close()


def test_somebody_elses_workspace_can_be_left_alone(page: Page, browser: Browser) -> None:
    open_page(page, "/build")
    open_from_gallery(page, "Open LeNet-5 for Handwritten digits")
    context = new_context(browser, 1280, 800)
    other = context.new_page()
    open_page(other, page.url)
    expect(other.get_by_text("Network: LeNet-5 (8 layers)")).to_be_visible()
    other.get_by_role("button", name="Keep mine").click()
    wait_until_idle(other)
    expect(other.get_by_role("heading", name="Build a network")).to_be_visible()
    assert token(other) is None
    open_from_gallery(other, "Open Small VGG")
    assert token(other) not in (None, token(page))
    no_exceptions(other)
    context.close()


def test_the_token_is_sent_with_no_request_but_that_for_the_page_itself(page: Page) -> None:
    """A proxy logs where a request came from; and whatever is loaded, nobody else learns the address."""
    open_page(page, "/build")
    open_from_gallery(page, "Open LeNet-5 for Handwritten digits")
    mine = token(page)
    assert mine is not None
    asked: list[tuple[str, str]] = []
    page.on("request", lambda request: asked.append((request.url, request.all_headers().get("referer", ""))))
    page.reload()
    wait_until_idle(page)
    go_to(page, "Train", "Train it live")
    page.get_by_role("button", name="One step").click()
    expect(page.get_by_text(re.compile(r"step 1 of"))).to_be_visible(timeout=PATIENCE)
    assert len(asked) > 5
    assert [url for url, referer in asked if mine in url] == [page.url.replace("/train", "/build")]
    assert {referer for _, referer in asked} == {""}
    assert mine not in page.title()
    assert mine not in page.evaluate("JSON.stringify([history.state, document.cookie, {...localStorage}])")


def test_an_unknown_address_says_so(page: Page) -> None:
    open_page(page, "/build?w=AAAAAAAAAAAAAAAAAAAAAA")
    expect(page.get_by_text("There is no saved work at this address")).to_be_visible()
    expect(page.get_by_text("1,898")).to_be_visible()
    assert token(page) is None


def test_a_server_that_is_killed_in_an_epoch_loses_nothing_but_that(browser: Browser, tmp_path: Path) -> None:
    with running_app(workspace=tmp_path) as app:
        context = new_context(browser, 1280, 800, base_url=app.url)
        page = context.new_page()
        open_page(page, "/train")
        start_long_run(page)
        mine = token(page)
        wait_for_checkpoint(page, app)
        context.close()
        app.process.kill()
    store = RunStore(tmp_path)
    before = only_run(store)
    with running_app(workspace=tmp_path) as app:
        context = new_context(browser, 1280, 800, base_url=app.url)
        page = context.new_page()
        open_page(page, f"/train?w={mine}")
        page.get_by_role("button", name="Open it here").click()
        wait_until_idle(page)
        expect(page.get_by_text("The server ended while this run was going on.")).to_be_visible()
        expect(page.get_by_text("Interrupted")).to_be_visible()
        found = only_run(store)
        assert found.checkpoint_epoch is not None
        page.get_by_role("button", name=f"Continue from epoch {found.checkpoint_epoch + 1}").click()
        expect(page.get_by_role("button", name="Pause")).to_be_visible(timeout=PATIENCE)
        while only_run(store).step <= before.step:
            page.wait_for_timeout(200)
        page.get_by_role("button", name="Stop", exact=True).click()
        expect(page.get_by_text("Stopped")).to_be_visible(timeout=PATIENCE)
        # Every batch is there once.
        history, record = store.curves(found.run_id), only_run(store)
        assert history.epoch.tolist() == list(range(record.epoch + 1))
        assert history.step[-1] == record.step
        no_exceptions(page)
        context.close()
        assert not app.error_lines()


def wait_for_checkpoint(page: Page, app: RunningApp) -> None:
    store = RunStore(app.workspace)
    while (only_run(store).checkpoint_step or 0) == 0 or only_run(store).step <= (only_run(store).checkpoint_step or 0):
        page.wait_for_timeout(100)


def only_run(store: RunStore) -> RunRecord:
    with store._connect() as connection:
        (row,) = connection.execute("SELECT run_id FROM runs").fetchall()
    record = store.record(row["run_id"])
    assert record is not None
    return record
