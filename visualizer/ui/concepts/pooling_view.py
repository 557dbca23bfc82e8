"""The controls of the page on pooling, and what it draws for them."""

import zlib
from dataclasses import dataclass

import numpy as np
import streamlit as st

from visualizer.architecture.architecture import Architecture, summarize
from visualizer.architecture.layer import Layer
from visualizer.architecture.layers.average_pooling2d import AveragePooling2D
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.layers.global_average_pooling2d import GlobalAveragePooling2D
from visualizer.architecture.layers.max_pooling2d import MaxPooling2D
from visualizer.architecture.shapes import BYTES_PER_NUMBER, Padding, describe_shape, numbers_in
from visualizer.concepts.convolution import ConvolutionSettings
from visualizer.concepts.pooling import (
    MAX_SHIFT,
    PoolingKind,
    PoolingSettings,
    edge_map,
    enlarge,
    pool,
    shift_experiment,
    surviving,
)
from visualizer.concepts.questions import size_formula, size_question
from visualizer.concepts.sliding import Slide
from visualizer.figures.convolution_colours import grey_scale, positive_scale
from visualizer.figures.pooling_lesson import change_bars, difference_grid, percent
from visualizer.inspection.receptive_field.field_sum import field_rows
from visualizer.ui.concepts.convolution_picture import LessonPicture, lesson_picture, take_drawing
from visualizer.ui.concepts.sliding_window import sliding_window
from visualizer.ui.kit.charts import show
from visualizer.ui.kit.glossary import explained, meaning
from visualizer.ui.kit.prediction import predict
from visualizer.ui.kit.quantities import size as bytes_in_words
from visualizer.ui.state.viewport import column_width

KINDS: dict[PoolingKind, str] = {"max": "Max", "average": "Average", "global": "Global average"}
_SOURCES = {"edges": "edges (feature map)", "picture": "the picture"}
_PADDINGS: dict[Padding, str] = {"valid": "valid (none)", "same": "same"}


@dataclass(frozen=True)
class Choice:
    """What the controls say.

    Attributes:
        picture: The picture.
        values: (H, W) float32, what is pooled: the picture or a feature map of it.
        edges: Whether it is the feature map.
        settings: How it is pooled.
    """

    picture: LessonPicture
    values: np.ndarray
    edges: bool
    settings: PoolingSettings

    def slide(self) -> Slide:
        """Pool it. Raises UserError where the window does not fit."""
        return pool(self.values, self.settings)


def choose(kind: PoolingKind) -> Choice | None:
    """Draw the controls and return what they say; None until there is a picture."""
    with st.container(gap="small"):
        picture = lesson_picture(1, "lesson")
        source = "picture"
        # One draws on the picture itself, not on its edges.
        if picture is None or not picture.drawable:
            source = st.segmented_control(
                "What is pooled",
                list(_SOURCES),
                default="edges",
                required=True,
                format_func=_SOURCES.__getitem__,
                key="pooling-source",
                persist_state="session",
                help="Edges: Sobel x and ReLU, as a first convolution may learn them.",
            )
        settings = PoolingSettings(kind)
        if kind != "global":
            with st.container(horizontal=True, gap="small"):
                window = _segments("Window", (2, 3, 4), "window")
                stride = _segments("Stride", (1, 2, 3), "stride")
            padding = st.selectbox(
                "Padding",
                list(_PADDINGS),
                format_func=_PADDINGS.__getitem__,
                key="pooling-padding",
                persist_state="session",
                help=meaning("padding"),
            )
            settings = PoolingSettings(kind, window, stride, padding)
    if picture is None:
        return None
    values = picture.values[0]
    return Choice(picture, edge_map(values) if source == "edges" else values, source == "edges", settings)


def _segments(label: str, options: tuple[int, ...], key: str) -> int:
    value: int = st.segmented_control(
        label,
        options,
        default=2,
        required=True,
        key=f"pooling-{key}",
        persist_state="session",
        help=meaning("stride") if key == "stride" else None,
    )
    return value


def slide_view(choice: Choice, slide: Slide) -> None:
    """Draw the map before and after, equally large, with each window's arithmetic."""
    height, width = choice.values.shape
    unit = "edge strength" if choice.edges else "grey level"
    scale = positive_scale(choice.values, unit) if choice.edges else grey_scale(1.0, unit)
    note = choice.picture.note
    if slide.real.shape != (height, width):
        note += f", padded to {slide.real.shape[0]} × {slide.real.shape[1]}"
    if slide.winners is not None:
        note += ", a dot on each winner"
    rows, columns = slide.output.shape[1:]
    sliding_window(
        slide,
        "pooling-slide",
        input_name=(f"{choice.picture.title}{', edges' if choice.edges else ''}", note),
        output_name=("Pooled", f"{rows} × {columns}, enlarged to the same scale"),
        input_scale=scale,
        output_scale=scale,
        output_cell=height if choice.settings.kind == "global" else choice.settings.stride,
        on_drawing=take_drawing if choice.picture.drawable else None,
    )


def formulas(choice: Choice) -> None:
    """What a window becomes, and the output's size, with the numbers of the choice put in."""
    settings, (height, width) = choice.settings, choice.values.shape
    if settings.kind == "global":
        mean = rf"\frac{{1}}{{{height}\cdot{width}}}"
        st.latex(rf"y = {mean}\sum_{{i=0}}^{{{height - 1}}}\sum_{{j=0}}^{{{width - 1}}} x_{{i,j}}")
        return
    stride, last = settings.stride if settings.stride > 1 else "", settings.window - 1
    pixel = f"x_{{{stride}i+u,\\,{stride}j+v}}"
    if settings.kind == "max":
        value = rf"\max_{{0\le u,v\le {last}}} {pixel}"
    else:
        value = rf"\frac{{1}}{{{settings.window**2}}}\sum_{{u=0}}^{{{last}}}\sum_{{v=0}}^{{{last}}} {pixel}"
    size = size_formula(height, settings.window, ConvolutionSettings(settings.stride, settings.padding))
    st.latex(rf"\begin{{aligned}} y_{{i,j}} &= {value} \\ H' &= {size} \end{{aligned}}")
    if settings.padding == "same":
        st.caption(
            "Padded pixels never win and do not count; at the edge an average is divided by what is really there."
        )


def size_prediction(choice: Choice) -> None:
    """Ask for the output's size with another stride."""
    settings, length = choice.settings, choice.values.shape[0]
    if settings.kind == "global":
        return
    question = size_question(length, settings.window, ConvolutionSettings(settings.stride, settings.padding))
    key = f"pooling-size-{length}-{settings.window}-{settings.stride}-{settings.padding}"
    predict(question.question, question.options, question.right, question.explanation, key)


def shift_view(choice: Choice) -> None:
    """Move the picture, and measure how much of each output changes; the answer is asked for first."""
    picture = choice.picture.values[0]
    compared = shift_experiment(picture, 1)[:3]
    if not any(shifted.change for shifted in compared):
        st.info("There is no edge in this picture that could move: draw one.", icon=":material/draw:")
        return
    least = min(compared, key=lambda shifted: shifted.change)
    in_sentence = ("strided convolution", "max pooling", "average pooling")
    options = {shifted.title: words for shifted, words in zip(compared, in_sentence, strict=True)}
    told = ", ".join(f"{shifted.title} {percent(shifted.change)}" for shifted in compared)
    answered = predict(
        "The picture moves by **one pixel**. Edges are found, then the map is halved: whose output changes least?",
        options,
        least.title,
        "A stride looks at every second place only, whatever lies between; a pooling looks at every pixel and keeps a "
        f"summary. Measured on this picture: {told}.",
        f"pooling-shift-{zlib.crc32(picture.tobytes())}",
    )
    if not answered:
        return
    shift = st.slider("Move the picture by (pixels)", 0, MAX_SHIFT, 1, key="pooling-shift", persist_state="session")
    results = shift_experiment(picture, shift)
    bars, maps = st.columns(2, gap="medium")
    with bars:
        show(change_bars([r.title for r in results], [r.change for r in results], shift), "pooling-changes")
        st.caption("Σ|after − before| / Σ|before|. The outputs of the first three are equally large.")
        if shift and shift % 2 == 0:
            moved = results[1].change_when_moved_back(shift // 2)
            st.markdown(
                f"A step of {shift} moves every output by exactly {shift // 2}: moved back, the max-pooled map changes "
                f"by {percent(moved)}. Pooling is **equivariant** for such steps: the output moves along. For a step "
                f"of 1 it is neither that nor **invariant** (unchanged): {percent(compared[1].change)} of the "
                f"max-pooled map changes, against {percent(compared[0].change)} with a stride alone."
            )
    with maps:
        names = ("stride", "max", "average")
        rows = [(f"{name}, before", r.before, "after", r.after) for name, r in zip(names, results, strict=False)]
        show(difference_grid(rows, "edge strength", column_width(0.5)), "pooling-shifted")


def loss_view(choice: Choice, slide: Slide) -> None:
    """Enlarge the pooled map again and show what is missing."""
    results = enlarge(slide)
    before, after = choice.values.size, slide.output.size
    unit = "edge strength" if choice.edges else "grey level"
    words, maps = st.columns([2, 3], gap="medium")
    with words:
        st.markdown(
            f"Numbers left: **{after:,} of {before:,}** ({percent(after / before)}). {what_is_lost(slide, before)} "
            f"EnlargedMap to the old size, the mean difference, in {unit}, is:"
        )
        st.markdown("\n".join(f"- **{result.mean_error:.3f}** with {result.method}" for result in results))
    with maps:
        rows = [("before", choice.values, result.title, result.values) for result in results]
        show(difference_grid(rows, unit, column_width(0.6)), "pooling-lost")


def what_is_lost(slide: Slide, before: int) -> str:
    """Which of the `before` numbers are still among the pooled ones, and what nobody can tell from these any more."""
    kept = surviving(slide)
    if kept is None:
        return "None of the old numbers is left, only means of them: what each was, and where, is lost."
    return (
        f"{kept:,} of the old numbers won a window and are still there; the other {before - kept:,} are lost, and so "
        "is where in its window each winner was."
    )


def network_view(choice: Choice) -> None:
    """The same small network with and without pooling: shapes, memory, receptive field, parameters."""
    height, width = choice.values.shape
    settings = choice.settings
    first, second = Conv2D(filters=8, padding="same"), Conv2D(filters=16, padding="same")
    with_pooling: list[Layer]
    if settings.kind == "global":
        with_pooling = [first, GlobalAveragePooling2D(), Dense(units=10)]
        without: list[Layer] = [first, Flatten(), Dense(units=10)]
    else:
        pooling = MaxPooling2D if settings.kind == "max" else AveragePooling2D
        pair = (settings.window, settings.window), (settings.stride, settings.stride)
        with_pooling = [first, pooling(pool_size=pair[0], strides=pair[1], padding=settings.padding), second]
        without = [first, second]
    for column, title, layers in zip(
        st.columns(2, gap="medium"), ("With pooling", "Without"), (with_pooling, without), strict=True
    ):
        column.markdown(f"**{title}**\n\n{_table(Architecture(title, (1, height, width), tuple(layers)))}")
    st.caption(
        explained(
            "Memory: of the output for one picture, 4 bytes a number. Sees: the receptive field of a unit in the "
            "middle, in pixels of the picture. Learns: parameters."
        )
    )


def _table(architecture: Architecture) -> str:
    """What each layer of a network costs and sees, as Markdown."""
    rows = field_rows(architecture)
    lines = ["| Layer | Output, memory | Sees | Learns |", "| --- | --- | --- | --- |"]
    for index, report in enumerate(summarize(architecture).layers, start=1):
        assert report.output_shape is not None
        shape = report.output_shape
        field = rows[index].field((rows[index].places[0] // 2, rows[index].places[1] // 2))
        seen = f"{field.rows.seen.sum()} × {field.columns.seen.sum()}"
        memory = bytes_in_words(numbers_in(shape) * BYTES_PER_NUMBER)
        cells = (report.layer.summary(), f"{describe_shape(shape)}, {memory}", seen, f"{report.parameters:,}")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)
