"""A network at work on one picture: every layer's input, kernels and output, from one forward pass."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch

from visualizer.architecture.activations import FUNCTIONS
from visualizer.architecture.answer import Answer, Classes
from visualizer.architecture.flow import Described, FlowNetwork, Node
from visualizer.architecture.kernels import KernelSet
from visualizer.errors import UserError

ChannelOrder = Literal["channel", "mean", "variance"]


@dataclass(frozen=True)
class LayerView:
    """One layer at work on one picture. All arrays are float32 and read-only.

    Attributes:
        index: The layer's place in the network, from 0.
        layer: The description of the layer.
        sources: The layers whose outputs are its input, by index, or PICTURE.
        block: The title of the block that it belongs to; empty where it belongs to none.
        input: (C, H, W) or (F,).
        kernel_sets: Its kernels, one set for each stage that has kernels, in order; the last one makes the output.
        before_activation: The input of its activation function; None where it has none.
        output: (C', H', W') or (F',).
    """

    index: int
    layer: Described
    sources: tuple[int, ...]
    block: str
    input: np.ndarray
    kernel_sets: tuple[KernelSet, ...]
    before_activation: np.ndarray | None
    output: np.ndarray

    @property
    def kernels(self) -> np.ndarray | None:
        """Those of the last stage that has kernels, one for each map or number of the output; None where none has."""
        return self.kernel_sets[-1].weights if self.kernel_sets else None

    @property
    def bias(self) -> np.ndarray | None:
        """(out,) or (units,), None where that stage has none."""
        return self.kernel_sets[-1].bias if self.kernel_sets else None


@dataclass(frozen=True)
class Probe:
    """A network at work on one picture.

    Attributes:
        picture: (C, H, W) float32 in [0, 1].
        layers: One view for each layer, in order.
        answer: Its answer, read-only; None where it has none, since it does not end in a vector.
    """

    picture: np.ndarray
    layers: tuple[LayerView, ...]
    answer: Answer | None


def probe(network: FlowNetwork, picture: np.ndarray) -> Probe:
    """Run the network on `picture` and keep the numbers of every layer.

    One forward pass without gradient. The network is put in evaluation mode and stays in it, since several sessions
    may share it. The kernels are views of its weights: they follow when these change.

    Args:
        network: Any network.
        picture: (C, H, W) in [0, 1], in the network's input shape.

    Raises:
        UserError: The picture has another shape than the network's input.
    """
    _make_ready(network, picture)
    pixels = np.array(picture, dtype=np.float32)
    views: list[LayerView] = []
    layer_input, before_activation = pixels, None

    def watch(node: Node, stages_run: int, value: torch.Tensor) -> None:
        nonlocal layer_input, before_activation
        array = _read_only(value[0])
        if stages_run == 0:
            layer_input, before_activation = array, None
        if stages_run < len(node.stages):
            # The output of a stage that pads is not kept.
            if node.stages[stages_run][0] in FUNCTIONS:
                before_activation = array
            return
        views.append(
            LayerView(
                node.index,
                node.layer,
                node.sources,
                node.block,
                layer_input,
                node.kernels(),
                before_activation,
                array,
            )
        )

    with torch.inference_mode():
        prepared = torch.from_numpy(pixels)[None]
        answered = _answer(network, prepared, network.run(prepared, watch=watch))
    pixels.flags.writeable = False
    return Probe(pixels, tuple(views), answered)


def answer(network: FlowNetwork, picture: np.ndarray) -> Answer | None:
    """The answer alone, as `probe` has it; None where the network does not end in a vector.

    Keeps no numbers of the layers, which suits a picture that changes while it is drawn.

    Raises:
        UserError: The picture has another shape than the network's input.
    """
    _make_ready(network, picture)
    with torch.inference_mode():
        prepared = torch.from_numpy(np.array(picture, dtype=np.float32))[None]
        return _answer(network, prepared, network(prepared))


def _make_ready(network: FlowNetwork, picture: np.ndarray) -> None:
    expected = network.input_shape
    if picture.shape != expected:
        raise UserError(
            f"The picture has the shape {picture.shape}.",
            f"The network takes {expected} (channels, height, width).",
            "Fit the picture to the network's input.",
        )
    if network.training:  # since eval() visits every module, which takes as long as running a small network
        network.eval()


def _answer(network: FlowNetwork, picture: torch.Tensor, outputs: torch.Tensor) -> Answer | None:
    if network.answering is not None:
        return network.answering.answer_to(network, picture, outputs)
    return Classes(_read_only(network.answers(outputs)[0]), network.answer_kind) if outputs.ndim == 2 else None


def channel_order(maps: np.ndarray, by: ChannelOrder) -> np.ndarray:
    """The channels in the order of a sorted grid: (C,) integers.

    Args:
        maps: (C, H, W).
        by: "channel" for their own order; "mean" or "variance" of each map, the largest first.
    """
    if by == "channel":
        return np.arange(len(maps))
    measure = maps.mean(axis=(1, 2)) if by == "mean" else maps.var(axis=(1, 2))
    return np.argsort(-measure, kind="stable")


def _read_only(tensor: torch.Tensor) -> np.ndarray:
    """The tensor's numbers without a copy; read-only, since sessions share a probe."""
    array: np.ndarray = tensor.numpy()
    array.flags.writeable = False
    return array
