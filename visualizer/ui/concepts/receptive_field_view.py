"""The parts of the page on receptive fields: the field on the picture, its sum, and what of it really matters."""

from itertools import pairwise

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
    trained_network,
    untrained_network,
)
from visualizer.ui.concepts.receptive_field_questions import next_question, stride_question
from visualizer.ui.kit.charts import show
from visualizer.ui.kit.glossary import explained
from visualizer.ui.kit.prediction import predict
from visualizer.ui.state.session import Session
from visualizer.ui.state.viewport import column_width
from visualizer.words import counted

_SPAN = 0.5  # of the picture: the page opens with the last layer whose field is no larger


def choose_subject(owner: Session) -> tuple[str, Subject]:
    """Draw the choice of a network; return its name and the network."""
    found = subjects(owner)
    names = list(found)
    name = st.selectbox(
        "Network",
        names,
        names.index(first_subject(owner)),
        format_func=lambda name: found[name][0] if name in found else name,
        key="receptive-field-network",
        persist_state="session",
    )
    return name, found[name][1]


def choose_picture(architecture: Architecture) -> np.ndarray:
    """Draw the choice of a picture; return it as the network sees it, (C, H, W) in [0, 1]."""
    titles = pictures()
    size = architecture.input_shape
    name = st.selectbox(
        "Picture",
        list(titles),
        list(titles).index(first_picture(size)),
        format_func=titles.__getitem__,
        # Another size of input may ask for another picture.
        key=f"receptive-field-picture-{first_picture(size)}",
        persist_state="session",
    )
    return prepared(name, size)


def layers_with_a_field(rows: tuple[FieldRow, ...]) -> dict[int, str]:
    """The lines of `rows` whose units have a field of their own, with their titles.

    Not where maps are but written as a vector, nor what follows it number by number: each of these units sees what one
    unit of the map sees.
    """
    titles = {}
    rewritten = False
    for index, (before, row) in enumerate(pairwise(rows), start=1):
        assert row.layer is not None
        becomes_vector = is_maps(before.output_shape) and not is_maps(row.output_shape)
        keeps_numbers = numbers_in(before.output_shape) == numbers_in(row.output_shape)
        rewritten = (becomes_vector and keeps_numbers) or (rewritten and row.layer.keeps_shape)
        if not rewritten:
            titles[index] = f"{index}  {row.layer.summary()}"
    return titles


def not_known_from(architecture: Architecture, rows: tuple[FieldRow, ...]) -> bool:
    """Say from which layer on nobody knows the field, if from any; whether there is such a layer."""
    unsaid = first_unsaid(architecture, rows)
    if unsaid is None:
        return False
    number, layer = unsaid
    st.info(
        f"Layer {number}, {layer.summary()}, does not say which places it reads, so from there on the receptive field "
        "is not known here. Whoever wrote this layer type can say it, in its method “sees”.",
        icon=":material/help:",
    )
    return True


def choose_layer(name: str, rows: tuple[FieldRow, ...]) -> int | None:
    """Draw the slider over the layers; return the line of `rows`, None where no layer has a field."""
    titles = layers_with_a_field(rows)
    if len(titles) < 2:
        return next(iter(titles), None)
    most = rows[0].places[0] * _SPAN
    index: int = st.select_slider(
        "Units of layer",
        list(titles),
        max((index for index in titles if rows[index].size[0] <= most), default=min(titles)),
        format_func=lambda index: titles.get(index, str(index)),
        # With other layers it is another slider.
        key=f"receptive-field-layer-{name}-{'-'.join(map(str, titles))}",
        persist_state="session",
    )
    return index


def field_on_picture(
    owner: Session, subject: Subject, picture: np.ndarray, rows: tuple[FieldRow, ...], index: int
) -> RowColumn:
    """Draw the field on the picture beside the map; return the (row, column) of the unit that was chosen."""
    row = rows[index]
    assert row.layer is not None
    if subject.trained:
        state, (key, network) = "trained", trained_network(owner, subject.trained)
    else:
        state, (key, network) = "untrained", untrained_network(subject.fitting)
    values = mean_map(key, network, picture, index - 1)
    low, high = float(values.min()), float(values.max())
    if is_maps(row.output_shape):
        units = f"{row.places[0]} × {row.places[1]} units"
        ends = f"from {number(low)} (dark) to {number(high)} (bright)"
        note = f"It shows the mean of {counted(row.output_shape[0], 'map')}, {state}, {ends}."
    else:
        units, note = counted(row.output_shape[0], "unit"), "A vector has no places: each unit sees the same pixels."
    return field_map(
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


def questions(name: str, rows: tuple[FieldRow, ...], index: int) -> None:
    """Ask how the field grows; the second question comes once the first is answered."""
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
    """The recurrence of the chosen layer, with its numbers; where there is none, what the unit reads of each layer."""
    before, row = rows[index - 1], rows[index]
    if before.jump is None or before.start is None or row.window is None or row.jump is None or row.start is None:
        _way_back(rows, index, place)
        return
    lines = r" \\ ".join(_lines(before, row, index, 0))
    st.latex(rf"\begin{{aligned}} {lines} \end{{aligned}}")
    first = row.start[0] + 1 + place[0] * row.jump[0]
    st.markdown(
        f"Unit {place[0] + 1} begins in row {_signed(row.start[0] + 1)} + ({place[0] + 1} − 1) · {row.jump[0]} = "
        f"**{_signed(first)}** and ends in row {_signed(first)} + {row.size[0]} − 1 = "
        f"**{_signed(first + row.size[0] - 1)}**."
    )
    st.caption(
        explained(
            f"r: receptive field size, j: jump, a: start, for the height{_along_the_width(row)}. w: window, d: "
            "dilation, s: stride, p: padding before. Pixels, rows and units count from 1."
        )
    )


def _way_back(rows: tuple[FieldRow, ...], index: int, place: RowColumn) -> None:
    """What one unit reads of every layer before it, down to the picture."""
    along = [spans_read(rows[index].chain, index - 1, axis, place[axis]) or {} for axis in (0, 1)]
    lines = []
    for at in (*range(index - 1, -1, -1), PICTURE):
        layer = rows[at + 1].layer
        name = "The picture" if layer is None else f"Layer {at + 1}, {layer.summary()}"
        if at != PICTURE and not is_maps(rows[at + 1].output_shape):
            lines.append(f"- {name}: the vector")
            continue
        height, width = (spans.get(at, NOTHING) for spans in along)
        read = f"{_places(height, 'row')}, {_places(width, 'column')}" if height.size and width.size else "nothing"
        lines.append(f"- {name}: {read}")
    st.markdown(
        "Here the fields of the units do not lie evenly, as those of a sliding window do: **one sum does not hold "
        "for all**. Follow the chosen unit back instead:\n\n" + "\n".join(lines)
    )
    st.caption("Rows, columns and units count from 1; below 1 and beyond the last one lies padding.")


def _places(span: Span, noun: str) -> str:
    first, last = _signed(span.first + 1), _signed(span.last + 1)
    return f"{noun} {first}" if first == last else f"{noun}s {first} to {last}"


def _along_the_width(row: FieldRow) -> str:
    pairs = (row.size, row.jump, row.start)
    alike = all(pair is not None and pair[0] == pair[1] for pair in pairs)
    return " and the width alike" if alike else f"; the width: {row.size[1]}"


def _signed(value: int) -> str:
    return str(value).replace("-", "−")


def _lines(before: FieldRow, row: FieldRow, index: int, axis: int) -> list[str]:
    assert before.jump is not None and before.start is not None and row.window is not None  # noqa: PT018
    assert row.jump is not None and row.start is not None  # noqa: PT018
    window, dilation = row.window.size[axis], row.window.dilation[axis]
    stride, padding = row.window.strides[axis], row.window.padding[axis]
    size, jump, start = before.size[axis], before.jump[axis], before.start[axis] + 1
    k, last = index, index - 1
    return [
        rf"r_{{{k}}} &= r_{{{last}}} + (w_{{{k}}}-1)\cdot d_{{{k}}}\cdot j_{{{last}}}",
        rf"&= {size} + ({window}-1)\cdot {dilation}\cdot {jump} = \mathbf{{{row.size[axis]}}}",
        rf"j_{{{k}}} &= j_{{{last}}}\cdot s_{{{k}}} = {jump}\cdot {stride} = {row.jump[axis]}",
        rf"a_{{{k}}} &= a_{{{last}}} - p_{{{k}}}\cdot j_{{{last}}} = {start} - {padding}\cdot {jump} "
        rf"= {row.start[axis] + 1}",
    ]


def sum_table(rows: tuple[FieldRow, ...], index: int) -> None:
    """The sum step by step, up to the chosen layer."""
    shown = rows[: index + 1]
    names = ["Input", *(f"{number}  {row.layer.summary()}" for number, row in enumerate(shown) if row.layer)]
    st.table(
        {
            "Layer": names,
            "Window": [_pair(row.window.size) if row.window else "no window" for row in shown],
            "Stride": [_pair(row.window.strides) if row.window else "–" for row in shown],
            "Dilation": [_pair(row.window.dilation) if row.window else "–" for row in shown],
            "Padding": [_pair(row.window.padding) if row.window else "–" for row in shown],
            "Jump": [_pair(row.jump) if row.jump else "differs" for row in shown],
            "Receptive field": [f"{'' if row.jump else 'up to '}**{_pair(row.size)}**" for row in shown],
            "Start": [_pair((row.start[0] + 1, row.start[1] + 1)) if row.start else "differs" for row in shown],
            "Leaves (H × W × C)": [describe_shape(row.output_shape) for row in shown],
        },
        hide_index=True,
    )
    st.caption(
        "In pixels of the input, height × width where they differ. Padding: before the first row and column; a start "
        "below 1 lies in it. Flatten and global pooling count as a window over the whole map, since the vector holds "
        f"all of its places. The sum knows no edge and no gaps; the drawing above does.{_unusual(shown)}"
    )


def _unusual(rows: tuple[FieldRow, ...]) -> str:
    """What the table shows only of some layers, explained."""
    said = ""
    if any(row.window and 0 in row.window.strides for row in rows):
        said += " A stride of 0: all units of that layer read the same."
    if any(row.window and min(row.window.padding) < 0 for row in rows):
        said += " A padding below 0: the edge is cut off."
    if any(row.jump is None for row in rows):
        said += " Where a layer is no window, the fields of its units and of those after it differ."
    return said


def _pair(pair: HeightWidth) -> str:
    text = f"{pair[0]}" if pair[0] == pair[1] else f"{pair[0]} × {pair[1]}"
    return text.replace("-", "−")


def effective_fields(
    owner: Session, subject: Subject, picture: np.ndarray, rows: tuple[FieldRow, ...], index: int, place: RowColumn
) -> None:
    """How much each pixel matters to the unit: with fresh weights, and with trained ones where there are any."""
    field = rows[index].field(place)
    even = inner_half_share(field.mask.astype(np.float64), field)
    networks = {"Untrained": untrained_network(subject.fitting)}
    if subject.trained:
        networks["Trained"] = trained_network(owner, subject.trained)
    words, *columns = st.columns([1, *([1] * len(networks))] if len(networks) > 1 else [1, 1], gap="medium")
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
    with words:
        st.markdown(
            explained(
                "The solid frame is all that the unit **can** see. How much each pixel really **matters** is the "
                "gradient: by how much the unit changes where that pixel gets a little brighter."
            )
        )
        if even is not None:
            st.markdown(
                "The dotted frame is the middle half of the field's height and width, a quarter of its area. If every "
                f"pixel that is seen mattered alike, **{even:.0%}** of the gradient would lie in it."
            )
        st.markdown(
            "Through several windows, more ways lead from a middle pixel to the unit than from a corner, so the middle "
            "usually weighs more ([Luo et al., 2016](https://arxiv.org/abs/1701.04128))."
        )
        st.caption(
            explained(
                "Computed by PyTorch for this picture: |d unit / d pixel|, added over the input's channels, mean over "
                "the (first 16) maps at this place, before the layer's own activation function."
            )
        )


def shapes(architecture: Architecture) -> None:
    """How height, width and channels change from layer to layer."""
    show(volumes(architecture, summarize(architecture)), "receptive-field-shapes")
