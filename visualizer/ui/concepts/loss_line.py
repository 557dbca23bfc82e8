"""MSE for regression: a line through real points, moved with sliders or by gradient steps."""

from dataclasses import dataclass, field

import numpy as np
import streamlit as st

from visualizer.concepts.loss_line import (
    LineFit,
    Points,
    best_line,
    descend,
    digits_as_points,
    gradient_step,
    measure_fit,
    mse_surface,
    slope_curvature,
)
from visualizer.data.catalog import load_dataset
from visualizer.figures.chart import number
from visualizer.figures.loss_concept import error_map, line_chart
from visualizer.ui.concepts.choices import choose_learning_rate
from visualizer.ui.concepts.latex import power_of_ten
from visualizer.ui.concepts.loss_softmax import LINE_BREAK, aligned
from visualizer.ui.kit.charts import show
from visualizer.ui.kit.prediction import predict
from visualizer.ui.state.viewport import is_narrow

_PER_CLASS = 3
_SLOPES, _INTERCEPTS = (-2.0, 4.0), (15.0, 45.0)
_FIRST = (-0.5, 24.0)
_RATES = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2)
_STEPS = (("Gradient step", 1, ":material/step:"), ("10 steps", 10, ":material/fast_forward:"))
_SLOPE_KEY, _INTERCEPT_KEY, _DESCENT_KEY = "loss-line-slope", "loss-line-intercept", "loss-line-way"


@dataclass
class _Descent:
    """The lines after each gradient step, as (slope, intercept), and a sentence about the last step."""

    lines: list[tuple[float, float]] = field(default_factory=lambda: [_FIRST])
    message: str = ""


@st.cache_data(max_entries=1, show_spinner=False)
def _points() -> tuple[Points, list[str]]:
    """The first training digits of each class as points, and a description of each."""
    dataset = load_dataset("digits")
    labels = dataset.labels[dataset.train]
    indices = np.concatenate([dataset.train[labels == label][:_PER_CLASS] for label in range(len(dataset.class_names))])
    points = digits_as_points(dataset.pictures[indices])
    return points, [
        f"a {dataset.class_names[label]}, {dark} dark pixels"
        for label, dark in zip(dataset.labels[indices], points.dark, strict=True)
    ]


@st.cache_data(max_entries=1, show_spinner=False)
def _error_surface() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    points, _ = _points()
    slopes, intercepts = np.linspace(*_SLOPES, 61), np.linspace(*_INTERCEPTS, 61)
    return slopes, intercepts, mse_surface(points.x, points.y, slopes, intercepts)


def _descent() -> _Descent:
    descent: _Descent = st.session_state.setdefault(_DESCENT_KEY, _Descent())
    return descent


def _restart_at_sliders() -> None:
    st.session_state[_DESCENT_KEY] = _Descent([(st.session_state[_SLOPE_KEY], st.session_state[_INTERCEPT_KEY])])


def _append_line(line: LineFit) -> bool:
    """Show this line; False if it lies outside the map and was moved to its edge."""
    slope, intercept = float(np.clip(line.slope, *_SLOPES)), float(np.clip(line.intercept, *_INTERCEPTS))
    _descent().lines.append((slope, intercept))
    return (slope, intercept) == (line.slope, line.intercept)


def _take_steps(count: int, rate: float) -> None:
    points, _ = _points()
    descent = _descent()
    descent.message = ""
    for _ in range(count):
        line = gradient_step(points.x, points.y, measure_fit(points.x, points.y, *descent.lines[-1]), rate)
        if not _append_line(line):
            descent.message = f"With η = {rate:g} the step left the map and stopped at its edge. Try a smaller η."
            return


def _show_best() -> None:
    points, _ = _points()
    st.session_state[_DESCENT_KEY] = _Descent([])
    _append_line(best_line(points.x, points.y))


def line_through_points() -> None:
    """Draw points, line and squares, the map of the error, the controls, and the formulas with numbers."""
    points, labels = _points()
    descent = _descent()
    slope, intercept = descent.lines[-1]
    line, best = measure_fit(points.x, points.y, slope, intercept), best_line(points.x, points.y)
    # The sliders follow the gradient steps, and the steps start where the sliders are.
    st.session_state[_SLOPE_KEY], st.session_state[_INTERCEPT_KEY] = slope, intercept
    st.markdown(
        "When the answer is a number instead of a class, no softmax is in the way, and MSE works well. This line "
        f"predicts from a digit’s dark pixels how much ink it has ({len(points.x)} real digits). Each residual is "
        "drawn as a square, since MSE squares it: **make the squares small**."
    )
    _ask(points)
    left, right = st.columns(2, gap="medium")
    with left:
        show(line_chart(points, line, best if slope == best.slope else None, labels), "loss-line")
        st.slider("Slope a", *_SLOPES, step=0.01, key=_SLOPE_KEY, on_change=_restart_at_sliders)
        st.slider("Intercept b", *_INTERCEPTS, step=0.1, key=_INTERCEPT_KEY, on_change=_restart_at_sliders)
    with right:
        show(error_map(*_error_surface(), descent.lines, best), "loss-line-map")
        rate = choose_learning_rate("Learning rate η", _RATES, 0.05, "loss-line-rate")
        with st.container(horizontal=True, gap="small"):
            for label, count, icon in _STEPS:
                key = f"loss-line-{count}"
                st.button(label, key=key, icon=icon, type="primary", on_click=_take_steps, args=(count, rate))
            st.button("Best line", key="loss-line-best", icon=":material/star:", on_click=_show_best)
        if descent.message:
            st.warning(descent.message, icon=":material/warning:")
    st.latex(_formulas(line, rate))
    st.markdown(
        f"The MSE is **{number(line.mse)}** (per cent of ink, squared); the least-squares line has {number(best.mse)}, "
        "the lowest of all lines. An average digit has as much ink as the intercept; each additional dark pixel adds "
        "the slope."
    )


def _ask(points: Points) -> None:
    """Ask what doubling the learning rate does; the steps from the first line are computed with both rates."""
    steps, rate, doubled = 10, 0.1, 0.2
    first = measure_fit(points.x, points.y, *_FIRST)
    mse, doubled_mse = (descend(points.x, points.y, first, each, steps).mse for each in (rate, doubled))
    largest_rate = 2 / slope_curvature(points.x)
    options = {
        "lower": "lower: it gets there in half the steps",
        "same": "about the same: it arrives either way",
        "higher": "higher: it jumps over the valley",
    }
    reasons = {
        "lower": "Steps twice as long get further in the same number.",
        "same": "Both have reached the valley’s floor.",
        "higher": "Each step is so long that it jumps over the valley’s floor and lands higher on the other side.",
    }
    right = "same" if abs(doubled_mse - mse) < 0.1 * mse else "lower" if doubled_mse < mse else "higher"
    predict(
        f"From the first line (MSE {number(first.mse)}), {steps} gradient steps with η = {rate:g} lead to an MSE of "
        f"{number(mse)}. What MSE do {steps} steps with **η = {doubled:g}** lead to?",
        options,
        right,
        f"They lead to {number(doubled_mse)}. {reasons[right]} The error’s curvature along the slope is 2 · mean(x²) = "
        f"{number(2 / largest_rate)}, so with any η above 2 / {number(2 / largest_rate)} = {number(largest_rate)} a "
        "step lands higher than it started.",
        key="loss-line",
    )


def _formulas(line: LineFit, rate: float) -> str:
    """The error and one gradient step in LaTeX, with the numbers of this line; each takes two rows on a phone."""
    first, second, *_, last = line.residuals
    count = len(line.residuals)
    by_slope, by_intercept = (power_of_ten(value) for value in line.gradient)
    numbers = LINE_BREAK if is_narrow() else " = "

    def squared(value: float) -> str:
        return rf"({value:.1f})^2"

    lines = (
        rf"L &= \tfrac{{1}}{{n}} \textstyle\sum_i (a x_i + b - y_i)^2{numbers}\tfrac{{1}}{{{count}}} \big( "
        rf"{squared(first)} + {squared(second)} + \dots + {squared(last)} \big) = {power_of_ten(line.mse)}",
        rf"a &\leftarrow a - \eta\, \tfrac{{2}}{{n}} \textstyle\sum_i (a x_i + b - y_i)\, x_i{numbers}{line.slope:.3f} "
        rf"- {rate:g} \cdot ({by_slope}) = {line.slope - rate * line.gradient[0]:.3f}",
        rf"b &\leftarrow b - \eta\, \tfrac{{2}}{{n}} \textstyle\sum_i (a x_i + b - y_i){numbers}{line.intercept:.3f} "
        rf"- {rate:g} \cdot ({by_intercept}) = {line.intercept - rate * line.gradient[1]:.3f}",
    )
    return aligned(lines)
