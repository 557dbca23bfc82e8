"""The Home page."""

from tests.pages.app import alts, open_page, without_exception


def test_it_shows_a_network_at_work_without_a_click():
    app = open_page("home")
    overview, answer = alts(app)
    assert "The picture (8 × 8 × 1) goes through the layers. Conv2D has 8 maps" in overview
    assert "The answer is 3" in answer


def test_another_digit_gives_another_answer():
    app = open_page("home")
    without_exception(app.get("pills")[0].set_value(7).run())
    assert "The answer is 7" in alts(app)[1]


def test_every_picture_of_a_digit_can_be_shown():
    app = open_page("home")
    first = alts(app)[0]
    without_exception(app.number_input[0].set_value(int(app.number_input[0].max)).run())
    assert alts(app)[0] != first
