"""Dense and softmax in a real browser: another class, a contribution under the mouse, the temperature."""

import re

from playwright.sync_api import Page, expect

from tests.browser.app import no_exceptions, open_page, wait_until_idle


def test_another_class_and_the_product_under_the_pointer(page: Page) -> None:
    open_page(page, "/dense_and_softmax")
    total = page.get_by_role("figure", name="The logit as a sum")
    before = total.get_attribute("aria-label")
    page.get_by_role("radio", name=re.compile(r"^8")).last.click()
    wait_until_idle(page)
    assert total.get_attribute("aria-label") != before
    maps = page.get_by_role("figure", name="16 maps of 2 × 2 contributions").locator(".nsewdrag").first
    box = maps.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 12, box["y"] + 30, steps=3)
    label = page.locator(".hoverlayer .hovertext").first
    expect(label).to_contain_text("map 1, row 1, column 1 (number 1)")
    numbers = [float(part) for part in re.findall(r"-?\d*\.?\d+", (label.text_content() or "").replace("−", "-"))]
    activation, weight, product = numbers[-3:]
    assert abs(activation * weight - product) < 0.01
    no_exceptions(page)


def test_the_temperature_is_moved_by_the_keyboard(page: Page) -> None:
    open_page(page, "/dense_and_softmax")
    page.get_by_role("tab", name="From logits to probabilities").click()
    wait_until_idle(page)
    answer = page.get_by_role("figure", name="The answer is")
    before = answer.get_attribute("aria-label")
    page.get_by_role("slider", name="Temperature").focus()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    wait_until_idle(page)
    expect(page.get_by_role("cell", name="z / 2").or_(page.get_by_role("columnheader", name="z / 2"))).to_be_visible()
    assert answer.get_attribute("aria-label") != before
    no_exceptions(page)
