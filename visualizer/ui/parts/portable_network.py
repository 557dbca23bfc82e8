"""Sends a network to the browser, which computes it there (assets/lib/engine/): what it is made of, once, as bytes.

Anyone who knows a network's address may ask; it is a digest of the content, which cannot be guessed.
"""

import hashlib
import json
import struct
from typing import TYPE_CHECKING

from visualizer.errors import UserError
from visualizer.ui.kit.links import base_path
from visualizer.ui.kit.results import keep_results
from visualizer.ui.state.byte_cache import ByteCache

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    from visualizer.architecture.flow import FlowNetwork

PATH = "/network"

# Above one of these the server computes. The classic example's 20 million multiply-adds take 27 ms in Chromium on one
# of two busy cores, and torch 3 ms (`benchmarks.stage`); but to and from the server a picture and its numbers travel.
# So many take about 0.1 s, after which what is shown no longer follows the pen. Counted as `size_of` does.
MULTIPLY_ADDS_IN_BROWSER = 100_000_000
# Numbers of all layers. A function such as GELU takes 30 ns for each, and so many fill 16 MB, two or three times.
NUMBERS_IN_BROWSER = 4_000_000
# Of all weights: 1.3 s at 100 Mbit/s, once. The classic example has 6.5 MB.
BYTES_IN_BROWSER = 16_000_000

# Bytes of all networks that are kept together, and how many. A browser asks once, soon after the page's script has run.
KEPT_BYTES = 64_000_000
MOST_NETWORKS = 300
_A_YEAR = 31_536_000  # seconds


def address_of(network: "FlowNetwork") -> str | None:
    """Keep the network for the browser; returns its address below the app, by which `network_route` serves it.

    Call it whenever the page is drawn: what was dropped meanwhile is then kept again, under the same address.

    Returns:
        None where the server has to compute it: its stages are of a kind that the browser does not know, or it is over
        one of the bounds.
    """
    from visualizer.inspection.portable import portable, size_of

    try:
        size = size_of(network)
    except UserError:
        return None
    if size.multiply_adds > MULTIPLY_ADDS_IN_BROWSER or size.numbers > NUMBERS_IN_BROWSER:
        return None
    if 4 * size.weights > BYTES_IN_BROWSER:
        return None
    made = portable(network)
    body = network_bytes(made.header, made.weights)
    key = hashlib.sha256(body).hexdigest()[:32]
    _kept().put(key, body)
    return f"{PATH}/{key}"


def network_bytes(header: dict[str, object], weights: bytes) -> bytes:
    """The length of the header, little-endian uint32; the header as JSON, padded to whole words; the weights."""
    text = json.dumps(header, separators=(",", ":"), allow_nan=False).encode()
    text += b" " * (-len(text) % 4)
    return struct.pack("<I", len(text)) + text + weights


def network_route() -> "Route":
    """What the app serves under `PATH`: the bytes of a network that is kept, 404 where it is not."""
    from starlette.routing import Route

    return Route(f"{base_path()}{PATH}/{{key}}", _answer)


async def _answer(request: "Request") -> "Response":
    from starlette.responses import Response

    body = _kept().get(request.path_params["key"])
    if body is None:
        return Response(status_code=404, headers={"Cache-Control": "no-store"})
    headers = {"Cache-Control": f"private, max-age={_A_YEAR}, immutable"}
    return Response(body, media_type="application/octet-stream", headers=headers)


@keep_results(max_entries=1)
def _kept() -> "ByteCache[bytes]":
    return ByteCache(KEPT_BYTES, len, MOST_NETWORKS)
