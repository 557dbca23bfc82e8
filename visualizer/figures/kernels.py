"""Weights: the kernels of a convolution and the matrix of a Dense layer."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from visualizer.figures.chart import Chart, axis_style, figure_of, header_line, lines_of, number, pixel_axes
from visualizer.figures.mosaic import TILE_GAP, Mosaic, mosaic_of
from visualizer.figures.palette import LINE
from visualizer.figures.raster import image_trace
from visualizer.figures.scale import BAR_HEIGHT, Scale, bar
from visualizer.words import counted

MAX_CELL = 24.0  # pixels of the screen for one weight
LEAST_TILE = 44.0
MAX_TILE = 110.0
MAX_COLUMNS = 16
MAX_BLOCKS = 500


def kernel_grid(
    kernels: np.ndarray,
    *,
    input_channel: int | None,
    columns: int | None = None,
    width: int = 720,
    first: int = 1,
    numbers: Sequence[int] | None = None,
    norms: bool = False,
    channel_name: str = "",
    marked: int | None = None,
    extent: float | None = None,
) -> Chart:
    """The kernels of a convolution: what they do with one input channel, or as colour pictures.

    Args:
        kernels: (out, in, kernel height, kernel width) weights.
        input_channel: From 0; None for a network's first layer: its one channel, or with three channels (red, green,
            blue) each kernel as a colour picture.
        columns: How many kernels a row has; by default as many as fit, a power of two.
        width: Pixels that the page gives the chart.
        first: The number of the first kernel, where these are not all of a layer.
        numbers: The number of each kernel, where they do not follow each other from `first` on.
        norms: Write the L2 norm of what is shown of each kernel below its number.
        channel_name: Of `input_channel`, such as "red", where it has a name.
        marked: Put a frame around the kernel with this number.
        extent: The weight that has full colour; by default the largest of these, whatever its sign.

    Raises:
        ValueError: `input_channel` is None and the kernels have neither one nor three input channels.
    """
    if input_channel is None and kernels.shape[1] not in (1, 3):
        raise ValueError(f"Kernels with {kernels.shape[1]} input channels are no pictures: choose one channel.")
    count, _, *size = kernels.shape
    tile = min(max(MAX_CELL * max(size), LEAST_TILE), MAX_TILE)
    columns = min(columns or _columns_that_fit(tile, width), count)
    mosaic = mosaic_of((count, *size), columns, width, max_cell=tile / max(size), titled=True)
    numbers = range(first, first + count) if numbers is None else numbers
    titles = [str(number) for number in numbers]
    if norms:
        mosaic = replace(mosaic, title_lines=2)
        shown = kernels if input_channel is None else kernels[:, [input_channel]]
        titles = [f"{title}<br>{number(norm)}" for title, norm in zip(titles, kernel_norms(shown), strict=True)]
    extent = extent or float(np.abs(kernels).max()) or 1.0
    if input_channel is None and kernels.shape[1] == 3:
        chart = _in_colour(kernels, mosaic, numbers, titles, width, extent)
    else:
        name = channel_name or f"input channel {(input_channel or 0) + 1}"
        chart = _one_channel(kernels[:, input_channel or 0], name, mosaic, numbers, titles, extent)
    if norms:
        chart = replace(chart, alt=f"{chart.alt} Norms: {', '.join(titles).replace('<br>', ': ')}.")
    if marked is not None:
        outlined = replace(chart.spec, data=[*chart.spec.data, *mosaic.outline_traces(list(numbers).index(marked))])
        return replace(chart, spec=outlined)
    return chart


def kernel_norms(kernels: np.ndarray) -> np.ndarray:
    """The L2 norm of all weights of each filter, (out,), of kernels (out, in, kernel height, kernel width)."""
    norms: np.ndarray = np.sqrt(np.square(kernels, dtype=np.float64).sum(axis=(1, 2, 3)))
    return norms


def shown_channel(kernels: np.ndarray) -> int | None:
    """The `input_channel` for the first kernels of a network: None to draw them as pictures, else the first channel.

    Their input is not the picture if a layer without kernels before them turns it into other maps.
    """
    return None if kernels.shape[1] in (1, 3) else 0


def _columns_that_fit(tile: float, width: float) -> int:
    """As many tiles, shrunk to half their size if need be, as a row can hold."""
    columns = MAX_COLUMNS
    while columns > 1 and columns * (tile / 2 + TILE_GAP) > width:
        columns //= 2
    return columns


def _one_channel(
    shown: np.ndarray, channel: str, mosaic: Mosaic, numbers: Sequence[int], titles: Sequence[str], extent: float
) -> Chart:
    trace = mosaic.heatmap(
        shown,
        # One scale for all channels, so that they can be compared.
        Scale(-extent, extent, True),
        customdata=mosaic.places(numbers),
        hovertemplate=f"filter %{{customdata[0]}}, {channel}<br>"
        "row %{customdata[1]}, column %{customdata[2]}<br><b>weight %{z:.4g}</b><extra></extra>",
    )
    figure = mosaic.below_bar([trace, mosaic.title_trace(titles)], "weight")
    alt = (
        f"{counted(len(shown), 'kernel')} of {shown.shape[1]} × {shown.shape[2]} weights for {channel}, from "
        f"{number(shown.min())} to {number(shown.max())}; the colours go from −{number(extent)} to {number(extent)}."
    )
    return Chart(figure, alt)


def _in_colour(
    kernels: np.ndarray, mosaic: Mosaic, numbers: Sequence[int], titles: Sequence[str], width: float, extent: float
) -> Chart:
    colours = np.round(127.5 + 127.5 * kernels.transpose(0, 2, 3, 1) / extent).astype(np.uint8)
    image = image_trace(mosaic.raster(colours), pixel=1 / mosaic.parts) | {"hoverinfo": "skip"}
    channels = [mosaic.grid(kernels[:, channel]) for channel in range(3)]
    places = np.moveaxis(mosaic.places(numbers), -1, 0)
    # An image trace cannot show the weights under the pointer; an invisible heatmap over it can.
    pointer = {
        "type": "heatmap",
        "x": mosaic.x_edges,
        "y": mosaic.y_edges,
        "z": channels[0],
        "opacity": 0,
        "showscale": False,
        "customdata": np.stack([*places, *channels], axis=-1).astype(np.float32),
        "hoverongaps": False,
        "hovertemplate": (
            "filter %{customdata[0]}, row %{customdata[1]}, column %{customdata[2]}<br>weights: "
            "<b>red %{customdata[3]:.3g}, green %{customdata[4]:.3g}, blue %{customdata[5]:.3g}</b><extra></extra>"
        ),
    }
    note = (
        f"Red, green and blue weights mixed as light: mid-grey is 0, full light +{number(extent)}, "
        f"no light −{number(extent)}."
    )
    lines = lines_of(note, width)
    top = len(lines) * LINE + 8
    figure = figure_of(
        [image, pointer, mosaic.title_trace(titles)],
        height=mosaic.pixel_height + top + 4,
        margin=(0, 0, top, 4),
        annotations=[header_line("<br>".join(lines), 0, top)],
        **pixel_axes(mosaic.total_width, mosaic.total_height),
    )
    size = f"{kernels.shape[2]} × {kernels.shape[3]}"
    return Chart(figure, f"{counted(len(kernels), 'kernel')} of {size} as colour pictures. {note}")


def weight_matrix(weights: np.ndarray, *, width: int = 720) -> Chart:
    """The weights of a Dense layer as one picture: one row per unit, one column per input.

    With more than 500 inputs or units, one cell stands for a block of weights and shows the one of largest size.

    Args:
        weights: (units, inputs).
        width: Pixels that the page gives the chart.
    """
    units, inputs = weights.shape
    shown, unit_block, input_block = _strongest_in_blocks(weights)
    block = f"One cell: the strongest of {unit_block} × {input_block} weights (units × inputs)."
    in_blocks = unit_block > 1 or input_block > 1
    lines = [*lines_of(block, width), "weight"] if in_blocks else ["weight"]
    top = BAR_HEIGHT + (len(lines) - 1) * LINE
    height = min(max(len(shown) * 14, 120), 420) + top + 50
    trace = {
        "type": "heatmap",
        "z": shown,
        "x0": (1 + input_block) / 2,
        "dx": input_block,
        "y0": (1 + unit_block) / 2,
        "dy": unit_block,
        "hovertemplate": "around unit %{y:.0f}, input %{x:.0f}<br><b>strongest weight %{z:.4g}</b><extra></extra>"
        if in_blocks
        else "unit %{y}, input %{x}<br><b>weight %{z:.4g}</b><extra></extra>",
        "colorbar": bar(width - 60, height, top=len(lines) * LINE),
    } | Scale.of(weights, diverging=True).colours()
    axis: dict[str, Any] = {"automargin": False, "showgrid": False, "tickformat": ",d", "nticks": 6}
    figure = figure_of(
        [trace],
        height=height,
        margin=(68, 4, top, 50),
        annotations=[header_line("<br>".join(lines), 0, top)],
        xaxis=axis_style("input", **axis),
        yaxis=axis_style("unit", autorange="reversed", **axis),
    )
    alt = (
        f"Weights of {counted(units, 'unit')} for {counted(inputs, 'input')}, from {number(weights.min())} to "
        f"{number(weights.max())}, mean {number(weights.mean())}."
    )
    return Chart(figure, f"{alt} {block}" if in_blocks else alt)


def _strongest_in_blocks(weights: np.ndarray) -> tuple[np.ndarray, int, int]:
    """At most 500 x 500 blocks, each with its weight of largest size; and the block's units and inputs."""
    unit_block, input_block = (-(-size // MAX_BLOCKS) for size in weights.shape)
    if unit_block == 1 and input_block == 1:
        return weights, 1, 1
    units, inputs = weights.shape
    rows, columns = -(-units // unit_block), -(-inputs // input_block)
    padded = np.zeros((rows * unit_block, columns * input_block), dtype=np.float32)
    padded[:units, :inputs] = weights
    blocks = padded.reshape(rows, unit_block, columns, input_block)
    largest, least = blocks.max(axis=(1, 3)), blocks.min(axis=(1, 3))
    return np.where(-least > largest, least, largest), unit_block, input_block
