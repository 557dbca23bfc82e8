"""Objects in boxes: drawn on their picture, and how precise and complete the answers to many pictures are."""

from collections.abc import Sequence
from itertools import pairwise
from typing import ClassVar

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from visualizer.architecture.answer import Answer, Boxes, Candidates
from visualizer.data.annotations import Annotations
from visualizer.data.boxes import ENOUGH, found, overlaps
from visualizer.figures.answers.figures import AnswerFigures, TitledChart, register
from visualizer.figures.chart import Chart, as_label, axis_style, category_axis, figure_of, number
from visualizer.figures.gallery import LARGE_TILE, gallery
from visualizer.figures.palette import BLUE, MARK, MARK_ANSWER, MARK_RIM
from visualizer.figures.raster import enlarged
from visualizer.tasks.task import Evaluation
from visualizer.words import counted, listed

DRAWN_SIDE = 288  # pixels, about the longer side of a picture with its boxes
MOST_ROWS = 10
_ROW = 30  # pixels
_HEIGHT = 300
_LINE = 4  # pixels of the drawn picture
_DASH = 12
_FONT = ImageFont.load_default(size=20)
_MOST_ROWS_OF_PICTURES = 2
SOLID_AND_DASHED = "Solid: the answer, with its class and its score in per cent. Dashed: the truth."
_OVERLAP_CAPTION = (
    "The overlap of a box with the true one is the area that both cover, of the area that either covers (intersection "
    "over union, IoU). At 100 % they are the same."
)

Rectangle = tuple[int, int, int, int]


@register
class BoxFigures(AnswerFigures):
    """Solid boxes for the answer, dashed ones for the truth."""

    answer_type: ClassVar[type[Answer]] = Boxes
    _how_to_read: ClassVar[str] = f"{SOLID_AND_DASHED} IoU: how much the two overlap."

    def chart(self, answer: Answer, annotations: Annotations, truth: Answer | None = None) -> Chart:
        """A bar with the score of each box that counts, and its overlap with the true box that it finds."""
        assert isinstance(answer, Boxes)
        places = answer.counting
        if not len(places):
            figure = figure_of([], height=60, margin=(8, 8, 8, 8), xaxis={"visible": False}, yaxis={"visible": False})
            note = {"text": _nothing(answer), "showarrow": False, "x": 0, "xref": "paper", "xanchor": "left"}
            return Chart(
                figure.with_layout(annotations=[note | {"y": 0.5, "yref": "paper"}]), f"The answer: {_nothing(answer)}"
            )
        rows = slice(MOST_ROWS)
        names = [
            f"{annotations.class_names[answer.classes[place]]} {_percent(answer.scores[place])}" for place in places
        ]
        beside = [""] * len(names)
        if isinstance(truth, Boxes):
            shared = _overlaps_found(answer, truth)
            beside = [f"IoU {_percent(shared[place])}" if shared[place] > 0 else "wrong" for place in places]
        bars = {
            "type": "bar",
            "orientation": "h",
            "x": 100 * answer.scores[places][rows],
            "y": list(range(len(names[rows]))),
            "marker": {"color": BLUE},
            "text": [as_label(text) for text in beside[rows]],
            "textposition": "auto",
            "hoverinfo": "skip",
        }
        figure = figure_of(
            [bars],
            height=_ROW * len(names[rows]) + 64,
            margin=(8, 24, 8, 56),
            showlegend=False,
            xaxis=axis_style("score", range=[0, 100], ticksuffix=" %", tickvals=[0, 50, 100]),
            yaxis=category_axis([as_label(name) for name in names[rows]]),
        )
        more = f" The {MOST_ROWS} with the highest scores are shown." if len(places) > MOST_ROWS else ""
        each = [f"{name} ({text})" if text else name for name, text in zip(names, beside, strict=True)]
        return Chart(figure, f"The answer has {_boxes(len(places))}, with these scores: {listed(each[rows])}.{more}")

    def words(self, answer: Answer, annotations: Annotations) -> str:
        assert isinstance(answer, Boxes)
        places = answer.counting
        if not len(places):
            return "nothing"
        best = f"{annotations.class_names[answer.classes[places[0]]]} {_percent(answer.scores[places[0]])}"
        return f"{best} +{len(places) - 1}" if len(places) > 1 else best

    def drawn(self, picture: np.ndarray, answer: Answer, truth: Answer | None, annotations: Annotations) -> np.ndarray:
        """The picture enlarged; class and score stand at the upper left corner of each box that counts."""
        assert isinstance(answer, Boxes)
        image = _enlarged(picture)
        draw = ImageDraw.Draw(image)
        if isinstance(truth, Boxes):
            for place in truth.counting:
                _dashed(draw, _rectangle(truth.boxes[place], image.size))
        # The highest score comes last, and so lies on top.
        for place in answer.counting[::-1]:
            if np.isfinite(answer.boxes[place]).all():
                score = answer.scores[place]
                of_100 = round(100 * float(score)) if np.isfinite(score) else number(float(score))
                name = f"{annotations.class_names[answer.classes[place]]} {of_100}"
                _solid(draw, _rectangle(answer.boxes[place], image.size), name, image.size)
        return np.asarray(image)

    def marked(self, picture: np.ndarray, truth: Answer, annotations: Annotations) -> np.ndarray:
        """Boxes without names, which lie nowhere."""
        assert isinstance(truth, Boxes)
        image = _enlarged(picture)
        draw = ImageDraw.Draw(image)
        for place in truth.counting:
            _outline(draw, _rectangle(truth.boxes[place], image.size))
        return np.asarray(image)

    def drawn_words(self, truth: Answer | None, annotations: Annotations) -> str:
        return "Its answer, with the class and its score in per cent." if truth is None else SOLID_AND_DASHED

    def of_many(
        self,
        pictures: np.ndarray,
        answers: Sequence[Answer],
        truths: Sequence[Answer | None],
        annotations: Annotations,
        width: float,
    ) -> tuple[TitledChart, ...]:
        columns = max(round(width / LARGE_TILE), 2)
        drawn = [self.drawn(*one, annotations) for one in zip(pictures, answers, truths, strict=True)]
        rows = max(min(len(drawn) // columns, _MOST_ROWS_OF_PICTURES), 1)
        shown = columns * rows
        captions = list(map(self._judged, answers[:shown], truths[:shown]))
        chart = gallery(np.stack(drawn[:shown]), captions, columns, width=round(width), largest_tile=LARGE_TILE)
        alt = f"{counted(len(captions), 'picture')} with boxes: {', '.join(captions)}."
        return (TitledChart("Its boxes", Chart(chart.spec, alt), self._how_to_read),)

    def _judged(self, answer: Answer, truth: Answer | None) -> str:
        """How good an answer is, above its picture: here how much its only box overlaps with the only true one."""
        assert isinstance(answer, Boxes)
        assert isinstance(truth, Boxes)
        return f"IoU {_percent(overlaps(known_boxes(answer.boxes), truth.boxes)[0, 0])}"

    def evaluated(self, evaluation: Evaluation, annotations: Annotations, width: float) -> tuple[TitledChart, ...]:
        details = evaluation.details
        if "overlaps" in details:
            return (TitledChart("How much the boxes overlap", overlap_bars(details["overlaps"]), _OVERLAP_CAPTION),)
        return ()


def named_boxes(picture: np.ndarray, boxes: np.ndarray, names: Sequence[str]) -> np.ndarray:
    """The picture enlarged, (H', W', 3) uint8, with (n, 4) boxes and the name of each; the first one lies on top."""
    image = _enlarged(picture)
    draw = ImageDraw.Draw(image)
    for box, name in reversed(list(zip(boxes, names, strict=True))):
        _solid(draw, _rectangle(box, image.size), name, image.size)
    return np.asarray(image)


def overlap_bars(shares: np.ndarray) -> Chart:
    """How many of N boxes overlap how much with the true one; (N,) from 0 to 1."""
    counts, edges = np.histogram(shares, bins=10, range=(0, 1))
    bars = {
        "type": "bar",
        "x": 50 * (edges[:-1] + edges[1:]),
        "y": counts,
        "width": 9,
        "marker": {"color": BLUE},
        "customdata": [f"{low:.0%} to {high:.0%}" for low, high in pairwise(edges)],
        "hovertemplate": "IoU %{customdata}: <b>%{y:,} pictures</b><extra></extra>",
    }
    figure = figure_of(
        [bars],
        height=_HEIGHT,
        margin=(8, 16, 12, 44),
        showlegend=False,
        xaxis=axis_style("IoU with the true box", range=[0, 102], dtick=20, ticksuffix=" %"),
        yaxis=axis_style("pictures", rangemode="tozero"),
    )
    return Chart(
        figure,
        f"The overlap of {_boxes(len(shares))} with the true ones: "
        f"{shares.mean():.0%} on average, and {ENOUGH:.0%} or more for {(shares >= ENOUGH).mean():.0%}.",
    )


def _boxes(count: int) -> str:
    return "1 box" if count == 1 else f"{count:,} boxes"


def _nothing(answer: Boxes) -> str:
    if isinstance(answer, Candidates):
        return f"No box has a score of {_percent(answer.threshold)} or more."
    return "No box."


def _percent(share: float) -> str:
    return f"{100 * float(share):.0f} %" if np.isfinite(share) else number(float(share))


def known_boxes(boxes: np.ndarray) -> np.ndarray:
    """The boxes, (n, 4); one that is nowhere, since not all of its numbers are finite, has no area."""
    return np.where(np.isfinite(boxes).all(axis=1, keepdims=True), boxes, 0)


def true_box_found(answer: Boxes, truth: Boxes) -> np.ndarray:
    """The index of the true box that each box of the answer finds, (n,); -1 for none."""
    counts = np.zeros(len(answer.scores), bool)
    counts[answer.counting] = True
    return found(known_boxes(answer.boxes), answer.classes, counts, truth.boxes, truth.classes)


def _overlaps_found(answer: Boxes, truth: Boxes) -> np.ndarray:
    """The overlap of each box of the answer with the true box that it finds, (n,); 0 where it finds none."""
    which = true_box_found(answer, truth)
    shared = overlaps(known_boxes(answer.boxes), truth.boxes)
    return np.where(which >= 0, np.take_along_axis(shared, np.maximum(which, 0)[:, None], 1)[:, 0], 0)


def _enlarged(picture: np.ndarray) -> Image.Image:
    return Image.fromarray(enlarged(picture, max(round(DRAWN_SIDE / max(picture.shape[:2])), 1)))


def _rectangle(box: np.ndarray, size: tuple[int, int]) -> Rectangle:
    """Left, top, right and bottom of a box in pixels, within the picture."""
    x, y, width, height = box.tolist()
    across, down = np.clip([x - width / 2, x + width / 2], 0, 1), np.clip([y - height / 2, y + height / 2], 0, 1)
    (left, right), (top, bottom) = (across * (size[0] - 1)).round(), (down * (size[1] - 1)).round()
    return int(left), int(top), int(right), int(bottom)


def _solid(draw: ImageDraw.ImageDraw, box: Rectangle, name: str, size: tuple[int, int]) -> None:
    left, top, _, _ = box
    _outline(draw, box)
    _, _, text_width, text_height = draw.textbbox((0, 0), name, font=_FONT)
    wide, high = round(text_width) + 8, round(text_height) + 6
    # Above the box where there is room, else within it; never beyond the picture.
    x = max(min(left, size[0] - wide), 0)
    y = top - high if top >= high else top
    draw.rectangle((x, y, x + wide, y + high), fill=MARK_ANSWER, outline=MARK_RIM)
    draw.text((x + 4, y + 2), name, fill=MARK_RIM, font=_FONT)


def _outline(draw: ImageDraw.ImageDraw, box: Rectangle) -> None:
    left, top, right, bottom = box
    draw.rectangle((left - 1, top - 1, right + 1, bottom + 1), outline=MARK_RIM, width=_LINE + 2)
    draw.rectangle(box, outline=MARK_ANSWER, width=_LINE - 1)


def _dashed(draw: ImageDraw.ImageDraw, box: Rectangle) -> None:
    left, top, right, bottom = box
    for colour, width in ((MARK_RIM, _LINE + 2), (MARK, _LINE - 1)):
        for start in range(left, right, 2 * _DASH):
            for y in (top, bottom):
                draw.line((start, y, min(start + _DASH, right), y), fill=colour, width=width)
        for start in range(top, bottom, 2 * _DASH):
            for x in (left, right):
                draw.line((x, start, x, min(start + _DASH, bottom)), fill=colour, width=width)
