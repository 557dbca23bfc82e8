"""What can be said of each layer of a network before any picture is shown to it."""

from dataclasses import dataclass

from visualizer.architecture.flow import FlowNetwork
from visualizer.architecture.shapes import Shape
from visualizer.architecture.span import Span
from visualizer.inspection.receptive_field.fields import places_at

# For each place of the output along an axis, what it reads of the layer's input if maps had no edges.
Spans = tuple[Span, ...]


@dataclass(frozen=True)
class LayerFacts:
    """One layer.

    Attributes:
        title, summary, explanation: Its texts.
        block: The title of the block that it belongs to; empty where it belongs to none.
        sources: The layers whose outputs are its input, by index, or PICTURE.
        shape: Of its output.
        parameters: How many weights it has, those that are not trained among them left out.
        reads: What it reads along the height and along the width; a vector has one place. None where it is unknown.
    """

    title: str
    summary: str
    explanation: str
    block: str
    sources: tuple[int, ...]
    shape: Shape
    parameters: int
    reads: tuple[Spans, Spans] | None


def facts_of(network: FlowNetwork) -> tuple[LayerFacts, ...]:
    """One entry for each layer, in order."""
    return tuple(
        LayerFacts(
            node.layer.title,
            node.layer.summary(),
            node.layer.explanation,
            node.block,
            node.sources,
            node.shape,
            sum(weights.numel() for _, module in node.stages for weights in module.parameters()),
            _reads(network, node.index),
        )
        for node in network.nodes
    )


def _reads(network: FlowNetwork, index: int) -> tuple[Spans, Spans] | None:
    axes: list[Spans] = []
    for axis, count in enumerate(places_at(network, index)):
        spans = [network.nodes[index].sees(axis, Span(place, place)) for place in range(count)]
        known = tuple(span for span in spans if span is not None)
        if len(known) < count:
            return None
        axes.append(known)
    return axes[0], axes[1]
