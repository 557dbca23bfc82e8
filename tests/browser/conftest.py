"""Fixtures of the browser tests: the app, the browser, and a page that fails its test when anything goes wrong."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.app import (
    ROOT,
    RunningApp,
    collect_errors,
    find_chromium,
    launch_chromium,
    new_context,
    running_app,
)

_FAILED = pytest.StashKey[bool]()


# Package scope: Playwright's event loop must have ended before the tests of another folder run.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    executable = find_chromium()
    if executable is None:
        reason = "no Chromium or Chrome was found: install one (Debian: apt-get install chromium)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = launch_chromium(playwright, executable)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def app(browser: Browser) -> Iterator[RunningApp]:
    """A running app. Its log must hold no error when the last browser test is over."""
    with running_app() as app:
        yield app
        errors = app.error_lines()
        assert not errors, f"The server's log tells of errors: {errors}\n{app.log_text()[-6000:]}"


@pytest.fixture(scope="package")
def app_url(app: RunningApp) -> str:
    """The address of the running app."""
    return app.url


@pytest.fixture
def page(browser: Browser, app_url: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """An empty page of 1280 x 800 pixels; `page.goto("/train")` and `open_page(page, "/train")` go to the app.

    Any error in the browser's console and any exception box fails the test. Where a test fails, screenshots/failed
    shows what the page looked like.
    """
    context = new_context(browser, 1280, 800, base_url=app_url)
    page = context.new_page()
    errors = collect_errors(page)
    yield page
    try:
        if request.node.stash.get(_FAILED, False):
            page.screenshot(path=ROOT / "screenshots" / "failed" / f"{request.node.name}.png")
        else:
            assert page.get_by_test_id("stException").count() == 0, "The page shows an exception box"
    finally:
        context.close()
    assert not errors, f"The browser's console has errors: {errors}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this folder, so that `pytest -m "not browser"` leaves them out."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):  # type: ignore[no-untyped-def]
    report = yield
    if report.when == "call":
        item.stash[_FAILED] = report.failed
    return report
