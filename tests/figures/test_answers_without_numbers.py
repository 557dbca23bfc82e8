"""Answers with numbers that are none, as a network gives them whose weights grew too large: drawn, and said so."""

import json
import warnings
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visualizer.architecture.answer import (
    Answer,
    Boxes,
    Candidates,
    Classes,
    DenoisedSample,
    Mask,
    Numbers,
    Reconstruction,
    Sample,
)
from visualizer.data.annotations import Annotations, Quantity
from visualizer.figures.answers.figures import NO_NUMBERS, figures_of

ABOUT = Annotations(
    ("circle", "star"),
    quantities=(
        Quantity("size", "pixels", 4, 40, moves_as="length"),
        Quantity("turn", "°", 0, 360, cyclic=True, moves_as="angle"),
        Quantity("place from the left", "pixels", 0, 64, moves_as="x"),
        Quantity("place from the top", "pixels", 0, 64, moves_as="y"),
    ),
    most_objects=3,
    has_masks=True,
)
PICTURE = np.full((16, 16, 3), 100, np.uint8)
IMAGE = np.linspace(0, 1, 48, dtype=np.float32).reshape(4, 4, 3)
PLACES = np.array([[0.5, 0.5, 0.5, 0.25], [0.5, 0.4, 0.3, 0.2], [0.1, 0.1, 0.1, 0.1]], np.float32)
LABELS, SCORES = np.array([0, 1, 1]), np.array([0.9, 0.8, 0.7], np.float32)
ANSWERS: dict[str, tuple[Answer, Answer | None]] = {
    "probabilities": (
        Classes(np.array([0.3, 0.7], np.float32), "probabilities"),
        Classes(np.array([0.0, 1.0], np.float32), "probabilities"),
    ),
    "scores": (
        Classes(np.array([-3.0, 7.0], np.float32), "scores"),
        Classes(np.array([0.0, 1.0], np.float32), "probabilities"),
    ),
    "numbers": (
        Numbers(np.array([10, 90, 20, 30], np.float32)),
        Numbers(np.array([12, 80, 22, 28], np.float32)),
    ),
    "mask": (Mask(np.ones((16, 16), np.uint8)), Mask(np.zeros((16, 16), np.uint8))),
    "boxes": (Boxes(PLACES[:1], LABELS[:1], SCORES[:1]), Boxes(PLACES[:1], LABELS[:1], np.ones(1, np.float32))),
    "candidates": (
        Candidates(PLACES, LABELS, SCORES, np.array([True, True, True]), 0.5),
        Boxes(PLACES[:1], LABELS[:1], np.ones(1, np.float32)),
    ),
    "reconstruction": (
        Reconstruction(IMAGE, IMAGE, np.array([1, -2], np.float32)),
        Reconstruction(IMAGE, IMAGE, np.zeros(0, np.float32)),
    ),
    "sample": (Sample(IMAGE, IMAGE), None),
    "denoised sample": (DenoisedSample(IMAGE, IMAGE, np.zeros((3, 4, 4, 3), np.uint8)), None),
}


def test_every_kind_of_answer_is_here():
    assert {type(answer) for answer, _ in ANSWERS.values()} == set(Answer.kinds.values())


@st.composite
def spoilt(draw: st.DrawFn, answer: Answer) -> Answer:
    """The answer with at least one of its numbers, or all of an array, NaN or infinite; not what was shown to it."""
    arrays = {
        name: value
        for name, value in vars(answer).items()
        if getattr(value, "dtype", None) == np.float32 and name not in ("given", "noise")
    }
    changed = {}
    for name in draw(st.lists(st.sampled_from(sorted(arrays)), min_size=1, unique=True)):
        values = arrays[name].copy()
        odd = st.sampled_from([np.nan, np.inf, -np.inf])
        if draw(st.booleans()):
            values[:] = draw(odd)
        else:
            for place in draw(st.lists(st.integers(0, values.size - 1), min_size=1, max_size=3)):
                values.flat[place] = draw(odd)
        changed[name] = values
    return replace(answer, **changed)


@pytest.mark.parametrize("name", [name for name in ANSWERS if name != "mask"])
@settings(max_examples=20)
@given(st.data())
def test_an_answer_with_numbers_that_are_none_is_drawn_with_a_sentence(name, data):
    good, truth = ANSWERS[name]
    answer = data.draw(spoilt(good))
    figures = figures_of(type(answer))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for true in (truth, None):
            chart = figures.chart(answer, ABOUT, true)
            json.dumps(chart.alt)
            assert figures.remark(answer) == NO_NUMBERS
            drawn = figures.drawn(PICTURE, answer, true, ABOUT)
            assert drawn.dtype == np.uint8
            figures.drawn_chart(PICTURE, answer, true, ABOUT, width=200)
        assert figures.words(answer, ABOUT)
        figures.words(figures.seen(answer, figures.view_type()), ABOUT)
        several = [answer, good]
        assert len(figures.of_many(np.stack([PICTURE] * 2), several, [truth] * 2, ABOUT, 600)) <= 1


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_of_numbers_has_no_such_sentence(name):
    answer, _ = ANSWERS[name]
    assert figures_of(type(answer)).remark(answer) == ""
