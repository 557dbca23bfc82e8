"""The shape of a network's input, which PyTorch source does not say: it follows from what its layers expect."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from visualizer.architecture.layer import LayerDoesNotFit
from visualizer.architecture.shapes import Shape, is_maps, numbers_in
from visualizer.limits import limits
from visualizer.source_code.keras_graph import Tensor

PictureShape = tuple[int, int, int]  # (C, H, W)
DEFAULT: PictureShape = (3, 64, 64)
# (C, H, W) of the pictures of data sets that torchvision has.
DATASETS: dict[str, PictureShape] = {
    "MNIST": (1, 28, 28),
    "FashionMNIST": (1, 28, 28),
    "KMNIST": (1, 28, 28),
    "QMNIST": (1, 28, 28),
    "EMNIST": (1, 28, 28),
    "USPS": (1, 16, 16),
    "CIFAR10": (3, 32, 32),
    "CIFAR100": (3, 32, 32),
    "SVHN": (3, 32, 32),
    "STL10": (3, 96, 96),
    "ImageNet": (3, 224, 224),
    "Imagenette": (3, 224, 224),
}
RESIZING = ("Resize", "RandomResizedCrop", "CenterCrop", "RandomCrop")
# The sizes that are tried first, and the classes of ImageNet, whose pictures have 224 pixels mostly.
_USUAL = (64, 32, 28, 224, 96, 128, 227, 256, 48, 299)
_SMALLEST = 8
IMAGENET_CLASSES, IMAGENET_SIDE = 1000, 224
_MOST_SHAPES = 30_000  # of layers, that are computed while sizes are tried


@dataclass
class Hints:
    """What the source says about the pictures beside the network; the last one of each counts.

    Attributes:
        drawn: The shape of a tensor that it makes for the network, or passes to a summary.
        dataset: The name of a data set.
        size: Height and width to which pictures are brought.
        channels: The channels to which they are brought.
    """

    drawn: PictureShape | None = None
    dataset: str = ""
    size: tuple[int, int] | None = None
    channels: int | None = None

    def draw(self, sizes: Sequence[Any], smallest: int = 1) -> None:
        """Take over the shape of a tensor, with or without the batch, if it is that of a picture."""
        shape = tuple(sizes[-3:])
        whole = all(isinstance(size, int) and not isinstance(size, bool) for size in shape)
        if len(sizes) in (3, 4) and whole and shape[0] in (1, 3) and min(shape[1:]) >= smallest:
            self.drawn = (shape[0], shape[1], shape[2])

    def resize(self, value: Any) -> None:
        """Take over the size to which a transform brings pictures."""
        sides = tuple(value) if isinstance(value, tuple | list) else (value, value)
        if len(sides) == 2 and all(isinstance(side, int) and side > 0 for side in sides):
            self.size = (sides[0], sides[1])

    def shape(self) -> tuple[PictureShape | None, str]:
        """(C, H, W), and where it follows from; None if the source says nothing."""
        if self.drawn is not None:
            return self.drawn, ""
        known = DATASETS.get(self.dataset)
        if known is None and self.size is None:
            return None, ""
        channels, height, width = known or DEFAULT
        height, width = self.size or (height, width)
        return (self.channels or channels, height, width), self.dataset if self.size is None else ""


@dataclass(frozen=True)
class Expected:
    """A layer says how many maps or numbers it reads.

    Attributes:
        tensor: What it reads.
        count: How many maps, or numbers of a vector.
        line: Its line.
        name: What the source calls it.
        of_view: Whether `count` is that of all numbers, also of maps; it may follow from the size of the picture.
    """

    tensor: Tensor
    count: int
    line: int
    name: str
    of_view: bool = False

    def fits(self, shape: Shape | None) -> bool:
        """Whether that arrives; also where it is not known what does."""
        if shape is None:
            return True
        return self.count == (numbers_in(shape) if self.of_view else shape[0])


@dataclass
class Shapes:
    """The shapes of tensors, for one shape of the input.

    Attributes:
        of: They; None where a layer does not fit.
        misfits: How many layers do not fit.
    """

    of: dict[Tensor, Shape | None] = field(default_factory=dict)
    misfits: int = 0

    def add(self, tensor: Tensor) -> None:
        """Compute one, after those that it depends on."""
        if tensor.made_by is None:
            return
        reads = [self.of.get(read) for read in tensor.reads]
        known = [shape for shape in reads if shape is not None]
        self.of[tensor] = None
        if len(known) == len(reads):
            try:
                layer = tensor.made_by.layer
                self.of[tensor] = layer.output_shape(layer.merged_shape(known))
            except LayerDoesNotFit:
                self.misfits += 1


def fitting_shape(
    start: Tensor, tensors: Sequence[Tensor], expected: Sequence[Expected], first: Sequence[PictureShape]
) -> PictureShape:
    """The shape of the input with which most layers fit, the likeliest of several.

    Args:
        start: The input.
        tensors: All that depends on it, in order.
        expected: What layers say that they read.
        first: Shapes that are tried first, at least one; the first of them has the likeliest channels.
    """
    best, fewest = first[0], len(tensors) + len(expected) + 1
    left = _MOST_SHAPES
    for shape in _candidates(first):
        left -= len(tensors)
        shapes = Shapes({start: shape})
        for tensor in tensors:
            shapes.add(tensor)
        wrong = shapes.misfits + sum(not item.fits(shapes.of.get(item.tensor)) for item in expected)
        if wrong < fewest:
            best, fewest = shape, wrong
        if not fewest or left < 0:
            break
    return best


def _candidates(first: Sequence[PictureShape]) -> Iterator[PictureShape]:
    channels = list(dict.fromkeys([*(shape[0] for shape in first), 3, 1]))
    most = limits().input_side
    sides = [*_USUAL, *(side for side in range(_SMALLEST, most + 1) if side not in _USUAL)]
    tried = [shape for shape in first if max(shape[1:]) <= most]
    tried += [(count, *shape[1:]) for shape in tried for count in channels]
    tried += [(count, side, side) for count in channels for side in sides if side <= most]
    yield from dict.fromkeys(tried)


def reads_vectors(layer: Any, shape: Shape) -> bool:
    """Whether a layer takes these numbers as a vector, but not as the maps that they are."""
    if not is_maps(shape):
        return False
    try:
        layer.output_shape(shape)
    except LayerDoesNotFit:
        pass
    else:
        return False
    try:
        layer.output_shape((numbers_in(shape),))
    except LayerDoesNotFit:
        return False
    return True
