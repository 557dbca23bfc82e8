"""The one runner: the order of the nodes, what a watcher is given, where it stops, and what it frees."""

import weakref

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.inspection.branching import Branching
from tests.strategies import architectures, graphs
from visualizer.architecture.flow import PICTURE
from visualizer.architecture.network import build


@given(architectures() | graphs(), st.data())
def test_a_watcher_is_given_the_input_of_each_node_and_the_output_of_each_stage(architecture, data):
    network = build(architecture).eval()
    pictures = torch.rand(2, *architecture.input_shape)
    until = data.draw(st.integers(0, len(network.nodes) - 1))
    watched = {}

    def watch(node, stages_run, value):
        values = watched.setdefault(node, [])
        assert stages_run == len(values)
        values.append(value)

    with torch.inference_mode():
        output = network.run(pictures, until=until, watch=watch)
        needed = {until}
        for index in range(until, -1, -1):
            needed.update(architecture.sources[index] if index in needed else ())
        assert [node.index for node in watched] == sorted(needed - {PICTURE})
        outputs = {PICTURE: pictures}
        for node, values in watched.items():
            arrived = node.input_from(outputs)
            assert values[0] is arrived or (len(node.sources) > 1 and torch.equal(values[0], arrived))
            assert len(values) == len(node.stages) + 1
            for (_, module), before, after in zip(node.stages, values[:-1], values[1:], strict=True):
                assert torch.equal(module(before), after)
            outputs[node.index] = values[-1]
        assert outputs[until] is output
        unwatched = network.run(pictures, until=until)
    assert torch.equal(unwatched, output)


def test_only_the_activation_function_of_the_last_node_is_left_out():
    network = Branching().eval()
    pictures = torch.rand(1, *network.input_shape)
    stages = {}
    with torch.inference_mode():
        network.run(pictures, activated=False, watch=lambda node, number, _: stages.update({node.index: number}))
        assert stages == {0: 2, 1: 1, 2: 1, 3: 1}
        assert torch.equal(network.run(pictures, activated=False).relu(), network.run(pictures))


@pytest.mark.parametrize("watch", [None, lambda node, stages_run, value: None], ids=["alone", "watched"])
def test_an_output_is_freed_after_its_last_use(watch):
    network = Branching().eval()
    outputs: list[weakref.ref[torch.Tensor]] = []
    alive: list[list[bool]] = []

    def note(_module: torch.nn.Module, _inputs: tuple[torch.Tensor, ...], output: torch.Tensor) -> None:
        alive.append([reference() is not None for reference in outputs])
        outputs.append(weakref.ref(output))

    for node in network.nodes:
        for _, module in node.stages:
            module.register_forward_hook(note)
    with torch.inference_mode():
        network.run(torch.rand(1, *network.input_shape), watch=watch)
    # The first and the last node have two stages each. Both branches read the output of the first node, and their own
    # outputs are gone once they are added up.
    assert alive == [
        [],
        [True],
        [False, True],
        [False, True, True],
        [False, False, False, False],
        [False, False, False, False, True],
    ]


@given(graphs(), st.data())
def test_a_network_goes_on_after_any_passage(architecture, data):
    """Passages are the nodes without which no later node can be reached, found by trying each out."""
    network = build(architecture).eval()
    later = {node.index: node.sources for node in network.nodes}
    passages = [
        index for index in later if all(source >= index for other in later if other > index for source in later[other])
    ]
    assert list(network.passages) == passages
    inner = [index for index in passages if index < len(later) - 1]
    if not inner:
        return
    place = data.draw(st.sampled_from(inner))
    picture = torch.rand((2, *architecture.input_shape), generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        value = network.run(picture, until=place)
        torch.testing.assert_close(network.run(value, after=place), network(picture), equal_nan=True)
