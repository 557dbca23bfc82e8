"""EfficientNet-Lite0 with a real mouse: a photo, its five likeliest classes, a block opened, its depthwise maps."""

import re

from playwright.sync_api import Page, expect

from tests.browser.app import open_page, wait_until_idle


def test_a_block_of_a_real_network_is_opened(page: Page):
    open_page(page, "/look_inside")
    page.get_by_text("EfficientNet-Lite0 (ImageNet)").click()
    expect(page.get_by_role("figure", name=re.compile("The answer is palace"))).to_be_visible(timeout=60_000)
    page.get_by_text("Flower (photo").click()
    answer = page.get_by_role("figure", name=re.compile("The answer is daisy"))
    expect(answer).to_be_visible(timeout=60_000)
    wait_until_idle(page)
    # The number that is explained became another one, but nobody asked to be led to it.
    expect(answer).to_be_in_viewport()
    page.get_by_text("MBConv block 3", exact=False).first.click()
    wait_until_idle(page)
    expect(page.get_by_text("MBConv block 3: expand, depthwise, project, add")).to_be_visible()
    page.get_by_text("Depthwise 3 × 3, 144 maps").click()
    expect(page.get_by_role("figure", name=re.compile("32 maps of 56 × 56"))).to_be_visible(timeout=60_000)
    expect(page.get_by_role("figure", name=re.compile("64 kernels of 3 × 3"))).to_be_visible()
    wait_until_idle(page)


def test_a_network_that_is_not_there_is_one_sentence(page: Page):
    open_page(page, "/look_inside")
    page.get_by_text("Another, by name").click()
    wait_until_idle(page)
    field = page.get_by_role("textbox", name="Another network, by name")
    field.fill("torchvision: no_such_network")
    page.get_by_role("button", name="Open", exact=False).last.click()
    # Whichever it is: the package may be there where this runs, or not.
    says = re.compile(
        r"torchvision is not installed\. .* run pip install torchvision"
        r"|There is no network “no_such_network” in torchvision"
        r"|torchvision is installed but does not start"
    )
    expect(page.get_by_role("alert").filter(has_text=says)).to_be_visible(timeout=60_000)
    expect(page.get_by_role("button", name="Try it again")).to_be_visible()
    # The other networks are one click away.
    page.get_by_text("Ready-made: digits", exact=True).click()
    expect(page.locator(".stage .what")).to_have_text(re.compile("^The answer is"), timeout=60_000)
    wait_until_idle(page)
