"""Source that is pasted becomes the network, and Train is set as it says."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.app import no_exceptions, open_page, wait_until_idle
from tests.source_code.keras_sources import EXAMPLES
from tests.source_code.pytorch_sources import EXAMPLES as PYTORCH_EXAMPLES


def paste_and_build(page: Page, source: str) -> Locator:
    """Paste source into Build's box and build it; the box."""
    open_page(page, "/build")
    expect(page.get_by_text("1,898", exact=True)).to_be_visible()
    page.get_by_text("Paste code", exact=True).click()
    box = page.get_by_role("textbox", name="Source code")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("text => navigator.clipboard.writeText(text)", source)
    box.click()
    page.keyboard.press("Control+V")
    expect(box).to_have_value(source)
    page.get_by_role("button", name="Build it").click()
    wait_until_idle(page)
    return box


def test_the_classic_example_is_pasted_built_and_about_to_train(page: Page) -> None:
    source = EXAMPLES["the classic example, layer by layer"].source.replace("epochs=10", "epochs=6")
    box = paste_and_build(page, source)
    expect(page.get_by_text("1,626,442", exact=True)).to_be_visible()
    expect(page.get_by_text("Line 14: The pictures come from the data set")).to_be_visible()
    # The box closes, so that what was built is seen.
    expect(box).to_be_hidden()
    expect(page.get_by_role("figure").first).to_be_in_viewport()
    no_exceptions(page)

    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("1,898", exact=True)).to_be_visible()
    page.get_by_role("button", name="Redo").click()
    expect(page.get_by_text("1,626,442", exact=True)).to_be_visible()

    page.get_by_role("button", name="Train it").click()
    expect(page.get_by_role("heading", name="Train it live")).to_be_visible()
    wait_until_idle(page)
    expect(page.get_by_role("combobox", name="Optimiser")).to_have_value("Adam")
    expect(page.get_by_role("spinbutton", name="Epochs")).to_have_value("6")
    no_exceptions(page)


def test_pytorch_source_is_pasted_built_and_about_to_train(page: Page) -> None:
    source = PYTORCH_EXAMPLES["a small tutorial network for colour pictures"].source
    box = paste_and_build(page, source)
    expect(page.get_by_text("62,006", exact=True)).to_be_visible()
    expect(page.get_by_text("The code was read as PyTorch.")).to_be_visible()
    expect(page.get_by_text("is that of CIFAR10")).to_be_visible()
    expect(box).to_be_hidden()
    no_exceptions(page)
    page.get_by_role("button", name="Train it").click()
    expect(page.get_by_role("heading", name="Train it live")).to_be_visible()
    wait_until_idle(page)
    expect(page.get_by_role("combobox", name="Optimiser")).to_have_value("SGD with momentum")
    expect(page.get_by_role("spinbutton", name="Epochs")).to_have_value("2")
    no_exceptions(page)


@pytest.mark.parametrize(
    ("label", "name", "layer"),
    [
        (
            "As a Keras script",
            "tiny_digits_net_keras.py",
            "layers.Conv2D(8, (3, 3), ",
        ),
        ("As a PyTorch script", "tiny_digits_net_pytorch.py", "nn.Conv2d(1, 8, kernel_size=(3, 3)"),
    ],
)
def test_the_network_is_downloaded_as_a_script(page: Page, label: str, name: str, layer: str) -> None:
    open_page(page, "/build")
    page.get_by_role("button", name="Download").click()
    with page.expect_download() as download:
        page.get_by_role("button", name=label).click()
    assert download.value.suggested_filename == name
    script = download.value.path().read_text(encoding="utf-8")
    compile(script, name, "exec")
    assert layer in script
    no_exceptions(page)
