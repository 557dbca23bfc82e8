"""The parts of the page on convolution: the sliding window, the formulas, the questions, a finer picture."""

import numpy as np
import streamlit as st

from visualizer.architecture.shapes import window_extent
from visualizer.concepts.questions import Question, kernel_question, parameter_question, size_formula, size_question
from visualizer.concepts.sliding import Slide
from visualizer.figures.convolution_colours import ColourScale, grey_scale, signed_scale
from visualizer.figures.maps import map_grid
from visualizer.figures.picture import picture_chart
from visualizer.ui.concepts.convolution_controls import ConvolutionChoice, type_kernel
from visualizer.ui.concepts.convolution_picture import save_drawing
from visualizer.ui.concepts.sliding_window import sliding_window
from visualizer.ui.kit.charts import show
from visualizer.ui.kit.glossary import explained
from visualizer.ui.kit.prediction import predict
from visualizer.ui.state.viewport import column_width
from visualizer.words import counted

CHANNEL_NAMES = ("Red", "Green", "Blue")
_SAME = 1e-4  # outputs that differ by less are equal except for rounding


def slide_view(choice: ConvolutionChoice, slide: Slide) -> None:
    """Draw the sliding window with its two sides and, below it, the arithmetic."""
    colour = len(slide.input) == 3
    unit = "red, green, blue" if colour else "grey level"
    _, height, width = choice.picture.values.shape
    note = choice.picture.note
    if slide.real.shape != (height, width):
        change = "stretched with zeros" if choice.mode == "transposed" else "padded"
        note += f", {change} to {slide.real.shape[0]} × {slide.real.shape[1]}"
    count = len(slide.output)
    size = f"{slide.output.shape[1]} × {slide.output.shape[2]}"
    sliding_window(
        slide,
        "convolution-slide",
        input_name=(choice.picture.title, note),
        output_name=("Feature map", size) if count == 1 else (f"{count} feature maps", f"{size} each"),
        input_scale=grey_scale(1.0, unit),
        output_scale=_output_scale(choice, slide),
        channel_names=CHANNEL_NAMES,
        filter_names=choice.names,
        colour=colour,
        on_kernel=None if choice.mode == "several" else lambda _, kernel: type_kernel(choice, kernel),
        on_drawing=save_drawing if choice.picture.drawable else None,
    )


def _output_scale(choice: ConvolutionChoice, slide: Slide) -> ColourScale:
    """Greys if the output is again a picture, with white for a white picture's output; else blue, white and red."""
    kernels = choice.kernels
    # A stamp of a transposed convolution is spread over stride x stride outputs.
    brightness = float(kernels[0].sum()) / (choice.settings.stride**2 if choice.mode == "transposed" else 1)
    if len(kernels) == 1 and (kernels.min() >= 0 or brightness >= 0.5):
        white = choice.slide_over(np.ones_like(choice.picture.values)).output[0]
        extent = window_extent(choice.size, choice.settings.dilation)
        rim = extent if choice.mode == "transposed" else -(-extent // choice.settings.stride)
        level, label = white_level(white, rim)
        if level > 0:
            return grey_scale(level, label)
    return signed_scale(slide.output, "output; white is 0")


def white_level(output: np.ndarray, rim: int) -> tuple[float, str]:
    """The output that is drawn white, and the label of the colour scale, which says why.

    Args:
        output: (H, W), the output for a white picture.
        rim: How many outputs at each edge may depend on what lies beyond the picture.
    """
    inside = output[rim:-rim, rim:-rim]
    if np.ptp(output) < _SAME:
        return float(output.mean()), "output; a white picture stays white"
    if inside.size and np.ptp(inside) < _SAME:
        return float(inside.mean()), "output; a white picture stays white except at its rim"
    return float(output.max()), "output; white is the largest output for a white picture"


def formulas(choice: ConvolutionChoice) -> None:
    """The sum behind an output pixel and the output's size, with the chosen numbers."""
    length, stride = choice.picture.values.shape[1], choice.settings.stride
    numbers = size_formula(length, choice.size, choice.settings, choice.mode == "transposed")
    if choice.mode == "transposed":
        st.markdown(
            explained(
                "Every input pixel **stamps** the kernel, multiplied by its value, onto the output; stamps start "
                f"{counted(stride, 'pixel')} apart and add up where they overlap. Seen from the output, "
                f"as drawn above, it is a convolution with stride 1 over the picture with s − 1 = {stride - 1} zeros "
                "between its pixels, with the kernel turned by 180°. With a stride above 1 it enlarges a map by "
                "weights that can be learnt; despite its other name, “deconvolution”, it does not undo a convolution.",
                "weight",
            )
        )
        st.latex(rf"\begin{{aligned}} H' &= (H-1)\,s - p + d\,(k-1) + 1 \\ &= {numbers} \end{{aligned}}")
        st.caption(
            "H: height of the picture, s: stride, p: what “same” cuts off at both sides, d: dilation, k: kernel size. "
            "The width follows in the same way."
        )
        return
    st.latex(_sum_formula(choice))
    st.caption(
        "Libraries call this convolution; strictly it is **cross-correlation**. A mathematician's convolution turns "
        "the kernel by 180° first. Since a network learns its kernels, it can learn the turned one just as well. "
        "y: feature map, k: kernel, x: picture with its padding; rows and columns count from 0 in the formula."
    )
    st.latex(
        r"\begin{aligned} H' &= \left\lfloor\frac{H+p-d\,(k-1)-1}{s}\right\rfloor+1 \\ &= "
        + numbers
        + r" \end{aligned}"
    )
    st.caption(
        "H: height of the picture, p: padding at both sides together, d: dilation, k: kernel size, s: stride. The "
        "width follows in the same way."
    )


def _sum_formula(choice: ConvolutionChoice) -> str:
    filters, channels, size, _ = choice.kernels.shape
    stride = choice.settings.stride if choice.settings.stride > 1 else ""
    gap = choice.settings.dilation if choice.settings.dilation > 1 else ""
    channel_sum, channel = (rf"\sum_{{c=1}}^{{{channels}}}", "c,") if channels > 1 else ("", "")
    f, bias = ("f,", "+b_f") if filters > 1 else ("", f"{choice.biases[0]:+g}")
    sums = rf"{channel_sum}\sum_{{u=0}}^{{{size - 1}}}\sum_{{v=0}}^{{{size - 1}}}"
    pixel = rf"x_{{{channel}{stride}i+{gap}u,\,{stride}j+{gap}v}}"
    return rf"y_{{{f}i,j}} = {sums} k_{{{f}{channel}u,v}}\cdot {pixel} {bias}"


def questions(choice: ConvolutionChoice) -> None:
    """Ask for the output's size, for another kernel's output, or for the number of parameters of several filters."""
    size, settings, picture = choice.size, choice.settings, choice.picture.values
    length = picture.shape[1]
    _ask(
        size_question(length, size, settings, choice.mode == "transposed"),
        f"size-{choice.mode}-{length}-{size}-{settings.stride}-{settings.padding}-{settings.dilation}",
    )
    if choice.mode == "several":
        filters, channels = choice.kernels.shape[:2]
        _ask(parameter_question(filters, channels, size), f"parameters-{filters}-{channels}-{size}")
    # With an empty picture all outputs are the same.
    elif choice.mode == "one" and np.ptp(picture):
        name = choice.kernel_key[0]
        question, maps = kernel_question(picture, name, size)
        titles, width = list(question.options), column_width(0.5)
        chart = map_grid(maps, titles=titles, columns=3, diverging=True, value_label="output", hover=False, width=width)
        show(chart, "convolution-which")
        _ask(question, f"which-{name}-{size}")


def _ask(question: Question, key: str) -> None:
    explanation = explained(question.explanation, "weight")
    predict(question.question, question.options, question.right, explanation, f"convolution-{key}")


def finer_view(choice: ConvolutionChoice) -> None:
    """The same filters applied to the whole picture with more pixels."""
    large = choice.picture.large
    slide = choice.slide_over(large)
    picture, maps = st.columns([1, 3])
    with picture:
        show(picture_chart(large, f"{large.shape[1]} × {large.shape[2]} pixels"), "convolution-large")
    with maps:
        show(
            map_grid(
                slide.output,
                titles=choice.names,
                columns=2 if len(slide.output) in (2, 4) else min(3, len(slide.output)),
                diverging=bool(np.min(slide.output) < 0),
                value_label="output",
                hover=False,
            ),
            "convolution-large-maps",
        )
