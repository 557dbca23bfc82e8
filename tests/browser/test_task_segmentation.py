"""A network learns the class of every pixel: from its card in the gallery to its evaluation."""

import re

from playwright.sync_api import Page, expect

from tests.browser.app import no_exceptions, open_on_train, wait_until_idle

EPOCH_MS = 300_000  # the most that an epoch takes, on a machine with much else to do


def test_masks_grow_while_it_learns_and_are_evaluated(page: Page) -> None:
    open_on_train(page, "Open Small U-Net for pixels")
    page.locator(".st-key-start button").click()
    watched = page.locator(".st-key-watched-picture").get_by_role("figure")
    masks = page.locator(".st-key-live-answers-0").get_by_role("figure")
    expect(
        page.get_by_text("Coloured: its answer. White outline: the truth. Striped: wrong pixels.").first
    ).to_be_visible(timeout=EPOCH_MS)
    for figure in (watched, masks):
        expect(figure).to_have_attribute("aria-label", re.compile("."))
        first = figure.get_attribute("aria-label") or ""
        expect(figure).not_to_have_attribute("aria-label", first, timeout=EPOCH_MS)
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.locator(".st-key-live-progress")).to_contain_text("Stopped")
    page.get_by_role("tab", name="Evaluation").click()
    expect(page.get_by_text("Mean IoU of the classes")).to_be_visible(timeout=EPOCH_MS)
    wait_until_idle(page)
    bars = page.locator(".st-key-evaluated-0").get_by_role("figure")
    expect(bars).to_have_attribute("aria-label", re.compile("IoU of each class over all test pictures: background"))
    expect(page.locator(".st-key-worst").get_by_role("figure")).to_be_visible()
    no_exceptions(page)
