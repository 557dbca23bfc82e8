"""A deep network as its paper has it, for tests and measurements."""

from visualizer.architecture.activations import NO_ACTIVATION
from visualizer.architecture.architecture import Architecture, Block
from visualizer.architecture.layer import Layer
from visualizer.architecture.layers.activation import Activation
from visualizer.architecture.layers.add import Add
from visualizer.architecture.layers.batch_normalization import BatchNormalization
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.global_average_pooling2d import GlobalAveragePooling2D
from visualizer.architecture.layers.max_pooling2d import MaxPooling2D
from visualizer.architecture.span import PICTURE


def resnet_50(input_shape: tuple[int, int, int] = (3, 64, 64), classes: int = 10) -> Architecture:
    """ResNet-50 in 16 blocks with a quarter of its filters, so that a server takes it: He et al., 2015."""
    layers: list[Layer] = []
    wires: list[tuple[int, ...]] = []
    blocks: list[Block] = []

    def add(layer: Layer, *sources: int) -> int:
        layers.append(layer)
        wires.append(sources)
        return len(layers) - 1

    def convolution(source: int, filters: int, kernel: int, stride: int = 1, activation: bool = True) -> int:
        side, step = (kernel, kernel), (stride, stride)
        plain = Conv2D(filters, side, NO_ACTIVATION, "same", step, use_bias=False)
        last = add(plain, source)
        last = add(BatchNormalization(), last)
        return add(Activation("relu"), last) if activation else last

    last = convolution(PICTURE, 16, 7, 2)
    last = add(MaxPooling2D((3, 3), (2, 2), "same"), last)
    for filters, repetitions, stride in ((16, 3, 1), (32, 4, 2), (64, 6, 2), (128, 3, 2)):
        for number in range(repetitions):
            start, first = last, len(layers)
            step = 1 if number else stride
            last = convolution(convolution(start, filters, 1), filters, 3, step)
            last = convolution(last, 4 * filters, 1, activation=False)
            shortcut = start if number else convolution(start, 4 * filters, 1, step, activation=False)
            last = add(Activation("relu"), add(Add(), last, shortcut))
            blocks.append(Block("Residual block", first, last))
    last = add(Dense(classes, "softmax"), add(GlobalAveragePooling2D(), last))
    return Architecture("ResNet-50", input_shape, tuple(layers), tuple(wires), tuple(blocks))
