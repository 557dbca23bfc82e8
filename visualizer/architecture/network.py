"""From plain data to a torch module.

In this package only this file, `flow`, `own_modules` and `padded_average` import torch.
"""

from collections import OrderedDict
from collections.abc import Callable
from functools import partial

import torch
from torch import nn

from visualizer.architecture.architecture import Architecture, ArchitectureError, summarize
from visualizer.architecture.flow import FlowNetwork, Node
from visualizer.architecture.initialization import Initialization
from visualizer.architecture.layer import is_bias, sees_of


class Network(FlowNetwork):
    """An architecture as a torch module: `layers[i]` is layer i, an `nn.Sequential` of its named stages."""

    def __init__(self, architecture: Architecture, *, softmax_in_loss: bool = False) -> None:
        """Raises ArchitectureError where the layers do not fit together."""
        super().__init__()
        report = summarize(architecture)
        if not report.fits:
            problem = report.problem or next(row.problem for row in report.layers if row.problem)
            raise ArchitectureError(
                f"The network “{architecture.name}” does not fit.", str(problem), "Fix it in Build."
            )
        self.architecture = architecture
        self.softmax_in_loss = softmax_in_loss
        self.input_shape = architecture.input_shape
        self.largest_batch = report.largest_batch
        self.layers = nn.ModuleList()
        blocks = _block_titles(architecture)
        nodes: list[Node] = []
        for index, row in enumerate(report.layers):
            assert row.input_shape is not None
            assert row.output_shape is not None
            stages = row.layer.stages(row.input_shape)
            self.layers.append(nn.Sequential(OrderedDict(stages)))
            sees = sees_of(row.layer, row.input_shape, row.output_shape)
            place = (row.sources, row.output_shape, sees, blocks.get(index, ""), row.layer.meeting)
            nodes.append(Node(index, row.layer, tuple(stages), *place))
        self.nodes = tuple(nodes)
        self._is_chain = not architecture.wires
        self._penalised = [
            (weights, layer.penalty)
            for layer, module in zip(architecture.layers, self.layers, strict=True)
            if layer.penalty is not None
            for name, weights in module.named_parameters()
            if not is_bias(name)
        ]

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        if not self._is_chain:
            return self.run(pictures)
        # What `run` computes, without its bookkeeping, which a small network in training would feel.
        for layer in self.layers:
            pictures = layer(pictures)
        return pictures

    def penalty(self) -> torch.Tensor | None:
        """What training adds to the loss for the size of the weights, a scalar; None if no layer has a penalty."""
        if not self._penalised:
            return None
        return torch.stack([penalty.of(weights) for weights, penalty in self._penalised]).sum()


def _block_titles(architecture: Architecture) -> dict[int, str]:
    """The title of the block of each layer that is in one, by its index; blocks of one title are numbered."""
    titles = [block.title for block in architecture.blocks]
    named: dict[int, str] = {}
    for number, block in enumerate(architecture.blocks):
        of_title = f" {titles[: number + 1].count(block.title)}" if titles.count(block.title) > 1 else ""
        named |= dict.fromkeys(range(block.first, block.last + 1), f"{block.title}{of_title}")
    return named


def build(
    architecture: Architecture,
    initialization: Initialization | None = "glorot_uniform",
    seed: int = 0,
    *,
    softmax_in_loss: bool = False,
) -> Network:
    """A freshly initialised network; the same seed gives the same weights.

    Args:
        architecture: What to build.
        initialization: How the first weights are drawn where a layer does not say itself; None to leave all of them
            as torch made them, where other weights replace them.
        seed: Of the draw.
        softmax_in_loss: See `FlowNetwork`.

    Raises:
        ArchitectureError: The layers do not fit together.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = Network(architecture, softmax_in_loss=softmax_in_loss)
        if initialization is not None:
            _initialize(network, initialization)
    return network


def _initialize(network: Network, initialization: Initialization) -> None:
    """Draw the weights layer by layer; `Layer.start_weights` says which of them are drawn."""
    for layer, module in zip(network.architecture.layers, network.layers, strict=True):
        chosen = layer.own_initialization or initialization
        if chosen != "torch_default":
            layer.start_weights(module, _DRAW[chosen])


_DRAW: dict[Initialization, Callable[[torch.Tensor], object]] = {
    "glorot_uniform": nn.init.xavier_uniform_,
    "glorot_normal": nn.init.xavier_normal_,
    "he_uniform": partial(nn.init.kaiming_uniform_, nonlinearity="relu"),
    "he_normal": partial(nn.init.kaiming_normal_, nonlinearity="relu"),
    "lecun_normal": partial(nn.init.kaiming_normal_, nonlinearity="linear"),
    "small_normal": partial(nn.init.normal_, std=0.01),
    "zeros": nn.init.zeros_,
}
