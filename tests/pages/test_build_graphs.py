"""Branches and blocks on the Build page."""

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from tests.deep import resnet_50
from tests.pages.app import add_layer, open_page, rail_data, without_exception
from visualizer.architecture.architecture import Architecture, Block, summarize
from visualizer.architecture.editing import Draft
from visualizer.architecture.layers.add import Add
from visualizer.architecture.layers.batch_normalization import BatchNormalization
from visualizer.architecture.layers.concatenate import Concatenate
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.dropout import Dropout
from visualizer.architecture.layers.flatten import Flatten

RESIDUAL = Architecture(
    "residual",
    (1, 8, 8),
    (
        *(Conv2D(4, padding="same") for _ in range(3)),
        Add(),
        Flatten(),
        Dense(10, activation="softmax"),
    ),
    ((-1,), (0,), (1,), (2, 0), (3,), (4,)),
)
BLOCK = replace(RESIDUAL, blocks=(Block("Residual *block*", 1, 3),))


@pytest.fixture
def app() -> AppTest:
    return open_page("build")


def start_with(app: AppTest, architecture: Architecture) -> tuple[int, ...]:
    """Put a network into Build; the ids of its cards."""
    owner = app.session_state["visualizer"]
    owner.open_architecture(architecture)
    without_exception(app.run())
    ids: tuple[int, ...] = owner.history.present.ids
    return ids


def draft(app: AppTest) -> Draft:
    return app.session_state["visualizer"].history.present


def choose(app: AppTest, key: str, action: str) -> None:
    menu = next(button for button in app.get("menu_button") if button.key == key)
    without_exception(menu.click(action).run())


def answer(app: AppTest, card: int) -> None:
    without_exception(app.button(key=f"answer-{card}").click().run())


def labels(app: AppTest) -> list[str]:
    """The first lines of all rows in plain words, without the input's."""
    lines = [button.label for button in app.button if (button.key or "").startswith("open-")][1:]
    return [line.split("\u2003", 1)[1].replace("*", "").translate({0x2003: " ", 0xA0: " "}) for line in lines]


def captions(app: AppTest) -> list[str]:
    return [caption.value for caption in app.caption]


def undo(app: AppTest) -> None:
    without_exception(app.button(key="undo").click().run())


def test_a_chain_has_a_straight_rail_and_a_branch_a_lane(app):
    assert rail_data(app)["lanes"] == 1
    start_with(app, RESIDUAL)
    drawn = rail_data(app)
    assert drawn["lanes"] == 2
    assert drawn["alt"] == "Layer 4 reads layer 3 and layer 1. Each other layer reads the one above."
    assert [row["merges"] for row in drawn["rows"]] == [False] * 4 + [True] + [False] * 2
    assert ":material/call_merge: It reads layer 3 and layer 1." in captions(app)


def test_a_skip_connection_is_chosen_and_can_be_cancelled(app):
    ids = start_with(app, replace(RESIDUAL, layers=RESIDUAL.layers[:3] + RESIDUAL.layers[4:], wires=()))
    choose(app, f"bare-action-{ids[2]}", "connect")
    source = app.selectbox(key=f"source-{ids[2]}")
    # The nearest first, and the one that has the same shape chosen.
    assert source.options == ["2  Conv2D 4, 3 × 3 → 8 × 8 × 4", "1  Conv2D 4, 3 × 3 → 8 × 8 × 4", "Input → 8 × 8 × 1"]
    without_exception(app.button(key=f"cancel-{ids[2]}").click().run())
    assert not app.selectbox
    choose(app, f"bare-action-{ids[2]}", "connect")
    app.selectbox(key=f"source-{ids[2]}").set_value(ids[0])
    answer(app, ids[2])
    assert draft(app).architecture == RESIDUAL
    assert not app.selectbox
    undo(app)
    assert draft(app).architecture.wires == ()


def test_a_layer_that_merges_gets_one_more_input(app):
    ids = start_with(app, RESIDUAL)
    choose(app, f"bare-action-{ids[3]}", "connect")
    assert [option[0] for option in app.selectbox(key=f"source-{ids[3]}").options] == ["2", "I"]
    answer(app, ids[3])
    assert draft(app).reads(ids[3]) == (ids[2], ids[0], ids[1])


def test_the_inputs_of_a_layer_are_chosen_in_its_form(app):
    ids = start_with(app, RESIDUAL)
    without_exception(app.button(key=f"open-{ids[3]}").click().run())
    assert app.multiselect(key=f"inputs-{ids[3]}").value == [ids[2], ids[0]]
    without_exception(app.multiselect(key=f"inputs-{ids[3]}").set_value([ids[2], ids[1]]).run())
    assert draft(app).reads(ids[3]) == (ids[2], ids[1])
    without_exception(app.multiselect(key=f"inputs-{ids[3]}").set_value([]).run())
    assert app.multiselect(key=f"inputs-{ids[3]}").value == [ids[2], ids[1]]
    without_exception(app.button(key=f"open-{ids[1]}").click().run())
    without_exception(app.selectbox(key=f"input-{ids[1]}").set_value(-1).run())
    assert draft(app).reads(ids[1]) == (-1,)
    assert ":material/call_merge: It reads the input." in captions(app)


def test_a_layer_of_a_chain_has_no_choice_of_its_input(app):
    without_exception(app.button(key="open-0").click().run())
    assert [box.key for box in app.selectbox if "input" in box.key] == []


def test_a_branch_runs_beside_the_next_layer_or_the_menu_says_why_not(app):
    ids = start_with(app, RESIDUAL)
    menus = {button.key: button for button in app.get("menu_button")}
    assert any(":gray[" in option for option in menus[f"bare-action-{ids[2]}"].options)
    choose(app, f"bare-action-{ids[2]}", "branch")
    assert app.error[0].value.startswith("A branch runs beside a layer that reads this one alone")
    assert draft(app).architecture == RESIDUAL
    choose(app, f"bare-action-{ids[1]}", "branch")
    assert [type(layer) for layer in draft(app).architecture.layers[3:5]] == [Conv2D, Concatenate]


def test_the_input_branches_too_or_its_menu_says_why_not(app):
    ids = start_with(app, RESIDUAL)
    choose(app, "bare-action-input", "branch")
    branched = draft(app)
    assert [type(layer) for layer in branched.architecture.layers[:3]] == [Conv2D, Conv2D, Concatenate]
    assert branched.architecture.sources[:3] == ((-1,), (-1,), (0, 1))
    assert branched.reads(ids[1]) == (branched.ids[2],)
    undo(app)
    start_with(app, replace(RESIDUAL, layers=(), wires=()))
    menus = {button.key: button for button in app.get("menu_button")}
    assert ":gray[" in menus["bare-action-input"].options[1]
    choose(app, "bare-action-input", "branch")
    assert app.error[0].value.startswith("A branch runs beside a layer that reads this one alone")


@pytest.mark.parametrize("folded", [True, False])
def test_a_skip_connection_and_a_branch_begin_at_a_block(app, folded):
    ids = start_with(app, BLOCK)
    menu = f"bare-action-block-{ids[1]}"
    if folded:
        without_exception(app.button(key=f"open-block-{ids[1]}").click().run())
    choose(app, menu, "skip")
    # Around the block: what is above it, and of its first layer nothing is asked.
    assert len(app.selectbox) == 1
    source = app.selectbox(key=f"source-{ids[1]}")
    assert source.options == ["1  Conv2D 4, 3 × 3 → 8 × 8 × 4", "Input → 8 × 8 × 1"]
    assert source.value == ids[0]
    answer(app, ids[1])
    skipped = draft(app)
    assert skipped.architecture.blocks == BLOCK.blocks
    assert type(skipped.architecture.layers[4]) is Add
    assert skipped.architecture.sources[3:6] == ((2, 0), (3, 0), (4,))
    undo(app)
    choose(app, menu, "branch")
    assert [type(layer) for layer in draft(app).architecture.layers[4:7]] == [Flatten, Flatten, Concatenate]
    assert draft(app).architecture.sources[4:7] == ((3,), (3,), (4, 5))
    assert draft(app).architecture.blocks == BLOCK.blocks


def test_a_fix_may_change_another_place(app):
    ids = start_with(app, RESIDUAL)
    owner = app.session_state["visualizer"]
    owner.edit(lambda draft: draft.replace_layer(ids[2], Conv2D(8, strides=(2, 2), padding="same")))
    without_exception(app.run())
    fix = app.button(key=f"fix-{ids[3]}-0")
    assert fix.label == "Put a 1 × 1 convolution of 8 filters with stride 2 on input 2"
    without_exception(fix.click().run())
    assert not any("does not fit" in label for label in labels(app))
    assert "It reads layer 1." in " ".join(captions(app))


def test_layers_are_folded_opened_and_made_single_again(app):
    ids = start_with(app, RESIDUAL)
    choose(app, f"bare-action-{ids[1]}", "fold")
    assert app.selectbox(key=f"fold-end-{ids[1]}").value == ids[3]  # where the paths meet
    app.selectbox(key=f"fold-name-{ids[1]}").set_value("Residual block")
    answer(app, ids[1])
    assert draft(app).architecture.blocks == (Block("Residual block", 1, 3),)
    assert labels(app)[1] == (
        "Residual block layers 2 to 4 8 × 8 × 4 → 8 × 8 × 4 :gray[296 parameters · 18,432 multiply-adds]"
    )
    assert len(labels(app)) == 4
    assert rail_data(app)["lanes"] == 1
    without_exception(app.button(key=f"open-block-{ids[1]}").click().run())
    assert len(labels(app)) == 7
    assert rail_data(app)["lanes"] == 2
    choose(app, f"bare-action-block-{ids[1]}", "unfold")
    assert draft(app).architecture == RESIDUAL


def test_a_block_is_renamed_repeated_moved_and_deleted_as_one(app):
    ids = start_with(app, BLOCK)
    key = f"bare-action-block-{ids[1]}"
    without_exception(app.button(key=f"open-block-{ids[1]}").click().run())
    assert r"\*block\*" in app.button(key=f"open-block-{ids[1]}").label
    choose(app, key, "rename")
    app.text_input(key=f"title-{ids[1]}").set_value("Body")
    answer(app, ids[1])
    choose(app, key, "repeat")
    app.number_input(key=f"copies-{ids[1]}").set_value(2)
    answer(app, ids[1])
    assert [block.title for block in draft(app).architecture.blocks] == ["Body"] * 3
    assert len(labels(app)) == 6  # the copies are folded too
    choose(app, key, "duplicate")
    assert len(draft(app).architecture.blocks) == 4
    choose(app, key, "up")
    assert draft(app).ids[:4] == (*ids[1:4], ids[0])
    choose(app, f"bare-action-{ids[0]}", "up")
    assert draft(app).ids[:4] == ids[:4]
    choose(app, f"bare-action-{ids[0]}", "down")
    assert draft(app).ids[:4] == (*ids[1:4], ids[0])
    choose(app, key, "delete")
    assert len(draft(app).architecture.blocks) == 3
    for _ in range(7):
        undo(app)
    assert draft(app).architecture == BLOCK


def test_a_problem_inside_a_folded_block_is_told_and_fixed_on_its_card(app):
    ids = start_with(app, BLOCK)
    without_exception(app.button(key=f"open-block-{ids[1]}").click().run())
    owner = app.session_state["visualizer"]
    owner.edit(lambda draft: draft.replace_layer(ids[2], Conv2D(8, padding="same")))
    without_exception(app.run())
    assert "does not fit" in labels(app)[1]
    assert any("**Layer 4, Add**" in text.value for text in app.markdown)
    without_exception(app.button(key=f"fix-{ids[3]}-0").click().run())
    assert not any("does not fit" in label for label in labels(app))


def test_a_deep_network_opens_with_its_blocks_folded(app):
    architecture = resnet_50()
    assert len(architecture.layers) == 174
    start_with(app, architecture)
    assert len(labels(app)) == len(architecture.blocks) + 6
    assert not any("does not fit" in label for label in labels(app))


def test_a_layer_is_moved_into_an_open_block_and_out_again(app):
    ids = start_with(app, BLOCK)
    for expected in ((0, 3), (0, 3), (0, 3), (0, 3), (0, 2)):
        choose(app, f"bare-action-{ids[0]}", "down")
        (block,) = draft(app).architecture.blocks
        assert (block.first, block.last) == expected
    assert draft(app).ids[:4] == (*ids[1:4], ids[0])
    for _ in range(5):
        undo(app)
    assert draft(app).architecture == BLOCK


def test_a_layer_added_below_the_last_of_an_open_block_is_in_it_and_one_below_the_block_is_not(app):
    ids = start_with(app, BLOCK)
    add_layer(app, f"bare-action-{ids[3]}", "Dropout")
    assert draft(app).architecture.blocks == (replace(BLOCK.blocks[0], last=4),)
    add_layer(app, f"bare-action-block-{ids[1]}", "Dropout")
    assert draft(app).architecture.blocks == (replace(BLOCK.blocks[0], last=4),)
    assert [type(layer) for layer in draft(app).architecture.layers[4:6]] == [Dropout, Dropout]


LONG = Architecture(
    "long",
    (1, 8, 8),
    (*(Conv2D(4, padding="same") if index % 2 else BatchNormalization() for index in range(40)), Flatten(), Dense(10)),
)


def test_a_long_chain_has_its_layers_in_groups_that_open_and_close_by_a_click(app):
    ids = start_with(app, LONG)
    parameters = sum(layer.parameters or 0 for layer in summarize(LONG).layers[:10])
    kept = sum(layer.kept for layer in summarize(LONG).layers[:10])
    assert labels(app)[0].startswith("Layers 1 to 10 BatchNormalization … Conv2D 8 × 8 × 1 → 8 × 8 × 4 ")
    assert f"{parameters:,} trainable parameters, {kept:,} kept" in labels(app)[0]
    assert [label.split(" Batch")[0] for label in labels(app)[1:4]] == [
        "Layers 11 to 20",
        "Layers 21 to 30",
        "Layers 31 to 40",
    ]
    assert labels(app)[4].startswith("Layers 41 to 42 Flatten … Dense")
    assert rail_data(app)["alt"] == "Each layer reads the one above."
    assert [row["block"] for row in rail_data(app)["rows"]] == [False] + [True] * 5
    without_exception(app.button(key=f"open-group-{ids[10]}").click().run())
    assert len(labels(app)) == 15
    assert [row["dot"] for row in rail_data(app)["rows"]].count(None) == 1
    assert draft(app).architecture == LONG
    assert len(app.session_state["visualizer"].history.past) == 1  # the network was opened
    without_exception(app.button(key=f"open-{ids[12]}").click().run())
    without_exception(app.button(key=f"open-group-{ids[10]}").click().run())
    assert len(labels(app)) == 5


def test_a_new_layer_and_one_that_does_not_fit_any_more_are_not_hidden_in_a_group(app):
    ids = start_with(app, LONG)
    add_layer(app, "add-last", "Dropout")
    assert [label.split(" ")[:2] for label in labels(app)[-4:]] == [
        ["Layers", "41"],
        ["41", "Flatten"],
        ["42", "Dense"],
        ["43", "Dropout"],
    ]
    owner = app.session_state["visualizer"]
    owner.edit(lambda draft: draft.replace_layer(ids[15], Conv2D(4, kernel_size=(9, 9))))
    without_exception(app.run())
    opened = labels(app)
    assert opened[1].startswith("Layers 11 to 20")
    assert "does not fit" in opened[7]
    # Closed by hand, the group says so and has the fix.
    without_exception(app.button(key=f"open-group-{ids[10]}").click().run())
    assert "does not fit" in labels(app)[1]
    assert any("**Layer 16, Conv2D 4, 9 × 9**" in text.value for text in app.markdown)
    without_exception(app.button(key=f"fix-{ids[15]}-0").click().run())
    assert not any("does not fit" in label for label in labels(app))


def test_a_skip_connection_into_a_group_is_a_lane_beside_the_rows(app):
    long = Draft.of(LONG).connect(35, 5).architecture
    start_with(app, long)
    assert rail_data(app)["lanes"] == 2
    assert rail_data(app)["alt"] == (
        "Layers 31 to 40 reads layers 21 to 30 and layers 1 to 10. Each other layer reads the one above."
    )
