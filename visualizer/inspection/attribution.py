"""Which pixels speak for a class? Four methods, computed by captum, each for the logit of one class.

The logit rather than the probability, which also rises when the logits of other classes fall.
"""

import copy
import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

import numpy as np
import torch
from captum.attr import IntegratedGradients, LayerAttribution, LayerGradCam, Occlusion, Saliency
from torch import nn

from visualizer.architecture.flow import FlowNetwork, Node
from visualizer.architecture.own_modules import NoiseInTraining
from visualizer.architecture.shapes import is_maps
from visualizer.errors import UserError

Method = Literal["grad_cam", "saliency", "integrated_gradients", "occlusion"]
T = TypeVar("T")

PATH_STEPS = 50
_AT_ONCE = 10  # pictures in one pass
_POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Attribution:
    """How much each pixel speaks for a class, by one method.

    Attributes:
        method: Which one.
        target: The class, from 0.
        heat: (H, W) float32, read-only.
        signed: True where numbers below 0 speak against the class; False where all are at least 0.
        logit: The class's logit for the picture.
        baseline_logit: That of a black picture for integrated gradients, which compares with it; else None.
    """

    method: Method
    target: int
    heat: np.ndarray
    signed: bool
    logit: float
    baseline_logit: float | None = None


class NoMapsError(UserError):
    """Grad-CAM needs feature maps, and the layer has none."""


def map_layers(network: FlowNetwork) -> tuple[int, ...]:
    """The layers that Grad-CAM can use, whose output is feature maps of more than one place, by index."""
    return tuple(node.index for node in network.nodes if is_maps(node.shape) and node.shape[1] * node.shape[2] > 1)


def last_map_layer(network: FlowNetwork) -> int:
    """The layer that Grad-CAM explains best, one of `map_layers(network)`, of which there must be one.

    The last layer with kernels, or the last one after it that works on maps of the same size: it merges, normalizes or
    activates them. A layer that makes them coarser, as pooling does, or that only hands them on does not count.
    """
    layers = map_layers(network)
    last = next((index for index in reversed(layers) if network.nodes[index].kernels()), None)
    if last is None:
        return layers[-1]
    places = _places(network.nodes[last])
    return next(
        index
        for index in reversed(layers)
        if index == last or (_places(network.nodes[index]) == places and not _only_hands_on(network.nodes[index]))
    )


def _places(node: Node) -> int:
    return node.shape[1] * node.shape[2]


def _only_hands_on(node: Node) -> bool:
    """Whether its output is its single input, once training is over."""
    kinds = (nn.Identity, nn.Dropout, nn.Dropout2d, NoiseInTraining)
    return len(node.sources) == 1 and all(isinstance(module, kinds) for _, module in node.stages)


def grad_cam(network: FlowNetwork, picture: np.ndarray, target: int, layer: int) -> Attribution:
    """Which places of a layer's maps raise the logit?

    Each map is weighted by the mean of its gradient, the weighted maps are added up, and numbers below 0 become 0. The
    result is enlarged to the size of the picture (bilinear). Source: Selvaraju et al., 2017, https://arxiv.org/abs/1610.02391

    Args:
        network: Any network that ends in a vector of logits.
        picture: (C, H, W) in [0, 1].
        target: The class, from 0.
        layer: One of `map_layers(network)`.

    Raises:
        NoMapsError: The layer is none of these.
    """
    if layer not in map_layers(network):
        raise NoMapsError("Grad-CAM needs feature maps.", "This layer outputs none.", "Choose another layer or method.")
    own = _private_copy(network)
    # What only merges has no module, and one that only passes its input on gives the very tensor that other paths read
    # too: only a copy is the layer's own.
    copied = _Copy()
    own.nodes = tuple(
        replace(node, stages=(*node.stages, ("copy", copied))) if node.index == layer else node for node in own.nodes
    )
    logits: list[torch.Tensor] = []

    def forward(pictures: torch.Tensor) -> torch.Tensor:
        logits.append(own.logits(pictures))
        return logits[-1]

    method = LayerGradCam(forward, copied)
    maps = method.attribute(_batch(picture), target=target, relu_attributions=True)
    heat = LayerAttribution.interpolate(maps, tuple(picture.shape[1:]), "bilinear")
    # From the same pass: with a large network, another one would cost as much again.
    return _attribution("grad_cam", target, heat[0, 0], float(logits[0].detach()[0, target]), signed=False)


class _Copy(nn.Module):
    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        return maps.clone()


def saliency(network: FlowNetwork, picture: np.ndarray, target: int) -> Attribution:
    """How much does the logit change when a pixel changes a little? The largest |gradient| of its channels.

    Source: Simonyan et al., 2014, https://arxiv.org/abs/1312.6034. Arguments as in `grad_cam`.
    """
    own = _private_copy(network)
    inputs = _batch(picture)
    gradient = Saliency(own.logits).attribute(inputs, target=target, abs=True)
    return _attribution("saliency", target, gradient[0].amax(0), _logit(own, inputs, target), signed=False)


AttributionSteps = Generator[float, None, Attribution]


def integrated_gradients(network: FlowNetwork, picture: np.ndarray, target: int) -> AttributionSteps:
    """The sum of the gradients on the way from a black picture to this one, times the change of each pixel.

    All pixels add up to the difference of the logits, up to the error of adding up in 50 steps. The channels of a pixel
    are added up. Source: Sundararajan et al., 2017, https://arxiv.org/abs/1703.01365

    Yields:
        The share that is done, 0 to 1. Arguments as in `grad_cam`.
    """
    own = _private_copy(network)
    inputs = _batch(picture)
    at_once = min(_AT_ONCE, network.largest_batch)
    passes = -(-PATH_STEPS // at_once)

    def compute(forward: Callable[[torch.Tensor], torch.Tensor]) -> torch.Tensor:
        return IntegratedGradients(forward).attribute(
            inputs, torch.zeros_like(inputs), target, n_steps=PATH_STEPS, internal_batch_size=at_once
        )

    parts = yield from _with_progress(compute, own.logits, passes)
    logit, baseline = _logit(own, inputs, target), _logit(own, torch.zeros_like(inputs), target)
    return _attribution("integrated_gradients", target, parts[0].sum(0), logit, signed=True, baseline=baseline)


def occlusion(network: FlowNetwork, picture: np.ndarray, target: int, window: int, stride: int) -> AttributionSteps:
    """How far does the logit fall when a square of the picture is covered with its mean colour?

    Each pixel gets the mean of all squares that cover it. Source: Zeiler and Fergus, 2014,
    https://arxiv.org/abs/1311.2901

    Args:
        network: Any network that ends in a vector of logits.
        picture: (C, H, W) in [0, 1].
        target: The class, from 0.
        window: Side of the square in pixels, at most the picture's.
        stride: Pixels between two squares, at most `window`.

    Yields:
        The share that is done, 0 to 1.
    """
    own = _private_copy(network)
    inputs = _batch(picture)
    channels = len(picture)
    at_once = min(_AT_ONCE, network.largest_batch)
    places = [-(-(size - window) // stride) + 1 for size in picture.shape[1:]]

    def compute(forward: Callable[[torch.Tensor], torch.Tensor]) -> torch.Tensor:
        covered: torch.Tensor = Occlusion(forward).attribute(
            inputs,
            sliding_window_shapes=(channels, window, window),
            strides=(channels, stride, stride),
            baselines=inputs.mean(dim=(2, 3), keepdim=True).expand_as(inputs),
            target=target,
            perturbations_per_eval=at_once,
        )
        return covered

    drops = yield from _with_progress(compute, own.logits, -(-places[0] * places[1] // at_once))
    # captum gives every channel of a pixel the same number.
    return _attribution("occlusion", target, drops[0, 0], _logit(own, inputs, target), signed=True)


def with_random_weights(network: FlowNetwork, seed: int) -> FlowNetwork:
    """The same layers with new random weights, drawn as torch does by default; the same seed gives the same weights."""
    drawn = copy.deepcopy(network)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for module in drawn.modules():
            if callable(reset := getattr(module, "reset_parameters", None)):
                reset()
    return drawn.eval()


class _StoppedError(Exception):
    pass


def _with_progress(
    compute: Callable[[Callable[[torch.Tensor], torch.Tensor]], T],
    forward: Callable[[torch.Tensor], torch.Tensor],
    passes: int,
) -> Generator[float, None, T]:
    """The result of `compute(forward)`. captum reports no progress, so its passes are counted here."""
    stopped = threading.Event()
    counted = [0]
    outcome: list[T] = []
    failures: list[BaseException] = []

    def counting(pictures: torch.Tensor) -> torch.Tensor:
        if stopped.is_set():
            raise _StoppedError
        counted[0] += 1
        return forward(pictures)

    def run() -> None:
        try:
            outcome.append(compute(counting))
        except BaseException as failure:
            failures.append(failure)

    thread = threading.Thread(target=run, name="attribution", daemon=True)
    thread.start()
    try:
        while thread.is_alive():
            yield min(counted[0] / max(passes, 1), 1.0)
            thread.join(_POLL_SECONDS)
    finally:
        stopped.set()
    if failures:
        raise failures[0]
    return outcome[0]


def _private_copy(network: FlowNetwork) -> FlowNetwork:
    """A copy that captum may put hooks on, since other sessions use the same network at the same time."""
    own = copy.deepcopy(network).eval()
    for parameter in own.parameters():
        parameter.requires_grad_(False)
    # Modules that work in place would overwrite the output of the layer before, which captum keeps.
    for module in own.modules():
        if isinstance(getattr(module, "inplace", None), bool):
            module.inplace = False  # type: ignore[assignment]
    return own


def _batch(picture: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.array(picture, dtype=np.float32))[None].requires_grad_(True)


def _logit(network: FlowNetwork, inputs: torch.Tensor, target: int) -> float:
    with torch.inference_mode():
        return float(network.logits(inputs)[0, target])


def _attribution(
    method: Method, target: int, heat: torch.Tensor, logit: float, *, signed: bool, baseline: float | None = None
) -> Attribution:
    array = heat.detach().numpy().astype(np.float32)
    array.flags.writeable = False
    return Attribution(method, target, array, signed, logit, baseline)
