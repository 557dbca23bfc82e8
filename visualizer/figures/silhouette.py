"""The shape of a whole network in a small picture: how large its maps are and how many, from the input to the end."""

import math
from dataclasses import dataclass

from visualizer.architecture.architecture import ArchitectureReport
from visualizer.architecture.shapes import Shape, describe_shape, is_maps
from visualizer.figures.palette import BLUE, GREY
from visualizer.words import counted

WIDTH, HEIGHT = 360, 110  # of the picture's own units, which the page stretches
_GAP = 0.15  # between two bars, as a share of a bar
_WIDEST = 40  # for a bar and its gap
_LEAST = 3.0  # the height of a map of one pixel, and of a vector
_FAINTEST = 0.25
_MOST_CHANNELS = 2048  # from here on, colours are not stronger


@dataclass(frozen=True)
class Silhouette:
    """An SVG picture, and its text alternative."""

    svg: str
    text: str


def silhouette(report: ArchitectureReport) -> Silhouette:
    """A bar for the input and for each layer with weights, in order.

    The height of a bar stands for the height of its maps (the square root, so that small ones are seen), the strength
    of its colour for how many there are (the logarithm). A vector is a bar of the least height. Branches lie one after
    the other.
    """
    made = [row.output_shape for row in report.layers if row.parameters and row.output_shape is not None]
    shapes: list[Shape] = [report.input_shape, *made]
    highest = math.sqrt(max(_side(shape) for shape in shapes))
    step = min(WIDTH / len(shapes), _WIDEST)
    bars = []
    for place, shape in enumerate(shapes):
        height = max(HEIGHT * math.sqrt(_side(shape)) / highest, _LEAST)
        share = math.log2(max(shape[0], 1)) / math.log2(_MOST_CHANNELS)
        opacity = 1.0 if place == 0 else _FAINTEST + (1 - _FAINTEST) * min(share, 1.0)
        bars.append(
            f'<rect x="{place * step:.2f}" y="{(HEIGHT - height) / 2:.2f}" width="{step * (1 - _GAP):.2f}" '
            f'height="{height:.2f}" fill="{BLUE if place else GREY}" fill-opacity="{opacity:.2f}"/>'
        )
    text = _described(report.input_shape, shapes[1:])
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f"{''.join(bars)}</svg>"
    )
    return Silhouette(svg, text)


def _side(shape: Shape) -> int:
    return shape[1] if is_maps(shape) else 1


def _described(input_shape: Shape, shapes: list[Shape]) -> str:
    """The way from the input to the answer in a sentence."""
    layers = counted(len(shapes), "layer")
    if not shapes:
        return f"The input has {describe_shape(input_shape)}, and no layer has weights."
    smallest = min(shapes, key=_side)
    return (
        f"From {describe_shape(input_shape)} through {layers} with weights to {describe_shape(shapes[-1])}. The "
        f"smallest output has {describe_shape(smallest)}."
    )
