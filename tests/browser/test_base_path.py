"""The app below a path of a server that has other things too."""

import re

from playwright.sync_api import Browser, expect

from tests.browser.app import collect_errors, new_context, open_page, running_app


def test_charts_and_components_work_below_a_path(browser: Browser) -> None:
    with running_app(base_path="/school/network") as app:
        context = new_context(browser, 1280, 1000)
        page = context.new_page()
        errors = collect_errors(page)
        open_page(page, f"{app.url}/convolution")
        expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible(timeout=20_000)
        expect(page.locator(".transport .place")).to_have_text(re.compile("^row "))
        context.close()
        assert not errors
