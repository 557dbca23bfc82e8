"""A picture made of random numbers, and its way from noise."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from visualizer.architecture.answer import Answer, DenoisedSample, Sample
from visualizer.architecture.settings import Real, setting
from visualizer.data.annotations import Annotations
from visualizer.figures.answers.figures import AnswerFigures, AnswerView, TitledChart, register
from visualizer.figures.chart import Chart, axis_style, figure_of
from visualizer.figures.gallery import gallery
from visualizer.figures.palette import BLUE, GREY, SMALL_FONT_SIZE
from visualizer.figures.picture import picture_chart
from visualizer.figures.raster import as_bytes, enlarged
from visualizer.tasks.task import Evaluation
from visualizer.words import counted

DRAWN_SIDE = 160  # pixels, about the longer side
SAMPLE_TILE = 84.0  # pixels of the screen
_SHOWN_OF_WAY = 6
_BINS = 10


@register
class SampleFigures(AnswerFigures):
    """Samples, large enough to be looked at."""

    answer_type: ClassVar[type[Answer]] = Sample
    in_place: ClassVar[bool] = True
    title_of_many: ClassVar[str] = "Its samples"
    note_of_many: ClassVar[str] = "After the last epoch."
    in_film: ClassVar[int] = 9

    def chart(self, answer: Answer, annotations: Annotations, truth: Answer | None = None) -> Chart:
        """The noise that it was made of."""
        assert isinstance(answer, Sample)
        chart = picture_chart(answer.noise.transpose(2, 0, 1), "Made of this noise", width=140)
        return Chart(chart.spec, f"The noise that the sample was made of. {chart.alt}")

    def words(self, answer: Answer, annotations: Annotations) -> str:
        return "made of noise"

    def drawn(self, picture: np.ndarray, answer: Answer, truth: Answer | None, annotations: Annotations) -> np.ndarray:
        """The sample, in place of the picture."""
        pixels = _pixels(answer)
        return enlarged(pixels, max(DRAWN_SIDE // max(pixels.shape[:2]), 1))

    def drawn_words(self, truth: Answer | None, annotations: Annotations) -> str:
        return "What the network makes of noise; which noise follows from the chosen picture, and nothing else does."

    def of_many(
        self,
        pictures: np.ndarray,
        answers: Sequence[Answer],
        truths: Sequence[Answer | None],
        annotations: Annotations,
        width: float,
    ) -> tuple[TitledChart, ...]:
        samples = np.stack([_pixels(answer) for answer in answers])
        columns = min(max(int(width // SAMPLE_TILE), 4), 12)
        caption = "Each is made of the same noise after every epoch, so that it can be seen to develop."
        wanted = [answer.wanted for answer in answers if isinstance(answer, DenoisedSample)]
        labels = [annotations.class_names[each] for each in wanted if each is not None]
        if len(labels) == len(answers):
            labelled, caption = "The class that was asked for", f"Above each is the class that was asked for. {caption}"
        else:
            labels, labelled = [str(place) for place in range(1, len(samples) + 1)], "Numbers"
        chart = gallery(samples, labels, columns, width=int(width), labelled=labelled, largest_tile=SAMPLE_TILE)
        return (TitledChart("Its samples", chart, caption),)


@dataclass(frozen=True)
class StepsView(AnswerView):
    """How far on their way from noise samples are shown.

    Attributes:
        way: The share of the steps that are done.
    """

    way: float = setting(1.0, Real("Steps done", "0: nothing but noise. 1: the sample.", 0.0, 1.0, 0.05))


@register
class DenoisedSampleFigures(SampleFigures):
    """The same, at any step."""

    answer_type: ClassVar[type[Answer]] = DenoisedSample
    view_type: ClassVar[type[AnswerView]] = StepsView

    def seen(self, answer: Answer, view: AnswerView) -> Answer:
        assert isinstance(answer, DenoisedSample)
        assert isinstance(view, StepsView)
        frame = answer.way[round(view.way * (len(answer.way) - 1))]
        return replace(answer, values=frame.astype(np.float32) / 255)

    def chart(self, answer: Answer, annotations: Annotations, truth: Answer | None = None) -> Chart:
        """The way from noise to the sample; or what the same noise becomes as each class, where that is known."""
        assert isinstance(answer, DenoisedSample)
        if len(answer.as_classes):
            names = [f"as {name}" for name in annotations.class_names[: len(answer.as_classes)]]
            labelled = "What the same noise becomes as each class"
            return gallery(answer.as_classes, names, 4, width=300, labelled=labelled, largest_tile=SAMPLE_TILE)
        places = np.unique(np.linspace(0, len(answer.way) - 1, _SHOWN_OF_WAY).round().astype(int))
        labels = [f"step {place}" for place in places]
        return gallery(answer.way[places], labels, 3, width=220, labelled="Steps", largest_tile=SAMPLE_TILE)

    def words(self, answer: Answer, annotations: Annotations) -> str:
        assert isinstance(answer, DenoisedSample)
        made = f"made of noise in {counted(len(answer.way) - 1, 'step')}"
        return made if answer.wanted is None else f"{made}, as “{annotations.class_names[answer.wanted]}”"

    def evaluated(self, evaluation: Evaluation, annotations: Annotations, width: float) -> tuple[TitledChart, ...]:
        chart = error_by_noise(evaluation.details["noise"], evaluation.details["error"])
        caption = (
            "Each dot is a test picture with a random share of noise, the line their mean. Where all is noise, the "
            "best answer is the mean of all pictures."
        )
        return (TitledChart("How well it removes noise", chart, caption),)


def error_by_noise(noise: np.ndarray, error: np.ndarray) -> Chart:
    """The mean error of each of N pictures over its share of noise, with their means in tenths of the axis.

    Args:
        noise: (N,) from 0 to 1.
        error: (N,) from 0 to 1.
    """
    tenth = np.minimum((noise * _BINS).astype(int), _BINS - 1)
    present = np.unique(tenth)
    means = [100 * error[tenth == place].mean() for place in present]
    dots = {
        "type": "scatter",
        "mode": "markers",
        "name": "a picture",
        "x": 100 * noise,
        "y": 100 * error,
        "marker": {"size": 5, "color": GREY},
        "hovertemplate": "%{x:.0f} % noise: off by %{y:.1f} %<extra></extra>",
    }
    line = {
        "type": "scatter",
        "mode": "lines",
        "name": "mean",
        "x": (present + 0.5) * 100 / _BINS,
        "y": means,
        "line": {"color": BLUE, "width": 3},
        "hovertemplate": "about %{x:.0f} % noise: off by %{y:.1f} % on average<extra></extra>",
    }
    figure = figure_of(
        [dots, line],
        height=300,
        margin=(48, 8, 8, 44),
        showlegend=True,
        legend={"font": {"size": SMALL_FONT_SIZE}},
        xaxis=axis_style("noise in per cent", range=[0, 100], showgrid=True),
        yaxis=axis_style("mean error of a pixel in per cent", rangemode="tozero", showgrid=True),
    )
    return Chart(
        figure,
        f"The error of {counted(len(noise), 'picture')} over their share of noise: on average {means[0]:.1f} % with "
        f"the least noise and {means[-1]:.1f} % with the most.",
    )


def _pixels(answer: Answer) -> np.ndarray:
    assert isinstance(answer, Sample)
    return as_bytes(answer.values)
