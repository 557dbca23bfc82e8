"""One layer opened: what came in, its kernels, and what left, before and after the activation."""

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from visualizer.architecture.pooling import Pooling2D
from visualizer.architecture.shapes import describe_shape, is_maps
from visualizer.figures.maps import kernel_grid, map_grid, single_map, weight_matrix
from visualizer.figures.pooling import pooling_pair
from visualizer.figures.vectors import unit_bars
from visualizer.ui.charts import show

if TYPE_CHECKING:
    from visualizer.inspection.probe import LayerView

PER_PAGE = 32
COLUMNS = 8
_ORDERS = {"channel": "channel number", "mean": "mean activation", "variance": "variance"}


def layer_view(view: "LayerView", key: str) -> None:
    """Draw everything about one layer for the picture at hand."""
    st.caption(view.layer.explanation)
    if isinstance(view.layer, Pooling2D):
        _pooling(view, view.layer, key)
    if is_maps(view.output.shape):
        _maps(view, key)
    else:
        _vector(view)
    if view.kernels is not None:
        _kernels(view, key)
    _arrived(view, key)


def _signed(values: np.ndarray) -> bool:
    return bool(values.min() < 0)


def _maps(view: "LayerView", key: str) -> None:
    from visualizer.inspection.probe import channel_order

    st.subheader("What leaves: feature maps")
    channels = view.output.shape[0]
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        moments = ["after", "before"] if view.before_activation is not None else ["after"]
        moment = "after"
        if len(moments) > 1:
            moment = st.segmented_control(
                "Activation",
                moments,
                default="after",
                required=True,
                format_func=lambda moment: f"{moment} the activation",
                key=f"{key}-moment",
                persist_state="session",
            )
        order = st.selectbox(
            "Sorted by",
            list(_ORDERS),
            format_func=_ORDERS.__getitem__,
            key="maps-order",
            persist_state="session",
            width=180,
        )
        shared = st.selectbox(
            "Colour scale",
            [True, False],
            format_func=lambda shared: "one for all maps" if shared else "one for each map",
            key="maps-shared",
            persist_state="session",
            width=180,
        )
    maps = view.output if moment == "after" or view.before_activation is None else view.before_activation
    ranking = channel_order(view.output, order)
    pages = -(-channels // PER_PAGE)
    page = st.pagination(pages, key=f"{key}-page", persist_state="session") if pages > 1 else 1
    shown = ranking[(page - 1) * PER_PAGE : page * PER_PAGE]
    show(
        map_grid(
            maps[shown],
            titles=[str(channel + 1) for channel in shown],
            columns=min(COLUMNS, len(shown)),
            shared_scale=shared,
            diverging=_signed(maps),
            value_label="activation" if moment == "after" else "before the activation",
        ),
        f"{key}-maps",
    )
    enlarged = st.selectbox(
        "Enlarge a map",
        [None, *(int(channel) for channel in ranking)],
        format_func=lambda channel: "none" if channel is None else f"map {channel + 1}",
        key=f"{key}-large",
        persist_state="session",
        width=180,
    )
    if enlarged is not None:
        show(
            single_map(maps[enlarged], title=f"Map {enlarged + 1}", value_label="activation", diverging=_signed(maps)),
            f"{key}-single",
        )


def _pooling(view: "LayerView", layer: Pooling2D, key: str) -> None:
    st.subheader("Before and after pooling, at one scale")
    strongest = int(view.output.mean(axis=(1, 2)).argmax())
    channel = st.number_input(
        f"Map 1 to {len(view.output)}", 1, len(view.output), strongest + 1, key=f"{key}-pooled", width=150
    )
    (top, _), (left, _) = layer.window.pads(view.input.shape)
    show(
        pooling_pair(
            view.input[channel - 1],
            view.output[channel - 1],
            layer.pool_size,
            layer.strides,
            (top, left),
            layer.kind,
            "activation",
        ),
        f"{key}-pooling",
    )


def _kernels(view: "LayerView", key: str) -> None:
    assert view.kernels is not None
    if view.kernels.ndim == 2:
        st.subheader("Weights")
        show(weight_matrix(view.kernels), f"{key}-weights")
        return
    st.subheader("Kernels")
    filters, channels = view.kernels.shape[:2]
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        channel = 0
        if channels > 1:
            channel = (
                st.number_input(
                    f"For input channel 1 to {channels}",
                    1,
                    channels,
                    key=f"{key}-channel",
                    persist_state="session",
                    width=200,
                )
                - 1
            )
        pages = -(-filters // (2 * PER_PAGE))
        page = st.pagination(pages, key=f"{key}-kernel-page", persist_state="session") if pages > 1 else 1
    shown = view.kernels[(page - 1) * 2 * PER_PAGE : page * 2 * PER_PAGE]
    if channels == 3:
        show(kernel_grid(shown, input_channel=None), f"{key}-rgb-kernels")
    show(kernel_grid(shown, input_channel=channel), f"{key}-kernels")


def _vector(view: "LayerView") -> None:
    st.subheader("What leaves: a vector")
    show(
        unit_bars(view.output, before=view.before_activation, value_label="output"),
        f"units-{view.index}",
    )


def _arrived(view: "LayerView", key: str) -> None:
    st.subheader(f"What came in: {describe_shape(view.input.shape)}")
    if is_maps(view.input.shape):
        count = min(len(view.input), PER_PAGE)
        if count < len(view.input):
            st.caption(f"The first {count} of {len(view.input)} maps.")
        show(
            map_grid(
                view.input[:count],
                titles=[str(channel + 1) for channel in range(count)],
                columns=min(COLUMNS, max(count, 4)),
                diverging=_signed(view.input),
                value_label="input",
            ),
            f"{key}-input",
        )
    else:
        show(unit_bars(view.input, before=None, value_label="input"), f"{key}-input")
