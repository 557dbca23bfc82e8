"""Detection in the browser: from the gallery to boxes that a slider chooses from."""

import re

from playwright.sync_api import Page, expect

from tests.browser.app import no_exceptions, open_on_train, start_training, wait_until_idle


def test_boxes_appear_while_it_trains_and_the_threshold_chooses_among_them(page: Page) -> None:
    open_on_train(page, "Open Detects shapes")
    start_training(page, 2)
    boxes = page.locator(".st-key-live-answers-0")
    expect(boxes).to_be_visible(timeout=60_000)
    drawn = boxes.locator("image").first
    untrained = drawn.get_attribute("href")
    expect(drawn).not_to_have_attribute("href", re.compile(re.escape(untrained or "")), timeout=120_000)
    expect(page.get_by_text("Finished")).to_be_visible(timeout=180_000)
    wait_until_idle(page)
    expect(page.get_by_text("F1 at IoU 0.5").first).to_be_visible()

    few = drawn.get_attribute("href")
    threshold = page.locator(".st-key-live-view-threshold").get_by_role("slider")
    threshold.focus()
    for _ in range(4):
        threshold.press("ArrowLeft")
    wait_until_idle(page)
    expect(drawn).not_to_have_attribute("href", few or "")
    with_suppression = drawn.get_attribute("href")
    page.locator(".st-key-live-view-suppress").get_by_text("Non-maximum suppression").click()
    wait_until_idle(page)
    expect(drawn).not_to_have_attribute("href", with_suppression or "")

    page.get_by_role("tab", name="Evaluation").click()
    expect(page.get_by_text("mAP at IoU 0.5")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("Precision and recall", exact=True)).to_be_visible()
    expect(page.locator(".st-key-worst")).to_be_visible()
    no_exceptions(page)
