"""One moment of a network's training: how it saw a picture then, and what changed since another moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from visualizer.architecture.answer import Answer
from visualizer.architecture.network import Network
from visualizer.inspection.probe import probe

MAX_CHANNELS = 16
_BATCH = 64

StateArrays = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class FirstKernels:
    """The first kernels of one stage of a layer.

    Attributes:
        stage: What the stage is called.
        weights: (shown filters, in, kernel height, kernel width) float32, of the first 16 filters.
        filters: Number of all filters.
    """

    stage: str
    weights: np.ndarray
    filters: int


@dataclass(frozen=True)
class LayerMoment:
    """A layer at work on one picture, at one moment, and the network's answer then. All arrays float32.

    Attributes:
        kernels: The kernels of each of its stages that is a convolution, in order.
        output: (shown channels, H, W), the first 16, or (F,).
        channels: Number of all channels or units.
        answer: The network's.
    """

    kernels: tuple[FirstKernels, ...]
    output: np.ndarray
    channels: int
    answer: Answer


def layer_moment(network: Network, picture: np.ndarray, index: int) -> LayerMoment:
    """Layer `index` (from 0) while the network looks at `picture`, (C, H, W) in [0, 1].

    Kernels and output are copies.
    """
    seen = probe(network, picture)
    view = seen.layers[index]
    assert seen.answer is not None
    output = view.output[:MAX_CHANNELS] if view.output.ndim == 3 else view.output
    return LayerMoment(
        tuple(
            FirstKernels(kernels.stage, kernels.weights[:MAX_CHANNELS].copy(), len(kernels.weights))
            for kernels in view.kernel_sets
            if kernels.weights.ndim == 4
        ),
        output.copy(),
        len(view.output),
        seen.answer,
    )


def confusion(network: Network, pictures: np.ndarray, labels: np.ndarray, classes: int) -> np.ndarray:
    """The confusion matrix: (classes, classes) int64, row the right class, column the answer.

    Args:
        network: Put into evaluation mode, and left in it.
        pictures: (N, C, H, W) in [0, 1].
        labels: (N,) from 0.
        classes: Number of classes.
    """
    network.eval()
    with torch.inference_mode():
        parts = torch.from_numpy(pictures).split(min(_BATCH, network.largest_batch))
        answers = np.concatenate([network.logits(part).argmax(1).numpy() for part in parts])
    return np.bincount(labels * classes + answers, minlength=classes**2).reshape(classes, classes)


def parameters_by_layer(network: Network) -> dict[int, tuple[str, ...]]:
    """The names in `state_dict()` of the parameters of each layer that has any, by the index of the layer."""
    named = {
        index: tuple(f"layers.{index}.{name}" for name, _ in layer.named_parameters())
        for index, layer in enumerate(network.layers)
    }
    return {index: names for index, names in named.items() if names}


def changes(before: StateArrays, after: StateArrays, parameters: Mapping[int, Sequence[str]]) -> dict[int, float]:
    """How far each layer's weights moved, as a share of their size: |after - before| / |before|, Euclidean norms.

    Infinity for a layer whose weights were all 0, or 0 where they still are.
    """
    moved = {}
    for index, names in parameters.items():
        distance = _norm([after[name] - before[name] for name in names])
        size = _norm([before[name] for name in names])
        moved[index] = distance / size if size else (float("inf") if distance else 0.0)
    return moved


def _norm(arrays: Sequence[np.ndarray]) -> float:
    return float(np.sqrt(sum(np.square(array, dtype=np.float64).sum() for array in arrays)))
