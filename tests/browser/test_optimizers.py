"""The Optimisers page with a real mouse and keyboard: predict, play the race, change a learning rate."""

import io
import math
import re

from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.app import new_context, no_exceptions, open_page, wait_until_idle
from visualizer.concepts.optimizers import OPTIMIZERS
from visualizer.figures.optimizers import STYLES


def race(page: Page) -> Locator:
    return page.locator("[class*=st-key-race-]").first


def scrubber(page: Page) -> Locator:
    return race(page).get_by_role("slider", name="Step of the race")


def shown_step(page: Page) -> int:
    return int((scrubber(page).get_attribute("aria-valuetext") or "").removeprefix("step "))


def head_of(page: Page, index: int) -> tuple[float, float]:
    """Where the head of an optimizer is drawn: (x, y) in pixels of the page."""
    # The heads are drawn last, over everything.
    box = race(page).locator(".scatterlayer .trace").last.locator(".point").nth(index).bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def colours(page: Page) -> int:
    """How many colours a part of the map has where no path leads: the upper edge of the plot."""
    box = race(page).locator(".nsewdrag").bounding_box()
    assert box is not None
    strip = {"x": box["x"] + 0.5 * box["width"], "y": box["y"] + 4, "width": 20, "height": 0.3 * box["height"]}
    picture = Image.open(io.BytesIO(page.screenshot(clip=strip)))  # type: ignore[arg-type]
    return sum(count > 20 for count, _ in picture.convert("RGB").getcolors(1 << 20) or [])


def the_surface_is_there(page: Page) -> None:
    expect(race(page).locator(".contourlayer .contourfill path").first).to_be_attached()
    assert race(page).locator(".contourlayer .contour path").count() > 10
    assert colours(page) > 3


def play_to_the_end(page: Page) -> None:
    race(page).get_by_role("button", name="Play", exact=True).click()
    expect(race(page).get_by_role("button", name="Pause")).to_be_visible()
    expect(scrubber(page)).to_have_attribute("aria-valuetext", "step 120", timeout=30_000)
    expect(race(page).get_by_role("button", name="Play", exact=True)).to_be_visible()
    wait_until_idle(page)


def test_predict_then_play_the_race_and_scrub_it(page: Page) -> None:
    open_page(page, "/optimizers")
    assert shown_step(page) == 0
    start = head_of(page, 1)
    race(page).get_by_role("button", name="Play", exact=True).click()
    # It plays in the browser, without the server.
    expect(scrubber(page)).to_have_attribute("aria-valuetext", re.compile(r"step ([2-9]\d|1\d\d)"))
    the_surface_is_there(page)
    race(page).get_by_role("button", name="Pause").click()
    stopped = shown_step(page)
    page.wait_for_timeout(500)
    assert shown_step(page) == stopped
    assert head_of(page, 1)[0] > start[0] + 10
    the_surface_is_there(page)

    rail = scrubber(page).bounding_box()
    assert rail is not None
    page.mouse.click(rail["x"] + rail["width"] - 2, rail["y"] + rail["height"] / 2)
    expect(scrubber(page)).to_have_attribute("aria-valuetext", "step 120")

    page.get_by_role("radio", name="Adam").first.click()
    wait_until_idle(page)
    expect(page.get_by_text(re.compile("Not quite:.*Momentum"))).to_be_visible()
    expect(page.get_by_text("arrives at step 66")).to_be_visible()
    no_exceptions(page)


def test_the_surface_stays_whatever_is_played_paused_reset_or_coloured(page: Page) -> None:
    open_page(page, "/optimizers")
    the_surface_is_there(page)
    play_to_the_end(page)
    the_surface_is_there(page)
    # Again from the start, another theme on the way, and back to the start.
    race(page).get_by_role("button", name="Play", exact=True).click()
    page.emulate_media(color_scheme="dark")
    expect(scrubber(page)).to_have_attribute("aria-valuetext", "step 120", timeout=30_000)
    wait_until_idle(page)
    the_surface_is_there(page)
    page.emulate_media(color_scheme="light")
    wait_until_idle(page)
    assert shown_step(page) == 120  # what was shown is still shown
    the_surface_is_there(page)
    scrubber(page).press("Home")
    wait_until_idle(page)
    assert shown_step(page) == 0
    the_surface_is_there(page)
    # In three dimensions, and from there back.
    page.get_by_role("radio", name="3-D").click()
    wait_until_idle(page)
    play_to_the_end(page)
    drawn = "document.querySelector('[class*=st-key-race-] .js-plotly-plot')._fullLayout.scene._scene.traces"
    kinds = page.evaluate(f"() => Object.values({drawn}).map((trace) => trace.data.type)")
    assert kinds.count("surface") == 1
    page.get_by_role("radio", name="From above").click()
    wait_until_idle(page)
    the_surface_is_there(page)


def test_all_four_are_seen_before_they_start(page: Page) -> None:
    open_page(page, "/optimizers")
    heads = [head_of(page, index) for index in range(4)]
    gaps = [math.dist(one, other) for place, one in enumerate(heads) for other in heads[:place]]
    assert min(gaps) > 16  # pixels; a head is 14 wide
    expect(race(page).locator(".legendtext", has_text="start of all")).to_be_visible()


def test_marks_have_the_charts_colours(page: Page) -> None:
    open_page(page, "/optimizers")
    for name, (colour, _, _) in STYLES.items():
        mark = page.get_by_test_id("stMarkdown").filter(has_text=OPTIMIZERS[name].title).locator("span").first
        red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
        expect(mark).to_have_css("color", f"rgb({red}, {green}, {blue})")


def test_a_learning_rate_that_is_too_large_is_said_at_once(page: Page) -> None:
    open_page(page, "/optimizers")
    slider = page.get_by_role("slider", name="SGD").first
    expect(slider).to_have_attribute("aria-valuetext", "η = 0.5")
    slider.press("ArrowRight")
    wait_until_idle(page)
    expect(slider).to_have_attribute("aria-valuetext", "η = 1")
    expect(page.get_by_text(re.compile("diverged at step"))).to_be_visible()
    expect(page.get_by_role("button", name="Back to the first learning rates")).to_be_visible()


def test_the_keyboard_plays_and_scrubs_the_race(page: Page) -> None:
    open_page(page, "/optimizers")
    scrubber(page).press("End")
    expect(scrubber(page)).to_have_attribute("aria-valuetext", "step 120")
    scrubber(page).press("ArrowLeft")
    expect(scrubber(page)).to_have_attribute("aria-valuetext", "step 116")
    scrubber(page).press("Home")
    expect(scrubber(page)).to_have_attribute("aria-valuetext", "step 0")
    race(page).get_by_role("button", name="Play", exact=True).press("Enter")
    expect(scrubber(page)).not_to_have_attribute("aria-valuetext", "step 0")
    assert page.evaluate("() => document.activeElement.title") == "Pause"
    page.keyboard.press("Enter")
    expect(race(page).get_by_role("button", name="Play", exact=True)).to_be_visible()


def test_on_a_phone_the_controls_are_large_enough_for_a_finger(browser: Browser, app_url: str) -> None:
    context = new_context(browser, 390, 844, base_url=app_url)
    page = context.new_page()
    open_page(page, "/optimizers")
    for control in race(page).locator(".transport :is(button, input)").all():
        box = control.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44
    context.close()


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
