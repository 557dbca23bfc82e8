"""In which order vectors have the numbers of feature maps.

Keras flattens maps pixel by pixel, this app channel by channel. Where only layers with one weight for each number
follow, as a Dense layer has, the network is the same with its weights in another order. Elsewhere the maps have to be
flattened in Keras's order, as `Reshape` does.
"""

from collections.abc import Sequence

import numpy as np

from visualizer.architecture.architecture import Architecture, LayerReport, summarize
from visualizer.architecture.layer import PlacewiseLayer
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.layers.reshape import Reshape
from visualizer.architecture.shapes import is_maps, numbers_in
from visualizer.architecture.span import PICTURE

# Of each layer's input, torch's places of the numbers in Keras's order; None where the orders are the same.
Ordered = tuple[np.ndarray | None, ...]


def in_order_of_keras(architecture: Architecture) -> tuple[Architecture, Ordered]:
    """The network with its maps flattened in Keras's order where the order counts, and the order of each layer's input.

    The layers must fit, and the network must pass no bound: the orders are as long as its outputs.
    """
    while True:
        orders, blamed = _orders(summarize(architecture).layers)
        if not blamed:
            return architecture, orders
        layers = (Reshape("vector") if index in blamed else layer for index, layer in enumerate(architecture.layers))
        architecture = architecture.with_layers(tuple(layers))


def _orders(rows: Sequence[LayerReport]) -> tuple[Ordered, set[int]]:
    """The order of each layer's input, and the layers that flatten what must come in Keras's order, by index."""
    # Of each output: its order, and the layers that flattened what is in it.
    outputs: dict[int, tuple[np.ndarray | None, frozenset[int]]] = {PICTURE: (None, frozenset())}
    inputs: list[np.ndarray | None] = []
    for index, row in enumerate(rows):
        assert row.input_shape is not None
        assert row.output_shape is not None
        read = [outputs[source] for source in row.sources]
        by = frozenset().union(*(flattened for _, flattened in read))
        order = read[0][0]
        if row.layer.meeting == "concatenation" and by:
            order = _concatenated([order for order, _ in read], [numbers_in(_shape(rows, at)) for at in row.sources])
        elif any(not _equal(order, other) for other, _ in read[1:]):
            return (), set(by)
        inputs.append(order)
        if is_maps(row.input_shape):
            flattens = isinstance(row.layer, Flatten) and row.input_shape[0] > 1 and row.input_shape[1:] != (1, 1)
            order, by = (_pixel_by_pixel(row.input_shape), frozenset({index})) if flattens else (None, frozenset())
        elif order is not None and not _keeps_order(row):
            if not _has_weights_for_each(row):
                return (), set(by)
            order, by = None, frozenset()
        outputs[index] = order, by
    last, by = outputs[len(rows) - 1]
    return tuple(inputs), set(by) if last is not None else set()


def _shape(rows: Sequence[LayerReport], index: int) -> tuple[int, ...]:
    shape = rows[index].output_shape
    assert shape is not None
    return shape


def _pixel_by_pixel(shape: tuple[int, ...]) -> np.ndarray:
    return np.arange(numbers_in(shape), dtype=np.int32).reshape(shape).transpose(1, 2, 0).ravel()


def _concatenated(orders: Sequence[np.ndarray | None], counts: Sequence[int]) -> np.ndarray:
    starts = np.cumsum([0, *counts[:-1]])
    parts = zip(orders, counts, starts, strict=True)
    return np.concatenate([start + (np.arange(count) if order is None else order) for order, count, start in parts])


def _equal(one: np.ndarray | None, other: np.ndarray | None) -> bool:
    return one is other or (one is not None and other is not None and np.array_equal(one, other))


def _keeps_order(row: LayerReport) -> bool:
    """Whether each number that leaves a layer of vectors comes from the number in the same place."""
    is_placewise = isinstance(row.layer, PlacewiseLayer | Flatten) or row.layer.least_inputs > 1
    return is_placewise or (isinstance(row.layer, Reshape) and row.layer.to == "vector")


def _has_weights_for_each(row: LayerReport) -> bool:
    """Whether a layer of vectors multiplies each number by weights of its own, and adds up."""
    return isinstance(row.layer, Dense)
