"""What lets outputs meet that do not: layers for one of them. No layer type itself, but made of layer types.

The layer types that merge are in files of their own; `merging.py` has what these share.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from visualizer.architecture.activations import NO_ACTIVATION
from visualizer.architecture.convolution import MOST_FILTERS
from visualizer.architecture.layer import Fix, Layer
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.cropping2d import Cropping2D
from visualizer.architecture.layers.dense import MOST_UNITS, Dense
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.layers.global_average_pooling2d import GlobalAveragePooling2D
from visualizer.architecture.layers.max_pooling2d import MaxPooling2D
from visualizer.architecture.layers.reshape import Reshape
from visualizer.architecture.layers.up_sampling2d import UpSampling2D
from visualizer.architecture.layers.zero_padding2d import ZeroPadding2D
from visualizer.architecture.shapes import Shape, is_maps
from visualizer.architecture.sides import MOST
from visualizer.words import counted, listed

MOST_TIMES = 16  # the largest stride of a convolution or a pooling, and the largest factor of an UpSampling2D
MOST_BORDER = 16  # pixels that are added or cut off where a stride or a factor would do
MOST_MADE = min(MOST_FILTERS, MOST_UNITS)  # channels that a fix makes

Part = tuple[str, Layer]  # what a button calls a layer, and the layer
Change = list[Part]


def fixes(shapes: Sequence[Shape], *, placewise: bool) -> tuple[Fix, ...]:
    """What can be put on one input so that it meets another one, at most four, best first.

    Two inputs then fit; of more, one more meets the others.

    Args:
        shapes: Of the inputs, which do not all meet.
        placewise: Whether all need one shape, as a sum does; a concatenation needs maps of one size.
    """
    targets = sorted(range(len(shapes)), key=lambda at: _preference(shapes, at, placewise), reverse=True)
    found: list[list[Fix]] = []
    for at in targets:
        other = next((place for place, shape in enumerate(shapes) if not meets(shape, shapes[at], placewise)), None)
        if other is not None:
            changes = _changes(shapes[other], shapes[at], placewise)
            found.append([_fix(change, other) for change in changes])
    if len(shapes) > 2:
        return tuple(next(filter(None, found), ()))
    # The best way to change each of the two comes before the second best.
    return tuple(fix for rank in zip_longest(*found) for fix in rank if fix is not None)


def meets(shape: Shape, target: Shape, placewise: bool) -> bool:
    """Whether an input can stay as it is beside the one that the others are to meet."""
    if placewise:
        return shape == target or (is_maps(target) and shape == (target[0], 1, 1))
    return len(shape) == len(target) and shape[1:] == target[1:]


def _preference(shapes: Sequence[Shape], at: int, placewise: bool) -> tuple[int, ...]:
    """How well the others can be made to meet that input: the largest is best.

    Maps become a vector more easily than a vector maps, but one that meets maps place by place weighs them, as does one
    pixel. Of two maps the larger one is made smaller, as on a residual network's shortcut or a U-Net's, and the one
    with fewer channels gets more: the shortcut comes from further above, where there are fewer.
    """
    shape = shapes[at]
    met = sum(meets(other, shape, placewise) for other in shapes)
    return is_maps(shape) == placewise, shape[1:] != (1, 1), met, -math.prod(shape[1:]), shape[0], -at


def _fix(change: Change, position: int) -> Fix:
    words = listed(words for words, _ in change)
    return Fix(f"Put {words} on input {position + 1}", tuple(layer for _, layer in change), on_input=position)


def _changes(shape: Shape, target: Shape, placewise: bool) -> list[Change]:
    """Layers that turn an output of `shape` into one that meets `target`; best first."""
    if placewise and shape[0] != target[0] > MOST_MADE:
        return []
    if is_maps(shape) and is_maps(target):
        return _changes_of_maps(shape, target, placewise)
    if placewise:
        return [_through_a_vector(shape, target)]
    if is_maps(shape):
        return [[("a GlobalAveragePooling2D", GlobalAveragePooling2D())], [("a Flatten", Flatten())]]
    return []


def _through_a_vector(shape: Shape, target: Shape) -> Change:
    """Where one of both is a vector; one that meets maps has a number for each map, as in squeeze and excitation."""
    change: Change = []
    if is_maps(shape):
        change.append(("a GlobalAveragePooling2D", GlobalAveragePooling2D()))
    if shape[0] != target[0]:
        change.append((f"a Dense {target[0]}", Dense(units=target[0], activation=NO_ACTIVATION)))
    if is_maps(target):
        change.append((f"a Reshape to 1 × 1 × {target[0]}", Reshape(height=1, width=1)))
    return change


def _changes_of_maps(shape: Shape, target: Shape, placewise: bool) -> list[Change]:
    """Where both are maps: strides and factors first, only pixels added or cut off where few are."""
    channels, *size = shape
    filters, *wanted = target
    if not placewise:
        filters = channels
    elif (1, 1) in (shape[1:], target[1:]):
        # One pixel meets maps of any size, as the gate of squeeze and excitation does.
        return [[_pointwise(filters, (1, 1))]]
    scaled = _scaled(channels, size, filters, wanted, placewise)
    borders = [_Way(border=then - now) for now, then in zip(size, wanted, strict=True)]
    bordered = _layers(channels, filters, borders, placewise)
    few = all(map(_are_few, size, wanted))
    return [scaled, bordered] if few and bordered != scaled else [scaled]


def _are_few(now: int, then: int) -> bool:
    """Whether so few pixels come or go that they may be added or cut off, though a stride or a factor would do."""
    return abs(then - now) <= MOST_BORDER and max(now, then) <= 2 * min(now, then)


@dataclass(frozen=True)
class _Way:
    """How one side of maps gets another length: `factor` times as long, then `border` longer, then by a stride.

    Where `border` is below 0, so much is cut off.
    """

    factor: int = 1
    border: int = 0
    stride: int = 1


def _scaled(channels: int, size: Sequence[int], filters: int, target: Sequence[int], placewise: bool) -> Change:
    """Layers that make maps of another size by strides and factors, in several steps where it is far."""
    pairs = list(zip(size, target, strict=True))
    if not any(_are_far(now, then) for now, then in pairs):
        return _layers(channels, filters, [_way(now, then) for now, then in pairs], placewise)
    coarse = [_coarse_way(now, then) for now, then in pairs]
    nearer = [math.ceil(now * way.factor / way.stride) for now, way in zip(size, coarse, strict=True)]
    return [*_layers(channels, channels, coarse, False), *_scaled(channels, nearer, filters, target, placewise)]


def _are_far(now: int, then: int) -> bool:
    """Whether one layer is not enough to come from one length to the other."""
    return max(now, then) > MOST_TIMES * min(now, then)


def _coarse_way(now: int, then: int) -> _Way:
    """As far as one layer gets."""
    if not _are_far(now, then):
        return _Way()
    return _Way(factor=MOST_TIMES) if now < then else _Way(stride=MOST_TIMES)


def _way(now: int, then: int) -> _Way:
    """By the largest factor or stride that does not go too far, or by the next one if far fewer pixels then differ."""
    times = max(now, then) // min(now, then)
    if now < then:
        usual, larger = (_Way(factor=factor, border=then - factor * now) for factor in (times, times + 1))
    else:
        usual, larger = (_strided(now, then, stride) for stride in (times, times + 1))
    # To cut a third off, as U-Net does, is better than a stride and many zeros; a stride and one row of zeros is better
    # than to cut half off.
    return larger if times < MOST_TIMES and 4 * abs(larger.border) < abs(usual.border) else usual


def _strided(now: int, then: int, stride: int) -> _Way:
    """With the smallest border that makes it so long; a stride keeps one pixel of each `stride`, rounded up."""
    least, most = (then - 1) * stride + 1, then * stride
    return _Way(border=min(max(now, least), most) - now, stride=stride)


def _layers(channels: int, filters: int, ways: Sequence[_Way], placewise: bool) -> Change:
    """The layers that go these ways, along the height and the width, and make `filters` maps of `channels`."""
    change: Change = []
    factors, strides = _pair(way.factor for way in ways), _pair(way.stride for way in ways)
    if factors != (1, 1):
        change.append((f"an UpSampling2D {factors[0]} × {factors[1]}", UpSampling2D(size=factors)))
    cut, added = _pair(max(-way.border, 0) for way in ways), _pair(max(way.border, 0) for way in ways)
    # The stride then begins where the windows of a convolution without padding are centred: 3 × 3 at the second pixel.
    change += [("a Cropping2D", Cropping2D(**sides)) for sides in _sides(*cut, odd_first=True)]
    change += [("a ZeroPadding2D", ZeroPadding2D(**sides)) for sides in _sides(*added, odd_first=False)]
    if placewise and filters <= MOST_MADE and (filters != channels or strides != (1, 1)):
        change.append(_pointwise(filters, strides))
    elif strides != (1, 1):
        pooling = MaxPooling2D(pool_size=strides, strides=strides, padding="same")
        change.append((f"a {pooling.summary()}", pooling))
    return change


def _pair(values: Iterable[int]) -> tuple[int, int]:
    first, second = values
    return first, second


def _sides(rows: int, columns: int, odd_first: bool) -> list[dict[str, int]]:
    """So many rows and columns, half of them on each side; more than one layer can add or cut off are for several."""
    sides = []
    while rows or columns:
        height, width = min(rows, 2 * MOST), min(columns, 2 * MOST)
        top, left = ((one + odd_first) // 2 for one in (height, width))
        sides.append({"top": top, "bottom": height - top, "left": left, "right": width - left})
        rows, columns = rows - height, columns - width
    return sides


def _pointwise(filters: int, strides: tuple[int, int]) -> Part:
    """A 1 × 1 convolution, which changes the number of channels, and with strides the size."""
    convolution = Conv2D(filters=filters, kernel_size=(1, 1), strides=strides, activation=NO_ACTIVATION)
    moved = "" if strides == (1, 1) else f" with stride {strides[0] if len(set(strides)) == 1 else strides}"
    return f"a 1 × 1 convolution of {counted(filters, 'filter')}{moved}", convolution
