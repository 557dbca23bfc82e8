"""Networks that are computed in the browser beside torch."""

import base64
import copy
from typing import Any

import numpy as np
import torch
from playwright.sync_api import Page

from tests.browser.modules import ADDRESS
from visualizer.architecture.flow import FlowNetwork, Node
from visualizer.inspection.portable import Portable, portable

# What all stages output, one after the other, as base64; only text passes between Python and the page.
_RUN = """
async ([address, header, weights, picture]) => {
  const { PortableNetwork } = await import(`${address}/lib/engine/network.js`);
  const floats = (text) => new Float32Array(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);
  const text = (floats) => {
    const bytes = new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength);
    let letters = '';
    for (let at = 0; at < bytes.length; at += 8192) letters += String.fromCharCode(...bytes.subarray(at, at + 8192));
    return btoa(letters);
  };
  const network = new PortableNetwork(header, floats(weights));
  const values = network.run(floats(picture));
  return values.map(({ input, stages }) => [text(input), ...stages.map(text)]);
}
"""


def run_in_browser(page: Page, made: Portable, picture: np.ndarray) -> list[list[np.ndarray]]:
    """The input of each node and what its stages output, flat, for a picture (C, H, W)."""
    texts = [base64.b64encode(data).decode() for data in (made.weights, picture.astype("<f4").tobytes())]
    found = page.evaluate(_RUN, [ADDRESS, made.header, *texts])
    return [[np.frombuffer(base64.b64decode(text), "<f4") for text in node] for node in found]


def run_in_torch(network: FlowNetwork, picture: torch.Tensor) -> list[list[np.ndarray]]:
    """The same, by torch."""
    found: list[list[np.ndarray]] = [[] for _ in network.nodes]

    def watch(node: Node, stages_run: int, value: torch.Tensor) -> None:
        found[node.index].append(value[0].numpy().ravel())

    with torch.no_grad():
        network.eval().run(picture[None], watch=watch)
    return found


def assert_equals_torch(page: Page, network: FlowNetwork, picture: np.ndarray) -> dict[str, Any]:
    """Assert that each stage of each layer outputs what torch's does; returns the header of the network.

    To 1e-4 of the largest number that the stage outputs. Numbers may cancel out to float32's rounding errors: where
    torch is not that exact itself, as float64 shows, the browser may be off as far as a few times torch's error.
    """
    made = portable(network.eval())
    found = run_in_browser(page, made, picture)
    expected = run_in_torch(network, torch.from_numpy(picture))
    exact = run_in_torch(copy.deepcopy(network).double(), torch.from_numpy(picture).double())
    for node, arrays, *right in zip(network.nodes, found, expected, exact, strict=True):
        names = ["input", *(name for name, _ in node.stages)]
        for name, ours, theirs, best in zip(names, arrays, *right, strict=True):
            finite = np.isfinite(theirs)
            largest = np.abs(theirs[finite]).max(initial=0)
            error = np.abs(theirs[finite] - best[finite]).max(initial=0)
            where = f"layer {node.index + 1}, {name}"
            np.testing.assert_array_equal(ours[~finite], theirs[~finite], where)
            tolerance = 1e-4 * float(largest) + 8 * float(error)
            np.testing.assert_allclose(ours[finite], theirs[finite], rtol=0, atol=tolerance, err_msg=where)
    return made.header
