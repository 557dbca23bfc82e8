"""How a picture flows through any network, layer by layer, whether it was built in this app or elsewhere."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Protocol

import torch
from torch import nn

from visualizer.architecture.activations import FUNCTIONS
from visualizer.architecture.answer import Answer, AnswerKind, answer_kind
from visualizer.architecture.kernels import KernelSet
from visualizer.architecture.layer import Meeting, PoolingWindow
from visualizer.architecture.shapes import Shape
from visualizer.architecture.span import PICTURE as PICTURE
from visualizer.architecture.span import Sees
from visualizer.architecture.wires import passages

_PAIRWISE: dict[Meeting, Callable[[torch.Tensor, torch.Tensor], torch.Tensor]] = {
    "sum": torch.add,
    "average": torch.add,
    "difference": torch.sub,
    "product": torch.mul,
    "maximum": torch.maximum,
}


class Described(Protocol):
    """What a page can say about a layer: of a `Layer`, or of a layer of a network from elsewhere."""

    @property
    def title(self) -> str: ...

    @property
    def explanation(self) -> str: ...

    def summary(self) -> str:
        """The layer in one short line."""

    def kernels(self, stages: Sequence[tuple[str, nn.Module]]) -> tuple[KernelSet, ...]:
        """The kernels of its torch modules, one set for each stage that has kernels."""

    def pooled(self, input_shape: Shape) -> PoolingWindow | None:
        """Its window, where it pools each map and is shown before and after; else None."""


@dataclass(frozen=True)
class Node:
    """One layer in its place.

    Attributes:
        index: Its place in the network, from 0.
        layer: The description of the layer.
        stages: Its torch modules, named, in order; empty where it only joins its sources. Names of activation functions
            are those of `FUNCTIONS`.
        sources: The nodes whose outputs are its input, by index, or PICTURE.
        shape: Of its output, without the batch.
        sees: Which places of its input it reads.
        block: The title of the block that it belongs to; empty where it belongs to none.
        meeting: How several sources become one input.
    """

    index: int
    layer: Described
    stages: tuple[tuple[str, nn.Module], ...]
    sources: tuple[int, ...]
    shape: Shape
    sees: Sees
    block: str = ""
    meeting: Meeting = "sum"

    def kernels(self) -> tuple[KernelSet, ...]:
        """One set for each stage that has kernels, in order."""
        return self.layer.kernels(self.stages)

    @property
    def ends_in_activation(self) -> bool:
        """Whether its last stage is an activation function."""
        if not self.stages:
            return False
        name, module = self.stages[-1]
        return name in FUNCTIONS or isinstance(module, nn.Softmax)

    def input_from(self, outputs: Mapping[int, torch.Tensor]) -> torch.Tensor:
        """Its input, made of the outputs of earlier nodes by index, with the picture under PICTURE; (N, ...)."""
        if len(self.sources) == 1:
            return outputs[self.sources[0]]
        inputs = [outputs[source] for source in self.sources]
        if self.meeting == "concatenation":
            return torch.cat(inputs, dim=1)
        merged = reduce(_PAIRWISE[self.meeting], inputs)
        return merged / len(inputs) if self.meeting == "average" else merged


# Called with a node, how many of its stages have been run, and their output, (N, ...): with 0 and the input of the node
# first, with its output last.
Watch = Callable[[Node, int, torch.Tensor], None]


class Answering(Protocol):
    """How the output of a network becomes an answer, where it is not one number for each class."""

    def answer_to(self, network: "FlowNetwork", pictures: torch.Tensor, outputs: torch.Tensor) -> Answer:
        """The answer to one picture, (1, C, H, W); `outputs` is what the network's last layer makes of it, (1, …)."""

    @property
    def output_names(self) -> tuple[str, ...]:
        """What each number means that the network outputs as a vector; empty for maps."""


class FlowNetwork(nn.Module):
    """A torch module that pictures flow through: (N, *input_shape) in, (N, classes) or maps out.

    Attributes:
        input_shape: (C, H, W) of the pictures, whose values are in [0, 1].
        nodes: Its layers in order; the sources of each come before it.
        largest_batch: How many pictures may go through at once, for the memory that their activations take.
        softmax_in_loss: True where the loss that it is trained with applies the softmax, as cross-entropy does: without
            a softmax at its end its outputs are then logits. False for another loss, or an unknown one.
        answering: What makes its answer; None where it is one number for each class.
    """

    input_shape: tuple[int, int, int]
    nodes: tuple[Node, ...]
    largest_batch: int = 64
    softmax_in_loss: bool = False
    answering: Answering | None = None

    @property
    def ends_in_softmax(self) -> bool:
        """True where the last stage is a softmax, which the logits leave out."""
        return bool(self.nodes[-1].stages) and isinstance(self.nodes[-1].stages[-1][1], nn.Softmax)

    @property
    def answer_kind(self) -> AnswerKind:
        """Whether `answers` returns probabilities or scores."""
        return answer_kind(ends_in_softmax=self.ends_in_softmax, softmax_in_loss=self.softmax_in_loss)

    def answers(self, outputs: torch.Tensor) -> torch.Tensor:
        """What it answers, by its `answer_kind`: (N, classes) outputs of its last layer in, (N, classes) out."""
        if self.ends_in_softmax or not self.softmax_in_loss:
            return outputs
        return outputs.softmax(dim=1)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """The output of the last layer for (N, C, H, W) pictures."""
        return self.run(pictures)

    def logits(self, pictures: torch.Tensor) -> torch.Tensor:
        """The scores before a final softmax, or the output where there is none: (N, C, H, W) in, (N, classes) out."""
        return self.run(pictures, activated=not self.ends_in_softmax)

    def run(
        self,
        pictures: torch.Tensor,
        *,
        after: int = PICTURE,
        until: int | None = None,
        activated: bool = True,
        watch: Watch | None = None,
    ) -> torch.Tensor:
        """Run the nodes in order; an output is freed after its last use, since all of them together are large.

        Args:
            pictures: (N, *input_shape), or what takes the place of the output of the node `after`.
            after: The index of a node, one of `passages`; only later nodes are run.
            until: The index of the node to stop after; only nodes that it depends on are run. None for all nodes.
            activated: False to leave out the activation function that ends the last node to be run, if one does.
            watch: Called with the input of each node and with the output of each stage, as soon as it is computed.

        Returns:
            The output of the last node that was run, (N, ...).
        """
        nodes = self.nodes if until is None else self._leading_to(until)
        nodes = nodes if after == PICTURE else tuple(node for node in nodes if node.index > after)
        last_use = {source: node.index for node in nodes for source in node.sources}
        outputs = {after: pictures}
        for node in nodes:
            value = node.input_from(outputs)
            for source in node.sources:
                if last_use[source] == node.index:
                    outputs.pop(source, None)
            left_out = not activated and node is nodes[-1] and node.ends_in_activation
            if watch is not None:
                watch(node, 0, value)
            for number, (_, module) in enumerate(node.stages[:-1] if left_out else node.stages, start=1):
                value = module(value)
                if watch is not None:
                    watch(node, number, value)
            if node.index in last_use:
                outputs[node.index] = value
        return value

    @property
    def passages(self) -> tuple[int, ...]:
        """The nodes that everything passes through: no later node reads anything before them; by their indices."""
        return passages([node.sources for node in self.nodes])

    def _leading_to(self, index: int) -> tuple[Node, ...]:
        """The nodes that the output of node `index` depends on, itself the last."""
        needed = {index}
        for node in reversed(self.nodes[: index + 1]):
            if node.index in needed:
                needed.update(node.sources)
        return tuple(node for node in self.nodes[: index + 1] if node.index in needed)
