"""Answers of a detector: boxes that a threshold and non-maximum suppression choose from, and how good they are."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from visualizer.architecture.answer import Answer, Boxes, Candidates
from visualizer.architecture.settings import Real, Toggle, setting
from visualizer.data.annotations import Annotations
from visualizer.data.boxes import survivors
from visualizer.figures.answers.boxes import SOLID_AND_DASHED, BoxFigures, known_boxes, true_box_found
from visualizer.figures.answers.figures import AnswerView, TitledChart, register
from visualizer.figures.chart import Chart, as_label, axis_style, category_axis, figure_of, line_trace
from visualizer.figures.palette import BLUE, BROWN, GREEN, GREY, INDIGO, ORANGE, PURPLE, VERMILLION
from visualizer.tasks.detection import LEAST_SCORE, OVERLAP, RECALLS, THRESHOLD
from visualizer.tasks.task import Evaluation
from visualizer.words import counted, listed

_HEIGHT = 340
_ROW = 34  # pixels
# Each class has its colour and its dash, so that curves differ by more than colour.
_COLOURS = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, BROWN, INDIGO, GREY)
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash")
_CURVE_CAPTION = (
    "A high threshold of the score gives few but precise answers, on the left; a low one finds more objects and errs "
    "more often. The area below a curve is the average precision of its class."
)
_AVERAGE_CAPTION = (
    "In brackets: how many objects of the class the test pictures have. The dashed line is the mean, mAP."
)


@dataclass(frozen=True)
class CandidateView(AnswerView):
    """Which of the candidates are answers."""

    threshold: float = setting(
        THRESHOLD,
        Real("Score from", "Boxes with a lower score are not shown, and count as no answer.", LEAST_SCORE, 0.95, 0.05),
    )
    suppress: bool = setting(
        True,
        Toggle(
            "Non-maximum suppression",
            "Of several boxes of one class about the same object, only the one with the highest score is kept. Switch "
            "it off to see all of them.",
        ),
    )
    overlap: float = setting(
        OVERLAP,
        Real("Same object from IoU", "Boxes that overlap by more are about the same object.", 0.05, 0.95, 0.05),
        only_when=("suppress", True),
    )


@register
class CandidateFigures(BoxFigures):
    """As boxes; a threshold and non-maximum suppression say which count."""

    answer_type: ClassVar[type[Answer]] = Candidates
    view_type: ClassVar[type[AnswerView]] = CandidateView
    _how_to_read: ClassVar[str] = (
        f"{SOLID_AND_DASHED} An object is found by a box of its class whose overlap with it (IoU) is 0.5 or more."
    )

    def seen(self, answer: Answer, view: AnswerView) -> Answer:
        assert isinstance(answer, Candidates)
        assert isinstance(view, CandidateView)
        overlap = view.overlap if view.suppress else 1.0
        kept = survivors(known_boxes(answer.boxes), answer.classes, overlap)
        return replace(answer, kept=kept, threshold=view.threshold)

    def _judged(self, answer: Answer, truth: Answer | None) -> str:
        assert isinstance(answer, Candidates)
        assert isinstance(truth, Boxes)
        return f"{int((true_box_found(answer, truth) >= 0).sum())} of {len(truth.scores)} found"

    def evaluated(self, evaluation: Evaluation, annotations: Annotations, width: float) -> tuple[TitledChart, ...]:
        names, details = annotations.class_names, evaluation.details
        curves = precision_recall_curves(details["precision"], details["score"], names)
        bars = average_precision_bars(details["average"], details["objects"], names)
        return (
            TitledChart("Precision and recall", curves, _CURVE_CAPTION),
            TitledChart("Average precision of each class", bars, _AVERAGE_CAPTION),
        )


def precision_recall_curves(precision: np.ndarray, score: np.ndarray, names: tuple[str, ...]) -> Chart:
    """A curve for each class; (classes, RECALLS) each, NaN where no threshold finds as many."""
    traces, furthest = [], []
    for place, name in enumerate(names):
        reached = np.isfinite(precision[place])
        if not reached.any():
            continue
        furthest.append(f"{name} up to a recall of {RECALLS[reached][-1]:.0%}")
        traces.append(
            line_trace(
                as_label(name),
                100 * RECALLS[reached],
                100 * precision[place, reached],
                f"{as_label(name)}: recall %{{x:.0f}} %, precision <b>%{{y:.1f}} %</b>, score from "
                "%{customdata:.2f}<extra></extra>",
                colour=_COLOURS[place % len(_COLOURS)],
                dash=_DASHES[place % len(_DASHES)],
                customdata=score[place, reached],
            )
        )
    figure = figure_of(
        traces,
        height=_HEIGHT,
        margin=(8, 16, 44, 44),
        showlegend=True,
        xaxis=axis_style("recall: objects that are found", range=[0, 102], ticksuffix=" %", nticks=6),
        yaxis=axis_style("precision", range=[0, 104], ticksuffix=" %", nticks=6),
    )
    return Chart(figure, f"Precision over recall: {listed(furthest) or 'nothing is found'}.")


def average_precision_bars(average: np.ndarray, objects: np.ndarray, names: tuple[str, ...]) -> Chart:
    """A bar for each class that occurs; (classes,) each."""
    occurs = np.flatnonzero(objects)
    values = 100 * average[occurs]
    labels = [f"{as_label(names[place])} ({objects[place]:,})" for place in occurs]
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": values,
        "y": list(range(len(labels))),
        "marker": {"color": BLUE},
        "text": [f"{value:.1f} %" for value in values],
        "textposition": "auto",
        "insidetextanchor": "start",
        "hoverinfo": "skip",
    }
    figure = figure_of(
        [bars],
        height=max(_ROW * len(labels) + 60, _HEIGHT // 2),
        margin=(8, 16, 8, 44),
        showlegend=False,
        xaxis=axis_style("average precision", range=[0, 104], ticksuffix=" %", nticks=6),
        yaxis=category_axis(labels),
    )
    mean = float(values.mean())
    line = {"type": "line", "x0": mean, "x1": mean, "y0": 0, "y1": 1, "yref": "y domain"}
    figure = figure.with_shape(**line, line={"color": GREY, "width": 2, "dash": "dash"})
    sentence = listed([f"{names[place]} {value:.1f} %" for place, value in zip(occurs, values, strict=True)])
    return Chart(figure, f"The average precision of {counted(len(labels), 'kind')} of objects: {sentence}.")
