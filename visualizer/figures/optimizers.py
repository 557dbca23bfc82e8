"""The paths of optimizers over a surface, from above and in three dimensions, and the loss of a network they train."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from visualizer.figures.chart import Chart, Frame, Spec, axis_style, figure_of, line_trace, number, white_mark
from visualizer.figures.palette import BLUE, GREEN, GREY, GRID, MARK, PURPLE, SEQUENTIAL, VERMILLION
from visualizer.figures.scale import side_bar

if TYPE_CHECKING:
    from visualizer.concepts.network_race import OptimizerRun
    from visualizer.concepts.optimizers import Path
    from visualizer.concepts.surfaces import Grid, Surface

HEIGHT = 480
BELOW = 58  # pixels: a row of tick labels, and the title of the axis clear of it
FRAMES = 32
FRAME_MS = 150
MARKED_EVERY = 10  # steps
LIFT = 0.01  # of the surface's height: keeps lines and marks in sight on it
# Heads that would hide one another are drawn around their position, each on its own side, at most this many pixels
# away; in three dimensions one above the other, at most this many times the lift.
ASIDE = 13
STACKED = 8
# The side of each optimizer: degrees clockwise from up. Right angles leave all markers as they are.
_SIDES = {"sgd": -90, "momentum": 0, "rmsprop": 90, "adam": 180}
# Approximate size of the plot in pixels, from which it is decided which heads would hide one another.
_SIZE_FROM_ABOVE, _SIZE_IN_3D = np.array([600.0, 380.0]), np.array([300.0, 300.0])
# Each optimizer's colour, marker and dash, the same on every chart.
STYLES: dict[str, tuple[str, str, str]] = {
    "sgd": (BLUE, "circle", "solid"),
    "momentum": (VERMILLION, "square", "dash"),
    "rmsprop": (GREEN, "diamond", "dot"),
    "adam": (PURPLE, "cross", "dashdot"),
}
# What the pointer tells at the marks.
_MINIMUM = "minimum<br>x %{x:.2f}, y %{y:.2f}<extra></extra>"
_START = "all start here<br>x %{x:.3g}, y %{y:.3g}<extra></extra>"
_LOG_TICKS = [digit * 10.0**power for power in range(-4, 3) for digit in (1, 2, 5)]


def race_from_above(
    surface: "Surface", grid: "Grid", paths: Mapping[str, "Path"], titles: Mapping[str, str], shown_step: int
) -> Chart:
    """The race as lines on a map of the surface, which the browser plays.

    Args:
        surface: The surface of the race.
        grid: Its values.
        paths: One for each optimizer.
        titles: The names of the optimizers as shown to people.
        shown_step: The step that is shown before the race is played.
    """
    ground = _contours(surface, grid) | {
        "colorbar": side_bar(_height_label(surface)),
        "hovertemplate": f"x %{{x:.2f}}, y %{{y:.2f}}<br><b>{_height_label(surface)} %{{z:.3g}}</b><extra></extra>",
    }
    minima = np.array(surface.minima)
    marks = white_mark("minimum", _MINIMUM, "star", 16, 1.5, x=minima[:, 0], y=minima[:, 1])
    x, y = surface.start
    start = white_mark("start of all", _START, "circle", 13, 2.5, x=[x], y=[y])
    figure = _race(surface, grid, [ground, marks, start], paths, titles, shown_step, three_dimensional=False)
    figure = figure.with_layout(
        xaxis=axis_style("weight x", showgrid=False, range=surface.x_range),
        yaxis=axis_style("weight y", showgrid=False, range=surface.y_range),
    )
    return Chart(figure, _race_alt(surface, paths, titles, shown_step))


def race_in_3d(
    surface: "Surface", grid: "Grid", paths: Mapping[str, "Path"], titles: Mapping[str, str], shown_step: int
) -> Chart:
    """The same race on the surface itself; drag turns it. Arguments as in `race_from_above`."""
    ground = {
        "type": "surface",
        "x": grid.x,
        "y": grid.y,
        "z": surface.height(grid.values).astype(np.float32),
        "colorscale": SEQUENTIAL,
        "opacity": 0.6,
        "colorbar": side_bar(_height_label(surface), len=0.7),
        "contours": {"z": {"show": True, "color": GREY, "width": 1}},
        "hovertemplate": "x %{x:.2f}, y %{y:.2f}<br><b>height %{z:.3g}</b><extra></extra>",
    }
    minima = np.array(surface.minima)
    lift = LIFT * float(np.ptp(surface.height(grid.values)))
    bottom = np.full(len(minima), surface.height(np.array(surface.least)) + lift)
    places = {"x": minima[:, 0], "y": minima[:, 1], "z": bottom}
    marks = white_mark("minimum", _MINIMUM, "x", 5, 1, kind="scatter3d", **places)
    x, y = surface.start
    z = float(surface.height(np.array(surface.function(x, y)))) + lift
    start = white_mark("start of all", _START, "circle", 6, 2, kind="scatter3d", x=[x], y=[y], z=[z])
    figure = _race(surface, grid, [ground, marks, start], paths, titles, shown_step, three_dimensional=True)
    axis = {"showbackground": False, "zeroline": False, "tickfont": {"size": 11}, "gridcolor": "rgba(125,134,140,0.4)"}
    figure = figure.with_layout(
        dragmode="orbit",
        scene={
            "xaxis": axis | {"range": surface.x_range, "title": {"text": "weight x"}},
            "yaxis": axis | {"range": surface.y_range, "title": {"text": "weight y"}},
            "zaxis": axis | {"title": {"text": _height_label(surface)}},
            "aspectratio": {"x": 1.2, "y": 1.2, "z": 0.75},
            "camera": {"eye": {"x": -1.2, "y": -1.83, "z": 1.58}, "center": {"x": 0.05, "y": 0, "z": -0.3}},
        },
    )
    return Chart(figure, _race_alt(surface, paths, titles, shown_step))


def _race(
    surface: "Surface",
    grid: "Grid",
    ground: list[dict[str, Any]],
    paths: Mapping[str, "Path"],
    titles: Mapping[str, str],
    shown_step: int,
    *,
    three_dimensional: bool,
) -> Spec:
    """The ground, a trail for each optimizer, all heads, and the frames that move trails and heads.

    Heads share one trace, and so do the trails' outlines: every trace is part of every frame, and each costs time.
    """
    lift = LIFT * float(np.ptp(surface.height(grid.values)))
    drawn = {name: _drawn(surface, path) for name, path in paths.items()}
    last = max(path.steps for path in paths.values())
    stops = sorted({*range(0, last, max(1, -(-last // FRAMES))), shown_step, last})
    kind = "scatter3d" if three_dimensional else "scatter"
    axes = "xyz" if three_dimensional else "xy"

    def place(points: np.ndarray, raised: float) -> dict[str, Any]:
        columns = (points + np.array([0, 0, raised])).astype(np.float32).T
        return {"type": kind} | dict(zip(axes, columns, strict=False))

    def moved(step: int) -> list[dict[str, Any]]:
        so_far = [points[: min(step, len(points) - 1) + 1] for points in drawn.values()]
        # A little above the surface, so that it hides nothing.
        trails = [place(points, 2 * lift) for points in so_far]
        ends = np.stack([points[-1] for points in so_far])
        size = _SIZE_IN_3D if three_dimensional else _SIZE_FROM_ABOVE
        per_pixel = np.ptp([surface.x_range, surface.y_range], axis=1) / size
        aside = _aside(ends[:, :2] / per_pixel)
        if three_dimensional:
            # One above the other: visible from every direction, and not hidden by the surface.
            raised = np.arange(1, len(ends) + 1) * aside / ASIDE * STACKED * lift
            return [*trails, place(ends + np.column_stack([np.zeros_like(ends[:, :2]), raised]), 3 * lift)]
        heads = place(ends, 3 * lift) | {
            "marker": _head_marker(list(drawn), 14)
            # Plotly moves a marker backwards, against its angle, as if it were an arrow.
            | {"standoff": aside, "angle": [_SIDES[name] + (-180 if _SIDES[name] >= 0 else 180) for name in drawn]}
        }
        gap = np.full((1, 3), np.nan)
        casing = place(np.concatenate([part for points in so_far for part in (points, gap)]), 0)
        return [casing, *trails, heads]

    styles = _styles(titles, list(drawn), last, three_dimensional)
    still = [
        *ground,
        *({"type": kind} | {axis: [None] for axis in axes} | entry for entry in _legend_entries(titles, drawn)),
    ]
    traces = [*still, *(place | style for place, style in zip(moved(shown_step), styles, strict=True))]
    figure = figure_of(
        traces,
        height=HEIGHT,
        margin=(0 if three_dimensional else 54, 0, 40, 0 if three_dimensional else BELOW),
        legend={"itemclick": False, "itemsizing": "constant", "itemdoubleclick": False},
    )
    return figure.animated(
        [Frame(str(step), moved(step), _race_alt(surface, paths, titles, step)) for step in stops],
        range(len(still), len(traces)),
        str(shown_step),
        title="Step of the race",
        unit="step",
        milliseconds=FRAME_MS,
    )


def _styles(titles: Mapping[str, str], names: list[str], last: int, three_dimensional: bool) -> list[dict[str, Any]]:
    """How the casing (from above only), each optimizer's trail, and the heads look, whatever their places."""
    quiet = {"showlegend": False, "hoverinfo": "skip"}
    # A white line below the coloured ones keeps them in sight on every ground.
    casing = quiet | {"mode": "lines", "line": {"color": MARK, "width": 7}}
    marked = np.where(np.arange(last + 1) % MARKED_EVERY == 0, 5 if three_dimensional else 8, 0)
    marked[0] = 0  # The start has a mark of its own.
    trails = [
        {
            **quiet,
            "name": titles[name],
            "mode": "lines+markers",
            "line": {"color": colour, "width": 4},
            "marker": {"color": colour, "symbol": symbol, "size": marked, "opacity": 1, "line": {"width": 0}},
        }
        for name in names
        for colour, symbol, _ in [STYLES[name]]
    ]
    heads = {
        "showlegend": False,
        "mode": "markers",
        "text": [titles[name] for name in names],
        "hovertemplate": "%{text}<br>x %{x:.3f}, y %{y:.3f}<extra></extra>",
    }
    if three_dimensional:
        heads["marker"] = _head_marker(names, 6)
    return [*trails, heads] if three_dimensional else [casing, *trails, heads]


def _head_marker(names: list[str], size: int) -> dict[str, Any]:
    return {
        "color": [STYLES[name][0] for name in names],
        "symbol": [STYLES[name][1] for name in names],
        "size": size,
        "opacity": 1,
        "line": {"color": MARK, "width": 1.5},
    }


def _aside(places: np.ndarray) -> np.ndarray:
    """How many pixels each of the heads stands away from its place, (N, 2) pixels: the more, the nearer the next is."""
    gaps = np.linalg.norm(places[:, None] - places, axis=-1)
    np.fill_diagonal(gaps, np.inf)
    return ASIDE * np.clip(1 - gaps.min(axis=1) / (2 * ASIDE), 0, 1)


def _legend_entries(titles: Mapping[str, str], names: Iterable[str]) -> list[dict[str, Any]]:
    """A marker for each optimizer in the legend; trails have marks of size 0, with which Plotly shows none there."""
    return [
        {
            "name": titles[name],
            "mode": "markers",
            "marker": {"color": colour, "symbol": symbol, "size": 13, "opacity": 1},
        }
        for name in names
        for colour, symbol, _ in [STYLES[name]]
    ]


def _drawn(surface: "Surface", path: "Path") -> np.ndarray:
    """The positions with their heights, (T + 1, 3); what lies outside the drawn part is put on its edge."""
    xy = np.clip(path.positions, *np.array([surface.x_range, surface.y_range]).T)
    height = surface.height(surface.function(xy[:, 0], xy[:, 1]))
    return np.column_stack([xy, height])


def _height_label(surface: "Surface") -> str:
    return "log₁₀(1 + f)" if surface.logarithmic else "loss f"


def _race_alt(surface: "Surface", paths: Mapping[str, "Path"], titles: Mapping[str, str], shown_step: int) -> str:
    sentences = [f"{surface.title}: {len(paths)} optimisers at step {shown_step}."]
    for name, path in paths.items():
        at = min(shown_step, path.steps)
        x, y = path.positions[at]
        sentences.append(f"{titles[name]} is at x {number(x)}, y {number(y)} with loss {number(path.values[at])}.")
    return " ".join(sentences)


def step_chart(surface: "Surface", grid: "Grid", path: "Path", step: int, title: str) -> Chart:
    """A close-up of one step: its start, the direction against the gradient, and where the optimizer went.

    Args:
        surface: The surface.
        grid: Its values around the step, from `concepts.surfaces.close_up`.
        path: The optimizer's path.
        step: From 1.
        title: The optimizer's name as shown to people.
    """
    colour, _, _ = STYLES[path.optimizer]
    before, after, gradient = path.positions[step - 1], path.positions[step], path.gradients[step - 1]
    size = float(np.linalg.norm(gradient))
    # Only the direction is shown, since its length might not fit.
    downhill = before - gradient / size * 0.3 * float(grid.x[-1] - grid.x[0]) if size else before
    x, y = path.positions[:step].T
    way = line_trace("the way here", x, y, None, colour=colour, width=2, dash="dot")
    way |= {"mode": "lines+markers", "marker": {"color": colour, "size": 5}}
    axis: dict[str, Any] = {"showgrid": False, "nticks": 6, "constrain": "domain"}
    figure = figure_of(
        [
            _contours(surface, grid)
            | {
                "contours": {"coloring": "none", "showlabels": True, "labelfont": {"size": 11, "color": GREY}},
                "line": {"width": 1, "color": GREY},
                "ncontours": 12,
                "hoverinfo": "skip",
                "showlegend": False,
            },
            way,
            _arrow(before, downhill, GREY, "dash", "against the gradient (direction only)"),
            _arrow(before, after, colour, "solid", f"step {step} of {title}"),
        ],
        height=420,
        margin=(54, 4, 74, BELOW),
        xaxis=axis_style("weight x", range=[grid.x[0], grid.x[-1]], **axis),
        yaxis=axis_style("weight y", range=[grid.y[0], grid.y[-1]], scaleanchor="x", **axis),
    )
    alt = (
        f"{title}, step {step}: from x {number(before[0])}, y {number(before[1])} to x {number(after[0])}, "
        f"y {number(after[1])}; the gradient was {number(gradient[0])}, {number(gradient[1])}. The step turns "
        f"{_angle(after - before, -gradient):.0f} degrees away from straight against the gradient."
    )
    return Chart(figure, alt)


def loss_race(
    trained: Mapping[str, "OptimizerRun"], smoothed: Mapping[str, np.ndarray], titles: Mapping[str, str]
) -> Chart:
    """The training loss of one network under each optimizer.

    Args:
        trained: The run of each optimizer.
        smoothed: The losses to draw, (T,) each, such as trailing means.
        titles: The names of the optimizers as shown to people.
    """
    traces = []
    sentences = [f"Training loss of the same network under {len(trained)} optimisers."]
    for name, result in trained.items():
        colour, symbol, dash = STYLES[name]
        epochs = np.arange(1, len(smoothed[name]) + 1) / result.steps_per_epoch
        traces.append(
            line_trace(
                titles[name],
                epochs,
                smoothed[name],
                f"{titles[name]}<br>epoch %{{x:.2f}}<br><b>loss %{{y:.3f}}</b><extra></extra>",
                colour=colour,
                dash=dash,
                mode="lines+markers",
                # Only on the last point, so that the lines can be distinguished without colour.
                marker={"color": colour, "symbol": symbol, "size": [0] * (len(epochs) - 1) + [12], "opacity": 1},
            )
        )
        first, last = (number(loss) for loss in (smoothed[name][0], smoothed[name][-1]))
        sentences.append(f"With {titles[name]} it goes from {first} to {last}.")
    labels = [f"{tick:g}" for tick in _LOG_TICKS]
    figure = figure_of(
        traces,
        height=420,
        margin=(0, 12, 40, BELOW),
        xaxis=axis_style("epoch", rangemode="tozero"),
        yaxis=axis_style("cross-entropy (nats), logarithmic", type="log", tickvals=_LOG_TICKS, ticktext=labels),
        # Otherwise the symbols have the size of a line's first marker, which is 0.
        legend={"itemsizing": "constant"},
    )
    return Chart(figure, " ".join(sentences))


def _contours(surface: "Surface", grid: "Grid") -> dict[str, Any]:
    return {
        "type": "contour",
        "x": grid.x,
        "y": grid.y,
        "z": surface.height(grid.values).astype(np.float32),
        "colorscale": SEQUENTIAL,
        "ncontours": 18,
        "line": {"width": 0.5, "color": GRID},
    }


def _arrow(start: np.ndarray, end: np.ndarray, colour: str, dash: str, name: str) -> dict[str, Any]:
    sizes = {"symbol": ["circle", "arrow"], "size": [9, 18]}
    marker = {"color": colour, "opacity": 1, "angleref": "previous"} | sizes
    x, y = zip(start, end, strict=True)
    hover = f"{name}<br>x %{{x:.4g}}, y %{{y:.4g}}<extra></extra>"
    return line_trace(name, x, y, hover, colour=colour, width=4, dash=dash, mode="lines+markers", marker=marker)


def _angle(first: np.ndarray, second: np.ndarray) -> float:
    """Degrees between two directions; 0 where one of them has no length."""
    lengths = np.linalg.norm(first) * np.linalg.norm(second)
    return float(np.degrees(np.arccos(np.clip(first @ second / lengths, -1, 1)))) if lengths else 0.0
