"""Pictures without a rule are learnt by heart: it is named, and each cure is a click, in a real browser."""

import numpy as np
from playwright.sync_api import Page, expect

from tests.browser.app import open_page, wait_until_idle
from tests.data.own import png, zipped

PATIENCE = 120_000


def noise() -> bytes:
    draws = np.random.default_rng(0)
    return zipped(
        {
            f"set/{name}/{number}.png": png(draws.integers(0, 255, (32, 32, 3)).astype(np.uint8))
            for name in ("cup", "pen")
            for number in range(40)
        }
    )


def test_it_is_named_and_cured_and_the_best_epoch_is_gone_back_to(page: Page) -> None:
    open_page(page, "/train")
    page.get_by_text("Your own pictures").click()
    page.get_by_text("A ZIP with a folder").wait_for()
    page.get_by_test_id("stFileUploader").first.locator("input[type=file]").set_input_files(
        {"name": "set.zip", "mimeType": "application/zip", "buffer": noise()}
    )
    use = page.get_by_role("button", name="Use these 80 pictures")
    expect(use).to_be_visible(timeout=PATIENCE)
    wait_until_idle(page)
    use.click()
    page.get_by_role("button", name="Fit the network: input 32 × 32 in colour, 2 outputs").last.click()
    wait_until_idle(page)
    epochs = page.get_by_role("spinbutton", name="Epochs")
    epochs.fill("120")
    epochs.press("Enter")
    wait_until_idle(page)
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text("Finished")).to_be_visible(timeout=PATIENCE)
    sentence = page.get_by_test_id("stAlert").filter(has_text="Overfitting since epoch")
    expect(sentence).to_contain_text("after epoch 120 it gets")

    page.get_by_role("tab", name="Health").click()
    # The one below the curves goes a moment later.
    expect(page.get_by_role("tabpanel", name="Health").get_by_text("Overfitting since epoch")).to_be_visible()
    expect(page.get_by_text("lower the learning rate")).to_have_count(0)
    page.get_by_role("button", name="Shift and rotate the training pictures").click()
    expect(page.get_by_text("The next run changes its training pictures at random.")).to_be_visible()
    page.get_by_role("button", name="Add Dropout 0.5").click()
    expect(page.get_by_text("The network in Build has Dropout.")).to_be_visible()
    page.get_by_role("button", name="Go back to epoch").click()
    expect(page.get_by_role("tab", name="Time machine")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("slider", name="Moment")).to_be_visible()
    wait_until_idle(page)
    expect(page.get_by_role("heading", name="Epoch")).to_be_visible()
