"""The texts about a layer of a network from elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass

from torch import nn

from visualizer.architecture.kernels import KernelSet, Stage, kernel_sets
from visualizer.architecture.layer import PoolingWindow
from visualizer.architecture.shapes import Shape

DEPTHWISE = (
    "A depthwise convolution: each filter looks at one arriving map only, its own, so it can find a pattern in that "
    "map but mixes nothing. It is cheap: one small kernel for each map."
)
POINTWISE = (
    "A 1 × 1 convolution: at every pixel it mixes all arriving maps by weights and looks at no neighbour. It changes "
    "how many maps there are."
)
GROUPED = (
    "A grouped convolution: the arriving maps are dealt out to {groups} groups, and a filter sees only its own group."
)
PLAIN = "A convolution: each filter slides a small kernel over all arriving maps and adds up the products."
STRIDE = " Its stride is {stride}: the kernel moves {stride} pixels a step, so the map gets smaller by that factor."
NORMALISED = " Batch normalisation then shifts and scales each map."
ADDED = (
    "A shortcut: what entered the block is added to what the block computed, pixel by pixel. So the block only has to "
    "learn what to change, and the network can be deep."
)
JOINED = (
    "The maps of several layers are put behind one another. Nothing is computed: what looks at them next sees them all."
)
GATED = (
    "A gate: each number is multiplied by another one, mostly one for each map between 0 and 1. So the network turns a "
    "map down where it does not help with this picture."
)
COLOURS = "The colours are shifted and scaled to the range that the network was trained with: (x − mean) / spread."
DENSE = (
    "Every unit adds up all arriving numbers, each times its own weight, and a bias. There is one unit for each class."
)
AVERAGE = "Turns each feature map into one number: its mean."

AVERAGE_OF_PARTS = "Cuts each feature map into so many equal parts and takes the mean of each."
PADDED = (
    "Puts rows and columns of zeros around every map, so that the windows that come next reach over its edge; below 0 "
    "it cuts the edge off. Nothing is computed."
)
FLATTENED = "Writes the numbers of all maps one after the other into one long vector. Nothing is computed."


@dataclass(frozen=True)
class Description:
    """The texts about one layer.

    Attributes:
        title: Its kind.
        explanation: What it does, in plain sentences.
        short: One short line about it.
        role: One word for its purpose in its block.
    """

    title: str
    explanation: str
    short: str
    role: str

    def summary(self) -> str:
        return self.short

    def kernels(self, stages: Sequence[Stage]) -> tuple[KernelSet, ...]:
        return tuple(kernel_sets(stages))

    def pooled(self, input_shape: Shape) -> PoolingWindow | None:
        return None


def describe_convolution(module: nn.Conv2d, normalised: bool) -> Description:
    """The texts about a convolution; `normalised` is True where batch normalisation follows."""
    height, width = module.kernel_size[0], module.kernel_size[1]
    size, stride = f"{height} × {width}", max(int(step) for step in module.stride)
    kind, role, explanation = "Convolution", "convolution", PLAIN
    if module.groups > 1 and module.groups == module.in_channels:
        kind, role, explanation = "Depthwise", "depthwise", DEPTHWISE
    elif module.groups > 1:
        kind, role, explanation = "Grouped", "grouped", GROUPED.format(groups=module.groups)
    elif (height, width) == (1, 1):
        grows = module.out_channels > module.in_channels
        shrinks = module.out_channels < module.in_channels
        role, kind = ("expand", "Expand") if grows else ("project", "Project") if shrinks else ("mix", "Mix")
        explanation = POINTWISE
    short = f"{kind} {size}, {module.out_channels} maps"
    if stride > 1:
        short, explanation = f"{short}, stride {stride}", explanation + STRIDE.format(stride=stride)
    return Description(kind, explanation + (NORMALISED if normalised else ""), short, role)
