"""A picture made of a picture: the two beside each other, and the code between them."""

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from visualizer.architecture.answer import Answer, Reconstruction
from visualizer.data.annotations import Annotations
from visualizer.data.prepare import prepare
from visualizer.figures.answers.figures import AnswerFigures, TitledChart, register
from visualizer.figures.chart import Chart, number
from visualizer.figures.gallery import gallery
from visualizer.figures.picture import picture_chart
from visualizer.figures.raster import as_bytes, enlarged
from visualizer.figures.vectors import unit_bars

PAIR_TILE = 140.0  # pixels of the screen
DRAWN_SIDE = 160  # pixels, about the longer side of each picture
_GAP = 4  # pixels between two pictures
_GAP_COLOUR = 128
_MOST_NAMED = 6  # numbers of a code


@register
class ReconstructionFigures(AnswerFigures):
    """What the network was shown, what it drew, and where those differ, the picture itself."""

    answer_type: ClassVar[type[Answer]] = Reconstruction

    def chart(self, answer: Answer, annotations: Annotations, truth: Answer | None = None) -> Chart:
        """The code; where there is none, the answer alone."""
        assert isinstance(answer, Reconstruction)
        if len(answer.code):
            return unit_bars(answer.code, value_label="number of the code")
        return picture_chart(as_bytes(answer.values), "", width=160)

    def words(self, answer: Answer, annotations: Annotations) -> str:
        assert isinstance(answer, Reconstruction)
        if 0 < len(answer.code) <= _MOST_NAMED:
            return f"made of the code {', '.join(map(number, answer.code))}"
        if len(answer.code):
            return f"made of a code of {len(answer.code):,} numbers"
        return "made without a code"

    def drawn(self, picture: np.ndarray, answer: Answer, truth: Answer | None, annotations: Annotations) -> np.ndarray:
        """What was shown and the answer; then the picture itself, where noise was shown."""
        assert isinstance(answer, Reconstruction)
        height, width = answer.values.shape[:2]
        factor = max(DRAWN_SIDE // max(height, width), 1)
        parts = [answer.given, answer.values]
        if isinstance(truth, Reconstruction) and _has_noise(answer, truth):
            parts.append(_of_size(truth.values, height, width))
        tiles = [enlarged(as_bytes(part), factor) for part in parts]
        gap = np.full((tiles[0].shape[0], _GAP, 3), _GAP_COLOUR, np.uint8)
        return np.concatenate([piece for tile in tiles for piece in (gap, tile)][1:], axis=1)

    def drawn_words(self, truth: Answer | None, annotations: Annotations) -> str:
        return "Left: what the network is shown; then what it draws. With noise, the picture itself is the third."

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
        columns = min(max(int(width // PAIR_TILE), 2), 8)
        off = [_off(answer, truth) for answer, truth in zip(answers, truths, strict=True)]
        chart = gallery(np.stack(drawn), off, columns, width=int(width), labelled="Mean error", largest_tile=PAIR_TILE)
        caption = f"Above each: its mean error of a pixel. {self.drawn_words(truths[0], annotations)}"
        return (TitledChart("Its reconstructions", chart, caption),)


def _of_size(picture: np.ndarray, height: int, width: int) -> np.ndarray:
    """(H, W, C) from 0 to 1 in that size, as a network would be shown it."""
    shape = (picture.shape[2], height, width)
    return prepare(as_bytes(picture)[None], shape)[0].transpose(1, 2, 0)


def _has_noise(answer: Reconstruction, truth: Reconstruction) -> bool:
    return bool(np.abs(answer.given - _of_size(truth.values, *answer.given.shape[:2])).max() > 1 / 128)


def _off(answer: Answer, truth: Answer | None) -> str:
    """The mean error of a pixel, in a few characters."""
    assert isinstance(answer, Reconstruction)
    if not isinstance(truth, Reconstruction):
        return ""
    return f"{np.abs(answer.values - _of_size(truth.values, *answer.values.shape[:2])).mean():.1%}"
