"""Questions about convolution and pooling, with computed right and wrong answers."""

from dataclasses import dataclass, replace

import numpy as np

from visualizer.architecture.shapes import window_extent, window_padding
from visualizer.concepts.convolution import ConvolutionSettings, convolve, output_size
from visualizer.concepts.kernels import KERNELS, named_kernel
from visualizer.words import counted

# Kernels to ask about: the outputs of neighbours in this list can be distinguished by eye.
_ASKED = ("sobel_x", "sobel_y", "blur", "laplacian", "emboss")
_LETTERS = "ABC"


@dataclass(frozen=True)
class Question:
    """A question with its options (value to text), the value of the right one, and why it is right."""

    question: str
    options: dict[str, str]
    right: str
    explanation: str


def _number_question(question: str, right: int, wrong: list[int], option_format: str, explanation: str) -> Question:
    """The right number among up to three different wrong ones, smallest first."""
    others = list(dict.fromkeys(number for number in wrong if number > 0 and number != right))[:3]
    options = {str(number): option_format.format(number) for number in sorted([right, *others])}
    return Question(question, options, str(right), explanation)


def size_question(length: int, kernel: int, settings: ConvolutionSettings, transposed: bool = False) -> Question:
    """How large is the output with another stride? Each wrong answer comes from a typical mistake.

    `length` and `kernel` are height and width of the picture and of the kernel, which must fit with these settings.
    """
    other = replace(settings, stride=2 if settings.stride != 2 else 3)
    stride = other.stride
    right = output_size(length, kernel, other, transposed)
    question = (
        f"With **stride {stride}** instead of {settings.stride} and everything else unchanged: how large would the "
        "output be?"
    )
    extent = window_extent(kernel, settings.dilation)
    if transposed:
        wrong = [length * stride, (length - 1) * stride, (length - 1) * stride + extent, length // stride]
    else:
        added = sum(window_padding(length, kernel, stride, settings.dilation, settings.padding))
        wrong = [
            (length + added - extent) // stride,
            -(-length // stride),
            (length - extent) // stride + 1,
            output_size(length, kernel, settings),
            length // stride,
        ]
    describe = _describe_stamps if transposed else _describe_stops
    explanation = f"{describe(length, kernel, other)} As a formula: ${size_formula(length, kernel, other, transposed)}$"
    return _number_question(question, right, wrong, "{0} × {0}", explanation)


def _describe_stops(length: int, kernel: int, settings: ConvolutionSettings) -> str:
    """Why a window that slides over that many pixels stops at that many positions, along one axis."""
    extent, stride = window_extent(kernel, settings.dilation), settings.stride
    added = sum(window_padding(length, kernel, stride, settings.dilation, settings.padding))
    stops = output_size(length, kernel, settings)
    remaining = length + added - extent
    covers = f"It covers {counted(extent, 'pixel')}."
    if settings.dilation > 1:
        covers = f"It covers {counted(extent, 'pixel')}, gaps included."
    moves = f"Of the {length} pixels, it can move over {remaining}."
    if added:
        moves = f"Of the {length} pixels and {added} of padding, it can move over {remaining}."
    sentences = [
        f"The window can stop at **{counted(stops, 'position')}** in height and in width.",
        covers,
        moves,
        f"At {stride} pixels per step, this makes {counted(stops - 1, 'step')} after the first stop.",
    ]
    if remaining % stride:
        sentences.append(f"The remainder of {remaining % stride} is too little for another step.")
    return " ".join(sentences)


def _describe_stamps(length: int, kernel: int, settings: ConvolutionSettings) -> str:
    """Why that many stamps make an output of that size, along one axis."""
    extent, stride = window_extent(kernel, settings.dilation), settings.stride
    last = (length - 1) * stride
    size = output_size(length, kernel, settings, transposed=True)
    cut = last + extent - size
    covered = f"Together they cover **{size}** pixels in height and in width."
    if cut:
        covered = (
            f"Together they cover {last + extent} pixels in height and in width; “same” cuts off {cut} of them, which "
            f"leaves **{size}**."
        )
    return (
        f"The last of the {length} stamps begins {last} pixels after the first one, and a stamp is "
        f"{counted(extent, 'pixel')} wide. {covered}"
    )


def size_formula(length: int, kernel: int, settings: ConvolutionSettings, transposed: bool = False) -> str:
    """The output's size along one axis with these numbers, as LaTeX.

    Sources: https://docs.pytorch.org/docs/stable/generated/torch.nn.Conv2d.html and .../torch.nn.ConvTranspose2d.html,
    with the sum of the padding before and after, since the two may differ with Keras's "same".
    """
    stride, dilation = settings.stride, settings.dilation
    size = output_size(length, kernel, settings, transposed)
    reach = rf"{dilation}\cdot({kernel}-1)"
    if transposed:
        cut = (length - 1) * stride + window_extent(kernel, dilation) - size
        return rf"({length}-1)\cdot {stride}-{cut}+{reach}+1={size}"
    added = sum(window_padding(length, kernel, stride, dilation, settings.padding))
    return rf"\left\lfloor\frac{{{length}+{added}-{reach}-1}}{{{stride}}}\right\rfloor+1={size}"


def parameter_question(filters: int, channels: int, kernel: int) -> Question:
    """How many parameters do these filters have?"""
    weights = kernel * kernel
    right = filters * (channels * weights + 1)
    wrong = [filters * (weights + 1), filters * channels * weights, channels * weights + 1, filters * weights]
    return _number_question(
        f"A layer has **{counted(filters, 'filter')}** of {kernel} × {kernel} over "
        f"{counted(channels, 'input channel')}. How many numbers does it learn?",
        right,
        wrong,
        "{0:,}",
        f"Each filter has {kernel} · {kernel} · {channels} weights (one kernel slice for each input channel) and one "
        f"bias: {filters} · ({kernel} · {kernel} · {channels} + 1) = {right:,}. The picture's size does not matter.",
    )


def kernel_question(picture: np.ndarray, current: str, size: int) -> tuple[Question, np.ndarray]:
    """Which of three outputs belongs to another kernel?

    Args:
        picture: (C, H, W) float32.
        current: The name of the kernel whose output is on the screen, which is not among the three.
        size: Height and width of the kernels.

    Returns:
        The question with the answers "A", "B" and "C", and the three outputs in that order, (3, H, W).
    """
    names = [name for name in _ASKED if name != current]
    first = _ASKED.index(current) if current in _ASKED else 0
    names = [names[(first + offset) % len(names)] for offset in range(3)]
    asked, rotation = KERNELS[names[0]], first % 3
    shown = [*names[-rotation:], *names[:-rotation]] if rotation else names
    kernels = np.stack([named_kernel(name, size, 0, channels=len(picture)) for name in shown])
    slide = convolve(picture, kernels, np.zeros(len(shown), dtype=np.float32), ConvolutionSettings())
    right = _LETTERS[shown.index(asked.name)]
    others = " ".join(
        f"{letter}: {KERNELS[name].effect}" for letter, name in zip(_LETTERS, shown, strict=True) if name != asked.name
    )
    question = Question(
        f"Which of these is the output of the kernel **{asked.title}**?",
        {letter: letter for letter in _LETTERS},
        right,
        f"{asked.effect} {others}",
    )
    return question, slide.output
