"""Hypothesis strategies for layers and architectures, drawn from the settings that every layer type declares."""

from typing import Any

from hypothesis import strategies as st

from visualizer.architecture.architecture import Architecture
from visualizer.architecture.layer import Layer, LayerDoesNotFit, layer_types
from visualizer.architecture.layers.activation import Activation
from visualizer.architecture.settings import Choice, Integer, IntegerPair, Real, Spec, Toggle

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
    """Layers of every type that is registered."""
    return st.one_of([layers_of(layer_type, small=small) for layer_type in layer_types().values()])


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
