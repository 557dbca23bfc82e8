"""A network is sent to the browser once, under an address that names its content."""

import asyncio
import json
import struct
from types import SimpleNamespace

import numpy as np
import pytest
from torch import nn

from visualizer.architecture.flow import Node
from visualizer.architecture.gallery.catalog import GALLERY
from visualizer.architecture.network import build
from visualizer.architecture.presets import CLASSIC, LENET, TINY
from visualizer.inspection.portable import portable
from visualizer.ui.parts import portable_network
from visualizer.ui.parts.portable_network import KEPT_BYTES, MOST_NETWORKS, address_of
from visualizer.ui.state.byte_cache import ByteCache


@pytest.fixture(autouse=True)
def kept(monkeypatch) -> ByteCache:
    cache = ByteCache[bytes](KEPT_BYTES, len, MOST_NETWORKS)
    monkeypatch.setattr(portable_network, "_kept", lambda: cache)
    return cache


def ask(address: str):
    key = address.removeprefix(f"{portable_network.PATH}/")
    return asyncio.run(portable_network._answer(SimpleNamespace(path_params={"key": key})))


def test_its_bytes_are_the_header_and_the_weights_and_the_browser_keeps_them():
    network = build(TINY.architecture)
    answer = ask(address_of(network))
    made = portable(network)
    (length,) = struct.unpack("<I", answer.body[:4])
    assert length % 4 == 0
    assert json.loads(answer.body[4 : 4 + length]) == made.header
    assert answer.body[4 + length :] == made.weights
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert answer.media_type == "application/octet-stream"


def test_the_address_is_that_of_the_content():
    network = build(TINY.architecture)
    address = address_of(network)
    assert address_of(build(TINY.architecture)) == address
    first = network.nodes[0].stages[0][1]
    first.weight.data[0, 0, 0, 0] += 1
    other = address_of(network)
    assert other != address
    assert np.any(np.frombuffer(ask(other).body, np.uint8) != np.frombuffer(ask(address).body, np.uint8))


@pytest.mark.parametrize("key", ["", "0" * 32, "../live", "ü"])
def test_what_is_not_kept_is_not_found_and_the_browser_asks_again(key):
    answer = ask(key)
    assert (answer.status_code, answer.body, answer.headers["cache-control"]) == (404, b"", "no-store")


def test_a_network_that_was_dropped_comes_back_under_its_address(kept):
    network = build(TINY.architecture)
    address = address_of(network)
    kept.drop(lambda key: True)
    assert ask(address).status_code == 404
    assert address_of(network) == address
    assert ask(address).status_code == 200


def test_few_networks_are_kept(kept, monkeypatch):
    small = ByteCache[bytes](20_000, len, 2)
    monkeypatch.setattr(portable_network, "_kept", lambda: small)
    addresses = [address_of(build(TINY.architecture, seed=seed)) for seed in range(3)]
    assert [ask(address).status_code for address in addresses] == [404, 200, 200]
    assert ask(address_of(build(LENET.architecture))).status_code == 200  # 250 kB, alone
    assert ask(addresses[2]).status_code == 404


def test_networks_of_lessons_are_computed_in_the_browser():
    assert all(address_of(build(preset.architecture)) for preset in (TINY, LENET, CLASSIC))


@pytest.mark.parametrize("entry", GALLERY, ids=lambda entry: entry.name)
def test_so_are_the_small_networks_of_the_gallery(entry):
    assert address_of(build(entry.make_small(), None)) is not None


@pytest.mark.parametrize("bound", ["MULTIPLY_ADDS_IN_BROWSER", "NUMBERS_IN_BROWSER", "BYTES_IN_BROWSER"])
def test_over_a_bound_the_server_computes(monkeypatch, kept, bound):
    monkeypatch.setattr(portable_network, bound, 1000)
    assert address_of(build(TINY.architecture)) is None


def test_what_the_browser_does_not_know_the_server_computes():
    network = build(TINY.architecture)
    last = network.nodes[-1]
    unknown = (("own", nn.Softsign()),)
    network.nodes = (*network.nodes[:-1], Node(last.index, last.layer, unknown, last.sources, last.shape, last.sees))
    assert address_of(network) is None
