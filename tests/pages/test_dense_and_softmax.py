"""The page on Dense and softmax in Streamlit's test runner."""

import re

from streamlit.testing.v1 import AppTest

from tests.pages.app import alts, open_page, without_exception


def choose(app: AppTest, label: str, value: object) -> AppTest:
    (group,) = (group for group in app.get("button_group") if group.label.startswith(label))
    return without_exception(group.set_value(value).run())


def words(app: AppTest) -> str:
    return " ".join(element.value for element in [*app.markdown, *app.latex, *app.caption])


def opened_softmax() -> AppTest:
    app = open_page("dense_and_softmax")
    app.session_state["dense-parts"] = "2  From logits to probabilities"
    return without_exception(app.run())


def written_logit(app: AppTest) -> float:
    return float(re.search(r"= (-?[\d.]+) \\end", app.latex[0].value)[1])


def test_the_logit_of_another_class_is_taken_apart():
    app = open_page("dense_and_softmax")
    first = written_logit(app)
    assert f"In all, the logit is {first:.3g}".replace("-", "−") in alts(app)[-1]
    choose(app, "Class whose logit", 8)
    assert written_logit(app) != first
    assert f"In all, the logit is {written_logit(app):.3g}".replace("-", "−") in alts(app)[-1]
    assert r"\begin{aligned} z_{8}" in app.latex[0].value


def test_another_digit_is_taken_apart_for_its_own_answer():
    app = choose(open_page("dense_and_softmax"), "Digit", 7)
    assert r"\begin{aligned} z_{7}" in app.latex[0].value
    assert len(alts(app)) == 7


def test_the_question_about_the_size_is_answered():
    app = open_page("dense_and_softmax")
    assert "64 · 10 weights + 10 biases = 650 numbers" in words(app)
    choose(app, "This Dense layer", "1300")
    assert "**Not quite:** it is 2,570." in words(app)
    choose(app, "This Dense layer", "2570")
    assert "**Right.**" in words(app)
    assert "The last maps become 4 times as large, so each" in words(app)
    assert "4 times as many weights, and still one bias: 256 · 10 + 10 = 2,570." in words(app)


def probability_of(app: AppTest, class_name: str) -> float:
    row = re.search(rf"\| (?:\*\*)?{class_name}(?:\*\*)? \|.*\| (?:\*\*)?([\d.]+)(?:\*\*)? \|", words(app))
    return float(row[1])


def test_a_higher_temperature_evens_out():
    app = opened_softmax()
    cool = probability_of(app, "3")
    assert "| **sum** |" in words(app)
    without_exception(app.slider[0].set_value(5.0).run())
    assert 0.1 < probability_of(app, "3") < cool
    assert "“T = 1”, the longest is 3 with" in alts(app)[0]
    without_exception(app.slider[0].set_value(0.1).run())
    assert probability_of(app, "3") > cool


def test_the_question_about_the_temperature_is_answered():
    app = opened_softmax()
    (group,) = (group for group in app.get("button_group") if group.label.startswith("The network gives 3"))
    before = float(re.search(r"([\d.]+)%", group.label)[1])
    (wrong,) = (option for option in group.options if abs(float(option[:-1]) - before / 2) < 0.1)
    choose(app, "The network gives", wrong)
    right = re.search(r"it is ([\d.]+%)", words(app))[1]
    choose(app, "The network gives", right)
    assert "**Right.**" in words(app)
    without_exception(app.slider[0].set_value(2.0).run())
    assert f"{100 * probability_of(app, '3'):.1f}%" == right
