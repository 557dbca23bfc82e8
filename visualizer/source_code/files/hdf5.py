"""Reads the weights of Keras out of HDF5, in the process that parses files.

Only groups and datasets that lie in the file itself are followed, by the names that are asked for; a dataset must have
the shape that the network needs before anything of it is read.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import Any

import h5py
import numpy as np

from visualizer.source_code.files.reading import NetworkFileError, cannot_open

_MAX_TEXT = 2_000_000  # letters of a description
_MAX_WEIGHTS_OF_A_LAYER = 5_000
_MAX_CHUNK = 100_000_000  # numbers in one piece of a dataset
_GZIP, _SHUFFLE, _CHECKSUM = 1, 2, 3  # https://docs.hdfgroup.org/hdf5/v1_14/group___z.html
# The list of a model's layers, as versions of Keras call it.
_LAYERS = ("layers", "_layer_checkpoint_dependencies")
_DEPTHWISE = {"kernel": "depthwise_kernel"}  # of a DepthwiseConv2D in Keras 2

Answer = tuple[dict[str, Any], dict[str, np.ndarray]]


def read_keras_weights(head: Mapping[str, Any], data: bytes) -> Answer:
    """The arrays of a .keras file's model.weights.h5.

    Args:
        head: "wanted" has for each array "path" (of its layer's group), "number", "layer" (the layer's name) and
            "shape".
        data: The HDF5 file.

    Returns:
        No description; float32 arrays by their places in "wanted".
    """
    with _Opened(data) as file:
        return {}, {str(place): _keras_weights(file, wanted) for place, wanted in enumerate(head["wanted"])}


def read_description(head: Mapping[str, Any], data: bytes) -> Answer:
    """The description of the model in a whole model's .h5 file: "model" and "keras_version"."""
    with _Opened(data) as file:
        model, version = _text(file, "model_config"), _text(file, "keras_version")
    if not model:
        raise cannot_open(
            "It has weights, but no description of the model that they belong to.",
            "Save the whole model with model.save(), as a .keras file.",
        )
    return {"model": model, "keras_version": version}, {}


def read_h5_weights(head: Mapping[str, Any], data: bytes) -> Answer:
    """The arrays of a whole model's .h5 file.

    Args:
        head: "wanted" has for each array "top" (the layer of the whole model that it is in), "layer" (the layer's own
            name), "keras_name" and "shape".
        data: The HDF5 file.

    Returns:
        As `read_keras_weights`.
    """
    with _Opened(data) as file:
        root = file if "model_weights" not in file else _member(file, "model_weights")
        return {}, {str(place): _h5_weights(root, wanted) for place, wanted in enumerate(head["wanted"])}


class _Opened:
    """A context with the file; whatever the library finds wrong with it refuses it."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def __enter__(self) -> Any:
        try:
            self._file = h5py.File(io.BytesIO(self._data), "r")
        except (OSError, ValueError, RuntimeError, KeyError) as error:
            raise cannot_open("Its weights are damaged, or no HDF5 file.", "Save the model again.") from error
        return self._file

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if error is not None and not isinstance(error, NetworkFileError | MemoryError):
            raise cannot_open("Its weights are damaged.", "Save the model again.") from error


def _member(group: Any, name: str) -> Any:
    """What a group has under a name in the same file; an error for what lies elsewhere."""
    if not isinstance(group, h5py.Group) or "/" in name or name in (".", "..", "") or name not in group:
        raise _missing(name)
    if not isinstance(group.get(name, getlink=True), h5py.HardLink):
        raise cannot_open("Its weights refer to other places or files, which are not opened.", "Save the model again.")
    return group[name]


def _missing(name: str) -> NetworkFileError:
    return cannot_open(f"The weights “{name[:60]}” are missing in it.", "Save the model again.")


def _keras_weights(file: Any, wanted: Mapping[str, Any]) -> np.ndarray:
    group = file
    for name in wanted["path"]:
        other = _LAYERS[1]
        is_old = name == _LAYERS[0] and isinstance(group, h5py.Group) and name not in group and other in group
        group = _member(group, other if is_old else name)
    weights = _member(group, "vars")
    said = _text(weights, "name")
    if said and said != wanted["layer"]:
        raise cannot_open(
            f"Its weights are of a layer “{said[:60]}” where its description has “{wanted['layer'][:60]}”.",
            "Save the model again.",
        )
    return _numbers(_member(weights, str(wanted["number"])), wanted["shape"], "/".join(wanted["path"]))


def _h5_weights(root: Any, wanted: Mapping[str, Any]) -> np.ndarray:
    group = root
    for part in wanted["top"].split("/"):
        group = _member(group, part)
    named = {name: _name_parts(name) for name in _weight_names(group)}
    leaves = {wanted["keras_name"], _DEPTHWISE.get(wanted["keras_name"], wanted["keras_name"])}
    fitting = [name for name, parts in named.items() if parts[-1] in leaves]
    if wanted["top"] != wanted["layer"] or len(fitting) > 1:
        fitting = [name for name in fitting if wanted["layer"] in named[name][:-1]]
    if len(fitting) != 1:
        raise cannot_open(
            f"It does not say clearly which are the weights of “{wanted['layer'][:60]}”.",
            "Save the model as a .keras file.",
        )
    for part in fitting[0].split("/"):
        group = _member(group, part)
    return _numbers(group, wanted["shape"], fitting[0])


def _name_parts(name: str) -> list[str]:
    return [part.split(":")[0] for part in name.split("/")]


def _weight_names(group: Any) -> Iterator[str]:
    """The names of a layer's weights; a long list is in several attributes."""
    pieces = [key for key in group.attrs if key.rstrip("0123456789") == "weight_names"]
    found = 0
    for piece in pieces:
        for name in np.asarray(group.attrs[piece]).ravel()[:_MAX_WEIGHTS_OF_A_LAYER]:
            found += 1
            if found > _MAX_WEIGHTS_OF_A_LAYER:
                return
            yield _decoded(name)


def _text(group: Any, name: str) -> str:
    """A text that is attached to a group; empty if there is none."""
    if name not in group.attrs:
        return ""
    text = _decoded(group.attrs[name])
    if len(text) > _MAX_TEXT:
        raise cannot_open("The description of its model is too long.")
    return text


def _decoded(text: Any) -> str:
    if isinstance(text, bytes):
        return text.decode("utf-8", errors="replace")
    return text if isinstance(text, str) else ""


def _numbers(dataset: Any, shape: Sequence[int], name: str) -> np.ndarray:
    """The dataset as float32, if it lies in the file and has that shape."""
    if not isinstance(dataset, h5py.Dataset):
        raise _missing(name)
    if tuple(dataset.shape or ()) != tuple(shape):
        raise cannot_open(
            f"The weights “{name[:60]}” have the shape {_shown(dataset.shape)}; the network needs {_shown(shape)}.",
            "Save the model again.",
        )
    plan = dataset.id.get_create_plist()
    filters = {plan.get_filter(place)[0] for place in range(plan.get_nfilters())}
    if dataset.is_virtual or dataset.external or filters - {_GZIP, _SHUFFLE, _CHECKSUM}:
        raise cannot_open(
            "Its weights refer to other files, or are packed in a way that is not opened.", "Save the model again."
        )
    if (dataset.chunks and prod(dataset.chunks) > max(4 * prod(shape), 1_000_000, 0)) or prod(shape) > _MAX_CHUNK:
        raise cannot_open("Its weights are packed in pieces that are far too large.", "Save the model again.")
    kind = dataset.dtype
    if kind.kind == "V" and kind.itemsize == 2 and _text(dataset, "dtype") == "bfloat16":
        # The upper half of a float32.
        raw = np.ascontiguousarray(dataset[()]).view(np.uint16)
        return (raw.astype(np.uint32) << 16).view(np.float32)
    if kind.kind != "f" or kind.itemsize not in (2, 4, 8):
        raise cannot_open(
            "Its weights are rounded to whole numbers or of another kind that is not known here.",
            "Save the model with float32 weights.",
        )
    return np.asarray(dataset[()], dtype=np.float32).reshape(tuple(shape))


def _shown(shape: Sequence[int] | None) -> str:
    return " × ".join(map(str, (shape or ())[:8])) or "of one number"
