"""What is said of a layer before any picture is shown."""

from tests.branching import BRANCHING
from visualizer.architecture.network import build
from visualizer.architecture.span import Span
from visualizer.inspection.layer_facts import facts_of


def test_each_layer_says_what_it_is_reads_and_costs():
    network = build(BRANCHING)
    facts = facts_of(network)
    assert [one.sources for one in facts] == [node.sources for node in network.nodes]
    assert sum(one.parameters for one in facts) == sum(weights.numel() for weights in network.parameters())
    first, strided = facts[0], facts[7]
    assert (first.title, first.shape, first.block) == ("Conv2D", (6, 8, 8), "Residual block")
    assert first.reads is not None
    assert first.reads[0] == tuple(Span(place - 1, place + 1) for place in range(8))
    assert strided.reads is not None
    assert [span.first for span in strided.reads[1]] == [0, 2, 4, 6]


def test_a_vector_has_one_place_that_reads_the_whole_map():
    pooled = facts_of(build(BRANCHING))[10]
    assert pooled.reads == ((Span(0, 3),), (Span(0, 3),))
