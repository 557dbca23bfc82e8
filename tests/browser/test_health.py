"""The health of a run in a real browser: a network whose units died says so."""

import re

from playwright.sync_api import Page, expect

from tests.browser.app import open_page, wait_until_idle


def choose(page: Page, label: str, option: str) -> None:
    page.get_by_role("combobox", name=label).click()
    page.get_by_role("option", name=option).click()
    wait_until_idle(page)


def test_a_run_with_a_much_too_high_learning_rate_is_told_what_is_wrong(page: Page):
    open_page(page, "/train")
    choose(page, "Optimiser", "SGD with momentum")
    slider = page.get_by_role("slider", name="Learning rate")
    slider.focus()
    page.keyboard.press("End")
    wait_until_idle(page)
    page.get_by_role("button", name="One epoch").click()
    expect(page.get_by_text("Paused")).to_be_visible(timeout=60_000)
    page.get_by_role("tab", name="Health").click()
    finding = page.get_by_test_id("stAlert").filter(has_text="were silent")
    expect(finding.first).to_contain_text(
        re.compile(
            r"Layer \d \(Conv2D \d+, 3 × 3\): (at least )?\d+% of its \d+ units were silent: .* in .* pictures\)"
        )
    )
    expect(page.locator(".st-key-health-panels .legendtext").first).to_have_text("1 Conv2D 8, 3 × 3")
