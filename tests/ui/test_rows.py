"""The rows of Build's list, what they read, and how far they move."""

from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import graphs, with_blocks
from visualizer.architecture.architecture import Architecture, Block
from visualizer.architecture.editing import Draft
from visualizer.architecture.layers.add import Add
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.flatten import Flatten
from visualizer.ui.build.rows import Kind, Row, name_of, reading, rows_of, step, wires_between
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
    assert step(first, True, NET, {0, 1}) == 3
    assert step(fifth, False, NET, {0, 1}) == -3
    assert step(first, True, NET, {1}) == 1
    assert step(block, True, NET, {0, 1}) == 1
    two = Architecture("two", (1, 8, 8), (Conv2D(),) * 5, (), (Block("A", 0, 1), Block("B", 2, 4)))
    assert step(Row(Kind.HEADING, 0, 1, 0, "A"), True, two, set()) == 3
    assert step(Row(Kind.HEADING, 2, 4, 1, "B"), False, two, set()) == -2


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


@given(graphs().flatmap(with_blocks), st.data())
def test_a_moved_row_stays_whole_and_cuts_no_folded_block(architecture, data):
    numbers = range(len(architecture.blocks))
    folded = {number for number in numbers if data.draw(st.booleans())}
    rows = rows_of(architecture, folded)
    row, down = data.draw(st.sampled_from(rows)), data.draw(st.booleans())
    draft = Draft.of(architecture)
    by = step(row, down, architecture, folded)
    moved = draft.move_cards(draft.ids[row.first], draft.ids[row.last], by)
    for number in folded | ({row.block} if row.kind is Kind.HEADING else set()):
        block = architecture.blocks[number]
        cards = draft.ids[block.first : block.last + 1]
        assert any(moved.ids[other.first : other.last + 1] == cards for other in moved.architecture.blocks)
