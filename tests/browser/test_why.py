"""Why this class? with a real mouse: the colours over the picture, their opacity, and long work that is cancelled."""

import re

from playwright.sync_api import Page, expect

from tests.browser.app import click_as_soon_as_it_is_there, no_exceptions, open_from_gallery, open_page, wait_until_idle


def test_the_overlay_follows_class_opacity_and_pointer(page: Page):
    open_page(page, "/look_inside")
    page.get_by_role("radio", name="Ready-made: digits").click()
    wait_until_idle(page)
    page.get_by_role("tab", name="Why this class?").click()
    panels = page.locator(".overlays figure")
    expect(panels).to_have_count(2, timeout=30_000)
    wait_until_idle(page)
    heat = panels.first.locator("img").nth(1)
    expect(heat).to_have_css("opacity", "0.6")
    first = heat.get_attribute("src")
    slider = page.get_by_role("slider", name="Opacity of the colours")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    page.mouse.click(box["x"] + box["width"] - 2, box["y"] + box["height"] / 2)
    expect(heat).to_have_css("opacity", "1")
    panels.first.scroll_into_view_if_needed()
    area = panels.first.locator(".layers").bounding_box()
    page.mouse.move(area["x"] + area["width"] * 0.31, area["y"] + area["height"] * 0.56)
    expect(page.locator(".overlays .readout")).to_have_text(
        re.compile(r"^A: row 5, column 3: about \S+ weighted activation$")
    )

    classes = page.get_by_role("combobox", name="Why")
    classes.scroll_into_view_if_needed()
    page.wait_for_timeout(300)  # A menu that opens while the page scrolls closes again.
    classes.click()
    page.get_by_role("option").nth(4).click()
    wait_until_idle(page)
    expect(heat).not_to_have_attribute("src", first)
    expect(heat).to_have_css("opacity", "1")
    page.get_by_role("radio", name="A", exact=True).click()
    expect(page.get_by_text("Spearman")).to_be_visible()
    expect(panels.first.locator("figcaption")).to_have_text(re.compile("^A: (the network|random weights)$"))
    no_exceptions(page)


def test_occlusion_of_a_photo_is_cancelled_and_started_again(page: Page):
    open_page(page, "/build")
    open_from_gallery(page, "Open Small VGG")
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Look inside").click()
    wait_until_idle(page)
    page.get_by_role("tab", name="Why this class?").click()
    wait_until_idle(page)
    click_as_soon_as_it_is_there(page, "Cancel")
    page.get_by_role("radio", name="Occlusion").click()
    page.get_by_role("button", name="Explain again").click()
    expect(page.locator(".overlays figure")).to_have_count(2, timeout=60_000)
    no_exceptions(page)
