"""Hypothesis strategies for layers and architectures, drawn from the settings that every layer type declares."""

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from visualizer.architecture.architecture import Architecture, Block
from visualizer.architecture.layer import Fix, Layer, LayerDoesNotFit, layer_types
from visualizer.architecture.layers.activation import Activation
from visualizer.architecture.layers.concatenate import Concatenate
from visualizer.architecture.layers.global_average_pooling2d import GlobalAveragePooling2D
from visualizer.architecture.settings import Choice, Integer, IntegerPair, Real, Spec, Toggle
from visualizer.architecture.span import PICTURE

# Small, so that a network is built and run in milliseconds.
MAX_INPUT = 12
MAX_INTEGER = 6
MAX_SIDE = 4


def setting_values(spec: Spec, *, small: bool = True) -> st.SearchStrategy[Any]:
    """Values that a setting accepts: its small ones, or (`small=False`) any."""
    if isinstance(spec, Integer):
        return st.integers(spec.minimum, min(spec.maximum, spec.minimum + MAX_INTEGER) if small else spec.maximum)
    if isinstance(spec, IntegerPair):
        side = st.integers(spec.minimum, min(spec.maximum, spec.minimum + MAX_SIDE - 1) if small else spec.maximum)
        return st.tuples(side, side)
    if isinstance(spec, Real):
        return st.floats(spec.minimum, spec.maximum)
    if isinstance(spec, Choice):
        return st.sampled_from([value for value, _ in spec.options])
    assert isinstance(spec, Toggle)
    return st.booleans()


def layers_of(layer_type: type[Layer], *, small: bool = True) -> st.SearchStrategy[Layer]:
    """Layers of one type with any settings."""
    values = {setting.name: setting_values(setting.spec, small=small) for setting in layer_type.settings()}
    return st.builds(layer_type, **values)


def layers(*, small: bool = True) -> st.SearchStrategy[Layer]:
    """Layers of every registered type that has one input."""
    types = [layer_type for layer_type in layer_types().values() if layer_type.most_inputs == 1]
    return st.one_of([layers_of(layer_type, small=small) for layer_type in types])


def merges() -> st.SearchStrategy[Layer]:
    """Layers of every registered type that has several inputs."""
    return st.one_of([layers_of(layer_type) for layer_type in layer_types().values() if layer_type.most_inputs > 1])


def input_shapes() -> st.SearchStrategy[tuple[int, int, int]]:
    """(C, H, W) with 1 or 3 channels, up to 12 x 12 pixels."""
    size = st.integers(1, MAX_INPUT)
    return st.tuples(st.sampled_from([1, 3]), size, size)


def names() -> st.SearchStrategy[str]:
    """Names as people write them, possibly none."""
    return st.text("aZ1ä×卷 ", max_size=20).map(lambda text: " ".join(text.split()))


def any_architectures(max_layers: int = 6) -> st.SearchStrategy[Architecture]:
    """Architectures whose layers need not fit together."""
    return st.builds(Architecture, names(), input_shapes(), st.lists(layers(), max_size=max_layers).map(tuple))


@st.composite
def architectures(
    draw: st.DrawFn, max_layers: int = 6, chosen: st.SearchStrategy[list[Layer]] | None = None
) -> Architecture:
    """Architectures that fit, of at least one layer: a layer that does not fit gives way to what would fix it.

    Of any layers, or those that `chosen` draws.
    """
    input_shape = draw(input_shapes())
    fitting: list[Layer] = []
    shape: tuple[int, ...] = input_shape
    if chosen is None:
        chosen = st.lists(layers(), min_size=1, max_size=max_layers)
    for layer in draw(chosen):
        replacement: tuple[Layer, ...] = (layer,)
        try:
            layer.output_shape(shape)
        except LayerDoesNotFit as error:
            replacement = error.problem.fixes[0].replacement
        for fixed in replacement:
            shape = fixed.output_shape(shape)
        fitting.extend(replacement)
    return Architecture(draw(names()), input_shape, tuple(fitting) or (Activation(),))


@st.composite
def graphs(draw: st.DrawFn, max_layers: int = 8) -> Architecture:
    """Architectures that fit, of at least one layer, with branches that meet again; the last layer reads all ends."""
    growing = _Growing(draw(input_shapes()))
    for _ in range(draw(st.integers(1, max_layers))):
        source = draw(st.integers(PICTURE, len(growing.layers) - 1))
        if draw(st.booleans()):
            growing.add(draw(layers()), (source,))
        else:
            other = draw(st.integers(PICTURE, len(growing.layers) - 1))
            growing.add(draw(merges()), (source, other))
    growing.join_the_ends()
    return Architecture(draw(names()), growing.shapes[PICTURE], tuple(growing.layers), tuple(growing.wires))


def with_blocks(architecture: Architecture) -> st.SearchStrategy[Architecture]:
    """The architecture with some of its layers in blocks."""
    ends = st.lists(st.integers(0, len(architecture.layers)), max_size=6, unique=True).map(sorted)

    def folded(ends: list[int]) -> Architecture:
        blocks = [Block(f"Block {first}", first, stop - 1) for first, stop in zip(ends[::2], ends[1::2], strict=False)]
        return replace(architecture, blocks=tuple(blocks))

    return ends.map(folded)


class _Growing:
    """A graph that gets one layer after the other; what does not fit gives way to what would fix it, or is left out."""

    def __init__(self, input_shape: tuple[int, int, int]) -> None:
        self.shapes: dict[int, Any] = {PICTURE: input_shape}
        self.layers: list[Layer] = []
        self.wires: list[tuple[int, ...]] = []

    def add(self, layer: Layer, sources: tuple[int, ...]) -> None:
        try:
            shape = layer.output_shape(layer.merged_shape([self.shapes[source] for source in sources]))
        except LayerDoesNotFit as error:
            for fix in error.problem.fixes[:1]:
                self._fix(layer, sources, fix)
            return
        self.shapes[len(self.layers)] = shape
        self.layers.append(layer)
        self.wires.append(sources)

    def _fix(self, layer: Layer, sources: tuple[int, ...], fix: Fix) -> None:
        position = 0 if fix.on_input is None else fix.on_input
        last = sources[position]
        for new in fix.replacement:
            self.add(new, (last,))
            last = len(self.layers) - 1
        if fix.on_input is not None:
            self.add(layer, (*sources[:position], last, *sources[position + 1 :]))

    def join_the_ends(self) -> None:
        read = {source for sources in self.wires for source in sources}
        ends = [index for index in range(len(self.layers)) if index not in read]
        if len(ends) == 1 and ends[0] == len(self.layers) - 1:
            return
        vectors = []
        for end in ends:
            if len(self.shapes[end]) == 3:
                self.add(GlobalAveragePooling2D(), (end,))
            vectors.append(end if len(self.shapes[end]) == 1 else len(self.layers) - 1)
        if len(vectors) > 1:
            self.add(Concatenate(), tuple(vectors))
        if not self.layers:
            self.add(Activation(), (PICTURE,))
