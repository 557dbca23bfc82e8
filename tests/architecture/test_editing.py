"""Editing card by card, with undo and redo."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import graphs, layers, merges, with_blocks
from visualizer.architecture.architecture import MAX_LAYERS, Architecture, ArchitectureError, Block, summarize
from visualizer.architecture.editing import MAX_UNDO, Draft, EditHistory
from visualizer.architecture.kept_history import history_from_dict, history_to_dict
from visualizer.architecture.layers.add import Add
from visualizer.architecture.layers.concatenate import Concatenate
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
    with pytest.raises(ArchitectureError, match="At most 1,000"):
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


def test_a_card_moves_past_an_equal_one():
    history = EditHistory(Draft.of(Architecture("equal", (1, 8, 8), (Flatten(), Flatten(), Dense()))))
    history = history.change(history.present.move(0, 1))
    assert history.present.ids == (1, 0, 2)
    assert names(history.change(history.present.move(0, 1)).present) == ["Flatten", "Dense", "Flatten"]


def test_undo_is_bounded():
    history = EditHistory(draft())
    for units in range(1, MAX_UNDO + 20):
        history = history.change(history.present.replace_layer(2, Dense(units=units)))
    assert len(history.past) == MAX_UNDO


# ---- Graphs: the numbers are ids, which here are the places of the cards, and -1 is the input ----

RESIDUAL = Architecture(
    "residual",
    (1, 8, 8),
    (Conv2D(4, padding="same"), Conv2D(4, padding="same"), Conv2D(4, padding="same"), Add(), Flatten(), Dense(10)),
    ((-1,), (0,), (1,), (2, 0), (3,), (4,)),
    (Block("Residual block", 1, 3),),
)


def wires(of: Draft) -> dict[int, tuple[int, ...]]:
    return {card: of.reads(card) for card in of.ids}


def blocks(of: Draft) -> list[tuple[int, ...]]:
    return [of.ids[block.first : block.last + 1] for block in of.architecture.blocks]


def test_a_new_card_comes_between_a_card_and_all_that_read_it():
    changed = Draft.of(RESIDUAL).insert(1, MaxPooling2D())
    assert changed.ids == (0, 6, 1, 2, 3, 4, 5)
    assert wires(changed) == {0: (-1,), 6: (0,), 1: (6,), 2: (1,), 3: (2, 6), 4: (3,), 5: (4,)}
    assert blocks(changed) == [(1, 2, 3)]
    assert blocks(Draft.of(RESIDUAL).insert(2, MaxPooling2D())) == [(1, 6, 2, 3)]


def test_what_read_a_deleted_card_reads_what_it_read():
    without_conv = Draft.of(RESIDUAL).replace_layer(2)
    assert wires(without_conv) == {0: (-1,), 1: (0,), 3: (1, 0), 4: (3,), 5: (4,)}
    without_add = Draft.of(RESIDUAL).replace_layer(3)
    assert wires(without_add) == {0: (-1,), 1: (0,), 2: (1,), 4: (2,), 5: (4,)}
    assert without_add.architecture.wires == ()
    dense = Draft.of(RESIDUAL).connect(3, -1).insert(4, Concatenate()).set_inputs(6, (3, 1))
    assert wires(dense.replace_layer(3))[6] == (2, 0, -1, 1)


def test_a_moved_card_leaves_its_place_closed_and_enters_between_others():
    changed = Draft.of(RESIDUAL).move(0, 1)
    assert changed.ids == (1, 0, 2, 3, 4, 5)
    assert wires(changed) == {1: (-1,), 0: (1,), 2: (0,), 3: (2, -1), 4: (3,), 5: (4,)}
    assert Draft.of(RESIDUAL).move(3, -1).reads(3) == (1, 0)


def test_a_connection_from_a_card_needs_an_add_below_one_that_has_one_input():
    changed = Draft.of(RESIDUAL).connect(3, -1)
    assert changed.reads(3) == (2, 0, -1)
    changed = Draft.of(RESIDUAL).connect(2, 1)
    assert changed.ids == (0, 1, 2, 6, 3, 4, 5)
    assert changed.layer(6) == Add()
    assert wires(changed) == {0: (-1,), 1: (0,), 2: (1,), 6: (2, 1), 3: (6, 0), 4: (3,), 5: (4,)}
    assert Draft.of(RESIDUAL).add_below(3, -1).reads(6) == (3, -1)
    assert Draft.of(RESIDUAL).add_below(9, -1) == Draft.of(RESIDUAL)
    assert Draft.of(RESIDUAL).connect(2, 4) == Draft.of(RESIDUAL).insert(3, Add())


def test_a_branch_runs_beside_the_next_card_and_is_put_together_with_it():
    changed = Draft.of(RESIDUAL).branch(1)
    assert names(changed) == ["Conv2D", "Conv2D", "Conv2D", "Conv2D", "Concatenate", "Add", "Flatten", "Dense"]
    assert wires(changed) == {0: (-1,), 1: (0,), 2: (1,), 7: (1,), 6: (2, 7), 3: (6, 0), 4: (3,), 5: (4,)}
    assert blocks(changed) == [(1, 2, 7, 6, 3)]
    assert Draft.of(RESIDUAL).follower(2) is None
    assert Draft.of(RESIDUAL).branch(2) == Draft.of(RESIDUAL)


def test_a_branch_from_the_picture_runs_beside_the_first_card_that_reads_it_alone():
    changed = draft().branch(-1)
    assert names(changed) == ["Conv2D", "Conv2D", "Concatenate", "Flatten", "Dense"]
    assert wires(changed) == {0: (-1,), 4: (-1,), 3: (0, 4), 1: (3,), 2: (1,)}
    # Once more: three paths, as an Inception block on the picture has.
    assert [reads == (-1,) for reads in wires(changed.branch(-1)).values()].count(True) == 3
    nothing = Draft.of(Architecture("nothing", (1, 8, 8), ()))
    assert nothing.follower(-1) is None
    assert nothing.branch(-1) == nothing


def test_a_fix_may_change_an_input_or_add_one():
    strided = Draft.of(RESIDUAL).replace_layer(1, Conv2D(8, padding="same", strides=(2, 2)))
    strided = strided.replace_layer(2, Conv2D(8, padding="same"))
    fix, *_ = problem(strided, 3).fixes
    assert fix.label == "Put a 1 × 1 convolution of 8 filters with stride 2 on input 2"
    fixed = strided.apply(3, fix)
    assert summarize(fixed.architecture).fits
    assert wires(fixed) == {0: (-1,), 1: (0,), 2: (1,), 6: (0,), 3: (2, 6), 4: (3,), 5: (4,)}
    alone = Draft.of(RESIDUAL).insert(3, Add())
    assert problem(alone, 6).arrives == "Add has 1 input."
    connect, *_ = problem(alone, 6).fixes
    assert connect.label == "Connect layer 2"
    assert alone.apply(6, connect).reads(6) == (2, 1)
    assert summarize(alone.apply(6, connect).architecture).fits


def test_a_layer_whose_output_nobody_reads_says_so():
    open_ended = Draft.of(RESIDUAL).set_inputs(3, (2, -1)).set_inputs(2, (0,))
    assert problem(open_ended, 1).arrives == "Nothing reads the output of this layer."
    assert problem(open_ended.apply(1, problem(open_ended, 1).fixes[0]), 1) is None


def test_blocks_are_folded_repeated_and_removed_whole():
    repeated = Draft.of(RESIDUAL).repeat_block(0, 2)
    assert blocks(repeated) == [(1, 2, 3), (6, 7, 8), (9, 10, 11)]
    assert [repeated.reads(card) for card in (8, 11, 4)] == [(7, 3), (10, 8), (11,)]
    assert summarize(repeated.architecture).fits
    assert repeated.remove_block(2).remove_block(1).architecture == RESIDUAL
    assert wires(Draft.of(RESIDUAL).remove_block(0)) == {0: (-1,), 4: (0,), 5: (4,)}
    moved = repeated.move_cards(9, 11, -3)
    assert blocks(moved) == [(1, 2, 3), (9, 10, 11), (6, 7, 8)]
    assert [moved.reads(card) for card in (11, 8, 4)] == [(10, 3), (7, 11), (8,)]
    refolded = repeated.fold(0, 1, "Stem")
    assert blocks(refolded) == [(0, 1), (6, 7, 8), (9, 10, 11)]
    assert blocks(refolded.unfold(0)) == [(6, 7, 8), (9, 10, 11)]
    renamed = repeated.rename_block(1, "Second")
    assert [block.title for block in renamed.architecture.blocks] == ["Residual block", "Second", "Residual block"]
    assert renamed.ids == repeated.ids


def test_a_block_of_one_layer_is_repeated_and_moved_as_a_block():
    single = Draft.of(RESIDUAL).unfold(0).fold(4, 4, "Flat")
    assert blocks(single.repeat_block(0, 1)) == [(4,), (6,)]
    assert blocks(single.move(4, -1)) == [(4,)]
    assert blocks(single.move_cards(4, 4, -1)) == [(4,)]


def test_a_card_enters_and_leaves_a_block_without_changing_its_place():
    inside = Draft.of(RESIDUAL).move(0, 0, 0)
    assert blocks(inside) == [(0, 1, 2, 3)]
    assert (inside.ids, wires(inside)) == (Draft.of(RESIDUAL).ids, wires(Draft.of(RESIDUAL)))
    assert inside.move(0, 0) == Draft.of(RESIDUAL)
    assert blocks(Draft.of(RESIDUAL).move(4, 0, 0)) == [(1, 2, 3, 4)]
    assert blocks(Draft.of(RESIDUAL).move(3, 0)) == [(1, 2)]
    # A block that it does not touch is no place for it; between two layers of a block, there is no other.
    assert Draft.of(RESIDUAL).move(5, 0, 0) == Draft.of(RESIDUAL)
    assert blocks(Draft.of(RESIDUAL).move(2, 0)) == [(1, 2, 3)]


def test_a_new_card_at_the_edge_of_a_block_is_where_it_is_wanted():
    assert blocks(Draft.of(RESIDUAL).insert(4, MaxPooling2D())) == [(1, 2, 3)]
    assert blocks(Draft.of(RESIDUAL).insert(4, MaxPooling2D(), 0)) == [(1, 2, 3, 6)]
    assert blocks(Draft.of(RESIDUAL).insert(1, MaxPooling2D(), 0)) == [(6, 1, 2, 3)]
    assert blocks(Draft.of(RESIDUAL).duplicate(3)) == [(1, 2, 3, 6)]


def problem(of: Draft, card: int) -> Any:
    return summarize(of.architecture).layers[of.ids.index(card)].problem if card in of.ids else None


@given(graphs().flatmap(with_blocks), st.data())
def test_whatever_is_edited_the_network_stays_whole_and_undone_it_is_as_before(architecture, data):
    history = EditHistory(Draft.of(architecture))
    for _ in range(data.draw(st.integers(1, 6))):
        history = history.change(edited(history.present, data.draw))
        # Every draft is checked when it is made: each layer reads layers before it.
        assert len(set(history.present.ids)) == len(history.present.ids) == len(history.present.architecture.layers)
        assert history_from_dict(json.loads(json.dumps(history_to_dict(history)))).present == history.present
    while history.past:
        history = history.undo()
    assert history.present.architecture == architecture


TWICE = Architecture("x + x", (1, 8, 8), (Conv2D(4), Add(), Conv2D(4)), ((-1,), (0, 0), (1,)))


def test_what_is_read_twice_is_read_twice_after_an_edit():
    """Keras source may say x + x."""
    draft = Draft.of(TWICE)
    assert wires(draft.duplicate(1)) == {0: (-1,), 1: (0, 0), 3: (1, 1), 2: (3,)}
    assert wires(draft.move(1, 1)) == {0: (-1,), 2: (0,), 1: (2, 2)}
    assert wires(draft.move(1, -1)) == {1: (-1, -1), 0: (1,), 2: (0,)}
    assert wires(draft.replace_layer(0)) == {1: (-1, -1), 2: (1,)}
    assert wires(draft.insert(1, MaxPooling2D())) == {0: (-1,), 3: (0,), 1: (3, 3), 2: (1,)}
    assert wires(draft.fold(0, 1, "Block").repeat_block(0, 1)) == {0: (-1,), 1: (0, 0), 3: (1,), 4: (3, 3), 2: (4,)}
    assert wires(draft.fold(1, 2, "Block").move_cards(1, 2, -1)) == {1: (-1, -1), 2: (1,), 0: (2,)}
    # Of two that become one, it reads that as often as it read one of them.
    assert wires(draft.set_inputs(1, (-1, 0, 0)).replace_layer(0))[1] == (-1, -1)
    assert wires(draft.set_inputs(1, (0, -1)).replace_layer(0))[1] == (-1,)
    # An output that was merged of two, twice: their sum counts twice.
    summed = Draft.of(RESIDUAL).insert(4, Add()).set_inputs(6, (3, 3))
    assert wires(summed.replace_layer(3))[6] == (2, 0, 2, 0)


@given(graphs().flatmap(with_blocks), st.data())
def test_a_layer_that_reads_one_output_twice_never_lacks_an_input_after_edits(architecture, data):
    whole = Draft.of(architecture)
    position = data.draw(st.integers(0, len(whole.ids)))
    twice = whole.next_id
    source = data.draw(st.sampled_from([-1, *whole.ids[:position]]))
    changed = whole.insert(position, Add()).set_inputs(twice, (source, source))
    for _ in range(data.draw(st.integers(1, 4))):
        changed = rearranged(changed, twice, data.draw)
        reads = changed.reads(twice)
        assert len(reads) > len(set(reads)), wires(changed)


def rearranged(draft: Draft, kept: int, draw: Callable[[st.SearchStrategy[Any]], Any]) -> Draft:
    """The draft after an edit that neither removes that card nor says what it reads."""
    cards = st.sampled_from(draft.ids)
    card, other, by = draw(cards), draw(cards), draw(st.integers(-4, 4))
    changes = [
        lambda: draft.insert(draw(st.integers(0, len(draft.ids))), draw(layers() | merges())),
        lambda: draft.move(card, by),
        lambda: draft.move_cards(*sorted((card, other), key=draft.ids.index), by),
        lambda: draft.duplicate(card),
        lambda: draft.branch(card),
        lambda: draft.fold(card, other, "A block"),
    ]
    if card != kept:
        changes.append(lambda: draft.replace_layer(card))
    for number, block in enumerate(draft.architecture.blocks):
        changes.append(lambda number=number: draft.repeat_block(number, 1))
        if kept not in draft.ids[block.first : block.last + 1]:
            changes.append(lambda number=number: draft.remove_block(number))
    return draw(st.sampled_from(changes))()


def edited(draft: Draft, draw: Callable[[st.SearchStrategy[Any]], Any]) -> Draft:
    """The draft after any of its methods with any arguments."""
    if not draft.ids:
        return draft.insert(0, draw(layers()))
    cards = st.sampled_from(draft.ids)
    card, other, by = draw(cards), draw(cards), draw(st.integers(-4, 4))
    block = st.sampled_from([None, *range(len(draft.architecture.blocks))])
    changes = [
        lambda: draft.insert(draw(st.integers(0, len(draft.ids))), draw(layers() | merges()), draw(block)),
        lambda: draft.replace_layer(card, *draw(st.lists(layers() | merges(), max_size=2))),
        lambda: draft.move(card, by, draw(block)),
        lambda: draft.move_cards(*sorted((card, other), key=draft.ids.index), by),
        lambda: draft.duplicate(card),
        lambda: draft.connect(card, draw(cards | st.just(-1))),
        lambda: draft.set_inputs(card, draw(st.lists(cards | st.just(-1), max_size=3))),
        lambda: draft.branch(draw(cards | st.just(-1))),
        lambda: draft.add_below(card, draw(cards | st.just(-1))),
        lambda: draft.fold(card, other, "A block"),
    ]
    if draft.architecture.blocks:
        number = draw(st.integers(0, len(draft.architecture.blocks) - 1))
        changes += [
            lambda: draft.unfold(number),
            lambda: draft.rename_block(number, "Another name"),
            lambda: draft.repeat_block(number, 2),
            lambda: draft.remove_block(number),
        ]
    return draw(st.sampled_from(changes))()
