"""GoogLeNet: blocks with kernels of several sizes side by side."""

from collections.abc import Callable

from visualizer.architecture.architecture import Architecture
from visualizer.architecture.assembly import Assembly
from visualizer.architecture.gallery.entry import GalleryEntry, Published
from visualizer.architecture.gallery.parts import CLASSES, DIGITS, classifier, convolution, normalized
from visualizer.architecture.layer import Layer
from visualizer.architecture.layers.concatenate import Concatenate
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dropout import Dropout
from visualizer.architecture.layers.max_pooling2d import MaxPooling2D

Widths = tuple[int, int, int, int, int, int]  # the columns of the paper's table 1


def _convolution(filters: int, size: int = 1, stride: int = 1) -> Conv2D:
    return Conv2D(filters=filters, kernel_size=(size, size), strides=(stride, stride), padding="same")


def _pooling(stride: int) -> MaxPooling2D:
    return MaxPooling2D(pool_size=(3, 3), strides=(stride, stride), padding="same")


def _plain(filters: int, size: int = 1) -> tuple[Layer, ...]:
    return (_convolution(filters, size),)


def _with_normalization(filters: int, size: int = 1) -> tuple[Layer, ...]:
    return normalized(convolution(filters, size))


def add_inception(
    assembly: Assembly, widths: Widths, title: str = "Inception block", made: Callable[..., tuple[Layer, ...]] = _plain
) -> None:
    """Four paths from the layer added last: 1 × 1; 1 × 1 and 3 × 3; 1 × 1 and 5 × 5; pooling and 1 × 1.

    `made` makes a convolution of a number of filters and a kernel size, with what belongs to it.
    """
    one, before_three, three, before_five, five, after_pooling = widths
    with assembly.block(title) as before:
        paths = (
            assembly.add(*made(one), reads=before),
            assembly.add(*made(before_three), *made(three, 3), reads=before),
            assembly.add(*made(before_five), *made(five, 5), reads=before),
            assembly.add(_pooling(1), *made(after_pooling), reads=before),
        )
        assembly.add(Concatenate(), reads=paths)


_WIDTHS: tuple[tuple[Widths, ...], ...] = (
    ((64, 96, 128, 16, 32, 32), (128, 128, 192, 32, 96, 64)),
    (
        (192, 96, 208, 16, 48, 64),
        (160, 112, 224, 24, 64, 64),
        (128, 128, 256, 24, 64, 64),
        (112, 144, 288, 32, 64, 64),
        (256, 160, 320, 32, 128, 128),
    ),
    ((256, 160, 320, 32, 128, 128), (384, 192, 384, 48, 128, 128)),
)


def googlenet() -> Architecture:
    """GoogLeNet without its two further classifiers, which only helped to train it."""
    assembly = Assembly((3, 224, 224))
    assembly.add(_convolution(64, 7, 2), _pooling(2), _convolution(64), _convolution(192, 3), _pooling(2))
    for number, stage in enumerate(_WIDTHS, start=3):
        if number > 3:
            assembly.add(_pooling(2))
        for letter, widths in zip("abcde", stage, strict=False):
            add_inception(assembly, widths, f"Inception block {number}{letter}")
    mean, dense = classifier(1000)
    assembly.add(mean, Dropout(rate=0.4), dense)
    return assembly.architecture("GoogLeNet")


def small_googlenet() -> Architecture:
    """A stem and two Inception blocks, with batch normalisation, as the same authors added it a year later."""
    assembly = Assembly(DIGITS)
    assembly.add(*_with_normalization(16, 3))
    add_inception(assembly, (8, 8, 16, 4, 8, 8), made=_with_normalization)
    assembly.add(_pooling(2))
    add_inception(assembly, (16, 12, 32, 6, 12, 12), made=_with_normalization)
    assembly.add(*classifier(CLASSES))
    return assembly.architecture("Small GoogLeNet")


GOOGLENET = GalleryEntry(
    name="GoogLeNet",
    year=2014,
    paper="Szegedy and others: Going Deeper with Convolutions",
    link="https://arxiv.org/abs/1409.4842",
    idea=(
        "Inception blocks: kernels of 1 × 1, 3 × 3 and 5 × 5 side by side, each after a 1 × 1 convolution "
        "that makes the maps fewer, so that the network chooses the size itself."
    ),
    differs=(
        "Without the normalisation across neighbouring maps, and without the two further classifiers, which "
        "were only used in training."
    ),
    make=googlenet,
    parameters=Published(7_000_000, "Sze and others, Efficient Processing of Deep Neural Networks, table II", 0.001),
    multiply_adds=Published(1_500_000_000, "the paper, as an upper bound", 0.06),
    make_small=small_googlenet,
    small_dataset="digits",
)
