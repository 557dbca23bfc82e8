"""How one number of a network was computed, step by step: plain values for pages and figures.

A place is the index of one number in a layer's output without the batch: (channel, row, column) of maps, (unit,) of a
vector, all from 0. Arithmetic is float64 on the network's float32 numbers.
"""

import math
from dataclasses import dataclass

import numpy as np

from visualizer.architecture.layer import Meeting

Place = tuple[int, ...]


@dataclass(frozen=True)
class Spot:
    """One number in a network.

    Attributes:
        node: Index of the layer; PICTURE for the picture.
        place: In its output, or in its input.
        is_input: Whether it is a number of the layer's input, not of its output; needed where several outputs meet.
    """

    node: int
    place: Place
    is_input: bool = False


@dataclass(frozen=True)
class InputWindow:
    """The numbers of the input that one number of the output reads.

    Attributes:
        rows: (kernel height,) rows of the input; those of padding lie outside the map.
        columns: (kernel width,) columns.
        inside: (kernel height, kernel width) bool, False where the pixel is padding.
    """

    rows: np.ndarray
    columns: np.ndarray
    inside: np.ndarray

    def place(self, channel: int, row: int, column: int) -> Place | None:
        """The place in the input under one cell of the window; None for padding."""
        if not self.inside[row, column]:
            return None
        return channel, int(self.rows[row]), int(self.columns[column])


@dataclass(frozen=True)
class WindowSum:
    """Products of a window and a kernel, summed over all channels, plus a bias.

    Attributes:
        window: Which pixels.
        channels: (n,) the channels of the input that it reads.
        values: (n, kernel height, kernel width) numbers under the window, with the value of the padding.
        kernel: (n, kernel height, kernel width) weights.
        bias: Added at the end; None where there is none.
    """

    window: InputWindow
    channels: np.ndarray
    values: np.ndarray
    kernel: np.ndarray
    bias: float | None

    @property
    def products(self) -> np.ndarray:
        """(n, kernel height, kernel width)."""
        return self.values * self.kernel

    @property
    def sums(self) -> np.ndarray:
        """(n,) the sum of each channel's products."""
        return self.products.sum(axis=(1, 2))

    @property
    def result(self) -> float:
        return float(self.sums.sum()) + (self.bias or 0.0)


@dataclass(frozen=True)
class WindowMaximum:
    """The largest number under a window of one channel; `winner` is its (row, column) in the window."""

    window: InputWindow
    channel: int
    values: np.ndarray
    winner: tuple[int, int]

    @property
    def result(self) -> float:
        return float(self.values[self.winner])


@dataclass(frozen=True)
class WindowMean:
    """The mean under a window of one channel; `counted`, (height, width) bool, says which numbers count."""

    window: InputWindow
    channel: int
    values: np.ndarray
    counted: np.ndarray

    @property
    def result(self) -> float:
        return float(self.values[self.counted].mean())


@dataclass(frozen=True)
class WeightedSum:
    """Each number of the input times its own weight, summed, plus a bias.

    Attributes:
        shape: Of the input.
        indices: (n,) which of its numbers count, in reading order.
        inputs: (n,) these numbers.
        weights: (n,) their weights.
        bias: Added at the end; None where there is none.
    """

    shape: tuple[int, ...]
    indices: np.ndarray
    inputs: np.ndarray
    weights: np.ndarray
    bias: float | None

    @property
    def products(self) -> np.ndarray:
        """(n,)."""
        return self.inputs * self.weights

    @property
    def result(self) -> float:
        return float(self.products.sum()) + (self.bias or 0.0)

    def place(self, item: int) -> Place:
        """The place in the input of one of the numbers that count."""
        return tuple(int(part) for part in np.unravel_index(int(self.indices[item]), self.shape))


@dataclass(frozen=True)
class Normalized:
    """Normalisation: (before − mean) / √(variance + epsilon) · scale + shift.

    Attributes:
        before: The number that is normalised.
        mean, variance: Of the numbers that are normalised together.
        epsilon, scale, shift: Numbers of the module.
        together: How many numbers of this picture they are; None for batch normalisation as after training, whose
            mean and variance were measured before.
    """

    before: float
    mean: float
    variance: float
    epsilon: float
    scale: float
    shift: float
    together: int | None = None

    @property
    def standardized(self) -> float:
        """Mean 0, variance 1, before it is scaled and shifted."""
        return (self.before - self.mean) / float(np.sqrt(self.variance + self.epsilon))

    @property
    def result(self) -> float:
        return self.standardized * self.scale + self.shift


@dataclass(frozen=True)
class Rescaled:
    """A number times a fixed factor, plus a fixed number."""

    before: float
    scale: float
    offset: float

    @property
    def result(self) -> float:
        return self.before * self.scale + self.offset


@dataclass(frozen=True)
class Activated:
    """A function of one number.

    Attributes:
        function: A name in `FUNCTIONS`, or another function's own name.
        before: Its input.
        result: Its output.
        slope: Of a leaky ReLU below zero; None for other functions.
    """

    function: str
    before: float
    result: float
    slope: float | None = None


@dataclass(frozen=True)
class Softmaxed:
    """The share of one exponential in the sum of them all.

    Attributes:
        values: (n,) the input of every unit, or of every channel at this pixel.
        chosen: The index of this number.
    """

    values: np.ndarray
    chosen: int

    @property
    def exponentials(self) -> np.ndarray:
        """(n,) of the values minus the largest one, which leaves the shares as they are and avoids overflow."""
        return np.exp(self.values - self.values.max())

    @property
    def result(self) -> float:
        return float(self.exponentials[self.chosen] / self.exponentials.sum())


@dataclass(frozen=True)
class Passed:
    """The same number, perhaps at another place.

    Attributes:
        place: Its place in the input; None for a number that padding added.
        result: The number.
    """

    place: Place | None
    result: float


@dataclass(frozen=True)
class Met:
    """The outputs of several layers at the same place, made into one number.

    Attributes:
        meeting: How; a number of a concatenation is `Joined` instead.
        sources: The places of the numbers; where a layer has one number for a whole map, as a gate does, that one's.
        numbers: One for each source, in order.
    """

    meeting: Meeting
    sources: tuple[Spot, ...]
    numbers: tuple[float, ...]

    @property
    def winner(self) -> int:
        """The first of the largest numbers, by its place among them."""
        return int(np.argmax(self.numbers))

    @property
    def result(self) -> float:
        first, *others = self.numbers
        match self.meeting:
            case "difference":
                return first - sum(others)
            case "product":
                return math.prod(self.numbers)
            case "average":
                return float(sum(self.numbers)) / len(self.numbers)
            case "maximum":
                return self.numbers[self.winner]
        return float(sum(self.numbers))


@dataclass(frozen=True)
class Joined:
    """A number of one of several layers whose maps are concatenated: nothing was computed."""

    source: Spot
    result: float


@dataclass(frozen=True)
class Given:
    """A pixel of the picture: nothing was computed."""

    result: float


@dataclass(frozen=True)
class Unexplained:
    """The output of a module with other arithmetic; `module` is its name."""

    module: str
    result: float


ArithmeticStep = (
    WindowSum
    | WindowMaximum
    | WindowMean
    | WeightedSum
    | Normalized
    | Rescaled
    | Activated
    | Softmaxed
    | Passed
    | Met
    | Joined
    | Given
    | Unexplained
)


@dataclass(frozen=True)
class Explanation:
    """How one number was computed.

    Attributes:
        spot: The number.
        value: As the network computed it.
        steps: Its arithmetic in order; each takes the result of the one before.
        input_place: The place in the input of the single number that the steps take; None for several or none.
        direct: Whether the first step takes the input of the layer; False where it takes the output of a stage.
    """

    spot: Spot
    value: float
    steps: tuple[ArithmeticStep, ...]
    input_place: Place | None = None
    direct: bool = True
