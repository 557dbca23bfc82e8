"""Keras's weights of a layer become those of torch's modules: their names, shapes and orders in both.

Kernels are (height, width, inputs, outputs) in Keras and (outputs, inputs, height, width) in torch; the weights of a
Dense layer are the other way round too. Source: `build` of each class in keras/src/layers, version 3.15.1.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from visualizer.architecture.architecture import Architecture
from visualizer.architecture.network import Network
from visualizer.architecture.own_modules import ClassTable, ParametricReLU
from visualizer.source_code.files.keras_config import KerasModel, Place

_Converted = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True, eq=False)
class Slot:
    """One array of weights.

    Attributes:
        name: In the state dict of our network.
        keras_name: Among the weights of its layer in Keras.
        place: Where its layer is in a file of Keras.
        number: Which one it is of the weights of its layer in Keras, from 0.
        shape: In Keras.
        to_torch: Makes torch's array of Keras's.
    """

    name: str
    keras_name: str
    place: Place
    number: int
    shape: tuple[int, ...]
    to_torch: _Converted


@dataclass(frozen=True, eq=False)
class _Own:
    """One array of a module: its name in torch and in Keras, its shape in Keras, and how torch's is made of Keras's."""

    name: str
    keras_name: str
    shape: tuple[int, ...]
    to_torch: _Converted


@dataclass(frozen=True, eq=False)
class NeededWeights:
    """What a network needs of a file.

    Attributes:
        slots: The arrays that come from the file.
        others: Those that do not, by their names in the state dict: counters, and what Keras leaves out.
    """

    slots: tuple[Slot, ...]
    others: Mapping[str, np.ndarray]


def needed_weights(model: KerasModel) -> NeededWeights:
    """The arrays that a model needs; their sizes are those of its layers, and nothing of that size is made.

    Raises:
        ArchitectureError: Its layers do not fit, or it is larger than any network here.
    """
    network = _without_numbers(model.architecture)
    slots: list[Slot] = []
    others: dict[str, np.ndarray] = {}
    for index, (module, place, order) in enumerate(zip(network.layers, model.places, model.orders, strict=True)):
        number = 0
        for stage, child in module.named_children():
            for own in _of_module(stage, child, order, place.kind if place else ""):
                name = f"layers.{index}.{stage}.{own.name}"
                if place is not None and own.keras_name not in place.lacking:
                    slots.append(Slot(name, own.keras_name, place, number, own.shape, own.to_torch))
                    number += 1
                else:
                    # A scale that Keras leaves out multiplies by 1, a shift adds 0.
                    fill = np.ones if own.keras_name == "gamma" else np.zeros
                    others[name] = fill(own.shape, np.float32)
    names = {slot.name for slot in slots} | set(others)
    for name, tensor in network.state_dict().items():
        if name not in names:  # how many batches a normalisation has seen
            assert tensor.ndim == 0, name
            others[name] = np.zeros((), np.int64)
    return NeededWeights(tuple(slots), others)


def _without_numbers(architecture: Architecture) -> Network:
    with torch.device("meta"):
        return Network(architecture)


def _of_module(stage: str, module: nn.Module, order: np.ndarray | None, kind: str) -> Iterator[_Own]:
    """The arrays of a module in Keras's order.

    Args:
        stage: The module's name in its layer.
        module: The module.
        order: Of the layer's input, see `number_order`.
        kind: Keras's class of the layer.
    """
    match module:
        case nn.ConvTranspose2d():
            yield _Own("weight", "kernel", _shape(module.weight, 2, 3, 1, 0), _axes(3, 2, 0, 1))
            yield from _bias(module)
        case nn.Conv2d() if stage == "depthwise" or kind == "DepthwiseConv2D":
            height, width = module.kernel_size
            channels, filters = module.groups, module.out_channels
            name = "kernel" if stage == "convolution" else "depthwise_kernel"
            yield _Own("weight", name, (height, width, channels, filters // channels), _depthwise)
            yield from _bias(module)
        case nn.Conv2d():
            name = "pointwise_kernel" if stage == "pointwise" else "kernel"
            yield _Own("weight", name, _shape(module.weight, 2, 3, 1, 0), _axes(3, 2, 0, 1))
            yield from _bias(module)
        case nn.Linear():
            yield _Own("weight", "kernel", _shape(module.weight, 1, 0), lambda array: _in_place(array, order).T)
            yield from _bias(module)
        case ParametricReLU():
            maps = module.weight.ndim == 3
            slopes = _shape(module.weight, 1, 2, 0) if maps else tuple(module.weight.shape)
            yield _Own("weight", "alpha", slopes, _axes(2, 0, 1) if maps else lambda array: _in_place(array, order))
        case nn.BatchNorm1d() | nn.BatchNorm2d() | nn.LayerNorm() | nn.GroupNorm():
            names = {"weight": "gamma", "bias": "beta"}
            if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
                names |= {"running_mean": "moving_mean", "running_var": "moving_variance"}
            for name, keras_name in names.items():
                shape = tuple(getattr(module, name).shape)
                yield _Own(name, keras_name, shape, lambda array: _in_place(array, order))
        case ClassTable():
            classes = tuple(module.weight.shape)
            yield _Own("weight", "table", classes, lambda array: _in_place(array.T, order).T)


def _bias(module: nn.Conv2d | nn.ConvTranspose2d | nn.Linear) -> Iterator[_Own]:
    if module.bias is not None:
        yield _Own("bias", "bias", tuple(module.bias.shape), lambda array: array)


def _shape(weights: torch.Tensor, *axes: int) -> tuple[int, ...]:
    return tuple(weights.shape[axis] for axis in axes)


def _axes(*axes: int) -> _Converted:
    return lambda array: array.transpose(axes)


def _depthwise(array: np.ndarray) -> np.ndarray:
    """(height, width, channels, multiplier) becomes (channels · multiplier, 1, height, width)."""
    height, width, channels, multiplier = array.shape
    return array.transpose(2, 3, 0, 1).reshape(channels * multiplier, 1, height, width)


def _in_place(array: np.ndarray, order: np.ndarray | None) -> np.ndarray:
    """The array with its first axis in torch's order."""
    if order is None:
        return array
    placed = np.empty_like(array)
    placed[order] = array
    return placed
