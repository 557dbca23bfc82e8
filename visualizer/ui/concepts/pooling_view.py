"""The controls and the parts of the page on pooling."""

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
from visualizer.figures.pooling_concept import change_bars, difference_grid, percent
from visualizer.inspection.receptive_field.field_sum import field_rows
from visualizer.ui.concepts.convolution_picture import SmallPicture, choose_picture, save_drawing
from visualizer.ui.concepts.sliding_window import sliding_window
from visualizer.ui.kit.charts import show
from visualizer.ui.kit.glossary import explained, meaning
from visualizer.ui.kit.pick import pick, select
from visualizer.ui.kit.prediction import predict
from visualizer.ui.kit.quantities import size as describe_bytes
from visualizer.ui.state.viewport import column_width

KINDS: dict[PoolingKind, str] = {"max": "Max", "average": "Average", "global": "Global average"}
_SOURCES = {"edges": "edges (feature map)", "picture": "the picture"}
_PADDINGS: dict[Padding, str] = {"valid": "valid (none)", "same": "same"}


@dataclass(frozen=True)
class PoolingChoice:
    """What is chosen with the controls.

    Attributes:
        picture: The picture.
        values: (H, W) float32, the input of the pooling: the picture or a feature map of it.
        edges: Whether the input is the feature map.
        settings: How it is pooled.
    """

    picture: SmallPicture
    values: np.ndarray
    edges: bool
    settings: PoolingSettings

    def slide(self) -> Slide:
        """Pool the input. Raises UserError if the window does not fit."""
        return pool(self.values, self.settings)


def choose(kind: PoolingKind) -> PoolingChoice | None:
    """Draw the controls and return what is chosen; None until there is a picture."""
    with st.container(gap="small"):
        picture = choose_picture(1, "concept")
        source = "picture"
        # A drawing is made on the picture itself, not on its edges.
        if picture is None or not picture.drawable:
            edges_help = "Edges: Sobel x and ReLU, as a first convolution may learn them."
            source = pick("Input of the pooling", _SOURCES, "pooling-source", default="edges", help=edges_help)
        settings = PoolingSettings(kind)
        if kind != "global":
            with st.container(horizontal=True, gap="small"):
                window = pick("Window", {n: str(n) for n in (2, 3, 4)}, "pooling-window")
                strides = {n: str(n) for n in (1, 2, 3)}
                stride = pick("Stride", strides, "pooling-stride", default=2, help=meaning("stride"))
            padding = select("Padding", _PADDINGS, "pooling-padding", help=meaning("padding"))
            settings = PoolingSettings(kind, window, stride, padding)
    if picture is None:
        return None
    values = picture.values[0]
    return PoolingChoice(picture, edge_map(values) if source == "edges" else values, source == "edges", settings)


def slide_view(choice: PoolingChoice, slide: Slide) -> None:
    """Draw the map before and after pooling at the same size, with each window's arithmetic."""
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
        on_drawing=save_drawing if choice.picture.drawable else None,
    )


def formulas(choice: PoolingChoice) -> None:
    """The formulas of an output pixel and of the output's size, with the chosen numbers."""
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
            "Padded pixels never win and are not counted: at the edge, an average is over the real pixels alone."
        )


def size_prediction(choice: PoolingChoice) -> None:
    """Ask for the output's size with another stride."""
    settings, length = choice.settings, choice.values.shape[0]
    if settings.kind == "global":
        return
    question = size_question(length, settings.window, ConvolutionSettings(settings.stride, settings.padding))
    key = f"pooling-size-{length}-{settings.window}-{settings.stride}-{settings.padding}"
    predict(question.question, question.options, question.right, question.explanation, key)


def shift_view(choice: PoolingChoice) -> None:
    """Ask which output changes least when the picture moves, then show how much each changes."""
    picture = choice.picture.values[0]
    compared = shift_experiment(picture, 1)[:3]
    if not any(result.change for result in compared):
        st.info("This picture has no edge that could move: draw one.", icon=":material/draw:")
        return
    least = min(compared, key=lambda result: result.change)
    in_sentence = ("strided convolution", "max pooling", "average pooling")
    options = {result.title: words for result, words in zip(compared, in_sentence, strict=True)}
    changes = ", ".join(f"{result.title} {percent(result.change)}" for result in compared)
    answered = predict(
        "The picture moves by **one pixel**. Its edges are found, then the edge map is halved: which output changes "
        "least?",
        options,
        least.title,
        "A stride keeps only every second position, whatever lies between; pooling uses every position and keeps a "
        f"summary. Measured on this picture: {changes}.",
        f"pooling-shift-{zlib.crc32(picture.tobytes())}",
    )
    if not answered:
        return
    shift = st.slider("Move the picture by (pixels)", 0, MAX_SHIFT, 1, key="pooling-shift", persist_state="session")
    results = shift_experiment(picture, shift)
    bars, maps = st.columns(2, gap="medium")
    with bars:
        show(change_bars([r.title for r in results], [r.change for r in results], shift), "pooling-changes")
        st.caption("The change is Σ|after − before| / Σ|before|. The first three outputs have the same size.")
        if shift and shift % 2 == 0:
            moved = results[1].change_when_moved_back(shift // 2)
            st.markdown(
                f"A shift of {shift} pixels moves every output by exactly {shift // 2}: moved back, the max-pooled map "
                f"changes by {percent(moved)}. Pooling is **equivariant** to such shifts: the output moves along. To a "
                "shift of 1 it is neither equivariant nor **invariant** (unchanged): the max-pooled map changes by "
                f"{percent(compared[1].change)}, and by {percent(compared[0].change)} with a stride alone."
            )
    with maps:
        names = ("stride", "max", "average")
        rows = [(f"{name}, before", r.before, "after", r.after) for name, r in zip(names, results, strict=False)]
        show(difference_grid(rows, "edge strength", column_width(0.5)), "pooling-shifted")


def loss_view(choice: PoolingChoice, slide: Slide) -> None:
    """Enlarge the pooled map and show what is lost."""
    results = enlarge(slide)
    before, after = choice.values.size, slide.output.size
    unit = "edge strength" if choice.edges else "grey level"
    words, maps = st.columns([2, 3], gap="medium")
    with words:
        st.markdown(
            f"Numbers that remain: **{after:,} of {before:,}** ({percent(after / before)}). "
            f"{what_is_lost(slide, before)} Mean difference in {unit} after enlarging to the original size:"
        )
        st.markdown("\n".join(f"- **{result.mean_error:.3f}**: {result.method}" for result in results))
    with maps:
        rows = [("before", choice.values, result.title, result.values) for result in results]
        show(difference_grid(rows, unit, column_width(0.6)), "pooling-lost")


def what_is_lost(slide: Slide, before: int) -> str:
    """Which of the `before` numbers remain in the pooled map, and which information is lost."""
    kept = surviving(slide)
    if kept is None:
        return "None of the original numbers remains, only means of them: their values and positions are lost."
    return (
        f"{kept:,} of the original numbers won a window and remain; the other {before - kept:,} are lost, and so is "
        "each winner's position in its window."
    )


def network_view(choice: PoolingChoice) -> None:
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
            "Memory: the output for one picture, 4 bytes per number. Sees: the receptive field of a unit in the "
            "middle, in pixels of the picture. Learns: the number of parameters."
        )
    )


def _table(architecture: Architecture) -> str:
    """What each layer of a network costs and sees, as a Markdown table."""
    rows = field_rows(architecture)
    lines = ["| Layer | Output, memory | Sees | Learns |", "| --- | --- | --- | --- |"]
    for index, report in enumerate(summarize(architecture).layers, start=1):
        assert report.output_shape is not None
        shape = report.output_shape
        field = rows[index].field((rows[index].places[0] // 2, rows[index].places[1] // 2))
        seen = f"{field.rows.seen.sum()} × {field.columns.seen.sum()}"
        memory = describe_bytes(numbers_in(shape) * BYTES_PER_NUMBER)
        cells = (report.layer.summary(), f"{describe_shape(shape)}, {memory}", seen, f"{report.parameters:,}")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)
