"""Boxes drawn on pictures, and the charts of a detector."""

from dataclasses import replace

import numpy as np
import pytest

from visualizer.architecture.answer import Boxes, Candidates
from visualizer.architecture.settings import SettingError
from visualizer.data.annotations import Annotations
from visualizer.figures.answers.boxes import DRAWN_SIDE, overlap_bars
from visualizer.figures.answers.candidates import CandidateView, precision_recall_curves
from visualizer.figures.answers.figures import AnswerView, figures_of
from visualizer.tasks.detection import RECALLS, THRESHOLD
from visualizer.tasks.task import Evaluation

ANNOTATIONS = Annotations(("circle", "<b>star</b>"), most_objects=3)
GREY = np.full((64, 64, 3), 128, np.uint8)
PLACES = np.array([[0.5, 0.5, 0.5, 0.25], [0.52, 0.5, 0.5, 0.25], [0.1, 0.1, 0.1, 0.1]], np.float32)


def candidates(threshold: float = THRESHOLD) -> Candidates:
    classes, scores = np.array([0, 0, 1]), np.array([0.9, 0.8, 0.3], np.float32)
    return Candidates(PLACES, classes, scores, np.array([True, False, True]), threshold)


def truth() -> Boxes:
    return Boxes(PLACES[:1], np.array([0]), np.ones(1, np.float32))


def test_a_view_chooses_among_the_candidates():
    figures = figures_of(Candidates)
    assert figures.view_type is CandidateView
    answer = candidates()
    assert figures.seen(answer, CandidateView()).counting.tolist() == [0]
    assert figures.seen(answer, CandidateView(threshold=0.25)).counting.tolist() == [0, 2]
    assert figures.seen(answer, CandidateView(suppress=False)).counting.tolist() == [0, 1]
    assert figures.seen(answer, CandidateView(overlap=0.95)).counting.tolist() == [0, 1]
    assert figures.seen(answer, CandidateView(threshold=0.95)).counting.tolist() == []
    assert answer.kept.tolist() == [True, False, True]


def test_one_box_has_nothing_to_choose():
    figures = figures_of(Boxes)
    assert figures.view_type.settings() == ()
    box = truth()
    assert figures.seen(box, AnswerView()) is box


@pytest.mark.parametrize("bad", [{"threshold": 2.0}, {"threshold": "0.5"}, {"suppress": 1}, {"overlap": float("nan")}])
def test_a_view_checks_its_values(bad):
    with pytest.raises(SettingError):
        CandidateView(**bad)


def test_the_answer_is_solid_and_the_truth_dashed():
    figures = figures_of(Candidates)
    plain = figures.drawn(GREY, candidates(0.95), None, ANNOTATIONS)
    assert plain.dtype == np.uint8
    assert plain.shape[0] >= DRAWN_SIDE - 64
    assert np.all(plain == 128)
    times = plain.shape[0] // 64

    answered = figures.drawn(GREY, candidates(), None, ANNOTATIONS)
    # The right edge of the box, three quarters of the way down: one colour all along.
    edge = answered[26 * times : 38 * times, round(48 * (64 * times - 1) / 64)]
    assert len(np.unique(edge, axis=0)) == 1
    assert not np.all(edge == 128)

    true = figures.drawn(GREY, candidates(0.95), truth(), ANNOTATIONS)
    dashes = true[26 * times : 38 * times, round(48 * (64 * times - 1) / 64)]
    assert {tuple(colour) for colour in dashes.tolist()} >= {(255, 255, 255), (128, 128, 128)}
    # The box that does not count is not drawn.
    assert np.all(answered[: 10 * times, : 10 * times] == 128)


@pytest.mark.parametrize("shape", [(8, 8, 1), (64, 48, 3), (500, 20, 3)])
def test_any_picture_can_be_drawn_on_and_boxes_end_at_its_edges(shape: tuple[int, int, int]):
    boxes = np.array([[0.0, 0.0, 3.0, 3.0], [1.0, 1.0, 0.0, 0.0], [0.5, 0.01, 0.01, 0.01]], np.float32)
    answer = Boxes(boxes, np.array([0, 1, 1]), np.array([1, 0.5, 0], np.float32))
    drawn = figures_of(Boxes).drawn(np.zeros(shape, np.uint8), answer, answer, ANNOTATIONS)
    assert drawn.shape[2] == 3
    assert drawn.any()


def test_words_name_the_best_and_count_the_rest():
    figures = figures_of(Boxes)
    assert figures.words(truth(), ANNOTATIONS) == "circle 100 %"
    many = Boxes(np.repeat(PLACES[:1], 5, axis=0), np.array([0, 1, 0, 1, 1]), np.linspace(0.9, 0.5, 5))
    assert figures.words(many, ANNOTATIONS) == "circle 90 % +4"
    assert figures_of(Candidates).words(candidates(0.95), ANNOTATIONS) == "nothing"


def test_the_chart_of_one_answer_says_which_boxes_find_something():
    figures = figures_of(Candidates)
    chart = figures.chart(replace(candidates(0.2), kept=np.ones(3, bool)), ANNOTATIONS, truth())
    bars = chart.figure.data[0]
    np.testing.assert_allclose(bars.x, [90, 80, 30], rtol=1e-5)
    assert list(bars.text) == ["IoU 100 %", "wrong", "wrong"]
    assert "&lt;b&gt;star" in chart.figure.layout.yaxis.ticktext[2]
    assert "3 boxes" in chart.alt
    empty = figures.chart(candidates(0.95), ANNOTATIONS)
    assert "95 %" in empty.alt
    assert empty.figure.layout.annotations[0].text == "No box has a score of 95 % or more."


def test_several_answers_are_pictures_with_their_boxes():
    pictures = np.repeat(GREY[None], 4, axis=0)
    (titled,) = figures_of(Candidates).of_many(
        pictures, [candidates(), candidates(0.95), candidates(), candidates()], [truth()] * 4, ANNOTATIONS, 700
    )
    assert titled.chart.alt == "4 pictures with boxes: 1 of 1 found, 0 of 1 found, 1 of 1 found, 1 of 1 found."
    assert titled.chart.figure.data[0].type == "image"


def test_curves_and_bars_of_an_evaluation():
    precision = np.full((2, len(RECALLS)), np.nan)
    precision[0, :51] = np.linspace(1, 0.5, 51)
    scores = np.where(np.isfinite(precision), 0.7, np.nan)
    details = {"precision": precision, "score": scores, "average": np.array([0.4, np.nan]), "objects": np.array([9, 0])}
    evaluation = Evaluation((), np.zeros(3), details)
    curves, bars = figures_of(Candidates).evaluated(evaluation, ANNOTATIONS, 800)
    (line,) = curves.chart.figure.data
    np.testing.assert_allclose(line.x, 100 * RECALLS[:51])
    np.testing.assert_allclose(line.y, 100 * precision[0, :51])
    assert "circle up to a recall of 50%" in curves.chart.alt
    assert list(bars.chart.figure.data[0].x) == [40]
    assert bars.chart.figure.layout.yaxis.ticktext == ("circle (9)",)
    assert bars.chart.figure.layout.shapes[0].x0 == 40
    assert "nothing is found" in precision_recall_curves(precision * np.nan, scores, ("a", "b")).alt


def test_overlaps_are_counted():
    chart = overlap_bars(np.array([0.05, 0.55, 0.58, 1.0]))
    assert list(chart.figure.data[0].y) == [1, 0, 0, 0, 0, 2, 0, 0, 0, 1]
    assert "4 boxes" in chart.alt
    assert "55% on average" in chart.alt
    assert "75%" in chart.alt
    half = Boxes(PLACES[:1] * np.float32([1, 1, 1, 0.5]), np.array([1]), np.ones(1, np.float32))
    (several,) = figures_of(Boxes).of_many(GREY[None], [half], [truth()], ANNOTATIONS, 700)
    assert several.chart.alt == "1 picture with boxes: IoU 50 %."
    (titled,) = figures_of(Boxes).evaluated(Evaluation((), np.zeros(1), {"overlaps": np.ones(1)}), ANNOTATIONS, 800)
    assert "1 box " in titled.chart.alt
