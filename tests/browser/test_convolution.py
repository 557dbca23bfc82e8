"""The page on convolution, with a real mouse and a real keyboard."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.app import collect_errors, new_context, open_page, wait_until_idle
from tests.browser.sliding_window import count_sent, field_of, numbers, place, point_at, sum_and_torch


def choose(page: Page, text: str) -> None:
    page.get_by_test_id("stMain").get_by_text(text, exact=True).click()
    wait_until_idle(page)


def assert_sum_is_torchs(page: Page) -> None:
    told, torch = sum_and_torch(page)
    assert told == pytest.approx(torch, abs=1.01e-4)


def test_pointing_at_a_pixel_explains_it_without_a_trip_to_the_server(page: Page) -> None:
    sent = count_sent(page)
    open_page(page, "/convolution")
    expect(page.locator(".result .torch")).to_be_visible()
    # What the page tells by itself after it is drawn, such as its width.
    page.wait_for_timeout(500)
    before = len(sent)
    seen = set()
    for row, column in ((1, 1), (7, 9), (30, 30), (12, 20)):
        point_at(page, "output", row, column, rows=30)
        assert place(page) == f"row {row}, column {column} of 30 × 30"
        window, kernel, products = (numbers(page, grid) for grid in range(3))
        assert products == pytest.approx([a * b for a, b in zip(window, kernel, strict=True)], abs=1e-3)
        told, torch = sum_and_torch(page)
        assert told == pytest.approx(sum(products), abs=1e-3)
        assert told == pytest.approx(torch, abs=1.01e-4)
        seen.add(told)
    assert len(seen) > 1
    point_at(page, "input", 5, 5, rows=32)
    assert len(sent) == before


def test_arrow_keys_play_step_and_scrub(page: Page) -> None:
    open_page(page, "/convolution")
    point_at(page, "output", 4, 4, rows=30)
    page.mouse.move(5, 5)
    field_of(page, "output").press("ArrowDown")
    field_of(page, "output").press("ArrowRight")
    assert place(page) == "row 5, column 5 of 30 × 30"
    assert_sum_is_torchs(page)
    expect(page.locator(".live")).to_contain_text("row 5, column 5")

    page.get_by_label("Position of the window").fill("62")
    assert place(page) == "row 3, column 3 of 30 × 30"
    page.get_by_role("button", name="One step on").click()
    assert place(page) == "row 3, column 4 of 30 × 30"
    page.get_by_role("button", name="One step back").click()
    assert place(page) == "row 3, column 3 of 30 × 30"
    page.get_by_label("Speed of play").select_option("80")
    page.get_by_role("button", name="Play").click()
    expect(page.locator(".transport .place")).to_have_text(re.compile("^row [4-9]"))
    page.get_by_role("button", name="Pause").click()
    paused = place(page)
    page.wait_for_timeout(200)
    assert place(page) == paused
    assert_sum_is_torchs(page)


def test_a_typed_kernel_is_used(page: Page) -> None:
    open_page(page, "/convolution")
    point_at(page, "output", 10, 10, rows=30)
    page.mouse.move(5, 5)
    weights = page.locator(".arithmetic .grid input")
    expect(weights).to_have_count(9)
    before, _ = sum_and_torch(page)
    weights.nth(4).fill("2,5")
    weights.nth(4).press("Enter")
    wait_until_idle(page)
    told, torch = sum_and_torch(page)
    assert told == torch == pytest.approx(before + 2.5 * numbers(page, 0)[4], abs=1e-4)
    assert numbers(page, 1) == [-1, 0, 1, -2, 2.5, 2, -1, 0, 1]
    weights.nth(4).fill("much")
    weights.nth(4).press("Enter")
    assert numbers(page, 1)[4] == 2.5
    page.get_by_role("button", name="Back to Sobel x").click()
    wait_until_idle(page)
    assert numbers(page, 1) == [-1, 0, 1, -2, 0, 2, -1, 0, 1]


def test_colour_filters_and_transposed(page: Page) -> None:
    open_page(page, "/convolution")
    choose(page, "3, colour")
    point_at(page, "output", 9, 9, rows=30)
    assert page.locator(".arithmetic .grid").count() == 9
    assert_sum_is_torchs(page)

    choose(page, "Several filters")
    assert page.locator("figure.output .plane").count() == 4
    point_at(page, "output", 20, 15, rows=30, plane=3)
    assert place(page) == "row 20, column 15 of 30 × 30"
    # The fourth filter is the mean.
    assert numbers(page, 1) == pytest.approx([0.111] * 9)
    assert_sum_is_torchs(page)

    choose(page, "Transposed")
    point_at(page, "output", 12, 12, rows=33)
    assert place(page) == "row 12, column 12 of 33 × 33"
    assert_sum_is_torchs(page)


def test_drawing_with_the_mouse_changes_the_output(page: Page) -> None:
    open_page(page, "/convolution")
    page.get_by_test_id("stSelectbox").filter(has_text="Picture").click()
    page.get_by_role("option", name="Draw it yourself").click()
    wait_until_idle(page)
    page.get_by_role("button", name="Clear the drawing").click()
    wait_until_idle(page)
    point_at(page, "output", 8, 8, rows=14)
    assert sum_and_torch(page) == (0, 0)
    point_at(page, "input", 3, 10, rows=16)
    page.mouse.down()
    point_at(page, "input", 13, 10, rows=16)
    page.mouse.up()
    wait_until_idle(page)
    point_at(page, "output", 8, 8, rows=14)
    # The window's right column is the line: 1 + 2 + 1 of Sobel x.
    assert sum_and_torch(page) == (4, 4)
    assert numbers(page, 0) == [0, 0, 1] * 3


def test_a_finger_on_a_phone(browser: Browser, app_url: str) -> None:
    context = new_context(browser, 390, 844, base_url=app_url)
    page = context.new_page()
    errors = collect_errors(page)
    open_page(page, "/convolution")
    field = field_of(page, "output")
    field.scroll_into_view_if_needed()
    box = field.bounding_box()
    assert box is not None
    cell = box["height"] / 30
    assert cell >= 7
    page.touchscreen.tap(box["x"] + 4.5 * cell, box["y"] + 9.5 * cell)
    assert place(page) == "row 10, column 5 of 30 × 30"
    assert_sum_is_torchs(page)
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollWidth - main.clientWidth") <= 0
    context.close()
    assert not errors
