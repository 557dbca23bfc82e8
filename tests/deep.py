"""A deep network as its paper has it, for tests and measurements."""

from visualizer.architecture.activations import NO_ACTIVATION
from visualizer.architecture.architecture import Architecture
from visualizer.architecture.assembly import Assembly
from visualizer.architecture.gallery.parts import classifier, convolution, normalized
from visualizer.architecture.layers.activation import Activation
from visualizer.architecture.layers.add import Add
from visualizer.architecture.layers.max_pooling2d import MaxPooling2D


def resnet_50(input_shape: tuple[int, int, int] = (3, 64, 64), classes: int = 10) -> Architecture:
    """ResNet-50 in 16 blocks with a quarter of its filters, so that a server takes it: He et al., 2015."""
    assembly = Assembly(input_shape)
    assembly.add(*normalized(convolution(16, 7, 2)), MaxPooling2D((3, 3), (2, 2), "same"))
    for filters, repetitions, stride in ((16, 3, 1), (32, 4, 2), (64, 6, 2), (128, 3, 2)):
        for number in range(repetitions):
            step = 1 if number else stride
            with assembly.block("Residual block") as start:
                assembly.add(*normalized(convolution(filters)), *normalized(convolution(filters, 3, step)))
                end = assembly.add(*normalized(convolution(4 * filters), NO_ACTIVATION))
                shortcut = start
                if not number:
                    projection = convolution(4 * filters, 1, step)
                    shortcut = assembly.add(*normalized(projection, NO_ACTIVATION), reads=start)
                assembly.add(Add(), Activation(), reads=(end, shortcut))
    assembly.add(*classifier(classes))
    return assembly.architecture("ResNet-50")
