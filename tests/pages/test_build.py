"""The Build page."""

import time
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.app import ROOT, add_layer, after_reading, alts, open_from_gallery, open_page, without_exception
from visualizer.architecture.architecture import architecture_to_json
from visualizer.architecture.gallery.catalog import GALLERY
from visualizer.architecture.layer import grouped_layer_types
from visualizer.architecture.layers.add import Add
from visualizer.architecture.layers.max_pooling2d import MaxPooling2D
from visualizer.architecture.presets import CLASSIC, LENET, TINY
from visualizer.source_code import task_scripts
from visualizer.ui.build.keras_code import EXAMPLE, PYTORCH_EXAMPLE
from visualizer.ui.build.problems import MOST_LISTED


def metric(app: AppTest, label: str) -> str:
    return next(metric.value for metric in app.metric if metric.label == label)


def cards(app: AppTest) -> list[str]:
    """The cards' labels in plain words, without the input's."""
    labels = [button.label for button in app.button if (button.key or "").startswith("open-")][1:]
    return [label.split("\u2003", 1)[1].replace("*", "").translate({0x2003: " ", 0xA0: " "}) for label in labels]


def menu(app: AppTest, key: str):
    return next(button for button in app.get("menu_button") if button.key == key)


def open_card(app: AppTest, card: int) -> AppTest:
    return without_exception(app.button(key=f"open-{card}").click().run())


@pytest.fixture
def app() -> AppTest:
    return open_page("build")


def test_every_card_shows_shape_parameters_and_multiply_adds(app):
    assert cards(app)[0] == "1 Conv2D 8, 3 × 3 → 8 × 8 × 8 :gray[80 parameters · 4,608 multiply-adds]"
    assert cards(app)[1] == "2 MaxPooling2D 2 × 2 → 4 × 4 × 8 :gray[nothing to learn]"
    assert metric(app, "Parameters") == "1,898"
    assert metric(app, "Multiply-adds for one picture") == "23,680"


def test_the_classic_example_has_its_parameters(app):
    open_from_gallery(app, "Open Classic example")
    assert metric(app, "Parameters") == "1,626,442"
    assert "1,605,760 parameters" in cards(app)[5]
    assert "Conv2D 32" in alts(app)[0]


def test_a_changed_setting_changes_the_numbers_at_once_and_can_be_undone(app):
    open_card(app, 0)
    without_exception(app.number_input(key="setting-0-filters").set_value(4).run())
    assert "→ 8 × 8 × 4 :gray[40 parameters" in cards(app)[0]
    without_exception(next(button for button in app.button if button.label == "Undo").click().run())
    assert "→ 8 × 8 × 8 :gray[80 parameters" in cards(app)[0]
    assert app.number_input(key="setting-0-filters").value == 8
    without_exception(next(button for button in app.button if button.label == "Redo").click().run())
    assert app.number_input(key="setting-0-filters").value == 4


def test_a_leaky_relu_says_its_slope_and_as_a_layer_of_its_own_lets_it_be_chosen(app):
    open_card(app, 0)
    own = app.selectbox(key="setting-0-activation")
    assert "LeakyReLU, slope 0.2" in own.options
    without_exception(own.set_value("leaky_relu").run())
    owner = app.session_state["visualizer"]
    ((_, module),) = owner.architecture.layers[0].stages((1, 8, 8))[1:]
    assert module.negative_slope == 0.2
    add_layer(app, "bare-action-0", "Activation")
    card = owner.history.present.ids[1]
    open_card(app, card)
    assert "negative_slope" not in " ".join(field.key for field in app.number_input)
    without_exception(app.selectbox(key=f"setting-{card}-function").set_value("leaky_relu").run())
    slope = app.number_input(key=f"setting-{card}-negative_slope")
    assert (slope.label, slope.value) == ("Negative slope", 0.2)
    without_exception(slope.set_value(0.05).run())
    assert owner.architecture.layers[1].stages((8, 8, 8))[0][1].negative_slope == 0.05


def test_what_is_seldom_changed_is_folded_away(app):
    open_card(app, 0)
    (folded,) = (box for box in app.expander if box.label == "More settings")
    assert not folded.proto.expanded
    assert [field.label for field in (*folded.selectbox, *folded.number_input)] == [
        "Initial weights",
        "L1 penalty",
        "L2 penalty",
    ]
    assert "as the network's" in folded.selectbox[0].options
    without_exception(app.number_input(key="setting-0-l2").set_value(0.0005).run())
    assert app.number_input(key="setting-0-l2").value == 0.0005
    without_exception(next(button for button in app.button if button.label == "Undo").click().run())
    assert app.number_input(key="setting-0-l2").value == 0
    open_card(app, 0)
    open_card(app, 1)  # a pooling has none
    assert "More settings" not in [box.label for box in app.expander]


def test_a_layer_is_added_before_the_first(app):
    add_layer(app, "bare-action-input", "BatchNormalization")
    assert cards(app)[0].startswith("1 BatchNormalization → 8 × 8 × 1")


def test_every_layer_type_is_offered_under_the_heading_of_its_group(app):
    without_exception(app.button(key="add-last").click().run())
    (dialog,) = app.get("dialog")
    assert dialog.proto.dialog.title == "Add a layer"
    offered = [
        (group.markdown[0].value, [button.label for button in group.button])
        for group in dialog.children[0].children.values()
    ]
    assert offered == [
        (f"**{group}**", [layer_type.title for layer_type in types.values()])
        for group, types in grouped_layer_types().items()
    ]
    # Closed without a choice, nothing has changed.
    without_exception(app.run())
    assert "add-Dense" not in [button.key for button in app.button]
    assert len(cards(app)) == 6
    assert "undo" not in [button.key for button in app.button]


def test_an_added_layer_is_one_step_of_undo(app):
    before = cards(app)
    add_layer(app, "bare-action-0", "Conv2D")
    assert cards(app)[1].startswith("2 Conv2D 32, 3 × 3")
    without_exception(app.button(key="undo").click().run())
    assert cards(app) == before
    assert "undo" not in [button.key for button in app.button]


def test_layers_are_added_moved_copied_and_deleted(app):
    add_layer(app, "bare-action-0", "Dropout")
    assert [card.split(" ")[1] for card in cards(app)[:3]] == ["Conv2D", "Dropout", "MaxPooling2D"]
    without_exception(menu(app, "bare-action-6").click("down").run())
    assert [card.split(" ")[1] for card in cards(app)[:3]] == ["Conv2D", "MaxPooling2D", "Dropout"]
    without_exception(menu(app, "bare-action-6").click("duplicate").run())
    assert len(cards(app)) == 8
    without_exception(menu(app, "bare-action-6").click("delete").run())
    assert len(cards(app)) == 7


def test_a_layer_that_does_not_fit_says_why_and_offers_the_fix(app):
    without_exception(menu(app, "bare-action-4").click("delete").run())
    texts = [markdown.value for markdown in app.markdown]
    assert any("Feature maps of 2 × 2 × 16 arrive. Dense needs a vector" in text for text in texts)
    assert next(button for button in app.button if button.label == "Train it").disabled
    without_exception(next(button for button in app.button if button.label == "Put Flatten before it").click().run())
    assert not next(button for button in app.button if button.label == "Train it").disabled
    assert metric(app, "Parameters") == "1,898"


def problems(app: AppTest) -> list[str]:
    """The problems at the top of the list: their words, then the fixes of all."""
    words = [text.value for text in app.markdown if "](#card-" in text.value]
    return words + [button.label for button in app.button if (button.key or "").startswith("top-fix-")]


def test_every_problem_is_repeated_above_the_cards_with_a_link_to_its_card_and_its_fixes(app):
    assert problems(app) == []
    without_exception(menu(app, "bare-action-4").click("delete").run())
    assert problems(app) == [
        ":red[:material/error:] **[Layer 5, Dense 10](#card-5)** does not fit. Feature maps of 2 × 2 × 16 arrive. "
        "Dense needs a vector: one long row of numbers.",
        "Put Flatten before it",
        "Put GlobalAveragePooling2D before it",
    ]
    without_exception(app.button(key="top-fix-5-0").click().run())
    assert problems(app) == []
    assert metric(app, "Parameters") == "1,898"


def test_of_many_problems_the_first_are_listed_and_the_others_counted(app):
    pools = tuple(MaxPooling2D(pool_size=(9, 9)) for _ in range(11))
    adding = replace(TINY.architecture, layers=(*pools, Add()), wires=(*((-1,) for _ in pools), tuple(range(11))))
    app.session_state["visualizer"].open_architecture(adding)
    without_exception(app.run())
    listed = [text for text in problems(app) if "](#card-" in text]
    assert len(listed) == MOST_LISTED
    assert listed[0].startswith(":red[:material/error:] **[Layer 1, MaxPooling2D 9 × 9](#card-")
    assert "The list below marks 3 more layers that do not fit." in [caption.value for caption in app.caption]


def test_a_row_has_one_fold_and_one_menu(app):
    row = app.get("menu_button")[1]
    assert row.label == "Menu of layer 1"
    assert [option.split(" ", 1)[1] for option in row.options] == [
        "Add a layer below …",
        "Move up",
        "Move down",
        "Duplicate",
        "Skip connection from …",
        "Branch from here",
        "Fold into a block …",
        "Delete",
    ]
    assert [button.key for button in app.button if (button.key or "").endswith("-0")] == ["open-0"]


def test_the_last_layer_must_give_one_number_for_each_class(app):
    open_card(app, 5)
    without_exception(app.number_input(key="setting-5-units").set_value(12).run())
    assert any("one number for each of the 10 classes" in markdown.value for markdown in app.markdown)
    without_exception(next(button for button in app.button if button.label == "Use 10 units").click().run())
    assert app.number_input(key="setting-5-units").value == 10


def test_an_architecture_is_uploaded(app):
    text = architecture_to_json(LENET.architecture).encode()
    app.file_uploader[0].set_value(("lenet.json", text, "application/json"))
    after_reading(app.run())
    assert metric(app, "Parameters") == "61,706"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"format": "cnn-visualizer/architecture"}', b"\xff\xfe\x00"])
def test_a_bad_file_gets_one_sentence_and_loses_nothing(app, content):
    app.file_uploader[0].set_value(("bad.json", content, "application/json"))
    after_reading(app.run())
    assert len(app.error) == 1
    assert metric(app, "Parameters") == "1,898"
    without_exception(app.run())
    assert not app.error


def test_a_name_cannot_bring_markup(app):
    open_card(app, -1)
    without_exception(app.text_input(key="name").set_value("![x](http://y)").run())
    assert r"\!\[x\]\(http\:\/\/y\)" in app.button(key="open--1").label


def test_the_input_card_changes_the_network(app):
    open_card(app, -1)
    without_exception(app.number_input(key="height").set_value(12).run())
    assert "→ 12 × 8 × 8" in cards(app)[0]
    open_from_gallery(app, "Open Tiny digits net")
    assert "→ 8 × 8 × 8" in cards(app)[0]


def paste(app: AppTest, source: str) -> AppTest:
    app.text_area(key="keras-source").set_value(source)
    return without_exception(next(button for button in app.button if button.key == "keras-build").click().run())


def written(app: AppTest) -> str:
    """All Markdown of the page, without what escapes signs."""
    return "\n".join(text.value for text in app.markdown).replace("\\", "")


def test_keras_source_becomes_the_network_and_undo_brings_the_old_one_back(app):
    paste(app, EXAMPLE)
    assert metric(app, "Parameters") == "1,626,442"
    assert cards(app)[0].startswith("1 Conv2D 32, 3 × 3 → 62 × 62 × 32")
    assert "Built: 7 layers with 1,626,442 parameters." in written(app)
    assert "Adam, learning rate 0.001, Cross-entropy, 10 epochs, batches of 32" in written(app)
    assert "**Line 14**: The pictures come from the data set" in written(app)
    without_exception(next(button for button in app.button if button.label == "Undo").click().run())
    assert metric(app, "Parameters") == "1,898"
    assert "Built:" not in written(app)


def train_settings(app: AppTest) -> tuple[object, ...]:
    """Optimiser, learning rate, epochs, batch size and data set of the next run, as Train shows them."""
    without_exception(app.switch_page(str(ROOT / "pages" / "train.py")).run())
    found = (
        app.selectbox(key="optimizer").value,
        app.select_slider(key="learning-rate").value,
        app.number_input(key="epochs").value,
        app.selectbox(key="batch-size").value,
        app.selectbox(key="train-dataset").value,
    )
    without_exception(app.switch_page(str(ROOT / "pages" / "build.py")).run())
    return found


def press(app: AppTest, label: str) -> None:
    without_exception(next(button for button in app.button if button.label == label).click().run())


FIRST = """
model = Sequential([Input((8, 8, 1)), Conv2D(4, 3), Flatten(), Dense(10, "softmax")])
model.compile(optimizer=SGD(0.05), loss="categorical_crossentropy")
model.fit(x, y, epochs=3, batch_size=16)
"""
SECOND = FIRST.replace("SGD(0.05)", "RMSprop(0.002)").replace("epochs=3", "epochs=7")


def test_undo_after_keras_source_brings_back_the_settings_of_train_too(app):
    default = train_settings(app)
    paste(app, FIRST)
    assert "Undo brings back the old network and settings" in written(app)
    first = train_settings(app)
    assert first == ("sgd", 0.05, 3, 16, "digits") != default
    paste(app, SECOND)  # the same network with other settings
    second = train_settings(app)
    assert second == ("rmsprop", 0.002, 7, 16, "digits")
    press(app, "Undo")
    assert "RMSprop" not in written(app)
    assert train_settings(app) == first
    press(app, "Undo")
    assert train_settings(app) == default
    press(app, "Redo")
    assert train_settings(app) == first
    press(app, "Redo")
    assert train_settings(app) == second


def test_what_was_set_by_hand_after_the_source_stays(app):
    default = train_settings(app)
    paste(app, FIRST)
    without_exception(app.switch_page(str(ROOT / "pages" / "train.py")).run())
    without_exception(app.number_input(key="epochs").set_value(5).run())
    without_exception(app.switch_page(str(ROOT / "pages" / "build.py")).run())
    press(app, "Undo")
    assert train_settings(app) == (*default[:2], 5, *default[3:])
    # Undoing what has nothing to do with the source leaves the settings as they are.
    add_layer(app, "add-last", "Dropout")
    press(app, "Undo")
    assert train_settings(app) == (*default[:2], 5, *default[3:])


def test_the_same_source_once_more_changes_nothing(app):
    paste(app, FIRST)
    paste(app, FIRST)
    assert "Built:" in written(app)
    press(app, "Undo")
    assert metric(app, "Parameters") == "1,898"


def test_the_example_can_be_filled_in(app):
    without_exception(next(button for button in app.button if button.key == "keras-example").click().run())
    assert app.text_area(key="keras-source").value == EXAMPLE


def test_the_number_of_classes_and_the_notes_of_keras_source(app):
    paste(app, "m = Sequential([Input((8, 8, 1)),\n Foo('*a*'), Flatten(),\n Dense(n)])\nm.fit(x, y, 100, 7)")
    assert cards(app)[1].startswith("2 Dense 10")
    assert "- **Line 2**: “Foo(…)” is not known here and is left out." in app.warning[0].value.replace("\\", "")
    assert "- **Line 3**: “n”, for units, does not follow from the text; 10 is used." in written(app)
    without_exception(app.button(key="bare-keras-close").click().run())
    assert "“n”" not in written(app)
    without_exception(app.switch_page(str(ROOT / "pages" / "train.py")).run())
    assert app.selectbox(key="batch-size").value == 100
    assert app.number_input(key="epochs").value == 7


def main_text(app: AppTest) -> str:
    """What is said in warnings and in Markdown, in the order of the page, without what escapes signs."""
    said = [element.value for element in app.main if element.type in ("warning", "markdown")]
    return "\n".join(said).replace("\\", "")


def test_another_network_than_the_pasted_one_is_said_first_and_as_a_warning(app):
    paste(
        app,
        "i = Input((8, 8, 1))\nx = Conv2D(4, 3, padding='same')(i)\ny = Mix()([i, Conv2D(4, 3, padding='same')(x)])\n"
        "m = Model(i, Dense(10)(Flatten()(y)))\nm.fit(a, b)",
    )
    (warning,) = app.warning
    assert warning.value.startswith("**This network differs from the one that you brought:**")
    joins = "“Mix(…)” joins branches in a way that is not known here, so only the longest is kept."
    assert f"- **Line 3**: {joins}" in warning.value.replace("\\", "")
    text = main_text(app)
    assert text.index("network differs") < text.index("layers with") < text.index("The pictures come from the data set")
    assert text.count("joins branches") == 1
    # Nothing is ticked off that is not what was asked for.
    assert ":material/check_circle:" not in text

    paste(app, EXAMPLE)
    assert not app.warning
    assert ":material/check_circle: **Built: 7 layers" in main_text(app)


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("", "No network was found in this text"),
        ("model = Sequential(\nx = 3", "This is not Python source. Line 1 cannot be read"),
        ("m = Sequential([" + "Flatten(), " * 1001 + "])", "The network has 1,001 layers. At most 1,000 fit here"),
    ],
)
def test_source_without_a_network_is_refused_and_nothing_is_lost(app, source, sentence):
    paste(app, source)
    assert app.error[0].value.startswith(sentence)
    assert metric(app, "Parameters") == "1,898"
    assert app.text_area(key="keras-source").value == source


def downloads(app: AppTest) -> dict[str, bool]:
    """Whether each download can be had, by its label."""
    return {button.proto.label: not button.proto.disabled for button in app.get("download_button")}


def test_a_network_that_does_not_fit_is_kept_but_is_no_script(app):
    assert list(downloads(app).values()) == [True, True, True]
    paste(app, "m = Sequential([Input((8, 8, 1)), Dense(10)])")
    assert list(downloads(app).values()) == [True, False, False]
    assert "A script can be written once every layer fits." in [caption.value for caption in app.caption]


def captions(app: AppTest) -> list[str]:
    return [caption.value for caption in app.caption]


def test_the_pictures_for_a_script_are_packed_where_it_does_not_load_them_itself(app):
    assert any(text.endswith("It runs without this app.") for text in captions(app))
    assert not any(button.key == "script-pictures-start" for button in app.button)
    app.session_state["visualizer"].choose_dataset("shapes")
    without_exception(app.run())
    assert any("on the pictures in a folder “pictures” beside it" in text for text in captions(app))
    press(app, "The pictures for the script (ZIP)")
    deadline = time.monotonic() + 60
    while len(downloads(app)) < 4 and time.monotonic() < deadline:
        time.sleep(0.1)
        without_exception(app.run())
    assert any(label.startswith("Download pictures.zip (") for label in downloads(app))


def test_a_task_has_scripts_and_a_file_of_pictures_with_their_targets(app):
    open_from_gallery(app, "Open Measures a shape")
    assert list(downloads(app).values()) == [True, True, True]
    assert any("on the file pictures.npz beside it" in text for text in captions(app))
    press(app, "The pictures for the script (NPZ)")
    deadline = time.monotonic() + 60
    while len(downloads(app)) < 4 and time.monotonic() < deadline:
        time.sleep(0.1)
        without_exception(app.run())
    assert any(label.startswith("Download pictures.npz (") for label in downloads(app))


def test_a_task_without_scripts_says_so(app, monkeypatch):
    monkeypatch.setattr(task_scripts, "_SCRIPTS", {})
    open_from_gallery(app, "Open Measures a shape")
    assert list(downloads(app).values()) == [True, False, False]
    assert "For the task “Regression”, no script is written yet." in captions(app)


def open_layer(app: AppTest, index: int) -> int:
    """Open the card of layer `index`, from 0; the card's number."""
    keys = [button.key for button in app.button if (button.key or "").startswith("open-")][1:]
    card = int(keys[index].removeprefix("open-"))
    open_card(app, card)
    return card


def test_a_passed_bound_is_shown_with_a_fix_before_anything_is_trained(app):
    open_from_gallery(app, "Open Classic example")
    app.session_state["visualizer"].set_training(batch_size=1024)
    card = open_layer(app, 0)
    without_exception(app.number_input(key=f"setting-{card}-filters").set_value(256).run())
    sentence = app.error[0].value
    assert sentence.startswith("A batch of 1,024 pictures makes ")
    most = int(sentence.split("at most ")[-1].strip("."))
    fix = app.button(key="fix-batch-size")
    chosen = int(fix.label.removeprefix("Use a batch size of "))
    assert chosen <= most < 2 * chosen  # the largest of those that the form offers
    without_exception(fix.click().run())
    assert not app.error
    assert not app.button(key="train-it").disabled


def test_a_network_with_too_many_parameters_cannot_be_sent_to_training(app):
    open_from_gallery(app, "Open Classic example")
    card = open_layer(app, next(index for index, text in enumerate(cards(app)) if "1,605,760 parameters" in text))
    without_exception(app.number_input(key=f"setting-{card}-units").set_value(4096).run())
    sentence = app.error[0].value
    assert sentence.startswith("The network has 51,")
    assert sentence.endswith("At most 20,000,000 fit here. Pool before Flatten, or use fewer filters or units.")
    assert app.button(key="train-it").disabled
    # Beside the button, since a phone shows no tooltip; the sentence itself stands below.
    assert "The network does not fit yet: see below." in [caption.value for caption in app.caption]
    without_exception(app.switch_page("../../../pages/train.py").run())
    assert [error.value for error in app.error] == [sentence]
    assert app.button(key="start").disabled
    without_exception(app.switch_page("../../../pages/look_inside.py").run())
    assert any(sentence in box.value for box in [*app.error, *app.warning])


def keys(app: AppTest) -> set[str]:
    return {button.key for button in app.button}


def test_the_classic_example_is_offered_the_pictures_that_it_was_made_for(app):
    assert not any("Each is" in text.value for text in app.markdown)
    open_from_gallery(app, "Open Classic example")
    said = next(text.value for text in app.markdown if "Each is" in text.value)
    assert said == (
        ":material/info: The pictures of **Handwritten digits** are 8 × 8 in grey; the network in Build expects "
        "64 × 64 in colour. Each is enlarged, which adds no detail. Each gets the same grey in red, "
        "green and blue."
    )
    # Its layers would not fit into 8 × 8 pixels, so nothing else is offered.
    assert "fit-network-build" not in keys(app)
    offer = app.button(key="fit-dataset-build-shapes")
    assert offer.label == "Train on Coloured shapes (64 × 64 in colour)"
    without_exception(offer.click().run())
    assert app.session_state["visualizer"].settings.dataset == "shapes"
    assert not any("Each is" in text.value for text in app.markdown)
    # What the data set does not change is there still.
    assert app.session_state["visualizer"].architecture == CLASSIC.architecture


def test_a_network_for_other_pictures_is_fitted_in_one_click_and_that_is_undone_in_one(app):
    app.session_state["visualizer"].choose_dataset("shapes")
    without_exception(app.run())
    offer = app.button(key="fit-network-build")
    assert offer.label == "Fit the network: input 64 × 64 in colour"
    without_exception(offer.click().run())
    assert app.session_state["visualizer"].architecture.input_shape == (3, 64, 64)
    assert app.session_state["visualizer"].architecture.layers == TINY.architecture.layers
    without_exception(app.button(key="undo").click().run())
    assert app.session_state["visualizer"].architecture == TINY.architecture


def test_a_small_network_comes_with_its_data_set_and_undo_brings_both_back(app):
    number = next(number for number, entry in enumerate(GALLERY) if entry.name == "ResNet-20")
    without_exception(app.button(key="gallery").click().run())
    without_exception(app.button(key=f"gallery-small-{number}").click().run())
    owner = app.session_state["visualizer"]
    assert (owner.architecture, owner.settings.dataset) == (GALLERY[number].make_small(), "shapes")
    press(app, "Undo")
    assert (owner.architecture, owner.settings.dataset) == (TINY.architecture, "digits")


def test_every_network_of_the_gallery_opens(app):
    for number, entry in enumerate(GALLERY):
        without_exception(app.button(key="gallery").click().run())
        button = "open" if entry.make() != entry.make_small() else "small"
        without_exception(app.button(key=f"gallery-{button}-{number}").click().run())
        assert app.session_state["visualizer"].architecture == entry.make()


def test_one_starts_from_nothing(app):
    open_from_gallery(app, "Start from nothing")
    assert cards(app) == []
    assert "The network does not fit yet: see below." in [caption.value for caption in app.caption]
    add_layer(app, "add-last", "Flatten")
    assert len(cards(app)) == 1


def test_what_cannot_be_undone_or_redone_has_no_button(app):
    assert not keys(app) & {"undo", "redo"}
    open_from_gallery(app, "Open Classic example")
    assert keys(app) & {"undo", "redo"} == {"undo"}
    without_exception(app.button(key="undo").click().run())
    assert keys(app) & {"undo", "redo"} == {"redo"}


def test_pytorch_source_becomes_the_network_and_the_box_says_what_it_took_it_for(app):
    without_exception(next(button for button in app.button if button.key == "pytorch-example").click().run())
    assert app.text_area(key="keras-source").value == PYTORCH_EXAMPLE
    paste(app, PYTORCH_EXAMPLE)
    assert "Built: 7 layers with 2,117,962 parameters." in written(app)
    assert "The code was read as PyTorch." in written(app)
    assert "Adam, learning rate 0.001, Cross-entropy, 10 epochs, batches of 32" in written(app)
    assert not app.warning
    paste(app, EXAMPLE)
    assert "The code was read as Keras." in written(app)
