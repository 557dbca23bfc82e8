"""Feature maps as pictures in colour."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from visualizer.figures.chart import Chart, axis_style, figure_of, header_line, number, pixel_axes
from visualizer.figures.mosaic import Mosaic, mosaic_of
from visualizer.figures.scale import BAR_HEIGHT, Scale, bar
from visualizer.words import counted

MAX_CELL = 64.0  # pixels of the screen for one number
MAX_TILE = 220.0
MAX_SINGLE_HEIGHT = 520.0
PLACE = "row %{customdata[1]}, column %{customdata[2]}"


def map_grid(
    maps: np.ndarray,
    *,
    titles: Sequence[str],
    columns: int,
    shared_scale: bool = True,
    diverging: bool = False,
    value_label: str,
    hover: bool = True,
    width: int = 720,
    marked: int | None = None,
    scale: Scale | None = None,
) -> Chart:
    """Many maps in rows and columns, each with its title above it.

    Args:
        maps: (C, H, W), any values.
        titles: One for each map. Where all are whole numbers, hovering calls the maps by them, too.
        columns: How many maps a row has.
        shared_scale: One colour scale for all maps; otherwise each map from its own least to its own largest value.
        diverging: Blue below zero, white at zero, red above; otherwise viridis.
        value_label: What the values are, for the colour bar.
        hover: Tell map, row, column (from 1) and value under the pointer. It doubles what is sent.
        width: Pixels that the page gives the chart; its height follows from it.
        marked: Put a frame around this one, by its place in `maps`.
        scale: The shared colour scale, where others are to have the same; by default that of these maps.
    """
    mosaic = mosaic_of(maps.shape, columns, width, max_cell=_max_cell(maps.shape), titled=any(titles))
    hover_settings = _hover(mosaic, maps, titles, scaled=not shared_scale) if hover else {"hoverinfo": "skip"}
    if shared_scale:
        label = value_label
        trace = mosaic.heatmap(maps, scale or Scale.of(maps, diverging=diverging), **hover_settings)
    else:
        scale, values, ends = _own_scales(maps, diverging=diverging)
        label = f"{value_label}, each map: its own {ends[0]} … {ends[-1]}"
        trace = mosaic.heatmap(values, scale, **hover_settings)
        trace["colorbar"] |= {"tickvals": np.linspace(scale.low, scale.high, len(ends)), "ticktext": ends}
    outline = [] if marked is None else mosaic.outline_traces(marked)
    figure = mosaic.below_bar([trace, mosaic.title_trace(titles), *outline], label)
    return Chart(figure, _grid_alt(maps, titles, value_label, shared_scale=shared_scale))


def single_map(map: np.ndarray, *, title: str, value_label: str, diverging: bool = False, width: int = 560) -> Chart:
    """One map large, with its rows and columns counted from 1.

    Args:
        map: (H, W), any values.
        title: Stands above it; may be empty.
        value_label: What the values are, for the colour bar.
        diverging: Blue below zero, white at zero, red above; otherwise viridis.
        width: Pixels that the page gives the chart.
    """
    rows, columns = map.shape
    cell = min((width - 60) / columns, MAX_CELL, MAX_SINGLE_HEIGHT / rows)
    height = cell * rows + BAR_HEIGHT + 50
    trace = {
        "type": "heatmap",
        "z": map,
        "x0": 1,
        "dx": 1,
        "y0": 1,
        "dy": 1,
        "hovertemplate": "row %{y}, column %{x}<br><b>%{z:.4g}</b><extra></extra>",
        "colorbar": bar(width - 60, height),
    } | Scale.of(map, diverging=diverging).colours()
    axes = pixel_axes(columns, rows, left=0.5, top=0.5)
    for axis, name in (("xaxis", "column"), ("yaxis", "row")):
        # A tick at 0 would lie outside, so the ticks are left to Plotly only where there are many.
        ticks = {"tickvals": list(range(1, map.shape[axis == "xaxis"] + 1))} if map.shape[axis == "xaxis"] <= 8 else {}
        axes[axis] |= axis_style(
            name, automargin=False, visible=True, showgrid=False, tickformat="d", nticks=8, **ticks
        )
    heading = f"<b>{title}</b>  {value_label}" if title else value_label
    figure = figure_of(
        [trace],
        height=height,
        margin=(56, 4, BAR_HEIGHT, 50),
        annotations=[header_line(heading, 0, BAR_HEIGHT)],
        **axes,
    )
    row, column = np.unravel_index(int(np.argmax(map)), map.shape)
    alt = (
        f"{title or 'One map'}: {rows} × {columns} values, {value_label} from {number(map.min())} to "
        f"{number(map.max())}, mean {number(map.mean())}; the largest is in row {row + 1}, column {column + 1}."
    )
    return Chart(figure, alt)


def _max_cell(shape: tuple[int, ...]) -> float:
    return min(MAX_CELL, MAX_TILE / max(shape[1:]))


def _hover(mosaic: Mosaic, maps: np.ndarray, titles: Sequence[str], *, scaled: bool) -> dict[str, Any]:
    """What the pointer tells. Where the colours are scaled, the true values are sent beside them."""
    numbered = all(title.isdecimal() for title in titles)
    places = mosaic.places([int(title) for title in titles] if numbered else range(1, len(titles) + 1))
    value = "%{z:.4g}"
    if scaled:
        places = np.concatenate([places.astype(np.float32), mosaic.grid(maps)[..., None]], axis=-1)
        value = "%{customdata[3]:.4g}"
    return {
        "customdata": places,
        "hovertemplate": f"{'map %{customdata[0]}, ' if numbered else ''}{PLACE}<br><b>{value}</b><extra></extra>",
    }


def _own_scales(maps: np.ndarray, *, diverging: bool) -> tuple[Scale, np.ndarray, list[str]]:
    """Each map from 0 to 1, or from −1 to 1 around zero (a constant map becomes 0); and what the ends mean."""
    if diverging:
        extent = np.abs(maps).max(axis=(1, 2), keepdims=True)
        return Scale(-1.0, 1.0, True), maps / np.where(extent > 0, extent, 1), ["−max", "0", "max"]
    low = maps.min(axis=(1, 2), keepdims=True)
    extent = maps.max(axis=(1, 2), keepdims=True) - low
    return Scale(0.0, 1.0, False), (maps - low) / np.where(extent > 0, extent, 1), ["min", "max"]


def _grid_alt(maps: np.ndarray, titles: Sequence[str], value_label: str, *, shared_scale: bool) -> str:
    strongest = int(maps.mean(axis=(1, 2)).argmax())
    scale = "One colour scale for all." if shared_scale else "Each map has its own colour scale."
    return (
        f"{counted(len(maps), 'map')} of {maps.shape[1]} × {maps.shape[2]}, {value_label} from {number(maps.min())} to "
        f"{number(maps.max())}. The strongest on average is map {titles[strongest] or strongest + 1}. {scale}"
    )
