"""What a component of ours shows is saved as SVG and PNG, as charts are: whole, in its colours, and of its size."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.app import collect_errors, new_context, open_page, wait_until_idle

SVG = "{http://www.w3.org/2000/svg}"
# The component's root, the page and the part of it where it is, and the drawing or picture in it that must be there.
FIGURES = {
    "silhouette": ("/build", "", "svg"),
    "overlays": ("/look_inside", "Why this class?", ".layers"),
    "receptive-field": ("/receptive_field", "", ".map svg"),
    "latent-map": ("/generation", "", ".map svg"),
    "sliding-window": ("/convolution", "", ".output canvas"),
    "activation-dot": ("/activations", "", "svg.control"),
    "box-pair": ("/detection", "", "svg.marked"),
    "cell-grid": ("/detection", "Grid cells", "svg.marked"),
    "box-steps": ("/detection", "Non-maximum suppression", "svg.marked"),
    "pixel-scores": ("/segmentation", "", "svg.marked"),
    "pixel-way": ("/generation", "Diffusion", ".panels"),
    "drawn-codes": ("/generation", "Reparameterisation", "svg.control"),
    "bar-row": ("/generation", "GAN", "svg.control"),
}


def figure(page: Page, name: str) -> Locator:
    """Open the page of a component."""
    path, tab, _ = FIGURES[name]
    open_page(page, path)
    if path == "/look_inside":
        page.get_by_role("radio", name="Ready-made: digits").click()
        wait_until_idle(page)
    if name == "silhouette":
        page.get_by_role("button", name="Start from the gallery").click()
        wait_until_idle(page)
    if tab:
        page.get_by_role("tab", name=tab).click()
        wait_until_idle(page)
    found = page.locator(f".{name}:visible").first
    found.scroll_into_view_if_needed()
    wait_until_idle(page)
    return found


def saved(page: Page, of: Locator, kind: str) -> Path:
    """The file that a figure's menu makes."""
    of.hover()
    of.get_by_role("button", name="Save this figure as a file").click()
    with page.expect_download() as download:
        of.get_by_role("button", name=kind).click()
    assert download.value.suggested_filename.endswith(f".{kind.lower()}")
    assert not download.value.suggested_filename.startswith("figure")
    return download.value.path()


@pytest.mark.parametrize("name", FIGURES)
def test_a_component_is_saved_as_svg_and_as_png_of_twice_its_size(page: Page, name: str) -> None:
    found = figure(page, name)
    whole, drawing = found.bounding_box(), found.locator(FIGURES[name][2]).first.bounding_box()
    assert whole is not None
    assert drawing is not None

    svg = ElementTree.parse(saved(page, found, "SVG")).getroot()
    assert svg.tag == f"{SVG}svg"
    width, height = float(svg.get("width") or 0), float(svg.get("height") or 0)
    assert drawing["width"] <= width <= whole["width"] + 18
    assert drawing["height"] <= height <= whole["height"] + 18
    # Only what other programs know: no HTML, no colours that are mixed, nothing that lies elsewhere.
    words = ElementTree.tostring(svg, "unicode")
    assert not re.search(r"foreignObject|color\(|color-mix|var\(|non-scaling|blob:|=\"https?:(?!//www\.w3\.org)", words)
    # Every text is inside, and none of what one only uses.
    left, top, *_ = map(float, (svg.get("viewBox") or "").split())
    for text in svg.findall(f"{SVG}text"):
        assert left <= float(text.get("x") or "nan") <= left + width
        assert top <= float(text.get("y") or "nan") <= top + height
    texts = [text.text for text in svg.iter(f"{SVG}text")]
    assert not any(
        hint.inner_text().split(".")[0] in " ".join(filter(None, texts)) for hint in found.locator(".hint").all()
    )

    with Image.open(saved(page, found, "PNG")) as picture:
        assert picture.size == (2 * width, 2 * height)
        colours = picture.convert("RGBA").getcolors(10_000_000)
        assert colours is not None
        assert len(colours) > 20
        assert {opacity for _, (*_, opacity) in colours} == {255}
        # Not all paper: the drawing is there.
        assert max(count for count, _ in colours) < 0.98 * picture.width * picture.height


def test_a_component_is_saved_in_the_colours_of_the_theme_by_touch_and_by_keyboard(
    browser: Browser, app_url: str
) -> None:
    context = new_context(browser, 390, 844, "dark", base_url=app_url)
    page = context.new_page()
    errors = collect_errors(page)
    found = figure(page, "activation-dot")
    tools = found.locator(".chart-tools")
    button = tools.get_by_role("button", name="Save this figure as a file")
    expect(tools).to_have_css("opacity", "0")
    found.locator("dl").tap()
    expect(tools).to_have_css("opacity", "1")
    box = button.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 44
    page.get_by_role("heading", level=1).tap()
    expect(tools).to_have_css("opacity", "0")
    button.focus()
    page.keyboard.press("Enter")
    expect(tools.get_by_role("button", name="SVG")).to_be_focused()
    page.keyboard.press("Tab")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    expect(button).to_be_focused()
    with Image.open(download.value.path()) as picture:
        *colour, opacity = picture.convert("RGBA").getpixel((1, 1))
        assert max(colour) < 60
        assert opacity == 255
    context.close()
    assert not errors
