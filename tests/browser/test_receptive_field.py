"""The page on receptive fields with a real mouse and keyboard."""

from playwright.sync_api import Page, expect

from tests.browser.app import no_exceptions, open_page, wait_until_idle
from visualizer.architecture.architecture import Architecture
from visualizer.architecture.layers.add import Add
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.span import PICTURE
from visualizer.training.link import LinkedNetwork, link_text
from visualizer.training.settings import TrainingSettings


def test_pointing_at_the_map_moves_the_field_and_a_click_chooses_the_unit(page: Page) -> None:
    open_page(page, "/receptive_field")
    sees = page.locator(".receptive-field .sees")
    expect(sees).to_have_text("The unit in row 9, column 9 sees rows 19 to 50, columns 19 to 50: 32 × 32 pixels.")

    # The map is drawn as large as the picture, with 9 pixels of padding around 64: unit (3, 5) of 16 × 16.
    unit_map = page.get_by_role("application", name="Conv2D 64")
    area = unit_map.bounding_box()
    assert area is not None
    x, y = (area["width"] * (9 + (place - 0.5) * 4) / 82 for place in (5, 3))
    page.mouse.move(area["x"] + x, area["y"] + y)
    # Without a trip to the server: rows −13 + 2 · 4 to 26, of which the first are padding.
    expect(sees).to_have_text(
        "The unit in row 3, column 5 sees rows 1 to 26, columns 3 to 34: 26 × 32 pixels. The picture's edge cuts off "
        "the rest of its field of 32 × 32.",
        timeout=500,
    )
    expect(page.get_by_text("Unit 9 begins in row")).to_be_visible()

    page.mouse.click(area["x"] + x, area["y"] + y)
    expect(page.get_by_text("Unit 3 begins in row −13 + (3 − 1) · 4 = −5")).to_be_visible()
    unit_map.press("ArrowDown")
    unit_map.press("ArrowDown")
    expect(sees).to_contain_text("The unit in row 5, column 5")
    expect(page.get_by_text("Unit 5 begins in row")).to_be_visible()
    wait_until_idle(page)
    no_exceptions(page)


def test_a_deeper_layer_sees_more(page: Page) -> None:
    open_page(page, "/receptive_field")
    page.get_by_role("slider", name="Units of layer").press("ArrowRight")
    expect(page.locator(".receptive-field .sees")).to_contain_text("36 × 36 pixels")
    page.get_by_role("slider", name="Units of layer").press("ArrowRight")
    expect(page.locator(".receptive-field .sees")).to_contain_text("Every unit sees rows 1 to 64")
    wait_until_idle(page)
    no_exceptions(page)


def test_of_a_wide_and_a_high_path_a_cross_is_drawn_not_the_box_around_it(page: Page) -> None:
    wide, high = (Conv2D(filters=2, kernel_size=size, padding="same") for size in ((1, 7), (7, 1)))
    layers, wires = (wide, high, Add(), Flatten(), Dense()), ((PICTURE,), (PICTURE,), (0, 1), (2,), (3,))
    network = LinkedNetwork(Architecture("Cross", (3, 32, 32), layers, wires), TrainingSettings())
    open_page(page, f"/build?network={link_text(network)}")
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Receptive field").click()
    expect(page.get_by_role("heading", name="Receptive field", exact=True)).to_be_visible()
    wait_until_idle(page)
    expect(page.locator(".receptive-field .sees")).to_have_text(
        "The unit in row 17, column 17 sees 13 of the 7 × 7 pixels in rows 14 to 20, columns 14 to 20."
    )
    drawn = page.locator(".receptive-field .picture svg")
    # Unfilled are the three parts of the cross, which do not overlap: above, across and below.
    assert str(drawn.locator(".gap").get_attribute("d")).split("Z")[:-1] == [
        "M13 13H20V20H13",
        "M16 13H17V16H16",
        "M13 16H20V17H13",
        "M16 17H17V20H16",
    ]
    expect(page.get_by_text("2 paths lead from these units to the picture.")).to_be_visible()
    no_exceptions(page)
