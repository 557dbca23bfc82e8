"""One number of a network explained: its arithmetic, and the numbers behind it."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import torch
from torch import nn

from visualizer.architecture.flow import PICTURE, FlowNetwork
from visualizer.architecture.span import RowColumn
from visualizer.inspection.arithmetic import ModuleRun, step_of
from visualizer.inspection.probe import Probe
from visualizer.inspection.receptive_field.fields import pixels_seen_together, places_at
from visualizer.inspection.steps import (
    Activated,
    ArithmeticStep,
    Explanation,
    Given,
    Joined,
    Met,
    Normalized,
    Passed,
    Place,
    Rescaled,
    Softmaxed,
    Spot,
)


def explain(network: FlowNetwork, seen: Probe, spot: Spot) -> Explanation:
    """How the number at `spot` was computed.

    Only its layer is run again, on the input that the probe kept: the network is the one that was probed, in evaluation
    mode. The number must exist, which `holds` tells.
    """
    if spot.node == PICTURE:
        value = float(seen.picture[spot.place])
        return Explanation(spot, value, (Given(value),))
    node, view = network.nodes[spot.node], seen.layers[spot.node]
    if spot.is_input or not node.stages:
        sources = made_of(network, seen, spot)
        numbers = tuple(float(output_of(seen, source.node)[source.place]) for source in sources)
        value = float(view.input[spot.place])
        step: ArithmeticStep
        if len(node.sources) == 1:
            step = Passed(spot.place, numbers[0])
        elif node.meeting == "concatenation":
            step = Joined(sources[0], numbers[0])
        else:
            step = Met(node.meeting, sources, numbers)
        return Explanation(spot, value, (step,))
    with torch.inference_mode():
        flows = [torch.tensor(view.input)[None]]
        for _, module in node.stages:
            flows.append(module(flows[-1]))
        steps, input_place, direct = _steps(node.stages, flows, spot.place)
    # As the maps show it: computed again, its last bit may differ.
    value = float(output_of(seen, spot.node)[spot.place])
    return Explanation(spot, value, steps, input_place, direct)


def _steps(
    stages: tuple[tuple[str, nn.Module], ...], flows: list[torch.Tensor], place: Place
) -> tuple[tuple[ArithmeticStep, ...], Place | None, bool]:
    """The steps, in order, back to the first stage or to one that takes several numbers.

    Also the place of the single number of the input that they take, None where they take several; and whether the first
    step takes the input of the layer: of several convolutions in a layer, only the last one is explained.
    """
    steps: list[ArithmeticStep] = []
    input_place: Place | None = place
    direct = True
    for index in reversed(range(len(stages))):
        name, module = stages[index]
        corner, start = _padding_before(stages, index)
        shape = flows[start].shape[2:]
        limits = (int(shape[0]), int(shape[1])) if len(shape) == 2 else (1, 1)
        step = step_of(module, ModuleRun(name, flows[index], flows[index + 1], place, corner, limits))
        steps.append(step)
        if isinstance(step, Passed):
            if step.place is None:
                input_place = None
                break
            input_place = place = step.place
        elif not isinstance(step, Normalized | Rescaled | Activated | Softmaxed):
            input_place, direct = None, start == 0
            break
    # Beside other steps, one that only passes a number on is not shown.
    computed: list[ArithmeticStep] = [step for step in steps if not isinstance(step, Passed)]
    return (tuple(reversed(computed)) if computed else (steps[-1],)), input_place, direct


def _padding_before(stages: tuple[tuple[str, nn.Module], ...], index: int) -> tuple[tuple[int, int], int]:
    """Rows and columns that paddings right before a stage add at the top and left; the index of the first padding."""
    top = left = 0
    while index and isinstance(stages[index - 1][1], nn.ConstantPad2d):
        padding = stages[index - 1][1].padding
        assert isinstance(padding, tuple)
        top, left, index = top + padding[2], left + padding[0], index - 1
    return (top, left), index


def made_of(network: FlowNetwork, seen: Probe, spot: Spot) -> tuple[Spot, ...]:
    """The numbers of other layers, or of the picture, from which the input at the place of `spot` is made."""
    node = network.nodes[spot.node]
    if node.meeting == "concatenation":
        channel, *place = spot.place
        for source in node.sources:
            if channel < len(output_of(seen, source)):
                return (Spot(source, (channel, *place)),)
            channel -= len(output_of(seen, source))
        raise IndexError(spot.place)
    # One number may stand for a whole map.
    return tuple(
        Spot(source, tuple(np.minimum(spot.place, np.array(output_of(seen, source).shape) - 1).tolist()))
        for source in node.sources
    )


def output_of(seen: Probe, node: int) -> np.ndarray:
    """The output of a layer, (C, H, W) or (F,); the picture under PICTURE."""
    return seen.picture if node == PICTURE else seen.layers[node].output


def holds(seen: Probe, spot: Spot) -> bool:
    """Whether the number exists."""
    if not PICTURE <= spot.node < len(seen.layers):
        return False
    numbers = seen.layers[spot.node].input if spot.is_input else output_of(seen, spot.node)
    return len(spot.place) == numbers.ndim and all(
        0 <= at < size for at, size in zip(spot.place, numbers.shape, strict=True)
    )


def is_way(network: FlowNetwork, seen: Probe, path: Sequence[Spot]) -> bool:
    """Whether all these numbers exist, and each next one is of what the layer of the one before it reads."""
    return all(holds(seen, spot) for spot in path) and all(
        _leads(network, spot, following) for spot, following in pairwise(path)
    )


def _leads(network: FlowNetwork, spot: Spot, following: Spot) -> bool:
    if spot.node == PICTURE:
        return False
    if following.is_input:
        return following.node == spot.node and not spot.is_input
    return following.node in network.nodes[spot.node].sources


def before(network: FlowNetwork, spot: Spot, place: Place) -> Spot:
    """The number at `place` of the input of the layer of `spot`: of the layer before, or of the join of several."""
    sources = network.nodes[spot.node].sources
    return Spot(sources[0], place) if len(sources) == 1 else Spot(spot.node, place, is_input=True)


def field(network: FlowNetwork, explanation: Explanation) -> np.ndarray | None:
    """The pixels of the picture that a number can see, (H, W) bool; None if a layer on the way does not say."""
    spot, (step, *_) = explanation.spot, explanation.steps
    if isinstance(step, Passed) and step.place is None:
        return np.zeros(network.input_shape[1:], dtype=bool)
    place = step.place if isinstance(step, Passed) and step.place is not None else spot.place
    if isinstance(step, Joined):
        units = [(step.source.node, step.source.place)]
    elif spot.node != PICTURE and (spot.is_input or isinstance(step, Passed)):
        units = [(source, place) for source in network.nodes[spot.node].sources]
    else:
        units = [(spot.node, place)]
    return pixels_seen_together(network, [(node, _in_map(network, node, place)) for node, place in units])


def _in_map(network: FlowNetwork, node: int, place: Place) -> RowColumn:
    """The place of a unit on its map; (0, 0) in a vector, and in a map of one place that stands for a whole map."""
    if len(place) == 1:
        return 0, 0
    height, width = places_at(network, node)
    return min(place[1], height - 1), min(place[2], width - 1)
