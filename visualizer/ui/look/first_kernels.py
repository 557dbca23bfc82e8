"""The kernels of a layer that sees the picture itself: all colours or one, sorted, now and before training."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from visualizer.errors import UserError
from visualizer.figures.chart import Chart
from visualizer.figures.kernels import kernel_grid, kernel_norms
from visualizer.training.runs.records import RunRecord
from visualizer.ui.kit.charts import show
from visualizer.ui.kit.pick import pick
from visualizer.ui.look.inspected import Inspected
from visualizer.ui.state.models import network_before_training
from visualizer.ui.state.server import run_store
from visualizer.ui.state.viewport import column_width, is_narrow

if TYPE_CHECKING:
    from visualizer.inspection.probe import LayerView

COLOURS = ("red", "green", "blue")
_MIXED = "colours"


@dataclass(frozen=True)
class KernelChoice:
    """How the kernels of a layer are shown: one channel of the picture, or all (None), and sorted by norm or not."""

    channel: int | None
    by_norm: bool

    def order(self, kernels: np.ndarray) -> np.ndarray:
        """The filters by index, (out,), in the order in which they are shown, of kernels (out, in, height, width)."""
        if not self.by_norm:
            return np.arange(len(kernels))
        shown = kernels if self.channel is None else kernels[:, [self.channel]]
        return np.argsort(-kernel_norms(shown), kind="stable")


def kernel_choice(view: "LayerView") -> KernelChoice:
    """Draw the choice of a channel, where there are three, and of the order."""
    assert view.kernels is not None
    channel: str = _MIXED
    with st.container(horizontal=True, gap="medium"):
        if view.kernels.shape[1] == len(COLOURS):
            shown = {_MIXED: "Mixed as light"} | {name: name.capitalize() for name in COLOURS}
            channel = pick("Show the weights for", shown, "kernel-channel")
        orders = {False: "By number", True: "By norm, largest first"}
        by_norm = pick("Order", orders, "kernel-order")
    return KernelChoice(None if channel == _MIXED else COLOURS.index(channel), by_norm)


def show_kernels(
    inspected: Inspected, view: "LayerView", choice: KernelChoice, shown: np.ndarray, number: int, key: str
) -> str:
    """Draw these kernels, and beside them those before training; return a caption.

    Args:
        inspected: The network at work.
        view: The layer.
        choice: What is shown of each kernel.
        shown: The filters to show, by index.
        number: The chosen one, from 1.
        key: Of the chart of today's kernels.
    """
    assert view.kernels is not None
    before = kernels_before(inspected, view.index)
    sets = [view.kernels] if isinstance(before, str) else [view.kernels, before]
    extent = max(float(np.abs(kernels).max()) for kernels in sets)

    def chart(kernels: np.ndarray) -> Chart:
        return kernel_grid(
            kernels[shown],
            input_channel=choice.channel,
            columns=4 if is_narrow() else 8,
            width=column_width(1 / len(sets)),
            numbers=(shown + 1).tolist(),
            norms=choice.by_norm,
            channel_name="" if choice.channel is None else COLOURS[choice.channel],
            marked=number if number - 1 in shown else None,
            extent=extent,
        )

    if isinstance(before, str):
        show(chart(view.kernels), key)
        st.caption(before)
    else:
        for column, title, kernels, of in zip(
            st.columns(2), ("Now", "Before training"), sets, (key, f"{key}-before"), strict=True
        ):
            with column:
                st.markdown(f"**{title}**")
                show(chart(kernels), of)
    return _caption(view.kernels.shape[1], choice, compared=len(sets) > 1)


def _caption(channels: int, choice: KernelChoice, *, compared: bool) -> str:
    signs = "Red adds, blue subtracts, and white is zero."
    if choice.channel is not None:
        sentences = [
            f"These are the weights for {COLOURS[choice.channel]} alone.",
            signs,
            "A kernel that adds on one side and subtracts on the other finds edges.",
        ]
    elif channels == 1:
        sentences = ["The picture is grey, so each filter has a single kernel, with a weight for each pixel under it."]
        sentences.append(signs)
    else:
        sentences = [
            "This layer sees the picture’s colours, so its kernels can be shown as pictures: zero is mid-grey."
        ]
    sentences.append(
        "All kernels share one scale, also those from before training." if compared else "All kernels share one scale."
    )
    if choice.by_norm:
        sentences.append(
            "Below each number is the L2 norm, the square root of the sum of the squared weights shown: the smaller it "
            "is, the less the kernel says."
        )
        if compared:
            sentences.append("The kernels from before training are in the order of today’s.")
    return " ".join(sentences)


def kernels_before(inspected: Inspected, layer: int) -> np.ndarray | str:
    """That layer's kernels before training, (out, in, height, width), or a sentence that says why there are none."""
    kind, *rest = inspected.key
    if kind == "untrained":
        return "This network is not trained yet: these are the weights that it starts with."
    record = run_store().record(rest[0]) if kind == "trained" else None
    if record is None:
        return "How its kernels were before training is kept only for networks that were trained here."
    try:
        return _kernels_before(record.run_id, layer, record)
    except UserError:
        return "The weights that this network had before training are not kept any more."


@st.cache_data(max_entries=50, show_spinner=False)
def _kernels_before(run_id: str, layer: int, _run: RunRecord) -> np.ndarray:
    return network_before_training(_run).nodes[layer].kernels()[-1].weights
