"""What belongs to one filter of a layer: the channels that it looks at, and its weights for each of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from visualizer.architecture.flow import PICTURE
from visualizer.architecture.shapes import is_maps
from visualizer.inspection.probe import LayerView


@dataclass(frozen=True)
class FilterKernels:
    """The weights of one filter.

    Attributes:
        weights: (C, kernel height, kernel width); of a unit that reads flattened maps (C, map height, map width).
        channels: (C,) the numbers of the channels that they belong to, from 0.
        strength: (C,) the size of each channel's weights: the root of the sum of their squares, divided by that of all.
        flattened: True where the channels were maps before they were flattened into a vector.
        of_picture: True where the channels are those of the picture, perhaps scaled or shifted.
        stage: The earlier stage of the same layer that the channels come from, by name; None where they arrive at the
            layer.
    """

    weights: np.ndarray
    channels: np.ndarray
    strength: np.ndarray
    flattened: bool
    of_picture: bool
    stage: str | None = None


def filter_kernels(views: Sequence[LayerView], index: int, filter: int) -> FilterKernels | None:
    """The weights of a filter by the channels that it looks at, the strongest channel first.

    Args:
        views: The layers of a network at work on a picture.
        index: The layer's place, from 0; it has kernels.
        filter: Which of its filters or units, from 0.

    Returns:
        None for a unit that reads a vector which is no flattened maps.
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
    # In a convolution with groups a filter looks at its own group of channels only; depthwise, at a single one.
    seen = len(weights)
    group = 0 if flattened else filter // (len(own.weights) // (own.input_count // seen))
    channels = np.arange(group * seen, (group + 1) * seen)
    size = np.sqrt(np.square(weights, dtype=np.float64).sum(axis=(1, 2)))
    total = np.sqrt(np.square(size).sum())
    strength = size / total if total > 0 else size
    order = np.argsort(-strength, kind="stable")
    colours = not earlier and of_picture(views, sources)
    stage = earlier[-1].stage if earlier else None
    return FilterKernels(weights[order], channels[order], strength[order], flattened, colours, stage)


def of_picture(views: Sequence[LayerView], sources: tuple[int, ...]) -> bool:
    """Whether the channels that arrive from `sources` are the picture's own.

    Also after layers without kernels that keep the shape, such as one that normalises the colours: they work channel by
    channel.
    """
    while len(sources) == 1 and sources[0] != PICTURE:
        view = views[sources[0]]
        if view.kernels is not None or view.output.shape != view.input.shape:
            return False
        sources = view.sources
    return sources == (PICTURE,)


def _flattened_maps(views: Sequence[LayerView], view: LayerView) -> LayerView | None:
    """The layer that only wrote its maps one after the other into the vector that `view` reads, if there is one."""
    while len(view.sources) == 1 and view.sources[0] != PICTURE:
        view = views[view.sources[0]]
        if is_maps(view.input.shape):
            return view if np.array_equal(view.input.ravel(), view.output) else None
        if not np.array_equal(view.input, view.output):
            return None
    return None
