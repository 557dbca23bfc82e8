"""DenseNet: every layer reads all layers before it in its block."""

from visualizer.architecture.architecture import Architecture
from visualizer.architecture.assembly import Assembly
from visualizer.architecture.gallery.entry import GalleryEntry, Published
from visualizer.architecture.gallery.parts import CLASSES, DIGITS, classifier, convolution, normalized
from visualizer.architecture.layers.activation import Activation
from visualizer.architecture.layers.average_pooling2d import AveragePooling2D
from visualizer.architecture.layers.batch_normalization import BatchNormalization
from visualizer.architecture.layers.concatenate import Concatenate
from visualizer.architecture.layers.max_pooling2d import MaxPooling2D
from visualizer.architecture.layers.zero_padding2d import ZeroPadding2D


def _add_dense_block(assembly: Assembly, layers: int, growth: int) -> None:
    """Each of its layers makes `growth` new maps of all maps so far, which are concatenated to them."""
    with assembly.block("Dense block"):
        for _ in range(layers):
            before = assembly.last
            new = assembly.add(
                BatchNormalization(),
                Activation(),
                *normalized(convolution(4 * growth)),
                convolution(growth, 3),
            )
            assembly.add(Concatenate(), reads=(before, new))


def _add_transition(assembly: Assembly, filters: int) -> None:
    """Half as many maps, half as large."""
    with assembly.block("Transition"):
        assembly.add(BatchNormalization(), Activation(), convolution(filters), AveragePooling2D())


def _densenet(assembly: Assembly, filters: int, blocks: tuple[int, ...], growth: int, classes: int) -> None:
    for number, layers in enumerate(blocks):
        _add_dense_block(assembly, layers, growth)
        filters += layers * growth
        if number < len(blocks) - 1:
            filters //= 2
            _add_transition(assembly, filters)
    assembly.add(BatchNormalization(), Activation(), *classifier(classes))


def densenet121() -> Architecture:
    """DenseNet-121, which Keras has too."""
    assembly = Assembly((3, 224, 224))
    assembly.add(ZeroPadding2D(top=3, bottom=3, left=3, right=3))
    assembly.add(*normalized(convolution(64, 7, 2, padding="valid")))
    assembly.add(ZeroPadding2D(), MaxPooling2D(pool_size=(3, 3)))
    _densenet(assembly, 64, (6, 12, 24, 16), 32, 1000)
    return assembly.architecture("DenseNet-121")


def small_densenet() -> Architecture:
    """Two dense blocks of three layers."""
    assembly = Assembly(DIGITS)
    assembly.add(convolution(16, 3), MaxPooling2D())
    _densenet(assembly, 16, (3, 3), 8, CLASSES)
    return assembly.architecture("Small DenseNet")


DENSENET121 = GalleryEntry(
    name="DenseNet-121",
    year=2016,
    paper="Huang, Liu, van der Maaten and Weinberger: Densely Connected Convolutional Networks",
    link="https://arxiv.org/abs/1608.06993",
    idea=(
        "Each layer reads the maps of all layers before it in its block: nothing that was found gets lost, "
        "and few new maps per layer are enough."
    ),
    differs="",
    make=densenet121,
    parameters=Published(8_062_504, "Keras"),
    multiply_adds=Published(2_830_000_000, "torchvision", 0.02),
    make_small=small_densenet,
    small_dataset="digits",
)
