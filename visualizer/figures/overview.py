"""A network at work on one picture: the picture and every layer's feature maps, in a row or one below another."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from visualizer.figures.chart import Chart, figure_of, number, pixel_axes
from visualizer.figures.mosaic import TILE_GAP, Mosaic
from visualizer.figures.palette import FONT_SIZE, SEQUENTIAL, SMALL_FONT_SIZE
from visualizer.figures.scale import Scale
from visualizer.words import counted

BETWEEN = 36.0  # pixels between two blocks, where the arrow is
LABEL = 46.0  # pixels above a block for its name and size
LEAST_LABEL_WIDTH = 96.0
MAX_BLOCK = 320.0  # pixels of a block's long side
PICTURE_SHARE = 0.5  # the picture's side as a share of a block's long side
GREYS = [[0.0, "#000000"], [1.0, "#ffffff"]]


@dataclass(frozen=True)
class NamedMaps:
    """The content of one block: its name, its size as text, and its maps, (C, H, W)."""

    name: str
    size: str
    maps: np.ndarray


@dataclass(frozen=True)
class _Block:
    """Named maps with the position of their mosaic, in pixels from the top left corner."""

    content: NamedMaps
    mosaic: Mosaic
    left: float
    top: float

    @property
    def width(self) -> float:
        return self.mosaic.total_width * self.mosaic.cell

    @property
    def height(self) -> float:
        return self.mosaic.pixel_height


def overview(picture: NamedMaps, layers: Sequence[NamedMaps], *, width: int, stacked: bool) -> Chart:
    """The picture in grey, then each layer's maps in viridis, each layer from 0 to its own largest value.

    Args:
        picture: The input; its maps are (1, H, W) in [0, 1].
        layers: The layers whose output is feature maps, in order.
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


def _in_a_row(contents: Sequence[NamedMaps], width: float) -> list[_Block]:
    """Blocks of the same height side by side; the picture is centred vertically."""
    shapes = [_tiles(len(content.maps)) for content in contents]
    room = width - BETWEEN * (len(contents) - 1)
    parts = [PICTURE_SHARE, *(few / many for many, few in shapes[1:])]
    side = MAX_BLOCK
    # Narrow blocks are as wide as their label, so the blocks' widths are not in proportion to their sides.
    while side > 1 and sum(max(part * side, LEAST_LABEL_WIDTH) for part in parts) > room:
        side -= 1
    blocks: list[_Block] = []
    left = 0.0
    for content, (many, few) in zip(contents, shapes, strict=True):
        block_side = side if blocks else side * PICTURE_SHARE
        tile = (block_side - TILE_GAP * (many - 1)) / many
        mosaic = _mosaic(content, few, tile)
        blocks.append(_Block(content, mosaic, left, LABEL + (side - block_side) / 2))
        left += max(blocks[-1].width, LEAST_LABEL_WIDTH) + BETWEEN
    return blocks


def _stacked(contents: Sequence[NamedMaps], width: float) -> list[_Block]:
    """Blocks of the same width, one below another."""
    side = min(width, MAX_BLOCK)
    blocks: list[_Block] = []
    top = 0.0
    for content in contents:
        many, _ = _tiles(len(content.maps))
        block_side = side if blocks else side * PICTURE_SHARE
        tile = (block_side - TILE_GAP * (many - 1)) / many
        blocks.append(_Block(content, _mosaic(content, many, tile), 0.0, top + LABEL))
        top += LABEL + blocks[-1].height + BETWEEN
    return blocks


def _tiles(maps: int) -> tuple[int, int]:
    """The number of tiles along a block's long and short sides."""
    many = 1 if maps == 1 else 4 if maps <= 8 else 8
    return many, -(-maps // many)


def _mosaic(content: NamedMaps, columns: int, tile: float) -> Mosaic:
    count, height, width = content.maps.shape
    return Mosaic(count, height, width, columns, columns * (tile + TILE_GAP), False, tile / max(height, width))


def _heatmap(block: _Block, *, grey: bool) -> dict[str, Any]:
    mosaic, maps = block.mosaic, block.content.maps
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
    name, size = block.content.name, block.content.size
    return {
        "text": f"<b>{name}</b><br><span style='font-size:{SMALL_FONT_SIZE}px'>{size}</span>",
        "x": block.left,
        "y": block.top - 4,
        "xanchor": "left",
        "yanchor": "bottom",
        "align": "left",
        "showarrow": False,
        "font": {"size": FONT_SIZE},
    }


def _right(block: _Block, middle: float) -> dict[str, Any]:
    """An arrow from the previous block to this one, in a row."""
    return _sign("→", block.left - BETWEEN / 2, middle)


def _down(block: _Block) -> dict[str, Any]:
    """The same arrow for stacked blocks."""
    return _sign("↓", 14.0, block.top - LABEL - BETWEEN / 3)


def _sign(text: str, x: float, y: float) -> dict[str, Any]:
    return {"text": text, "x": x, "y": y, "showarrow": False, "font": {"size": 22}, "opacity": 0.6}


def _alt(blocks: Sequence[_Block]) -> str:
    sentences = [f"The picture ({blocks[0].content.size}) goes through the layers."]
    for block in blocks[1:]:
        means = block.content.maps.mean(axis=(1, 2))
        sentences.append(
            f"{block.content.name} has {counted(len(means), 'map')} ({block.content.size}). The brightest on average "
            f"is map {int(means.argmax()) + 1} with {number(float(means.max()))}."
        )
    return " ".join(sentences)
