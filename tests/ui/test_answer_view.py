"""How answers are looked at, as a text in the address of the live route."""

import pytest

from visualizer.architecture.answer import Boxes, Candidates
from visualizer.architecture.settings import SettingError
from visualizer.figures.answers.candidates import CandidateView
from visualizer.figures.answers.figures import AnswerView
from visualizer.ui.train.answer_view import view_from_text, view_to_text


@pytest.mark.parametrize("view", [CandidateView(), CandidateView(threshold=0.15, suppress=False, overlap=0.3)])
def test_a_view_is_read_as_it_was_written(view: CandidateView):
    assert view_from_text(Candidates, view_to_text(view)) == view


def test_a_kind_without_settings_has_an_empty_one():
    assert view_to_text(AnswerView()) == "{}"
    assert view_from_text(Boxes, "{}") == AnswerView()


@pytest.mark.parametrize("text", ["", "[", "7", "null", "[1]", '{"threshold": 0.5, "more": 1}', "[" * 1000, " " * 1000])
def test_another_text_is_refused(text: str):
    with pytest.raises((ValueError, TypeError)):
        view_from_text(Candidates, text)


def test_a_value_out_of_range_is_refused():
    with pytest.raises(SettingError):
        view_from_text(Candidates, '{"threshold": 7}')
