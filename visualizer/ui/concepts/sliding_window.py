"""The sliding window: input, window and output side by side; pointing at an output pixel explains it.

Everything is computed in advance; pointing, playing and scrubbing send nothing to the server. The drawing is in
assets/components/sliding_window/.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import streamlit as st

from visualizer.concepts.sliding import Slide
from visualizer.figures.convolution_colours import ColourScale, signed_scale
from visualizer.ui.kit.component import component, sent_by

MAX_WEIGHT = 100.0  # the largest weight that can be typed into a kernel
_MAX_DRAWN = 16  # maps of one side; MAX_PLANES of maps.js


def sliding_window(
    slide: Slide,
    key: str,
    *,
    input_name: tuple[str, str],
    output_name: tuple[str, str],
    input_scale: ColourScale,
    output_scale: ColourScale,
    channel_names: Sequence[str] = (),
    filter_names: Sequence[str] = (),
    colour: bool = False,
    output_cell: int = 1,
    on_kernel: Callable[[int, np.ndarray], None] | None = None,
    on_drawing: Callable[[np.ndarray], None] | None = None,
) -> None:
    """Draw a slide. It opens at the strongest output near the centre.

    Args:
        slide: At most about 64 × 64 pixels, so that a pixel is large enough to point at. Of more than 16 channels or
            filters the first 16 are drawn; the arithmetic includes all.
        key: Unique on the page.
        input_name, output_name: A title and a note after it, such as ("Picture", "32 × 32").
        input_scale, output_scale: The colours of input and output.
        channel_names: Of the input's channels, if there are several.
        filter_names: Of the output's maps, if there are several.
        colour: Draw three input channels as one picture in red, green and blue.
        output_cell: How many input pixels wide an output pixel is drawn: with the stride, input and output are drawn
            equally large.
        on_kernel: Lets the user type the kernel's numbers; called before the page reruns with the filter's index and
            its (C, k, k) float32 weights.
        on_drawing: Lets the user draw on the input's real pixels with 0 and 1; called before the page reruns with all
            of them, row by row, (N,) float32.
    """
    callbacks: dict[str, Any] = {}
    if on_kernel is not None:
        kernel_changed = on_kernel

        def receive_kernel() -> None:
            typed = read_kernel(sent_by(key, "kernel"), slide.kernels)
            if typed is not None:
                kernel_changed(*typed)

        callbacks["on_kernel_change"] = receive_kernel
    if on_drawing is not None:
        drawing_changed = on_drawing

        def receive_drawing() -> None:
            drawn = read_drawing(sent_by(key, "drawing"), int(slide.real.sum()))
            if drawn is not None:
                st.session_state[f"{key}-taken"], pixels = drawn
                drawing_changed(pixels)

        callbacks["on_drawing_change"] = receive_drawing
    data: dict[str, Any] = {
        "operation": slide.operation,
        "input": _numbers(slide.input),
        "real": slide.real.astype(int).tolist(),
        "kernels": None if slide.kernels is None else _numbers(slide.kernels),
        "biases": None if slide.biases is None else _numbers(slide.biases),
        "output": _numbers(slide.output),
        "window": slide.window,
        "strides": slide.strides,
        "dilation": slide.dilation,
        "winners": None if slide.winners is None else slide.winners.tolist(),
        "inputName": input_name,
        "outputName": output_name,
        "inputScale": _scale(input_scale),
        "outputScale": _scale(output_scale),
        "kernelScale": None if slide.kernels is None else _scale(signed_scale(slide.kernels, "weight")),
        "channelNames": list(channel_names) or [str(number + 1) for number in range(len(slide.input))],
        "filterNames": list(filter_names) or [str(number + 1) for number in range(len(slide.output))],
        "colour": colour,
        "outputCell": output_cell,
        "start": _start(slide.output),
        "editable": MAX_WEIGHT if on_kernel is not None else 0,
        "drawable": on_drawing is not None,
        # The number of the newest drawing received: the browser keeps what it has drawn since.
        "taken": st.session_state.get(f"{key}-taken", 0),
    }
    component("sliding_window")(key=key, data=data, **callbacks)


def read_kernel(sent: Any, kernels: np.ndarray | None) -> tuple[int, np.ndarray] | None:
    """The filter and the weights typed into one of `kernels`, (F, C, k, k); None for anything else a browser sends."""
    if kernels is None or not isinstance(sent, Mapping):
        return None
    index, weights = sent.get("filter"), _read_numbers(sent.get("weights"), kernels.shape[1:])
    if type(index) is not int or not 0 <= index < len(kernels) or weights is None:
        return None
    return index, np.clip(weights, -MAX_WEIGHT, MAX_WEIGHT)


def read_drawing(sent: Any, pixels: int) -> tuple[int, np.ndarray] | None:
    """The number of a drawing and its pixels, (`pixels`,) float32; None for anything else a browser sends."""
    if not isinstance(sent, Mapping):
        return None
    number, drawn = sent.get("number"), _read_numbers(sent.get("pixels"), (pixels,))
    # Up to where JavaScript's integers are exact.
    if type(number) is not int or not 0 < number < 2**53 or drawn is None:
        return None
    return number, drawn


def _read_numbers(sent: Any, shape: tuple[int, ...]) -> np.ndarray | None:
    """Lists of finite numbers of that shape as float32, or None."""
    try:
        numbers = np.asarray(sent, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        return None
    # Larger numbers would become infinite.
    fits = numbers.shape == shape and bool((np.abs(numbers) <= np.finfo(np.float32).max).all())
    return numbers.astype(np.float32) if fits else None


def _start(output: np.ndarray) -> list[int]:
    """Filter, row and column of the largest |output| drawn, outside the outer quarters, where padding matters most."""
    rows, columns = (length // 4 for length in output.shape[1:])
    middle = np.abs(output[:_MAX_DRAWN, rows : output.shape[1] - rows, columns : output.shape[2] - columns])
    best, row, column = np.unravel_index(int(middle.argmax()), middle.shape)
    return [int(best), int(row) + rows, int(column) + columns]


def _numbers(values: np.ndarray) -> list[Any]:
    # float32 holds seven significant digits; without rounding, JSON would have seventeen.
    digits: list[Any] = np.round(values.astype(np.float64), 7).tolist()
    return digits


def _scale(scale: ColourScale) -> dict[str, Any]:
    return {"low": scale.low, "high": scale.high, "colours": scale.colours, "label": scale.label}
