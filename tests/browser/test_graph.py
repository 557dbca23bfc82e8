"""A residual block built by hand, with the mouse and with the keyboard alone, trained, and looked into."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.app import no_exceptions, open_page, train, wait_until_idle


def lines(page: Page) -> list[str]:
    """The cards' first lines, as far as the layer's name."""
    found = page.locator('.st-key-cards [class*="st-key-open-"] strong').all_inner_texts()
    return [" ".join(line.split()) for line in found]


def menu(page: Page, layer: int) -> Locator:
    return page.get_by_role("button", name=f"Menu of layer {layer}", exact=True)


def settle(page: Page) -> None:
    page.wait_for_timeout(300)
    wait_until_idle(page)


def test_a_residual_block_is_built_with_the_mouse_trained_and_looked_into(page: Page) -> None:
    open_page(page, "/build")
    # Tiny digits net: Conv2D 8, MaxPooling2D, Conv2D 16, MaxPooling2D, Flatten, Dense. Its first layer twice more.
    for _ in range(2):
        menu(page, 1).click()
        page.get_by_role("menuitem", name="Duplicate").click()
        settle(page)
    menu(page, 3).click()
    page.get_by_role("menuitem", name="Skip connection from …").click()
    source = page.get_by_role("combobox", name="Skip connection from")
    expect(source).to_be_visible()
    source.click()
    page.get_by_role("option", name=re.compile("^1 ")).click()
    page.get_by_role("button", name="Connect", exact=True).click()
    expect(page.get_by_text("It reads layer 3 and layer 1.")).to_be_visible()
    settle(page)
    rail_is_beside_the_cards(page)

    menu(page, 2).click()
    page.get_by_role("menuitem", name="Fold into a block …").click()
    page.get_by_role("button", name="Fold", exact=True).click()
    block = page.get_by_text("Residual block", exact=True)
    expect(block).to_be_visible()
    settle(page)
    assert lines(page)[1:4] == ["1 Conv2D 8, 3 × 3", "Residual block", "5 MaxPooling2D 2 × 2"]
    # What is left is a chain, which needs none.
    expect(page.locator(".rail")).to_be_hidden()
    block.click()
    settle(page)
    rail_is_beside_the_cards(page)
    page.get_by_role("button", name="Menu of “Residual block”, layers 2 to 4").click()
    page.get_by_role("menuitem", name="Unfold into single layers").click()
    expect(block).to_have_count(0)
    settle(page)
    train_and_look_into_the_add(page)


def test_a_residual_block_is_built_with_the_keyboard_alone(page: Page) -> None:
    open_page(page, "/build")
    for _ in range(2):
        tab_to(page, menu(page, 1))
        choose(page, "Duplicate")
    tab_to(page, menu(page, 3))
    choose(page, "Skip connection from …")
    source = page.get_by_role("combobox", name="Skip connection from")
    expect(source).to_be_visible()
    tab_to(page, source)
    page.keyboard.press("ArrowDown")
    option = page.get_by_role("option", name=re.compile("^1 "))
    expect(option).to_be_visible()
    while option.get_attribute("data-focused") != "true":
        page.keyboard.press("ArrowDown")
        page.wait_for_timeout(50)
    page.keyboard.press("Enter")
    settle(page)
    tab_to(page, page.get_by_role("button", name="Connect", exact=True))
    page.keyboard.press("Enter")
    expect(page.get_by_text("It reads layer 3 and layer 1.")).to_be_visible()
    settle(page)
    # The focus is still in the list, though what had it is gone.
    assert page.evaluate("document.activeElement.closest('.st-key-cards') !== null")
    tab_to(page, menu(page, 2))
    choose(page, "Fold into a block …")
    assert has_focus(menu(page, 2))
    tab_to(page, page.get_by_role("button", name="Fold", exact=True))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Residual block", exact=True)).to_be_visible()
    settle(page)
    tab_to(page, page.get_by_role("button", name="Train it"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Train it live")).to_be_visible()
    wait_until_idle(page)
    train_with_the_keyboard(page)
    tab_to(page, page.get_by_test_id("stSidebarNav").get_by_role("link", name="Look inside"))
    page.keyboard.press("Enter")
    wait_until_idle(page)
    pick(page, "Residual block")
    pick(page, "4 Add")
    expect(page.get_by_text(re.compile(r"Mine after \d+ steps"))).to_be_visible()
    # A number of the Add, then one of the two that it adds, and back to it after a reload.
    for name, number in (("map", 2), ("row", 3), ("column", 5)):
        type_number(page, page.locator(f'[class*="st-key-pixel-{name}-3-"] input'), number)
    explained = page.locator(".pixel")
    expect(explained).to_have_attribute("data-spot", "3 1 2 4")
    wait_until_idle(page)
    tab_to(page, explained.locator(".item button").first)
    page.keyboard.press("Enter")
    expect(explained).to_have_attribute("data-spot", "2 1 2 4")
    wait_until_idle(page)
    opened = what_is_explained(page)
    page.reload()  # a browser without a window has no key for it
    wait_until_idle(page)
    assert what_is_explained(page) == opened
    no_exceptions(page)


def test_a_layer_is_added_with_the_keyboard_alone(page: Page) -> None:
    open_page(page, "/build")
    tab_to(page, menu(page, 1))
    choose(page, "Add a layer below …")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Convolution", exact=True)).to_be_visible()
    settle(page)
    tab_to(page, dialog.get_by_role("button", name="BatchNormalization"))
    page.keyboard.press("Enter")
    expect(dialog).not_to_be_visible()
    settle(page)
    assert lines(page)[1:3] == ["1 Conv2D 8, 3 × 3", "2 BatchNormalization"]
    assert has_focus(menu(page, 1))
    # Closed with the keyboard, it changes nothing.
    choose(page, "Add a layer below …")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()
    assert len(lines(page)) == 8
    assert has_focus(menu(page, 1))
    no_exceptions(page)


def rail_is_beside_the_cards(page: Page) -> None:
    """Each dot is at the height of its card's first line, and no line reaches into a card."""
    cards = page.locator('.st-key-cards [class*="st-key-card-"]:visible')
    dots = page.locator(".rail .dot")
    firsts = [card.locator('[class*="st-key-open-"]').first.bounding_box() for card in cards.all()]
    headings = page.locator('.st-key-cards [class*="st-key-block-"]').count()
    assert dots.count() == len(firsts) - headings
    middles = [box["y"] + box["height"] / 2 for box in firsts if box]
    for dot in dots.all():
        box = dot.bounding_box()
        assert box is not None
        assert min(abs(box["y"] + box["height"] / 2 - middle) for middle in middles) < 2
        assert box["x"] + box["width"] < min(first["x"] for first in firsts if first)


def train_and_look_into_the_add(page: Page) -> None:
    page.get_by_role("button", name="Train it").click()
    expect(page.get_by_role("heading", name="Train it live")).to_be_visible()
    wait_until_idle(page)
    train(page, 1)
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Look inside").click()
    wait_until_idle(page)
    page.get_by_role("spinbutton", name="Picture 1 to").fill("3")
    page.keyboard.press("Enter")
    wait_until_idle(page)
    page.get_by_text("4 Add", exact=True).click()
    wait_until_idle(page)
    click_on_a_map(page, "layer-3-maps")
    explained = page.locator(".pixel")
    expect(explained).to_have_attribute("data-spot", "3 0 0 0")
    wait_until_idle(page)
    # One of the two numbers that it adds, among the maps that meet there.
    click_on_a_map(page, "layer-3-met-maps")
    expect(explained).to_have_attribute("data-spot", re.compile("^2 [0-7] 0 0$"))
    wait_until_idle(page)
    opened = what_is_explained(page)
    address = page.url
    page.reload()
    wait_until_idle(page)
    assert what_is_explained(page) == opened
    expect(page.get_by_role("spinbutton", name="Picture 1 to")).to_have_value("3")
    assert page.url == address
    no_exceptions(page)


def train_with_the_keyboard(page: Page) -> None:
    type_number(page, page.get_by_role("spinbutton", name="Epochs"), 2)
    tab_to(page, page.locator(".st-key-start button"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Finished")).to_be_visible(timeout=60_000)
    wait_until_idle(page)


def what_is_explained(page: Page) -> tuple[str | None, str, list[str]]:
    """Which number, what it is, and the way to it."""
    explained = page.locator(".pixel")
    way = explained.locator(".trail li").all_inner_texts()
    return explained.get_attribute("data-spot"), explained.locator(".value").inner_text(), way


def click_on_a_map(page: Page, chart: str) -> None:
    """On the number in the first row and column of its first map."""
    picture = page.locator(f".st-key-{chart} .heatmaplayer image").first
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 5, box["y"] + 5)


def has_focus(target: Locator) -> bool:
    """Whether it has, on the page or in the component that it is part of."""
    return bool(target.evaluate("element => element === element.getRootNode().activeElement"))


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus."""
    for _ in range(80):
        if has_focus(target):
            return
        page.keyboard.press("Tab")
    raise AssertionError("The Tab key does not come there.")


def type_number(page: Page, field: Locator, number: int) -> None:
    tab_to(page, field)
    page.keyboard.press("Control+a")
    page.keyboard.type(str(number))
    page.keyboard.press("Enter")
    wait_until_idle(page)


def pick(page: Page, option: str) -> None:
    """Choose one of several answers that stand side by side, among which the arrow keys move the focus."""
    answer = page.get_by_role("radio", name=option)
    expect(answer).to_be_visible()
    group = page.get_by_role("radiogroup").filter(has=answer)
    for _ in range(80):
        if has_focus(answer):
            break
        inside = group.evaluate("element => element.contains(document.activeElement)")
        page.keyboard.press("ArrowRight" if inside else "Tab")
    page.keyboard.press("Enter")
    expect(answer).to_be_checked()
    settle(page)


def choose(page: Page, option: str) -> None:
    """Open the menu that has the focus and choose an option with the arrow keys."""
    page.keyboard.press("Enter")
    item = page.get_by_role("menuitem", name=option)
    expect(item).to_be_visible()
    expect(page.locator('[role="menu"]:focus-within')).to_be_visible()
    while not has_focus(item):
        page.keyboard.press("ArrowDown")
        page.wait_for_timeout(50)
    page.keyboard.press("Enter")
    settle(page)
