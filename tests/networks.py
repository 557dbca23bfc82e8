"""Networks that branch, as they are published: for tests of what is drawn and computed of graphs."""

from collections.abc import Sequence
from dataclasses import replace

from visualizer.architecture.architecture import Architecture
from visualizer.architecture.assembly import Assembly
from visualizer.architecture.layers.activation import Activation
from visualizer.architecture.layers.add import Add
from visualizer.architecture.layers.batch_normalization import BatchNormalization
from visualizer.architecture.layers.concatenate import Concatenate
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.global_average_pooling2d import GlobalAveragePooling2D
from visualizer.architecture.layers.max_pooling2d import MaxPooling2D
from visualizer.architecture.span import PICTURE


class Graph(Assembly):
    """An assembly that knows what these networks are made of."""

    def convolution(self, filters: int, size: int, source: int, *, stride: int = 1, active: bool = True) -> int:
        """A convolution without activation, batch normalisation and, maybe, ReLU."""
        kernel, strides = (size, size), (stride, stride)
        layer = Conv2D(filters=filters, kernel_size=kernel, strides=strides, padding="same", activation="linear")
        self.add(layer, BatchNormalization(), reads=source)
        return self.add(Activation()) if active else self.last

    def residual(self, filters: int, sizes: Sequence[int], widths: Sequence[int], stride: int, *, new: bool) -> None:
        """Convolutions and a shortcut around them, which is a convolution where the shape is `new`."""
        with self.block("Residual block") as start:
            end = start
            for place, (size, width) in enumerate(zip(sizes, widths, strict=True)):
                step = stride if place == 0 else 1
                end = self.convolution(width, size, end, stride=step, active=place < len(sizes) - 1)
            shortcut = self.convolution(filters, 1, start, stride=stride, active=False) if new else start
            self.add(Add(), Activation(), reads=(end, shortcut))


def residual_network() -> Architecture:
    """Two residual blocks, the second with a convolution on its shortcut; not folded."""
    graph = Graph((3, 32, 32))
    graph.add(Conv2D(filters=16, padding="same"))
    for filters, stride in ((16, 1), (32, 2)):
        start = graph.last
        graph.add(Conv2D(filters=filters, strides=(stride, stride), padding="same"))
        end = graph.add(Conv2D(filters=filters, padding="same", activation="linear"))
        if stride > 1:
            shape = {"kernel_size": (1, 1), "strides": (stride, stride), "activation": "linear"}
            start = graph.add(Conv2D(filters=filters, **shape), reads=start)
        graph.add(Add(), Activation(), reads=(end, start))
    graph.add(GlobalAveragePooling2D())
    graph.add(Dense(units=10, activation="softmax"))
    return graph.architecture("Small residual network")


def inception_network() -> Architecture:
    """GoogLeNet's block: four branches that a Concatenate puts together."""
    graph = Graph((3, 28, 28))
    start = graph.add(Conv2D(filters=32, padding="same"))
    ends = [graph.add(Conv2D(filters=16, kernel_size=(1, 1)), reads=start)]
    for filters, size in ((32, 3), (8, 5)):
        graph.add(Conv2D(filters=filters // 2, kernel_size=(1, 1)), reads=start)
        ends.append(graph.add(Conv2D(filters=filters, kernel_size=(size, size), padding="same")))
    graph.add(MaxPooling2D(pool_size=(3, 3), strides=(1, 1), padding="same"), reads=start)
    ends.append(graph.add(Conv2D(filters=8, kernel_size=(1, 1))))
    graph.add(Concatenate(), reads=tuple(ends))
    graph.add(GlobalAveragePooling2D())
    graph.add(Dense(units=10, activation="softmax"))
    return graph.architecture("Inception block")


def u_net() -> Architecture:
    """Skip connections of different lengths, one within the other."""
    graph = Graph((1, 32, 32))
    ends = [graph.add(Conv2D(filters=8 * 2**depth, padding="same")) for depth in range(3)]
    graph.add(Conv2D(filters=32, padding="same"))
    for end in reversed(ends):
        graph.add(Concatenate(), reads=(graph.last, end))
        graph.add(Conv2D(filters=8, padding="same"))
    return graph.architecture("U-Net without its ups and downs")


def resnet50(*, folded: bool = True) -> Architecture:
    """He et al. 2015, https://arxiv.org/abs/1512.03385: 177 layers in 18 blocks, with a quarter of the filters."""
    graph = Graph((3, 224, 224))
    with graph.block("Stem"):
        graph.convolution(16, 7, PICTURE, stride=2)
        graph.add(MaxPooling2D(pool_size=(3, 3), strides=(2, 2), padding="same"))
    for stage, count in enumerate((3, 4, 6, 3)):
        width = 16 * 2**stage
        for place in range(count):
            new = place == 0
            stride = 2 if new and stage else 1
            graph.residual(4 * width, (1, 3, 1), (width, width, 4 * width), stride, new=new)
    with graph.block("Head"):
        graph.add(GlobalAveragePooling2D(), Dense(units=1000, activation="softmax"))
    network = graph.architecture("ResNet-50")
    return network if folded else replace(network, blocks=())
