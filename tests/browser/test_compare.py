"""Comparing runs in a real browser: the same run again with another optimizer."""

from playwright.sync_api import Page, expect

from tests.browser.app import open_page, train, wait_until_idle


def test_a_run_is_repeated_with_another_optimizer_and_both_are_drawn(page: Page):
    open_page(page, "/train")
    train(page, 1)
    page.get_by_role("link", name="Compare").click()
    wait_until_idle(page)
    page.get_by_text("Run it again with").click()
    page.wait_for_timeout(600)  # The expander grows for 0.5 s, and a menu that opens meanwhile closes again.
    page.get_by_role("combobox", name="Change").click()
    page.get_by_role("option", name="Optimiser").click()
    wait_until_idle(page)
    page.get_by_role("button", name="RMSprop").click()
    seeds = page.get_by_role("spinbutton", name="Seeds for each")
    seeds.fill("1")
    seeds.press("Enter")
    wait_until_idle(page)
    page.get_by_role("button", name="Start 1 run").click()
    expect(page.get_by_role("columnheader", name="B RMSprop")).to_be_visible(timeout=60_000)
    legend = page.locator(".st-key-compared-accuracy .legendtext")
    expect(legend).to_have_text(["A  Adam", "B  RMSprop"])
