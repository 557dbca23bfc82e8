"""The filters of a network: choose one, and see its kernel, what excites it, and a picture made for it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from visualizer.architecture.shapes import is_maps
from visualizer.figures.chart import Chart
from visualizer.figures.filters import kernel_by_channel
from visualizer.figures.kernels import kernel_grid, shown_channel, weight_matrix
from visualizer.figures.maps import map_grid
from visualizer.figures.vectors import MAX_BARS, unit_bars
from visualizer.inspection.receptive_field.fields import layer_fields
from visualizer.ui.kit import bound
from visualizer.ui.kit.chart_events import Clicked, on_click
from visualizer.ui.kit.charts import show
from visualizer.ui.kit.glossary import explained
from visualizer.ui.kit.pick import pick_page
from visualizer.ui.kit.text import escaped
from visualizer.ui.look.filters_excited import Filter, strongest_part
from visualizer.ui.look.filters_made import made_part
from visualizer.ui.look.first_kernels import COLOURS, kernel_choice, show_kernels
from visualizer.ui.look.inspected import Inspected
from visualizer.ui.look.layer_choice import chosen_layer
from visualizer.ui.look.state import LookState
from visualizer.ui.state.session import session
from visualizer.ui.state.viewport import column_width, is_narrow
from visualizer.words import counted

if TYPE_CHECKING:
    from visualizer.inspection.filters import FilterKernels
    from visualizer.inspection.probe import LayerView


def filters_part(inspected: Inspected) -> None:
    """Draw the choice of a filter, and everything about it."""
    from visualizer.inspection.filters import of_picture

    # Only layers with one kernel for each output map or number: otherwise it is unclear which belongs to which.
    views = [
        view for view in inspected.probe.layers if view.kernels is not None and len(view.kernels) == len(view.output)
    ]
    if not views:
        st.info("This network has no filters: add a Conv2D or a Dense layer in Build.", icon=":material/filter_alt:")
        return
    st.markdown(
        explained(
            "A **filter** is a small set of weights that slides over the layer’s input and looks for one pattern: "
            "where it finds the pattern, its output is large. One filter makes one feature map. A **unit** of a Dense "
            "layer does the same once, for the whole input."
        )
    )
    index = chosen_layer(views, f"filters-layer-of-{len(inspected.probe.layers)}")
    view = inspected.probe.layers[index]
    names = inspected.output_names if view is inspected.probe.layers[-1] else ()
    colours = len(view.kernel_sets) == 1 and of_picture(inspected.probe.layers, view.sources)
    number = _chosen(inspected, view, colours, names or None)
    _kernel(inspected, view, number)
    for place in range(len(view.kernel_sets) - 1):
        _earlier_kernels(view, place)
    filter, fields = Filter(index, number, _noun(view), view.output.shape), layer_fields(inspected.network, index)
    dataset, excitation = strongest_part(inspected, filter, fields)
    made_part(inspected, filter, fields, dataset, excitation)


def _per_page() -> int:
    return 16 if is_narrow() else 32


def _noun(view: "LayerView") -> str:
    return "filter" if is_maps(view.output.shape) else "unit"


def _chosen(inspected: Inspected, view: "LayerView", colours: bool, meaning: Sequence[str] | None) -> int:
    """Draw the layer's filters to choose from; the number of the chosen one, from 1.

    Args:
        inspected: The network at work.
        view: The layer.
        colours: Whether the layer's input is the picture's own channels.
        meaning: What its units stand for, such as classes; None if they stand for nothing.
    """
    assert view.kernels is not None
    state, filters, noun = session().page_state(LookState), len(view.kernels), _noun(view)
    number = min(state.filter_number, filters)
    per_page = _per_page()
    pages, page = -(-filters // per_page), 1
    page_key = f"filters-page-{view.index}-of-{pages}"
    sees_picture = colours and view.kernels.ndim == 4 and view.kernels.shape[1] in (1, 3)

    def choose(chosen: int) -> None:
        state.filter_number = chosen
        st.session_state[page_key] = int(places[chosen - 1]) // per_page + 1

    def clicked(point: Clicked) -> None:
        clicked_number = point.data[0] if point.data else point.x
        if isinstance(clicked_number, int | float) and 1 <= clicked_number <= filters:
            state.filter_number = int(clicked_number)

    st.subheader(f"Choose a {noun}")
    label = f"Unit 1 to {filters:,}" if noun == "unit" else f"Filter 1 to {filters:,}"
    bound.number(label, number, choose, f"filter-{view.index}", 1, filters, width=180)
    choice = kernel_choice(view) if sees_picture else None
    order = np.arange(filters) if choice is None else choice.order(view.kernels)
    places = np.argsort(order)
    if pages > 1 and is_maps(view.output.shape):
        start = int(places[number - 1]) // per_page + 1
        page = st.pagination(pages, default=start, key=page_key, persist_state="session")
    shown = order[(page - 1) * per_page : page * per_page]
    above, key = st.container(), f"filters-{view.index}"
    if choice is None:
        chart, caption = _choice(view, shown, number)
        show(chart, key)
    else:
        caption = show_kernels(inspected, view, choice, shown, number, key)
    if meaning is not None:
        caption = f"{caption} Unit {number} stands for “{escaped(meaning[number - 1])}”."
    above.caption(explained(f"{caption} Click one to choose it.", "kernel"))
    on_click(key, clicked)
    return number


def _choice(view: "LayerView", shown: np.ndarray, number: int) -> tuple[Chart, str]:
    """The chart that filters are chosen on, with a caption: their kernels if these are pictures, else their maps."""
    assert view.kernels is not None
    columns = 4 if is_narrow() else 8 if len(shown) <= 16 else 16
    if not is_maps(view.output.shape):
        caption = "Each unit’s output for the picture above."
        if len(view.output) > MAX_BARS:
            caption = "Each unit’s output for the picture above, 100 units per row."
        return unit_bars(view.output, value_label="output", width=column_width(), marked=number), caption
    if view.kernels.ndim == 4 and view.kernels.shape[1] == 1:
        chart = kernel_grid(
            view.kernels[shown],
            input_channel=None,
            columns=4 if is_narrow() else 8,
            width=column_width(),
            first=int(shown[0]) + 1,
            marked=number if number - 1 in shown else None,
        )
        if view.kernel_sets[-1].input_count > 1:
            return chart, "This layer is depthwise: each filter has one kernel and sees one channel only."
        return chart, "A single map arrives, so each filter has a single kernel."
    maps = view.output[shown]
    return map_grid(
        maps,
        titles=[str(channel + 1) for channel in shown],
        columns=columns,
        diverging=bool(view.output.min() < 0),
        value_label="output",
        width=column_width(),
        marked=number - 1 - int(shown[0]) if number - 1 in shown else None,
    ), (
        "A deeper layer’s kernels cannot be shown as pictures: each filter has one kernel for every input map, and "
        "these maps are not colours. So choose a filter by its feature map for the picture above."
    )


def _kernel(inspected: Inspected, view: "LayerView", number: int) -> None:
    from visualizer.inspection.filters import filter_kernels

    assert view.kernels is not None
    noun = _noun(view)
    kernel = filter_kernels(inspected.probe.layers, view.index, number - 1)
    if kernel is None:
        st.subheader(f"The weights of {noun} {number}")
        st.caption("One weight for each input.")
        show(unit_bars(view.kernels[number - 1], value_label="weight", width=column_width()), "filter-weights")
        return
    count = len(kernel.channels)
    st.subheader(f"The kernel of {noun} {number}" if count == 1 else f"The kernels of {noun} {number}, by channel")
    st.caption(explained(_kernel_caption(kernel, noun), "channel"))
    shown = pick_page(count, _per_page(), f"filters-channels-{view.index}-of-{count}")
    titles = [_name(kernel, channel) for channel in kernel.channels]
    show(
        kernel_by_channel(
            kernel.weights[shown],
            titles[shown],
            float(np.abs(kernel.weights).max()) or 1.0,
            columns=4 if is_narrow() else 8 if count <= 16 else 16,
            width=column_width(),
        ),
        "filter-kernel",
    )


def _earlier_kernels(view: "LayerView", place: int) -> None:
    """The kernels of an earlier stage of the layer, shared by all its filters."""
    earlier = view.kernel_sets[place]
    st.subheader(f"The kernels of its stage “{escaped(earlier.stage)}”")
    count = len(earlier.weights)
    one_map = earlier.weights.shape[1] == 1 < earlier.input_count
    each = "Each sees a single map." if one_map else "Each sees all of its input."
    st.caption(
        f"This layer works in {len(view.kernel_sets)} stages. This earlier one has {counted(count, 'kernel')}. {each} "
        "All filters share their results, and weigh them by the weights above."
    )
    if earlier.weights.ndim == 2:
        show(weight_matrix(earlier.weights, width=column_width()), f"filters-earlier-{place}")
        return
    page = pick_page(count, _per_page(), f"filters-earlier-{view.index}-{place}-of-{count}")
    shown = earlier.weights[page]
    columns = 4 if is_narrow() else 8
    channel = shown_channel(shown)
    show(
        kernel_grid(shown, input_channel=channel, columns=columns, width=column_width(), first=page.start + 1),
        f"filters-earlier-{place}",
    )


def _name(kernel: "FilterKernels", channel: int) -> str:
    if not kernel.of_picture:
        return f"map {channel + 1}"
    return COLOURS[channel] if len(kernel.channels) == len(COLOURS) else "brightness"


def _kernel_caption(kernel: "FilterKernels", noun: str) -> str:
    colours = "Red weights add the number under them, blue weights subtract it."
    count = len(kernel.channels)
    if count == 1:
        return f"This {noun} sees one channel. {colours}"
    if kernel.stage is not None:
        inputs = f"This {noun} has one kernel for each of the maps from its stage “{escaped(kernel.stage)}”."
    elif kernel.of_picture:
        inputs = f"This {noun} has one kernel for each of the picture’s colours."
    else:
        inputs = f"This {noun} has one kernel for each of the input maps."
    sentences = [inputs, "It adds up their results. The strongest kernel comes first."]
    if kernel.flattened:
        sentences.append("Flatten only put the maps in a row: here they are maps again.")
    half = min(int(np.searchsorted(np.cumsum(np.square(kernel.strength)), 0.5)) + 1, count)
    sentences.append(
        f"The first of {count} makes up at least half of the strength (the sum of the squared weights)."
        if half == 1
        else f"The first {half} of {count} make up at least half of the strength (the sum of the squared weights)."
    )
    return " ".join([*sentences, colours])
