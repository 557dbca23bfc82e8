"""A part of the page on segmentation: what downsampling gains and loses."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from visualizer.architecture.architecture import Architecture, summarize
from visualizer.concepts.down_and_up import CONVOLUTIONS, FILTERS, MOST, SIDE, cost_by_side, down_and_up
from visualizer.concepts.masks import coarse, mean_iou, pixel_error
from visualizer.inspection.receptive_field.field_sum import field_rows
from visualizer.tasks.segmentation import Segmentation
from visualizer.ui.concepts.box_steps import BoxStep, DrawnBox, Row, box_steps
from visualizer.ui.concepts.masked_scene import choose_masked_scene, mask_names, scene_and_mask, with_mask
from visualizer.ui.concepts.scenes import scenes, small_masks
from visualizer.ui.kit.glossary import explained
from visualizer.ui.kit.prediction import predict
from visualizer.ui.kit.results import keep_results

_ASKED = 2  # downsamplings


@dataclass(frozen=True)
class _Network:
    """What is said of a network with so many downsamplings.

    Attributes:
        costs: Its multiply-adds by the side of the maps.
        parameters: How many numbers it learns.
        field: What the answer of the pixel in the middle sees, as of `seen_field`.
        iou, wrong: Mean IoU and pixel error of the best masks of all test pictures with one class for each square.
    """

    costs: dict[int, int]
    parameters: int
    field: tuple[int, int, int, int]
    iou: float
    wrong: float

    @property
    def total(self) -> int:
        return sum(self.costs.values())


@keep_results(max_entries=1, show_spinner="Measuring the networks …")
def _networks() -> tuple[_Network, ...]:
    truth, classes = small_masks(scenes().test, SIDE), len(mask_names())

    def measured(count: int) -> _Network:
        network, best = down_and_up(count), coarse(truth, 2**count, classes)
        limits = mean_iou(best, truth, classes), pixel_error(best, truth)
        return _Network(cost_by_side(network), summarize(network).parameters, seen_field(network), *limits)

    return tuple(measured(count) for count in range(MOST + 1))


@keep_results(max_entries=1)
def _words_on_preset() -> str:
    preset = Segmentation.preset().architecture
    low, _, high, _ = seen_field(preset)
    return (
        f"The preset “{preset.name}” goes down three times: the pixel in the middle sees {high - low + 1} × "
        f"{high - low + 1}, for {summarize(preset).multiply_adds / 1e6:.1f} million multiply-adds."
    )


@st.fragment
def downsampling() -> None:
    """What downsampling gains and loses."""
    networks = _networks()
    _ask_cost([network.total for network in networks])
    index = choose_masked_scene()
    picture, truth = scene_and_mask(index, SIDE)
    masks = [coarse(truth, 2**count, len(mask_names())) for count in range(MOST + 1)]
    steps = [
        BoxStep(
            f"{count} of {MOST}",
            f"{_halvings(count)} The answer for the pixel in the middle sees {_seen(network.field)}, for "
            f"{network.total / 1e6:.1f} million multiply-adds.",
            tuple("chosen" if place == count else "open" if place < count else "gone" for place in range(MOST + 1)),
            _down_rows(network, networks[0].total),
            ("what one pixel in the middle sees", _squares(2**count, pixel_error(masks[count], truth))),
        )
        for count, network in enumerate(networks)
    ]
    box_steps(
        "segmentation-down",
        str(index),
        [([picture], f"Picture {index + 1}"), ([with_mask(picture, mask, truth) for mask in masks], "Best mask")],
        [DrawnBox(0, _within(network.field), "") for network in networks],
        steps,
        size=picture.shape[:2],
        title="Downsamplings",
    )
    st.markdown(
        explained(
            "**Down, to see more for less**: a map of half the size has a quarter of the pixels to compute, and the "
            "same kernel covers twice as much of the picture, so the receptive field grows. **Up again, since every "
            "pixel needs an answer.** What is lost on the way down is the place: the best mask that says one class for "
            "each square of the smallest map has jagged edges, and small shapes vanish. Skip connections, in the next "
            f"part, bring the places back. {_words_on_preset()}"
        )
    )


def seen_field(architecture: Architecture) -> tuple[int, int, int, int]:
    """First row, first column, last row and last column that the answer of the pixel in the middle sees.

    As if the picture had no edges: they may lie beyond it.
    """
    middle = architecture.input_shape[1] // 2
    field = field_rows(architecture)[-1].field((middle, middle))
    return field.rows.first, field.columns.first, field.rows.last, field.columns.last


def _seen(field: tuple[int, int, int, int]) -> str:
    side = field[2] - field[0] + 1
    return f"{side} × {side} pixels, more than the picture has" if side > SIDE else f"{side} × {side} pixels"


def _squares(side: int, wrong: float) -> str:
    return f"one class for each {side} × {side} pixels: {wrong:.1%} wrong"


def _within(field: tuple[int, int, int, int]) -> tuple[float, ...]:
    """Left, top, right and bottom of what is seen of the picture."""
    top, left, bottom, right = field
    return float(max(left, 0)), float(max(top, 0)), float(min(right + 1, SIDE)), float(min(bottom + 1, SIDE))


def _halvings(count: int) -> str:
    if count == 0:
        return f"No downsampling: all {CONVOLUTIONS} convolutions work at {SIDE} × {SIDE}."
    smallest = SIDE // 2**count
    times = "once" if count == 1 else f"{count} times"
    return f"The maps are halved {times}, to {smallest} × {smallest}, and enlarged as often."


def _down_rows(network: _Network, undivided: int) -> tuple[Row, ...]:
    """The numbers of a network; `undivided` are the multiply-adds without downsampling."""
    total, share = network.total, network.total / undivided
    by_side = [Row(f"at {side} × {side}", (f"{cost:,} multiply-adds",)) for side, cost in network.costs.items() if cost]
    return (
        Row("Sees", (_seen(network.field),), "kept"),
        *by_side,
        Row("Together", (f"{total:,} multiply-adds, {share:.0%} of those without downsampling",), "kept"),
        Row(
            "Learns",
            (f"{network.parameters:,} numbers: {CONVOLUTIONS} convolutions with {FILTERS} filters, and 1 × 1",),
        ),
        Row(
            "Best mask",
            (
                f"mean IoU {network.iou:.3f}, {network.wrong:.1%} of the pixels wrong, over all "
                f"{len(scenes().test)} test pictures",
            ),
            "kept",
        ),
    )


def _ask_cost(totals: Sequence[int]) -> None:
    share = totals[_ASKED] / totals[0]
    options = sorted({round(100 * share), 50, 100 // 4**_ASKED, 75})
    predict(
        explained(
            f"A network of {CONVOLUTIONS} convolutions answers for each of {SIDE} × {SIDE} pixels. Now its maps are "
            f"halved **{_ASKED} times** on the way and enlarged again, with the same convolutions. How many "
            "multiply-adds does it need, compared with before?"
        ),
        {str(option): f"{option} %" for option in options},
        str(round(100 * share)),
        f"{totals[_ASKED]:,} of {totals[0]:,}: {share:.1%}. A map of half the height and width has a quarter of "
        "the pixels. Only the convolutions in the middle get the full saving: the first and the last one still work at "
        "full size.",
        "segmentation-cost",
    )
