"""Editing card by card, with undo and redo."""

import pytest

from visualizer.architecture.architecture import MAX_LAYERS, Architecture, ArchitectureError
from visualizer.architecture.editing import MAX_UNDO, Draft, EditHistory
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.layers.max_pooling2d import MaxPooling2D


def draft() -> Draft:
    return Draft.of(Architecture("three", (1, 8, 8), (Conv2D(), Flatten(), Dense())))


def names(of: Draft) -> list[str]:
    return [type(layer).__name__ for layer in of.architecture.layers]


def test_insert_gives_the_new_card_an_id_of_its_own():
    changed = draft().insert(1, MaxPooling2D())
    assert names(changed) == ["Conv2D", "MaxPooling2D", "Flatten", "Dense"]
    assert changed.ids == (0, 3, 1, 2)


def test_move_keeps_ids_with_their_layers_and_stops_at_the_ends():
    changed = draft().move(2, -1)
    assert names(changed) == ["Conv2D", "Dense", "Flatten"]
    assert changed.ids == (0, 2, 1)
    assert draft().move(0, -1) == draft()
    assert draft().move(2, 5) == draft()


def test_duplicate_puts_a_copy_below():
    changed = draft().duplicate(1)
    assert names(changed) == ["Conv2D", "Flatten", "Flatten", "Dense"]
    assert changed.ids == (0, 1, 3, 2)


def test_replace_by_none_deletes_and_by_two_inserts_before():
    assert names(draft().replace_layer(1)) == ["Conv2D", "Dense"]
    changed = draft().replace_layer(2, MaxPooling2D(), Dense(units=7))
    assert names(changed) == ["Conv2D", "Flatten", "MaxPooling2D", "Dense"]
    assert changed.ids == (0, 1, 3, 2)
    assert changed.layer(2) == Dense(units=7)


def test_an_id_that_is_gone_changes_nothing():
    for changed in (draft().move(9, 1), draft().duplicate(9), draft().replace_layer(9, Dense())):
        assert changed == draft()


def test_too_many_layers_are_refused():
    full = Draft.of(Architecture("full", (1, 8, 8), (Flatten(),) * MAX_LAYERS))
    with pytest.raises(ArchitectureError, match="At most 60"):
        full.insert(0, Flatten())


def test_renaming_keeps_the_cards_and_a_preset_makes_new_ones():
    renamed = draft().with_architecture(Architecture("new name", (1, 8, 8), draft().architecture.layers))
    assert renamed.ids == draft().ids
    other = draft().with_architecture(Architecture("other", (1, 8, 8), (Dense(),)))
    assert other.ids == (3,)


def test_undo_and_redo_go_back_and_forth():
    history = EditHistory(draft())
    changed = history.change(history.present.duplicate(0)).change(draft())
    assert [names(step.present) for step in (changed.undo(), changed.undo().undo())] == [
        ["Conv2D", "Conv2D", "Flatten", "Dense"],
        ["Conv2D", "Flatten", "Dense"],
    ]
    assert changed.undo().undo().redo().redo().present == changed.present
    assert history.undo() == history
    assert history.redo() == history


def test_a_change_after_undo_forgets_what_was_undone():
    history = EditHistory(draft())
    history = history.change(history.present.duplicate(0)).undo().change(history.present.replace_layer(0))
    assert history.future == ()


def test_a_change_that_changes_nothing_is_no_step():
    history = EditHistory(draft())
    assert history.change(history.present.move(0, -1)) is history


def test_undo_is_bounded():
    history = EditHistory(draft())
    for units in range(1, MAX_UNDO + 20):
        history = history.change(history.present.replace_layer(2, Dense(units=units)))
    assert len(history.past) == MAX_UNDO
