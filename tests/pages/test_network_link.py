"""A link to a network: copied on Build, opened on Build in another session."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from tests.data.own import picture
from tests.pages.app import ROOT, SECONDS, add_layer, open_from_gallery, open_page, without_exception
from tests.pages.test_build import cards, metric
from visualizer.architecture.architecture import Architecture
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.presets import LENET, TINY
from visualizer.data.own_dataset import save_own
from visualizer.training.link import LinkedNetwork, link_text
from visualizer.training.settings import TrainingSettings

SETTINGS = TrainingSettings(
    optimizer="sgd", learning_rate=0.07, momentum=0.5, epochs=3, batch_size=24, seed=8, initialization="he_normal"
)


def opened(text: str) -> AppTest:
    """The Build page of a new session whose address has a link."""
    app = AppTest.from_file(str(ROOT / "visualizer" / "ui" / "shell" / "navigation.py"), default_timeout=SECONDS)
    app.switch_page("../../../pages/build.py")
    app.query_params["network"] = text
    return without_exception(app.run())


def linked(app: AppTest) -> str:
    """The link that the page offers; without its host, since nobody opened it in a browser."""
    data = [json.loads(component.proto.json) for component in app.get("bidi_component") if component.proto.json]
    return next(one["link"] for one in data if "link" in one)


def press(app: AppTest, label: str) -> AppTest:
    return without_exception(next(button for button in app.button if button.label == label).click().run())


def on_train(app: AppTest) -> AppTest:
    return without_exception(app.switch_page("../../../pages/train.py").run())


def on_build(app: AppTest) -> AppTest:
    return without_exception(app.switch_page("../../../pages/build.py").run())


def shown_settings(app: AppTest) -> dict[str, object]:
    on_train(app)
    shown = {key: app.number_input(key=key).value for key in ("epochs", "seed")}
    shown |= {key: app.selectbox(key=key).value for key in ("optimizer", "batch-size", "initialization")}
    shown["rate"] = app.select_slider(key="learning-rate").value
    on_build(app)
    return shown


LINKED = {"optimizer": "sgd", "rate": 0.07, "epochs": 3, "batch-size": 24, "seed": 8, "initialization": "he_normal"}
DEFAULT = {
    "optimizer": "adam",
    "rate": 0.001,
    "epochs": 10,
    "batch-size": 32,
    "seed": 0,
    "initialization": "glorot_uniform",
}


def test_a_link_builds_the_network_and_fills_the_settings():
    app = opened(link_text(LinkedNetwork(LENET.architecture, SETTINGS)))
    assert len(cards(app)) == len(LENET.architecture.layers)
    assert [box.value for box in app.info] == [
        "Opened from a link: **LeNet\\-5** with 8 layers and its training settings. "
        "“Undo” brings back what was here before."
    ]
    assert not app.error
    assert shown_settings(app) == LINKED


def test_a_link_is_opened_once():
    app = opened(link_text(LinkedNetwork(LENET.architecture, SETTINGS)))
    assert "network" not in app.query_params
    press(app, "Undo")
    assert len(cards(app)) == len(TINY.architecture.layers)
    assert not app.info


def test_what_was_opened_is_told_until_the_network_changes():
    app = opened(link_text(LinkedNetwork(LENET.architecture, SETTINGS)))
    without_exception(app.run())
    assert len(app.info) == 1
    without_exception(app.button(key="open-" + str(min_card(app))).click().run())
    assert len(app.info) == 1
    add_layer(app, "add-last", "Dropout")
    assert not app.info


def min_card(app: AppTest) -> int:
    return min(int(b.key[5:]) for b in app.button if (b.key or "").startswith("open-") and b.key != "open--1")


def test_undo_and_redo_take_the_settings_along():
    app = opened(link_text(LinkedNetwork(LENET.architecture, SETTINGS)))
    press(app, "Undo")
    assert shown_settings(app) == DEFAULT
    press(app, "Redo")
    assert shown_settings(app) == LINKED
    on_train(app)
    without_exception(app.number_input(key="epochs").set_value(4).run())
    on_build(app)
    press(app, "Undo")
    assert shown_settings(app) == DEFAULT | {"epochs": 4}  # set by hand since then


def test_the_same_network_with_other_settings_can_be_undone_too():
    app = opened(link_text(LinkedNetwork(TINY.architecture, SETTINGS)))
    assert shown_settings(app) == LINKED
    press(app, "Undo")
    assert shown_settings(app) == DEFAULT


def test_the_link_on_the_page_holds_what_is_on_the_page():
    app = open_page("build")
    open_from_gallery(app, "Open LeNet-5 for Handwritten digits")
    on_train(app)
    without_exception(app.number_input(key="epochs").set_value(3).run())
    on_build(app)
    assert linked(app).startswith("/build?network=")
    other = opened(linked(app).split("=", 1)[1])
    assert cards(other) == cards(app)
    assert metric(other, "Parameters") == metric(app, "Parameters")
    assert shown_settings(other)["epochs"] == 3


def test_a_name_from_a_link_is_shown_and_not_formatted():
    name = "![a](http://b/c.png) :red[x]"
    app = opened(link_text(LinkedNetwork(Architecture(name, (1, 8, 8), (Conv2D(),)), SETTINGS)))
    assert "![a](" not in app.info[0].value
    assert ":red[" not in app.info[0].value
    assert "with 1 layer and" in app.info[0].value


def test_a_data_set_that_is_not_here_stays_away():
    elsewhere = TrainingSettings(dataset="my ![cats](http://b)", epochs=3)
    app = opened(link_text(LinkedNetwork(LENET.architecture, elsewhere)))
    assert "the data set stays as it was" in app.info[0].value
    assert shown_settings(app)["epochs"] == 3


def test_a_data_set_of_ones_own_stays_with_who_made_it_also_on_this_server():
    """Whoever has a link to a network did not get the pictures with it."""
    name = save_own({"a": [picture(40, 0)] * 6, "b": [picture(200, 1)] * 6}, 32, "crop")
    app = opened(link_text(LinkedNetwork(LENET.architecture, TrainingSettings(dataset=name, epochs=3))))
    assert "A link cannot include its pictures, so the data set stays as it was." in app.info[0].value
    assert shown_settings(app)["epochs"] == 3
    on_train(app)
    assert app.selectbox(key="train-dataset").value == "digits"


def test_in_the_workspace_that_has_them_ones_own_pictures_stay_chosen():
    name = save_own({"a": [picture(40, 0)] * 6, "b": [picture(200, 1)] * 6}, 32, "crop")
    app = open_page("home")
    app.session_state["visualizer"].own_datasets = (name,)
    app.query_params["network"] = link_text(LinkedNetwork(LENET.architecture, TrainingSettings(dataset=name, epochs=3)))
    on_build(app)
    assert "cannot include its pictures" not in app.info[0].value
    on_train(app)
    assert app.selectbox(key="train-dataset").value == name


def test_a_data_set_that_can_be_fetched_is_named():
    app = opened(link_text(LinkedNetwork(LENET.architecture, TrainingSettings(dataset="mnist", epochs=3))))
    assert (
        "It is meant to be trained on MNIST, which is not on this server yet, so the data set stays as it was: fetch "
        "MNIST on the Train page, then choose it there."
    ) in app.info[0].value
    assert shown_settings(app)["epochs"] == 3
    on_train(app)
    assert app.selectbox(key="train-dataset").value == "digits"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text[:-9], "It was changed or cut off on the way"),
        (lambda text: "b" + text[1:], "made by another version of this app"),
        (lambda text: text + "A" * 8_000, "at most 8,000"),
        (lambda text: "", "It is empty"),
        (lambda text: "![a](http://b/c.png)", "could not be opened"),
    ],
)
def test_a_link_that_cannot_be_opened_says_so_and_changes_nothing(change, words):
    app = opened(change(link_text(LinkedNetwork(LENET.architecture, SETTINGS))))
    without_exception(app.run())  # as the browser does once it knows how wide its page is
    assert [words in box.value for box in app.error] == [True]
    assert "network" not in app.query_params
    assert len(cards(app)) == len(TINY.architecture.layers)
    assert shown_settings(app) == DEFAULT
    open_from_gallery(app, "Open LeNet-5 for Handwritten digits")
    assert not app.error
