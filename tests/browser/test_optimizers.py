"""The Optimisers page with a real mouse and keyboard: predict, play the race, change a learning rate."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.app import no_exceptions, open_page, wait_until_idle


def race(page: Page) -> Locator:
    return page.locator("[class*=st-key-race-]").first


def step_label(page: Page) -> Locator:
    # The slider's ticks are labels too; only this one says "step".
    return race(page).locator(".slider-label", has_text="step")


def shown_step(page: Page) -> int:
    return int((step_label(page).text_content() or "").removeprefix("step "))


def head_of(page: Page, index: int) -> tuple[float, float]:
    """Where the head of an optimizer is drawn: (x, y) in pixels of the page."""
    # The heads are drawn last, over everything.
    box = race(page).locator(".scatterlayer .trace").last.locator(".point").nth(index).bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_predict_then_play_the_race_and_scrub_it(page: Page) -> None:
    open_page(page, "/optimizers")
    assert shown_step(page) == 0
    start = head_of(page, 1)
    race(page).locator(".updatemenu-button", has_text="Play").click()
    # It plays in the browser, without the server.
    expect(step_label(page)).to_have_text(re.compile(r"step ([2-9]\d|1\d\d)"))
    race(page).locator(".updatemenu-button", has_text="Pause").click()
    stopped = shown_step(page)
    page.wait_for_timeout(500)
    assert shown_step(page) == stopped
    assert head_of(page, 1)[0] > start[0] + 10

    rail = race(page).locator(".slider-rail-touch-rect").bounding_box()
    assert rail is not None
    page.mouse.click(rail["x"] + rail["width"] - 12, rail["y"] + rail["height"] / 2)
    expect(step_label(page)).to_have_text("step 120")

    page.get_by_role("radio", name="Adam").first.click()
    wait_until_idle(page)
    expect(page.get_by_text(re.compile("Not quite:.*Momentum"))).to_be_visible()
    expect(page.get_by_text("arrives at step 66")).to_be_visible()
    no_exceptions(page)


def test_a_learning_rate_that_is_too_large_is_said_at_once(page: Page) -> None:
    open_page(page, "/optimizers")
    slider = page.get_by_role("slider", name="SGD").first
    expect(slider).to_have_attribute("aria-valuetext", "η = 0.5")
    slider.press("ArrowRight")
    wait_until_idle(page)
    expect(slider).to_have_attribute("aria-valuetext", "η = 1")
    expect(page.get_by_text(re.compile("flew off at step"))).to_be_visible()
    expect(page.get_by_role("button", name="Back to the first learning rates")).to_be_visible()


def test_the_keyboard_plays_and_scrubs_the_race(page: Page) -> None:
    open_page(page, "/optimizers")
    scrubber = race(page).get_by_role("slider", name="Step of the race")
    scrubber.press("End")
    expect(scrubber).to_have_attribute("aria-valuetext", "step 120")
    scrubber.press("ArrowLeft")
    expect(scrubber).to_have_attribute("aria-valuetext", "step 116")
    scrubber.press("Home")
    expect(scrubber).to_have_attribute("aria-valuetext", "step 0")
    race(page).get_by_role("button", name="Play").press("Enter")
    page.wait_for_function("() => document.activeElement.getAttribute('aria-label') === 'Play'")
    expect(scrubber).not_to_have_attribute("aria-valuetext", "step 0")
    race(page).get_by_role("button", name="Pause").press("Enter")


def test_three_dimensions_and_a_step_with_its_numbers(page: Page) -> None:
    open_page(page, "/optimizers")
    page.get_by_role("radio", name="3-D").click()
    wait_until_idle(page)
    expect(race(page).locator("canvas").first).to_be_visible()
    step = page.get_by_role("slider", name="Step t")
    table = page.get_by_test_id("stMarkdown").locator("table")
    before = table.inner_text()
    step.press("ArrowRight")
    wait_until_idle(page)
    expect(step).to_have_value("6")
    assert table.inner_text() != before
    no_exceptions(page)
