"""What pages show of layer types that a stranger wrote, each alone in one file."""

from streamlit.testing.v1 import AppTest

from tests.architecture.new_types import EXAMPLES, SHIFTED2D
from tests.pages.app import alts, open_page, without_exception
from visualizer.architecture.architecture import Architecture
from visualizer.architecture.layer import Layer
from visualizer.architecture.layers.batch_normalization import BatchNormalization
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.flatten import Flatten


def built(page: str, *layers: Layer) -> AppTest:
    """The page with a network of these layers in Build, and Dense after them."""
    app = open_page(page)
    layers = (*layers, Flatten(), Dense(units=10, activation="softmax"))
    app.session_state["visualizer"].open_architecture(Architecture("new", (1, 16, 16), layers))
    return without_exception(app.run())


def field_page(*layers: Layer) -> AppTest:
    app = built("receptive_field", *layers)
    return without_exception(app.selectbox(key="receptive-field-network").select("build").run())


def texts(app: AppTest) -> str:
    return "\n".join(element.value for element in [*app.markdown, *app.latex, *app.caption, *app.info])


def test_where_a_layer_enlarges_the_page_follows_one_unit_back(add_layer_type):
    app = field_page(Conv2D(filters=2), add_layer_type("up_sampling2d", EXAMPLES["up_sampling2d"]), Conv2D(filters=2))
    without_exception(app.select_slider[0].set_value(3).run())
    said = texts(app)
    # Unit 14 of 26: rows 14 to 16 of 28, rows 7 to 8 of 14, rows 7 to 10 of 16.
    assert "**no single formula holds for all of them**" in said
    assert "Layer 3, Conv2D 2, 3 × 3: row 14, column 14" in said
    assert "Layer 2, UpSampling2D: rows 14 to 16, columns 14 to 16" in said
    assert "Layer 1, Conv2D 2, 3 × 3: rows 7 to 8, columns 7 to 8" in said
    assert "The picture: rows 7 to 10, columns 7 to 10" in said
    table = app.table[0].value
    assert table["Window"].tolist() == ["1", "3", "no window", "3"]
    assert table["Receptive field"].tolist() == ["**1**", "**3**", "up to **3**", "up to **4**"]
    assert table["Jump"].tolist() == ["1", "1", "differs", "differs"]


def test_padding_is_part_of_the_sum(add_layer_type):
    padding = add_layer_type("border2d", EXAMPLES["border2d"]).with_settings(border=3)
    app = field_page(padding, Conv2D(filters=2))
    without_exception(app.select_slider[0].set_value(2).run())
    assert app.table[0].value["Padding"].tolist() == ["0", "3", "0"]
    assert app.table[0].value["Start"].tolist() == ["1", "−2", "−2"]
    drawn = next(data for data in map(_json, app.get("bidi_component")) if "parts" in data)
    # The first unit sees only zeros, the second the first row, and so on.
    ((rows, _),) = drawn["parts"]
    assert rows[:4] == [[], [[0, 0]], [[0, 1]], [[0, 2]]]


def _json(component) -> dict:
    import json

    return json.loads(component.proto.json or "{}")


def test_what_a_layer_does_not_say_is_not_stated(add_layer_type):
    shifted = add_layer_type("shifted2d", SHIFTED2D)
    app = field_page(Conv2D(filters=2), shifted, Conv2D(filters=2))
    assert "Layer 2, Shifted2D, does not say which positions it reads" in texts(app)
    assert app.table[0].value["Layer"].tolist() == ["Input", "1  Conv2D 2, 3 × 3"]
    app = field_page(shifted)
    assert "Layer 1, Shifted2D, does not say which positions it reads" in texts(app)
    assert "No layer of this network has a receptive field" not in texts(app)


def test_both_sets_of_a_separable_convolutions_kernels_are_shown(add_layer_type):
    app = built("look_inside", add_layer_type("separable_conv2d", EXAMPLES["separable_conv2d"]))
    titles = [subheader.value for subheader in app.subheader]
    assert "Kernels of stage 1 of 2: depthwise" in titles
    assert "Kernels of stage 2 of 2: pointwise" in titles
    assert any("2 kernels of 3 × 3" in alt for alt in alts(app))
    assert any("6 kernels of 1 × 1" in alt for alt in alts(app))
    app.session_state["look-parts"] = "Filters"
    without_exception(app.run())
    titles = [subheader.value for subheader in app.subheader]
    assert "The kernels of filter 1, by channel" in titles
    assert "The kernels of its stage “depthwise”" in titles
    assert "one kernel for each of the maps from its stage “depthwise”" in texts(app)


def test_what_a_filter_sees_is_not_stated_where_nobody_knows(add_layer_type):
    app = built("look_inside", add_layer_type("shifted2d", SHIFTED2D), Conv2D(filters=2))
    app.session_state["look-parts"] = "Filters"
    without_exception(app.run())
    for job in list(app.session_state["visualizer"].jobs.values()):
        job.join()
    without_exception(app.run())
    assert "receptive field is unknown, because" in texts(app)


def test_batch_normalization_says_which_of_its_numbers_are_trained():
    app = built("build", Conv2D(filters=8), BatchNormalization())
    card = next(button.label for button in app.button if "BatchNormalization" in button.label)
    assert "16 trainable parameters, 16 kept" in card
    total = app.metric[0]
    trained = int(total.value.replace(",", ""))
    assert "16 more, such as running means, are stored and used but not trained" in total.help
    assert f"{trained + 16:,} in all" in total.help
