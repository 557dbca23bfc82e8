"""How long do people wait? `python -m benchmarks.pages` measures it in a real browser in a few minutes.

Build: one more filter of a Conv2D layer, from the click until the drawing with the new number is painted, in the
classic example, in a ResNet-50 of 174 layers whose blocks are folded, and in a chain of 1,000 layers, of which twenty
are shown and the others are in groups. Look inside: a photo of 12 megapixels, from
the chosen file until the feature maps of the 64 × 64 classic example are painted.

Each is measured by turns with the same control on a page that does nothing, the framework's own floor, since other load
on the computer changes over minutes. The clock is the browser's: from its event to the second frame after the change.
"""

import argparse
import io
import platform
import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import streamlit
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.app import (
    find_chromium,
    launch_chromium,
    new_context,
    open_from_gallery,
    open_page,
    running_app,
    wait_until_idle,
)
from tests.deep import resnet_50
from visualizer.architecture.architecture import MAX_LAYERS, Architecture, architecture_to_json
from visualizer.architecture.layers.activation import Activation
from visualizer.architecture.layers.batch_normalization import BatchNormalization
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.flatten import Flatten

BUILD_GOAL, DEEP_GOAL, LOOK_GOAL = 0.3, 0.5, 1.0  # seconds
EMPTY_PAGE = Path(__file__).with_name("empty_page.py")
PHOTO_SIZE = (3000, 4000)

# Until `done()`, asked in each frame: the frame after shows the change, and the one after that has been painted.
_WATCH = """
([event, done]) => {
  const isDone = new Function(`return ${done}`);
  window.measured = new Promise((resolve) => {
    const start = () => {
      const started = performance.now();
      const end = () => resolve((performance.now() - started) / 1000);
      const look = () => {
        if (isDone()) requestAnimationFrame(() => requestAnimationFrame(end));
        else requestAnimationFrame(look);
      };
      look();
    };
    window.addEventListener(event, start, { capture: true, once: true });
  });
}
"""


def seconds(page: Page, event: str, done: str, act: Callable[[], None]) -> float:
    """Do something and return how long it took from its event until the JavaScript expression `done` holds."""
    page.evaluate(_WATCH, [event, done])
    act()
    measured: float = page.evaluate("() => window.measured")
    wait_until_idle(page)
    return measured


def photo(seed: int) -> bytes:
    """A JPEG of 12 megapixels with as much detail as a camera's."""
    height, width = PHOTO_SIZE
    random = np.random.default_rng(seed)
    coarse = random.integers(0, 256, (height // 100, width // 100, 3), dtype=np.uint8)
    smooth = np.asarray(Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC), dtype=np.int16)
    grain = random.integers(-12, 13, (height, width, 1), dtype=np.int16)
    buffer = io.BytesIO()
    Image.fromarray(np.clip(smooth + grain, 0, 255).astype(np.uint8)).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def one_more(page: Page, label: str, shown: str) -> float:
    """Click on the plus of a number field; `shown` is a JavaScript expression with the new `value` in it."""
    field = page.get_by_role("spinbutton", name=label)
    value = int(field.input_value()) + 1
    plus = page.get_by_test_id("stNumberInput").filter(has=field).get_by_test_id("stNumberInputStepUp")
    return seconds(page, "click", shown.replace("value", str(value)), plus.click)


def edit_layer(page: Page) -> float:
    return one_more(
        page,
        "Filters",
        "[...document.querySelectorAll('.js-plotly-plot text')].some((text) => / × value$/.test(text.textContent))",
    )


def edit_card(page: Page) -> float:
    """As `edit_layer`, until the card has the new number: the drawing shows the layer together with others."""
    cards = "[...document.querySelectorAll('.st-key-cards strong')]"
    return one_more(page, "Filters", f"{cards}.some((line) => / value, /.test(line.textContent))")


def edit_nothing(page: Page) -> float:
    return one_more(page, "Number", "document.body.textContent.includes('The number is value.')")


def upload(page: Page, data: bytes, name: str, shown: str) -> float:
    file = {"name": name, "mimeType": "image/jpeg", "buffer": data}
    chooser = page.locator("input[type=file]")
    return seconds(page, "change", shown, lambda: chooser.set_input_files([file]))  # type: ignore[list-item]


def upload_photo(page: Page, data: bytes, name: str) -> float:
    """Until the chart of the feature maps holds other data than before; it is drawn before the next frame."""
    chart = "document.querySelector('.st-key-layer-0-maps .js-plotly-plot')"
    page.evaluate(f"() => {{ window.before = {chart}?.data; }}")
    return upload(page, data, name, f"{chart}?.data && {chart}.data !== window.before")


def upload_to_nothing(page: Page, data: bytes, name: str) -> float:
    return upload(page, data, name, f"document.body.textContent.includes('{name} has {len(data)} bytes.')")


@contextmanager
def opened(browser: Browser, url: str, path: str = "/") -> Iterator[Page]:
    context = new_context(browser, 1280, 800, base_url=url)
    page = context.new_page()
    page.set_default_timeout(120_000)
    open_page(page, path)
    yield page
    context.close()


def build_classic(page: Page) -> None:
    """Put the classic example into Build and open the card of its first layer."""
    open_from_gallery(page, "Open Classic example")
    page.get_by_text("Conv2D 32, 3 × 3").click()
    wait_until_idle(page)


def build_deep(page: Page) -> None:
    """Put ResNet-50 into Build, whose blocks are folded, and open the card of its first layer."""
    upload_network(page, resnet_50())
    page.get_by_role("button").get_by_text("Conv2D 16, 7 × 7").click()
    wait_until_idle(page)


def long_chain() -> Architecture:
    """As long as a network can be."""
    body = (Conv2D(4, padding="same", activation="linear"), BatchNormalization(), Activation())
    layers = (*(body[index % len(body)] for index in range(MAX_LAYERS - 2)), Flatten(), Dense(10, activation="softmax"))
    return Architecture("Long chain", (1, 8, 8), layers)


def build_long(page: Page) -> None:
    """Put the long chain into Build, and open its first group and the card of its first layer."""
    upload_network(page, long_chain())
    for line in ("Layers 1 to 20", "1 Conv2D 4, 3 × 3"):
        page.locator(".st-key-cards strong").get_by_text(line).first.click()
        wait_until_idle(page)


def upload_network(page: Page, architecture: Architecture) -> None:
    page.get_by_role("button", name="Upload").click()
    text = architecture_to_json(architecture)
    file = {"name": "resnet.json", "mimeType": "application/json", "buffer": text.encode()}
    page.locator("input[type=file]").set_input_files([file])  # type: ignore[list-item]
    wait_until_idle(page)
    page.keyboard.press("Escape")


def look_for_upload(page: Page) -> None:
    """Look inside the network in Build, with a picture to be uploaded."""
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Look inside").click()
    page.get_by_text("Upload", exact=True).click()
    page.locator("input[type=file]").wait_for(state="attached")
    wait_until_idle(page)


def report(title: str, ours: list[float], floor: list[float], goal: float) -> bool:
    """Print medians, spread and the ratio of each pair; whether the goal is met."""
    met = statistics.median(ours) <= goal
    ratios = [one / other for one, other in zip(ours, floor, strict=True)]
    print(f"{title}, {len(ours)} times")
    print(f"  page       {spread(ours, ' s')}   goal {goal:g} s: {'met' if met else 'MISSED'}")
    print(f"  framework  {spread(floor, ' s')}")
    print(f"  ratio      {spread(ratios)}", flush=True)
    return met


def spread(values: list[float], unit: str = "") -> str:
    return f"median {statistics.median(values):.2f}{unit} ({min(values):.2f} to {max(values):.2f})"


def measure(browser: Browser, url: str, empty_url: str, repetitions: int) -> bool:
    photos = [photo(seed) for seed in range(repetitions + 1)]
    with opened(browser, url, "/build") as page, opened(browser, empty_url) as empty:
        build_deep(page)
        pairs = [(edit_layer(page), edit_nothing(empty)) for _ in range(repetitions + 1)]
        deep = f"Build: one more filter in ResNet-50, {len(resnet_50().layers)} layers"
        deep_fast = report(deep, *map(list, zip(*pairs[1:], strict=True)), DEEP_GOAL)  # type: ignore[arg-type]
    with opened(browser, url, "/build") as page, opened(browser, empty_url) as empty:
        build_long(page)
        pairs = [(edit_card(page), edit_nothing(empty)) for _ in range(repetitions + 1)]
        title = f"Build: one more filter in a chain of {MAX_LAYERS:,} layers"
        deep_fast &= report(title, *map(list, zip(*pairs[1:], strict=True)), DEEP_GOAL)  # type: ignore[arg-type]
    with opened(browser, url, "/build") as page, opened(browser, empty_url) as empty:
        build_classic(page)
        pairs = [(edit_layer(page), edit_nothing(empty)) for _ in range(repetitions + 1)]
        # The first of each is for the caches of the server and the browser.
        edits_fast = report("Build: one more filter", *map(list, zip(*pairs[1:], strict=True)), BUILD_GOAL)  # type: ignore[arg-type]
        look_for_upload(page)
        pairs = [
            (upload_photo(page, data, f"photo{index}.jpg"), upload_to_nothing(empty, data, f"photo{index}.jpg"))
            for index, data in enumerate(photos)
        ]
        size = f"{len(photos[0]) / 1e6:.1f} MB"
        title = f"Look inside: a photo of 12 megapixels ({size})"
        looks_fast = report(title, *map(list, zip(*pairs[1:], strict=True)), LOOK_GOAL)  # type: ignore[arg-type]
        print(f"  the first photo of the session took {pairs[0][0]:.2f} s, {pairs[0][1]:.2f} s on the empty page")
    return deep_fast and edits_fast and looks_fast


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repetitions", type=int, default=10, help="how many times each is measured (default 10)")
    repetitions = parser.parse_args().repetitions
    executable = find_chromium()
    if executable is None:
        raise SystemExit("No Chromium or Chrome was found: install one (Debian: apt-get install chromium).")
    with running_app() as app, running_app(EMPTY_PAGE) as empty, sync_playwright() as playwright:
        browser = launch_chromium(playwright, executable)
        print(f"Python {platform.python_version()}, Streamlit {streamlit.__version__}, Chromium {browser.version}")
        met = measure(browser, app.url, empty.url, repetitions)
    raise SystemExit(0 if met else 1)


if __name__ == "__main__":
    main()
