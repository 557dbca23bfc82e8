"""Networks that are computed in the browser beside torch."""

import base64
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


def run_in_torch(network: FlowNetwork, picture: np.ndarray) -> list[list[np.ndarray]]:
    """The same, by torch."""
    found: list[list[np.ndarray]] = [[] for _ in network.nodes]

    def watch(node: Node, stages_run: int, value: torch.Tensor) -> None:
        found[node.index].append(value[0].numpy().ravel())

    with torch.no_grad():
        network.eval().run(torch.from_numpy(picture)[None], watch=watch)
    return found


def assert_equals_torch(page: Page, network: FlowNetwork, picture: np.ndarray) -> dict[str, Any]:
    """Assert that each stage of each layer outputs what torch's does; returns the header of the network."""
    made = portable(network.eval())
    expected, found = run_in_torch(network, picture), run_in_browser(page, made, picture)
    for node, arrays, right in zip(network.nodes, found, expected, strict=True):
        for name, ours, theirs in zip(["input", *(name for name, _ in node.stages)], arrays, right, strict=True):
            finite = np.isfinite(theirs)
            largest = float(np.abs(theirs[finite]).max(initial=0))
            where = f"layer {node.index + 1}, {name}"
            np.testing.assert_array_equal(ours[~finite], theirs[~finite], where)
            np.testing.assert_allclose(ours[finite], theirs[finite], rtol=0, atol=1e-4 * largest, err_msg=where)
    return made.header
