"""A whole network as plain data, its shapes, counts and problems without building it, and its JSON."""

import dataclasses
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from visualizer import log
from visualizer.architecture.bounds import largest_batch, passed_bound
from visualizer.architecture.goal import Ending, OutputGoal, Place
from visualizer.architecture.layer import (
    Fix,
    Layer,
    LayerDoesNotFit,
    Problem,
    layer_from_dict,
    layer_to_dict,
)
from visualizer.architecture.shapes import BYTES_PER_NUMBER, Shape, is_maps, numbers_in
from visualizer.architecture.span import PICTURE
from visualizer.architecture.wires import passages
from visualizer.errors import UserError, short_repr
from visualizer.words import counted

JSON_FORMAT = "cnn-visualizer/architecture"
# A chain without blocks is written as the first version has it, so that older copies of the app read it.
CHAIN_VERSION, GRAPH_VERSION = 1, 2
MAX_JSON_BYTES = 1_000_000
MAX_LAYERS = 1_000
MAX_NAME_LENGTH = 60
_MOST_CONNECTIONS = 3  # that are offered to a layer which needs one
MAX_INPUT_SIZE = 1024  # of any architecture; `Limits` says what a server trains


class ArchitectureError(UserError):
    """An architecture, or a file that should hold one, cannot be used."""


@dataclass(frozen=True)
class Block:
    """Consecutive layers with a name, which can be shown as one: from `first` to `last`, by index, both included."""

    title: str
    first: int
    last: int


@dataclass(frozen=True)
class Architecture:
    """Layers and what each of them reads.

    Attributes:
        name: For people.
        input_shape: (C, H, W), 1 or 3 channels, at most 1024 pixels high and wide.
        layers: In an order in which each comes after all that it reads; the last one makes the output.
        wires: The layers that each layer reads, by index, PICTURE for the input. Empty for a chain, in which each reads
            the one before; also where it is given in full.
        blocks: Named parts, in order, which do not overlap.

    Raises:
        ArchitectureError: The input shape is out of range, there are over 1,000 layers, or the wires or the blocks do
            not fit the layers.
    """

    name: str
    input_shape: tuple[int, int, int]
    layers: tuple[Layer, ...] = ()
    wires: tuple[tuple[int, ...], ...] = ()
    blocks: tuple[Block, ...] = ()

    def __post_init__(self) -> None:
        shape = self.input_shape
        whole = isinstance(shape, tuple) and len(shape) == 3 and all(type(size) is int for size in shape)
        if not whole or shape[0] not in (1, 3) or not all(1 <= size <= MAX_INPUT_SIZE for size in shape[1:]):
            raise ArchitectureError(
                f"The input cannot have the shape {short_repr(shape)}.",
                f"An input has 1 or 3 channels, and 1 to {MAX_INPUT_SIZE} pixels in height and in width.",
                "Change the input size.",
            )
        _check_layer_count(len(self.layers))
        if self.wires:
            _check_wires(self.layers, self.wires)
        if self.wires == _chain(len(self.layers)):
            object.__setattr__(self, "wires", ())
        _check_blocks(self.blocks, len(self.layers))

    @property
    def sources(self) -> tuple[tuple[int, ...], ...]:
        """The layers that each layer reads, by index, PICTURE for the input."""
        return self.wires or _chain(len(self.layers))

    @property
    def ends_in_softmax(self) -> bool:
        """Whether the last layer applies a softmax, so that its output is probabilities."""
        last = self.layers[-1:]
        return any(getattr(layer, setting.name) == "softmax" for layer in last for setting in layer.settings())

    def with_layers(self, layers: tuple[Layer, ...]) -> "Architecture":
        """This architecture with other layers in the same places; a chain may get another number of them."""
        assert len(layers) == len(self.layers) or not (self.wires or self.blocks)
        return replace(self, layers=layers)

    def up_to(self, count: int) -> "Architecture":
        """Its first `count` layers alone."""
        blocks = tuple(block for block in self.blocks if block.last < count)
        return replace(self, layers=self.layers[:count], wires=self.wires[:count], blocks=blocks)


def _check_layer_count(count: int) -> None:
    if count > MAX_LAYERS:
        raise ArchitectureError(
            f"The network has {count:,} layers.", f"At most {MAX_LAYERS:,} fit here.", "Remove some."
        )


@lru_cache(maxsize=16)  # every card of a long list asks
def _chain(count: int) -> tuple[tuple[int, ...], ...]:
    return tuple((index - 1,) for index in range(count))


def _check_wires(layers: tuple[Layer, ...], wires: tuple[tuple[int, ...], ...]) -> None:
    if len(wires) != len(layers):
        raise ArchitectureError(
            "The connections of the network do not match its layers.",
            f"There are {len(wires):,} for {counted(len(layers), 'layer')}.",
            "Say for each layer what it reads.",
        )
    for index, (layer, sources) in enumerate(zip(layers, wires, strict=True)):
        earlier = all(type(source) is int and PICTURE <= source < index for source in sources)
        if not earlier or not 1 <= len(sources) <= layer.most_inputs:
            raise ArchitectureError(
                f"Layer {index + 1}, {layer.title}, cannot read {short_repr(sources)}.",
                f"It reads 1 to {layer.most_inputs} of the layers before it, by number from 0; {PICTURE} is the input.",
                "Change its connections.",
            )


def _check_blocks(blocks: tuple[Block, ...], count: int) -> None:
    free = 0
    for block in blocks:
        if not free <= block.first <= block.last < count:
            raise ArchitectureError(
                f"The block “{one_line(block.title)}” cannot have the layers {block.first} to {block.last}.",
                "Blocks come one after the other and hold layers of the network, numbered from 0.",
                "Change its first and last layer.",
            )
        free = block.last + 1


@dataclass(frozen=True)
class LayerReport:
    """One layer in its place. Shapes and counts are None where an earlier layer does not fit.

    `input_shape` is what several inputs make; `parameters` are trained, `kept` numbers are used but not trained;
    `sources` are the layers that it reads, by index.
    """

    layer: Layer
    input_shape: Shape | None
    output_shape: Shape | None
    parameters: int | None
    multiply_adds: int | None
    problem: Problem | None = None
    kept: int = 0
    sources: tuple[int, ...] = ()


@dataclass(frozen=True)
class ArchitectureReport:
    """What `summarize` returns. Totals count the layers that fit; `fits`: all layers fit, and no bound is passed."""

    input_shape: tuple[int, int, int]
    layers: tuple[LayerReport, ...]
    problem: Problem | None
    parameters: int
    multiply_adds: int
    activation_numbers: int

    @property
    def kept(self) -> int:
        """Numbers of all layers that are used but not trained."""
        return sum(report.kept for report in self.layers)

    @property
    def fits(self) -> bool:
        return self.problem is None and all(report.problem is None for report in self.layers)

    def activation_bytes(self, batch_size: int) -> int:
        """Bytes of the input and every layer's output for one batch, in float32.

        A layer's output counts once, after its activation. A forward pass keeps about as much for the gradient, and
        more where an activation function keeps its own input.
        """
        return self.activation_numbers * batch_size * BYTES_PER_NUMBER

    def passed_bound(self, batch_size: int = 1) -> Problem | None:
        """The first bound of this server that the network passes with such batches; see `bounds.passed_bound`."""
        counts = self.parameters, self.activation_numbers, self.multiply_adds
        return passed_bound(self.input_shape, *counts, batch_size)

    @property
    def largest_batch(self) -> int:
        """How many pictures may go through the network at once, at least 1."""
        return largest_batch(self.activation_numbers, self.multiply_adds)


def summarize(architecture: Architecture, goal: OutputGoal | None = None) -> ArchitectureReport:
    """Shapes, counts and problems of every layer, without torch.

    Args:
        architecture: Any architecture, also one that does not fit.
        goal: What the last layer must output; None for anything.
    """
    shapes: dict[int, Shape] = {PICTURE: architecture.input_shape}
    unread = _unread(architecture)
    reports: list[LayerReport] = []
    for index, (layer, sources) in enumerate(zip(architecture.layers, architecture.sources, strict=True)):
        row = LayerReport(layer, None, None, None, None, sources=sources)
        if any(source not in shapes for source in sources):
            pass  # an earlier layer does not fit
        elif len(sources) < layer.least_inputs:
            row = replace(row, problem=_lacks_an_input(layer, index, sources, shapes))
        else:
            row = _report(row, [shapes[source] for source in sources])
        if row.problem is None and index in unread:
            row = replace(row, problem=_UNREAD)
        if row.output_shape is not None:
            shapes[index] = row.output_shape
        reports.append(row)
    report = ArchitectureReport(
        input_shape=architecture.input_shape,
        layers=tuple(reports),
        problem=None,
        parameters=sum(row.parameters or 0 for row in reports),
        multiply_adds=sum(row.multiply_adds or 0 for row in reports),
        activation_numbers=sum(map(numbers_in, shapes.values())),
    )
    if not report.fits:
        return report
    if not reports:
        return replace(report, problem=Problem("The network has no layers yet.", "It needs at least one.", ()))
    report = replace(report, problem=report.passed_bound())
    if report.problem is None and goal is not None:
        blocks = {block.title: reports[block.last].output_shape or () for block in architecture.blocks}
        report = _check_goal(report, goal, architecture.ends_in_softmax, blocks)
    return report


def _report(row: LayerReport, shapes: list[Shape]) -> LayerReport:
    """The row with its shapes and counts, or its problem; `shapes` are those of the outputs that it reads."""
    layer = row.layer
    try:
        input_shape = layer.merged_shape(shapes)
    except LayerDoesNotFit as error:
        return replace(row, problem=error.problem)
    row = replace(row, input_shape=input_shape)
    try:
        output_shape = layer.output_shape(input_shape)
    except LayerDoesNotFit as error:
        return replace(row, problem=error.problem)
    return replace(
        row,
        output_shape=output_shape,
        parameters=layer.parameter_count(input_shape),
        multiply_adds=layer.multiply_adds(input_shape),
        kept=layer.kept_count(input_shape),
    )


_UNREAD = Problem(
    "Nothing reads the output of this layer.",
    "Connect it to a later layer, or remove it.",
    (Fix("Remove this layer"),),
)


def _unread(architecture: Architecture) -> set[int]:
    """The layers, but for the last, that no layer reads."""
    read = {source for sources in architecture.wires for source in sources}
    return set(range(len(architecture.wires) - 1)) - read


def _lacks_an_input(layer: Layer, index: int, sources: tuple[int, ...], shapes: Mapping[int, Shape]) -> Problem:
    """The problem of a layer that merges and reads too little, with connections that would fit as its fixes."""
    fixes = []
    for other in reversed(range(PICTURE, index)):
        if other in sources or other not in shapes:
            continue
        try:
            layer.merged_shape([*(shapes[source] for source in sources), shapes[other]])
        except LayerDoesNotFit:
            continue
        name = "the input" if other == PICTURE else f"layer {other + 1}"
        fixes.append(Fix(f"Connect {name}", connect=other))
    return Problem(
        f"{layer.title} has {counted(len(sources), 'input')}.",
        f"It merges at least {layer.least_inputs}.",
        (*fixes[:_MOST_CONNECTIONS], Fix(f"Remove this {layer.title}")),
    )


def _check_goal(
    report: ArchitectureReport, goal: OutputGoal, softmax: bool, blocks: Mapping[str, Shape]
) -> ArchitectureReport:
    """Put the goal's problem, if there is one, on the layer that it says, or the last that changes the shape."""
    rows = list(report.layers)
    last = len(rows) - 1
    index = last
    while rows[index].layer.keeps_shape and rows[index].sources != (PICTURE,):
        (index,) = rows[index].sources
    output_shape = rows[last].output_shape or ()
    own_softmax = Place(last, rows[last].layer, output_shape) if softmax and rows[last].layer.keeps_shape else None
    problem = goal.problem(
        Ending(
            output_shape,
            rows[index].layer,
            last_maps=None if is_maps(output_shape) else _last_maps(rows),
            softmax=softmax,
            own_softmax=own_softmax,
            draws_codes=any(row.layer.draws_codes for row in rows),
            code=_code(rows),
            blocks=blocks,
        )
    )
    if problem is None:
        return report
    if problem.place is not None:
        index = problem.place
    rows[index] = replace(rows[index], problem=problem)
    return replace(report, layers=tuple(rows))


def _last_maps(rows: Sequence[LayerReport]) -> Place:
    """Where maps became a vector, back along the first inputs, and the shape of these maps."""
    index = len(rows) - 1
    while not is_maps(rows[index].input_shape or ()) and rows[index].sources[0] != PICTURE:
        index = rows[index].sources[0]
    return Place(index, rows[index].layer, rows[index].input_shape or ())


def _code(rows: Sequence[LayerReport]) -> Place | None:
    """The last of the narrowest vectors that everything passes through on its way to a larger output."""
    places = [
        Place(index, rows[index].layer, rows[index].output_shape or ())
        for index in passages([row.sources for row in rows])[:-1]
    ]
    vectors = [place for place in places if not is_maps(place.shape)]
    narrowest = min(reversed(vectors), key=lambda place: place.shape[0], default=None)
    smaller = narrowest is not None and narrowest.shape[0] < numbers_in(rows[-1].output_shape or ())
    return narrowest if smaller else None


def architecture_to_dict(architecture: Architecture) -> dict[str, Any]:
    """The architecture as plain JSON values.

    A layer that does not read the one before says what it reads under "from", -1 for the input.
    """
    layers = [layer_to_dict(layer) for layer in architecture.layers]
    for index, sources in enumerate(architecture.wires):
        if sources != (index - 1,):
            layers[index]["from"] = list(sources)
    plain = not architecture.wires and not architecture.blocks
    data = {
        "format": JSON_FORMAT,
        "version": CHAIN_VERSION if plain else GRAPH_VERSION,
        "name": architecture.name,
        "input_shape": list(architecture.input_shape),
        "layers": layers,
    }
    if architecture.blocks:
        data["blocks"] = [dataclasses.asdict(block) for block in architecture.blocks]
    return data


def architecture_to_json(architecture: Architecture) -> str:
    """The architecture as a JSON text that people can read and edit."""
    return json.dumps(architecture_to_dict(architecture), indent=2, ensure_ascii=False)


def architecture_from_dict(data: Any, read_layer: Callable[[Any], Layer] = layer_from_dict) -> Architecture:
    """The architecture that `architecture_to_dict` wrote. Raises UserError where it is anything else."""
    if not isinstance(data, dict) or data.get("format") != JSON_FORMAT:
        raise ArchitectureError(
            "This is not a network of this app.",
            f'It has no "format": "{JSON_FORMAT}".',
            "Choose a file that “Download” on the Build page wrote.",
        )
    version = data.get("version")
    if type(version) is not int or version not in (CHAIN_VERSION, GRAPH_VERSION):
        raise ArchitectureError(
            f"This network has version {short_repr(version)}.",
            f"This app reads versions {CHAIN_VERSION} and {GRAPH_VERSION}.",
            "Save it again with this version of the app.",
        )
    name, shape, layers = data.get("name"), data.get("input_shape"), data.get("layers")
    if not isinstance(name, str) or not isinstance(shape, list) or not isinstance(layers, list):
        raise ArchitectureError(
            "The network could not be read.", 'It needs "name", "input_shape" and "layers".', "Add what is missing."
        )
    _check_layer_count(len(layers))
    read, wires = [], []
    for index, layer in enumerate(layers):
        sources, settings = [index - 1], layer
        if version == GRAPH_VERSION and isinstance(layer, dict):
            settings = {name: value for name, value in layer.items() if name != "from"}
            sources = layer.get("from", sources)
        read.append(read_layer(settings))
        wires.append(_sources_from(sources, index))
    blocks = _blocks_from(data.get("blocks", []))
    return Architecture(one_line(name), tuple(shape), tuple(read), tuple(wires), blocks)


def _sources_from(sources: Any, index: int) -> tuple[int, ...]:
    """What a layer in JSON reads; what the list holds is checked with the layers."""
    if not isinstance(sources, list):
        raise ArchitectureError(
            f"Layer {index + 1} cannot read {short_repr(sources)}.",
            'Its "from" must be a list of layers, numbered from 0.',
            "Change its connections.",
        )
    return tuple(sources)


def _blocks_from(data: Any) -> tuple[Block, ...]:
    def block(data: Any) -> Block:
        if not isinstance(data, dict) or not isinstance(data.get("title"), str):
            raise TypeError
        if any(type(data.get(end)) is not int for end in ("first", "last")):
            raise TypeError
        return Block(one_line(data["title"]) or "Block", data["first"], data["last"])

    try:
        return tuple(map(block, data))
    except TypeError as error:
        raise ArchitectureError(
            "The blocks of the network could not be read.",
            'Each needs a "title", and the numbers of its "first" and "last" layer.',
            "Add what is missing.",
        ) from error


def one_line(name: str) -> str:
    """A name from a file, without line breaks and what cannot be printed or stored (such as half of a UTF-16 pair)."""
    printable = "".join(character if character.isprintable() else " " for character in name)
    return " ".join(printable.split())[:MAX_NAME_LENGTH].rstrip()


def architecture_from_json(text: str | bytes) -> Architecture:
    """The architecture in a JSON text. Raises UserError where it holds none."""
    with log.refusals("network", len(text), UserError):
        return _from_json(text)


def _from_json(text: str | bytes) -> Architecture:
    if len(text) > MAX_JSON_BYTES:
        raise ArchitectureError(
            f"The file has {len(text):,} bytes.",
            f"The JSON of a network has at most {MAX_JSON_BYTES:,} bytes.",
            "Choose a file that “Download” on the Build page wrote.",
        )
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ArchitectureError("The file could not be read.", "It is not JSON.", "Choose another file.") from error
    return architecture_from_dict(data)
