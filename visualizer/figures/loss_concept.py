"""Charts of the page on loss functions."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from visualizer.figures.chart import Chart, Spec, axis_style, figure_of, line_trace, number, white_mark
from visualizer.figures.palette import BLUE, FONT_SIZE, GREEN, GREY, MARK, SEQUENTIAL, SMALL_FONT_SIZE, VERMILLION
from visualizer.figures.scale import side_bar
from visualizer.words import counted

if TYPE_CHECKING:
    from visualizer.concepts.loss import Losses, Sweep
    from visualizer.concepts.loss_line import LineFit, Points

CROSS_ENTROPY, MSE = "cross-entropy", "MSE"
MAX_WRITTEN = 4  # classes whose numbers are written on their bars
# Pale with a rim, so that it differs from a full bar in more than its colour.
_OPEN = {"color": "rgba(213, 94, 0, 0.3)", "line": {"color": VERMILLION, "width": 2}}
_OUTSIDE = {
    "textposition": "outside",
    "cliponaxis": False,
    "constraintext": "none",
    "textangle": 0,
    "textfont": {"size": SMALL_FONT_SIZE},
}


def softmax_bars(losses: "Losses", names: Sequence[str]) -> Chart:
    """The probabilities that softmax computes, beside the target.

    Args:
        losses: The prediction.
        names: The classes' names.
    """
    percent = losses.probabilities * 100
    traces: list[dict[str, Any]] = [
        {
            "type": "bar",
            "name": "softmax",
            "x": _class_axis(losses, names),
            "y": percent,
            "marker": {"color": BLUE},
            "text": [_percent(value) for value in losses.probabilities],
            **_OUTSIDE,
            "hovertemplate": "%{x}: <b>%{y:.3g} %</b><extra>softmax</extra>",
        },
        {
            "type": "bar",
            "name": "should be",
            "x": _class_axis(losses, names),
            "y": losses.one_hot * 100,
            "marker": {"color": "rgba(0, 0, 0, 0)", "line": {"color": GREY, "width": 2}},
            "hovertemplate": "%{x}: <b>%{y:.0f} %</b><extra>should be</extra>",
        },
    ]
    figure = _bars(traces, "probability (%)", {"range": [0, 118], "tickvals": [0, 50, 100]})
    sentences = [
        f"Class {name} gets {_percent(value)}." for name, value in zip(names, losses.probabilities, strict=True)
    ]
    return Chart(figure, f"Probabilities of softmax. {' '.join(sentences)} Class {names[losses.target]} is right.")


def gradient_bars(losses: "Losses", names: Sequence[str], *, height: int = 300) -> Chart:
    """Both gradients with respect to the logits, class by class, on one scale.

    Args:
        losses: The prediction.
        names: The classes' names.
        height: Pixels.
    """
    traces = [
        {
            "type": "bar",
            "name": name,
            "x": _class_axis(losses, names),
            "y": values,
            "marker": marker,
            "text": [number(value) for value in values] if len(names) <= MAX_WRITTEN else None,
            **_OUTSIDE,
            "hovertemplate": f"%{{x}}: <b>%{{y:.4g}}</b><extra>{name}</extra>",
        }
        for name, values, marker in (
            (CROSS_ENTROPY, losses.cross_entropy_gradient, {"color": BLUE}),
            (MSE, losses.mse_gradient, _OPEN),
        )
    ]
    axis = {"range": [-1.22, 1.22], "tickvals": [-1, 0, 1], "zeroline": True, "zerolinecolor": GREY}
    figure = _bars(traces, "gradient ∂L/∂z", axis).with_layout(height=height)
    sentences = [
        f"For class {name} it is {number(of_cross_entropy)} with {CROSS_ENTROPY} and {number(of_mse)} with {MSE}."
        for name, of_cross_entropy, of_mse in zip(
            names, losses.cross_entropy_gradient, losses.mse_gradient, strict=True
        )
    ]
    return Chart(figure, f"Gradient with respect to the logit of each class. {' '.join(sentences)}")


def sweep_losses(sweep: "Sweep", now: float, moved: str) -> Chart:
    """Both losses while the logit of class `moved` grows; `now` is its current value."""
    top = float(max(sweep.cross_entropy.max(), sweep.mse.max()))
    # A little below zero, so that the mark of a small loss is whole and the corner's two labels keep apart.
    axis = {"range": [-0.06 * top, 1.04 * top]}
    return _sweep_chart(sweep, now, moved, (sweep.cross_entropy, sweep.mse), "loss", axis, "Loss")


def sweep_gradients(sweep: "Sweep", now: float, moved: str) -> Chart:
    """The lengths of both gradients while the logit of class `moved` grows, on a logarithmic axis."""
    axis = {"type": "log", "tickvals": [10.0**power for power in range(-6, 2)], "exponentformat": "power"}
    axis |= {"ticktext": ["10⁻⁶", "10⁻⁵", "10⁻⁴", "0.001", "0.01", "0.1", "1", "10"]}
    lengths = (sweep.cross_entropy_size, sweep.mse_size)
    return _sweep_chart(sweep, now, moved, lengths, "length of the gradient", axis, "Length of the gradient")


def _sweep_chart(
    sweep: "Sweep",
    now: float,
    moved: str,
    values: tuple[np.ndarray, np.ndarray],
    label: str,
    axis: dict[str, Any],
    noun: str,
) -> Chart:
    traces: list[dict[str, Any]] = []
    sentences = []
    for name, curve, colour, dash, symbol in (
        (CROSS_ENTROPY, values[0], BLUE, "solid", "circle"),
        (MSE, values[1], VERMILLION, "dash", "diamond"),
    ):
        here = float(np.interp(now, sweep.logit, curve))
        sentences.append(
            f"With {name} it goes from {number(curve[0])} to {number(curve[-1])}; now it is {number(here)}."
        )
        traces.append(
            line_trace(
                name,
                sweep.logit,
                curve,
                f"logit %{{x:.1f}}: <b>%{{y:.4g}}</b><extra>{name}</extra>",
                colour=colour,
                dash=dash,
                legendgroup=name,
            )
        )
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "legendgroup": name,
                "showlegend": False,
                "x": [now],
                "y": [here],
                "marker": {"color": colour, "symbol": symbol, "size": 13, "line": {"color": MARK, "width": 1.5}},
                "hoverinfo": "skip",
            }
        )
    figure = figure_of(
        traces,
        height=320,
        margin=(68, 8, 34, 46),
        xaxis=axis_style(f"logit of the wrong class {moved}", nticks=8),
        yaxis=axis_style(label, **axis),
    )
    alt = f"{noun} while the logit of {moved} goes from {number(sweep.logit[0])} to {number(sweep.logit[-1])}."
    return Chart(figure, f"{alt} {' '.join(sentences)}")


def learning_curves(cross_entropy: np.ndarray, mse: np.ndarray, right: str) -> Chart:
    """The right class's probability while a network learns one picture with each loss.

    Args:
        cross_entropy, mse: (steps + 1,) probabilities, 0 to 1, from before the first step on.
        right: The right class's name.
    """
    traces = [
        line_trace(
            name,
            np.arange(len(values)),
            values * 100,
            f"step %{{x}}: <b>%{{y:.3g}} %</b><extra>{name}</extra>",
            colour=colour,
            dash=dash,
        )
        for name, values, colour, dash in (
            (CROSS_ENTROPY, cross_entropy, BLUE, "solid"),
            (MSE, mse, VERMILLION, "dash"),
        )
    ]
    figure = figure_of(
        traces,
        height=320,
        margin=(0, 8, 34, 46),
        xaxis=axis_style("step of SGD on this one picture"),
        yaxis=axis_style(f"probability of {right} (%)", range=[-2, 103], tickvals=[0, 50, 100]),
    )
    return Chart(
        figure,
        f"Probability of the right class {right} over {len(mse) - 1} steps: with {CROSS_ENTROPY} from "
        f"{_percent(cross_entropy[0])} to {_percent(cross_entropy[-1])}, with {MSE} to {_percent(mse[-1])}.",
    )


def line_chart(points: "Points", line: "LineFit", best: "LineFit | None", labels: Sequence[str]) -> Chart:
    """Points, a line, and the square on each residual; a square's area is that point's share of the error.

    Args:
        points: The points to fit.
        line: The current line.
        best: The least-squares line, or None to leave it out.
        labels: A description of each point, shown under the pointer.
    """
    ends = np.array([points.x.min() - 1, points.x.max() + 1])
    # One pixel of x is drawn as wide as this much of y is high, so that the squares look like squares.
    ratio = 0.4
    across = [points.x.min() - 3, points.x.max() + 6]
    squares_x: list[float | None] = []
    squares_y: list[float | None] = []
    for x, y, residual in zip(points.x, points.y, line.residuals, strict=True):
        side = abs(residual) * ratio
        squares_x += [x, x + side, x + side, x, x, None]
        squares_y += [y, y, y + residual, y + residual, y, None]
    traces: list[dict[str, Any]] = [
        line_trace(
            "residual²",
            squares_x,
            squares_y,
            None,
            colour=VERMILLION,
            width=1,
            fill="toself",
            fillcolor="rgba(213, 94, 0, 0.16)",
        ),
        line_trace("your line", ends, line.slope * ends + line.intercept, None, colour=VERMILLION, width=4),
        {
            "type": "scatter",
            "mode": "markers",
            "name": "a digit",
            "x": points.x,
            "y": points.y,
            "customdata": [[label, error**2] for label, error in zip(labels, line.residuals, strict=True)],
            "marker": {"color": BLUE, "size": 9, "line": {"color": MARK, "width": 1}},
            "hovertemplate": "%{customdata[0]}<br>%{y:.1f} % ink<br>residual² %{customdata[1]:.1f}<extra></extra>",
        },
    ]
    if best is not None:
        y = best.slope * ends + best.intercept
        traces.append(line_trace("least squares", ends, y, None, colour=GREEN, dash="dash"))
    figure = figure_of(
        traces,
        height=400,
        margin=(0, 8, 34, 46),
        xaxis=axis_style("dark pixels more than average", range=across, constrain="domain"),
        yaxis=axis_style("ink (%)", range=[10.0, 52.0], scaleanchor="x", scaleratio=ratio, constrain="domain"),
    )
    alt = (
        f"{len(points.x)} digits: ink in per cent over dark pixels, and the line with slope {number(line.slope)} and "
        f"intercept {number(line.intercept)}. Its mean squared error is {number(line.mse)}."
    )
    if best is not None:
        alt += f" The line of least squares has {number(best.mse)}."
    return Chart(figure, alt)


def error_map(
    slopes: np.ndarray, intercepts: np.ndarray, errors: np.ndarray, way: Sequence[tuple[float, float]], best: "LineFit"
) -> Chart:
    """The mean squared error of every line as a map, with the path of the line that is being fitted.

    Args:
        slopes: (S,).
        intercepts: (I,).
        errors: (I, S) mean squared errors.
        way: (slope, intercept) of each line so far; the last one is drawn large.
        best: The line of least squares.
    """
    slope, intercept = way[-1]
    traces: list[dict[str, Any]] = [
        {
            "type": "contour",
            "x": slopes,
            "y": intercepts,
            "z": np.log10(errors).astype(np.float32),
            "customdata": errors.astype(np.float32),
            "colorscale": SEQUENTIAL,
            "ncontours": 16,
            "line": {"width": 0.5, "color": "rgba(255, 255, 255, 0.6)"},
            "colorbar": side_bar("MSE", tickvals=[0, 1, 2, 3], ticktext=["1", "10", "100", "1000"]),
            "hovertemplate": "slope %{x:.2f}, intercept %{y:.1f}<br><b>MSE %{customdata:.1f}</b><extra></extra>",
        },
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": "gradient steps",
            "x": [step[0] for step in way],
            "y": [step[1] for step in way],
            "line": {"color": VERMILLION, "width": 3},
            "marker": {"color": VERMILLION, "size": 7, "opacity": 1, "line": {"color": MARK, "width": 1}},
            "showlegend": len(way) > 1,
            "hoverinfo": "skip",
        },
        {
            "type": "scatter",
            "mode": "markers",
            "name": "your line",
            "x": [slope],
            "y": [intercept],
            "marker": {"color": VERMILLION, "size": 15, "line": {"color": MARK, "width": 2}},
            "hovertemplate": "your line<br>slope %{x:.3f}, intercept %{y:.3f}<extra></extra>",
        },
        white_mark(
            "least squares",
            "least squares<br>slope %{x:.3f}, intercept %{y:.3f}<extra></extra>",
            "star",
            15,
            1.5,
            x=[best.slope],
            y=[best.intercept],
        ),
    ]
    figure = figure_of(
        traces,
        height=400,
        # Plotly's own margin for the labels comes too small beside a colour bar, and the title would lie on them.
        margin=(54, 0, 34, 58),
        xaxis=axis_style("slope", showgrid=False, range=[slopes[0], slopes[-1]]),
        yaxis=axis_style("intercept", showgrid=False, range=[intercepts[0], intercepts[-1]]),
    )
    alt = (
        f"Mean squared error over slope and intercept: a valley with its lowest point, {number(best.mse)}, at slope "
        f"{number(best.slope)} and intercept {number(best.intercept)}. Your line is at slope {number(slope)} and "
        f"intercept {number(intercept)}, after {counted(len(way) - 1, 'gradient step')}."
    )
    return Chart(figure, alt)


def _class_axis(losses: "Losses", names: Sequence[str]) -> list[str]:
    return [f"{name} ✓" if index == losses.target else name for index, name in enumerate(names)]


def _bars(traces: list[dict[str, Any]], label: str, y_axis: dict[str, Any]) -> Spec:
    return figure_of(
        traces,
        height=300,
        margin=(0, 8, 34, 30),
        barmode="group",
        bargap=0.25,
        xaxis={"type": "category", "fixedrange": True, "tickfont": {"size": FONT_SIZE}},
        yaxis=axis_style(label, **y_axis),
    )


def _percent(share: float) -> str:
    """A share of 1 in per cent, with enough digits to see that a tiny one is not 0."""
    value = share * 100
    return f"{value:.1f} %" if value >= 1 or value == 0 else f"{value:.2g} %"
