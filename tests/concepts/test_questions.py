"""The questions: the right answer is what torch does, and wrong ones are there and wrong."""

import re

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.concepts.convolution import ConvolutionSettings, convolve, transpose_convolve
from visualizer.concepts.kernels import KERNELS, named_kernel
from visualizer.concepts.questions import kernel_question, parameter_question, size_formula, size_question


@given(
    st.integers(8, 40), st.sampled_from([2, 3, 5, 7]), st.integers(1, 3), st.sampled_from(["valid", "same"]),
    st.booleans(),
)  # fmt: skip
def test_the_size_that_is_right_is_torchs(length, kernel, stride, padding, transposed):
    settings = ConvolutionSettings(stride, padding)
    question = size_question(length, kernel, settings, transposed and kernel > 2)
    other = 3 if stride == 2 else 2
    assert f"stride {other}**" in question.question
    apply = transpose_convolve if transposed and kernel > 2 else convolve
    slide = apply(
        np.zeros((1, length, length), dtype=np.float32),
        np.zeros((1, 1, kernel, kernel), dtype=np.float32),
        np.zeros(1, dtype=np.float32),
        ConvolutionSettings(other, padding),
    )
    assert question.right == str(slide.output.shape[1])
    assert question.options[question.right] == f"{question.right} × {question.right}"
    assert 2 <= len(question.options) <= 4
    assert question.explanation.endswith(f"={question.right}$")


@pytest.mark.parametrize(
    ("arguments", "formula"),
    [
        ((32, 3, ConvolutionSettings()), r"\left\lfloor\frac{32+0-1\cdot(3-1)-1}{1}\right\rfloor+1=30"),
        ((32, 5, ConvolutionSettings(2, "same")), r"\left\lfloor\frac{32+3-1\cdot(5-1)-1}{2}\right\rfloor+1=16"),
        ((16, 3, ConvolutionSettings(2), True), r"(16-1)\cdot 2-0+1\cdot(3-1)+1=33"),
        ((16, 5, ConvolutionSettings(2, "same"), True), r"(16-1)\cdot 2-3+1\cdot(5-1)+1=32"),
    ],
)
def test_the_formula_has_the_numbers(arguments, formula):
    assert size_formula(*arguments) == formula


@given(
    st.integers(8, 30), st.sampled_from([3, 5, 7]), st.integers(1, 3), st.integers(1, 3),
    st.sampled_from(["valid", "same"]), st.booleans(),
)  # fmt: skip
def test_the_formula_adds_up(length, kernel, stride, dilation, padding, transposed):
    if padding == "valid" and not transposed and dilation * (kernel - 1) + 1 > length:
        return
    left, right = size_formula(
        length, kernel, ConvolutionSettings(stride, padding, dilation=dilation), transposed
    ).rsplit("=", 1)
    plain = left.replace(r"\cdot", "*").replace(r"\left\lfloor\frac{", "(").replace("}{", ")//(")
    plain = plain.replace(r"}\right\rfloor", ")")
    assert set(plain) <= set("0123456789+-*/() ")
    total, _, rest = plain.partition("//")
    numerator = _evaluate(total)
    if rest:
        divisor = int(rest[1 : rest.index(")")])
        assert numerator // divisor + 1 == int(right)
    else:
        assert numerator == int(right)


def _evaluate(expression):
    """Products and sums of whole numbers in brackets, by torch-free hands."""
    import ast

    def value(node):
        if isinstance(node, ast.Constant):
            return node.value
        left, right = value(node.left), value(node.right)
        return {ast.Add: left + right, ast.Sub: left - right, ast.Mult: left * right}[type(node.op)]

    return value(ast.parse(expression.strip(), mode="eval").body)


@given(st.integers(1, 6), st.sampled_from([1, 3]), st.sampled_from([3, 5, 7]))
def test_the_parameters_are_the_layers(filters, channels, kernel):
    question = parameter_question(filters, channels, kernel)
    module = torch.nn.Conv2d(channels, filters, kernel)
    assert int(question.right) == sum(parameter.numel() for parameter in module.parameters())
    layer = Conv2D(filters=filters, kernel_size=(kernel, kernel))
    assert int(question.right) == layer.parameter_count((channels, 8, 8))
    assert len(question.options) >= 2


@pytest.mark.parametrize("current", KERNELS)
@pytest.mark.parametrize("channels", [1, 3])
def test_the_right_picture_is_the_asked_kernels(current, channels):
    picture = np.random.default_rng(0).random((channels, 12, 12), dtype=np.float32)
    question, maps = kernel_question(picture, current, 3)
    asked = next(kernel for kernel in KERNELS.values() if f"**{kernel.title}**" in question.question)
    assert asked.name != current
    kernels = named_kernel(asked.name, 3, 0, channels)[np.newaxis]
    expected = convolve(picture, kernels, np.zeros(1, dtype=np.float32), ConvolutionSettings()).output[0]
    letters = list(question.options)
    assert letters == ["A", "B", "C"]
    matching = [letter for letter, shown in zip(letters, maps, strict=True) if np.allclose(shown, expected, atol=1e-5)]
    assert matching == [question.right]


def test_the_right_picture_is_not_always_in_the_same_place():
    picture = np.zeros((1, 8, 8), dtype=np.float32)
    assert len({kernel_question(picture, current, 3)[0].right for current in KERNELS}) == 3


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("dilation", [1, 2, 3])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("kernel", [2, 3, 5])
@pytest.mark.parametrize("length", [14, 32])
def test_the_answer_is_first_said_in_words_whose_numbers_are_right(length, kernel, stride, dilation, padding):
    question = size_question(length, kernel, ConvolutionSettings(stride, padding, "zeros", dilation))
    words, formula = question.explanation.split(" As a formula: ")
    assert formula.startswith("$")
    asked = 2 if stride != 2 else 3
    stops, covered, pixels, *others = (int(number) for number in re.findall(r"\d+", words))
    added = others.pop(0) if "of padding" in words else 0
    remaining, by, steps, *left_over = others
    positions = "1 position" if question.right == "1" else f"{question.right} positions"
    assert words.startswith(f"The window can stop at **{positions}** in height and in width.")
    assert (stops, pixels, by) == (int(question.right), length, asked)
    # Walked as a window would.
    starts = [start for start in range(0, length + added, asked) if start + covered <= length + added]
    assert (len(starts), steps) == (stops, stops - 1)
    assert remaining == length + added - covered
    over = remaining - starts[-1]
    assert left_over == ([over] if over else [])
    assert ("gaps included" in words) == (dilation > 1)


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("kernel", [3, 5])
def test_the_answer_for_stamps_is_first_said_in_words_whose_numbers_are_right(kernel, stride, padding):
    question = size_question(8, kernel, ConvolutionSettings(stride, padding), transposed=True)
    words, _ = question.explanation.split(" As a formula: ")
    asked = 2 if stride != 2 else 3
    assert (
        f"The last of the 8 stamps begins {7 * asked} pixels after the first one, and a stamp is {kernel} pixels wide."
        in words
    )
    assert f"**{question.right}**" in words
    assert ("cuts" in words) == (7 * asked + kernel != int(question.right))
