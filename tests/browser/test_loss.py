"""The page on loss functions with a real mouse and keyboard."""

import re

from playwright.sync_api import Page, expect

from tests.browser.app import no_exceptions, open_page, wait_until_idle


def cross_entropy(page: Page) -> float:
    text = page.get_by_test_id("stMetric").first.inner_text()
    found = re.search(r"([\d.]+) nats", text)
    assert found is not None
    return float(found.group(1))


def test_predict_then_move_a_logit_with_the_mouse(page: Page) -> None:
    open_page(page, "/loss")
    own = cross_entropy(page)
    page.get_by_role("radio", name="almost nothing").click()
    wait_until_idle(page)
    expect(page.get_by_text("Right.")).to_be_visible()
    gradients = page.locator(".st-key-loss-gradients")
    expect(gradients.locator(".bartext").first).to_be_visible()
    before = gradients.locator(".bartext").all_text_contents()
    assert len(before) == 6

    handle = page.get_by_role("slider", name="Logit of").first.bounding_box()
    assert handle is not None
    page.mouse.move(handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2)
    page.mouse.down()
    page.mouse.move(handle["x"] + 75, handle["y"] + handle["height"] / 2, steps=5)
    page.mouse.up()
    wait_until_idle(page)
    # The right class's logit is larger now, so the loss is smaller.
    assert cross_entropy(page) < own - 1
    assert gradients.locator(".bartext").all_text_contents() != before
    page.get_by_role("button", name="Back to the network’s logits").click()
    wait_until_idle(page)
    assert cross_entropy(page) == own
    no_exceptions(page)


def test_gradient_steps_move_the_line(page: Page) -> None:
    open_page(page, "/loss")
    slope = page.get_by_role("slider", name="Slope a")
    first = slope.input_value()
    page.get_by_role("button", name="10 steps").click()
    wait_until_idle(page)
    expect(slope).not_to_have_value(first)
    chart = page.locator(".st-key-loss-line-map")
    expect(chart.get_by_text("gradient steps")).to_be_visible()
    slope.press("ArrowRight")
    wait_until_idle(page)
    expect(chart.get_by_text("gradient steps")).to_have_count(0)
    no_exceptions(page)
