"""A digit is drawn with a real mouse, a finger and the keyboard, and the answer follows the pen."""

import re

from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.app import collect_errors, new_context, no_exceptions, open_page, wait_until_idle

Points = list[tuple[float, float]]  # shares of the paper, right and down

THREE: Points = [(0.3, 0.15), (0.7, 0.15), (0.47, 0.42), (0.67, 0.55), (0.67, 0.75), (0.5, 0.86), (0.28, 0.78)]
ONE: Points = [(0.5, 0.12), (0.5, 0.5), (0.5, 0.88)]


def open_paper(page: Page) -> None:
    open_page(page, "/look_inside")
    page.get_by_text("Ready-made: digits").click()
    wait_until_idle(page)
    page.get_by_role("radio", name="Draw").click()
    expect(paper(page)).to_be_visible()
    wait_until_idle(page)


def paper(page: Page) -> Locator:
    return page.get_by_role("application", name="Paper to draw on")


def answer(page: Page) -> Locator:
    """The answer's chart, whose name is its text alternative."""
    return page.locator('.st-key-answer [role="figure"]')


def places(page: Page, points: Points) -> Points:
    box = paper(page).bounding_box()
    assert box is not None
    return [(box["x"] + right * box["width"], box["y"] + down * box["height"]) for right, down in points]


def press_down(page: Page, points: Points) -> None:
    """Put the mouse down on the first point and move it over the others; it stays down."""
    first, *others = places(page, points)
    page.mouse.move(*first)
    page.mouse.down()
    for place in others:
        page.mouse.move(*place, steps=8)


def says(page: Page, digit: str) -> None:
    expect(answer(page)).to_have_attribute("aria-label", re.compile(f"^The answer is {digit} with "))


def test_the_answer_follows_the_mouse_and_then_the_whole_page_does(page: Page) -> None:
    open_paper(page)
    maps = page.locator(".st-key-layer-0-maps .heatmaplayer image")
    expect(answer(page)).to_have_count(0)
    press_down(page, THREE)
    # The button is still held: only the answer is drawn.
    says(page, "3")
    expect(maps).to_have_count(0)
    page.mouse.up()
    expect(maps.first).to_be_visible()
    wait_until_idle(page)
    says(page, "3")

    page.get_by_role("button", name="Clear").click()
    expect(answer(page)).to_have_count(0)
    expect(page.get_by_text("Give it a picture")).to_be_visible()
    press_down(page, ONE)
    says(page, "1")
    page.mouse.up()
    # Beside a 0 it is no 1 any more, and without that stroke it is one again.
    press_down(page, [(0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9), (0.1, 0.1)])
    page.mouse.up()
    expect(answer(page)).to_have_attribute("aria-label", re.compile("^The answer is [^1] "))
    page.get_by_role("button", name="Undo").click()
    says(page, "1")
    wait_until_idle(page)

    # What was drawn is still there when the paper comes back.
    page.get_by_role("radio", name="Data set").click()
    wait_until_idle(page)
    expect(answer(page)).to_have_attribute("aria-label", re.compile("^The answer is 0 "))
    page.get_by_role("radio", name="Draw").click()
    wait_until_idle(page)
    says(page, "1")
    expect(page.get_by_role("button", name="Undo")).to_be_enabled()
    no_exceptions(page)


def test_the_keyboard_draws(page: Page) -> None:
    open_paper(page)
    paper(page).focus()
    for _ in range(12):
        page.keyboard.press("ArrowUp")
    expect(answer(page)).to_have_count(0)
    page.keyboard.press("Space")
    for _ in range(24):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    says(page, "1")
    expect(page.locator(".draw .live")).to_have_text("Pen lifted: 16 right, 28 down, of 32")
    wait_until_idle(page)
    # The page has drawn itself anew, and the pen is where it was.
    expect(paper(page)).to_be_focused()


def test_a_finger_draws_on_a_phone_and_the_page_stays(browser: Browser, app_url: str) -> None:
    context = new_context(browser, 390, 844, base_url=app_url)
    page = context.new_page()
    errors = collect_errors(page)
    open_paper(page)
    paper(page).scroll_into_view_if_needed()
    main = page.get_by_test_id("stMain")
    before = main.evaluate("element => element.scrollTop")
    finger = context.new_cdp_session(page)
    first, *others = places(page, THREE)
    touch = "Input.dispatchTouchEvent"
    finger.send(touch, {"type": "touchStart", "touchPoints": [{"x": first[0], "y": first[1]}]})
    for start, end in zip([first, *others], others, strict=False):
        for step in range(1, 9):
            x, y = (a + (b - a) * step / 8 for a, b in zip(start, end, strict=True))
            finger.send(touch, {"type": "touchMove", "touchPoints": [{"x": x, "y": y}]})
    # The finger is still down, and the answer is where the eye is.
    expect(page.get_by_text(re.compile(r"^It says 3 \(\d+\.\d%\)"))).to_be_in_viewport()
    finger.send(touch, {"type": "touchEnd", "touchPoints": []})
    says(page, "3")
    wait_until_idle(page)
    assert main.evaluate("element => element.scrollTop") == before
    assert main.evaluate("element => element.scrollWidth - element.clientWidth") <= 0
    no_exceptions(page)
    context.close()
    assert not errors
