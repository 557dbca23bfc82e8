"""Explain any number of a network: choose it by a click or by row and column, and follow it back to the picture."""

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np
import streamlit as st

from visualizer.architecture.shapes import is_maps
from visualizer.ui.kit import bound
from visualizer.ui.kit.chart_events import Clicked, on_click
from visualizer.ui.kit.component import component, sent_by
from visualizer.ui.look.inspected import Inspected
from visualizer.ui.look.number_chart import NumberChart
from visualizer.ui.look.pixel_data import pixel_data
from visualizer.ui.look.state import LookState
from visualizer.ui.state.session import session

if TYPE_CHECKING:
    from visualizer.inspection.steps import Spot

_FIELD = 130  # pixels
_FIELDS = 64  # names that a field may have


@st.fragment
def pixel_part(inspected: Inspected, index: int, charts: tuple[NumberChart, ...]) -> None:
    """Explain one number of layer `index`; at first its largest. A choice redraws only this part.

    Args:
        inspected: The network and its results for the picture.
        index: The layer whose numbers, or what they are made of, the charts above show.
        charts: These charts.
    """
    _go_on(inspected, index)
    path = _path(inspected, index)
    owner, state = session(), session().page_state(LookState)
    chosen = path == state.pixel_path
    kept = tuple((spot.node, spot.place, spot.is_input) for spot in path) if chosen else ()
    owner.look = owner.look.moved(layer=index, path=kept, page=state.pixel_page if chosen else 0)
    owner.save()
    st.subheader("One number explained")
    st.caption("Click a number in a chart above, or choose it here. Then click one that it was computed from.")
    view = inspected.probe.layers[index]
    shape = (view.input if path[0].is_input else view.output).shape
    _fields(path[0], shape, of=crc32(inspected.probe.picture.tobytes(), crc32(repr(inspected.key).encode())))
    for chart in charts:
        _listen(index, chart)
    _explanation(inspected, path)


def _go_on(inspected: Inspected, index: int) -> None:
    """Follow a request from the explanation, if it concerns the number that is still explained."""
    state = session().page_state(LookState)
    if state.pixel_asked is None:
        return
    (path, asked), state.pixel_asked = state.pixel_asked, None
    if path == _path(inspected, index) and (following := _next(inspected, path, asked)) is not None:
        state.explain_pixel(*following)


def _path(inspected: Inspected, index: int) -> "tuple[Spot, ...]":
    """The chosen path, if it begins in this layer and leads through numbers that exist; else the largest number."""
    from visualizer.inspection.pixel import is_way
    from visualizer.inspection.steps import Spot

    path = session().page_state(LookState).pixel_path
    if path and path[0].node == index and is_way(inspected.network, inspected.probe, path):
        return path
    output = inspected.probe.layers[index].output
    place = np.unravel_index(int(np.nan_to_num(output, nan=-np.inf).argmax()), output.shape)
    return (Spot(index, tuple(int(part) for part in place)),)


# A session keeps the callbacks of all widgets that it ever showed, so none may hold a picture's numbers or a network.
# Whether a number exists is checked when it is explained.


def _fields(spot: "Spot", shape: tuple[int, ...], of: int) -> None:
    """Row and column as fields, so that a click is not the only way.

    Args:
        spot: The number that they show.
        shape: The shape of its layer's output, or of its input if the number is of that.
        of: A hash of the network and the picture.
    """
    names = ("Map", "Row", "Column") if is_maps(shape) else ("Unit",)
    with st.container(horizontal=True, gap="small"):
        for axis, (name, size) in enumerate(zip(names, shape, strict=True)):

            def choose(number: int, axis: int = axis) -> None:
                # A browser may report the value that it was sent: then nobody chose anything.
                if number - 1 != spot.place[axis]:
                    _choose(replace(spot, place=(*spot.place[:axis], number - 1, *spot.place[axis + 1 :])))

            label = f"{name} 1 to {size:,}"
            if size == 1:
                continue
            # A new field for each picture: while it opens, the old one may still report the last picture's number.
            # Only a few keys, since a session keeps data for each.
            key = f"pixel-{name.lower()}-{spot.node}-{size}-{of % _FIELDS}"
            bound.number(label, spot.place[axis] + 1, choose, key, 1, size, width=_FIELD)


def _choose(*path: "Spot") -> None:
    session().page_state(LookState).explain_pixel(path)


def _listen(index: int, chart: NumberChart) -> None:
    def clicked(point: Clicked) -> None:
        with suppress(TypeError, ValueError, IndexError):
            _choose(*chart.path(index, point))

    on_click(chart.key, clicked)


def _explanation(inspected: Inspected, path: "tuple[Spot, ...]") -> None:
    state = session().page_state(LookState)
    key = "pixel-explained"

    def go() -> None:
        state.pixel_asked = path, sent_by(key, "go")

    # Only a chosen number may scroll the page: another network or picture also changes the largest number.
    data = pixel_data(inspected, path, state.pixel_page) | {"chosen": path == state.pixel_path}
    component("pixel")(key=key, data=data, on_go_change=go)


def _next(inspected: Inspected, path: "tuple[Spot, ...]", asked: Any) -> "tuple[tuple[Spot, ...], int] | None":
    """The path and page that the browser asks for, or None if they do not exist: anybody can send anything."""
    from visualizer.architecture.flow import PICTURE
    from visualizer.inspection.pixel import before, holds, made_of
    from visualizer.inspection.steps import Spot

    spot = path[-1]
    try:
        if "back" in asked:
            return path[: max(int(asked["back"]), 0) + 1], 0
        if "page" in asked:
            return path, max(int(asked["page"]), 0)
        if spot.node == PICTURE:
            return None
        if "source" in asked:
            node = int(asked["source"])
            following = next(
                source for source in made_of(inspected.network, inspected.probe, spot) if source.node == node
            )
            return ((*path, following), 0) if holds(inspected.probe, following) else None
        place = tuple(int(part) for part in asked["place"])
        if asked.get("beside"):
            following = Spot(spot.node, place, spot.is_input)
            path = path[:-1]
        else:
            following = before(inspected.network, spot, place)
    except (TypeError, KeyError, ValueError, IndexError, OverflowError, AttributeError, StopIteration):
        return None
    return ((*path, following), 0) if holds(inspected.probe, following) else None
