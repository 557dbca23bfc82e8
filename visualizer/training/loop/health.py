"""The health of a network in training: each layer's gradient, weights and units while one batch is trained."""

import math
from collections.abc import Sequence
from functools import partial
from typing import Self

import torch
from torch import nn

from visualizer.architecture.network import Network
from visualizer.training.loop.events import Health, LayerHealth


class Checkup:
    """Measures a network around one batch: a context for the forward pass, then a call after each further part.

    It measures the batch that is trained anyway, and draws no random number.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        self._hooks: list[torch.utils.hooks.RemovableHandle] = []
        self._fires: dict[int, torch.Tensor] = {}
        self._parameters = list(network.parameters())
        self._layers = [index for index, layer in enumerate(network.layers) for _ in layer.parameters()]
        self._gradients: list[torch.Tensor] = []
        self._before: list[torch.Tensor] = []

    def __enter__(self) -> Self:
        for node in self._network.nodes:
            for _, module in node.stages:
                if isinstance(module, nn.ReLU):
                    self._hooks.append(module.register_forward_hook(partial(self._note_firing, node.index)))
        return self

    def __exit__(self, *_: object) -> None:
        for hook in self._hooks:
            hook.remove()

    def _note_firing(self, index: int, _: nn.Module, __: tuple[torch.Tensor, ...], output: torch.Tensor) -> None:
        # The largest number of a map tells whether it fires anywhere.
        self._fires[index] = output.detach().amax([0, *range(2, output.ndim)]) > 0

    def after_backward(self) -> None:
        """Call it when there are gradients, before the step."""
        self._gradients = [
            torch.zeros_like(parameter) if parameter.grad is None else parameter.grad for parameter in self._parameters
        ]
        self._before = [parameter.detach().clone() for parameter in self._parameters]

    @torch.no_grad()
    def after_step(self, step: int) -> Health:
        """Call it when the optimizer has taken its step; what was measured."""
        gradient_norms = self._norms(self._gradients)
        weight_norms = self._norms(self._before)
        update_norms = self._norms(
            [after - before for after, before in zip(self._parameters, self._before, strict=True)]
        )
        layers = []
        for index in sorted(gradient_norms.keys() | self._fires.keys()):
            fires = self._fires.get(index)
            silent_share, units = (None, 0) if fires is None else (1 - int(fires.sum()) / len(fires), len(fires))
            norms = (gradient_norms.get(index), weight_norms.get(index), update_norms.get(index))
            layers.append(LayerHealth(index, *norms, silent_share=silent_share, units=units))
        return Health(step, tuple(layers))

    def _norms(self, tensors: Sequence[torch.Tensor]) -> dict[int, float]:
        """The Euclidean norm over all weights of each layer that has any, by its index."""
        squares: dict[int, float] = {}
        # Read together: each reading costs more than a small norm.
        norms = torch.stack([torch.linalg.vector_norm(tensor) for tensor in tensors]).tolist() if tensors else []
        for layer, norm in zip(self._layers, norms, strict=True):
            squares[layer] = squares.get(layer, 0.0) + norm**2
        return {layer: math.sqrt(square) for layer, square in squares.items()}
