"""Every page shows a network of this app that branches."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.branching import BRANCHING
from tests.pages.app import alts, open_page, without_exception
from tests.pages.test_scores import go_to, part
from tests.pages.test_train import press, wait_for
from tests.pages.test_why import overlay
from visualizer.architecture.gallery.residual import RESNET20
from visualizer.inspection.steps import Spot
from visualizer.ui.look.state import LookState
from visualizer.ui.train.state import TrainState


def built(page: str) -> AppTest:
    app = open_page(page)
    app.session_state["visualizer"].open_architecture(BRANCHING)
    return without_exception(app.run())


def texts(app: AppTest) -> str:
    elements = [*app.subheader, *app.markdown, *app.latex, *app.caption, *app.info]
    return "\n".join(element.value for element in elements)


def opened(app: AppTest, index: int) -> AppTest:
    """Look inside with this layer open."""
    count = len(BRANCHING.layers)
    block = next((block for block in BRANCHING.blocks if block.first <= index <= block.last), None)
    app.session_state[f"layer-of-{count}"] = index if block is None else block.first
    if block is not None:
        app.session_state[f"layer-of-{count}-in-{block.first}"] = index
    return without_exception(app.run())


def test_every_layer_is_opened_and_says_what_meets_in_it():
    app = built("look_inside")
    for index, (layer, sources) in enumerate(zip(BRANCHING.layers, BRANCHING.sources, strict=True)):
        said = texts(opened(app, index))
        assert ("What meets here, layer by layer" in said) == (len(sources) > 1)
        assert ("Input: " in said) == (len(sources) == 1)
        for source in sources:
            if len(sources) > 1:
                assert f"Layer {source + 1}, {BRANCHING.layers[source].summary()}" in said
        assert layer.explanation[:20].split(" ", maxsplit=1)[0] in said


def test_a_sum_stands_beside_its_terms_and_a_concatenation_says_whose_channels_it_has():
    app = opened(built("look_inside"), 3)
    assert "meet here map by map" in texts(app)
    assert any(text.startswith("3 maps of 8 × 8, map ") for text in alts(app))
    said = texts(opened(app, 9))
    assert "**Maps 1 to 4: Layer 8, Conv2D 4, 3 × 3** (4 × 4 × 4)" in said
    assert "**Maps 5 to 7: Layer 9, Conv2D 3, 1 × 1** (4 × 4 × 3)" in said
    said = texts(opened(app, 15))
    assert "**Numbers 1 to 7: Layer 15, Dropout 0.1**" in said
    assert "**Numbers 8 to 14: Layer 11, GlobalAveragePooling2D**" in said


@pytest.mark.parametrize("index", [3, 5, 6, 9, 12, 13, 15])
def test_a_number_of_a_merge_is_explained(index):
    app = opened(built("look_inside"), index)
    shape = (0, 1, 2) if index < 10 else (2,)
    app.session_state["visualizer"].page_state(LookState).explain_pixel((Spot(index, shape),))
    without_exception(app.run())


@pytest.mark.parametrize("part", ["Filters", "Why this class?"])
def test_filters_and_reasons(part):
    app = built("look_inside")
    app.session_state["look-parts"] = part
    without_exception(app.run())
    assert alts(app)


def test_grad_cam_offers_merges_and_starts_with_the_last_one_of_a_residual_network():
    app = open_page("look_inside")
    app.session_state["visualizer"].open_architecture(RESNET20.make_small())
    app.session_state["look-parts"] = "Why this class?"
    without_exception(app.run())
    (layers,) = (box for box in app.selectbox if box.label == "Maps of layer")
    assert layers.options[layers.index].endswith("Activation ReLU")
    (add,) = [title for title in layers.options[layers.index - 1 :] if title.endswith("Add")]
    before = overlay(app)
    without_exception(layers.select(int(add.split()[0]) - 1).run())
    assert overlay(app)["panels"] != before["panels"]


def test_it_is_trained_and_looked_at_on_every_page():
    app = built("train")
    app.session_state["visualizer"].set_training(epochs=2)
    without_exception(app.run())
    press(app, "Start")
    wait_for(app, "Finished")
    assert any("The answer is" in text for text in alts(app))
    for name in ("Health", "Time machine", "Evaluation"):
        part(app, "train-parts", name)
    part(app, "train-parts", "Time machine")
    machine = app.session_state["visualizer"].page_state(TrainState).time_machine
    for index in (3, 4, 9, 16):
        machine.layer = index
        without_exception(app.run())
        assert f"**Output of layer {index + 1} for the watched picture**" in texts(app)
    go_to(app, "compare")
    go_to(app, "look_inside")
    assert "What meets here" in texts(opened(app, 3))


def test_the_receptive_field_over_several_paths():
    app = built("receptive_field")
    without_exception(app.selectbox(key="receptive-field-network").select("build").run())
    slider = app.select_slider[0]
    for index in range(1, len(BRANCHING.layers) + 1):
        without_exception(slider.set_value(index).run())
        said = texts(app)
        assert ("from these units to the picture" in said) == (index >= 4 and index != 5)
        slider = app.select_slider[0]
    without_exception(slider.set_value(4).run())
    said = texts(app)
    assert "2 paths lead from these units to the picture." in said
    assert r"a_{4} &= \min(a_{1}, a_{3}) = \min(0, -1) = -1" in said
    assert r"r_{4} &= \max(a_{1}+r_{1}, a_{3}+r_{3}) - a_{4}" in said
    assert r"&= \max(3, 4) - (-1) = \mathbf{5}" in said
    table = app.table[0].value
    assert table["Reads"].tolist() == ["–", "input", "1", "2", "3, 1"]
    assert table["Receptive field"].tolist() == ["**1**", "**3**", "**5**", "**5**", "**5**"]
