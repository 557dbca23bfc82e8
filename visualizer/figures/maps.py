"""Feature maps, kernels and weights as pictures in colour."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from visualizer.figures.chart import SMALL_FONT_SIZE, Chart, counted, figure_of, number, pixel_axes
from visualizer.figures.mosaic import Mosaic
from visualizer.figures.raster import image_trace
from visualizer.figures.scale import BAR_HEIGHT, Scale, bar

MAX_CELL = 64.0  # pixels of the screen for one number
MAX_TILE = 220.0
MAX_WEIGHT_COLUMNS = 500


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
) -> Chart:
    """Many maps in rows and columns, each with its title above it.

    Args:
        maps: (C, H, W), any values.
        titles: One for each map. Where all are whole numbers, hovering calls the maps by them, else 1, 2, ….
        columns: How many maps a row has.
        shared_scale: One colour scale for all maps; otherwise each map from its own least to its own largest value.
        diverging: Blue below zero, white at zero, red above; otherwise viridis.
        value_label: What the values are, for the colour bar.
        hover: Tell map, row, column (from 1) and value under the pointer. It triples what is sent.
        width: Pixels that the page gives the chart; its height follows from it.
    """
    mosaic = _mosaic(maps, columns, width, titled=any(titles))
    numbers = _numbers(titles)
    trace: dict[str, Any] = {"type": "heatmap", "x": mosaic.x_edges, "y": mosaic.y_edges, "hoverongaps": False}
    place = "map %{customdata[0]}, row %{customdata[1]}, column %{customdata[2]}"
    scale = Scale.of(maps, diverging=diverging)
    if shared_scale:
        trace |= {"z": mosaic.grid(maps)} | scale.trace_settings(value_label, width)
        if hover:
            trace |= {
                "customdata": mosaic.places(numbers),
                "hovertemplate": f"{place}<br><b>%{{z:.4g}}</b><extra></extra>",
            }
    else:
        scaled = _each_scaled(maps, diverging=diverging)
        ends = ["−own max |·|", "0", "own max |·|"] if diverging else ["own min", "own max"]
        trace |= {"z": mosaic.grid(scaled)} | Scale(-1.0 if diverging else 0.0, 1.0, diverging).trace_settings(
            "", width
        )
        about = "each map: its own −max … max" if diverging else "each map: its own min … max"
        trace["colorbar"] = bar(
            f"{value_label} ({about})", width, tickvals=np.linspace(-1 if diverging else 0, 1, len(ends)), ticktext=ends
        )
        if hover:
            values = np.concatenate([mosaic.places(numbers).astype(np.float32), mosaic.grid(maps)[..., None]], axis=-1)
            trace |= {"customdata": values, "hovertemplate": f"{place}<br><b>%{{customdata[3]:.4g}}</b><extra></extra>"}
    if not hover:
        trace["hoverinfo"] = "skip"
    figure = _mosaic_figure(mosaic, [trace, mosaic.title_trace(titles)])
    return Chart(figure, _maps_alt(maps, titles, value_label, shared_scale))


def single_map(map: np.ndarray, *, title: str, value_label: str, diverging: bool = False, width: int = 560) -> Chart:
    """One map large, with its rows and columns counted from 1.

    Args:
        map: (H, W), any values.
        title: Stands above it.
        value_label: What the values are, for the colour bar.
        diverging: Blue below zero, white at zero, red above; otherwise viridis.
        width: Pixels that the page gives the chart.
    """
    height, columns = map.shape
    cell = min((width - 60) / columns, MAX_CELL, 520 / height)
    trace = {
        "type": "heatmap",
        "z": map,
        "x0": 1,
        "dx": 1,
        "y0": 1,
        "dy": 1,
        "hovertemplate": "row %{y}, column %{x}<br><b>%{z:.4g}</b><extra></extra>",
    } | Scale.of(map, diverging=diverging).trace_settings(value_label, width)
    axes = pixel_axes(columns, height, left=0.5, top=0.5)
    for axis, name in (("xaxis", "column"), ("yaxis", "row")):
        axes[axis] |= {
            "visible": True,
            "showgrid": False,
            "zeroline": False,
            "tickformat": "d",
            "nticks": 8,
            "ticks": "outside",
            "ticklen": 4,
            "tickfont": {"size": SMALL_FONT_SIZE},
            "title": {"text": name, "standoff": 6, "font": {"size": SMALL_FONT_SIZE}},
        }
    top = BAR_HEIGHT + (34 if title else 0)
    figure = figure_of([trace], height=cell * height + top + 50, margin=(56, 8, top, 50), **axes)
    if title:
        figure.update_layout(
            title={"text": title, "font": {"size": 16}, "x": 0, "y": 1, "yanchor": "top", "pad": {"t": 6}}
        )
    peak_row, peak_column = np.unravel_index(int(np.argmax(map)), map.shape)
    alt = (
        f"{title}: {height} × {columns} values, from {number(map.min())} to {number(map.max())}, mean {number(map.mean())}; "
        f"the largest is in row {peak_row + 1}, column {peak_column + 1}."
    )
    return Chart(figure, alt)


def kernel_grid(
    kernels: np.ndarray, *, input_channel: int | None, columns: int = 8, width: int = 720, first: int = 1
) -> Chart:
    """The kernels of a convolution: what they do with one input channel, or as colour pictures.

    Args:
        kernels: (out, in, kernel height, kernel width) weights.
        input_channel: From 0; None for a network's first layer: its one channel, or with three channels (red, green,
            blue) each kernel as a colour picture.
        columns: How many kernels a row has.
        width: Pixels that the page gives the chart.
        first: The number of the first kernel, where these are not all of a layer.

    Raises:
        ValueError: `input_channel` is None and the kernels have neither one nor three input channels.
    """
    titles = [str(first + index) for index in range(len(kernels))]
    columns = min(columns, len(kernels))
    if input_channel is None:
        if kernels.shape[1] == 3:
            return _rgb_kernels(kernels, titles, columns, width)
        if kernels.shape[1] != 1:
            raise ValueError(f"Kernels with {kernels.shape[1]} input channels are no pictures: choose one channel.")
        input_channel = 0
    shown = kernels[:, input_channel]
    mosaic = _mosaic(shown, columns, width, titled=True)
    trace = {
        "type": "heatmap",
        "x": mosaic.x_edges,
        "y": mosaic.y_edges,
        "z": mosaic.grid(shown),
        "customdata": mosaic.places(_numbers(titles)),
        "hoverongaps": False,
        "hovertemplate": (
            f"filter %{{customdata[0]}}, input channel {input_channel + 1}<br>"
            "row %{customdata[1]}, column %{customdata[2]}<br><b>weight %{z:.4g}</b><extra></extra>"
        ),
        # One scale for the whole layer, so that the channels can be compared.
    } | Scale.of(kernels, diverging=True).trace_settings("weight", width)
    alt = (
        f"{counted(len(kernels), 'kernel')} of {kernels.shape[2]} × {kernels.shape[3]} weights for input channel "
        f"{input_channel + 1}, from {number(shown.min())} to {number(shown.max())}. "
        f"The scale is the layer's: ±{number(np.abs(kernels).max())}."
    )
    return Chart(_mosaic_figure(mosaic, [trace, mosaic.title_trace(titles)]), alt)


def _rgb_kernels(kernels: np.ndarray, titles: Sequence[str], columns: int, width: int) -> Chart:
    extent = float(np.abs(kernels).max()) or 1.0
    mosaic = _mosaic(kernels[:, 0], columns, width, titled=True)
    colours = np.round(127.5 + 127.5 * kernels.transpose(0, 2, 3, 1) / extent).astype(np.uint8)
    image = image_trace(mosaic.raster(colours), pixel=1 / mosaic.parts) | {"hoverinfo": "skip"}
    channels = [mosaic.grid(kernels[:, channel]) for channel in range(3)]
    invisible = {
        "type": "heatmap",
        "x": mosaic.x_edges,
        "y": mosaic.y_edges,
        "z": channels[0],
        "opacity": 0,
        "showscale": False,
        "customdata": np.stack([*np.moveaxis(mosaic.places(_numbers(titles)), -1, 0), *channels], axis=-1).astype(
            np.float32
        ),
        "hoverongaps": False,
        "hovertemplate": (
            "filter %{customdata[0]}, row %{customdata[1]}, column %{customdata[2]}<br>"
            "<b>red %{customdata[3]:.3g}, green %{customdata[4]:.3g}, blue %{customdata[5]:.3g}</b><extra></extra>"
        ),
    }
    figure = _mosaic_figure(mosaic, [image, invisible, mosaic.title_trace(titles)], top=30)
    note = f"red, green and blue weights as one colour; mid-grey is 0, full and no light are ±{number(extent)}"
    figure.add_annotation(
        text=note,
        x=0,
        y=1,
        xref="paper",
        yref="paper",
        xanchor="left",
        yanchor="bottom",
        showarrow=False,
        yshift=6,
        font={"size": SMALL_FONT_SIZE},
    )
    return Chart(
        figure,
        f"{counted(len(kernels), 'kernel')} of {kernels.shape[2]} × {kernels.shape[3]} as colour pictures: {note}.",
    )


def weight_matrix(weights: np.ndarray, *, width: int = 720) -> Chart:
    """The weights of a Dense layer as one picture, a row a unit and a column an input.

    Where there are over 500 inputs or units, one cell stands for a block of them and shows its weight of largest size.

    Args:
        weights: (units, inputs).
        width: Pixels that the page gives the chart.
    """
    units, inputs = weights.shape
    shown, unit_block, input_block = _strongest_in_blocks(weights)
    trace = {
        "type": "heatmap",
        "z": shown,
        "x0": (1 + input_block) / 2,
        "dx": input_block,
        "y0": (1 + unit_block) / 2,
        "dy": unit_block,
        "hovertemplate": "unit %{y:.0f}, input %{x:.0f}<br><b>weight %{z:.4g}</b><extra></extra>",
    } | Scale.of(weights, diverging=True).trace_settings("weight", width)
    note = ""
    if unit_block > 1 or input_block > 1:
        note = f"one cell: the strongest of {unit_block} × {input_block} weights (units × inputs)"
        trace["hovertemplate"] = (
            "around unit %{y:.0f}, input %{x:.0f}<br><b>strongest weight %{z:.4g}</b><extra></extra>"
        )
    axis = {
        "fixedrange": True,
        "showgrid": False,
        "zeroline": False,
        "ticks": "outside",
        "ticklen": 4,
        "tickformat": "d",
        "tickfont": {"size": SMALL_FONT_SIZE},
    }
    figure = figure_of(
        [trace],
        height=min(max(len(shown) * 14, 120), 420) + BAR_HEIGHT + 70,
        margin=(60, 8, BAR_HEIGHT, 50 + (20 if note else 0)),
        xaxis=axis
        | {
            "title": {
                "text": "input" + (f"<br>{note}" if note else ""),
                "standoff": 6,
                "font": {"size": SMALL_FONT_SIZE},
            },
            "nticks": 8,
        },
        yaxis=axis
        | {
            "title": {"text": "unit", "standoff": 6, "font": {"size": SMALL_FONT_SIZE}},
            "autorange": "reversed",
            "nticks": 8,
        },
    )
    alt = (
        f"Weights of {counted(units, 'unit')} for {counted(inputs, 'input')}, from {number(weights.min())} to "
        f"{number(weights.max())}, mean {number(weights.mean())}" + (f"; {note}." if note else ".")
    )
    return Chart(figure, alt)


def _mosaic(tiles: np.ndarray, columns: int, width: float, *, titled: bool) -> Mosaic:
    count, height, tile_width = tiles.shape
    max_cell = min(MAX_CELL, MAX_TILE / max(height, tile_width))
    return Mosaic(count, height, tile_width, columns, width, titled, max_cell)


def _mosaic_figure(mosaic: Mosaic, traces: list[Any], top: int = BAR_HEIGHT) -> go.Figure:
    axes = pixel_axes(mosaic.total_width, mosaic.total_height)
    return figure_of(traces, height=mosaic.pixel_height + top + 4, margin=(0, 0, top, 4), **axes)


def _numbers(titles: Sequence[str]) -> list[int]:
    if all(title.isdecimal() for title in titles):
        return [int(title) for title in titles]
    return list(range(1, len(titles) + 1))


def _each_scaled(maps: np.ndarray, *, diverging: bool) -> np.ndarray:
    """Each map to 0 … 1, or to −1 … 1 around zero; a constant map becomes 0."""
    if diverging:
        extent = np.abs(maps).max(axis=(1, 2), keepdims=True)
        return maps / np.where(extent > 0, extent, 1)
    low = maps.min(axis=(1, 2), keepdims=True)
    extent = maps.max(axis=(1, 2), keepdims=True) - low
    return (maps - low) / np.where(extent > 0, extent, 1)


def _strongest_in_blocks(weights: np.ndarray) -> tuple[np.ndarray, int, int]:
    """At most 500 x 500 blocks, each with its weight of largest size; and the block's units and inputs."""
    unit_block, input_block = (-(-size // MAX_WEIGHT_COLUMNS) for size in weights.shape)
    if unit_block == 1 and input_block == 1:
        return weights, 1, 1
    units, inputs = weights.shape
    rows, columns = -(-units // unit_block), -(-inputs // input_block)
    padded = np.zeros((rows * unit_block, columns * input_block), dtype=np.float32)
    padded[:units, :inputs] = weights
    blocks = padded.reshape(rows, unit_block, columns, input_block).transpose(0, 2, 1, 3).reshape(rows, columns, -1)
    strongest = np.abs(blocks).argmax(axis=-1)
    return np.take_along_axis(blocks, strongest[..., None], axis=-1)[..., 0], unit_block, input_block


def _maps_alt(maps: np.ndarray, titles: Sequence[str], value_label: str, shared_scale: bool) -> str:
    strongest = int(maps.mean(axis=(1, 2)).argmax())
    scale = "One colour scale for all." if shared_scale else "Each map has its own colour scale."
    return (
        f"{counted(len(maps), 'map')} of {maps.shape[1]} × {maps.shape[2]}, {value_label} from {number(maps.min())} to "
        f"{number(maps.max())}. The strongest on average is map {titles[strongest]}. {scale}"
    )
