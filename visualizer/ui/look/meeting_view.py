"""Where several layers meet: what each of them gives, side by side, and what is made of it."""

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from visualizer.architecture.shapes import describe_shape, is_maps
from visualizer.architecture.span import PICTURE
from visualizer.figures.maps import map_grid
from visualizer.figures.scale import Scale
from visualizer.figures.vectors import unit_bars
from visualizer.ui.kit.charts import show
from visualizer.ui.kit.pick import pick_page
from visualizer.ui.look.inspected import Inspected
from visualizer.ui.look.number_chart import Given, NumberChart
from visualizer.ui.state.viewport import column_width, is_narrow
from visualizer.words import listed

if TYPE_CHECKING:
    from visualizer.architecture.layer import Meeting
    from visualizer.inspection.probe import LayerView

MAPS_PER_PAGE = 32
_MADE: "dict[Meeting, str]" = {
    "sum": "their sum",
    "difference": "their difference",
    "product": "their product",
    "average": "their mean",
    "maximum": "the largest",
}
_FIELD = 180  # pixels


def meeting_part(inspected: Inspected, view: "LayerView", key: str) -> tuple[NumberChart, ...]:
    """Draw what each of the layers gives that a layer reads; nothing where it reads only one. Return the charts."""
    from visualizer.inspection.pixel import output_of

    if len(view.sources) == 1:
        return ()
    meeting = inspected.network.nodes[view.index].meeting
    given = [output_of(inspected.probe, source) for source in view.sources]
    st.subheader("What meets here, layer by layer")
    names = [_name(inspected, source) for source in view.sources]
    # Where something is computed from what meets, its result is another number.
    is_input = bool(inspected.network.nodes[view.index].stages)
    if meeting == "concatenation":
        return _one_behind_the_other(view, given, names, key, is_input=is_input)
    if is_maps(view.input.shape):
        return (_map_beside_map(view, given, names, _MADE[meeting], key, is_input=is_input),)
    charts = []
    for number, (values, name, source) in enumerate(zip(given, names, view.sources, strict=True)):
        st.markdown(f"**{name}**")
        show(unit_bars(values, value_label="output", width=column_width()), f"{key}-met-{number}")
        met = (Given(source, values.shape),)
        charts.append(NumberChart(f"{key}-met-{number}", vector=True, given=met, is_input=is_input))
    return tuple(charts)


def _name(inspected: Inspected, source: int) -> str:
    if source == PICTURE:
        return "The picture"
    return f"Layer {source + 1}, {inspected.probe.layers[source].layer.summary()}"


def _short(source: int) -> str:
    return "picture" if source == PICTURE else f"layer {source + 1}"


def _map_beside_map(
    view: "LayerView", given: list[np.ndarray], names: list[str], made: str, key: str, *, is_input: bool
) -> NumberChart:
    """The same map of every layer, and what becomes of it, on one colour scale."""
    st.caption(
        f"{listed(names)} meet here map by map: each number of the result comes from the numbers at the same place."
    )
    shape = view.input.shape
    if any(maps.shape != shape for maps in given):
        st.caption("Where a layer has a single number for each map, that number stands for the whole map.")
    most_varied = int(view.input.var(axis=(1, 2)).argmax())
    channel = st.number_input(f"Map 1 to {shape[0]}", 1, shape[0], most_varied + 1, key=f"{key}-met", width=_FIELD)
    maps = [np.broadcast_to(maps[channel - 1], shape[1:]) for maps in given] + [view.input[channel - 1]]
    together = np.stack(maps)
    show(
        map_grid(
            together,
            titles=[*map(_short, view.sources), made],
            columns=2 if is_narrow() else min(len(maps), 4),
            diverging=bool(together.min() < 0),
            value_label=f"map {channel}",
            width=column_width(),
        ),
        f"{key}-met-maps",
    )
    tiles = (*(Given(source, maps.shape) for source, maps in zip(view.sources, given, strict=True)), None)
    return NumberChart(f"{key}-met-maps", channel=channel - 1, given=tiles, is_input=is_input)


def _one_behind_the_other(
    view: "LayerView", given: list[np.ndarray], names: list[str], key: str, *, is_input: bool
) -> tuple[NumberChart, ...]:
    """Which channels each layer has, and these; all maps on one colour scale."""
    noun = "Maps" if is_maps(view.input.shape) else "Numbers"
    scale = Scale.of(view.input, diverging=bool(view.input.min() < 0))
    first = 1
    charts = []
    for number, (values, name, source) in enumerate(zip(given, names, view.sources, strict=True)):
        last = first + len(values) - 1
        st.markdown(f"**{noun} {first:,} to {last:,}: {name}** ({describe_shape(values.shape)})")
        if is_maps(values.shape):
            shown = np.arange(len(values))[pick_page(len(values), MAPS_PER_PAGE, f"{key}-met-{number}-page")]
            chart = map_grid(
                values[shown],
                titles=[str(channel + first) for channel in shown],
                columns=4 if is_narrow() else 8,
                diverging=scale.diverging,
                value_label="output",
                width=column_width(),
                scale=scale,
            )
        else:
            chart = unit_bars(values, value_label="output", width=column_width())
        show(chart, f"{key}-met-{number}")
        charts.append(
            NumberChart(
                f"{key}-met-{number}",
                vector=not is_maps(values.shape),
                given=(Given(source, values.shape, first - 1),),
                # Maps are called by their joined numbers, units by their own.
                numbered_from=0 if is_maps(values.shape) else first - 1,
                is_input=is_input,
            )
        )
        first = last + 1
    return tuple(charts)
