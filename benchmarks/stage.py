"""How fast does a network compute in the browser? `python -m benchmarks.stage` measures it in Chromium in a minute.

One forward pass with all numbers of all layers, asked of the engine in its web worker: the time that the worker takes,
and the time until the page has them. Beside it torch on one thread, which keeps the same numbers, by turns.
"""

import argparse
import base64
import platform
import statistics
import time
from collections.abc import Sequence

import numpy as np
import torch
from playwright.sync_api import Page, sync_playwright

from tests.browser.app import find_chromium, launch_chromium, new_context
from tests.browser.modules import ADDRESS, open_modules
from visualizer.architecture.network import Network, build
from visualizer.architecture.presets import CLASSIC, LENET, TINY
from visualizer.inspection.portable import portable

# Milliseconds for a forward pass and its painting; what is measured here is the forward pass alone.
GOALS = ((TINY, 33), (LENET, 50), (CLASSIC, 150))
ROUNDS = 5

_START = """
async ([address, header, weights]) => {
  const { Engine } = await import(`${address}/lib/engine/client.js`);
  window.engine?.end();
  window.engine = await Engine.start();
  const bytes = Uint8Array.from(atob(weights), (letter) => letter.charCodeAt(0));
  await window.engine.load(header, new Float32Array(bytes.buffer));
}
"""
_RUN = """
async ([length, count]) => {
  const times = [];
  for (let turn = 0; turn < count; turn++) {
    const picture = Float32Array.from({ length }, Math.random);
    const started = performance.now();
    const answer = await window.engine.run(picture);
    times.push([performance.now() - started, answer.milliseconds]);
    window.engine.giveBack(answer);
  }
  return times;
}
"""


def in_browser(page: Page, network: Network, count: int) -> list[list[float]]:
    """Milliseconds of each forward pass: until the page has the numbers, and of the worker alone."""
    times: list[list[float]] = page.evaluate(_RUN, [int(np.prod(network.input_shape)), count])
    return times


def in_torch(network: Network, count: int) -> list[float]:
    """Milliseconds of each forward pass."""
    times = []
    with torch.inference_mode():
        for _ in range(count):
            picture = torch.rand(1, *network.input_shape)
            kept: list[torch.Tensor] = []
            started = time.perf_counter()
            network.run(picture, watch=lambda node, stages, value, kept=kept: kept.append(value))
            times.append(1000 * (time.perf_counter() - started))
    return times


def spread(values: Sequence[float]) -> str:
    return f"median {statistics.median(values):6.2f} ms, p95 {np.percentile(values, 95):6.2f} ms"


def measure(page: Page, network: Network, name: str, goal: float, count: int) -> bool:
    made = portable(network)
    page.evaluate(_START, [ADDRESS, made.header, base64.b64encode(made.weights).decode()])
    # The browser compiles what runs often; torch warms up too.
    in_browser(page, network, count)
    in_torch(network, count)
    browser, theirs = [], []
    for _ in range(ROUNDS):
        browser += in_browser(page, network, count)
        theirs += in_torch(network, count)
    waited, computed = zip(*browser, strict=True)
    met = np.percentile(waited, 95) <= goal
    ratio = statistics.median(computed) / statistics.median(theirs)
    millions, megabytes = made.header["multiply_adds"] / 1e6, len(made.weights) / 1e6
    print(f"{name}: {millions:.2f} million multiply-adds, {megabytes:.2f} MB of weights")
    print(f"  page    {spread(waited)}   p95 within {goal} ms: {'met' if met else 'MISSED'}")
    print(f"  worker  {spread(computed)}   {millions / statistics.median(computed):.2f} multiply-adds per ns")
    print(f"  torch   {spread(theirs)}   the worker takes {ratio:.1f} times as long", flush=True)
    return bool(met)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=20, help="forward passes in each of the rounds")
    count = parser.parse_args().count
    executable = find_chromium()
    if executable is None:
        raise SystemExit("No Chromium or Chrome was found: install one (Debian: apt-get install chromium).")
    torch.set_num_threads(1)
    print(f"Python {platform.python_version()}, torch {torch.__version__}, {ROUNDS} × {count} forward passes each")
    with sync_playwright() as playwright:
        browser = launch_chromium(playwright, executable)
        page = new_context(browser, 800, 600).new_page()
        open_modules(page)
        print(f"Chromium {browser.version}")
        met = [measure(page, build(p.architecture).eval(), p.name, goal, count) for p, goal in GOALS]
        browser.close()
    if not all(met):
        raise SystemExit("A goal was missed.")


if __name__ == "__main__":
    main()
