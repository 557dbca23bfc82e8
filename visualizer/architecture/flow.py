"""How a picture flows through a network, layer by layer: what can be looked into, whether it was built here or not."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import torch
from torch import nn

from visualizer.architecture.answer import AnswerKind, answer_kind
from visualizer.architecture.kernels import KernelSet
from visualizer.architecture.layer import PoolingWindow
from visualizer.architecture.shapes import Shape
from visualizer.architecture.span import PICTURE as PICTURE
from visualizer.architecture.span import Sees

# How the outputs of several nodes become what arrives: added up, their maps behind one another, or multiplied, where
# one number may stand for a whole map.
Meeting = Literal["sum", "concatenation", "product"]


class Described(Protocol):
    """What is said of a layer: a `Layer` says it, and so does whatever describes a layer of another network."""

    @property
    def title(self) -> str: ...

    @property
    def explanation(self) -> str: ...

    def summary(self) -> str:
        """The layer in one short line."""

    def kernels(self, stages: Sequence[tuple[str, nn.Module]]) -> tuple[KernelSet, ...]:
        """The kernels of its torch modules, one set for each stage that has some."""

    def pooled(self, input_shape: Shape) -> PoolingWindow | None:
        """Its window, where it makes one number of many map by map and is shown before and after."""


@dataclass(frozen=True)
class Node:
    """One layer in its place.

    Attributes:
        index: Its place in the network, from 0.
        layer: What it is, in words and settings.
        stages: Its torch modules, named, in order; none where it only puts together what arrives. Names of activation
            functions are those of `FUNCTIONS`.
        sources: The nodes whose outputs arrive, by index, or PICTURE; several meet.
        shape: Of what leaves, without the batch.
        sees: What it reads of what arrives.
        block: The block that it belongs to, in words; empty where it stands by itself.
        meeting: How several sources meet.
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
        """One set for each stage that has some, in order."""
        return self.layer.kernels(self.stages)

    def arriving(self, outputs: Mapping[int, torch.Tensor]) -> torch.Tensor:
        """What arrives, given the picture (under PICTURE) and the outputs of earlier nodes by index."""
        if self.meeting == "concatenation":
            return torch.cat([outputs[source] for source in self.sources], dim=1)
        arrived = outputs[self.sources[0]]
        for source in self.sources[1:]:
            arrived = arrived * outputs[source] if self.meeting == "product" else arrived + outputs[source]
        return arrived


class FlowNetwork(nn.Module, ABC):
    """A torch module that pictures flow through: (N, *input_shape) in, (N, classes) or maps out.

    Attributes:
        input_shape: (C, H, W) of the pictures, whose values are in [0, 1].
        nodes: Its layers in order; each takes what earlier ones gave.
        largest_batch: How many pictures may go through at once, for the memory that their activations take.
        softmax_in_loss: True where the loss that it is trained with applies the softmax, as cross-entropy does: where
            it ends without one, its outputs are logits then. False where the loss is another, or is not known.
    """

    input_shape: tuple[int, int, int]
    nodes: tuple[Node, ...]
    largest_batch: int = 64
    softmax_in_loss: bool = False

    @property
    def ends_in_softmax(self) -> bool:
        """True where the last stage is a softmax, which the logits leave out."""
        return bool(self.nodes[-1].stages) and isinstance(self.nodes[-1].stages[-1][1], nn.Softmax)

    @property
    def answer_kind(self) -> AnswerKind:
        """Whether what `answers` gives are probabilities or scores."""
        return answer_kind(ends_in_softmax=self.ends_in_softmax, softmax_in_loss=self.softmax_in_loss)

    def answers(self, outputs: torch.Tensor) -> torch.Tensor:
        """What it answers, by its `answer_kind`: (N, classes) that left its last layer in, (N, classes) out."""
        if self.ends_in_softmax or not self.softmax_in_loss:
            return outputs
        return outputs.softmax(dim=1)

    @abstractmethod
    def logits(self, pictures: torch.Tensor) -> torch.Tensor:
        """The scores before a final softmax, or the output where there is none: (N, C, H, W) in, (N, classes) out."""
