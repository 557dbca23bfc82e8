"""Takes the pictures of the README anew: `python -m tests.browser.readme_pictures [FOLDER]`, else assets/readme."""

import sys
from itertools import chain
from pathlib import Path

from playwright.sync_api import Locator, Page, sync_playwright

from tests.browser.app import (
    ROOT,
    collect_errors,
    find_chromium,
    launch_chromium,
    new_context,
    open_from_gallery,
    open_on_train,
    open_page,
    running_app,
    start_training,
    wait_until_idle,
)
from tests.browser.sliding_window import point_at
from tests.browser.test_draw import THREE, paper, press_down, says

# Learns in seconds, and its feature maps are large enough to see something on them.
SOURCE = """\
model = keras.Sequential([
    keras.Input((24, 24, 1)),
    layers.Conv2D(16, 3, activation="relu"),
    layers.MaxPooling2D(2),
    layers.Conv2D(32, 3, activation="relu"),
    layers.MaxPooling2D(2),
    layers.Flatten(),
    layers.Dense(10, activation="softmax"),
])
model.compile(keras.optimizers.Adam(0.002), "categorical_crossentropy")
model.fit(x, y, epochs=12, batch_size=32)
"""
ANIMATIONS_MS = 1000


def home(page: Page) -> None:
    open_page(page, "/")


def build(page: Page) -> None:
    open_page(page, "/build")
    open_from_gallery(page, "Open Classic example")


def train(page: Page) -> None:
    """A run in the middle of its way."""
    open_page(page, "/build")
    page.get_by_text("Paste code", exact=True).click()
    page.get_by_role("textbox", name="Source code").fill(SOURCE)
    page.get_by_role("button", name="Build it").click()
    wait_until_idle(page)
    page.get_by_role("button", name="Train it").click()
    page.get_by_role("heading", name="Train it live").wait_for()
    wait_until_idle(page)
    page.locator(".st-key-start button").click()
    page.get_by_text("epoch 6 of 12").first.wait_for(timeout=120_000)


def look_inside(page: Page) -> None:
    """The network of that run, once it has ended, and a digit that is drawn with the mouse."""
    page.get_by_text("Finished").first.wait_for(timeout=120_000)
    wait_until_idle(page)
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Look inside", exact=True).click()
    page.get_by_role("radio", name="Draw").click()
    paper(page).wait_for()
    wait_until_idle(page)
    press_down(page, THREE)
    page.mouse.up()
    says(page, "3")
    wait_until_idle(page)


def convolution(page: Page) -> None:
    open_page(page, "/convolution")
    point_at(page, "output", 10, 14, rows=30)


# The name of each task's picture: what its preset is called, for how many epochs it is trained, and what is shown.
TASKS = {
    "regression": ("Measures a shape", 25, ".st-key-live-answers-0"),
    "one_object": ("Finds a shape", 8, ".st-key-live-answers-0"),
    "detection": ("Detects shapes", 8, ".st-key-live-answers-0"),
    "segmentation": ("Small U-Net for pixels", 6, ".st-key-live-answers-0"),
    "autoencoder": ("Tells a digit in two numbers", 60, ".st-key-live-answers-0"),
    "variational_autoencoder": ("Draws digits from a map", 100, ".st-key-latent-map"),
    "gan": ("Makes digits of noise", 120, ".st-key-live-answers-0"),
    "diffusion": ("Removes noise from digits", 60, ".st-key-live-answers-0"),
}


def task(page: Page, name: str) -> Locator:
    """A task's preset after some training: its answers, or what its evaluation has."""
    preset, epochs, shown = TASKS[name]
    page.set_viewport_size({"width": 900, "height": 1000})
    open_on_train(page, f"Open {preset}")
    start_training(page, epochs)
    page.get_by_text("Finished").first.wait_for(timeout=600_000)
    wait_until_idle(page)
    if "live" not in shown:
        page.get_by_role("tab", name="Evaluation").click()
    found = page.locator(shown)
    found.scroll_into_view_if_needed()
    wait_until_idle(page)
    return found


# Each with the height of its window; each goes on where the one before it ended.
PICTURES = {home: 800, build: 800, train: 960, look_inside: 1400, convolution: 800}


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "assets" / "readme"
    executable = find_chromium()
    if executable is None:
        raise SystemExit("No Chromium or Chrome was found: install one (Debian: apt-get install chromium).")
    with sync_playwright() as playwright, running_app() as app:
        browser = launch_chromium(playwright, executable)
        page = new_context(browser, 1280, 800, base_url=app.url).new_page()
        errors = [collect_errors(page)]
        for prepare, height in PICTURES.items():
            page.set_viewport_size({"width": 1280, "height": height})
            prepare(page)
            page.get_by_test_id("stMain").evaluate("element => element.scrollTo(0, 0)")
            page.wait_for_timeout(ANIMATIONS_MS)
            page.screenshot(path=folder / f"{prepare.__name__}.png")
        for name in TASKS:
            # In a tab of its own, since a network is asked for before it replaces another.
            own = new_context(browser, 900, 1000, base_url=app.url).new_page()
            errors.append(collect_errors(own))
            found = task(own, name)
            own.wait_for_timeout(ANIMATIONS_MS)
            found.screenshot(path=folder / f"{name}.png")
            own.close()
        browser.close()
        problems = [*chain.from_iterable(errors), *app.error_lines()]
    if problems:
        raise SystemExit("\n".join(problems))


if __name__ == "__main__":
    main()
