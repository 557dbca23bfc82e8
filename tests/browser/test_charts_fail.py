"""A chart that cannot be drawn says so, for as long as that is so, and no longer."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.app import collect_errors, new_context, open_page, wait_until_idle

CHART = ".st-key-volumes"
FAILURE = "This chart could not be drawn: reload the page."


def let_drawings_fail(page: Page, times: int) -> None:
    """The next `times` drawings fail after having left something behind; the later ones are Plotly's again."""
    page.evaluate(
        """(times) => {
          const draw = window.Plotly.react;
          window.failed = 0;
          window.Plotly.react = async (element, ...rest) => {
            if (window.failed >= times) return draw(element, ...rest);
            window.failed += 1;
            element.append('half a drawing');
            throw new Error('forced to fail');
          };
        }""",
        times,
    )


def set_filters(page: Page, count: int) -> None:
    filters = page.get_by_role("spinbutton", name="Filters")
    filters.fill(str(count))
    filters.press("Enter")
    wait_until_idle(page)
    page.locator(CHART).scroll_into_view_if_needed()
    wait_until_idle(page)


@pytest.fixture
def build(browser: Browser, app_url: str):
    """Build with an opened convolution, and what the console says; errors are expected here."""
    context = new_context(browser, 1280, 1400, base_url=app_url)
    page = context.new_page()
    errors = collect_errors(page)
    open_page(page, "/build")
    page.get_by_text("Conv2D 8, 3 × 3").click()
    wait_until_idle(page)
    yield page, errors
    context.close()


def test_a_failure_that_stays_is_told_and_logged_and_goes_with_the_next_drawing(build) -> None:
    page, errors = build
    let_drawings_fail(page, 2)
    set_filters(page, 12)
    told = page.locator(CHART).get_by_role("alert")
    expect(told).to_have_text(FAILURE)
    assert [("volumes" in error, "forced to fail" in error) for error in errors] == [(True, True)]

    set_filters(page, 16)
    expect(page.locator(f"{CHART} text").filter(has_text="8 × 8 × 16")).to_have_count(1)
    expect(told).to_have_count(0)
    expect(page.locator(CHART)).not_to_contain_text("half a drawing")
    expect(page.locator(CHART)).not_to_contain_text(FAILURE)
    assert len(errors) == 1


def test_a_first_failure_is_tried_again_in_silence(build) -> None:
    page, errors = build
    let_drawings_fail(page, 1)
    set_filters(page, 12)
    expect(page.locator(f"{CHART} text").filter(has_text="8 × 8 × 12")).to_have_count(1)
    expect(page.locator(CHART)).not_to_contain_text("half a drawing")
    expect(page.locator(CHART)).not_to_contain_text(FAILURE)
    assert page.evaluate("() => window.failed") == 1
    assert not errors
