"""One moment of a network's training: what it made of a picture just then, and what changed since another moment."""

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
        weights: (shown filters, in, kernel height, kernel width) float32, the first 16 filters.
        filters: How many filters there are.
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
        channels: How many channels or units there are.
        answer: Probabilities or scores.
    """

    kernels: tuple[FirstKernels, ...]
    output: np.ndarray
    channels: int
    answer: Answer


def layer_moment(network: Network, picture: np.ndarray, index: int) -> LayerMoment:
    """Layer `index` (from 0) while the network looks at `picture`, (C, H, W) in [0, 1]. Nothing of it is shared."""
    seen = probe(network, picture)
    view = seen.layers[index]
    assert seen.answer is not None
    output = view.output[:MAX_CHANNELS] if view.output.ndim == 3 else view.output
    return LayerMoment(
        tuple(
            FirstKernels(found.stage, found.weights[:MAX_CHANNELS].copy(), len(found.weights))
            for found in view.kernel_sets
            if found.weights.ndim == 4
        ),
        output.copy(),
        len(view.output),
        Answer(seen.answer.values.copy(), seen.answer.kind),
    )


def confusion(network: Network, pictures: np.ndarray, labels: np.ndarray, classes: int) -> np.ndarray:
    """How often which class was taken for which: (classes, classes) int64, row the right class, column the answer.

    Args:
        network: It is put into evaluation mode and stays in it.
        pictures: (N, C, H, W) in [0, 1].
        labels: (N,) from 0.
        classes: How many there are.
    """
    network.eval()
    with torch.inference_mode():
        parts = torch.from_numpy(pictures).split(min(_BATCH, network.largest_batch))
        answers = np.concatenate([network.logits(part).argmax(1).numpy() for part in parts])
    return np.bincount(labels * classes + answers, minlength=classes**2).reshape(classes, classes)


def parameters_by_layer(network: Network) -> dict[int, tuple[str, ...]]:
    """The names in `state_dict()` of what is trained in each layer that has any, by the layer's index."""
    named = {
        index: tuple(f"layers.{index}.{name}" for name, _ in layer.named_parameters())
        for index, layer in enumerate(network.layers)
    }
    return {index: names for index, names in named.items() if names}


def changes(before: StateArrays, after: StateArrays, parameters: Mapping[int, Sequence[str]]) -> dict[int, float]:
    """How far each layer's weights moved, as a share of their size: |after - before| / |before|, Euclidean norms.

    A layer whose weights were all 0 has infinity, or 0 where they still are.
    """
    moved = {}
    for index, names in parameters.items():
        distance = _norm([after[name] - before[name] for name in names])
        size = _norm([before[name] for name in names])
        moved[index] = distance / size if size else (float("inf") if distance else 0.0)
    return moved


def _norm(arrays: Sequence[np.ndarray]) -> float:
    return float(np.sqrt(sum(np.square(array, dtype=np.float64).sum() for array in arrays)))
