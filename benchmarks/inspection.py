"""What does looking inside cost? `python -m benchmarks.inspection` answers in about a minute.

Activations: every layer's input and output for one picture, against a plain forward pass, by turns.

Grad-CAM: of EfficientNet-Lite0 at its last layer with maps and at its first, which is furthest from the output, against
one forward and backward pass, by turns.

Pixel: from the click on a number until its explanation is painted, in a real browser: on a feature map, and on a number
of a window, which opens the layer before.
"""

import platform
import statistics
import time
from collections.abc import Callable

import numpy as np
import torch
from playwright.sync_api import Page, sync_playwright

from benchmarks.pages import build_classic, opened, seconds, spread
from tests.browser.app import find_chromium, launch_chromium, running_app, wait_until_idle
from visualizer.architecture.flow import FlowNetwork
from visualizer.architecture.network import build
from visualizer.architecture.presets import PRESETS
from visualizer.inspection.attribution import grad_cam, map_layers
from visualizer.inspection.probe import probe
from visualizer.pretrained.efficientnet_lite0 import load_efficientnet

ACTIVATIONS_GOAL = 1.3  # times a plain forward pass
# Or this many seconds more: a network of 0.1 ms takes twice as long to probe, which nobody notices.
UNNOTICED = 0.0005
CLICK_GOAL = 0.3  # seconds
GRAD_CAM_GOAL = 1.5  # times a forward and a backward pass
TURNS = 60
GRAD_CAM_TURNS = 20
CLICKS = 12

# The explanation lives in a shadow tree, which document.querySelector does not enter.
_SPOT = """(window.explained ??= [...document.querySelectorAll('*')]
  .map((element) => element.shadowRoot?.querySelector('.pixel')).find(Boolean))?.dataset.spot"""


def measure_activations() -> bool:
    """Print how much longer it takes to keep all activations of each network; return whether all meet the goal."""
    met = True
    # Threads that wait for one another use processor time too, and more of it on a busy computer.
    torch.set_num_threads(1)
    networks: list[tuple[str, FlowNetwork]] = [(preset.name, build(preset.architecture).eval()) for preset in PRESETS]
    networks.append(("EfficientNet-Lite0", load_efficientnet()))
    for name, network in networks:
        picture = np.random.default_rng(0).random(network.input_shape, dtype=np.float32)
        forwards, probes = [], []
        for _ in range(TURNS):
            forwards.append(time_of(lambda: forward(network, picture)))  # noqa: B023
            probes.append(time_of(lambda: probe(network, picture)))  # noqa: B023
        ratios = [probed / plain for probed, plain in zip(probes, forwards, strict=True)]
        ratio = statistics.median(ratios)
        more = statistics.median(probes) - statistics.median(forwards)
        within = ratio <= ACTIVATIONS_GOAL or more <= UNNOTICED
        met = met and within
        print(
            f"Activations of {name}: {1000 * statistics.median(probes):.2f} ms, forward pass "
            f"{1000 * statistics.median(forwards):.2f} ms, ratio {ratio:.2f}, goal {ACTIVATIONS_GOAL} or "
            f"{1000 * UNNOTICED} ms more: {'met' if within else 'MISSED'}"
        )
    return met


def measure_grad_cam() -> bool:
    """Print how much longer Grad-CAM takes than a forward and a backward pass; return whether the goal is met."""
    torch.set_num_threads(1)
    network = load_efficientnet().requires_grad_(False)
    picture = np.random.default_rng(0).random(network.input_shape, dtype=np.float32)
    layers = map_layers(network)
    met = True
    for name, layer in (("last", layers[-1]), ("first", layers[0])):
        passes, heats = [], []
        for _ in range(GRAD_CAM_TURNS):
            passes.append(time_of(lambda: forward_and_backward(network, picture)))
            heats.append(time_of(lambda: grad_cam(network, picture, 0, layer)))  # noqa: B023
        ratio = statistics.median(heat / plain for heat, plain in zip(heats, passes, strict=True))
        within = ratio <= GRAD_CAM_GOAL
        met = met and within
        print(
            f"Grad-CAM of EfficientNet-Lite0, {name} layer: {1000 * statistics.median(heats):.1f} ms, forward and "
            f"backward pass {1000 * statistics.median(passes):.1f} ms, ratio {ratio:.2f}, goal {GRAD_CAM_GOAL}: "
            f"{'met' if within else 'MISSED'}"
        )
    return met


def forward(network: FlowNetwork, picture: np.ndarray) -> torch.Tensor:
    with torch.inference_mode():
        output: torch.Tensor = network(torch.from_numpy(picture)[None])
        return output


def forward_and_backward(network: FlowNetwork, picture: np.ndarray) -> torch.Tensor:
    """The gradient of a logit by the pixels, (1, C, H, W)."""
    pictures = torch.from_numpy(picture)[None].requires_grad_(True)
    (gradient,) = torch.autograd.grad(network.logits(pictures)[0, 0], pictures)
    return gradient


def time_of(work: Callable[[], object]) -> float:
    """Seconds of processor time of this thread and torch's, which other load on the computer changes least."""
    started = time.process_time()
    work()
    return time.process_time() - started


def measure_clicks() -> bool:
    """Print how long a click takes; return whether the median of each kind meets the goal."""
    executable = find_chromium()
    if executable is None:
        raise SystemExit("No Chromium or Chrome was found: install one (Debian: apt-get install chromium).")
    with running_app() as app, sync_playwright() as playwright:
        browser = launch_chromium(playwright, executable)
        print(f"Chromium {browser.version}, the classic example of 64 × 64")
        with opened(browser, app.url, "/build") as page:
            build_classic(page)
            page.get_by_test_id("stSidebarNav").get_by_role("link", name="Look inside").click()
            wait_until_idle(page)
            page.get_by_test_id("stMain").get_by_text("3 Conv2D 64").click()
            wait_until_idle(page)
            map_clicks = [click_map(page, turn) for turn in range(CLICKS)]
            window_clicks = []
            for turn in range(CLICKS):
                click_map(page, turn)
                window_clicks.append(click_number(page, turn))
        browser.close()
    return all([report("a feature map", map_clicks), report("a number of a window", window_clicks)])


def click_map(page: Page, turn: int) -> float:
    picture = page.locator(".st-key-layer-2-maps .heatmaplayer image").first
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    assert box is not None
    # In the first map of the row, a different pixel each time.
    x, y = box["x"] + 10 + 6 * turn, box["y"] + 20 + 4 * (turn % 5)
    before = page.evaluate(f"() => {_SPOT}")
    return seconds(page, "mouseup", f"({_SPOT}) !== '{before}'", lambda: page.mouse.click(x, y))


def click_number(page: Page, turn: int) -> float:
    number = page.locator(".pixel .grid").first.locator("button").nth(turn % 9)
    number.scroll_into_view_if_needed()
    before = page.evaluate(f"() => {_SPOT}")
    return seconds(page, "click", f"({_SPOT}) !== '{before}'", number.click)


def report(what: str, clicks: list[float]) -> bool:
    met = statistics.median(clicks) <= CLICK_GOAL
    print(f"A click on {what}: {spread(clicks, ' s')}, goal {CLICK_GOAL} s: {'met' if met else 'MISSED'}")
    return met


def main() -> None:
    print(f"Python {platform.python_version()}, torch {torch.__version__}, 1 thread")
    met = [measure_activations(), measure_grad_cam(), measure_clicks()]
    raise SystemExit(0 if all(met) else 1)


if __name__ == "__main__":
    main()
