"""The same convolutions with more and more downsamplings, and what they cost."""

from visualizer.architecture.activations import NO_ACTIVATION
from visualizer.architecture.architecture import Architecture, summarize
from visualizer.architecture.layer import Layer
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.max_pooling2d import MaxPooling2D
from visualizer.architecture.layers.up_sampling2d import UpSampling2D

SIDE = 64
CONVOLUTIONS = 10
FILTERS = 16
CLASSES = 6
MOST = 4  # with which two convolutions are left in the middle


def down_and_up(downsamplings: int) -> Architecture:
    """Ten convolutions, with a pooling after each of the first and an enlargement before each of the last ones."""
    layers: list[Layer] = []
    for place in range(CONVOLUTIONS):
        if place >= CONVOLUTIONS - downsamplings:
            layers.append(UpSampling2D())
        layers.append(Conv2D(filters=FILTERS, padding="same"))
        if place < downsamplings:
            layers.append(MaxPooling2D())
    layers.append(Conv2D(filters=CLASSES, kernel_size=(1, 1), activation=NO_ACTIVATION))
    return Architecture(f"{downsamplings} downsamplings", (3, SIDE, SIDE), tuple(layers))


def cost_by_side(architecture: Architecture) -> dict[int, int]:
    """Multiply-adds for one picture by the height and width of the maps that they compute, the largest maps first.

    All maps are square, and all layers fit.
    """
    costs: dict[int, int] = {}
    for layer in summarize(architecture).layers:
        assert layer.output_shape is not None
        side = layer.output_shape[-1]
        costs[side] = costs.get(side, 0) + (layer.multiply_adds or 0)
    return dict(sorted(costs.items(), reverse=True))
