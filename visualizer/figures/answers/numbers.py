"""Measured quantities: on the scale of their ranges, drawn on the picture, and said against true for many pictures."""

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from visualizer.architecture.answer import Answer, Numbers
from visualizer.data.annotations import Annotations, Quantity
from visualizer.figures.answers.figures import AnswerFigures, TitledChart, register
from visualizer.figures.chart import (
    Chart,
    as_label,
    axis_style,
    category_axis,
    figure_of,
    header_line,
    line_trace,
    number,
    quiet_line,
)
from visualizer.figures.palette import BLUE, GREY, SMALL_FONT_SIZE, VERMILLION
from visualizer.figures.pose import pose_of, says_pose, with_poses
from visualizer.tasks.task import Evaluation
from visualizer.words import capitalized, counted

ROW = 62  # pixels
_HEAD, _FOOT = 26, 46
# Pixels of a small panel: its height with everything around it, its least width, and what is left around the plot.
_ROW, _NARROWEST = 236, 160
_LEFT, _RIGHT, _ABOVE, _BELOW = 46, 14, 42, 42
_OUTDENT = 28  # of the words above it: a narrow panel is not much wider than they are


@register
class NumberFigures(AnswerFigures):
    """Dots on scales, arrows on pictures, and scatter plots."""

    answer_type: ClassVar[type[Answer]] = Numbers
    why: ClassVar[str] = "Why this number?"

    def chart(self, answer: Answer, annotations: Annotations, truth: Answer | None = None) -> Chart:
        assert isinstance(answer, Numbers)
        true = truth.values if isinstance(truth, Numbers) else None
        quantities = annotations.quantities
        places = list(range(len(quantities)))
        tracks = [quiet_line([0, 100], [place, place], {"color": GREY, "width": 1}) for place in places]
        traces = [*tracks, _dots("answer", answer.values, quantities, BLUE, "circle")]
        if true is not None:
            traces.append(_dots("true", true, quantities, VERMILLION, "diamond-open"))
        labels = [
            _above(place, _said_and_true(answer.values[place], None if true is None else true[place], quantity))
            for place, quantity in enumerate(quantities)
        ]
        figure = figure_of(
            traces,
            height=ROW * len(quantities) + _HEAD + _FOOT,
            margin=(12, 12, _HEAD, _FOOT),
            showlegend=True,
            annotations=labels,
            xaxis=axis_style(
                "of its range",
                range=[-5, 105],
                tickvals=[0, 50, 100],
                ticktext=["0 %", "50 %", "100 %"],
                automargin=False,
            ),
            yaxis=category_axis([""] * len(quantities), showticklabels=False, range=[len(quantities) - 0.7, -0.8]),
        )
        return Chart(figure, f"The answer: {_sentence(answer.values, true, quantities)}.")

    def words(self, answer: Answer, annotations: Annotations) -> str:
        assert isinstance(answer, Numbers)
        return ", ".join(map(_amount, answer.values, annotations.quantities))

    def drawn(self, picture: np.ndarray, answer: Answer, truth: Answer | None, annotations: Annotations) -> np.ndarray:
        """The answered place as a dot, the size as a ring around it, the direction as an arrow; the truth dashed."""
        assert isinstance(answer, Numbers)
        said = pose_of(answer.values, picture.shape[:2], annotations)
        true = pose_of(truth.values, picture.shape[:2], annotations) if isinstance(truth, Numbers) else None
        return picture if said is None else with_poses(picture, said, true)

    def drawn_words(self, truth: Answer | None, annotations: Annotations) -> str:
        if not says_pose(annotations):
            return ""
        return "The lines are its answer." if truth is None else "Solid: its answer. Dashed: the truth."

    def of_many(
        self,
        pictures: np.ndarray,
        answers: Sequence[Answer],
        truths: Sequence[Answer | None],
        annotations: Annotations,
        width: float,
    ) -> tuple[TitledChart, ...]:
        said = np.stack([answer.values for answer in answers if isinstance(answer, Numbers)])
        true = np.stack([truth.values for truth in truths if isinstance(truth, Numbers)])
        return (_titled(said, true, annotations.quantities, width),)

    def evaluated(self, evaluation: Evaluation, annotations: Annotations, width: float) -> tuple[TitledChart, ...]:
        details = evaluation.details
        return (_titled(details["said"], details["true"], annotations.quantities, width),)


def _titled(said: np.ndarray, true: np.ndarray, quantities: Sequence[Quantity], width: float) -> TitledChart:
    caption = (
        "Each dot is a picture. On the dashed line, the answer is the true value; a triangle lies beyond the edge."
    )
    cyclic = next((quantity for quantity in quantities if quantity.cyclic), None)
    if cyclic:
        low, high = (_amount_of(end, cyclic) for end in (cyclic.low, cyclic.high))
        caption += f" Of the {cyclic.name}, {low} and {high} are the same: dots in opposite corners are right too."
    return TitledChart("Answer and truth", said_against_true(said, true, quantities, width), caption)


def said_against_true(said: np.ndarray, true: np.ndarray, quantities: Sequence[Quantity], width: float) -> Chart:
    """The answers to N pictures over the true values, a small panel for each quantity.

    Args:
        said, true: (N, quantities), each in its quantity's unit.
        quantities: Their names, units and ranges.
        width: Of the chart, pixels.
    """
    most = max(int(width // _NARROWEST), 1)
    rows = -(-len(quantities) // most)
    across = -(-len(quantities) // rows)
    height = rows * _ROW
    traces: list[dict[str, Any]] = []
    axes: dict[str, Any] = {}
    headers, sentences = [], []
    for place, quantity in enumerate(quantities):
        row, column = divmod(place, across)
        left, top = column / across, 1 - row / rows
        name = "" if place == 0 else str(place + 1)
        ends = [quantity.low, quantity.high]
        margin = 0.05 * (quantity.high - quantity.low)
        shown = [quantity.low - margin, quantity.high + margin]
        on = {"xaxis": f"x{name}", "yaxis": f"y{name}"}
        traces.append(quiet_line(ends, ends, {"color": GREY, "width": 2, "dash": "dash"}, **on))
        traces.append(_answers(said[:, place], true[:, place], quantity, shown) | on)
        steps = np.linspace(quantity.low, quantity.high, 5 if quantity.cyclic else 3).tolist()
        axis = {"range": shown, "tickvals": steps, "showgrid": True}
        axes[f"xaxis{name}"] = axis_style("true" if row == rows - 1 else "", automargin=False, **axis) | {
            "domain": [left + _LEFT / width, left + 1 / across - _RIGHT / width],
            "anchor": f"y{name}",
        }
        axes[f"yaxis{name}"] = axis_style("answer" if column == 0 else "", automargin=False, **axis) | {
            "domain": [top - (_ROW - _BELOW) / height, top - _ABOVE / height],
            "anchor": f"x{name}",
        }
        title, error = (
            capitalized(quantity.name),
            f"mean error {_amount_of(_mean_error(said, true, place, quantity), quantity)}",
        )
        headers.append(
            header_line(
                f"<b>{as_label(title)}</b><br>{as_label(error)}", row * _ROW, 0, x=left + (_LEFT - _OUTDENT) / width
            )
        )
        sentences.append(f"{title}: {error}{_beyond(said[:, place], shown)}.")
    figure = figure_of(traces, height=height, margin=(0, 0, 0, 0), showlegend=False, annotations=headers, **axes)
    return Chart(figure, f"The answers to {len(said):,} pictures over the true values. {' '.join(sentences)}")


def _answers(said: np.ndarray, true: np.ndarray, quantity: Quantity, shown: list[float]) -> dict[str, Any]:
    """A dot for each picture; an answer beyond the edge of the panel is a triangle on the edge."""
    unit = as_label(quantity.unit)
    hover = f"true %{{x:.3g}} {unit}<br>answer <b>%{{customdata:.3g}} {unit}</b><extra></extra>"
    above, below = said > shown[1], said < shown[0]
    symbols: Any = "circle"
    if above.any() or below.any():
        symbols = np.select([above, below], ["triangle-up", "triangle-down"], "circle").tolist()
    marker = {"color": BLUE, "size": 5, "opacity": 0.6, "symbol": symbols}
    inside = np.clip(said, shown[0], shown[1])
    return line_trace("", true, inside, hover, colour=BLUE, mode="markers", marker=marker, customdata=said)


def _mean_error(said: np.ndarray, true: np.ndarray, place: int, quantity: Quantity) -> float:
    off = np.abs(said[:, place] - true[:, place])
    if quantity.cyclic:
        off = np.minimum(off, (quantity.high - quantity.low) - off)
    return float(off.mean())


def _beyond(said: np.ndarray, shown: list[float]) -> str:
    outside = int(((said < shown[0]) | (said > shown[1])).sum())
    return f", {counted(outside, 'answer')} beyond the edge of the chart" if outside else ""


def _dots(name: str, values: np.ndarray, quantities: Sequence[Quantity], colour: str, symbol: str) -> dict[str, Any]:
    low, high = (np.array([getattr(quantity, end) for quantity in quantities]) for end in ("low", "high"))
    shares = np.clip(100 * (values - low) / (high - low), -4, 104)
    marker = {"symbol": symbol, "size": 13, "color": colour, "line": {"width": 2, "color": colour}}
    return line_trace(
        name,
        shares,
        list(range(len(quantities))),
        f"{name} %{{customdata}}<extra></extra>",
        colour=colour,
        mode="markers",
        marker=marker,
        customdata=[
            as_label(_amount_of(float(value), quantity)) for value, quantity in zip(values, quantities, strict=True)
        ],
    )


def _above(place: int, text: str) -> dict[str, Any]:
    """Text above the track of a quantity."""
    at = {"x": 0, "y": place, "xanchor": "left", "yanchor": "bottom", "yshift": 7}
    return at | {"text": text, "align": "left", "showarrow": False, "font": {"size": SMALL_FONT_SIZE}}


def _said_and_true(said: float, true: float | None, quantity: Quantity) -> str:
    answer = f"{as_label(quantity.label)}<br><b>{number(float(said))}</b>"
    return answer if true is None else f"{answer} (true {number(float(true))})"


def _sentence(said: np.ndarray, true: np.ndarray | None, quantities: Sequence[Quantity]) -> str:
    parts = list(map(_amount, said, quantities))
    if true is not None:
        parts = [
            f"{part} (true: {_amount_of(float(value), quantity)})"
            for part, value, quantity in zip(parts, true, quantities, strict=True)
        ]
    return ", ".join(parts)


def _amount(value: float, quantity: Quantity) -> str:
    return f"{quantity.name} {_amount_of(float(value), quantity)}"


def _amount_of(value: float, quantity: Quantity) -> str:
    return f"{number(value)} {quantity.unit}".rstrip()
