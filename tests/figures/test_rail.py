"""The rail beside the list of layers."""

from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import graphs
from visualizer.figures.rail import Rail, RailWire, rail

# Rows: 0 is the input.
CHAIN = [(), (0,), (1,), (2,)]
RESIDUAL = [(), (0,), (1,), (2,), (3, 1), (4,)]
INCEPTION = [(), (0,), (1,), (1,), (3,), (1,), (2, 4, 5)]
NESTED = [(), (0,), (1,), (2,), (3,), (4, 2), (5, 1)]


def of(reads) -> Rail:
    return rail(["the input", *(f"layer {row}" for row in range(1, len(reads)))], reads)


def dots(drawn: Rail) -> list[int | None]:
    return [row.dot for row in drawn.rows]


def test_a_chain_is_one_straight_line():
    drawn = of(CHAIN)
    assert drawn.lanes == 1
    assert dots(drawn) == [0, 0, 0, 0]
    assert drawn.rows[1].wires == (RailWire(0, 0, None, 0), RailWire(1, None, 0, 0))
    assert drawn.alt == "Each layer reads the one above."


def test_a_skip_connection_goes_around_what_it_skips():
    drawn = of(RESIDUAL)
    assert dots(drawn) == [0] * 6
    assert drawn.lanes == 2
    assert [[(wire.above, wire.below) for wire in row.wires if wire.source == 1] for row in drawn.rows] == [
        [],
        [(None, 0), (None, 1)],
        [(0, None), (1, 1)],
        [(1, 1)],
        [(1, None)],
        [],
    ]
    assert drawn.alt == "Layer 4 reads layer 3 and layer 1. Each other layer reads the one above."


def test_branches_from_one_layer_are_stairs():
    drawn = of(INCEPTION)
    assert dots(drawn) == [0, 0, 0, 1, 1, 2, 0]
    assert drawn.lanes == 3


def test_connections_inside_one_another_have_lanes_of_their_own_and_colours_of_their_own():
    drawn = of(NESTED)
    assert dots(drawn) == [0] * 7
    around = {wire.source: (wire.below, wire.colour) for row in drawn.rows for wire in row.wires if wire.below}
    assert around == {1: (1, 1), 2: (2, 2)}


def test_wires_pass_a_heading():
    drawn = rail(["the input", "layer 1", "", "layer 2", "layer 3"], [(), (0,), None, (1,), (3, 1)])
    assert drawn.rows[2].dot is None
    assert sorted((wire.above, wire.below) for wire in drawn.rows[2].wires) == [(0, 0), (1, 1)]
    assert drawn.alt == "Layer 3 reads layer 2 and layer 1. Each other layer reads the one above."


def test_what_nobody_reads_leaves_no_line():
    assert [wire.below for wire in of([(), (0,), (0,)]).rows[1].wires] == [None, 1]


@given(graphs(), st.data())
def test_no_two_wires_share_a_lane_and_each_arrives_where_it_is_read(architecture, data):
    reads = [(), *(tuple(source + 1 for source in sources) for sources in architecture.sources)]
    for place in sorted(data.draw(st.sets(st.integers(1, len(reads) - 1), max_size=2)), reverse=True):
        # A heading above that row.
        reads = [sources and tuple(row + (row >= place) for row in sources) for sources in reads]
        reads.insert(place, None)
    drawn = of(reads)
    for row, above in zip(drawn.rows[1:], drawn.rows, strict=False):
        leaving = {wire.below: wire.source for wire in above.wires if wire.below is not None}
        assert len(leaving) == sum(wire.below is not None for wire in above.wires)
        assert leaving == {wire.above: wire.source for wire in row.wires if wire.above is not None}
        assert max(leaving, default=0) < drawn.lanes
        passing = {wire.below for wire in row.wires if wire.above is not None and wire.below is not None}
        assert row.dot is None or row.dot not in passing
    for sources, row in zip(reads, drawn.rows, strict=True):
        ends = {wire.source for wire in row.wires if wire.below is None}
        assert ends == set(sources or ())
        assert (row.dot is None) == (sources is None)
