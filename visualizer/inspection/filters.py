"""The channels that one filter of a layer reads, and its kernel for each of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from visualizer.architecture.flow import PICTURE
from visualizer.architecture.shapes import is_maps
from visualizer.inspection.probe import LayerView


@dataclass(frozen=True)
class FilterKernels:
    """The kernels of one filter, one for each channel that it reads.

    Attributes:
        weights: (C, kernel height, kernel width); (C, map height, map width) for a unit that reads flattened maps.
        channels: (C,) the numbers of the channels, from 0.
        strength: (C,) the Euclidean norm of each channel's weights, divided by the norm of all of them.
        flattened: True where the channels were maps before they were flattened into a vector.
        of_picture: True where the channels are the picture's own, perhaps scaled or shifted.
        stage: The name of the earlier stage of the same layer that makes the channels; None where they are the
            layer's input.
    """

    weights: np.ndarray
    channels: np.ndarray
    strength: np.ndarray
    flattened: bool
    of_picture: bool
    stage: str | None = None


def filter_kernels(views: Sequence[LayerView], index: int, filter: int) -> FilterKernels | None:
    """The kernels of a filter, the strongest first.

    Args:
        views: The layers of a network at work on a picture.
        index: Of the layer, from 0; it has kernels.
        filter: The filter or unit, from 0.

    Returns:
        None for a unit that reads a vector other than flattened maps.
    """
    view = views[index]
    *earlier, own = view.kernel_sets
    weights = own.weights[filter]
    flattened = False
    sources = view.sources
    if weights.ndim == 1:
        if earlier:
            return None
        maps = _flattened_maps(views, view)
        if maps is None:
            return None
        weights, flattened = weights.reshape(maps.input.shape), True
        sources = maps.sources
    # In a convolution with groups a filter reads only its group of channels; in a depthwise one, a single channel.
    count = len(weights)
    group = 0 if flattened else filter // (len(own.weights) // (own.input_count // count))
    channels = np.arange(group * count, (group + 1) * count)
    size = np.sqrt(np.square(weights, dtype=np.float64).sum(axis=(1, 2)))
    total = np.sqrt(np.square(size).sum())
    strength = size / total if total > 0 else size
    order = np.argsort(-strength, kind="stable")
    colours = not earlier and of_picture(views, sources)
    stage = earlier[-1].stage if earlier else None
    return FilterKernels(weights[order], channels[order], strength[order], flattened, colours, stage)


def of_picture(views: Sequence[LayerView], sources: tuple[int, ...]) -> bool:
    """Whether the channels of `sources` are the picture's own.

    They stay so through layers without kernels that keep the shape, such as one that normalises the colours: these work
    channel by channel.
    """
    while len(sources) == 1 and sources[0] != PICTURE:
        view = views[sources[0]]
        if view.kernels is not None or view.output.shape != view.input.shape:
            return False
        sources = view.sources
    return sources == (PICTURE,)


def _flattened_maps(views: Sequence[LayerView], view: LayerView) -> LayerView | None:
    """The layer whose maps, flattened, are the vector that `view` reads; None if there is none."""
    while len(view.sources) == 1 and view.sources[0] != PICTURE:
        view = views[view.sources[0]]
        if is_maps(view.input.shape):
            return view if np.array_equal(view.input.ravel(), view.output) else None
        if not np.array_equal(view.input, view.output):
            return None
    return None
