"""The report of a run, downloaded and opened from the disk without any network."""

import re
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.app import collect_errors, new_context, open_page, train


def downloaded(page: Page, folder: Path) -> Path:
    """Train for two epochs, make the report and download it."""
    open_page(page, "/train")
    train(page, 2)
    page.get_by_text("Report of this run").click()
    page.get_by_role("button", name="Make the report").click()
    button = page.get_by_role("button", name="Download the report")
    expect(button).to_be_visible(timeout=60_000)
    with page.expect_download() as download:
        button.click()
    assert download.value.suggested_filename == "report-tiny-digits-net.html"
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def test_the_report_opens_without_the_app_and_without_a_network(page: Page, browser: Browser, tmp_path: Path) -> None:
    path = downloaded(page, tmp_path)
    for width, height in ((1280, 800), (390, 844)):
        context = new_context(browser, width, height)
        context.set_offline(True)
        report = context.new_page()
        errors = collect_errors(report)
        asked: list[str] = []
        report.on("request", lambda request, asked=asked: asked.append(request.url))
        report.goto(path.as_uri())
        expect(report.get_by_role("heading", level=1)).to_have_text("Tiny digits net")
        loss = report.get_by_role("img", name=re.compile(r"^Loss of 80 batches, from .* After epoch 2 it is "))
        expect(loss).to_be_visible()
        box = loss.bounding_box()
        assert box is not None
        assert box["width"] > 300
        # The curve is there: from the left axis to the right end, in its colour.
        curve = loss.locator("path.line.validation").last
        drawn = curve.bounding_box()
        assert drawn is not None
        assert drawn["width"] > 0.7 * box["width"]
        assert curve.evaluate("path => getComputedStyle(path).stroke") == "rgb(213, 94, 0)"
        letters = loss.locator("text").first.bounding_box()
        assert letters is not None
        assert letters["height"] > 12
        filters = report.get_by_role("img", name=re.compile(r"^Filter \d: "))
        expect(filters).to_have_count(8)
        assert filters.first.evaluate("image => image.naturalWidth") == 3
        expect(report.get_by_role("table").last.get_by_role("row")).to_have_count(11)
        assert report.evaluate("document.documentElement.scrollWidth") <= width
        assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
        assert not errors
        context.close()
