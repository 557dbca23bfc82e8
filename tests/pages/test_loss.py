"""The page on loss functions."""

import re

import pytest
import torch
from streamlit.testing.v1 import AppTest
from torch.nn import functional

from tests.pages.app import alts, open_page, without_exception


@pytest.fixture
def app() -> AppTest:
    return open_page("loss")


def texts(app: AppTest) -> str:
    return "\n".join(element.value for element in [*app.markdown, *app.caption])


def metrics(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def logits(app: AppTest) -> list[float]:
    return [app.slider(key=f"loss-logit-{index}").value for index in range(3)]


def chart(app: AppTest, beginning: str) -> str:
    return next(alt for alt in alts(app) if alt.startswith(beginning))


def gradients_of_three(app: AppTest) -> list[str]:
    return [alt for alt in alts(app) if alt.startswith("Gradient with") and alt.count("For class ") == 3]


def test_it_opens_with_the_networks_worst_digit_and_hides_the_gradients(app):
    scores = torch.tensor(logits(app), dtype=torch.float64)
    # Confidently wrong: the right class comes first among the sliders.
    assert scores.softmax(0)[0] < 0.05
    assert metrics(app)["Cross-entropy"] == f"{functional.cross_entropy(scores, torch.tensor(0)):.3g} nats"
    right, wrong = (app.slider(key=f"loss-logit-{index}").label.split("**")[1] for index in (0, 1))
    assert f"it reads this {right} as a {wrong}." in texts(app)
    # The gradients further down are those of all ten logits.
    assert not gradients_of_three(app)


@pytest.mark.parametrize(
    ("answer", "verdict"), [("gone", "**Right.**"), ("scale", "**Not quite:**"), ("more", "**Not quite:**")]
)
def test_the_answer_shows_the_gradients(app, answer, verdict):
    without_exception(app.pills(key="answer-loss-gradient").set_value(answer).run())
    assert verdict in texts(app)
    assert len(gradients_of_three(app)) == 1
    assert "Length of the whole gradient" in texts(app)


def test_a_moved_logit_changes_both_losses_and_both_gradients(app):
    for index, value in enumerate((1.0, 0.5, -2.0)):
        without_exception(app.slider(key=f"loss-logit-{index}").set_value(value).run())
    scores = torch.tensor([1.0, 0.5, -2.0], dtype=torch.float64, requires_grad=True)
    cross_entropy = functional.cross_entropy(scores, torch.tensor(0))
    mse = functional.mse_loss(scores.softmax(0), torch.tensor([1.0, 0, 0], dtype=torch.float64))
    assert metrics(app) == {"Cross-entropy": f"{cross_entropy:.3g} nats", "MSE": f"{mse:.3g}"}
    lengths = [torch.autograd.grad(loss, scores)[0].norm().item() for loss in (cross_entropy, mse)]
    assert f"cross-entropy **{lengths[0]:.3g}**, MSE **{lengths[1]:.3g}**" in texts(app)
    # Nothing to guess any more, until the network's own numbers are back.
    assert "answer-loss-gradient" not in [pills.key for pills in app.pills]
    without_exception(app.button(key="loss-reset").click().run())
    assert "answer-loss-gradient" in [pills.key for pills in app.pills]


def test_mse_needs_more_steps_to_learn_the_digit(app):
    found = re.search(r"cross-entropy \*\*(\d+)\*\*, MSE \*\*(\d+)\*\*", texts(app))
    assert found is not None
    cross_entropy, mse = map(int, found.groups())
    assert mse > 10 * cross_entropy
    without_exception(app.select_slider(key="loss-learn-rate").set_value(0.005).run())
    assert "MSE **more than 120" in texts(app)


def slope_and_intercept(app: AppTest) -> tuple[float, float]:
    return app.slider(key="loss-line-slope").value, app.slider(key="loss-line-intercept").value


def error(app: AppTest) -> float:
    return float(re.search(r"mean squared error is (\d+\.?\d*)", chart(app, "30 digits")).group(1))


def press(app: AppTest, label: str) -> AppTest:
    return without_exception(next(button for button in app.button if button.label == label).click().run())


def test_gradient_steps_go_downhill_and_move_the_sliders(app):
    first, before = error(app), slope_and_intercept(app)
    press(app, "Gradient step")
    assert error(app) < first
    assert slope_and_intercept(app) != before
    press(app, "10 steps")
    assert "after 11 gradient steps" in chart(app, "Mean squared error over slope")


def test_no_line_is_better_than_the_best_one(app):
    press(app, "Best line")
    best = error(app)
    slope, intercept = slope_and_intercept(app)
    for change in (-0.1, 0.1):
        without_exception(app.slider(key="loss-line-slope").set_value(slope + change).run())
        assert error(app) > best
        without_exception(app.slider(key="loss-line-slope").set_value(slope).run())
        without_exception(app.slider(key="loss-line-intercept").set_value(intercept + 5 * change).run())
        assert error(app) > best
        press(app, "Best line")


def test_too_large_a_rate_leaves_the_map_and_says_so(app):
    without_exception(app.select_slider(key="loss-line-rate").set_value(0.2).run())
    for _ in range(4):
        press(app, "10 steps")
    assert "Try a smaller η" in app.warning[0].value
    without_exception(app.slider(key="loss-line-slope").set_value(0.0).run())
    assert not app.warning
    assert "after 0 gradient steps" in chart(app, "Mean squared error over slope")


def test_the_formula_holds_the_numbers_of_the_step(app):
    formula = app.latex[-1].value
    assert all(f"= {value:.3f} -" in formula for value in slope_and_intercept(app))
    press(app, "Gradient step")
    new = slope_and_intercept(app)
    assert f"= {new[0]:.3f}" in formula
    assert f"= {new[1]:.3f}" in formula


def test_it_leads_to_train(app):
    assert any("train" in link.proto.page for link in app.get("page_link"))


def test_the_line_asks_what_a_larger_learning_rate_does():
    app = open_page("loss")
    without_exception(app.pills(key="answer-loss-line").set_value("lower").run())
    said = "\n".join(markdown.value for markdown in app.markdown)
    assert "**Not quite:** it is higher" in said
    assert "They lead to 978,513." in said
