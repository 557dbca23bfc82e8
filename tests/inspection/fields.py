"""What a network's units really depend on, by brute force, to hold what is said of their receptive fields."""

from dataclasses import replace
from functools import lru_cache

import numpy as np
import torch
from hypothesis import assume
from torch import nn
from torch.nn import functional

from visualizer.architecture.architecture import Architecture, summarize
from visualizer.architecture.editing import Draft
from visualizer.architecture.layer import Fix, Layer
from visualizer.architecture.layers.activation import Activation
from visualizer.architecture.layers.add import Add
from visualizer.architecture.layers.average_pooling2d import AveragePooling2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.dropout import Dropout
from visualizer.architecture.layers.global_average_pooling2d import GlobalAveragePooling2D
from visualizer.architecture.layers.global_max_pooling2d import GlobalMaxPooling2D
from visualizer.architecture.layers.group_normalization import GroupNormalization
from visualizer.architecture.layers.layer_normalization import LayerNormalization
from visualizer.architecture.layers.max_pooling2d import MaxPooling2D
from visualizer.architecture.layers.maximum import Maximum
from visualizer.architecture.layers.multiply import Multiply
from visualizer.architecture.layers.reshape import Reshape
from visualizer.architecture.layers.subtract import Subtract
from visualizer.architecture.network import Network, build
from visualizer.architecture.own_modules import NormalSampling
from visualizer.architecture.span import PICTURE, Span, places_of
from visualizer.inspection.receptive_field.field_sum import FieldRow, field_rows
from visualizer.inspection.receptive_field.fields import SeenParts

ROUNDING = 1e-12
MOST_UNITS = 1000  # of a Dense layer that is put between, so that the tests stay fast


class Upsampling(nn.Module):
    """What `nn.Upsample` computes; a number that it multiplies by 0 does not count, even if it is no number."""

    def __init__(self, own: nn.Upsample) -> None:
        super().__init__()
        self.own = own

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        spoilt = self.own(maps.isnan().double()) > ROUNDING
        return self.own(maps.nan_to_num()).masked_fill(spoilt, torch.nan)


def reading_no_more_than_counts(network: nn.Module) -> nn.Module:
    """The same network, in place, in which 0 times no number is 0."""
    for module in list(network.modules()):
        for name, child in module.named_children():
            if isinstance(child, nn.Upsample):
                setattr(module, name, Upsampling(child))
    return network


def check_gradient(architecture: Architecture, *, normalized: bool = False) -> None:
    """The field is exactly what the gradient reaches: with positive weights and nothing that hides a pixel.

    Layers that normalise are left out too, unless `normalized`.

    All places of the last layer are compared, so that the field is neither too small nor too large anywhere; of a
    vector, all of its units together.
    """
    if not normalized:
        architecture = architecture.with_layers(tuple(map(_linear, architecture.layers)))
    architecture = _mixed(architecture)
    rows = _all_rows(architecture)
    network, random = _positive(architecture)
    picture = (torch.rand(1, *architecture.input_shape, generator=random, dtype=torch.float64) + 0.5).requires_grad_()
    output = network(picture)
    # Bilinear weights that should be 0 are not always so in floating-point numbers.
    least = ROUNDING if any(isinstance(module, nn.Upsample) for module in network.modules()) else 0.0
    weights = torch.arange(1.0, output.shape[1] + 1).double()
    for row, column in np.ndindex(rows[-1].places):
        # Where paths are concatenated, not all maps see the same.
        at_place = output[0, :, row, column] if output.ndim == 4 else output[0]
        unit = at_place @ weights if architecture.wires or output.ndim == 2 else at_place[0]
        (gradient,) = torch.autograd.grad(unit, picture, retain_graph=True)
        reached = gradient[0].abs().sum(dim=0).numpy() > least
        _compare(reached, (row, column), architecture, rows)


def check_holes(architecture: Architecture) -> None:
    """The field is exactly the pixels without whose number a unit has none: through any activation and any pooling."""
    architecture = _mixed(architecture)
    rows = _all_rows(architecture)
    network, random = _positive(architecture)
    reading_no_more_than_counts(network)
    channels, height, width = architecture.input_shape
    pictures = torch.rand(height * width, channels, height, width, generator=random, dtype=torch.float64)
    for pixel, picture in enumerate(pictures):
        picture[:, pixel // width, pixel % width] = torch.nan
    with torch.no_grad():
        spoilt = network(pictures).isnan().any(dim=1).reshape(height, width, *rows[-1].places).numpy()
    for place in np.ndindex(rows[-1].places):
        field = rows[-1].field(place)
        _compare(spoilt[:, :, place[0], place[1]], place, architecture, rows)
        for axis, side in enumerate((field.rows, field.columns)):
            if rows[-1].jump is not None:
                # The sum is what follows from each layer's own word.
                first = rows[-1].start[axis] + place[axis] * rows[-1].jump[axis]
                assert (side.first, side.size) == (first, rows[-1].size[axis])
            # What is said as if the picture had no edge holds all that is really seen.
            assert side.clipped is None or side.first <= side.clipped[0] <= side.clipped[1] <= side.last


def _mixed(architecture: Architecture) -> Architecture:
    """With a Dense layer before each vector that becomes maps.

    What is said of a vector holds for all of its units together, but where they become places, it must hold for each.
    """
    draft = Draft.of(architecture)
    for card, row in zip(draft.ids, summarize(architecture).layers, strict=True):
        if isinstance(row.layer, Reshape) and row.layer.to == "maps":
            assert row.input_shape is not None
            assume(row.input_shape[0] <= MOST_UNITS)
            draft = draft.apply(card, Fix("", (Dense(units=row.input_shape[0], activation="linear"),), on_input=0))
    return draft.architecture


def _compare(
    reached: np.ndarray, place: tuple[int, int], architecture: Architecture, rows: tuple[FieldRow, ...]
) -> None:
    field = rows[-1].field(place)
    np.testing.assert_array_equal(reached, field.mask)
    np.testing.assert_array_equal(reached.any(axis=1), field.rows.seen)
    np.testing.assert_array_equal(reached.any(axis=0), field.columns.seen)
    np.testing.assert_array_equal(reached, drawn_by_parts(seen_parts_of(rows), place, reached.shape))
    if architecture.wires:
        np.testing.assert_array_equal(reached, reached_by_sees(rows)[len(rows) - 2][place])


@lru_cache(maxsize=1)  # for every place of the last layer
def seen_parts_of(rows: tuple[FieldRow, ...]) -> SeenParts:
    """The parts of the last layer's fields, which are exact."""
    seen = rows[-1].seen_parts
    assert seen.exact
    return seen


def drawn_by_parts(seen: SeenParts, place: tuple[int, int], size: tuple[int, ...]) -> np.ndarray:
    """The pixels that a unit sees, put together of the parts: (H, W) bool, of this size."""
    pixels = np.zeros(size, dtype=bool)
    for across, along in seen.parts:
        pixels |= np.outer(across[place[0]], along[place[1]])
    return pixels


@lru_cache(maxsize=1)  # for every place of the last layer
def reached_by_sees(rows: tuple[FieldRow, ...]) -> dict[int, np.ndarray]:
    """The pixels that every place of every layer reaches over all paths, by each layer's own word alone.

    By the index of the layer, (height, width, picture height, picture width) bool.
    """
    layers = rows[-1].layers
    height, width = layers.input_shape[1:]
    reach = {PICTURE: np.eye(height * width, dtype=bool).reshape(height, width, height, width)}
    for index, layer in enumerate(layers.nodes):
        places = np.broadcast_shapes(*(reach[source].shape for source in layer.sources))
        arriving = np.any([np.broadcast_to(reach[source], places) for source in layer.sources], axis=0)
        own = np.zeros((*places_of(layer.shape), height, width), dtype=bool)
        for place in np.ndindex(own.shape[:2]):
            spans = [layer.sees(axis, Span(place[axis], place[axis])) for axis in (0, 1)]
            across, along = (
                [at for at in range(span.first, span.last + 1, span.every) if 0 <= at < arriving.shape[axis]]
                for axis, span in enumerate(spans)
            )
            own[place] = arriving[np.ix_(across, along)].any(axis=(0, 1))
        reach[index] = own
    return reach


def _all_rows(architecture: Architecture) -> tuple[FieldRow, ...]:
    rows = field_rows(architecture)
    unsaid = architecture.layers[len(rows) - 1 :]
    assert not unsaid, f"{unsaid[0].title} does not say which places it reads: give it a method `sees`"
    return rows


def _positive(architecture: Architecture) -> tuple[Network, torch.Generator]:
    network = build(architecture, None).double().eval()
    random = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(torch.rand(parameter.shape, generator=random) + 0.5)
    for module in network.modules():
        if isinstance(module, NormalSampling):
            module.forward = _sampled  # type: ignore[method-assign]
    return network, random


def _sampled(values: torch.Tensor) -> torch.Tensor:
    """As `NormalSampling` does while training, which alone looks at variances; one after the other they overflow."""
    mean, log_variance = values.chunk(2, dim=1)
    return mean + torch.exp(functional.softsign(log_variance) / 2) * torch.randn_like(mean)


def _linear(layer: Layer) -> Layer:
    """The layer without what can hide a pixel: activation functions, the choice of a maximum, and what may cancel."""
    # What normalises can cancel out: the mean over all that was normalised together is always the same.
    if isinstance(layer, Activation | LayerNormalization | GroupNormalization):
        return Dropout()
    if isinstance(layer, GlobalMaxPooling2D):
        return GlobalAveragePooling2D()
    if isinstance(layer, Maximum | Subtract | Multiply):
        return Add()
    if isinstance(layer, MaxPooling2D):
        return AveragePooling2D(layer.pool_size, layer.strides, layer.padding)
    return replace(layer, activation="linear") if hasattr(layer, "activation") else layer
