"""The last two parts of the page on detection: non-maximum suppression, and the threshold of the score."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from visualizer.concepts.detection_counts import Counts, counts_at
from visualizer.concepts.suppression import Suppression, suppression_steps
from visualizer.data.boxes import corners
from visualizer.tasks.average_precision import average_precision, precision_and_recall
from visualizer.tasks.detection import OVERLAP, THRESHOLD
from visualizer.ui.concepts.box_steps import BoxStep, DrawnBox, Row, State, StepCurve, box_steps
from visualizer.ui.concepts.scenes import answers_of_detector, boxes_of, choose_scene, scene_picture, scenes
from visualizer.ui.kit.glossary import explained
from visualizer.ui.kit.prediction import predict
from visualizer.words import counted, listed

_LEAST_SCORE = 0.1  # of the boxes that suppression begins with
_THRESHOLDS = tuple(place / 20 for place in range(1, 20))
_ASKED_THRESHOLDS = (0.3, 0.6)
_SHOWN = 3  # pictures beside the threshold
_AFTERWARDS: dict[State, State] = {"chosen": "kept", "removed": "gone"}


@st.fragment
def suppression() -> None:
    """Non-maximum suppression, one kept box at a time."""
    picture_column, limit_column = st.columns([1, 3], vertical_alignment="bottom")
    with picture_column:
        index, caption = choose_scene()
    limit = limit_column.slider(
        "Same object from an IoU above",
        0.1,
        0.9,
        OVERLAP,
        0.05,
        key="detection-limit",
        persist_state="session",
        help="A box is removed if it overlaps by more than this with a kept box of its class.",
    )
    answers = answers_of_detector()
    some = answers.scores[index] >= _LEAST_SCORE
    boxes, classes, scores = (one[index][some] for one in (answers.boxes, answers.classes, answers.scores))
    if not len(boxes):
        st.info("The detector sees nothing in this picture: choose another.", icon=":material/image:")
        return
    objects, names = boxes_of(index), scenes().class_names
    _ask_survivors(index, len(suppression_steps(boxes, classes, OVERLAP)), len(boxes), len(objects))
    size = scene_picture(index).shape[:2]
    labelled = [f"{names[label]} {score:.2f}" for label, score in zip(classes, scores, strict=True)]
    steps = suppression_steps(boxes, classes, limit)
    drawn = [DrawnBox(0, _corners(box, size), str(place + 1)) for place, box in enumerate(boxes)]
    box_steps(
        "detection-suppression",
        f"{index} {limit}",
        [([scene_picture(index)], caption[0])],
        drawn[::-1],
        written_steps(steps, labelled, limit, len(objects)),
        size=size,
        title="Steps of non-maximum suppression",
    )
    st.caption(
        f"A small detector’s real answers: all with a score of {_LEAST_SCORE:g} or more, numbered by their scores. "
        "Cells beside each other often see the same object, and each answers with a box. Suppression compares boxes of "
        "one class alone, and never asks whether a box is right."
    )


def written_steps(
    steps: Sequence[Suppression], labels: Sequence[str], limit: float, objects: int
) -> tuple[BoxStep, ...]:
    """Every step in words, from all boxes to the kept ones; boxes are drawn from the last to the first.

    Args:
        steps: The result of `suppression_steps`.
        labels: The class and the score of each box, the highest score first.
        limit: The overlap above which a box is removed.
        objects: How many there really are.
    """
    states: list[State] = ["open"] * len(labels)
    notes = [""] * len(labels)

    def step(name: str, words: str) -> BoxStep:
        rows = tuple(
            Row(f"{place + 1}", (label, note), state)
            for place, (label, note, state) in enumerate(zip(labels, notes, states, strict=True))
        )
        return BoxStep(name, words, tuple(states[::-1]), rows)

    written = [step("start", f"The detector answers with {_boxes(len(labels))}.")]
    for number, one in enumerate(steps, start=1):
        states[one.kept], notes[one.kept] = "chosen", "kept"
        for other, overlap in one.removed.items():
            states[other], notes[other] = "removed", f"removed by {one.kept + 1}: IoU {overlap:.2f} > {limit:g}"
        for other, overlap in one.spared.items():
            notes[other] = f"IoU with {one.kept + 1}: {overlap:.2f}"
        written.append(step(f"step {number}", _what_happens(one, labels, limit)))
        notes = [note if states[place] != "open" else "" for place, note in enumerate(notes)]
        states = [_AFTERWARDS.get(state, state) for state in states]
    words = f"{_boxes(len(steps))} of {len(labels)} left. The picture has {counted(objects, 'object')}."
    written.append(step("end", words))
    return tuple(written)


def _what_happens(step: Suppression, labels: Sequence[str], limit: float) -> str:
    first = f"The highest score of those that are left: box {step.kept + 1}, {labels[step.kept]}, is kept."
    if step.removed:
        removed = listed(f"box {other + 1} (IoU {overlap:.2f})" for other, overlap in step.removed.items())
        return f"{first} It removes {removed}: above {limit:g}, they count as the same object."
    if step.spared:
        return f"{first} No other box of its class overlaps with it by more than {limit:g}: it removes none."
    return f"{first} No other box of its class is left: it removes none."


def _boxes(count: int) -> str:
    return "1 box" if count == 1 else f"{count:,} boxes"


def _ask_survivors(index: int, kept: int, boxes: int, objects: int) -> None:
    options = {str(count): str(count) for count in sorted({kept, boxes, objects, max(kept - 2, 1), kept + 2})}
    predict(
        explained(
            f"The detector answers with {_boxes(boxes)}, and the picture has {counted(objects, 'object')}. How many "
            f"boxes does non-maximum suppression keep with a limit of **IoU {OVERLAP:g}**?"
        ),
        options,
        str(kept),
        "It does not know how many objects there are: it removes what overlaps with a box of the same class and a "
        "higher score. Two classes at one place both stay, and so does a bad box beside a good one. The threshold of "
        "the score, in the next part, is left to remove these.",
        f"detection-survivors-{index}",
    )


@st.fragment
def threshold() -> None:
    """The threshold of the score against precision and recall."""
    answers = answers_of_detector()
    scores, right = answers.answers
    counts = [counts_at(scores, right, answers.objects, one) for one in _THRESHOLDS]
    _ask_threshold(*(counts[_THRESHOLDS.index(one)] for one in _ASKED_THRESHOLDS))
    first, _ = choose_scene()
    shown = [(first + place) % len(scenes().test) for place in range(_SHOWN)]
    judged = [one for picture, index in enumerate(shown) for one in _judged(picture, index)]
    box_steps(
        "detection-threshold",
        str(first),
        [([scene_picture(index)], f"Picture {index + 1}") for index in shown],
        [one.box for one in judged],
        [_threshold_step(one, judged) for one in counts],
        size=scene_picture(first).shape[:2],
        title="Threshold of the score",
        letters=4.2,
        shown=_THRESHOLDS.index(THRESHOLD),
        curve=StepCurve(
            tuple(round(one.recall, 4) for one in counts),
            tuple(None if one.precision is None else round(one.precision, 4) for one in counts),
            ("recall", "precision"),
        ),
    )
    area = average_precision(*precision_and_recall(scores, right, answers.objects))
    st.caption(
        explained(
            f"Counted over all {len(scenes().test)} test pictures, after non-maximum suppression at IoU {OVERLAP:g}. ✓ "
            "finds an object: the same class, and an IoU of 0.5 or more. ✗ finds none. Dashed: an object that no "
            "answer finds. The area below the whole curve, the average precision, is "
            f"{area:.3f} for all classes together.",
            "IoU",
            "non-maximum suppression",
        )
    )


@dataclass(frozen=True)
class _Judged:
    """A box on one of the pictures: an answer, or an object.

    Attributes:
        box: As it is drawn.
        score: Of an answer; for an object, of the answer that finds it, 0 without one.
        state: How it is drawn from that score on; an object up to it.
    """

    box: DrawnBox
    score: float
    state: State


def _judged(picture: int, index: int) -> list[_Judged]:
    """The objects of a picture and the answers to it, those with the highest scores last."""
    answers, size = answers_of_detector(), scene_picture(index).shape[:2]
    finds, scores = answers.found[index], answers.scores[index]
    judged = []
    for place, target in enumerate(boxes_of(index)):
        score = float(scores[finds == place].max(initial=0))
        judged.append(_Judged(DrawnBox(picture, _corners(target[1:], size), ""), score, "truth"))
    for place in np.flatnonzero(answers.kept[index])[::-1].tolist():
        state: State = "right" if finds[place] >= 0 else "wrong"
        label = f"{'✓' if state == 'right' else '✗'} {scores[place]:.2f}"
        box = DrawnBox(picture, _corners(answers.boxes[index, place], size), label)
        judged.append(_Judged(box, float(scores[place]), state))
    return judged


def _threshold_step(counts: Counts, judged: Sequence[_Judged]) -> BoxStep:
    def state(one: _Judged) -> State:
        answered = one.score >= counts.threshold
        return one.state if answered != (one.state == "truth") else "gone"

    states = tuple(state(one) for one in judged)
    shown = [(one.box.picture, name) for one, name in zip(judged, states, strict=True)]
    notes = tuple(
        f"{shown.count((picture, 'right'))} right, {shown.count((picture, 'wrong'))} wrong, "
        f"{shown.count((picture, 'truth'))} missed"
        for picture in range(_SHOWN)
    )
    return BoxStep(
        f"score from {counts.threshold:.2f}",
        f"Answers with a score of {counts.threshold:.2f} or more: {counts.right + counts.wrong:,}. Of these, "
        f"{counts.right:,} find an object, and {counts.wrong:,} do not. {counts.missed:,} of "
        f"{counts.right + counts.missed:,} objects are missed.",
        states,
        _sums(counts),
        notes,
    )


def _sums(counts: Counts) -> tuple[Row, ...]:
    tp, fp, fn = counts.right, counts.wrong, counts.missed
    precision, f1 = "no answer, so none", "0"
    if counts.precision is not None:
        precision = f"TP / (TP + FP) = {tp:,} / ({tp:,} + {fp:,}) = {counts.precision:.1%}"
        f1 = f"2 · TP / (2 · TP + FP + FN) = {2 * tp:,} / {2 * tp + fp + fn:,} = {counts.f1:.3f}"
    return (
        Row("TP", (f"{tp:,} true positives: right answers",)),
        Row("FP", (f"{fp:,} false positives: wrong answers",)),
        Row("FN", (f"{fn:,} false negatives: missed objects",)),
        Row("Precision", (precision,), "kept"),
        Row("Recall", (f"TP / (TP + FN) = {tp:,} / ({tp:,} + {fn:,}) = {counts.recall:.1%}",), "kept"),
        Row("F1", (f1,), "kept"),
    )


def _ask_threshold(low: Counts, high: Counts) -> None:
    """What happens between two thresholds, both of which have answers."""
    assert low.precision is not None
    assert high.precision is not None
    options = {
        "both rise": "both rise",
        "precision rises": "precision rises, recall falls",
        "recall rises": "precision falls, recall rises",
        "both fall": "both fall",
    }
    rises = high.precision > low.precision, high.recall > low.recall
    right = {(True, True): "both rise", (True, False): "precision rises", (False, True): "recall rises"}
    predict(
        explained(
            f"Only answers with a score above a threshold count. It rises from {low.threshold:g} to "
            f"**{high.threshold:g}**: what happens to precision, the share of the answers that are right, and to "
            "recall, the share of the objects that are found?"
        ),
        options,
        right.get(rises, "both fall"),
        f"Precision goes from {low.precision:.1%} to {high.precision:.1%}, recall from {low.recall:.1%} to "
        f"{high.recall:.1%}. Recall can only fall: fewer answers find no more objects. Precision mostly rises, since "
        "scores say something about how often an answer is right, but it need not.",
        "detection-threshold",
    )


def _corners(box: np.ndarray, size: tuple[int, int]) -> tuple[float, ...]:
    """Left, top, right and bottom in pixels, within the picture."""
    edges = np.clip(corners(box), 0, 1) * (size[1], size[0], size[1], size[0])
    return tuple(round(float(edge), 2) for edge in edges)
