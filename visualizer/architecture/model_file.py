"""A network with its weights as one file: safetensors, with the architecture in the metadata.

The metadata has one entry, "network", a JSON object of "architecture" and "notes". A single entry, because safetensors
writes several entries in a random order, and the same network should give the same bytes.
"""

import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from visualizer import log
from visualizer.architecture.architecture import (
    MAX_JSON_BYTES,
    Architecture,
    architecture_from_dict,
    architecture_to_dict,
)
from visualizer.architecture.shapes import BYTES_PER_NUMBER
from visualizer.errors import UserError
from visualizer.limits import limits

METADATA_KEY = "network"
MAX_HEADER_BYTES = 2 * MAX_JSON_BYTES

_LENGTH_BYTES = 8  # a file starts with its header's length, https://huggingface.co/docs/safetensors/index#format
_DTYPES: dict[str, np.dtype] = {"F32": np.dtype(np.float32), "I64": np.dtype(np.int64)}
_MEND = "Choose a file that this app saved."


def max_model_bytes() -> int:
    """The largest file: the weights of the largest network that may be trained, and some room for the rest."""
    return limits().parameters * BYTES_PER_NUMBER + 1_000_000 + MAX_HEADER_BYTES


class ModelFileError(UserError):
    """A file does not hold a network with its weights."""


def save_model(
    architecture: Architecture, weights: Mapping[str, np.ndarray], notes: Mapping[str, str] | None = None
) -> bytes:
    """A network with its weights as the bytes of a safetensors file.

    Args:
        architecture: The network; its JSON goes into the metadata.
        weights: Every array of the built network's state dict by its name.
        notes: More about it by name, such as the accuracy that it reached.

    Raises:
        ModelFileError: The weights are not those of this architecture.
    """
    # Not ascontiguousarray, which would give a single number an axis.
    arrays = {name: np.asarray(array, order="C") for name, array in weights.items()}
    _check_arrays(architecture, {name: (array.dtype, array.shape) for name, array in arrays.items()})
    network = {"architecture": architecture_to_dict(architecture), "notes": dict(notes or {})}
    return save(arrays, {METADATA_KEY: json.dumps(network, ensure_ascii=False)})


def load_model(source: Path | str | bytes) -> tuple[Architecture, dict[str, np.ndarray]]:
    """The network in a file that `save_model` wrote, from its path or its bytes; nothing in the file is executed.

    Its header is checked against the architecture before any weight is read.

    Returns:
        The architecture, and every array of its state dict by name.

    Raises:
        UserError: The file cannot be read, is too large, or does not hold a network with its weights.
    """
    data = _read(source)
    with log.refusals("model", len(data), UserError):
        return _network_with_weights(data)


def _network_with_weights(data: bytes) -> tuple[Architecture, dict[str, np.ndarray]]:
    header = _header(data)
    architecture = architecture_from_dict(_network(header).get("architecture"))
    _check_arrays(architecture, {name: _described(entry) for name, entry in header.items() if name != "__metadata__"})
    try:
        arrays = load(data)
    except (SafetensorError, KeyError, ValueError) as error:
        raise _not_a_model("Its weights are damaged.") from error
    # Again, since a header that names an array twice can be read in two ways.
    _check_arrays(architecture, {name: (array.dtype, array.shape) for name, array in arrays.items()})
    if not all(np.isfinite(array).all() for array in arrays.values()):
        raise _not_a_model("Some of its weights are not numbers.")
    return architecture, {name: array.copy() for name, array in arrays.items()}


def load_notes(source: Path | str | bytes) -> dict[str, str]:
    """The notes that were given to `save_model`. Raises UserError as `load_model` does."""
    notes = _network(_header(_read(source))).get("notes", {})
    if not isinstance(notes, dict) or not all(isinstance(note, str) for note in notes.values()):
        raise _not_a_model("Its notes are not text.")
    return notes


def _not_a_model(why: str) -> ModelFileError:
    return ModelFileError("The file could not be read as a network with its weights.", why, _MEND)


def _read(source: Path | str | bytes) -> bytes:
    if not isinstance(source, bytes):
        try:
            with Path(source).open("rb") as file:
                source = file.read(max_model_bytes() + 1)
        except OSError as error:
            raise ModelFileError(
                "The file with the network could not be opened.", remedy="Choose another file."
            ) from error
    if len(source) > max_model_bytes():
        raise _not_a_model(f"It has over {max_model_bytes() // 1_000_000} MB, more than any network here.")
    return source


def _header(data: bytes) -> dict[str, Any]:
    if len(data) < _LENGTH_BYTES:
        raise _not_a_model("It is empty or ends too early.")
    (length,) = struct.unpack("<Q", data[:_LENGTH_BYTES])
    if length > min(MAX_HEADER_BYTES, len(data) - _LENGTH_BYTES):
        raise _not_a_model("It is not a safetensors file, or ends too early.")
    return _json_object(data[_LENGTH_BYTES : _LENGTH_BYTES + length])


def _network(header: dict[str, Any]) -> dict[str, Any]:
    metadata = header.get("__metadata__")
    if not isinstance(metadata, dict) or METADATA_KEY not in metadata:
        raise _not_a_model(f"Its metadata has no “{METADATA_KEY}” that says what the weights are for.")
    return _json_object(metadata[METADATA_KEY])


def _json_object(text: Any) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except (TypeError, ValueError, RecursionError) as error:
        raise _not_a_model("Its header is not JSON.") from error
    if not isinstance(data, dict):
        raise _not_a_model("Its header is not a JSON object.")
    return data


def _described(entry: Any) -> tuple[np.dtype | None, tuple[int, ...]]:
    """The dtype and shape in a header's entry; None for an unsupported dtype."""
    if not isinstance(entry, dict) or not isinstance(entry.get("shape"), list):
        raise _not_a_model("It is not a safetensors file.")
    return _DTYPES.get(str(entry.get("dtype"))), tuple(entry["shape"])


def _check_arrays(architecture: Architecture, arrays: Mapping[str, tuple[np.dtype | None, tuple[int, ...]]]) -> None:
    """Raise unless names, dtypes and shapes are those of the architecture's own state dict."""
    expected = _state_dict(architecture)
    if missing := expected.keys() - arrays.keys():
        raise _other_weights(f"“{min(missing)}” is missing.")
    if surplus := arrays.keys() - expected.keys():
        raise _other_weights(f"The network has no “{min(surplus)[:60]}”.")
    for name, (dtype, shape) in expected.items():
        if arrays[name] != (dtype, shape):
            raise _other_weights(f"“{name}” is not {dtype} of shape {shape}.")


def _other_weights(why: str) -> ModelFileError:
    return ModelFileError("The weights do not belong to the network in the file.", why, _MEND)


def _state_dict(architecture: Architecture) -> dict[str, tuple[np.dtype, tuple[int, ...]]]:
    """Names, dtypes and shapes of the built network's state dict, without allocating it."""
    import torch

    from visualizer.architecture.network import Network

    with torch.device("meta"):
        state = Network(architecture).state_dict()
    # A torch dtype's name, as in "torch.float32", is NumPy's after the dot.
    return {name: (np.dtype(str(array.dtype)[6:]), tuple(array.shape)) for name, array in state.items()}
