"""The controls of the page on convolution, and what is chosen with them."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import streamlit as st

from visualizer.concepts.convolution import ConvolutionSettings, convolve, transpose_convolve
from visualizer.concepts.kernels import KERNELS, SIZES, named_kernel
from visualizer.concepts.sliding import Slide
from visualizer.ui.concepts.convolution_picture import SmallPicture, choose_picture
from visualizer.ui.kit.glossary import meaning
from visualizer.ui.kit.pick import pick, select

Mode = Literal["one", "several", "transposed"]
KernelKey = tuple[str, int, int, int]  # name, size, angle in degrees, channels

MODES: dict[Mode, str] = {"one": "One filter", "several": "Several filters", "transposed": "Transposed"}

IDEAS: dict[Mode, str] = {
    "one": "A small **kernel** slides over the picture, multiplies, adds up, and writes one number at each stop. "
    "**Point at any pixel of the feature map.**",
    "several": "Each **filter** has its own kernel and bias and produces its own feature map. "
    "**Point at any pixel of a feature map.**",
    "transposed": "The other way round: every pixel **stamps** the kernel, times its value, onto a larger map. "
    "**Point at any pixel of the feature map.**",
}

_PICTURE_SIZES = (8, 16, 24, 32, 48)
_SMALL_PICTURE_SIZES = (8, 16)  # a transposed convolution enlarges them
_PADDINGS = {"valid": "valid (none)", "zeros": "same, with zeros", "reflect": "same, mirrored"}
_FIRST_FILTERS = ("sobel_x", "sobel_y", "laplacian", "blur")
_TYPED = "convolution-typed-kernel"


@dataclass(frozen=True)
class ConvolutionChoice:
    """What is chosen with the controls.

    Attributes:
        mode: The kind of convolution.
        picture: The input.
        names: The title of each filter.
        kernel_key: What the first kernel was made from, before numbers were typed into it.
        kernels: (F, C, k, k) float32; as they are stamped in a transposed convolution.
        biases: (F,) float32.
        settings: Stride, padding and dilation.
    """

    mode: Mode
    picture: SmallPicture
    names: tuple[str, ...]
    kernel_key: KernelKey
    kernels: np.ndarray
    biases: np.ndarray
    settings: ConvolutionSettings

    @property
    def size(self) -> int:
        """Height and width of the kernel."""
        return int(self.kernels.shape[-1])

    def slide_over(self, values: np.ndarray) -> Slide:
        """Apply the filters to any picture, (C, H, W). Raises UserError if they do not fit."""
        apply = transpose_convolve if self.mode == "transposed" else convolve
        return apply(values, self.kernels, self.biases, self.settings)


def type_kernel(choice: ConvolutionChoice, kernel: np.ndarray) -> None:
    """Use a typed kernel, (C, k, k) as the sliding window shows it, until another kernel is chosen."""
    turned = np.ascontiguousarray(kernel[..., ::-1, ::-1])
    st.session_state[_TYPED] = (choice.kernel_key, turned if choice.mode == "transposed" else kernel)


def _forget_typed_kernel() -> None:
    del st.session_state[_TYPED]


def choose(mode: Mode) -> ConvolutionChoice | None:
    """Draw the controls and return what is chosen; None until there are a picture and a filter."""
    transposed = mode == "transposed"
    with st.container(gap="small"):
        channels = _segments("Input channels", {1: "1, grey", 3: "3, colour"}, 1, "channels", "channel")
        picture = choose_picture(channels, "concept", _SMALL_PICTURE_SIZES if transposed else _PICTURE_SIZES)
        names = _kernel_names(mode)
        angle = 0
        if "gabor" in names:
            angle = st.slider(
                "Angle of the Gabor kernel’s stripes (degrees)",
                0,
                165,
                45,
                15,
                key="convolution-angle",
                persist_state="session",
            )
        with st.container(horizontal=True, gap="small"):
            size = _segments("Kernel size", {size: str(size) for size in SIZES}, 3, "kernel-size", "kernel")
            stride = _segments(
                "Stride", {n: str(n) for n in (1, 2, 3)}, 2 if transposed else 1, f"stride-{transposed}", "stride"
            )
        with st.container(horizontal=True, gap="small"):
            dilation = _segments("Dilation", {n: str(n) for n in (1, 2, 3)}, 1, "dilation", "dilation")
            bias = st.number_input(
                "Bias",
                -5.0,
                5.0,
                0.0,
                0.1,
                format="%g",
                key="convolution-bias",
                persist_state="session",
                width=110,
                help=meaning("bias"),
            )
        paddings = {name: title for name, title in _PADDINGS.items() if not (transposed and name == "reflect")}
        padding = select("Padding", paddings, f"convolution-padding-{transposed}", help=meaning("padding"))
    if picture is None or not names:
        return None
    kernel_key = (names[0], size, angle, channels)
    kernels = np.stack([named_kernel(name, size, angle, channels) for name in names])
    titles = tuple(KERNELS[name].title for name in names)
    typed_key, typed = st.session_state.get(_TYPED, (None, None))
    if mode != "several" and typed_key == kernel_key:
        kernels, titles = typed[np.newaxis], ("Typed kernel",)
        st.button(
            f"Back to {KERNELS[names[0]].title}",
            icon=":material/undo:",
            key="convolution-untype",
            on_click=_forget_typed_kernel,
        )
    return ConvolutionChoice(
        mode,
        picture,
        titles,
        kernel_key,
        kernels,
        np.full(len(kernels), bias, dtype=np.float32),
        ConvolutionSettings(
            stride, "valid" if padding == "valid" else "same", "reflect" if padding == "reflect" else "zeros", dilation
        ),
    )


def _kernel_names(mode: Mode) -> list[str]:
    if mode == "several":
        chosen: list[str] = st.multiselect(
            "Filters",
            list(KERNELS),
            _FIRST_FILTERS,
            format_func=lambda name: KERNELS[name].title,
            max_selections=6,
            key="convolution-filters",
            persist_state="session",
            help=meaning("filter"),
        )
        return chosen
    name = select(
        "Kernel",
        {name: kernel.title for name, kernel in KERNELS.items()},
        f"convolution-kernel-{mode}",
        default="bilinear" if mode == "transposed" else None,
        help="You can type other numbers into the kernel itself, below the pictures.",
    )
    return [name]


def _segments(label: str, options: dict[int, str], default: int, key: str, word: str) -> int:
    return pick(label, options, f"convolution-{key}", default=default, help=meaning(word))
