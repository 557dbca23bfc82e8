"""Activation functions: their curves and derivatives, and their effect on a map. torch computes every number."""

import math
from dataclasses import dataclass

import numpy as np

from visualizer.architecture.activations import DEFAULT_NEGATIVE_SLOPE, FUNCTIONS
from visualizer.concepts.convolution import ConvolutionSettings, convolve
from visualizer.concepts.kernels import named_kernel

REACH = 6.0
STEPS_PER_UNIT = 100


SINCE = ", since"


@dataclass(frozen=True)
class Arithmetic:
    """How one activation function and its derivative are computed, as text with placeholders for numbers.

    In `values` and `slopes`, {x} stands for the input, {y} for the output, {a} and {b} for the entries of
    `Curve.terms`. Both hold two texts: one for inputs up to 0, one for inputs above 0. One with `SINCE` is itself the
    result.

    Attributes:
        formula, derivative: The general formulas, as LaTeX; empty where only the registry's formula is known.
        values, slopes: The formulas with placeholders, as plain text, without the result.
        note: One or two sentences worth knowing; may be empty.
    """

    formula: str
    derivative: str
    values: tuple[str, str]
    slopes: tuple[str, str]
    note: str


def _cases(function: str, above: str, below: str) -> str:
    """A formula in two parts, one for inputs above 0 and one for the others, as LaTeX narrow enough for a phone."""
    return rf"{function}(x) = \begin{{cases}} {above} & x > 0 \\ {below} & x \le 0 \end{{cases}}"


_SLOPE = f"{DEFAULT_NEGATIVE_SLOPE:g}"

ARITHMETIC: dict[str, Arithmetic] = {
    "relu": Arithmetic(
        r"f(x) = \max(0, x)",
        r"f'(x) = 1 \text{ if } x > 0 \text{, else } 0",
        ("max(0, {x})",) * 2,
        (f"0{SINCE} x ≤ 0", f"1{SINCE} x > 0"),
        "Lets positive numbers through unchanged. At 0 it has a corner and no derivative; torch uses 0 there.",
    ),
    "leaky_relu": Arithmetic(
        rf"f(x) = x \text{{ if }} x > 0 \text{{, else }} {_SLOPE}\,x",
        rf"f'(x) = 1 \text{{ if }} x > 0 \text{{, else }} {_SLOPE}",
        (f"max({{x}}, {_SLOPE} · {{x}})",) * 2,
        (f"{_SLOPE}{SINCE} x ≤ 0", f"1{SINCE} x > 0"),
        f"A ReLU that leaks: below 0 it keeps the slope {_SLOPE} (the default of Keras’s activation leaky_relu; "
        "torch’s is 0.01), so some gradient always gets through.",
    ),
    "sigmoid": Arithmetic(
        r"f(x) = \frac{1}{1 + e^{-x}}",
        r"f'(x) = f(x)\,(1 - f(x))",
        ("1 / (1 + {a})",) * 2,
        ("{y} · (1 − {y})",) * 2,
        "Squeezes every number into the range from 0 to 1. Its derivative is at most 0.25, at x = 0, and nearly 0 far "
        "from there: the function saturates.",
    ),
    "tanh": Arithmetic(
        r"f(x) = \frac{e^{x} - e^{-x}}{e^{x} + e^{-x}}",
        r"f'(x) = 1 - f(x)^2",
        ("({a} − {b}) / ({a} + {b})",) * 2,
        ("1 − ({y})²",) * 2,
        "Squeezes every number into the range from −1 to 1, with 0 in the middle. Its derivative reaches 1 at x = 0, "
        "but this function saturates too.",
    ),
    "gelu": Arithmetic(
        r"f(x) = x \cdot \Phi(x)",
        r"f'(x) = \Phi(x) + x \cdot \varphi(x)",
        ("{x} · {a}",) * 2,
        ("{a} + {x} · {b}",) * 2,
        "A smooth ReLU, common in Transformers. Φ is the cumulative distribution function of the standard normal "
        "distribution, φ its density. Below 0 it is a little negative, lowest at x = −0.75 (−0.17); its derivative "
        "reaches 1.13.",
    ),
    "relu6": Arithmetic(
        r"f(x) = \min(\max(0, x), 6)",
        r"f'(x) = 1 \text{ if } 0 < x < 6 \text{, else } 0",
        ("min(max(0, {x}), 6)",) * 2,
        (f"0{SINCE} x ≤ 0", "1 if {x} < 6, else 0"),
        "A ReLU that is cut off at 6, known from MobileNet. Its outputs stay in a small range, which suits phones that "
        "compute with few bits.",
    ),
    "silu": Arithmetic(
        r"f(x) = \frac{x}{1 + e^{-x}}",
        r"f'(x) = \sigma(x) + f(x)\,(1 - \sigma(x))",
        ("{x} / (1 + {a})",) * 2,
        ("{b} + {y} · (1 − {b})",) * 2,
        "x times the sigmoid of x, written σ(x); also called swish, known from EfficientNet. A smooth ReLU: below 0 it "
        "is a little negative, lowest at x = −1.28 (−0.28); its derivative reaches 1.10.",
    ),
    "elu": Arithmetic(
        _cases("f", "x", "e^{x} - 1"),
        _cases("f'", "1", "e^{x}"),
        ("exp({x}) − 1", f"{{x}}{SINCE} x > 0"),
        ("exp({x})", f"1{SINCE} x > 0"),
        "A ReLU that bends smoothly towards −1 below 0: there, some gradient still gets through, and the mean of the "
        "outputs is closer to 0.",
    ),
    "selu": Arithmetic(
        _cases("f", r"1.0507\,x", r"1.7581\,(e^{x} - 1)"),
        _cases("f'", "1.0507", r"1.7581\,e^{x}"),
        ("1.7581 · (exp({x}) − 1)", "1.0507 · {x}"),
        ("1.7581 · exp({x})", f"1.0507{SINCE} x > 0"),
        "A scaled ELU. With these two constants, and weights drawn to suit them, the outputs of many Dense layers keep "
        "a mean near 0 and a variance near 1.",
    ),
    "softplus": Arithmetic(
        r"f(x) = \ln(1 + e^{x})",
        r"f'(x) = \frac{1}{1 + e^{-x}}",
        ("ln(1 + exp({x}))",) * 2,
        ("1 / (1 + {a})",) * 2,
        "A smooth ReLU that is always above 0. Its derivative is the sigmoid.",
    ),
    "hard_sigmoid": Arithmetic(
        r"f(x) = \min(\max(0, \tfrac{x}{6} + \tfrac{1}{2}), 1)",
        r"f'(x) = \tfrac{1}{6} \text{ if } {-3} < x < 3 \text{, else } 0",
        ("min(max(0, {x} / 6 + 1/2), 1)",) * 2,
        ("1/6 if −3 < {x} < 3, else 0",) * 2,
        "A sigmoid of three straight lines, cheap to compute: 0 up to x = −3 and 1 from x = 3 on. There its derivative "
        "is exactly 0, so no gradient gets through.",
    ),
}


def arithmetic_of(name: str) -> Arithmetic:
    """How a function is computed; of one that is not described here, only that there is a value and a slope."""
    return ARITHMETIC.get(name, Arithmetic("", "", ("f({x})",) * 2, ("f′({x})",) * 2, ""))


@dataclass(frozen=True)
class Curve:
    """An activation function with its derivative on a grid of hundredths, float64.

    Attributes:
        x: (P,) from −6 to 6.
        y: (P,) the function.
        slope: (P,) its derivative, by autograd.
        terms: The numbers {a} and {b} of its arithmetic, each (P,): e⁻ˣ of sigmoid and softplus; eˣ and e⁻ˣ of tanh;
            Φ(x) and φ(x) of GELU; e⁻ˣ and σ(x) of SiLU; empty for the others.
    """

    x: np.ndarray
    y: np.ndarray
    slope: np.ndarray
    terms: tuple[np.ndarray, ...]


def evaluate(name: str, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The activation function and its derivative at each x, both in the shape of x, float64.

    torch's own module computes the value and its autograd the derivative.
    """
    import torch

    inputs = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    outputs = FUNCTIONS[name].make(DEFAULT_NEGATIVE_SLOPE)(inputs)
    # No input influences another input's output, so the gradient of the sum holds each input's derivative.
    (slopes,) = torch.autograd.grad(outputs.sum(), inputs)
    return outputs.detach().numpy(), slopes.numpy()


def curve(name: str) -> Curve:
    """The function of that name, from −6 to 6 in steps of 0.01."""
    import torch

    x = np.arange(-REACH * STEPS_PER_UNIT, REACH * STEPS_PER_UNIT + 1) / STEPS_PER_UNIT
    y, slope = evaluate(name, x)
    grid = torch.from_numpy(x)
    terms: dict[str, tuple[torch.Tensor, ...]] = {
        "sigmoid": (torch.exp(-grid),),
        "softplus": (torch.exp(-grid),),
        "silu": (torch.exp(-grid), torch.sigmoid(grid)),
        "tanh": (torch.exp(grid), torch.exp(-grid)),
        "gelu": (torch.special.ndtr(grid), torch.exp(-(grid**2) / 2) / math.sqrt(2 * math.pi)),
    }
    return Curve(x, y, slope, tuple(term.numpy() for term in terms.get(name, ())))


@dataclass(frozen=True)
class ActivatedMap:
    """A map before and after an activation function.

    Attributes:
        before, after: (H, W) float32.
        edges: (bins + 1,) borders of the bins that both histograms share.
        before_counts, after_counts: (bins,) how many of the map's numbers lie in each bin.
        silenced: How many numbers of the map the function sets to exactly 0.
        mean_slope: The mean derivative over the map's numbers: the share of a gradient that passes back through it.
    """

    before: np.ndarray
    after: np.ndarray
    edges: np.ndarray
    before_counts: np.ndarray
    after_counts: np.ndarray
    silenced: int
    mean_slope: float


def activate(name: str, values: np.ndarray, bins: int = 48) -> ActivatedMap:
    """Apply the function to a map and count the numbers before and after in histograms.

    Args:
        name: A name in `elementwise()`.
        values: (H, W) float32, the output of a layer before its activation.
        bins: The number of bins in the histograms.
    """
    after, slopes = evaluate(name, values)
    after = after.astype(np.float32)
    low = min(float(values.min()), float(after.min()))
    high = max(float(values.max()), float(after.max()))
    edges = _edges(low, high, bins)
    return ActivatedMap(
        before=values,
        after=after,
        edges=edges,
        before_counts=np.histogram(values, edges)[0],
        after_counts=np.histogram(after, edges)[0],
        silenced=int(np.count_nonzero((after == 0) & (values != 0))),
        mean_slope=float(slopes.mean()),
    )


def _edges(low: float, high: float, bins: int) -> np.ndarray:
    """Evenly spaced borders, one of them 0, so that no bin mixes positive and negative numbers."""
    low, high = min(low, 0.0), max(high, 0.0)
    width = ((high - low) or 1.0) / bins
    # A small margin on both sides: rounding must not push the smallest or the largest number out.
    return np.arange(np.floor(low / width - 1e-6), np.ceil(high / width + 1e-6) + 1) * width


def output_change(name: str, start: float) -> float:
    """How much the function's output changes when its input rises by 1 from `start`."""
    before, after = evaluate(name, np.array([start, start + 1.0]))[0]
    return float(after - before)


def sobel_response(picture: np.ndarray) -> np.ndarray:
    """The vertical edges of a picture: its cross-correlation with the Sobel x kernel, before any activation.

    Divided by its standard deviation, as batch normalization would do, so that the numbers spread over the range in
    which the functions bend. Source: https://en.wikipedia.org/wiki/Sobel_operator

    Args:
        picture: (1, H, W) float32 in [0, 1].

    Returns:
        (H − 2, W − 2) float32 with standard deviation 1; all 0 where the picture is uniform.
    """
    kernels = named_kernel("sobel_x", 3, 0, channels=1)[np.newaxis]
    response = convolve(picture, kernels, np.zeros(1, dtype=np.float32), ConvolutionSettings()).output[0]
    spread = float(response.std())
    return response / spread if spread > 0 else response
