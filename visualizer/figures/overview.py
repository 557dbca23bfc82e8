"""A network at work on one picture: the picture and every layer's feature maps, in a row or one below another."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from visualizer.figures.chart import FONT_SIZE, SMALL_FONT_SIZE, Chart, figure_of, number, pixel_axes
from visualizer.figures.mosaic import TILE_GAP, Mosaic
from visualizer.figures.palette import SEQUENTIAL
from visualizer.figures.scale import Scale
from visualizer.words import counted

BETWEEN = 36.0  # pixels between two blocks, where the arrow is
LABEL = 46.0  # pixels above a block for its name and size
LEAST_LABEL_WIDTH = 96.0
MAX_BLOCK = 320.0  # pixels of a block's long side
PICTURE_SHARE = 0.5  # of a block's long side: how long the picture's sides are
GREYS = [[0.0, "#000000"], [1.0, "#ffffff"]]


@dataclass(frozen=True)
class Step:
    """One block: its name, its size in words, and its maps, (C, H, W)."""

    name: str
    size: str
    maps: np.ndarray


@dataclass(frozen=True)
class _Block:
    """A step with the place of its mosaic, in pixels from the top left corner."""

    step: Step
    mosaic: Mosaic
    left: float
    top: float

    @property
    def width(self) -> float:
        return self.mosaic.total_width * self.mosaic.cell

    @property
    def height(self) -> float:
        return self.mosaic.pixel_height


def overview(picture: Step, layers: Sequence[Step], *, width: int, stacked: bool) -> Chart:
    """The picture in grey, then each layer's maps in viridis, each layer from 0 to its own largest value.

    Args:
        picture: What came in; its maps are (1, H, W) in [0, 1].
        layers: The layers that give feature maps, in order.
        width: Pixels that the page gives the chart.
        stacked: One block below another, as on a phone; otherwise from left to right.
    """
    blocks = _stacked([picture, *layers], width) if stacked else _in_a_row([picture, *layers], width)
    traces = [_heatmap(block, grey=index == 0) for index, block in enumerate(blocks)]
    annotations = [_label(block) for block in blocks]
    height = max(block.top + block.height for block in blocks)
    middle = (LABEL + height) / 2
    annotations += [_down(block) if stacked else _right(block, middle) for block in blocks[1:]]
    figure = figure_of(traces, height=height, margin=(0, 0, 0, 0), annotations=annotations, **pixel_axes(width, height))
    return Chart(figure, _alt(blocks))


def _in_a_row(steps: Sequence[Step], width: float) -> list[_Block]:
    """Blocks of one height beside each other; the picture stands in the middle of that height."""
    shapes = [_tiles(len(step.maps)) for step in steps]
    room = width - BETWEEN * (len(steps) - 1)
    parts = [PICTURE_SHARE, *(few / many for many, few in shapes[1:])]
    side = MAX_BLOCK
    # Narrow blocks keep the width of their label, so the blocks' width is not in proportion to their side.
    while side > 1 and sum(max(part * side, LEAST_LABEL_WIDTH) for part in parts) > room:
        side -= 1
    blocks: list[_Block] = []
    left = 0.0
    for step, (many, few) in zip(steps, shapes, strict=True):
        block_side = side if blocks else side * PICTURE_SHARE
        tile = (block_side - TILE_GAP * (many - 1)) / many
        mosaic = _mosaic(step, few, tile)
        blocks.append(_Block(step, mosaic, left, LABEL + (side - block_side) / 2))
        left += max(blocks[-1].width, LEAST_LABEL_WIDTH) + BETWEEN
    return blocks


def _stacked(steps: Sequence[Step], width: float) -> list[_Block]:
    """Blocks of one width below each other."""
    side = min(width, MAX_BLOCK)
    blocks: list[_Block] = []
    top = 0.0
    for step in steps:
        many, _ = _tiles(len(step.maps))
        block_side = side if blocks else side * PICTURE_SHARE
        tile = (block_side - TILE_GAP * (many - 1)) / many
        blocks.append(_Block(step, _mosaic(step, many, tile), 0.0, top + LABEL))
        top += LABEL + blocks[-1].height + BETWEEN
    return blocks


def _tiles(maps: int) -> tuple[int, int]:
    """How many tiles lie along a block's long and its short side."""
    many = 1 if maps == 1 else 4 if maps <= 8 else 8
    return many, -(-maps // many)


def _mosaic(step: Step, columns: int, tile: float) -> Mosaic:
    count, height, width = step.maps.shape
    return Mosaic(count, height, width, columns, columns * (tile + TILE_GAP), False, tile / max(height, width))


def _heatmap(block: _Block, *, grey: bool) -> dict[str, Any]:
    mosaic, maps = block.mosaic, block.step.maps
    scale = Scale.of(maps, diverging=False)
    return {
        "type": "heatmap",
        "x": block.left + mosaic.x_edges * mosaic.cell,
        "y": block.top + mosaic.y_edges * mosaic.cell,
        "z": mosaic.grid(maps),
        "customdata": mosaic.places(range(1, len(maps) + 1)),
        "hovertemplate": "map %{customdata[0]}, row %{customdata[1]}, column %{customdata[2]}<br><b>%{z:.3f}</b>"
        "<extra></extra>",
        "hoverongaps": False,
        "zmin": 0.0 if grey else scale.low,
        "zmax": 1.0 if grey else scale.high,
        "colorscale": GREYS if grey else SEQUENTIAL,
        "showscale": False,
    }


def _label(block: _Block) -> dict[str, Any]:
    return {
        "text": f"<b>{block.step.name}</b><br><span style='font-size:{SMALL_FONT_SIZE}px'>{block.step.size}</span>",
        "x": block.left,
        "y": block.top - 4,
        "xanchor": "left",
        "yanchor": "bottom",
        "align": "left",
        "showarrow": False,
        "font": {"size": FONT_SIZE},
    }


def _right(block: _Block, middle: float) -> dict[str, Any]:
    """The sign that the block before goes into this one, in a row."""
    return _sign("→", block.left - BETWEEN / 2, middle)


def _down(block: _Block) -> dict[str, Any]:
    """The same where blocks are below each other."""
    return _sign("↓", 14.0, block.top - LABEL - BETWEEN / 3)


def _sign(text: str, x: float, y: float) -> dict[str, Any]:
    return {"text": text, "x": x, "y": y, "showarrow": False, "font": {"size": 22}, "opacity": 0.6}


def _alt(blocks: Sequence[_Block]) -> str:
    parts = []
    for block in blocks[1:]:
        means = block.step.maps.mean(axis=(1, 2))
        parts.append(
            f"{block.step.name} gives {counted(len(means), 'map')} ({block.step.size}), the brightest on average is "
            f"map {int(means.argmax()) + 1} with {number(float(means.max()))}"
        )
    return f"The picture ({blocks[0].step.size}) goes through the layers. " + "; ".join(parts) + "."
