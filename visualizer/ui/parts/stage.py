"""The stage: a whole network from the picture to the answer, which moves under the hand.

The browser computes every number itself: pointing, playing, drawing and another picture of the strip send nothing. The
drawing is in assets/components/stage/.
"""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from visualizer.architecture.answer import AnswerKind
from visualizer.architecture.shapes import describe_shape
from visualizer.figures.convolution_colours import grey_scale, positive_scale, signed_scale
from visualizer.ui.kit.component import component, sent_by
from visualizer.ui.kit.quantities import count
from visualizer.ui.kit.results import keep_results
from visualizer.ui.parts.portable_network import address_of
from visualizer.ui.state.models import NetworkKey
from visualizer.words import counted

if TYPE_CHECKING:
    from visualizer.architecture.flow import FlowNetwork
    from visualizer.inspection.layer_facts import Spans


@dataclass(frozen=True)
class StagePicture:
    """A picture that the strip of the stage offers.

    Attributes:
        name: What it shows, such as its class.
        pixels: (C, H, W) in [0, 1], the network's input.
        truth: The index of its class, None where that is unknown.
    """

    name: str
    pixels: np.ndarray
    truth: int | None = None


@keep_results(max_entries=64)
def is_staged(of: NetworkKey, _network: "FlowNetwork") -> bool:
    """Whether a browser can compute this network; `of` is what identifies its weights."""
    return address_of(_network) is not None


def stage(
    key: str,
    of: NetworkKey,
    network: "FlowNetwork",
    picture: StagePicture,
    *,
    class_names: Sequence[str] = (),
    answers: AnswerKind | None = None,
    strip: Sequence[StagePicture] = (),
    drawing: str = "",
    height: float = 0.6,
    on_layer: Callable[[int], None] | None = None,
    on_picture: Callable[[int], None] | None = None,
    led_to: str = "",
) -> None:
    """Draw the stage of a network that `is_staged`.

    Args:
        key: Unique on the page.
        of: What identifies the network's weights.
        network: Any network.
        picture: The picture that it looks at first.
        class_names: Of the numbers of its answer; none where they are no classes.
        answers: What these numbers are; None where the network's answer is of another kind.
        strip: Pictures to choose from; the choice stays in the browser unless `on_picture` is given.
        drawing: How a drawing becomes a picture of the network: the name of a function of `drawing.js`; empty where one
            cannot draw.
        height: Of the scene, as a share of the window's.
        on_layer: Called with a layer's index before the page reruns, where somebody asks for all of it. Streamlit keeps
            it forever, so that it may hold no picture and no network.
        on_picture: Called in the same way with the place of a chosen picture in the strip.
        led_to: A sentence that leads to the answer where the stage shows none.
    """

    callbacks: dict[str, Any] = {}
    for name, called, most in (("layer", on_layer, len(network.nodes)), ("picture", on_picture, len(strip))):
        if called is not None:
            callbacks[f"on_{name}_change"] = partial(_received, key, name, most, called)
    data: dict[str, Any] = {
        "network": address_of(network),
        "layers": _layers(of, network),
        "picture": picture_data(picture),
        "strip": [picture_data(each) for each in strip],
        "shape": list(network.input_shape),
        "classNames": list(class_names),
        "answers": answers,
        "colours": _colours(),
        "drawing": drawing,
        "height": height,
        "opens": on_layer is not None,
        "tells": on_picture is not None,
        "ledTo": led_to,
    }
    component("stage")(key=key, data=data, **callbacks)


def _received(key: str, name: str, most: int, called: Callable[[int], None]) -> None:
    """Hand on a number that the browser sent, if there is such a layer or picture."""
    index = sent_by(key, name)
    if type(index) is int and 0 <= index < most:
        called(index)


@keep_results(max_entries=64)
def _layers(of: NetworkKey, _network: "FlowNetwork") -> list[dict[str, Any]]:
    from visualizer.inspection.layer_facts import facts_of

    return [
        {
            "title": facts.title,
            "summary": facts.summary,
            "sentence": facts.explanation,
            "block": facts.block,
            "sources": list(facts.sources),
            "shape": list(facts.shape),
            "size": describe_shape(facts.shape),
            "parameters": f"{count(facts.parameters)} parameters"
            if facts.parameters > 1
            else counted(facts.parameters, "parameter"),
            "reads": None if facts.reads is None else [compact(spans) for spans in facts.reads],
        }
        for facts in facts_of(_network)
    ]


def compact(spans: "Spans") -> list[Any]:
    """[first, step, size, every, count] where the windows go on evenly, else [first, last, every] of each place."""
    first = spans[0]
    steps = {(after.first - before.first, after.last - before.last) for before, after in pairwise(spans)} or {(0, 0)}
    (step, last_step), *others = steps
    if not others and step == last_step and len({span.every for span in spans}) == 1:
        return [first.first, step, first.last - first.first, first.every, len(spans)]
    return [list(span) for span in spans]


def picture_data(picture: StagePicture) -> dict[str, Any]:
    """The picture as the browser gets it: numbers as text in base64, one byte each where `bytes`, else float32."""
    pixels = np.ascontiguousarray(picture.pixels, dtype="<f4")
    # Most pictures were bytes; the browser makes the same numbers of them, and they are a quarter as long.
    eight_bits = np.rint(pixels * 255).astype(np.uint8)
    is_bytes = np.array_equal(eight_bits * np.float32(1 / 255), pixels)
    text = base64.b64encode((eight_bits if is_bytes else pixels).tobytes()).decode()
    return {"name": picture.name, "pixels": text, "bytes": is_bytes, "truth": picture.truth}


def _colours() -> dict[str, Any]:
    nothing = np.zeros(1)
    return {
        "positive": list(positive_scale(nothing, "").colours),
        "signed": list(signed_scale(nothing, "").colours),
        "grey": list(grey_scale(1.0, "").colours),
    }
