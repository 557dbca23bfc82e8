"""The page on activation functions in Streamlit's test runner."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.app import alts, open_page, without_exception
from visualizer.architecture.activations import COMMON, FUNCTIONS, ActivationFunction, elementwise
from visualizer.concepts.activations import ARITHMETIC, sobel_response
from visualizer.concepts.dead_units import train_and_count
from visualizer.data.catalog import load_dataset
from visualizer.data.photos import bundled_photo
from visualizer.data.prepare import prepare, prepare_photo


def opened_part(part: str) -> AppTest:
    """The page with one of its tabs open; the test runner knows no click on a tab."""
    app = open_page("activations")
    app.session_state["activation-parts"] = part
    return without_exception(app.run())


def choose(app: AppTest, label: str, value: object) -> AppTest:
    (group,) = (group for group in app.get("button_group") if group.label == label)
    return without_exception(group.set_value(value).run())


def words(app: AppTest) -> str:
    return " ".join(element.value for element in [*app.markdown, *app.latex, *app.caption])


def test_another_function_changes_the_map_and_its_histogram():
    app = open_page("activations")
    assert "After ReLU: 0% lie below 0" in alts(app)[1]
    palace, _ = prepare_photo(bundled_photo("china"), (1, 72, 96))
    negative = int((sobel_response(palace) < 0).sum())
    assert f"sets **{negative:,} of 6,580** numbers to 0" in words(app)
    choose(app, "Activation function", "tanh")
    assert "After tanh" in alts(app)[1]
    assert "sets **0 of 6,580** numbers to 0" in words(app)
    assert r"f'(x) = 1 - f(x)^2" in words(app)


def test_a_feature_map_of_the_home_network():
    app = choose(open_page("activations"), "A real map", "digit")
    assert "2 maps of 8 × 8" in alts(app)[0]
    assert "64 numbers" in alts(app)[1]


def test_the_question_about_a_rise_is_answered():
    app = open_page("activations")
    choose(app, "The input of ReLU rises by 1, from −3 to −2. How does its output change?", "sigmoid")
    assert "**Not quite:** it is 0." in words(app)
    choose(app, "The input of ReLU rises by 1, from −3 to −2. How does its output change?", "relu")
    assert "**Right.**" in words(app)


def function_titles(app: AppTest) -> list[str]:
    (group,) = (group for group in app.get("button_group") if group.label == "Activation function")
    return list(group.options)


def test_the_common_functions_come_first_and_all_others_after_them():
    titles = function_titles(open_page("activations"))
    assert titles[:5] == ["ReLU", "LeakyReLU", "sigmoid", "tanh", "GELU"]
    assert set(titles) == {function.title for function in FUNCTIONS.values()} - {"softmax"}


@pytest.mark.parametrize("name", [name for name in elementwise() if name not in COMMON])
def test_every_other_function_is_explained_and_asked_about(name):
    app = choose(open_page("activations"), "Activation function", name)
    title = FUNCTIONS[name].title
    assert f"After {title}" in alts(app)[1]
    assert ARITHMETIC[name].formula in words(app)
    (question,) = (group for group in app.get("button_group") if group.label.startswith(f"The input of {title} rises"))
    assert len(set(question.options)) == len(question.options) >= 5
    choose(app, question.label, name)
    assert "**Right.**" in words(app)


def test_a_function_that_is_new_in_the_registry_appears(monkeypatch):
    monkeypatch.setitem(FUNCTIONS, "mish", ActivationFunction("mish", "Mish", "x · tanh(ln(1 + eˣ))", "Mish"))
    app = open_page("activations")
    assert function_titles(app)[-1] == "Mish"
    choose(app, "Activation function", "mish")
    assert "After Mish" in alts(app)[1]
    assert "f(x) = x · tanh(ln(1 + eˣ))" in words(app)


def test_another_function_has_its_line_beside_the_common_ones():
    app = opened_part("2  A deep chain")
    assert "With SELU" not in alts(app)[0]
    choose(app, "Activation function", "selu")
    assert "With SELU it is " in alts(app)[0]
    assert "With ReLU it is " in alts(app)[0]
    assert "With SELU, each layer changes the gradient’s norm" in words(app)


CHAIN = (
    "12 Dense layers with **sigmoid**, whose derivative is at most 1/4. "
    "How much smaller is the gradient at layer 1 than at layer 12?"
)


def test_the_sigmoids_line_waits_for_the_answer():
    app = opened_part("2  A deep chain")
    assert "With ReLU it is " in alts(app)[0]
    assert "sigmoid" not in alts(app)[0]
    choose(app, "Activation function", "sigmoid")
    assert "appears once you have answered" in app.info[0].value
    choose(app, CHAIN, "added")
    assert "**Not quite:** it is about" in words(app)
    assert "With sigmoid it is " in alts(app)[0]
    choose(app, CHAIN, "multiplied")
    assert "**Right.**" in words(app)
    assert "^{11}" in words(app)


def test_depth_layers_and_weights_change_the_chain():
    app = opened_part("2  A deep chain")
    seen = {alts(app)[0]}
    without_exception(app.slider[0].set_value(20).run())
    assert "at layer 20" in alts(app)[0]
    assert "^{19}" in words(app)
    seen.add(alts(app)[0])
    choose(app, "Each layer", "convolution")
    seen.add(alts(app)[0])
    without_exception(app.selectbox[0].set_value("he_normal").run())
    seen.add(alts(app)[0])
    assert len(seen) == 4


def test_dead_relus_are_counted_for_each_rate():
    app = opened_part("3  Dead ReLUs")
    digits = load_dataset("digits")
    train, validation = (prepare(digits.pictures[part], (1, 8, 8)) for part in (digits.train, digits.validation))
    labels, counting = digits.labels[digits.train], digits.labels[digits.validation]
    first, second = train_and_count(train, labels, validation, counting, 0.1).dead.sum(axis=1)
    assert f"Layer 1: {first} of 64 ReLUs dead. Layer 2: {second} of 64 ReLUs dead" in alts(app)[0]
    assert "learning rate 2 it is" not in alts(app)[1]
    (question,) = (group for group in app.get("button_group") if group.label.startswith("At the learning rate"))
    choose(app, question.label, max(question.options, key=lambda option: int(option.split()[0])).split()[0])
    assert "**Right.**" in words(app)
    assert "learning rate 2 it is" in alts(app)[1]
    before = alts(app)[0]
    choose(app, "Learning rate", 2.0)
    assert alts(app)[0] != before
    assert "**0** get any gradient" in words(app)
