"""SqueezeNet: fire modules, which squeeze and expand."""

from visualizer.architecture.architecture import Architecture
from visualizer.architecture.assembly import Assembly
from visualizer.architecture.gallery.entry import GalleryEntry, Published
from visualizer.architecture.gallery.parts import CLASSES, DIGITS
from visualizer.architecture.layers.activation import Activation
from visualizer.architecture.layers.concatenate import Concatenate
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dropout import Dropout
from visualizer.architecture.layers.global_average_pooling2d import GlobalAveragePooling2D
from visualizer.architecture.layers.max_pooling2d import MaxPooling2D

_POOLING = MaxPooling2D(pool_size=(3, 3), strides=(2, 2))


def _add_fire(assembly: Assembly, squeezed: int, expanded: int) -> None:
    """A 1 × 1 convolution to few maps, then 1 × 1 and 3 × 3 convolutions side by side."""
    with assembly.block("Fire module"):
        squeeze = assembly.add(Conv2D(filters=squeezed, kernel_size=(1, 1)))
        paths = (
            assembly.add(Conv2D(filters=expanded, kernel_size=(1, 1)), reads=squeeze),
            assembly.add(Conv2D(filters=expanded, padding="same"), reads=squeeze),
        )
        assembly.add(Concatenate(), reads=paths)


def squeezenet() -> Architecture:
    """SqueezeNet 1.0."""
    assembly = Assembly((3, 224, 224))
    assembly.add(Conv2D(filters=96, kernel_size=(7, 7), strides=(2, 2)), _POOLING)
    for squeezed, expanded in ((16, 64), (16, 64), (32, 128)):
        _add_fire(assembly, squeezed, expanded)
    assembly.add(_POOLING)
    for squeezed, expanded in ((32, 128), (48, 192), (48, 192), (64, 256)):
        _add_fire(assembly, squeezed, expanded)
    assembly.add(_POOLING)
    _add_fire(assembly, 64, 256)
    assembly.add(Dropout(rate=0.5), Conv2D(filters=1000, kernel_size=(1, 1)))
    assembly.add(GlobalAveragePooling2D(), Activation(function="softmax"))
    return assembly.architecture("SqueezeNet")


def small_squeezenet() -> Architecture:
    """A stem and three fire modules."""
    assembly = Assembly(DIGITS)
    assembly.add(Conv2D(filters=24, padding="same"))
    _add_fire(assembly, 8, 16)
    assembly.add(_POOLING)
    for _ in range(2):
        _add_fire(assembly, 12, 24)
    assembly.add(Conv2D(filters=CLASSES, kernel_size=(1, 1), activation="linear"))
    assembly.add(GlobalAveragePooling2D(), Activation(function="softmax"))
    return assembly.architecture("Small SqueezeNet")


SQUEEZENET = GalleryEntry(
    name="SqueezeNet",
    year=2016,
    paper="Iandola and others: SqueezeNet, AlexNet-Level Accuracy with 50x Fewer Parameters",
    link="https://arxiv.org/abs/1602.07360",
    idea=(
        "Fire modules: few maps on purpose before each 3 × 3 convolution, so that a network as good as "
        "AlexNet has 50 times fewer weights."
    ),
    differs="",
    make=squeezenet,
    parameters=Published(1_248_424, "the paper’s table 1"),
    multiply_adds=Published(820_000_000, "torchvision, whose poolings round up", 0.06),
    make_small=small_squeezenet,
    small_dataset="digits",
)
