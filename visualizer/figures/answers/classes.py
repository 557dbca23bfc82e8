"""The answer of a classifier: a bar for each class."""

from typing import ClassVar

from visualizer.architecture.answer import Answer, Classes
from visualizer.data.annotations import Annotations
from visualizer.figures.answers.figures import AnswerFigures, register
from visualizer.figures.chart import Chart
from visualizer.figures.probabilities import MOST_BARS, answer_bars, describe_value, top_bars


@register
class ClassFigures(AnswerFigures):
    """Of many classes, only those with the largest numbers."""

    answer_type: ClassVar[type[Answer]] = Classes
    why: ClassVar[str] = "Why this class?"

    def chart(self, answer: Answer, annotations: Annotations, truth: Answer | None = None) -> Chart:
        assert isinstance(answer, Classes)
        if len(annotations.class_names) > MOST_BARS:
            return top_bars(answer, annotations.class_names)
        return answer_bars(answer, annotations.class_names, truth.best if isinstance(truth, Classes) else None)

    def words(self, answer: Answer, annotations: Annotations) -> str:
        assert isinstance(answer, Classes)
        value = describe_value(answer.values[answer.best], answer.kind)
        return f"{annotations.class_names[answer.best]} ({value})"
