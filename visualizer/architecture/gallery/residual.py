"""Residual networks: ResNet-20 for small pictures, ResNet-50 for large ones."""

from visualizer.architecture.activations import NO_ACTIVATION
from visualizer.architecture.architecture import Architecture
from visualizer.architecture.assembly import Assembly
from visualizer.architecture.gallery.entry import GalleryEntry, Published
from visualizer.architecture.gallery.parts import CLASSES, DIGITS, classifier, convolution, normalized
from visualizer.architecture.layers.activation import Activation
from visualizer.architecture.layers.add import Add
from visualizer.architecture.layers.max_pooling2d import MaxPooling2D
from visualizer.architecture.layers.zero_padding2d import ZeroPadding2D

_PAPER = "He, Zhang, Ren and Sun: Deep Residual Learning for Image Recognition"
_LINK = "https://arxiv.org/abs/1512.03385"


def small_residual(name: str, input_shape: tuple[int, int, int], blocks: int, first: int = 16) -> Architecture:
    """A residual network of the paper's section 4.2: three stages of `blocks` blocks of two 3 × 3 convolutions."""
    assembly = Assembly(input_shape)
    assembly.add(*normalized(convolution(first, 3)))
    for stage in range(3):
        filters = first * 2**stage
        for number in range(blocks):
            stride = 2 if stage and number == 0 else 1
            with assembly.block("Residual block") as before:
                assembly.add(*normalized(convolution(filters, 3, stride)))
                end = assembly.add(*normalized(convolution(filters, 3), NO_ACTIVATION))
                shortcut = before
                if stride > 1:
                    shortcut = assembly.add(*normalized(convolution(filters, 1, stride), NO_ACTIVATION), reads=before)
                assembly.add(Add(), Activation(), reads=(end, shortcut))
    assembly.add(*classifier(CLASSES))
    return assembly.architecture(name)


def resnet50() -> Architecture:
    """ResNet-50 as Keras has it: with biases, and with a stage's stride in its first 1 × 1 convolution."""
    assembly = Assembly((3, 224, 224))
    assembly.add(ZeroPadding2D(top=3, bottom=3, left=3, right=3))
    assembly.add(*normalized(convolution(64, 7, 2, bias=True, padding="valid")))
    assembly.add(ZeroPadding2D(), MaxPooling2D(pool_size=(3, 3)))
    _add_bottlenecks(assembly, 64, (3, 4, 6, 3))
    assembly.add(*classifier(1000))
    return assembly.architecture("ResNet-50")


def _add_bottlenecks(assembly: Assembly, first: int, stages: tuple[int, ...]) -> None:
    """Stages of so many blocks each: `first` maps in the middle of those of the first stage, twice as many in the next.

    The first block of each stage but the first halves the maps' size.
    """
    for stage, blocks in enumerate(stages):
        filters = first * 2**stage
        for number in range(blocks):
            stride = 2 if stage and number == 0 else 1
            with assembly.block("Bottleneck block") as before:
                assembly.add(*normalized(convolution(filters, 1, stride, bias=True)))
                assembly.add(*normalized(convolution(filters, 3, bias=True)))
                end = assembly.add(*normalized(convolution(4 * filters, bias=True), NO_ACTIVATION))
                shortcut = before
                if number == 0:
                    projection = convolution(4 * filters, 1, stride, bias=True)
                    shortcut = assembly.add(*normalized(projection, NO_ACTIVATION), reads=before)
                assembly.add(Add(), Activation(), reads=(end, shortcut))


def small_bottlenecks() -> Architecture:
    """A stem and two stages of two bottleneck blocks."""
    assembly = Assembly(DIGITS)
    assembly.add(*normalized(convolution(16, 3, bias=True)))
    _add_bottlenecks(assembly, 8, (2, 2))
    assembly.add(*classifier(CLASSES))
    return assembly.architecture("Small ResNet with bottlenecks")


RESNET20 = GalleryEntry(
    name="ResNet-20",
    year=2015,
    paper=_PAPER,
    link=_LINK,
    idea=(
        "A skip connection around every two convolutions: they only learn what has to change, and the "
        "gradient flows past them, so that many layers can be trained."
    ),
    differs=(
        "Where the number of maps changes, a 1 × 1 convolution is on the shortcut; the paper’s small networks"
        " fill up with zeros there."
    ),
    make=lambda: small_residual("ResNet-20", (3, 32, 32), 3),
    parameters=Published(270_000, "the paper’s table 6", 0.02),
    multiply_adds=Published(40_810_000, "chenyaofo’s pretrained models, without the normalisations", 0.006),
    make_small=lambda: small_residual("Small ResNet", (3, 32, 32), 1),
    small_dataset="shapes",
)

RESNET50 = GalleryEntry(
    name="ResNet-50",
    year=2015,
    paper=_PAPER,
    link=_LINK,
    idea=(
        "Bottleneck blocks: 1 × 1 convolutions make the maps fewer before the 3 × 3 convolution and more "
        "again after it, so that 50 layers cost less than the 19 of VGG."
    ),
    differs="",
    make=resnet50,
    parameters=Published(25_636_712, "Keras"),
    multiply_adds=Published(3_800_000_000, "the paper’s table 1", 0.03),
    make_small=small_bottlenecks,
    small_dataset="digits",
)
