"""The class of each pixel: coloured areas on the picture, and how much of them is right."""

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from PIL import Image

from visualizer.architecture.answer import Answer, Mask
from visualizer.data.annotations import Annotations
from visualizer.data.prepare import LUMA_WEIGHTS
from visualizer.figures.answers.figures import AnswerFigures, TitledChart, register
from visualizer.figures.chart import Chart, as_label, axis_style, category_axis, figure_of
from visualizer.figures.gallery import LARGE_TILE, gallery
from visualizer.figures.palette import CLASS_COLOURS, GREY, SMALL_FONT_SIZE, VERMILLION
from visualizer.figures.raster import enlarged
from visualizer.tasks.task import Evaluation
from visualizer.words import listed

BACKGROUND = "background"
DRAWN_SIDE = 256  # pixels, about the longer side of a drawn picture
MOST_BARS = 12
_OPACITY = 0.7  # of an area's colour on the picture
_ROW = 30  # pixels
_LEGEND_ROW, _LEGEND_ENTRY, _LEGEND_CHARACTER = 22, 44, 7.5  # pixels
_STRIPES = 12  # drawn pixels from one stripe to the next


def class_colour(label: int) -> str:
    """The colour of a class in masks; `label` is from 1, since 0 is the background. After the last one, they repeat."""
    return CLASS_COLOURS[(label - 1) % len(CLASS_COLOURS)]


@register
class MaskFigures(AnswerFigures):
    """The answer in colours, the true outline in white, wrong pixels striped."""

    answer_type: ClassVar[type[Answer]] = Mask

    def chart(self, answer: Answer, annotations: Annotations, truth: Answer | None = None) -> Chart:
        """A bar for each class that the answer or the truth has: how many of the picture's pixels are so."""
        assert isinstance(answer, Mask)
        names = _names(annotations)
        said = _shares(answer, len(names))
        true = _shares(truth, len(names)) if isinstance(truth, Mask) else np.zeros_like(said)
        shown = _largest(np.maximum(said, true), MOST_BARS)
        traces = [_bars("answer", 100 * said[shown], _colours(shown))]
        if isinstance(truth, Mask):
            traces.append(_marks(100 * true[shown]))
        figure = figure_of(
            traces,
            height=_ROW * len(shown) + 90,
            margin=(8, 16, 34, 40),
            showlegend=isinstance(truth, Mask),
            xaxis=axis_style("per cent of the pixels", range=[-4, 104], tickvals=[0, 50, 100], showgrid=True),
            yaxis=category_axis([as_label(names[label]) for label in shown]),
        )
        parts = [f"{said[label]:.0%} {names[label]}" for label in shown]
        if isinstance(truth, Mask):
            parts = [f"{part} (true: {true[label]:.0%})" for part, label in zip(parts, shown, strict=True)]
        return Chart(figure, f"How many of the pixels the answer gives to each class: {listed(parts)}.")

    def words(self, answer: Answer, annotations: Annotations) -> str:
        """The classes of the mask, the largest area first."""
        assert isinstance(answer, Mask)
        names = _names(annotations)
        areas = _shares(answer, len(names))
        found = [label for label in _largest(areas, len(names), by_size=True) if label]
        return ", ".join(f"{names[label]} {areas[label]:.0%}" for label in found) or f"only {BACKGROUND}"

    def drawn(self, picture: np.ndarray, answer: Answer, truth: Answer | None, annotations: Annotations) -> np.ndarray:
        """The picture in grey with the answer in colours, the outline of the truth, and stripes where it is wrong.

        Without the picture's own colours, a colour is always a class.
        """
        assert isinstance(answer, Mask)
        factor = max(DRAWN_SIDE // max(picture.shape[:2]), 1)
        pixels = enlarged(picture, factor).astype(np.float32)
        height, width = pixels.shape[:2]
        said = _enlarged(answer.values, height, width)
        colours = np.array([(0, 0, 0), *(_rgb(class_colour(label)) for label in range(1, 256))], np.float32)
        inside = (said > 0)[..., None]
        grey = pixels @ LUMA_WEIGHTS[:, None]
        pixels = np.where(inside, (1 - _OPACITY) * grey + _OPACITY * colours[said], grey)
        pixels[_edges(said, 1)] = colours[said][_edges(said, 1)]
        if isinstance(truth, Mask):
            true = _enlarged(truth.values, height, width)
            stripe = np.add.outer(np.arange(height), np.arange(width)) % _STRIPES
            wrong = said != true
            pixels[wrong & (stripe < 4)] = 255
            pixels[wrong & ((stripe < 1) | (stripe == 4))] = 0
            pixels[_edges(true, 2)] = 0
            pixels[_edges(true, 1)] = 255
        return np.rint(pixels).astype(np.uint8)

    def drawn_words(self, truth: Answer | None, annotations: Annotations) -> str:
        if truth is None:
            return "Coloured: the classes of its answer."
        return "Coloured: its answer. White outline: the truth. Striped: wrong pixels."

    def of_many(
        self,
        pictures: np.ndarray,
        answers: Sequence[Answer],
        truths: Sequence[Answer | None],
        annotations: Annotations,
        width: float,
    ) -> tuple[TitledChart, ...]:
        drawn = [
            self.drawn(picture, answer, truth, annotations)
            for picture, answer, truth in zip(pictures, answers, truths, strict=True)
        ]
        columns = max(min(int(width // LARGE_TILE), len(drawn)), 2)
        columns = -(-len(drawn) // -(-len(drawn) // columns))  # rows of the same length
        words = [_right(answer, truth) for answer, truth in zip(answers, truths, strict=True)]
        chart = gallery(
            np.stack(drawn), words, columns, width=int(width), labelled="Pixels right", largest_tile=LARGE_TILE
        )
        present = {label for mask in (*answers, *truths) if isinstance(mask, Mask) for label in np.unique(mask.values)}
        caption = f"Above each: how many of its pixels are right. {self.drawn_words(truths[0], annotations)}"
        return (TitledChart("Its masks", _with_legend(chart, sorted(present - {0}), annotations, width), caption),)

    def evaluated(self, evaluation: Evaluation, annotations: Annotations, width: float) -> tuple[TitledChart, ...]:
        chart = iou_bars(evaluation.details["iou"], evaluation.details["pixels"], _names(annotations))
        caption = (
            "IoU, intersection over union: of all pixels that are of a class or called so, the share that are both. "
            "In brackets: how many of all pixels are of the class."
        )
        return (TitledChart("IoU of each class", chart, caption),)


def iou_bars(iou: np.ndarray, pixels: np.ndarray, names: Sequence[str]) -> Chart:
    """Intersection over union of each class, in the colours of the masks.

    Args:
        iou: (classes,) from 0 to 1; NaN for a class that is neither in a mask nor in an answer.
        pixels: (classes,) how many pixels of the masks are of each class.
        names: One for each class, the background first.
    """
    shares = pixels / max(pixels.sum(), 1)
    labels = [f"{as_label(name)}  ({share:.1%})" for name, share in zip(names, shares, strict=True)]
    bars = _bars("IoU", 100 * iou, _colours(range(len(names)))) | {
        "text": [f"{value:.1%}" if np.isfinite(value) else "none" for value in iou],
        "textposition": "auto",
        "hoverinfo": "skip",
    }
    figure = figure_of(
        [bars],
        height=_ROW * len(names) + 60,
        margin=(8, 16, 8, 40),
        showlegend=False,
        xaxis=axis_style("IoU in per cent", range=[0, 101], showgrid=True),
        yaxis=category_axis(labels),
    )
    parts = [f"{name} {value:.1%}" for name, value in zip(names, iou, strict=True) if np.isfinite(value)]
    return Chart(figure, f"IoU of each class over all test pictures: {listed(parts)}.")


def _names(annotations: Annotations) -> tuple[str, ...]:
    return (BACKGROUND, *annotations.class_names)


def _colours(labels: Sequence[int] | range) -> list[str]:
    return [class_colour(label) if label else GREY for label in labels]


def _rgb(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[place : place + 2], 16) for place in (1, 3, 5))


def _shares(mask: Mask, classes: int) -> np.ndarray:
    """(classes,) shares of the pixels."""
    counts = np.bincount(mask.values.ravel(), minlength=classes)[:classes]
    return counts / mask.values.size


def _largest(shares: np.ndarray, most: int, *, by_size: bool = False) -> list[int]:
    """The classes that have any pixels, at most so many of the largest; in their own order, or the largest first."""
    order = [int(label) for label in np.argsort(-shares, kind="stable") if shares[label] > 0][:most]
    return order if by_size else sorted(order)


def _right(answer: Answer, truth: Answer | None) -> str:
    """How many of the answer's pixels are right, in a few characters."""
    assert isinstance(answer, Mask)
    if not isinstance(truth, Mask):
        return ""
    return f"{(answer.values == _enlarged(truth.values, *answer.values.shape)).mean():.1%}"


def _enlarged(mask: np.ndarray, height: int, width: int) -> np.ndarray:
    """(H, W) uint8 in that size; each pixel takes the class of the nearest one."""
    return np.asarray(Image.fromarray(mask).resize((width, height), Image.Resampling.NEAREST))


def _edges(mask: np.ndarray, reach: int) -> np.ndarray:
    """The pixels from which another class is at most `reach` pixels away, along the axes: (H, W) bool."""
    edges = np.zeros(mask.shape, bool)
    for step in range(1, reach + 1):
        down, right = mask[step:] != mask[:-step], mask[:, step:] != mask[:, :-step]
        edges[step:] |= down
        edges[:-step] |= down
        edges[:, step:] |= right
        edges[:, :-step] |= right
    return edges


def _bars(name: str, values: np.ndarray, colours: list[str]) -> dict[str, Any]:
    return {
        "type": "bar",
        "orientation": "h",
        "name": name,
        "x": values,
        "y": list(range(len(values))),
        "marker": {"color": colours, "line": {"color": GREY, "width": 1}},
        "hovertemplate": f"{name}: <b>%{{x:.1f}} %</b><extra></extra>",
    }


def _marks(values: np.ndarray) -> dict[str, Any]:
    """The true shares, as an upright line at each bar."""
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "true",
        "x": values,
        "y": list(range(len(values))),
        "marker": {"symbol": "line-ns-open", "size": 20, "color": VERMILLION, "line": {"width": 3}},
        "hovertemplate": "true: <b>%{x:.1f} %</b><extra></extra>",
    }


def _with_legend(chart: Chart, labels: Sequence[int], annotations: Annotations, width: float) -> Chart:
    """The chart with a line above it that says which colour is which class."""
    names = _names(annotations)
    entries = [
        {
            "type": "scatter",
            "mode": "markers",
            "name": as_label(names[label]),
            "x": [None],
            "y": [None],
            "marker": {"symbol": "square", "size": 14, "color": class_colour(label)},
            "hoverinfo": "skip",
            "showlegend": True,
        }
        for label in labels
        if label < len(names)
    ]
    needed = sum(_LEGEND_ENTRY + _LEGEND_CHARACTER * len(names[label]) for label in labels if label < len(names))
    above = _LEGEND_ROW * max(int(-(-needed // width)), 1) + 8 if entries else 0
    layout = chart.spec.layout
    margin = layout["margin"] | {"t": layout["margin"]["t"] + above}
    legend = layout["legend"] | {"font": {"size": SMALL_FONT_SIZE}, "itemclick": False, "itemdoubleclick": False}
    spec = type(chart.spec)([*chart.spec.data, *entries], layout).with_layout(
        height=layout["height"] + above, margin=margin, showlegend=True, legend=legend
    )
    return Chart(spec, chart.alt)
