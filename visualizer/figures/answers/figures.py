"""What every kind of answer is drawn as, and the registry that finds it by the type of an answer."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from visualizer.architecture.answer import Answer, answer_parts
from visualizer.architecture.settings import Setting, check_settings, settings_of
from visualizer.data.annotations import Annotations
from visualizer.data.dataset import Dataset
from visualizer.figures.chart import Chart
from visualizer.figures.picture import drawing_chart
from visualizer.modules import import_all
from visualizer.tasks.task import Evaluation, Task

NO_NUMBERS = (
    "Some numbers of this answer are no numbers any more, or infinite: the network’s weights have grown too large."
)


@dataclass(frozen=True)
class TitledChart:
    """A chart with a heading, and with a sentence below that says how to read it."""

    title: str
    chart: Chart
    caption: str = ""


@dataclass(frozen=True)
class AnswerView:
    """How answers are looked at, without asking the network again; a subclass has settings, as a layer type has them.

    Raises:
        SettingError: A value is out of its range.
    """

    def __post_init__(self) -> None:
        check_settings(self)

    @classmethod
    def settings(cls) -> tuple[Setting, ...]:
        """In the order of the page."""
        return settings_of(cls)


class AnswerFigures(ABC):
    """The figures of one kind of answer. A subclass is one kind, in one file, and has no state.

    Attributes:
        answer_type: That kind.
        view_type: How answers of this kind can be looked at; a page has a widget for each of its settings.
        why: The question why the network answers so, as a title.
        title_of_many: What several answers are at a moment of a run, as a title.
        note_of_many: Where those of the last epoch come from, a sentence.
        in_film: How many answers a film shows at each moment: several where each is made of its own noise, so that one
            says little.
        in_place: Whether what `drawn` returns stands in place of the picture, which is not to be seen in it.
    """

    answer_type: ClassVar[type[Answer]]
    view_type: ClassVar[type[AnswerView]] = AnswerView
    why: ClassVar[str] = "Why this answer?"
    title_of_many: ClassVar[str] = "Its answers to validation pictures"
    note_of_many: ClassVar[str] = "From the validation split, after the last epoch."
    in_film: ClassVar[int] = 1
    in_place: ClassVar[bool] = False

    def seen(self, answer: Answer, view: AnswerView) -> Answer:
        """The answer looked at in that way; unchanged unless overridden."""
        return answer

    @abstractmethod
    def chart(self, answer: Answer, annotations: Annotations, truth: Answer | None = None) -> Chart:
        """One answer, beside its picture.

        Args:
            answer: The network's.
            annotations: Of the data set, with names and units.
            truth: The right answer, where it is known.
        """

    @abstractmethod
    def words(self, answer: Answer, annotations: Annotations) -> str:
        """One answer in a few words, such as for a caption."""

    def drawn(self, picture: np.ndarray, answer: Answer, truth: Answer | None, annotations: Annotations) -> np.ndarray:
        """The picture with the answer drawn on it: (H, W, C) uint8 in, (H', W', 3) or the same out."""
        return picture

    def marked(self, picture: np.ndarray, truth: Answer, annotations: Annotations) -> np.ndarray:
        """The picture with what is to be learnt of it, as far as it lies somewhere in the picture; as of `drawn`."""
        return self.drawn(picture, truth, None, annotations)

    def drawn_words(self, truth: Answer | None, annotations: Annotations) -> str:
        """How to read what `drawn` draws, as a sentence or two; empty where it draws nothing."""
        return ""

    def remark(self, answer: Answer) -> str:
        """A sentence where the answer has numbers that are not finite, which no figure can show; else empty."""
        arrays = answer_parts(answer)[1].values()
        return "" if all(np.isfinite(values).all() for values in arrays) else NO_NUMBERS

    def drawn_chart(
        self, picture: np.ndarray, answer: Answer, truth: Answer | None, annotations: Annotations, *, width: int
    ) -> Chart | None:
        """What `drawn` draws, as a chart that is `width` pixels wide; None where it draws nothing."""
        drawn = self.drawn(picture, answer, truth, annotations)
        if drawn is picture:
            return None
        words = f"The picture with the answer drawn on it: {self.words(answer, annotations)}."
        return drawing_chart(drawn, words, width=width)

    def of_many(
        self,
        pictures: np.ndarray,
        answers: Sequence[Answer],
        truths: Sequence[Answer | None],
        annotations: Annotations,
        width: float,
    ) -> tuple[TitledChart, ...]:
        """Several answers at once, while the network learns; nothing unless overridden.

        Args:
            pictures: (n, H, W, C) uint8.
            answers: To each of them.
            truths: The right answers.
            annotations: Of the data set.
            width: Of the charts together, pixels.
        """
        return ()

    def evaluated(self, evaluation: Evaluation, annotations: Annotations, width: float) -> tuple[TitledChart, ...]:
        """What an evaluation shows beside its numbers and the worst answers; nothing unless overridden."""
        return ()


_registry: dict[type[Answer], AnswerFigures] = {}


def register(figures: type[AnswerFigures]) -> type[AnswerFigures]:
    """Class decorator: enter the figures in the registry under their kind of answer."""
    _registry[figures.answer_type] = figures()
    return figures


def figures_of(answer_type: type[Answer]) -> AnswerFigures:
    """The figures of that kind of answer, from a file of `visualizer/figures/answers/`."""
    if answer_type not in _registry:
        import_all(__package__ or "")
    return _registry[answer_type]


def answers_to(
    task: Task, dataset: Dataset, indices: np.ndarray, answers: Sequence[Answer], view: AnswerView, width: float
) -> tuple[TitledChart, ...]:
    """A network's answers to the pictures of a data set with these indices, looked at in that way; see `of_many`."""
    figures = figures_of(task.answer_type)
    truths = [task.truth(dataset, index) for index in indices.tolist()]
    seen = [figures.seen(answer, view) for answer in answers]
    return figures.of_many(dataset.pictures[indices], seen, truths, task.about(dataset.annotations), width)
