"""The page on pooling, with a real mouse."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.app import open_page, wait_until_idle
from tests.browser.sliding_window import number, numbers, place, point_at


def choose(page: Page, text: str) -> None:
    page.get_by_test_id("stMain").get_by_text(text, exact=True).first.click()
    wait_until_idle(page)


def results(page: Page) -> list[float]:
    return [number(text) for text in page.locator(".result strong").all_inner_texts()]


def test_the_winner_of_a_window_is_marked(page: Page) -> None:
    open_page(page, "/pooling")
    for row, column in ((3, 4), (8, 8), (14, 6)):
        point_at(page, "output", row, column, rows=16)
        assert place(page) == f"row {row}, column {column} of 16 × 16"
        window = numbers(page, 0)
        winner = number(page.locator(".arithmetic .winner").inner_text())
        assert len(window) == 4
        assert results(page) == pytest.approx([max(window)] * 2, abs=1e-3)
        assert winner == max(window)
    choose(page, "Average")
    point_at(page, "output", 8, 8, rows=16)
    assert page.locator(".arithmetic .winner").count() == 0
    assert results(page) == pytest.approx([sum(numbers(page, 0)) / 4] * 2, abs=1e-3)
    choose(page, "Global average")
    assert place(page) == "row 1, column 1 of 1 × 1"
    assert page.locator(".arithmetic .grid").count() == 0
    expect(page.locator(".result")).to_contain_text("/ 1024 numbers")
    told, torch = results(page)
    assert told == pytest.approx(torch, abs=1.01e-4)


def test_moving_the_picture_after_the_prediction(page: Page) -> None:
    open_page(page, "/pooling")
    choose(page, "max pooling")
    expect(page.get_by_text("Right.")).to_be_visible()
    bars = page.locator(".st-key-pooling-changes .bartext")
    expect(bars).to_have_count(4)
    before = bars.all_text_contents()
    assert all(re.fullmatch(r"[\d.]+ %", text) for text in before)
    page.get_by_role("slider", name="Move the picture by").press("ArrowRight")
    wait_until_idle(page)
    expect(page.get_by_text("moved back, the max-pooled map changes by 0 %")).to_be_visible()
    expect(bars.first).not_to_have_text(before[0])
