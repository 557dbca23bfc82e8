"""The answer of a classifier: a bar for each class, in per cent if its numbers are probabilities, else as scores."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from visualizer.architecture.answer import AnswerKind, Classes
from visualizer.figures.chart import Chart, Spec, as_label, axis_style, category_axis, figure_of, number
from visualizer.figures.palette import BLUE, FONT_SIZE, GREY, SMALL_FONT_SIZE, VERMILLION

ROW = 27  # pixels
MOST_BARS = 20  # classes up to which each has its bar
VALUE_WIDTH = 64  # of "100.0 %" beside a full bar
_PERCENT_AXIS: dict[str, Any] = {
    "range": [0, 100],
    "tickvals": [0, 50, 100],
    "ticktext": ["0", "50", "100 %"],
    "showgrid": True,
}
_ROOM_FOR_VALUE = 0.4  # of the scale, left of the longest bar below 0
_MOST_TICKS = 4
_PARTS_OF_TICK = 5  # the scale of scores ends on such a part of the way between two ticks


def answer_bars(
    answer: Classes,
    class_names: Sequence[str],
    true_label: int | None = None,
    scale: tuple[float, float] | None = None,
) -> Chart:
    """An answer as bars in the order of the classes; the winner is bold, the true class has a check mark.

    Args:
        answer: Probabilities, which are drawn in per cent, or scores.
        class_names: One name for each class.
        true_label: The class that is right, where it is known.
        scale: Of scores, see `score_scale`, where several answers share it; by default this answer's own.
    """
    if answer.kind == "probabilities":
        return probability_bars(answer.values, class_names, true_label)
    return _score_bars(answer.values, class_names, true_label, scale or score_scale(answer.values))


def probability_bars(
    probabilities: np.ndarray,
    class_names: Sequence[str],
    true_label: int | None = None,
    compare: tuple[str, np.ndarray] | None = None,
) -> Chart:
    """Class probabilities as bars in the order of the classes; the winner is bold, the true class has a check mark.

    Args:
        probabilities: (classes,) from 0 to 1.
        class_names: One name for each class.
        true_label: The class that is right, where it is known.
        compare: The name and the probabilities of another network: hatched bars below the others.
    """
    names = [as_label(name) for name in class_names]
    traces = [_percent_bars(probabilities, names, BLUE, "")]
    alt = _describe_answer(probabilities, "probabilities", class_names, true_label)
    if compare is not None:
        name, others = compare
        traces.append(_percent_bars(others, names, VERMILLION, as_label(name)))
        best = int(np.argmax(others))
        alt = f"{alt} Of the hatched bars, “{name}”, the longest is {class_names[best]} with {others[best]:.1%}."
    labels = _labels(names, int(np.argmax(probabilities)), true_label)
    return Chart(_bar_chart(traces, labels, axis_style(**_PERCENT_AXIS), legend=compare is not None), alt)


def top_bars(answer: Classes, class_names: Sequence[str], count: int = 5) -> Chart:
    """The `count` largest of many classes as bars, the first one at the top.

    Args:
        answer: Probabilities or scores.
        class_names: One name for each class.
        count: How many are shown.
    """
    order = np.argsort(-answer.values, kind="stable")[:count]
    chart = answer_bars(Classes(answer.values[order], answer.kind), [class_names[at] for at in order])
    others = [f"{class_names[at]} {describe_value(answer.values[at], answer.kind)}" for at in order[1:]]
    return Chart(chart.spec, f"{chart.alt} Next of {len(class_names):,} classes: {', '.join(others)}.")


def describe_value(value: float, kind: AnswerKind, *, decimals: int = 1) -> str:
    """One number of an answer: "93.1%" with so many decimals, or "score 0.93"."""
    return f"{value:.{decimals}%}" if kind == "probabilities" else f"score {score_text(value)}"


def score_text(value: float) -> str:
    """A score with two decimals, or as any other number where it is large; with a real minus sign."""
    if not abs(value) < 100:
        return number(float(value))
    return f"{round(float(value), 2) + 0.0:.2f}".replace("-", "−")


def score_scale(scores: np.ndarray) -> tuple[float, float]:
    """The least and the largest value that an axis of these scores shows: round, and around 0 and 1 at least.

    Training with one-hot targets pulls scores towards these two, so that a scale with both stays while it does.

    Args:
        scores: Of any shape.
    """
    finite = scores[np.isfinite(scores)]
    low, high = min(0.0, float(finite.min(initial=0))), max(1.0, float(finite.max(initial=1)))
    step = _tick_step(high - low) / _PARTS_OF_TICK
    return float(np.floor(low / step + 1e-9) * step + 0.0), float(np.ceil(high / step - 1e-9) * step)


def _tick_step(span: float) -> float:
    power = 10.0 ** np.floor(np.log10(span / _MOST_TICKS))
    return next(digit * power for digit in (1, 2, 5, 10) if span / (digit * power) <= _MOST_TICKS)


def _score_bars(
    scores: np.ndarray, class_names: Sequence[str], true_label: int | None, scale: tuple[float, float]
) -> Chart:
    names = [as_label(name) for name in class_names]
    winner = int(np.argmax(scores))
    texts = [score_text(value) for value in scores]
    bars = _bars(np.asarray(scores, dtype=np.float64), texts, winner, names, BLUE, "")
    bars["hovertemplate"] = "%{customdata}: <b>%{x:.4g}</b><extra></extra>"
    low, high = scale
    step = _tick_step(high - low)
    ticks = np.arange(np.ceil(low / step - 1e-9), np.floor(high / step + 1e-9) + 1) * step + 0.0
    room = _ROOM_FOR_VALUE * (high - low) if low < 0 else 0.0
    axis = axis_style(
        "score",
        range=[low - room, high],
        tickvals=ticks,
        ticktext=[number(float(tick)) for tick in ticks],
        showgrid=True,
        zeroline=True,
        zerolinewidth=2,
        zerolinecolor=GREY,
    )
    figure = _bar_chart([bars], _labels(names, winner, true_label), axis, title=True)
    alt = _describe_answer(scores, "scores", class_names, true_label)
    return Chart(figure, f"{alt} These are scores, not probabilities.")


def _describe_answer(values: np.ndarray, kind: AnswerKind, class_names: Sequence[str], true_label: int | None) -> str:
    winner = int(np.argmax(values))
    text = f"The answer is {class_names[winner]} with {describe_value(values[winner], kind)}."
    if true_label == winner:
        return f"{text} It is right."
    if true_label is None:
        return text
    right = f"The right class is {class_names[true_label]}, which has {describe_value(values[true_label], kind)}."
    return f"{text} It is wrong. {right}"


def _labels(names: Sequence[str], winner: int, true_label: int | None) -> list[str]:
    labels = [f"{name} ✓" if index == true_label else name for index, name in enumerate(names)]
    labels[winner] = f"<b>{labels[winner]}</b>"
    return labels


def _bar_chart(
    traces: list[dict[str, Any]],
    labels: Sequence[str],
    axis: dict[str, Any],
    *,
    legend: bool = False,
    title: bool = False,
) -> Spec:
    top, bottom = 34 if legend else 4, 46 if title else 28
    return figure_of(
        traces,
        height=len(labels) * ROW * (1.6 if legend else 1) + top + bottom,
        margin=(8, VALUE_WIDTH, top, bottom),
        bargap=0.28,
        barmode="group",
        xaxis=axis,
        # Plotly makes no room for a label's standoff, but it does for an invisible tick.
        yaxis=category_axis(
            labels, tickfont={"size": FONT_SIZE}, ticks="outside", ticklen=8, tickcolor="rgba(0, 0, 0, 0)"
        ),
        legend={"font": {"size": FONT_SIZE}},
    )


def _percent_bars(probabilities: np.ndarray, names: Sequence[str], colour: str, network: str) -> dict[str, Any]:
    percent = np.asarray(probabilities, dtype=np.float64) * 100
    bars = _bars(
        percent, [f"{value:.1f} %" for value in percent], int(np.argmax(probabilities)), names, colour, network
    )
    bars["hovertemplate"] = f"{network} %{{customdata}}: <b>%{{x:.2f}} %</b><extra></extra>"
    return bars


def _bars(
    lengths: np.ndarray, texts: Sequence[str], winner: int, names: Sequence[str], colour: str, network: str
) -> dict[str, Any]:
    marker: dict[str, Any] = {"color": [colour if index == winner else GREY for index in range(len(lengths))]}
    if network:
        marker["pattern"] = {"shape": "/", "fgopacity": 1, "size": 6, "solidity": 0.5}
    return {
        "type": "bar",
        "orientation": "h",
        "x": lengths,
        "y": list(range(len(lengths))),
        "text": [f"<b>{text}</b>" if index == winner else text for index, text in enumerate(texts)],
        "textposition": "outside",
        "textfont": {"size": SMALL_FONT_SIZE},
        "constraintext": "none",
        "cliponaxis": False,
        "marker": marker,
        "name": network,
        "showlegend": bool(network),
        "customdata": list(names),
    }
