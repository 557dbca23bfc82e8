"""How fast do the concept pages answer? `python -m benchmarks.lessons` measures it in a real browser in two minutes.

Each page's main control is moved back and forth; the browser measures the time from the event until the last change on
the page has been painted. The same control on a page that does nothing gives the framework's own time, measured
by turns. Then the mouse points at pixels: the time until the numbers change, and what was sent to the server.
"""

import argparse
import platform
import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import streamlit
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.app import find_chromium, launch_chromium, new_context, open_page, running_app, wait_until_idle
from tests.browser.sliding_window import count_sent, field_of

CONTROL_GOAL, POINT_GOAL = 0.3, 0.1  # seconds
EMPTY_PAGE = Path(__file__).with_name("empty_page.py")

# Remembers when the page last changed after the next event of that kind; the frame after it shows the change.
_WATCH = """
(event) => {
  const main = document.querySelector('[data-testid="stMain"]');
  window.measured = 0;
  window.addEventListener(event, () => {
    const started = performance.now();
    new MutationObserver(() => requestAnimationFrame(() => { window.measured = performance.now() - started; }))
      .observe(main, { childList: true, subtree: true, attributes: true, characterData: true });
  }, { capture: true, once: true });
}
"""

# Moves over the pixels of the output, one after the other; the milliseconds until the numbers below change.
_POINT = """
async ([field, count]) => {
  const box = field.getBoundingClientRect();
  // The component's elements are in a shadow tree, not in the document.
  const numbers = () => field.getRootNode().querySelector(".arithmetic").innerText;
  const times = [];
  for (let index = 1; index <= count; index++) {
    const before = numbers();
    const place = { clientX: box.left + (box.width * index) / (count + 2), clientY: box.top + box.height / 2 };
    const started = performance.now();
    field.dispatchEvent(new PointerEvent("pointermove", { ...place, bubbles: true }));
    await new Promise(requestAnimationFrame);
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    if (numbers() !== before) times.push(performance.now() - started);
  }
  return times;
}
"""


@dataclass(frozen=True)
class Control:
    """A page's main control, and how it is moved there (even times) and back."""

    path: str
    what: str
    event: str
    move: Callable[[Page, int], None]


def click(key: str, *labels: str) -> Callable[[Page, int], None]:
    def move(page: Page, time: int) -> None:
        page.locator(f"[class*=st-key-{key}]").get_by_role("radio", name=labels[time % 2], exact=True).first.click()

    return move


def press(name: str) -> Callable[[Page, int], None]:
    def move(page: Page, time: int) -> None:
        page.get_by_role("slider", name=name).first.press("ArrowLeft" if time % 2 else "ArrowRight")

    return move


CONTROLS = (
    Control("/convolution", "kernel 5 × 5 and back", "click", click("convolution-kernel-size", "5", "3")),
    Control("/pooling", "window of 3 and back", "click", click("pooling-window", "3", "2")),
    Control("/activations", "tanh and back", "click", click("activation-function", "tanh", "ReLU")),
    Control("/dense_and_softmax", "another digit and back", "click", click("dense-digit", "5", "3")),
    Control("/loss", "a logit", "keydown", press("Logit of")),
    Control("/optimizers", "a learning rate", "keydown", press("Momentum")),
    Control("/receptive_field", "the layer", "keydown", press("Units of layer")),
)


@contextmanager
def opened(browser: Browser, url: str, path: str = "/") -> Iterator[Page]:
    context = new_context(browser, 1280, 800, base_url=url)
    page = context.new_page()
    page.set_default_timeout(120_000)
    open_page(page, path)
    yield page
    context.close()


def seconds(page: Page, event: str, act: Callable[[], None]) -> float:
    """Do something and return the seconds from its event until the last change of the page."""
    page.evaluate(_WATCH, event)
    act()
    page.wait_for_function("() => window.measured > 0")
    wait_until_idle(page)
    milliseconds: float = page.evaluate("() => window.measured")
    return milliseconds / 1000


def floor(page: Page) -> float:
    """The same for a number field on a page that does nothing else."""
    plus = page.get_by_test_id("stNumberInputStepUp")
    return seconds(page, "click", plus.click)


def spread(values: list[float]) -> str:
    return f"median {statistics.median(values):.2f} s ({min(values):.2f} to {max(values):.2f})"


def measure_controls(browser: Browser, url: str, empty_url: str, repetitions: int) -> bool:
    all_met = True
    with opened(browser, empty_url) as empty:
        for control in CONTROLS:
            with opened(browser, url, control.path) as page:
                ours, floors = [], []
                # The first move back and forth fills the caches of the server and the browser.
                for time in range(repetitions + 2):
                    ours.append(seconds(page, control.event, partial(control.move, page, time)))
                    floors.append(floor(empty))
            met = statistics.median(ours[2:]) <= CONTROL_GOAL
            all_met &= met
            print(f"{control.path[1:]}: {control.what}, {repetitions} times")
            print(f"  page       {spread(ours[2:])}   goal {CONTROL_GOAL:g} s: {'met' if met else 'MISSED'}")
            print(f"  framework  {spread(floors[2:])}", flush=True)
    return all_met


def measure_pointing(browser: Browser, url: str, count: int) -> bool:
    all_met = True
    for path in ("/convolution", "/pooling"):
        context = new_context(browser, 1280, 800, base_url=url)
        page = context.new_page()
        sent = count_sent(page)
        open_page(page, path)
        page.wait_for_timeout(500)
        before = len(sent)
        times = [time / 1000 for time in page.evaluate(_POINT, [field_of(page, "output").element_handle(), count])]
        assert len(times) > count / 2, "pointing changed nothing"
        page.wait_for_timeout(500)
        met = statistics.median(times) <= POINT_GOAL and len(sent) == before
        all_met &= met
        print(f"{path[1:]}: pointing at {count} pixels of the output")
        print(f"  page       {spread(times)}   goal {POINT_GOAL:g} s: {'met' if met else 'MISSED'}")
        print(f"  sent to the server: {len(sent) - before} messages", flush=True)
        context.close()
    return all_met


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repetitions", type=int, default=8, help="how many times each is measured (default 8)")
    repetitions = parser.parse_args().repetitions
    executable = find_chromium()
    if executable is None:
        raise SystemExit("No Chromium or Chrome was found: install one (Debian: apt-get install chromium).")
    with running_app() as app, running_app(EMPTY_PAGE) as empty, sync_playwright() as playwright:
        browser = launch_chromium(playwright, executable)
        print(f"Python {platform.python_version()}, Streamlit {streamlit.__version__}, Chromium {browser.version}")
        met = measure_controls(browser, app.url, empty.url, repetitions)
        met &= measure_pointing(browser, app.url, 20)
    raise SystemExit(0 if met else 1)


if __name__ == "__main__":
    main()
