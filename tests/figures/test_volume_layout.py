"""Graphs are drawn so that the eye can follow each wire: nothing overlaps, nothing is crossed that can be read."""

from dataclasses import replace
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.figures.reading import traces_named
from tests.networks import inception_network, residual_network, resnet50, u_net
from tests.strategies import graphs, with_blocks
from visualizer.architecture.architecture import Architecture, Block, summarize
from visualizer.architecture.layers.activation import Activation
from visualizer.architecture.layers.add import Add
from visualizer.architecture.layers.concatenate import Concatenate
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.figures.palette import LINE
from visualizer.figures.volume_layout import CORNER, Item, lay_out, rounded, routes
from visualizer.figures.volume_nodes import nodes_of, wrapped
from visualizer.figures.volume_sizes import BOLD_CHARACTER, COMFORTABLE_WIDTH
from visualizer.figures.volumes import volumes

NETWORKS = (residual_network, inception_network, u_net, resnet50)
any_network = pytest.mark.parametrize("network", NETWORKS, ids=lambda make: make.__name__)


def draw(architecture):
    return volumes(architecture, summarize(architecture))


def nodes(architecture):
    return nodes_of(architecture, summarize(architecture))[0]


def lanes(architecture):
    return routes([node.sources for node in nodes(architecture)])


@st.composite
def sources(draw, most=12):
    """What each node of a graph reads: the first one nothing, each other one or some of those before it."""
    reads = [()]
    for node in range(1, draw(st.integers(1, most))):
        before = st.lists(st.integers(0, node - 1), min_size=1, max_size=3, unique=True)
        reads.append(tuple(draw(before)))
    return reads


def boxes(graph, items, layout):
    """(left, low, right, high) of each node, without its label."""
    return [
        (x - item.width / 2, y - item.below, x + item.width / 2, y + item.above)
        for item, (x, y) in zip(items, layout.centres, strict=True)
    ]


def labels(items, layout):
    """(left, low, right, high) of each label; it is as wide as its slot leaves it."""
    rectangles = []
    for item, (x, y) in zip(items, layout.centres, strict=True):
        half = item.slot / 2 - 6
        if item.foot:
            rectangles.append((x - half, y - item.below - item.foot, x + half, y - item.below - 4))
        if item.head:
            rectangles.append((x - half, y + item.above + 4, x + half, y + item.above + item.head))
    return rectangles


def crosses(points, rectangle):
    """Whether a line goes through a rectangle; its pieces are short or run along an axis."""
    left, low, right, high = rectangle
    for (x0, y0), (x1, y1) in pairwise(points):
        if min(x0, x1) < right and max(x0, x1) > left and min(y0, y1) < high and max(y0, y1) > low:
            return True
    return False


def overlap(one, other):
    return min(one[2], other[2]) > max(one[0], other[0]) and min(one[3], other[3]) > max(one[1], other[1])


@given(graphs())
def test_a_column_is_the_longest_path_and_every_wire_is_there_once(architecture):
    drawn = nodes(architecture)
    graph = routes([node.sources for node in drawn])
    for node, column in zip(drawn, graph.columns, strict=True):
        assert column == max((graph.columns[source] + 1 for source in node.sources), default=0)
    wires = [(edge.source, edge.target) for edge in graph.edges]
    assert sorted(wires) == sorted((source, place) for place, node in enumerate(drawn) for source in node.sources)
    assert len(set(wires)) == len(wires)


@given(sources(), st.data())
def test_nothing_overlaps_and_no_wire_crosses_a_node_or_a_label(reads, data):
    graph = routes(reads)
    items = []
    for number, read in enumerate(reads):
        wide, high = data.draw(st.integers(6, 90)), data.draw(st.integers(4, 80))
        joined = any(edge.kind == "join" for edge in graph.entering[number])
        if len(read) > 1:
            items.append(Item(22, 46, 11, 11, head=40.0 if joined and len(read) == 2 else 0.0, is_mark=True))
        else:
            items.append(Item(wide, max(wide + 26, 80), high + 10, high, foot=60.0))
    labelled = [
        replace(item, head=0.0) if {edge.kind for edge in graph.entering[number]} & {"arc", "over"} else item
        for number, item in enumerate(items)
    ]
    layout = lay_out(graph, labelled, 16.0)
    places = boxes(graph, labelled, layout)
    for one, other in combinations([*places, *labels(labelled, layout)], 2):
        assert not overlap(one, other)
    for wire in layout.wires:
        for number, place in enumerate(places):
            if number not in (wire.edge.source, wire.edge.target):
                assert not crosses(wire.points, place), wire
        for label in labels(labelled, layout):
            assert not crosses(wire.points, label), wire
        assert layout.centres[wire.edge.source][0] < wire.points[-1][0]


def extent(body):
    """(left, low, right, high) of a trace."""
    xs, ys = [x for x in body.x if x is not None], [y for y in body.y if y is not None]
    return min(xs), min(ys), max(xs), max(ys)


@given(graphs().flatmap(with_blocks))
def test_any_graph_is_drawn_with_all_its_wires_and_whole(architecture):
    chart = draw(architecture)
    figure = chart.figure
    (wires,) = traces_named(figure, "wires")
    count = sum(len(node.sources) for node in nodes(architecture))
    assert list(wires.x).count(None) == count
    bodies = [trace for trace in figure.data if trace.hoverinfo == "text"]
    assert len(bodies) == len(nodes(architecture))
    for one, other in combinations(map(extent, bodies), 2):
        assert not overlap(one, other)
    for trace in figure.data:
        low, high = figure.layout.yaxis.range
        assert all(low <= y <= high for y in trace.y if y is not None)
        assert all(0 <= x <= figure.layout.width for x in trace.x if x is not None)


def test_branches_are_below_each_other_and_come_together_in_a_mark():
    architecture = inception_network()
    graph = lanes(architecture)
    assert len(graph.lines) == 4
    figure = draw(architecture).figure
    marks = [note for note in figure.layout.annotations if note.text == "<b>‖</b>"]
    assert len(marks) == 1
    above = [note for note in figure.layout.annotations if note.text.startswith("<b>Concatenate</b>")]
    assert [note.yanchor for note in above] == ["bottom"]
    assert figure.layout.width <= COMFORTABLE_WIDTH


def test_a_skip_connection_is_an_arc_and_a_shortcut_with_a_layer_a_lane():
    graph = lanes(residual_network())
    assert [edge.kind for edge in graph.edges if edge.kind != "straight"] == ["arc", "fork", "join"]
    architecture = residual_network()
    figure = draw(architecture).figure
    (arrows,) = traces_named(figure, "arrows")
    assert list(arrows.x).count(None) == len(graph.edges)


def test_arcs_lie_within_each_other():
    reads = [node.sources for node in nodes(u_net())]
    graph = routes(reads)
    layout = lay_out(graph, [Item(20, 40, 30, 30, is_mark=len(read) > 1) for read in reads], 0.0)
    arcs = [wire for wire in layout.wires if wire.edge.kind == "arc"]
    heights = [max(y for _, y in wire.points) for wire in arcs]
    assert heights == sorted(heights)
    assert len(set(heights)) == 3


def test_a_merge_says_what_it_reads_in_its_hover_text_and_the_text_alternative():
    chart = draw(residual_network())
    hovers = [trace.text.replace("<br>", " ") for trace in chart.figure.data if trace.hoverinfo == "text"]
    assert any(
        "<b>Add</b> reads layer 1 (Conv2D 16, 3 × 3) and layer 3 (Conv2D 16, 3 × 3) output 32 × 32 × 16" in hover
        for hover in hovers
    )
    assert "layer 4: Add 32 × 32 × 16 (reads layer 1 (Conv2D 16, 3 × 3) and layer 3 (Conv2D 16, 3 × 3))" in chart.alt
    assert "layer 2: Conv2D 16, 3 × 3 32 × 32 × 16, " in chart.alt


def test_blocks_are_one_volume_each_and_equal_ones_in_a_row_one_for_all():
    architecture = resnet50()
    assert len(architecture.layers) == 177 - 3
    assert len(architecture.blocks) == 18
    chart = draw(architecture)
    drawn = nodes(architecture)
    assert [(node.times, node.name.endswith(f"× {node.times}")) for node in drawn] == [
        (0, False), (1, False), (1, False), (2, True), (1, False), (3, True), (1, False), (5, True), (1, False),
        (2, True), (1, False),
    ]  # fmt: skip
    assert sum(len(node.sources) for node in drawn) == len(drawn) - 1
    assert chart.spec.layout["width"] <= COMFORTABLE_WIDTH
    assert "<b>Residual block × 5</b>" in " ".join(note.text for note in chart.figure.layout.annotations)
    assert "Residual block 56 × 56 × 64 → 28 × 28 × 128" in chart.alt
    assert "Residual block × 5 14 × 14 × 256" in chart.alt
    (frames,) = traces_named(chart.figure, "Several layers, folded")
    assert list(frames.x).count(None) == 10 + 1 + 2 + 2 + 1


@pytest.mark.parametrize(
    ("wires", "second", "title"),
    [
        (((-1,), (0,), (0, 1)), Conv2D(filters=4), "A"),
        (((-1,), (0,), (1,)), Conv2D(filters=8), "A"),
        (((-1,), (0,), (1,)), Conv2D(filters=4), "B"),
    ],
)
def test_blocks_that_differ_are_drawn_one_by_one(wires, second, title):
    """Another layer, another title, or something that reads what lies between them."""
    last = Concatenate() if len(wires[2]) > 1 else Conv2D(filters=2)
    layers = (Conv2D(filters=4, padding="same"), replace(second, padding="same"), last)
    blocks = (Block("A", 0, 0), Block(title, 1, 1))
    drawn = nodes(Architecture("", (1, 8, 8), layers, wires, blocks))
    assert [node.times for node in drawn] == [0, 1, 1, 0]


def test_a_block_tells_what_is_in_it_and_escapes_its_title():
    layers = (Conv2D(filters=4), *([Conv2D(filters=4, padding="same")] * 8))
    chart = draw(Architecture("", (1, 8, 8), layers, blocks=(Block("<b>mine", 0, 8),)))
    body = [trace for trace in chart.figure.data if trace.hoverinfo == "text"][1]
    assert body.text.startswith("<b>&lt;b&gt;mine</b><br>8 × 8 × 1 → 6 × 6 × 4<br>1,224 parameters<br>")
    assert body.text.endswith("…<br>Conv2D 4, 3 × 3")
    assert "9 layers:" in body.text
    assert "&lt;b&gt;mine" in " ".join(note.text for note in chart.figure.layout.annotations)


def test_of_a_very_long_network_layers_outside_of_blocks_are_drawn_together():
    layers = tuple(Conv2D(4, padding="same") if index % 2 else Activation() for index in range(160))
    for count, size in ((150, 1), (160, 10)):
        architecture = Architecture("long", (1, 8, 8), layers[:count])
        drawn, left_out = nodes_of(architecture, summarize(architecture))
        assert (len(drawn), left_out) == (count // size + 1, 0)
    assert (drawn[2].name, drawn[2].number, drawn[2].sources) == ("Layers 11 to 20", "layers 11 to 20", (1,))
    # A block stays what it is, and a connection goes to where its layer is.
    wires = (*((index - 1,) for index in range(159)), (158, 5))
    architecture = Architecture("long", (1, 8, 8), (*layers[:159], Add()), wires, (Block("A block", 20, 22),))
    drawn = nodes(architecture)
    assert [node.number for node in drawn[2:5]] == ["layers 11 to 20", "layers 21 to 23", "layers 24 to 33"]
    assert drawn[3].name == "A block"
    assert drawn[-1].sources == (len(drawn) - 2, 1)


def test_a_merge_that_does_not_fit_is_framed_and_what_reads_it_is_left_out():
    layers = (Conv2D(filters=4), Conv2D(filters=8), Add(), Dense(units=10))
    chart = draw(Architecture("", (1, 8, 8), layers, ((-1,), (-1,), (0, 1), (2,))))
    assert [trace.line.dash for trace in chart.figure.data].count("dash") == 1
    drawn = [trace for trace in chart.figure.data if trace.hoverinfo == "text"]
    assert len(drawn) == 4
    assert "<b>Add</b>" in drawn[-1].text
    assert "What follows is left out: 1 layer." in chart.alt


def test_the_dashed_frame_of_a_branch_does_not_lie_on_its_label():
    layers = (Conv2D(filters=4), Conv2D(filters=8), Conv2D(filters=8), Conv2D(filters=8), Add())
    figure = draw(Architecture("", (1, 8, 8), layers, ((-1,), (0,), (0,), (0,), (1, 3)))).figure
    (dashed,) = [trace for trace in figure.data if trace.line.dash == "dash"]
    (label,) = [note for note in figure.layout.annotations if "does not fit" in note.text]
    assert label.y < min(y for y in dashed.y if y is not None)


def test_what_reads_nothing_that_fails_is_drawn_beside_it():
    layers = (Dense(units=3), Conv2D(filters=4), Conv2D(filters=5))
    drawn = nodes(Architecture("", (1, 8, 8), layers, ((-1,), (-1,), (1,))))
    assert [node.fails for node in drawn] == [False, True, False, False]
    assert drawn[3].sources == (2,)


@any_network
def test_labels_are_upright_beside_lanes(network):
    """A turned one would lie on the wires that go down beside it."""
    architecture = network()
    turned = [note for note in draw(architecture).figure.layout.annotations if note.textangle]
    assert bool(turned) == (len(lanes(architecture).lines) == 1)


@any_network
def test_no_wire_crosses_the_text_of_a_label(network):
    figure = draw(network()).figure
    (wires,) = traces_named(figure, "wires")
    points = [[]]
    for x, y in zip(wires.x, wires.y, strict=True):
        points[-1].append((x, y)) if x is not None else points.append([])
    for note in figure.layout.annotations:
        if not note.text.startswith("<b>") or note.textangle or note.yanchor == "middle":
            continue
        lines = note.text.replace("<b>", "").replace("</b>", "").split("<br>")
        wide, high = max(map(len, lines)) * BOLD_CHARACTER * 0.9, len(lines) * LINE
        low = note.y if note.yanchor == "bottom" else note.y - high
        rectangle = (note.x - wide / 2, low, note.x + wide / 2, low + high)
        assert not any(crosses(line, rectangle) for line in points if line), note.text


def test_a_rounded_line_keeps_its_ends_and_stays_near_its_corners():
    line = rounded([(0, 0), (100, 0), (100, 50)])
    assert (line[0], line[-1]) == ((0, 0), (100, 50))
    assert (100 - CORNER, 0) in line
    assert (100, CORNER) in line
    assert all(0 <= x <= 100 and 0 <= y <= 50 for x, y in line)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Activation ReLU", ["Activation", "ReLU"]),
        ("GlobalAveragePooling2D", ["GlobalAverage", "Pooling2D"]),
        ("Conv2D 32, 3 × 3", ["Conv2D 32,", "3 × 3"]),
    ],
)
def test_a_word_is_broken_only_where_it_is_too_long(text, lines):
    assert wrapped(text, 13) == lines
