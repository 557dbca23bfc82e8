"""Networks in which each layer reads the one before: from LeNet-5 to VGG and Network in Network."""

from collections.abc import Callable

from visualizer.architecture.architecture import Architecture
from visualizer.architecture.gallery.entry import GalleryEntry, Published
from visualizer.architecture.gallery.parts import CLASSES, DIGITS, SHAPES
from visualizer.architecture.layer import Layer
from visualizer.architecture.layers.activation import Activation
from visualizer.architecture.layers.average_pooling2d import AveragePooling2D
from visualizer.architecture.layers.batch_normalization import BatchNormalization
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.dropout import Dropout
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.layers.global_average_pooling2d import GlobalAveragePooling2D
from visualizer.architecture.layers.max_pooling2d import MaxPooling2D
from visualizer.architecture.presets import LENET

_OVERLAPPING = MaxPooling2D(pool_size=(3, 3), strides=(2, 2))


def _same(filters: int, size: int = 3, groups: int = 1) -> Conv2D:
    return Conv2D(filters=filters, kernel_size=(size, size), padding="same", groups=groups)


def alexnet() -> Architecture:
    """AlexNet with its two groups, which trained on two graphics cards; without its normalisation of neighbours."""
    layers = (
        Conv2D(filters=96, kernel_size=(11, 11), strides=(4, 4)),
        _OVERLAPPING,
        _same(256, 5, groups=2),
        _OVERLAPPING,
        _same(384),
        _same(384, groups=2),
        _same(256, groups=2),
        _OVERLAPPING,
        Flatten(),
        Dense(units=4096),
        Dropout(rate=0.5),
        Dense(units=4096),
        Dropout(rate=0.5),
        Dense(units=1000, activation="softmax"),
    )
    return Architecture("AlexNet", (3, 227, 227), layers)


def small_alexnet() -> Architecture:
    """AlexNet's order of layers for small pictures."""
    layers = (
        Conv2D(filters=24, kernel_size=(5, 5), strides=(2, 2)),
        _OVERLAPPING,
        _same(32, 5, groups=2),
        _OVERLAPPING,
        _same(48),
        _same(32, groups=2),
        _OVERLAPPING,
        Flatten(),
        Dense(units=96),
        Dropout(rate=0.5),
        Dense(units=CLASSES, activation="softmax"),
    )
    return Architecture("Small AlexNet", SHAPES, layers)


def vgg16() -> Architecture:
    """VGG-16: the paper's configuration D."""
    layers: list[Layer] = []
    for filters, count in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        layers += [*[_same(filters)] * count, MaxPooling2D()]
    layers += [Flatten(), Dense(units=4096), Dense(units=4096), Dense(units=1000, activation="softmax")]
    return Architecture("VGG-16", (3, 224, 224), tuple(layers))


def small_vgg16() -> Architecture:
    """Three stages of two 3 × 3 convolutions each."""
    layers: list[Layer] = []
    for filters in (16, 32, 64):
        layers += [*[_same(filters)] * 2, MaxPooling2D()]
    layers += [Flatten(), Dense(units=64), Dense(units=CLASSES, activation="softmax")]
    return Architecture("Small VGG-16", DIGITS, tuple(layers))


def _network_in_network(
    name: str, input_shape: tuple[int, int, int], widths: tuple[tuple[int, int, int], ...], *, normalize: bool
) -> Architecture:
    """Stages of a convolution of 5 × 5 (3 × 3 in the last) and two of 1 × 1, which make one map for each class."""
    layers: list[Layer] = []
    poolings = (_pooling(MaxPooling2D), _pooling(AveragePooling2D))
    for stage, filters in enumerate(widths):
        for count, size in zip(filters, (5 if stage < len(widths) - 1 else 3, 1, 1), strict=True):
            if normalize:
                plain = Conv2D(filters=count, kernel_size=(size, size), padding="same", activation="linear")
                layers += [plain, BatchNormalization(), Activation()]
            else:
                layers.append(_same(count, size))
        if stage < len(widths) - 1:
            layers += [poolings[stage], Dropout(rate=0.5 if not normalize else 0.1)]
    return Architecture(name, input_shape, (*layers, GlobalAveragePooling2D(), Activation(function="softmax")))


def _pooling(kind: Callable[..., Layer]) -> Layer:
    return kind(pool_size=(3, 3), strides=(2, 2), padding="same")


LENET5 = GalleryEntry(
    name="LeNet-5",
    year=1998,
    paper="LeCun, Bottou, Bengio and Haffner: Gradient-Based Learning Applied to Document Recognition",
    link="http://yann.lecun.com/exdb/publis/pdf/lecun-98.pdf",
    idea=(
        "Kernels that are learnt, not designed: the same gradient trains the whole way from the pixels to the class."
    ),
    differs=(
        "Each of its maps reads all maps before; in the paper some read a part of them. Pooling has no "
        "weights, and a softmax answers."
    ),
    make=lambda: LENET.architecture,
    parameters=Published(60_000, "the paper", 0.03),
    multiply_adds=None,
    make_small=lambda: LENET.architecture,
    small_dataset="digits",
)

ALEXNET = GalleryEntry(
    name="AlexNet",
    year=2012,
    paper="Krizhevsky, Sutskever and Hinton: ImageNet Classification with Deep Convolutional Neural Networks",
    link="https://papers.nips.cc/paper/4824-imagenet-classification-with-deep-convolutional-neural-networks",
    idea=(
        "Large and deep, with ReLU, dropout and graphics cards: it halved the errors on a million photos and "
        "started the era of deep learning."
    ),
    differs="Without the normalisation across neighbouring maps, which later networks gave up.",
    make=alexnet,
    parameters=Published(61_000_000, "Sze and others, Efficient Processing of Deep Neural Networks, table II", 0.001),
    multiply_adds=Published(
        724_000_000, "Sze and others, Efficient Processing of Deep Neural Networks, table II", 0.001
    ),
    make_small=small_alexnet,
    small_dataset="shapes",
)

VGG16 = GalleryEntry(
    name="VGG-16",
    year=2014,
    paper="Simonyan and Zisserman: Very Deep Convolutional Networks for Large-Scale Image Recognition",
    link="https://arxiv.org/abs/1409.1556",
    idea=(
        "Only 3 × 3 kernels, one after the other: two see as far as one of 5 × 5, with fewer weights and one more ReLU."
    ),
    differs="",
    make=vgg16,
    parameters=Published(138_357_544, "Keras"),
    multiply_adds=Published(
        15_500_000_000, "Sze and others, Efficient Processing of Deep Neural Networks, table II", 0.003
    ),
    make_small=small_vgg16,
    small_dataset="digits",
)

NETWORK_IN_NETWORK = GalleryEntry(
    name="Network in Network",
    year=2013,
    paper="Lin, Chen and Yan: Network In Network",
    link="https://arxiv.org/abs/1312.4400",
    idea=(
        "1 × 1 convolutions mix the maps at each place, and the mean of a map answers for its class, without "
        "any Dense layer."
    ),
    differs="",
    make=lambda: _network_in_network(
        "Network in Network", (3, 32, 32), ((192, 160, 96), (192, 192, 192), (192, 192, 10)), normalize=False
    ),
    parameters=Published(966_986, "the authors’ model for Caffe"),
    multiply_adds=None,
    make_small=lambda: _network_in_network(
        "Small Network in Network", (3, 32, 32), ((24, 16, 16), (32, 24, 24), (32, 24, 10)), normalize=True
    ),
    small_dataset="shapes",
)
