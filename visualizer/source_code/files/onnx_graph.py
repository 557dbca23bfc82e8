"""Parses an ONNX file into plain data, in the process that parses files. Source: https://onnx.ai/onnx/repo-docs/IR.html"""

from collections.abc import Mapping
from math import prod
from typing import Any

import numpy as np
import onnx
from onnx import numpy_helper

from visualizer.source_code.files.reading import cannot_open

_MAX_NODES = 10_000
_MAX_NAME = 500
_MAX_NUMBERS = 64  # in one attribute
_MAX_AXES = 8
_NUMBER_BYTES = 4
_ATTRIBUTE = onnx.AttributeProto


def read_graph(head: Mapping[str, Any], data: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The graph of an ONNX model.

    Args:
        head: "most_bytes" is how much its weights may take in float32.
        data: The file.

    Returns:
        "opset", "inputs" (name and sizes, None where one is open), "outputs" (names) and "nodes" (operator, domain,
        inputs, outputs, attributes; an array among these is its name in {"array": name}); and the arrays by their
        names, float32 or int64.

    Raises:
        NetworkFileError: It is no ONNX model, is too large, or has data in other files.
    """
    model = onnx.ModelProto()
    try:
        model.ParseFromString(data)
    except Exception as error:  # protobuf's own kinds, which depend on how it was built
        raise cannot_open("It is not an ONNX file, or it ends too early.", "Export the network again.") from error
    graph = model.graph
    if not graph.node:
        raise cannot_open("It is not an ONNX file with a network.", "Export the network again.")
    if len(graph.node) > _MAX_NODES:
        raise cannot_open(f"It has over {_MAX_NODES:,} operators, more than any network here.")
    if model.functions or graph.sparse_initializer:
        raise cannot_open("It defines operators of its own.", "Export the network with ONNX’s own operators.")
    arrays = _Arrays(int(head["most_bytes"]) // _NUMBER_BYTES)
    for tensor in graph.initializer:
        arrays.add(tensor.name, tensor)
    nodes = []
    for place, node in enumerate(graph.node):
        attributes = {item.name[:_MAX_NAME]: _value(item, arrays, f"{place}/{item.name}") for item in node.attribute}
        nodes.append([_name(node.op_type), _name(node.domain), _names(node.input), _names(node.output), attributes])
    inputs = [[_name(item.name), _sizes(item)] for item in graph.input if item.name not in arrays.found]
    opset = max((item.version for item in model.opset_import if item.domain in ("", "ai.onnx")), default=0)
    outputs = [_name(item.name) for item in graph.output]
    return {"opset": opset, "inputs": inputs, "outputs": outputs, "nodes": nodes}, arrays.found


class _Arrays:
    """The arrays that were found; together they have at most so many numbers."""

    def __init__(self, most: int) -> None:
        self._left = most
        self.found: dict[str, np.ndarray] = {}

    def add(self, name: str, tensor: Any) -> None:
        if tensor.data_location == onnx.TensorProto.EXTERNAL or tensor.external_data:
            raise cannot_open(
                "Its weights are in another file.", "Export the network into one file (external_data=False)."
            )
        sizes = list(tensor.dims)
        if len(sizes) > _MAX_AXES or any(size < 0 for size in sizes):
            raise cannot_open("It is damaged.", "Export the network again.")
        self._left -= prod(sizes)
        if self._left < 0:
            raise cannot_open("Its weights are more than those of any network here.")
        try:
            array = numpy_helper.to_array(tensor)
        except (ValueError, TypeError, KeyError) as error:
            raise cannot_open("Its weights are damaged, or no numbers.", "Export the network again.") from error
        if array.dtype.kind in "iub":
            self.found[_name(name)] = array.astype(np.int64)
        elif array.dtype.kind == "f" or array.dtype.name == "bfloat16":
            self.found[_name(name)] = array.astype(np.float32)
        else:
            raise cannot_open("Its weights are no usual numbers.", "Export the network in float32.")


def _name(name: str) -> str:
    if len(name) > _MAX_NAME:
        raise cannot_open("It is damaged.", "Export the network again.")
    return name


def _names(names: Any) -> list[str]:
    if len(names) > _MAX_NUMBERS:
        raise cannot_open(f"One of its operators has over {_MAX_NUMBERS} inputs.")
    return [_name(name) for name in names]


def _value(attribute: Any, arrays: _Arrays, name: str) -> Any:
    """An attribute as a plain value; None for one that no operator here has."""
    kind = attribute.type
    if kind == _ATTRIBUTE.INT:
        return attribute.i
    if kind == _ATTRIBUTE.FLOAT:
        return attribute.f
    if kind == _ATTRIBUTE.STRING:
        return attribute.s[:_MAX_NAME].decode("utf-8", errors="replace")
    if kind == _ATTRIBUTE.INTS:
        return list(attribute.ints[:_MAX_NUMBERS])
    if kind == _ATTRIBUTE.FLOATS:
        return list(attribute.floats[:_MAX_NUMBERS])
    if kind == _ATTRIBUTE.TENSOR:
        arrays.add(name, attribute.t)
        return {"array": name}
    return None


def _sizes(item: Any) -> list[int | None]:
    """The sizes of an input, None for each that is open; empty where it is no array."""
    shape = item.type.tensor_type.shape
    return [size.dim_value if size.HasField("dim_value") else None for size in shape.dim[:_MAX_AXES]]
