"""Is a network in training well? What each layer's gradient, weights and units say while one batch is trained."""

from functools import partial
from types import TracebackType
from typing import Self

import torch
from torch import nn

from visualizer.architecture.network import Network
from visualizer.training.events import Health, LayerHealth


class Checkup:
    """Looks at a network around one batch: open it as a context for the forward pass, then tell it of what follows.

    Its numbers are taken from the batch that is trained anyway; it trains nothing and draws no random number.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        self._hooks: list[torch.utils.hooks.RemovableHandle] = []
        self._fires: dict[int, torch.Tensor] = {}
        self._gradient_norms: dict[int, float] = {}
        self._before: dict[int, list[torch.Tensor]] = {}

    def __enter__(self) -> Self:
        for index, _, module in self._network.stages():
            if isinstance(module, nn.ReLU):
                self._hooks.append(module.register_forward_hook(partial(self._note_firing, index)))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for hook in self._hooks:
            hook.remove()

    def _note_firing(self, index: int, _: nn.Module, __: tuple[torch.Tensor, ...], output: torch.Tensor) -> None:
        # Of a map, the largest place tells whether it fires anywhere.
        self._fires[index] = output.detach().movedim(1, 0).flatten(1).amax(1) > 0

    def after_backward(self) -> None:
        """The gradients are there, the step is not taken yet."""
        for index, parameters in self._parameters().items():
            self._gradient_norms[index] = _norm([parameter.grad for parameter in parameters])
            self._before[index] = [parameter.detach().clone() for parameter in parameters]

    def after_step(self, step: int) -> Health:
        """The optimizer has taken its step: what was seen."""
        layers = []
        parameters = self._parameters()
        for index in sorted(parameters.keys() | self._fires.keys()):
            fires = self._fires.get(index)
            dead_share, units = (None, 0) if fires is None else (1 - fires.float().mean().item(), len(fires))
            weight_norm = update_norm = None
            if index in parameters:
                before = self._before[index]
                weight_norm = _norm(before)
                moved = [after.detach() - old for after, old in zip(parameters[index], before, strict=True)]
                update_norm = _norm(moved)
            layers.append(
                LayerHealth(
                    index, self._gradient_norms.get(index), weight_norm, update_norm, dead_share=dead_share, units=units
                )
            )
        return Health(step, tuple(layers))

    def _parameters(self) -> dict[int, list[nn.Parameter]]:
        """The weights of each layer that has any, by its index."""
        found = {index: list(layer.parameters()) for index, layer in enumerate(self._network.layers)}
        return {index: parameters for index, parameters in found.items() if parameters}


def _norm(tensors: list[torch.Tensor | None] | list[torch.Tensor]) -> float:
    """The Euclidean norm of all numbers together; 0 for those that are not there."""
    there = [tensor for tensor in tensors if tensor is not None]
    norms = torch._foreach_norm(there) if there else []
    return float(torch.stack(list(norms)).norm()) if norms else 0.0
