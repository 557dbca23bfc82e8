"""Opens ONNX files: their operators become layers, as far as these are known here; nothing of them is run.

What an operator computes is said at https://onnx.ai/onnx/operators/. One that is not known refuses the file: a network
that is nearly the same would be believed.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from visualizer.architecture.shapes import BYTES_PER_NUMBER
from visualizer.errors import UserError
from visualizer.limits import limits
from visualizer.source_code.files.onnx_constants import BATCH, NotComputed, computed
from visualizer.source_code.files.onnx_network import NetworkBuilder, Signal, not_known
from visualizer.source_code.files.onnx_operators import OPERATORS, Operation
from visualizer.source_code.files.onnx_patterns import simplified
from visualizer.source_code.files.process import ask
from visualizer.source_code.files.reading import FileReading, cannot_open
from visualizer.source_code.notes import Notes
from visualizer.source_code.python.journal import Journal

_ROOM_BYTES = 4_000_000  # for numbers that are no weights
_OPEN_SIZE = 64  # pixels, where the file leaves the picture's size open


def open_onnx(data: bytes) -> FileReading:
    """The network of an ONNX file with its weights.

    Raises:
        UserError: It is no such file, too large, damaged, or has an operator that is not known here.
    """
    from visualizer.architecture.network import Network

    most = limits().parameters * BYTES_PER_NUMBER + _ROOM_BYTES
    graph, arrays = ask({"kind": "onnx", "most_bytes": most}, data)
    reading = _GraphReader(graph, arrays).read()
    assert reading.weights is not None
    if not all(np.isfinite(array).all() for array in reading.weights.values()):
        raise cannot_open("Some of its weights are not numbers.", "Export the network again.")
    # Whether its layers fit, and whether it is too large, shows before anything of its size is made.
    import torch

    try:
        with torch.device("meta"):
            state = Network(reading.architecture).state_dict()
    except UserError as error:
        return replace(reading, weights=None, why_no_weights=error.why)
    expected = {name: tuple(array.shape) for name, array in state.items()}
    for name, shape in expected.items():
        if not shape:
            reading.weights[name] = np.zeros((), np.int64)  # how many batches a normalisation has seen
    if {name: array.shape for name, array in reading.weights.items()} != expected:
        raise cannot_open("Its weights do not have the shapes that its operators need.", "Export the network again.")
    return reading


class _GraphReader:
    """Follows the operators of one graph, in their order."""

    def __init__(self, graph: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> None:
        self.graph = graph
        self.arrays = arrays
        self.notes = Notes(Journal())
        self.values: dict[str, Signal | np.ndarray] = dict(arrays)

    def read(self) -> FileReading:
        nodes = self.needed()
        uses = Counter(name for node in nodes for name in node[2])
        first, network, batch = self.begun()
        readers: dict[str, list[Any]] = {}
        for node in nodes:
            for name in node[2]:
                readers.setdefault(name, []).append(node)
        self.values[self.graph["inputs"][0][0]] = first
        for operator, domain, inputs, outputs, attributes in nodes:
            if domain not in ("", "ai.onnx"):
                raise not_known(f"The operator “{domain}.{operator}”"[:100])
            given: list[Signal | np.ndarray | None] = []
            for name in inputs:
                if name and name not in self.values:
                    raise cannot_open("Its operators do not come one after the other.", "Export the network again.")
                given.append(self.values[name] if name else None)
            if not outputs:
                continue
            if operator == "Split" and any(readers.get(name) for name in outputs[1:]):
                raise not_known("The operator “Split” with several outputs")
            after = readers.get(outputs[0], [])
            then_first = bool(after) and all(
                node[0] == "Transpose" and node[4].get("perm") == [0, 3, 1, 2] for node in after
            )
            made = self.made(network, (batch, then_first), operator, given, attributes)
            self.values[outputs[0]] = made
            if isinstance(made, Signal) and uses[outputs[0]] > 1 and made.source >= 0:
                network.shared[made.source] = True
        last = self.values.get(self.graph["outputs"][0])
        if (
            not isinstance(last, Signal)
            or last.groups
            or last.lowest != (0, 0, 0, 0)
            or (last.last and len(last.shape) > 1)
        ):
            raise cannot_open("Its output does not depend on the picture as that of a network does.")
        if len(self.graph["outputs"]) > 1:
            self.notes.add(0, f"The file has {len(self.graph['outputs'])} outputs; the first one is opened.")
        architecture, weights = network.result("From ONNX", last)
        return FileReading(architecture, weights, self.notes.in_order())

    def needed(self) -> list[Any]:
        """The operators that lead to the first output, in their order."""
        if not self.graph["outputs"]:
            raise cannot_open("It has no output.", "Export the network again.")
        wanted = {self.graph["outputs"][0]}
        nodes = []
        for node in reversed(self.graph["nodes"]):
            if wanted & set(node[3]):
                wanted.update(name for name in node[2] if name)
                nodes.append(node)
        return simplified(nodes[::-1], self.arrays)

    def begun(self) -> tuple[Signal, NetworkBuilder, int | None]:
        """The picture, the network that begins with it, and how many pictures the file takes if it says so."""
        if len(self.graph["inputs"]) != 1:
            raise cannot_open(f"It has {len(self.graph['inputs'])} inputs; one picture is given to a network here.")
        (_, sizes) = self.graph["inputs"][0]
        if len(sizes) != 4:
            shown = " × ".join("n" if size is None else str(size) for size in sizes)
            raise cannot_open(f"Its input has the shape {shown or 'of nothing'}, which is no picture’s.")
        batch, *rest = sizes
        last = rest[0] not in (1, 3) and rest[2] in (1, 3)
        channels, height, width = (rest[2], rest[0], rest[1]) if last else rest
        if channels not in (1, 3):
            raise cannot_open(f"Its input has {channels or 'any number of'} channels; here a picture has 1 or 3.")
        if height in (None, 0) or width in (None, 0):
            self.notes.add(0, f"The file leaves the picture’s size open; {_OPEN_SIZE} pixels are used for it.")
        shape = (channels, height or _OPEN_SIZE, width or _OPEN_SIZE)
        if max(shape[1:]) > limits().input_side:
            raise cannot_open(
                f"Its input has {shape[1]:,} × {shape[2]:,} pixels; at most {limits().input_side} fit here."
            )
        return Signal(-1, shape, last=last), NetworkBuilder(shape), batch

    def made(
        self,
        network: NetworkBuilder,
        seen: tuple[int | None, bool],
        operator: str,
        inputs: list[Signal | np.ndarray | None],
        attributes: Mapping[str, Any],
    ) -> Signal | np.ndarray:
        """The output of an operator."""
        values = {
            name: self.arrays.get(value["array"]) if isinstance(value, dict) else value
            for name, value in attributes.items()
        }
        if operator == "Constant":
            found = next((value for value in values.values() if value is not None), None)
            if found is None or isinstance(found, str):
                raise not_known("A constant that is no number")
            return np.asarray(found, None if isinstance(found, np.ndarray) else type(np.ravel(found)[0]))
        if operator == "Shape" and isinstance(inputs[0], Signal):
            sizes = np.array([BATCH, *inputs[0].sizes], np.int64)
            return sizes[values.get("start", 0) : values.get("end", len(sizes))]
        if not any(isinstance(value, Signal) for value in inputs):
            known = [value for value in inputs if not isinstance(value, Signal)]
            if operator == "ConstantOfShape":
                values = {"array": values.get("value")}
            try:
                return computed(operator, known, values)
            except NotComputed as error:
                raise not_known(f"What the operator “{operator[:60]}” does with numbers of the file") from error
        function = OPERATORS.get(operator)
        if function is None:
            raise not_known(f"The operator “{operator[:60]}”")
        return function(Operation(network, operator, inputs, values, int(self.graph["opset"]), *seen))
