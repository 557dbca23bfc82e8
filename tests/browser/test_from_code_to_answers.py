"""The whole way: Keras code is pasted, trained, asked about a drawing, saved, and asked the same in a new session."""

import re

from playwright.sync_api import Browser, Page, expect

from tests.browser.app import RunningApp, collect_errors, new_context, no_exceptions, open_page, wait_until_idle
from tests.browser.test_draw import THREE, answer, paper, press_down, says
from tests.browser.test_model_file import open_menu

SOURCE = """\
import keras
from keras import layers

NUM_CLASSES = 10

model = keras.Sequential(
    [
        keras.Input(shape=(8, 8, 1)),
        layers.Conv2D(16, kernel_size=3, padding="same", activation="relu"),
        layers.MaxPooling2D(pool_size=2),
        layers.Conv2D(32, kernel_size=(3, 3), padding="same", activation="relu"),
        layers.Flatten(),
        layers.Dense(NUM_CLASSES, activation="softmax"),
    ]
)
model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=0.005), loss="categorical_crossentropy", metrics=["accuracy"]
)
model.fit(x_train, y_train, batch_size=64, epochs=8)
"""


def shares(page: Page) -> list[str]:
    """The probability of each class, as it stands beside its bar."""
    expect(answer(page).locator("text.bartext")).to_have_count(10)
    return answer(page).locator("text.bartext").all_inner_texts()


def of_data_set_and_drawing(page: Page) -> tuple[list[str], list[str]]:
    """What the network that is looked into makes of the first test picture of a 0, and of a 3 drawn with the mouse."""
    page.get_by_role("radio", name="Data set").click()
    wait_until_idle(page)
    page.get_by_text("The picture and the answer").click()
    says(page, "0")
    first = shares(page)
    page.get_by_role("radio", name="Draw").click()
    expect(paper(page)).to_be_visible()
    wait_until_idle(page)
    press_down(page, THREE)
    page.mouse.up()
    says(page, "3")
    wait_until_idle(page)
    return first, shares(page)


def test_from_pasted_code_to_the_same_answers_in_a_new_session(page: Page, browser: Browser, app: RunningApp):
    open_page(page, "/build")
    page.get_by_text("Paste code", exact=True).click()
    page.get_by_role("textbox", name="Source code").fill(SOURCE)
    page.get_by_role("button", name="Build it").click()
    wait_until_idle(page)
    parameters = 16 * 9 + 16 + 32 * 16 * 9 + 32 + 4 * 4 * 32 * 10 + 10
    expect(page.get_by_text(f"Built: 5 layers with {parameters:,} parameters.")).to_be_visible()
    expect(page.get_by_role("figure", name=re.compile("8 × 8 × 1.*4 × 4 × 32")).first).to_be_visible()
    no_exceptions(page)

    page.get_by_role("button", name="Train it").click()
    expect(page.get_by_role("heading", name="Train it live")).to_be_visible()
    wait_until_idle(page)
    page.locator(".st-key-start button").click()
    expect(page.get_by_text("Finished")).to_be_visible(timeout=60_000)
    told = page.get_by_text("of the validation pictures right").first.inner_text()
    right = re.search(r"([\d.]+)% of the validation pictures right", told)
    assert right
    assert float(right[1]) > 90
    wait_until_idle(page)
    no_exceptions(page)

    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Look inside", exact=True).click()
    expect(page.get_by_text(re.compile("Mine after [1-9]"))).to_be_visible()
    wait_until_idle(page)
    here = of_data_set_and_drawing(page)
    open_menu(page)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="For this app (safetensors)").click()
    saved = waiting.value.path().read_bytes()
    no_exceptions(page)

    context = new_context(browser, 1280, 800, base_url=app.url)
    other = context.new_page()
    errors = collect_errors(other)
    open_page(other, "/look_inside")
    expect(other.get_by_text("Mine after")).to_have_count(0)
    open_menu(other)
    other.get_by_test_id("stPopoverBody").locator("input[type=file]").set_input_files(
        {"name": "net.safetensors", "mimeType": "application/octet-stream", "buffer": saved}
    )
    expect(other.get_by_text("From a file")).to_be_visible(timeout=30_000)
    wait_until_idle(other)
    other.keyboard.press("Escape")
    assert of_data_set_and_drawing(other) == here
    no_exceptions(other)
    context.close()
    assert not errors
    assert not app.error_lines()
