"""One layer opened: what meets in it, its output before and after the activation, its kernels, and its input."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from visualizer.architecture.layer import PoolingWindow
from visualizer.architecture.shapes import describe_shape, is_maps
from visualizer.figures.kernels import kernel_grid, weight_matrix
from visualizer.figures.maps import map_grid, single_map
from visualizer.figures.pooling import pooling_pair
from visualizer.figures.vectors import unit_bars
from visualizer.ui.kit.charts import show
from visualizer.ui.kit.glossary import explained
from visualizer.ui.kit.pick import pick_page, select
from visualizer.ui.kit.text import escaped
from visualizer.ui.look.inspected import Inspected
from visualizer.ui.look.layer_choice import chosen_layer
from visualizer.ui.look.meeting_view import meeting_part
from visualizer.ui.look.number_chart import NumberChart
from visualizer.ui.look.pixel_view import pixel_part
from visualizer.ui.state.viewport import column_width, is_narrow

if TYPE_CHECKING:
    from visualizer.inspection.probe import ChannelOrder, LayerView

MAPS_PER_PAGE = 32
KERNELS_PER_PAGE = 64
_ORDERS: "dict[ChannelOrder, str]" = {"channel": "channel number", "mean": "mean activation", "variance": "variance"}
_SCALES = {True: "one for all maps", False: "one for each map"}
_SELECT = 180  # pixels


def layers_part(inspected: Inspected) -> None:
    """Draw the choice of a layer, and everything about it."""
    views = inspected.probe.layers
    index = chosen_layer(views, layer_key(views))
    # A network of blocks has other layers at the same indices.
    of = f"-of-{len(views)}" if any(view.block for view in views) else ""
    layer_view(inspected, views[index], f"layer-{index}{of}")


def layer_key(views: "Sequence[LayerView]") -> str:
    """The key of the choice among these layers, which are all of a network."""
    return f"layer-of-{len(views)}"


def layer_view(inspected: Inspected, view: "LayerView", key: str) -> None:
    """Draw everything about one layer for the picture at hand."""
    st.caption(explained(view.layer.explanation))
    window = view.layer.pooled(view.input.shape)
    if window is not None:
        _pooling(view, window, key)
    met = meeting_part(inspected, view, key)
    own = _feature_maps(view, key) if is_maps(view.output.shape) else _vector(view, key)
    pixel_part(inspected, view.index, (*met, *own))
    for number in range(len(view.kernel_sets)):
        _kernels(inspected, view, number, key if number == len(view.kernel_sets) - 1 else f"{key}-{number}")
    # What only merges has its input as its output.
    if inspected.network.nodes[view.index].stages or len(view.sources) == 1:
        _input(view, key)


def _columns() -> int:
    return 4 if is_narrow() else 8


def _signed(values: np.ndarray) -> bool:
    return bool(values.min() < 0)


def _feature_maps(view: "LayerView", key: str) -> tuple[NumberChart, ...]:
    """Draw the maps; return the charts."""
    from visualizer.inspection.probe import channel_order

    st.subheader("Output: feature maps")
    maps, label = view.output, "output"
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        if view.before_activation is not None:
            moment = select("Activation", {"after": "after", "before": "before"}, "maps-moment", width=_SELECT)
            label = f"{moment} the activation"
            maps = view.output if moment == "after" else view.before_activation
        order = select("Sorted by", _ORDERS, "maps-order", width=_SELECT)
        shared = select("Colour scale", _SCALES, "maps-shared", width=_SELECT)
        ranking = channel_order(view.output, order)
        large = {0: "no map"} | {int(channel) + 1: f"map {channel + 1}" for channel in ranking}
        enlarged = select("Enlarge", large, f"{key}-large", width=_SELECT)
    diverging = _signed(maps)
    if enlarged:
        show(
            single_map(
                maps[enlarged - 1],
                title=f"Map {enlarged}",
                value_label=label,
                diverging=diverging,
                width=min(column_width(), 640),
            ),
            f"{key}-single",
        )
    shown = ranking[pick_page(len(ranking), MAPS_PER_PAGE, f"{key}-page")]
    show(
        map_grid(
            maps[shown],
            titles=[str(channel + 1) for channel in shown],
            columns=_columns(),
            shared_scale=shared,
            diverging=diverging,
            value_label=label,
            width=column_width(),
        ),
        f"{key}-maps",
    )
    charts = (NumberChart(f"{key}-maps"),)
    return (*charts, NumberChart(f"{key}-single", channel=enlarged - 1)) if enlarged else charts


def _pooling(view: "LayerView", window: PoolingWindow, key: str) -> None:
    st.subheader("Before and after pooling, on one colour scale")
    most_varied = int(view.output.var(axis=(1, 2)).argmax())
    channel = st.number_input(
        f"Map 1 to {len(view.output)}", 1, len(view.output), most_varied + 1, key=f"{key}-pooled", width=_SELECT
    )
    show(
        pooling_pair(
            view.input[channel - 1],
            view.output[channel - 1],
            window.size,
            window.strides,
            window.before,
            window.kind,
            "activation",
            width=column_width(),
        ),
        f"{key}-pooling",
    )


def _kernels(inspected: Inspected, view: "LayerView", number: int, key: str) -> None:
    """One set of the layer's kernels; where there are several, each names its stage."""
    from visualizer.inspection.filters import of_picture

    kernel_set, count = view.kernel_sets[number], len(view.kernel_sets)
    stage = f" of stage {number + 1} of {count}: {escaped(kernel_set.stage)}" if count > 1 else ""
    if kernel_set.weights.ndim == 2:
        st.subheader(f"Weights{stage}")
        show(weight_matrix(kernel_set.weights, width=column_width()), f"{key}-weights")
        return
    st.subheader(f"Kernels{stage}")
    kernels = kernel_set.weights
    filters, channels = kernels.shape[:2]
    shown = np.arange(filters)[pick_page(filters, KERNELS_PER_PAGE, f"{key}-kernel-page")]
    page = kernels[shown]
    if channels == 3 and number == 0 and of_picture(inspected.probe.layers, view.sources):
        show(
            kernel_grid(page, input_channel=None, columns=_columns(), width=column_width(), first=int(shown[0]) + 1),
            f"{key}-colour-kernels",
        )
    channel = 1
    if channels == 1 and kernel_set.input_count > 1:
        st.caption(
            "This stage is depthwise: each filter has one kernel and sees its own map only."
            if count > 1
            else "This layer is depthwise: each filter has one kernel and sees its own map only."
        )
    if channels > 1:
        channel = st.number_input(
            f"Weights for input channel 1 to {channels}",
            1,
            channels,
            key=f"{key}-channel",
            persist_state="session",
            width=260,
        )
    show(
        kernel_grid(page, input_channel=channel - 1, columns=_columns(), width=column_width(), first=int(shown[0]) + 1),
        f"{key}-kernels",
    )


def _vector(view: "LayerView", key: str) -> tuple[NumberChart, ...]:
    st.subheader("Output: a vector")
    show(
        unit_bars(view.output, before=view.before_activation, value_label="output", width=column_width()),
        f"{key}-units",
    )
    return (NumberChart(f"{key}-units", vector=True),)


def _input(view: "LayerView", key: str) -> None:
    st.subheader(f"Input: {describe_shape(view.input.shape)}")
    if not is_maps(view.input.shape):
        show(unit_bars(view.input, value_label="input", width=column_width()), f"{key}-input")
        return
    shown = np.arange(len(view.input))[pick_page(len(view.input), MAPS_PER_PAGE, f"{key}-input-page")]
    show(
        map_grid(
            view.input[shown],
            titles=[str(channel + 1) for channel in shown],
            columns=_columns(),
            diverging=_signed(view.input),
            value_label="input",
            width=column_width(),
        ),
        f"{key}-input",
    )
