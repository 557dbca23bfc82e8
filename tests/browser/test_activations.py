"""The dot on an activation function, dragged with a real mouse and moved with the keyboard."""

import math
import re

from playwright.sync_api import Page, expect

from tests.browser.app import no_exceptions, open_page, wait_until_idle

LEFT, RIGHT = 40, 12  # the component's margins beside the curves


def drag_to(page: Page, x: float, through: float) -> None:
    """Press on the dot, move it by way of `through` to `x`, and let go."""
    slider = page.get_by_role("slider", name="the input x of the dot")
    box = slider.bounding_box()
    dot = slider.locator("circle.at-value").bounding_box()
    assert box is not None
    assert dot is not None

    def across(value: float) -> float:
        return box["x"] + LEFT + (value + 6) / 12 * (box["width"] - LEFT - RIGHT)

    y = dot["y"] + dot["height"] / 2
    page.mouse.move(dot["x"] + dot["width"] / 2, y)
    page.mouse.down()
    page.mouse.move(across(through), y, steps=4)
    page.mouse.move(across(x), y + 20, steps=4)
    page.mouse.up()


def shown(page: Page, name: str) -> float:
    """The number at the end of a line of the readout."""
    text = page.locator(f".activation-dot dd.{name}").inner_text().replace("−", "-")
    return float(re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", text)[-1])


def test_the_dot_is_dragged_and_its_numbers_follow(page: Page) -> None:
    sent: list[object] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    open_page(page, "/activations")
    page.get_by_role("radio", name="sigmoid", exact=True).click()
    wait_until_idle(page)
    assert sent
    sent.clear()
    drag_to(page, -2.5, through=3)
    assert shown(page, "input") == -2.5
    value = 1 / (1 + math.exp(2.5))
    assert abs(shown(page, "value") - value) < 1e-4
    assert abs(shown(page, "slope") - value * (1 - value)) < 1e-4
    # Let go: the dot no longer follows the pointer.
    page.mouse.move(900, 400)
    assert shown(page, "input") == -2.5
    assert not sent, "dragging sends nothing to the server"


def test_the_dot_is_moved_by_keys_and_stays_for_another_function(page: Page) -> None:
    open_page(page, "/activations")
    slider = page.get_by_role("slider", name="the input x of the dot")
    slider.focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Shift+ArrowLeft")
    assert shown(page, "input") == 0.89
    expect(slider).to_have_attribute("aria-valuetext", "x = 0.89, f(x) = 0.89, derivative 1")
    page.keyboard.press("PageDown")
    assert shown(page, "input") == -0.11
    assert shown(page, "value") == 0
    page.keyboard.press("Home")
    assert shown(page, "input") == -6
    page.keyboard.press("End")
    page.get_by_role("radio", name="tanh").click()
    wait_until_idle(page)
    expect(slider).to_have_attribute("aria-label", re.compile("tanh"))
    assert shown(page, "input") == 6
    assert abs(shown(page, "value") - math.tanh(6)) < 1e-4


def test_a_click_on_the_curve_brings_the_dot_there(page: Page) -> None:
    open_page(page, "/activations")
    box = page.get_by_role("slider", name="the input x of the dot").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + LEFT + 0.25 * (box["width"] - LEFT - RIGHT), box["y"] + 200)
    assert shown(page, "input") == -3


def test_the_chain_and_the_dead_relus_open(page: Page) -> None:
    open_page(page, "/activations")
    page.get_by_role("tab", name="A deep chain").click()
    wait_until_idle(page)
    chart = page.get_by_role("figure", name="Norm of the gradient at each layer of the chain")
    expect(chart).to_be_visible()
    thumb = page.get_by_role("slider", name="Layers in the chain")
    thumb.focus()
    page.keyboard.press("ArrowRight")
    wait_until_idle(page)
    expect(page.get_by_role("figure", name="at layer 13")).to_be_visible()
    page.get_by_role("tab", name="Dead ReLUs").click()
    wait_until_idle(page)
    expect(page.get_by_role("figure", name="of 64 ReLUs dead")).to_be_visible()
    no_exceptions(page)
