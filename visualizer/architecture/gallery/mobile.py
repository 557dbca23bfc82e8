"""Networks for phones: MobileNet, its second version, and EfficientNet, which grew out of it."""

from visualizer.architecture.activations import NO_ACTIVATION
from visualizer.architecture.architecture import Architecture
from visualizer.architecture.assembly import Assembly
from visualizer.architecture.gallery.entry import GalleryEntry, Published
from visualizer.architecture.gallery.parts import CLASSES, DIGITS, classifier, convolution, depthwise, normalized
from visualizer.architecture.layers.add import Add
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dropout import Dropout
from visualizer.architecture.layers.global_average_pooling2d import GlobalAveragePooling2D
from visualizer.architecture.layers.multiply import Multiply
from visualizer.architecture.layers.reshape import Reshape

# Times as many maps, maps, blocks, and the stride of the first: the paper's table 2.
_SECOND: tuple[tuple[int, int, int, int], ...] = (
    *((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2)),
    *((6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)),
)
# Times as many maps, the kernel's size, maps, blocks, and the stride of the first: table 1 of EfficientNet's paper.
_EFFICIENT: tuple[tuple[int, int, int, int, int], ...] = (
    *((1, 3, 16, 1, 1), (6, 3, 24, 2, 2), (6, 5, 40, 2, 2), (6, 3, 80, 3, 2)),
    *((6, 5, 112, 3, 1), (6, 5, 192, 4, 2), (6, 3, 320, 1, 1)),
)


def _mobilenet(
    name: str, input_shape: tuple[int, int, int], first: int, stages: tuple[tuple[int, int], ...], classes: int
) -> Architecture:
    """Blocks of a depthwise and a 1 × 1 convolution; `stages` are the maps and the stride of each."""
    assembly = Assembly(input_shape)
    assembly.add(*normalized(convolution(first, 3, 2), "relu6"))
    for filters, stride in stages:
        with assembly.block("Depthwise separable convolution"):
            assembly.add(*normalized(depthwise(stride=stride), "relu6"), *normalized(convolution(filters), "relu6"))
    mean, dense = classifier(classes)
    assembly.add(mean, Dropout(rate=0.001), dense)
    return assembly.architecture(name)


def mobilenet() -> Architecture:
    """MobileNet, the full width."""
    repeated = ((512, 1),) * 5
    stages = ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *repeated, (1024, 2), (1024, 1))
    return _mobilenet("MobileNet", (3, 224, 224), 32, stages, 1000)


def _add_inverted_residual(
    assembly: Assembly, into: int, filters: int, times: int, stride: int, *, size: int = 3, gated: str = ""
) -> None:
    """More maps, a depthwise convolution, fewer maps; with an Add where nothing changes size.

    Args:
        assembly: What it is added to.
        into: How many maps it reads.
        filters: How many it makes.
        times: How many times as many it has inside.
        stride: Of the depthwise convolution.
        size: Of its kernel.
        gated: The activation function of a block with squeeze and excitation; empty for one without, which has ReLU6.
    """
    function = gated or "relu6"
    with assembly.block("MBConv block" if gated else "Inverted residual") as before:
        if times > 1:
            assembly.add(*normalized(convolution(times * into), function))
        assembly.add(*normalized(depthwise(size, stride), function))
        if gated:
            _add_squeeze_and_excitation(assembly, times * into, into // 4, function)
        end = assembly.add(*normalized(convolution(filters), NO_ACTIVATION))
        if stride == 1 and into == filters:
            assembly.add(Add(), reads=(end, before))


def _add_squeeze_and_excitation(assembly: Assembly, maps: int, inside: int, function: str) -> None:
    """One number between 0 and 1 for each map, computed of the means of all maps, which the map is multiplied by."""
    before = assembly.last
    gate = assembly.add(
        GlobalAveragePooling2D(),
        Reshape(height=1, width=1),
        Conv2D(filters=inside, kernel_size=(1, 1), activation=function),
        Conv2D(filters=maps, kernel_size=(1, 1), activation="sigmoid"),
    )
    assembly.add(Multiply(), reads=(before, gate))


def mobilenet_v2() -> Architecture:
    """MobileNetV2, the full width."""
    assembly = Assembly((3, 224, 224))
    assembly.add(*normalized(convolution(32, 3, 2), "relu6"))
    into = 32
    for times, filters, blocks, first_stride in _SECOND:
        for number in range(blocks):
            _add_inverted_residual(assembly, into, filters, times, first_stride if number == 0 else 1)
            into = filters
    assembly.add(*normalized(convolution(1280), "relu6"), *classifier(1000))
    return assembly.architecture("MobileNetV2")


def efficientnet_b0() -> Architecture:
    """EfficientNet-B0."""
    assembly = Assembly((3, 224, 224))
    assembly.add(*normalized(convolution(32, 3, 2), "silu"))
    into = 32
    for times, size, filters, blocks, first_stride in _EFFICIENT:
        for number in range(blocks):
            stride = first_stride if number == 0 else 1
            _add_inverted_residual(assembly, into, filters, times, stride, size=size, gated="silu")
            into = filters
    mean, dense = classifier(1000)
    assembly.add(*normalized(convolution(1280), "silu"), mean, Dropout(rate=0.2), dense)
    return assembly.architecture("EfficientNet-B0")


def _small(name: str, gated: str) -> Architecture:
    assembly = Assembly(DIGITS)
    assembly.add(*normalized(convolution(16, 3, 1), gated or "relu6"))
    into = 16
    for filters, stride in ((16, 2), (16, 1), (24, 2), (24, 1)):
        _add_inverted_residual(assembly, into, filters, 4, stride, gated=gated)
        into = filters
    assembly.add(*normalized(convolution(64), gated or "relu6"), *classifier(CLASSES))
    return assembly.architecture(name)


MOBILENET = GalleryEntry(
    name="MobileNet",
    year=2017,
    paper="Howard and others: MobileNets, Efficient Convolutional Neural Networks for Mobile Vision Applications",
    link="https://arxiv.org/abs/1704.04861",
    idea=(
        "A convolution in two steps: one kernel for each map, then a 1 × 1 convolution that mixes the maps. "
        "That takes eight to nine times less work."
    ),
    differs="",
    make=mobilenet,
    parameters=Published(4_253_864, "Keras"),
    multiply_adds=Published(569_000_000, "the paper’s table 4", 0.01),
    make_small=lambda: _mobilenet("Small MobileNet", DIGITS, 16, ((32, 1), (64, 1), (64, 2), (64, 1)), CLASSES),
    small_dataset="digits",
)

MOBILENET_V2 = GalleryEntry(
    name="MobileNetV2",
    year=2018,
    paper="Sandler and others: MobileNetV2, Inverted Residuals and Linear Bottlenecks",
    link="https://arxiv.org/abs/1801.04381",
    idea=(
        "Inverted residuals: the skip connections lie between the few maps, and the many are only inside a "
        "block, where each has its own cheap kernel."
    ),
    differs="",
    make=mobilenet_v2,
    parameters=Published(3_538_984, "Keras"),
    multiply_adds=Published(300_000_000, "the paper’s table 4", 0.03),
    make_small=lambda: _small("Small MobileNetV2", ""),
    small_dataset="digits",
)

EFFICIENTNET = GalleryEntry(
    name="EfficientNet-B0",
    year=2019,
    paper="Tan and Le: EfficientNet, Rethinking Model Scaling for Convolutional Neural Networks",
    link="https://arxiv.org/abs/1905.11946",
    idea=(
        "Depth, width and the picture’s size grow together; its block weighs every map by a number that it "
        "computes of all maps (squeeze and excitation)."
    ),
    differs=(
        "Pictures arrive with values from 0 to 1; Keras’s version also normalises their colours, which has 7 numbers."
    ),
    make=efficientnet_b0,
    parameters=Published(5_330_571 - 7, "Keras, without those that normalise the colours"),
    multiply_adds=Published(390_000_000, "the paper’s table 2", 0.02),
    make_small=lambda: _small("Small EfficientNet", "silu"),
    small_dataset="digits",
)
