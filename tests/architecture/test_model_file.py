import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import save

from tests.strategies import graphs, with_blocks
from visualizer.architecture.architecture import Architecture, architecture_to_dict
from visualizer.architecture.layers.batch_normalization import BatchNormalization
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.model_file import ModelFileError, load_model, load_notes, max_model_bytes, save_model
from visualizer.architecture.network import build
from visualizer.architecture.presets import PRESETS, TINY
from visualizer.errors import UserError
from visualizer.inspection.load import load_network

# Batch normalisation has a buffer of whole numbers, the others have not.
SMALL = Architecture(
    "Small Ünit", (1, 4, 4), (Conv2D(filters=2), BatchNormalization(), Flatten(), Dense(units=3, activation="softmax"))
)


def weights_of(architecture: Architecture, seed: int = 0) -> dict[str, np.ndarray]:
    return {name: array.numpy() for name, array in build(architecture, seed=seed).state_dict().items()}


MODEL = save_model(SMALL, weights_of(SMALL), {"test_accuracy": "0.5"})


@pytest.mark.parametrize("architecture", [SMALL, *(preset.architecture for preset in PRESETS)])
def test_what_was_saved_is_loaded(architecture: Architecture) -> None:
    weights = weights_of(architecture, seed=3)
    loaded_architecture, loaded = load_model(save_model(architecture, weights))
    assert loaded_architecture == architecture
    assert loaded.keys() == weights.keys()
    for name, array in weights.items():
        assert loaded[name].dtype == array.dtype
        assert loaded[name].flags.writeable
        np.testing.assert_array_equal(loaded[name], array)


@settings(max_examples=40)
@given(graphs().flatmap(with_blocks), st.integers(0, 100))
def test_any_graph_is_loaded_and_answers_as_it_did(architecture: Architecture, seed: int) -> None:
    weights = weights_of(architecture, seed)
    loaded_architecture, loaded = load_model(save_model(architecture, weights))
    assert loaded_architecture == architecture
    picture = np.random.default_rng(seed).random((1, *architecture.input_shape), dtype=np.float32)
    before, after = (load_network(architecture, arrays).eval() for arrays in (weights, loaded))
    with torch.inference_mode():
        np.testing.assert_array_equal(before(torch.from_numpy(picture)), after(torch.from_numpy(picture)))


def test_a_path_is_read_like_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "network.safetensors"
    path.write_bytes(MODEL)
    for source in (path, str(path)):
        assert load_model(source)[0] == SMALL
        assert load_notes(source) == {"test_accuracy": "0.5"}


def test_notes_are_optional() -> None:
    assert load_notes(save_model(SMALL, weights_of(SMALL))) == {}


def test_the_same_network_gives_the_same_bytes() -> None:
    notes = {name: name for name in "abcdefgh"}
    assert len({save_model(SMALL, weights_of(SMALL), notes) for _ in range(8)}) == 1


def test_a_turned_array_is_saved_as_it_reads() -> None:
    weights = weights_of(SMALL)
    weights["layers.3.dense.weight"] = np.asfortranarray(weights["layers.3.dense.weight"])
    np.testing.assert_array_equal(
        load_model(save_model(SMALL, weights))[1]["layers.3.dense.weight"], weights["layers.3.dense.weight"]
    )


def test_weights_of_another_network_are_not_saved() -> None:
    with pytest.raises(ModelFileError, match=r"“layers\.1\.normalization\.bias” is missing\."):
        save_model(SMALL, weights_of(TINY.architecture))


def file_with(arrays: dict[str, np.ndarray], network: Any) -> bytes:
    return save(arrays, {"network": json.dumps(network)})


def changed(**arrays: np.ndarray) -> dict[str, np.ndarray]:
    """The weights of SMALL with some arrays replaced; the name's dots are written as two underscores."""
    return weights_of(SMALL) | {name.replace("__", "."): array for name, array in arrays.items()}


NETWORK = {"architecture": architecture_to_dict(SMALL)}
KERNELS = "layers.0.convolution.weight"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty or ends too early"),
        (b"GIF89a and so on and on", "not a safetensors file"),
        (struct.pack("<Q", 2**63) + b"{}", "not a safetensors file"),
        (struct.pack("<Q", 4) + b"oops", "header is not JSON"),
        (struct.pack("<Q", 2) + b"[]", "header is not a JSON object"),
        (struct.pack("<Q", 100_000) + b"[" * 100_000, "header is not JSON"),
        (save({"a": np.zeros(3)}), "metadata has no “network”"),
        (file_with({}, NETWORK), r"“layers\.0\.convolution\.bias” is missing\."),
        (file_with(changed(extra=np.zeros(2)), NETWORK), "The network has no “extra”"),
        (
            file_with(changed(layers__0__convolution__weight=np.zeros((2, 1, 3, 2), np.float32)), NETWORK),
            r"“layers\.0\.convolution\.weight” is not float32 of shape \(2, 1, 3, 3\)\.",
        ),
        (
            file_with(changed(layers__0__convolution__weight=np.zeros((2, 1, 3, 3))), NETWORK),
            r"“layers\.0\.convolution\.weight” is not float32",
        ),
        (file_with(weights_of(SMALL), ["no object"]), "header is not a JSON object"),
        (MODEL[:-8], "weights are damaged"),
        (MODEL + bytes(8), "weights are damaged"),
    ],
)
def test_a_file_that_is_no_network_is_refused_in_a_sentence(data: bytes, why: str) -> None:
    with pytest.raises(ModelFileError, match=why):
        load_model(data)


def test_an_architecture_that_does_not_fit_is_refused() -> None:
    network = {"architecture": architecture_to_dict(SMALL.with_layers((Dense(units=3),)))}
    with pytest.raises(UserError, match="does not fit"):
        load_model(file_with({}, network))


def test_a_file_without_an_architecture_is_refused() -> None:
    with pytest.raises(UserError, match="not a network of this app"):
        load_model(file_with(weights_of(SMALL), {"notes": {}}))


def test_notes_that_are_no_text_are_refused() -> None:
    with pytest.raises(ModelFileError, match="notes are not text"):
        load_notes(file_with(weights_of(SMALL), NETWORK | {"notes": {"a": 1}}))


def test_a_header_that_names_an_array_twice_cannot_smuggle_another_shape_in() -> None:
    data = file_with(changed(layers__0__convolution__weight=np.zeros((2, 1, 9, 1), np.float32)), NETWORK)
    (length,) = struct.unpack("<Q", data[:8])
    header = data[8 : 8 + length].decode().rstrip()
    entry = json.dumps(json.loads(header)[KERNELS] | {"shape": [2, 1, 3, 3]})
    doubled = f'{header[:-1]}, "{KERNELS}": {entry}}}'.encode()
    smuggled = struct.pack("<Q", len(doubled)) + doubled + data[8 + length :]
    try:
        _, weights = load_model(smuggled)
    except ModelFileError:
        return
    assert weights[KERNELS].shape == (2, 1, 3, 3)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="could not be opened"):
        load_model(tmp_path / "none.safetensors")


def test_a_file_larger_than_any_network_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "large.safetensors"
    with path.open("wb") as file:
        file.truncate(max_model_bytes() + 1)
    with pytest.raises(ModelFileError, match="more than any network here"):
        load_model(path)


@settings(deadline=None, max_examples=300)
@given(st.lists(st.tuples(st.integers(0, len(MODEL) - 1), st.integers(0, 255)), max_size=5), st.integers(0, len(MODEL)))
def test_a_damaged_file_is_loaded_or_refused(changes: list[tuple[int, int]], end: int) -> None:
    data = bytearray(MODEL)
    for place, value in changes:
        data[place] = value
    for file in (bytes(data), bytes(data[:end])):
        try:
            architecture, weights = load_model(file)
        except UserError:
            continue
        assert {name: array.shape for name, array in weights.items()} == {
            name: tuple(array.shape) for name, array in build(architecture).state_dict().items()
        }


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_weights_that_are_no_numbers_are_refused(value: float) -> None:
    network = build(TINY.architecture)
    weights = {name: tensor.numpy().copy() for name, tensor in network.state_dict().items()}
    next(array for array in weights.values() if array.ndim)[0] = value
    with pytest.raises(ModelFileError, match="Some of its weights are not numbers"):
        load_model(save_model(TINY.architecture, weights))
