"""What the networks of several families are made of."""

from visualizer.architecture.activations import NO_ACTIVATION
from visualizer.architecture.layer import Layer
from visualizer.architecture.layers.activation import Activation
from visualizer.architecture.layers.batch_normalization import BatchNormalization
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.depthwise_conv2d import DepthwiseConv2D
from visualizer.architecture.layers.global_average_pooling2d import GlobalAveragePooling2D
from visualizer.architecture.shapes import Padding

SHAPES = (3, 64, 64)  # the input for the data set "shapes"
DIGITS = (1, 16, 16)  # the input for the data set "digits", enlarged
CLASSES = 10  # of both


def convolution(
    filters: int, size: int = 1, stride: int = 1, *, bias: bool = False, padding: Padding = "same"
) -> Conv2D:
    """A convolution without an activation function, as one before a normalisation is."""
    return Conv2D(
        filters=filters,
        kernel_size=(size, size),
        activation=NO_ACTIVATION,
        padding=padding,
        strides=(stride, stride),
        use_bias=bias,
    )


def depthwise(size: int = 3, stride: int = 1) -> DepthwiseConv2D:
    """A depthwise convolution without an activation function and bias, as one before a normalisation is."""
    return DepthwiseConv2D(
        kernel_size=(size, size),
        activation=NO_ACTIVATION,
        padding="same",
        strides=(stride, stride),
        use_bias=False,
    )


def normalized(layer: Layer, activation: str = "relu") -> tuple[Layer, ...]:
    """The layer, then batch normalisation, then an activation function unless it is "linear"."""
    after = () if activation == NO_ACTIVATION else (Activation(function=activation),)
    return (layer, BatchNormalization(), *after)


def classifier(classes: int) -> tuple[Layer, ...]:
    """The mean of each map, and one number for each class of it."""
    return GlobalAveragePooling2D(), Dense(units=classes, activation="softmax")
