"""Questions about convolution and pooling whose right and wrong answers are computed."""

from dataclasses import dataclass, replace

import numpy as np

from visualizer.architecture.shapes import window_extent, window_padding
from visualizer.concepts.convolution import ConvolutionSettings, convolve, output_size
from visualizer.concepts.kernels import KERNELS, named_kernel
from visualizer.words import counted

# Kernels to ask for: neighbours are told apart by looking, not by luck.
_ASKED = ("sobel_x", "sobel_y", "blur", "laplacian", "emboss")
_LETTERS = "ABC"


@dataclass(frozen=True)
class Question:
    """A question with its possible answers (value to words), the right one's value, and why it is right."""

    question: str
    options: dict[str, str]
    right: str
    explanation: str


def _numbered(question: str, right: int, wrong: list[int], words: str, explanation: str) -> Question:
    """The right number among up to three different wrong ones, smallest first; `words` is a format of one number."""
    others = list(dict.fromkeys(number for number in wrong if number > 0 and number != right))[:3]
    options = {str(number): words.format(number) for number in sorted([right, *others])}
    return Question(question, options, str(right), explanation)


def size_question(length: int, kernel: int, settings: ConvolutionSettings, transposed: bool = False) -> Question:
    """How large is the output with another stride? The wrong answers are what one gets who forgets something.

    Args:
        length: Height and width of the picture.
        kernel: Height and width of the kernel.
        settings: As they are now; the kernel must fit.
        transposed: Whether it is a transposed convolution.
    """
    other = replace(settings, stride=2 if settings.stride != 2 else 3)
    stride = other.stride
    right = output_size(length, kernel, other, transposed)
    question = (
        f"With **stride {stride}** instead of {settings.stride} and all else as it is: how large would the output be?"
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
    words = _stamps_in_words if transposed else _stops_in_words
    explanation = f"{words(length, kernel, other)} As a formula: ${size_formula(length, kernel, other, transposed)}$"
    return _numbered(question, right, wrong, "{0} × {0}", explanation)


def _stops_in_words(length: int, kernel: int, settings: ConvolutionSettings) -> str:
    """Why a window that slides over so many pixels stops at so many places, along one axis."""
    extent, stride = window_extent(kernel, settings.dilation), settings.stride
    added = sum(window_padding(length, kernel, stride, settings.dilation, settings.padding))
    stops = output_size(length, kernel, settings)
    way = length + added - extent
    padded = f" and {added} of padding" if added else ""
    gaps = ", gaps included," if settings.dilation > 1 else ""
    left_over = f" What is left over, {way % stride}, is too little for another step." if way % stride else ""
    return (
        f"The window can stop at **{stops} places**, in height as in width: it covers {extent}{gaps} of the {length} "
        f"pixels{padded}, so {way} remain to move over, {stride} at a time. These are {stops - 1} steps after the "
        f"first stop.{left_over}"
    )


def _stamps_in_words(length: int, kernel: int, settings: ConvolutionSettings) -> str:
    """Why so many stamps make an output of that size, along one axis."""
    extent, stride = window_extent(kernel, settings.dilation), settings.stride
    last = (length - 1) * stride
    cut = last + extent - output_size(length, kernel, settings, transposed=True)
    kept = f"; “same” cuts {cut} of them off: **{last + extent - cut}**" if cut else ""
    return (
        f"The last of the {length} stamps begins {last} pixels after the first one, and a stamp is {extent} wide: "
        f"together {f'{last + extent}' if cut else f'**{last + extent}**'} pixels, in height as in width{kept}."
    )


def size_formula(length: int, kernel: int, settings: ConvolutionSettings, transposed: bool = False) -> str:
    """The output's size along one axis with these numbers, as LaTeX.

    Sources: https://docs.pytorch.org/docs/stable/generated/torch.nn.Conv2d.html and .../torch.nn.ConvTranspose2d.html,
    with the padding before and after added up, which Keras's "same" may make unequal.
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
    """How many numbers do these filters learn?"""
    weights = kernel * kernel
    right = filters * (channels * weights + 1)
    wrong = [filters * (weights + 1), filters * channels * weights, channels * weights + 1, filters * weights]
    return _numbered(
        f"A layer with these **{filters} filters** of {kernel} × {kernel} over "
        f"{counted(channels, 'input channel')}: how many numbers would it learn?",
        right,
        wrong,
        "{0:,}",
        f"Each filter has {kernel} · {kernel} · {channels} weights, one kernel slice for each input channel, and one "
        f"bias: {filters} · ({kernel} · {kernel} · {channels} + 1) = {right:,}. The picture's size does not matter.",
    )


def kernel_question(picture: np.ndarray, current: str, size: int) -> tuple[Question, np.ndarray]:
    """Which of three outputs does another kernel make?

    Args:
        picture: (C, H, W) float32.
        current: The name of the kernel whose output is on the screen; it is not among the three.
        size: Height and width of the kernels.

    Returns:
        The question with the answers "A", "B" and "C", and the three outputs in that order, (3, H, W).
    """
    names = [name for name in _ASKED if name != current]
    first = _ASKED.index(current) if current in _ASKED else 0
    names = [names[(first + step) % len(names)] for step in range(3)]
    asked, turn = KERNELS[names[0]], first % 3
    shown = [*names[-turn:], *names[:-turn]] if turn else names
    kernels = np.stack([named_kernel(name, size, 0, channels=len(picture)) for name in shown])
    slide = convolve(picture, kernels, np.zeros(len(shown), dtype=np.float32), ConvolutionSettings())
    right = _LETTERS[shown.index(asked.name)]
    others = " ".join(
        f"{letter} is {KERNELS[name].title}: it {KERNELS[name].finds}."
        for letter, name in zip(_LETTERS, shown, strict=True)
        if name != asked.name
    )
    question = Question(
        f"Which of these does the kernel **{asked.title}** make of the picture?",
        {letter: letter for letter in _LETTERS},
        right,
        f"{asked.title} {asked.finds}. {others}",
    )
    return question, slide.output
