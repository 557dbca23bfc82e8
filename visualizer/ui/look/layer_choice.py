"""The choice of a layer; in a network of blocks first the block, then the layer in it."""

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

import streamlit as st

from visualizer.ui.kit.pick import pick
from visualizer.ui.kit.text import escaped

if TYPE_CHECKING:
    from visualizer.inspection.probe import LayerView


def chosen_layer(views: "Sequence[LayerView]", key: str) -> int:
    """Draw the choice; the index of the chosen layer, at first the first one.

    Args:
        views: The layers to choose from.
        key: Of the choice among layers, or among blocks where there are any.
    """
    if not any(view.block for view in views):
        return _chosen("Layer", {view.index: _title(view) for view in views}, key)
    groups = _groups(views)
    titles = {
        group[0].index: f":material/unfold_more: {escaped(group[0].block.partition(':')[0])}"
        if group[0].block
        else _title(group[0])
        for group in groups
    }
    first = _chosen("Layer or block", titles, key)
    opened = next(group for group in groups if group[0].index == first)
    if not opened[0].block:
        return first
    return _chosen(escaped(opened[0].block), {view.index: _title(view) for view in opened}, _inner(key, first))


def open_layer(views: "Sequence[LayerView]", key: str, index: int) -> None:
    """Let `chosen_layer`, drawn later in this run with the same views and key, show the layer of that index."""
    group = next(group for group in _groups(views) if any(view.index == index for view in group))
    first = group[0].index
    st.session_state[key] = first
    if group[0].block:
        st.session_state[_inner(key, first)] = index


def _groups(views: "Sequence[LayerView]") -> "list[list[LayerView]]":
    """A layer outside any block is a group of its own; a block is folded until it is chosen."""
    return [list(group) for _, group in groupby(views, lambda view: view.block or view.index)]


def _inner(key: str, first: int) -> str:
    """The key of the choice in the block that begins with layer `first`."""
    return f"{key}-in-{first}"


def _title(view: "LayerView") -> str:
    return f"{view.index + 1}  {view.layer.summary()}"


def _chosen(label: str, titles: dict[int, str], key: str) -> int:
    return pick(label, titles, key, widget=st.pills)
