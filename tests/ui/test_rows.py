"""The rows of Build's list, what they read, and how far they move."""

from collections.abc import Collection
from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.strategies import graphs, with_blocks
from visualizer.architecture.architecture import Architecture, Block
from visualizer.architecture.editing import Draft, EditHistory
from visualizer.architecture.layers.add import Add
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.flatten import Flatten
from visualizer.ui.build.groups import Group, groups_of
from visualizer.ui.build.rows import Kind, Row, Step, name_of, reading, rows_of, step, wires_between
from visualizer.ui.build.state import BuildState

NET = Architecture(
    "net",
    (1, 8, 8),
    (Conv2D(4), Conv2D(4), Conv2D(4), Add(), Conv2D(4), Add(), Flatten(), Dense(10)),
    ((-1,), (0,), (1,), (2, 0), (3,), (4, 2), (5,), (6,)),
    (Block("Residual block", 1, 3), Block("Tail", 6, 7)),
)


def kinds(folded: set[int]) -> str:
    return "".join({Kind.LAYER: ".", Kind.FOLDED: "#", Kind.HEADING: "["}[row.kind] for row in rows_of(NET, folded))


def test_a_folded_block_is_one_row_and_an_open_one_has_a_heading():
    assert kinds({0, 1}) == ".#..#"
    assert kinds({1}) == ".[.....#"
    assert kinds(set()) == ".[.....[.."


def test_wires_go_between_rows_and_none_to_a_heading():
    assert wires_between(rows_of(NET, {0, 1}), NET.sources) == [(), (0,), (1,), (2,), (3, 2), (4,)]
    opened = wires_between(rows_of(NET, {1}), NET.sources)
    assert opened == [(), (0,), None, (1,), (3,), (4, 1), (5,), (6, 4), (7,)]


def test_a_row_says_what_it_reads_where_that_is_not_the_layer_above():
    said = [reading(row, NET) for row in rows_of(NET, set())]
    assert [sentence for sentence in said if sentence] == [
        "It reads layer 3 and layer 1.",
        "It reads layer 5 and layer 3 of “Residual block”.",
    ]
    assert [reading(row, NET) for row in rows_of(NET, {0, 1})][1] == ""
    far = Draft.of(NET).set_inputs(4, (-1,)).architecture
    assert reading(rows_of(far, set())[5], far) == "It reads the input."
    assert [name_of(row) for row in rows_of(NET, {0, 1})[:2]] == ["layer 1", "“Residual block” (layers 2 to 4)"]


def test_a_layer_jumps_over_a_folded_block_and_a_block_over_any():
    first, block, fifth, *_ = rows_of(NET, {0, 1})
    assert step(first, True, NET, {0, 1}) == Step(3)
    assert step(fifth, False, NET, {0, 1}) == Step(-3)
    assert step(block, True, NET, {0, 1}) == Step(1, 0)
    two = Architecture("two", (1, 8, 8), (Conv2D(),) * 5, (), (Block("A", 0, 1), Block("B", 2, 4)))
    assert step(Row(Kind.HEADING, 0, 1, 0, "A"), True, two, set()) == Step(3, 0)
    assert step(Row(Kind.HEADING, 2, 4, 1, "B"), False, two, set()) == Step(-2, 1)
    # The only layer of a block moves as its block does.
    single = Architecture("single", (1, 8, 8), (Conv2D(),) * 3, (), (Block("A", 0, 0), Block("B", 1, 2)))
    assert step(Row(Kind.LAYER, 0, 0, 0), True, single, set()) == Step(2, 0)


def moved(draft: Draft, card: int, *, down: bool, folded: Collection[int] = ()) -> Draft:
    """The draft after a click on "Move up" or "Move down" in the card's menu."""
    index = draft.ids.index(card)
    row = next(row for row in rows_of(draft.architecture, folded) if row.kind is Kind.LAYER and row.first == index)
    to = step(row, down, draft.architecture, folded)
    return draft.move(card, to.by, to.block)


def places(draft: Draft) -> str:
    """The cards' ids in order, those of a block in brackets."""
    opening = {block.first for block in draft.architecture.blocks}
    closing = {block.last for block in draft.architecture.blocks}
    return " ".join(
        f"{'[' * (index in opening)}{card}{']' * (index in closing)}" for index, card in enumerate(draft.ids)
    )


def test_a_layer_comes_past_every_place_inside_and_outside_of_open_blocks():
    two = Architecture("two", (1, 8, 8), (Flatten(),) * 5, (), (Block("A", 1, 2), Block("B", 3, 4)))
    way = ["0 [1 2] [3 4]", "[0 1 2] [3 4]", "[1 0 2] [3 4]", "[1 2 0] [3 4]", "[1 2] 0 [3 4]", "[1 2] [0 3 4]"]
    way += ["[1 2] [3 0 4]", "[1 2] [3 4 0]", "[1 2] [3 4] 0"]
    draft = Draft.of(two)
    seen = [places(draft)]
    for _ in way:
        draft = moved(draft, 0, down=True)
        seen.append(places(draft))
    assert seen == [*way, way[-1]]  # it stops at the end
    for _ in way:
        draft = moved(draft, 0, down=False)
        seen.append(places(draft))
    assert seen[len(way) + 1 :] == [*reversed(way[:-1]), way[0]]
    assert draft == Draft.of(two)


@given(graphs().flatmap(with_blocks), st.data())
def test_a_layer_moved_to_both_ends_has_been_everywhere_and_the_network_stays_whole(architecture, data):
    alone = {block.first for block in architecture.blocks if block.first == block.last}
    free = [index for index in range(len(architecture.layers)) if index not in alone]
    assume(free)
    card = data.draw(st.sampled_from(free))
    others = [index for index in range(len(architecture.layers)) if index != card]
    history = EditHistory(Draft.of(architecture))
    ways: list[list[str]] = []
    for down in (True, False):
        ways.append([])
        while True:
            draft = moved(history.present, card, down=down)
            if draft == history.present:
                break
            history = history.open(draft)
            # Every draft is checked when it is made: each layer reads layers before it.
            assert [other for other in draft.ids if other != card] == others
            assert [block.title for block in draft.architecture.blocks] == [
                block.title for block in architecture.blocks
            ]
            ways[-1].append(places(draft))
    down_way, up_way = ways
    # Between, above and below the others, and at both edges inside of each block.
    assert len(set(up_way)) == len(up_way) == len(others) + 2 * len(architecture.blocks)
    assert set(down_way) - set(up_way) == set(down_way[-1:])
    while history.past:
        history = history.undo()
    assert history.present.architecture == architecture


def test_blocks_are_folded_by_default_in_a_long_network():
    state = BuildState()
    short = Draft.of(NET)
    assert state.folded(short) == set()
    long = Draft.of(Architecture("long", (1, 8, 8), (Flatten(),) * 31, (), (Block("A", 0, 1), Block("B", 2, 4))))
    assert state.folded(long) == {0, 1}
    state.toggle_card(3)
    assert state.folded(long) == {0}
    state.set_folded(long.ids[:2], False)
    assert state.folded(long) == set()
    # Whatever becomes of its first card.
    assert state.folded(long.replace_layer(0).insert(0, Flatten())) == set()
    state.set_folded(long.ids[2:5], True)
    assert state.folded(long) == {1}


def test_a_short_network_has_no_groups_and_neither_has_one_that_its_blocks_make_short():
    assert groups_of(chain(30), ()) == []
    assert groups_of(chain(50, Block("A", 0, 20)), ()) == []  # a row for the block, and 29 layers


def test_a_long_network_has_its_layers_in_groups_of_ten_and_those_that_are_shown_in_open_ones():
    assert groups_of(chain(31), ()) == [
        Group(0, 9, False),
        Group(10, 19, False),
        Group(20, 29, False),
        Group(30, 30, False),
    ]
    shown = groups_of(chain(45), {*range(10, 20), 30})
    assert shown == [
        Group(0, 9, False),
        Group(10, 19, True),
        Group(20, 29, False),
        Group(30, 30, True),
        Group(31, 40, False),
        Group(41, 44, False),
    ]
    around = groups_of(chain(60, Block("A", 5, 7)), ())
    assert [(group.first, group.last) for group in around[:2]] == [(0, 4), (8, 17)]


def test_a_group_is_a_row_and_its_wires_are_those_of_its_layers():
    wires = (*((index - 1,) for index in range(39)), (38, 4))
    net = replace(chain(40), layers=(Flatten(),) * 39 + (Add(),), wires=wires)
    rows = rows_of(net, (), groups_of(net, set(range(10, 20))))
    assert [row.kind for row in rows] == [Kind.FOLDED, Kind.HEADING, *[Kind.LAYER] * 10, Kind.FOLDED, Kind.FOLDED]
    assert wires_between(rows, net.sources)[-2:] == [(12,), (13, 1)]
    assert name_of(rows[0]) == "layers 1 to 10"
    assert reading(rows[-1], net) == "It reads layer 30 and layer 5."


def test_a_group_opens_where_a_card_is_new_edited_or_does_not_fit_any_more():
    state, draft = BuildState(), Draft.of(chain(60))

    def opened(problems: Collection[int] = ()) -> list[int]:
        return [
            card
            for group in state.groups(draft, set(problems))
            if group.is_open
            for card in draft.ids[group.first : group.last + 1]
        ]

    assert opened() == []
    draft = draft.insert(25, Flatten())
    assert opened() == [*range(20, 25), 60, *range(25, 29)]
    state.show_group(opened(), False)
    assert opened() == []
    # Whoever closes a group with a problem inside sees it in the group's row.
    assert opened({3}) == list(range(10))
    state.show_group(range(10), False)
    assert opened({3}) == []
    state.show_group(range(10), True)
    state.toggle_card(5)
    state.ask("connect", 5)
    state.show_group(range(10), False)
    assert (opened(), state.open_cards, state.question) == ([], set(), None)
    # Of another network, only what does not fit; back in the first one, nothing more.
    draft = draft.with_architecture(chain(70))
    assert opened({draft.ids[35]}) == list(draft.ids[30:40])


def test_a_card_that_a_group_or_a_block_hides_is_shown():
    state, draft = BuildState(), Draft.of(chain(60, Block("A", 5, 7)))
    assert state.folded(draft) == {0}
    state.show_card(draft, 6)
    assert state.folded(draft) == set()
    assert not any(group.is_open for group in state.groups(draft, set()))
    state.show_card(draft, 30)
    assert [(group.first, group.last) for group in state.groups(draft, set()) if group.is_open] == [(28, 37)]
    state.show_card(draft, 99)  # anybody can ask for anything
    assert [(group.first, group.last) for group in state.groups(draft, set()) if group.is_open] == [(28, 37)]


def test_a_network_that_becomes_long_keeps_the_card_open_that_is_edited():
    state, draft = BuildState(), Draft.of(chain(30))
    assert state.groups(draft, set()) == []
    state.toggle_card(12)
    draft = draft.insert(30, Flatten())
    assert [(group.first, group.last) for group in state.groups(draft, set()) if group.is_open] == [(10, 19), (30, 30)]


def test_new_cards_beside_each_other_become_one_open_group():
    state, draft = BuildState(), Draft.of(chain(40))
    state.groups(draft, set())
    for position in (40, 41, 42):
        draft = draft.insert(position, Flatten())
        groups = state.groups(draft, set())
    assert groups[-1] == Group(40, 42, True)


def chain(length: int, *blocks: Block) -> Architecture:
    return Architecture("chain", (1, 8, 8), (Flatten(),) * length, (), blocks)


@given(graphs().flatmap(with_blocks), st.data())
def test_a_moved_row_stays_whole_and_cuts_no_folded_block(architecture, data):
    numbers = range(len(architecture.blocks))
    folded = {number for number in numbers if data.draw(st.booleans())}
    rows = rows_of(architecture, folded)
    row, down = data.draw(st.sampled_from(rows)), data.draw(st.booleans())
    draft = Draft.of(architecture)
    to = step(row, down, architecture, folded)
    first, last = draft.ids[row.first], draft.ids[row.last]
    after = draft.move(first, to.by, to.block) if row.kind is Kind.LAYER else draft.move_cards(first, last, to.by)
    for number in folded | ({row.block} if row.kind is Kind.HEADING else set()):
        block = architecture.blocks[number]
        cards = draft.ids[block.first : block.last + 1]
        assert any(after.ids[other.first : other.last + 1] == cards for other in after.architecture.blocks)
