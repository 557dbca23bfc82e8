"""The parts of the page on receptive fields: the field on the picture, its formula, and which pixels really matter."""

import numpy as np
import streamlit as st

from visualizer.architecture.architecture import Architecture, summarize
from visualizer.architecture.shapes import describe_shape, is_maps, numbers_in
from visualizer.architecture.span import NOTHING, PICTURE, HeightWidth, RowColumn, Span
from visualizer.figures.chart import number
from visualizer.figures.receptive_field import effective_field_chart
from visualizer.figures.volumes import volumes
from visualizer.inspection.receptive_field.field_sum import FieldRow, first_unsaid
from visualizer.inspection.receptive_field.fields import inner_half_share, spans_read
from visualizer.ui.concepts.receptive_field_map import field_map
from visualizer.ui.concepts.receptive_field_networks import (
    Subject,
    first_picture,
    first_subject,
    gradient_of,
    mean_map,
    pictures,
    prepared,
    subjects,
    untrained_network,
)
from visualizer.ui.concepts.receptive_field_questions import next_question, stride_question
from visualizer.ui.kit.charts import show
from visualizer.ui.kit.glossary import explained
from visualizer.ui.kit.pick import select
from visualizer.ui.kit.prediction import predict
from visualizer.ui.state.models import chosen_network
from visualizer.ui.state.session import Session
from visualizer.ui.state.viewport import column_width
from visualizer.words import counted

MOST_PATHS = 1_000_000  # that are counted on the screen
_SPAN = 0.5  # of the picture: the page opens with the last layer whose field is at most this large


def choose_subject(owner: Session) -> tuple[str, Subject]:
    """Draw the choice of a network; return its name and the network."""
    choices = subjects(owner)
    titles = {name: title for name, (title, _) in choices.items()}
    name = select("Network", titles, "receptive-field-network", default=first_subject(owner))
    return name, choices[name][1]


def choose_picture(architecture: Architecture) -> np.ndarray:
    """Draw the choice of a picture; return it as the network's input, (C, H, W) in [0, 1]."""
    first = first_picture(architecture.input_shape)
    # Another input size may call for another picture.
    name = select("Picture", pictures(), f"receptive-field-picture-{first}", default=first)
    return prepared(name, architecture.input_shape)


def layers_with_a_field(rows: tuple[FieldRow, ...]) -> dict[int, str]:
    """The indices of `rows` whose units have receptive fields of their own, with titles.

    Layers that only write maps as a vector are left out, and so are elementwise layers after them: each of their units
    sees what one unit of the maps sees.
    """
    titles = {}
    rewritten = [False]
    for index, row in enumerate(rows[1:], start=1):
        assert row.layer is not None
        before = rows[row.sources[0] + 1]
        becomes_vector = is_maps(before.output_shape) and not is_maps(row.output_shape)
        keeps_numbers = numbers_in(before.output_shape) == numbers_in(row.output_shape)
        follows = rewritten[row.sources[0] + 1] and row.layer.keeps_shape
        rewritten.append(len(row.sources) == 1 and ((becomes_vector and keeps_numbers) or follows))
        if not rewritten[index]:
            titles[index] = f"{index}  {row.layer.summary()}"
    return titles


def explain_unknown_field(architecture: Architecture, rows: tuple[FieldRow, ...]) -> bool:
    """Draw a note if the field is unknown from some layer on; return whether it is."""
    unsaid = first_unsaid(architecture, rows)
    if unsaid is None:
        return False
    number, layer = unsaid
    st.info(
        f"Layer {number}, {layer.summary()}, does not say which positions it reads, so the receptive field is unknown "
        "from there on. The author of this layer type can add it in the method “sees”.",
        icon=":material/help:",
    )
    return True


def choose_layer(name: str, rows: tuple[FieldRow, ...]) -> int | None:
    """Draw the slider over the layers; return the index in `rows`, None if no layer has a field."""
    titles = layers_with_a_field(rows)
    if len(titles) < 2:
        return next(iter(titles), None)
    most = rows[0].places[0] * _SPAN
    index: int = st.select_slider(
        "Units of layer",
        list(titles),
        max((index for index in titles if rows[index].size[0] <= most), default=min(titles)),
        format_func=lambda index: titles.get(index, str(index)),
        # Other layers need a slider of their own.
        key=f"receptive-field-layer-{name}-{'-'.join(map(str, titles))}",
        persist_state="session",
    )
    return index


def field_on_picture(
    owner: Session, subject: Subject, picture: np.ndarray, rows: tuple[FieldRow, ...], index: int
) -> RowColumn:
    """Draw the field on the picture beside the map; return the (row, column) of the chosen unit."""
    row = rows[index]
    assert row.layer is not None
    if subject.trained:
        key, network = chosen_network(owner, subject.trained)
    else:
        key, network = untrained_network(subject.fitting)
    values = mean_map(key, network, picture, index - 1)
    low, high = float(values.min()), float(values.max())
    if is_maps(row.output_shape):
        units = f"{row.places[0]} × {row.places[1]} units"
        ends = f"from {number(low)} (dark) to {number(high)} (bright)"
        maps = counted(row.output_shape[0], "map")
        note = (
            f"It shows the mean of {maps} of the trained network, {ends}."
            if subject.trained
            else f"It shows the mean of {maps} of the untrained network, {ends}."
        )
    else:
        units, note = counted(row.output_shape[0], "unit"), "A vector has no positions: each unit sees the same pixels."
    place = field_map(
        picture,
        (values - low) / (high - low) if high > low else np.full_like(values, 0.5),
        rows,
        index,
        [
            ("Picture", describe_shape(picture.shape)),
            (row.layer.summary(), units),
        ],
        note,
    )
    if row.paths > 1:
        paths = f"{row.paths:,} paths lead" if row.paths <= MOST_PATHS else "Over a million paths lead"
        st.caption(
            f"{paths} from these units to the picture. A unit sees what any of them reaches; the frame is the smallest "
            "box around it."
        )
    return place


def questions(name: str, rows: tuple[FieldRow, ...], index: int) -> None:
    """Ask how the field grows; the second question appears once the first is answered."""
    row = rows[index]
    key = f"receptive-{name}-{index}-{row.size}-{row.jump}"
    asked = next_question(row)
    if asked is None:
        return
    answered = predict(asked.question, asked.options, asked.right, asked.explanation, f"{key}-next")
    asked = stride_question(row) if is_maps(row.output_shape) else None
    if answered and asked is not None:
        predict(explained(asked.question, "stride"), asked.options, asked.right, asked.explanation, f"{key}-stride")


def formula(rows: tuple[FieldRow, ...], index: int, place: RowColumn) -> None:
    """The recurrence of the chosen layer, with its numbers; without one, what the unit reads from each layer."""
    row = rows[index]
    if row.window is None or row.jump is None or row.start is None:
        _trace_back(rows, index, place)
        return
    lines = r" \\ ".join(_box_lines(rows, index) if len(row.sources) > 1 else _formula_lines(rows, index))
    st.latex(rf"\begin{{aligned}} {lines} \end{{aligned}}")
    first = row.start[0] + 1 + place[0] * row.jump[0]
    st.markdown(
        f"The field of unit {place[0] + 1} begins in row {_signed(row.start[0] + 1)} + ({place[0] + 1} − 1) · "
        f"{row.jump[0]} = **{_signed(first)}** and ends in row {_signed(first)} + {row.size[0]} − 1 = "
        f"**{_signed(first + row.size[0] - 1)}**."
    )
    st.caption(
        explained(
            f"{_MERGED if len(row.sources) > 1 else _SLID} {_describe_width(row)} Pixels, rows and units count from 1."
        )
    )


_SLID = "r: receptive field size, j: jump, a: start, w: window, d: dilation, s: stride, p: padding before."
_MERGED = (
    "r: receptive field size, j: jump, a: start. The box around the fields that meet begins where the first of them "
    "begins, and ends where the last of them ends."
)


def _trace_back(rows: tuple[FieldRow, ...], index: int, place: RowColumn) -> None:
    """One unit, and what it reads from every layer that leads to it, down to the picture."""
    layers = rows[index].layers
    spans_by_axis = [spans_read(layers, index - 1, axis, place[axis]) or {} for axis in (0, 1)]
    on_the_way = {index - 1}
    for source in range(index - 1, -1, -1):
        if source in on_the_way:
            on_the_way.update(layers.nodes[source].sources)
    lines = []
    for source in sorted(on_the_way, reverse=True):
        layer = rows[source + 1].layer
        name = "The picture" if layer is None else f"Layer {source + 1}, {layer.summary()}"
        if source != PICTURE and not is_maps(rows[source + 1].output_shape):
            lines.append(f"- {name}: the vector")
            continue
        height, width = (spans.get(source, NOTHING) for spans in spans_by_axis)
        read = f"{_range(height, 'row')}, {_range(width, 'column')}" if height.size and width.size else "nothing"
        lines.append(f"- {name}: {read}")
    st.markdown(
        "The fields of these units are not evenly spaced as those of a sliding window are, so **no single formula "
        "holds for all of them**. Follow the chosen unit back instead:\n\n" + "\n".join(lines)
    )
    st.caption("Rows, columns and units count from 1; below 1 and beyond the last one is padding.")


def _range(span: Span, noun: str) -> str:
    first, last = _signed(span.first + 1), _signed(span.last + 1)
    return f"{noun} {first}" if first == last else f"{noun}s {first} to {last}"


def _describe_width(row: FieldRow) -> str:
    pairs = (row.size, row.jump, row.start)
    if all(pair is not None and pair[0] == pair[1] for pair in pairs):
        return "The numbers are the same for height and width."
    return f"The numbers are for the height; for the width, r is {row.size[1]}."


def _signed(value: int) -> str:
    return str(value).replace("-", "−")


def _formula_lines(rows: tuple[FieldRow, ...], index: int) -> list[str]:
    """The sum along the height, in LaTeX."""
    row = rows[index]
    last = row.sources[0] + 1
    before = rows[last]
    assert before.jump is not None and before.start is not None and row.window is not None  # noqa: PT018
    assert row.jump is not None and row.start is not None  # noqa: PT018
    window, dilation = row.window.size[0], row.window.dilation[0]
    stride, padding = row.window.strides[0], row.window.padding[0]
    size, jump, start = before.size[0], before.jump[0], before.start[0] + 1
    k = index
    return [
        rf"r_{{{k}}} &= r_{{{last}}} + (w_{{{k}}}-1)\cdot d_{{{k}}}\cdot j_{{{last}}}",
        rf"&= {size} + ({window}-1)\cdot {dilation}\cdot {jump} = \mathbf{{{row.size[0]}}}",
        rf"j_{{{k}}} &= j_{{{last}}}\cdot s_{{{k}}} = {jump}\cdot {stride} = {row.jump[0]}",
        rf"a_{{{k}}} &= a_{{{last}}} - p_{{{k}}}\cdot j_{{{last}}} = {start} - {padding}\cdot {jump} "
        rf"= {row.start[0] + 1}",
    ]


def _box_lines(rows: tuple[FieldRow, ...], index: int) -> list[str]:
    """The box around the fields that meet, along the height, in LaTeX."""
    row = rows[index]
    assert row.jump is not None and row.start is not None  # noqa: PT018
    k, read = index, sorted({source + 1 for source in row.sources})
    starts = {at: start[0] + 1 for at in read if (start := rows[at].start) is not None}
    ends = {at: starts[at] + rows[at].size[0] for at in read}
    named_starts = ", ".join(f"a_{{{at}}}" for at in read)
    named_ends = ", ".join(f"a_{{{at}}}+r_{{{at}}}" for at in read)
    return [
        rf"a_{{{k}}} &= \min({named_starts}) = \min({', '.join(map(str, starts.values()))}) = {row.start[0] + 1}",
        rf"r_{{{k}}} &= \max({named_ends}) - a_{{{k}}}",
        rf"&= \max({', '.join(map(str, ends.values()))}) - {_in_brackets(row.start[0] + 1)} = \mathbf{{{row.size[0]}}}",
        rf"j_{{{k}}} &= j_{{{read[0]}}} = {row.jump[0]}",
    ]


def _in_brackets(value: int) -> str:
    return f"({value})" if value < 0 else str(value)


def sum_table(rows: tuple[FieldRow, ...], index: int) -> None:
    """The sum step by step, up to the chosen layer."""
    shown = rows[: index + 1]
    names = ["Input", *(f"{number}  {row.layer.summary()}" for number, row in enumerate(shown) if row.layer)]
    st.table(
        {
            "Layer": names,
            **({"Reads": [_describe_sources(row) for row in shown]} if is_graph(shown) else {}),
            "Window": [_pair(row.window.size) if row.window else "no window" for row in shown],
            "Stride": [_pair(row.window.strides) if row.window else "–" for row in shown],
            "Dilation": [_pair(row.window.dilation) if row.window else "–" for row in shown],
            "Padding": [_pair(row.window.padding) if row.window else "–" for row in shown],
            "Jump": [_pair(row.jump) if row.jump else "differs" for row in shown],
            "Receptive field": [f"{'' if row.jump else 'up to '}**{_pair(row.size)}**" for row in shown],
            "Start": [_pair((row.start[0] + 1, row.start[1] + 1)) if row.start else "differs" for row in shown],
            "Output (H × W × C)": [describe_shape(row.output_shape) for row in shown],
        },
        hide_index=True,
    )
    st.caption(
        "All sizes are in pixels of the input, as height × width where the two differ. Padding is that before the "
        "first row and column; a start below 1 lies in it. Flatten and global pooling count as a window over the whole "
        "map, since the vector contains all of its positions. The sum ignores edges and gaps; the drawing above shows "
        f"them.{_describe_exceptions(shown)}"
    )


def is_graph(rows: tuple[FieldRow, ...]) -> bool:
    """Whether some layer does not read the one before it alone."""
    return any(row.sources != (index - 2,) for index, row in enumerate(rows[1:], start=1))


def _describe_sources(row: FieldRow) -> str:
    names = ["input" if source == PICTURE else str(source + 1) for source in row.sources]
    return ", ".join(names) or "–"


def _describe_exceptions(rows: tuple[FieldRow, ...]) -> str:
    """Sentences on unusual entries of the table, if there are any; each begins with a space."""
    text = ""
    if any(row.window and 0 in row.window.strides for row in rows):
        text += " A stride of 0 means that all units of that layer read the same pixels."
    if any(row.window and min(row.window.padding) < 0 for row in rows):
        text += " A padding below 0 means that the edge is cut off."
    if any(len(row.sources) > 1 for row in rows):
        text += (
            " Where a layer reads several layers, the sum is that of the smallest box around their fields, of which a "
            "unit may see less."
        )
    if any(row.jump is None and len(row.sources) > 1 for row in rows):
        text += " Where paths with different jumps meet, the fields of different units differ in size or spacing."
    elif any(row.jump is None for row in rows):
        text += " After a layer without a window, the fields of different units differ in size or spacing."
    return text


def _pair(pair: HeightWidth) -> str:
    text = f"{pair[0]}" if pair[0] == pair[1] else f"{pair[0]} × {pair[1]}"
    return text.replace("-", "−")


def effective_fields(
    owner: Session, subject: Subject, picture: np.ndarray, rows: tuple[FieldRow, ...], index: int, place: RowColumn
) -> None:
    """How much each pixel matters to the unit: with untrained weights, and with trained ones if there are any."""
    field = rows[index].field(place)
    even = inner_half_share(field.mask.astype(np.float64), field)
    networks = {"Untrained": untrained_network(subject.fitting)}
    if subject.trained:
        networks["Trained"] = chosen_network(owner, subject.trained)
    text_column, *columns = st.columns([1, *([1] * len(networks))] if len(networks) > 1 else [1, 1], gap="medium")
    for column, (title, (key, network)) in zip(columns, networks.items(), strict=True):
        gradient = gradient_of(key, network, picture, index - 1, place)
        share = inner_half_share(gradient, field)
        with column:
            if share is None:
                st.info("No pixel of this picture matters to this unit: its gradient is 0.", icon=":material/info:")
                continue
            st.metric(f"{title}: gradient inside the middle half", f"{share:.0%}")
            width = min(column_width(1 / (len(networks) + 1)), 420)
            show(effective_field_chart(gradient, field, width=width), f"effective-{title}")
    with text_column:
        st.markdown(
            explained(
                "The solid frame encloses all that the unit **can** see. How much each pixel really **matters** is its "
                "gradient: how much the unit changes when that pixel gets a little brighter."
            )
        )
        if even is not None:
            st.markdown(
                "The dotted frame is the middle half of the field's height and width, a quarter of its area. If all "
                f"the pixels that it sees mattered equally, **{even:.0%}** of the gradient would lie in it."
            )
        st.markdown(
            "Through several windows, more paths lead to the unit from a central pixel than from a corner, so the "
            "centre usually matters more ([Luo et al., 2016](https://arxiv.org/abs/1701.04128))."
        )
        st.caption(
            explained(
                "Computed by PyTorch for this picture: |d unit / d pixel|, summed over the input's channels and "
                "averaged over the (first 16) maps at this position, before the layer's own activation function."
            )
        )


def shapes(architecture: Architecture) -> None:
    """How height, width and channels change from layer to layer."""
    show(volumes(architecture, summarize(architecture)), "receptive-field-shapes")
