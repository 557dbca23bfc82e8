"""GAN and diffusion in a real browser: samples of the same noise develop."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.app import no_exceptions, open_on_train, start_training, wait_until_idle


def pixels_of(page: Page, key: str) -> str:
    """The picture that a chart draws, as its data address."""
    chart = page.locator(f".st-key-{key}")
    chart.scroll_into_view_if_needed()  # what is out of sight is not drawn anew
    wait_until_idle(page)
    expect(chart.locator("[data-drawing]")).to_have_count(0)
    source = chart.locator("image").first.get_attribute("href")
    assert source
    return source


@pytest.mark.parametrize(
    ("name", "measure"),
    [
        ("Makes digits of noise", "Variety of the samples, compared with real pictures: "),
        ("Removes noise from digits", "Mean error of a pixel without its noise: "),
    ],
)
def test_samples_develop_and_are_evaluated(page: Page, name: str, measure: str) -> None:
    open_on_train(page, f"Open {name}")
    start_training(page, 25 if name == "Makes digits of noise" else 6)  # so that a look during it is possible
    samples = page.locator(".st-key-live-answers-0").get_by_role("figure")
    expect(samples).to_have_attribute("aria-label", re.compile("pictures of 8 × 8 pixels"), timeout=60_000)
    before = pixels_of(page, "live-answers-0")
    expect(page.get_by_text("Finished")).to_be_visible(timeout=120_000)
    wait_until_idle(page)
    assert pixels_of(page, "live-answers-0") != before
    expect(page.get_by_text("What the network makes of noise", exact=False)).to_be_visible()
    if name == "Removes noise from digits":
        # Halfway, the samples are still partly noise.
        after = pixels_of(page, "live-answers-0")
        slider = page.get_by_role("slider", name="Steps done").first
        slider.focus()
        for _ in range(10):
            page.keyboard.press("ArrowLeft")
        wait_until_idle(page)
        assert pixels_of(page, "live-answers-0") not in (before, after)

    page.get_by_role("tab", name="Evaluation").click()
    expect(page.get_by_text(re.compile(f"^{measure}"))).to_be_visible(timeout=60_000)
    expect(page.locator(".st-key-some-0").get_by_role("figure")).to_be_visible()
    expect(page.get_by_text("Where it errs most")).not_to_be_visible()

    page.get_by_role("tab", name="Time machine").click()
    expect(page.locator(".st-key-moment-answers-0").get_by_role("figure")).to_be_visible(timeout=60_000)
    no_exceptions(page)
