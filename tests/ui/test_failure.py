"""What a person is told where a page fails."""

import logging

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.app import without_exception


def failed_with_a_sentence() -> None:
    from visualizer.errors import UserError
    from visualizer.ui.failure import say_sorry

    say_sorry(UserError("The pictures are gone", "they are kept for a while", "Add them again"))


def failed_by_a_mistake_of_ours() -> None:
    from visualizer.ui.failure import say_sorry

    say_sorry(ZeroDivisionError("division by zero"))


def test_what_can_be_mended_says_so(caplog: pytest.LogCaptureFixture):
    app = without_exception(AppTest.from_function(failed_with_a_sentence).run())
    assert [box.value for box in app.error] == ["The pictures are gone: they are kept for a while. Add them again."]
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


def test_all_else_is_logged_and_not_shown(caplog: pytest.LogCaptureFixture):
    app = without_exception(AppTest.from_function(failed_by_a_mistake_of_ours).run())
    assert "Something in this app went wrong" in app.error[0].value
    assert "division" not in app.error[0].value
    assert [record.exc_info is not None for record in caplog.records if record.levelno >= logging.ERROR] == [True]
