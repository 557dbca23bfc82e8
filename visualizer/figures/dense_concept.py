"""How a logit is computed: contributions on the feature maps, as a vector, over the picture, and as a sum."""

from collections.abc import Sequence

import numpy as np

from visualizer.figures.chart import (
    Chart,
    axis_style,
    category_axis,
    figure_of,
    header_line,
    line_at,
    number,
    pixel_axes,
)
from visualizer.figures.mosaic import mosaic_of
from visualizer.figures.palette import BLUE, FONT_SIZE, GREY, MARK, MARK_RIM, RED
from visualizer.figures.raster import image_trace, rgb_pixels
from visualizer.figures.scale import BAR_HEIGHT, Scale, bar
from visualizer.words import listed

MAX_CELL = 34.0
_ROW = 27  # pixels of a line of the sum
_STRIP_ROW = 30
_VALUE_WIDTH = 58  # pixels of "+0.0375" beside a bar


def contribution_maps(
    activations: np.ndarray, weights: np.ndarray, contributions: np.ndarray, *, columns: int, width: int
) -> Chart:
    """Contributions to a logit, drawn on the maps that they come from; the pointer shows the product.

    Args:
        activations, weights, contributions: (C, H, W), the last one is the product of the others.
        columns: Maps in a row.
        width: Pixels that the page gives the chart.
    """
    count, rows, tile_width = contributions.shape
    mosaic = mosaic_of(contributions.shape, columns, width, max_cell=MAX_CELL, titled=True)
    index = np.arange(contributions.size).reshape(contributions.shape) + 1
    places = mosaic.places(range(1, count + 1)).astype(np.float32)
    columns_of_data = [*np.moveaxis(places, -1, 0), *(mosaic.grid(values) for values in (index, activations, weights))]
    trace = mosaic.heatmap(
        contributions,
        Scale.of(contributions, diverging=True),
        customdata=np.stack(columns_of_data, axis=-1),
        hovertemplate="map %{customdata[0]}, row %{customdata[1]}, column %{customdata[2]} (number %{customdata[3]})"
        "<br>%{customdata[4]:.4g} × %{customdata[5]:.4g} = <b>%{z:.4g}</b><extra></extra>",
    )
    titles = mosaic.title_trace([str(number) for number in range(1, count + 1)])
    figure = mosaic.below_bar([trace, titles], "activation × weight")
    channel, row, column = np.unravel_index(int(np.abs(contributions).argmax()), contributions.shape)
    return Chart(
        figure,
        f"{count} maps of {rows} × {tile_width} contributions, from {number(contributions.min())} to "
        f"{number(contributions.max())}. The one of largest size is {number(contributions[channel, row, column])}, on "
        f"map {channel + 1} in row {row + 1}, column {column + 1}.",
    )


def flat_vector(activations: np.ndarray, weights: np.ndarray, contributions: np.ndarray) -> Chart:
    """The maps as the vector that Flatten makes: a line each for activations, weights and contributions.

    Each line has its own colour scale around zero, since only its own numbers compare.

    Args:
        activations, weights, contributions: (C, H, W).
    """
    lines = {"activation": activations, "× weight": weights, "= contribution": contributions}
    values = np.stack([line.ravel() for line in lines.values()]).astype(np.float64)
    extents = np.abs(values).max(axis=1, keepdims=True)
    trace = {
        "type": "heatmap",
        "z": values / np.where(extents > 0, extents, 1),
        "x0": 1,
        "dx": 1,
        "customdata": values[..., np.newaxis],
        "hovertemplate": "number %{x}<br>%{y} <b>%{customdata[0]:.4g}</b><extra></extra>",
        "y": list(lines),
        "ygap": 4,
        "showscale": False,
    } | Scale(-1.0, 1.0, True).colours()
    length = values.shape[1]
    per_map = length // len(activations)
    # A tick where each map begins; every second where they are many.
    step = per_map * max(1, len(activations) // 8)
    figure = figure_of(
        [trace],
        height=3 * _STRIP_ROW + 20 + 46,
        margin=(8, 8, 20, 46),
        annotations=[header_line("each line: its own scale", 0, 20)],
        xaxis=axis_style(f"number in the vector ({per_map} from each map)")
        | {"showgrid": False, "tickvals": list(range(1, length + 1, step)), "range": [0.5, length + 0.5]},
        yaxis=axis_style(showgrid=False, autorange="reversed", tickfont={"size": FONT_SIZE}),
    )
    sizes = zip(lines, extents[:, 0], strict=True)
    terms_text = [f"{name.strip('×= ')} up to ±{number(float(extent))}" for name, extent in sizes]
    return Chart(figure, f"The {length} numbers of the flattened maps in three lines: {listed(terms_text)}.")


def positions_on_picture(picture: np.ndarray, by_position: np.ndarray, *, width: int) -> Chart:
    """How much each position of the last maps adds to a logit, over the picture.

    Args:
        picture: (C, H, W) in [0, 1], the network's input.
        by_position: (H', W') contributions of all maps added up; drawn enlarged to the picture's size.
        width: Pixels that the page gives the chart.
    """
    _, height, columns = picture.shape
    rows, places = by_position.shape
    heat = {
        "type": "heatmap",
        "z": by_position,
        "x": np.linspace(0, columns, places + 1),
        "y": np.linspace(0, height, rows + 1),
        "opacity": 0.6,
        "customdata": np.stack(np.meshgrid(np.arange(rows) + 1, np.arange(places) + 1, indexing="ij"), axis=-1),
        "hovertemplate": "row %{customdata[0]}, column %{customdata[1]}<br><b>%{z:.4g}</b><extra></extra>",
    }
    drawn = min(width, 230)
    total_height = drawn * height / columns + BAR_HEIGHT + 4
    heat |= Scale.of(by_position, diverging=True).colours() | {"colorbar": bar(drawn, total_height)}
    # Dark ink on light paper, so that both colours of the scale show on it.
    paper = (255 - 0.5 * rgb_pixels(picture)).astype(np.uint8)
    # Each number has its own background, since the shades behind it range from pale to dark.
    sums = [
        {
            "text": f"<b>{_signed(float(value))}</b>",
            "x": (place + 0.5) * columns / places,
            "y": (line + 0.5) * height / rows,
            "showarrow": False,
            "font": {"size": FONT_SIZE, "color": MARK_RIM},
            "bgcolor": MARK,
            "borderpad": 2,
        }
        for (line, place), value in np.ndenumerate(by_position)
        if by_position.size <= 16
    ]
    figure = figure_of(
        [image_trace(paper), heat],
        height=total_height,
        margin=(0, 0, BAR_HEIGHT, 4),
        annotations=[header_line("all maps added up, by place", 0, BAR_HEIGHT), *sums],
        **pixel_axes(columns, height),
    )
    row, column = np.unravel_index(int(by_position.argmax()), by_position.shape)
    return Chart(
        figure,
        f"Contributions of {rows} × {places} places over the picture, from {number(by_position.min())} to "
        f"{number(by_position.max())}. The largest is in row {row + 1}, column {column + 1}.",
    )


def logit_waterfall(
    names: Sequence[str], values: Sequence[float], rest: float, bias: float, logit: float, others: int
) -> Chart:
    """A logit as a sum, term by term: the strongest contributions, all others together, the bias.

    Args:
        names: The names of the strongest contributions.
        values: The strongest contributions, in the same order.
        rest: The sum of all other contributions.
        bias: The unit's bias.
        logit: The total.
        others: How many contributions are in `rest`.
    """
    labels = [*names, f"{others} others together", "bias", "<b>logit</b>"]
    terms = [*values, rest, bias]
    ends = np.cumsum(terms)
    trace = {
        "type": "waterfall",
        "orientation": "h",
        "measure": ["relative"] * len(terms) + ["total"],
        "x": [*terms, 0],
        "y": list(range(len(labels))),
        "text": [*(_signed(term) for term in terms), f"<b>{number(logit)}</b>"],
        "textposition": "outside",
        "textfont": {"size": FONT_SIZE},
        "cliponaxis": False,
        "customdata": [*labels[:-1], "logit"],
        "hovertemplate": "%{customdata}<br><b>%{text}</b>, sum so far %{final:.4g}<extra></extra>",
        "increasing": {"marker": {"color": RED}},
        "decreasing": {"marker": {"color": BLUE}},
        "totals": {"marker": {"color": GREY}},
        "connector": {"line": {"color": GREY, "width": 1, "dash": "dot"}},
        "showlegend": False,
    }
    low, high = min(0.0, float(ends.min())), max(0.0, float(ends.max()))
    reach = high - low or 1.0
    figure = figure_of(
        [trace],
        height=len(labels) * _ROW + 50,
        margin=(8, _VALUE_WIDTH, 4, 46),
        xaxis=axis_style("sum so far")
        | {"range": [low - (0.36 if low < 0 else 0.01) * reach, high + 0.01 * reach], "nticks": 6},
        yaxis=category_axis(labels, tickfont={"size": FONT_SIZE}),
    )
    figure = figure.with_shape(**line_at(0, color=GREY, width=1), layer="below")
    terms_text = ", ".join(f"{name} {_signed(value)}" for name, value in zip(names, values, strict=True))
    return Chart(
        figure,
        f"The logit as a sum: {terms_text}. The {others} others together contribute {_signed(rest)}. The bias is "
        f"{_signed(bias)}. In all, the logit is {number(logit)}.",
    )


def _signed(value: float) -> str:
    return f"+{number(value)}" if value > 0 else number(value)
