"""Regression in a real browser: from the gallery to answers drawn on pictures."""

import re

from playwright.sync_api import Page, expect

from tests.browser.app import no_exceptions, open_from_gallery, open_page, start_training, wait_until_idle


def test_a_network_that_measures_is_opened_trained_and_evaluated(page: Page) -> None:
    open_page(page, "/build")
    open_from_gallery(page, "Open Measures a shape")
    expect(page.get_by_text("Pointing shapes").first).to_be_visible()
    page.get_by_role("button", name="Train it").click()
    page.get_by_role("heading", name="Train it live").wait_for()
    wait_until_idle(page)
    start_training(page, 2)

    # Answers to many pictures, and one drawn on the watched picture, change while it trains.
    answers = page.locator(".st-key-live-answers-0").get_by_role("figure")
    expect(answers).to_have_attribute("aria-label", re.compile("Direction: mean error .* degrees"), timeout=60_000)
    watched = page.locator(".st-key-watched-picture").get_by_role("figure")
    expect(watched).to_have_attribute(
        "aria-label", re.compile("with the answer drawn on it: size .* pixels, direction")
    )
    before = [figure.get_attribute("aria-label") for figure in (answers, watched)]
    expect(page.get_by_text("Finished")).to_be_visible(timeout=120_000)
    wait_until_idle(page)
    for figure, earlier in zip((answers, watched), before, strict=True):
        expect(figure).not_to_have_attribute("aria-label", earlier or "")
    expect(page.get_by_text("Solid: its answer. Dashed: the truth.")).to_be_visible()

    page.get_by_role("tab", name="Evaluation").click()
    expect(page.get_by_text(re.compile("^R² of the size: "))).to_be_visible(timeout=60_000)
    expect(page.get_by_text(re.compile(r"^Mean error of the direction: [\d.]+ degrees$"))).to_be_visible()
    expect(page.locator(".st-key-worst").get_by_role("figure")).to_have_attribute(
        "aria-label", re.compile(r"^12 pictures .* Mean error: ")
    )

    # Its answer is drawn in Look inside too, where its numbers have their names.
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Look inside", exact=True).click()
    seen = page.locator(".st-key-seen").get_by_role("figure")
    expect(seen).to_have_attribute("aria-label", re.compile("with the answer drawn on it"), timeout=60_000)
    page.get_by_role("tab", name="Why this number?").click()
    wait_until_idle(page)
    expect(page.get_by_role("combobox", name="Why")).to_have_value(re.compile(r"^size \("))
    expect(page.get_by_text(re.compile("^The number for size is"))).to_be_visible()
    no_exceptions(page)
