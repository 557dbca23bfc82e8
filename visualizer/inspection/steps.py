"""How one number of a network came to be, step by step: plain values that pages and figures can show.

A place is the index of one number in a layer's output without the batch: (channel, row, column) of maps, (unit,) of a
vector, all from 0. Arithmetic is float64 on the network's float32 numbers.
"""

from dataclasses import dataclass

import numpy as np

Place = tuple[int, ...]


@dataclass(frozen=True)
class Spot:
    """One number in a network.

    Attributes:
        node: The layer, by index; PICTURE for the picture itself.
        place: The place in its output.
        is_input: Whether it is a number of the layer's input, not of its output; needed where several outputs meet.
    """

    node: int
    place: Place
    is_input: bool = False


@dataclass(frozen=True)
class InputWindow:
    """The pixels that one number looks at.

    Attributes:
        rows: (kernel height,) rows of the arriving maps; outside of them where padding was added.
        columns: (kernel width,) columns.
        inside: (kernel height, kernel width) bool, False where the pixel is padding.
    """

    rows: np.ndarray
    columns: np.ndarray
    inside: np.ndarray

    def place(self, channel: int, row: int, column: int) -> Place | None:
        """The arriving pixel under one cell of the window; None for padding."""
        if not self.inside[row, column]:
            return None
        return channel, int(self.rows[row]), int(self.columns[column])


@dataclass(frozen=True)
class WindowSum:
    """Products of a window and a kernel, summed over all channels, plus a bias.

    Attributes:
        window: Which pixels.
        channels: (n,) the arriving channels that it looks at.
        values: (n, kernel height, kernel width) what lies under the window, padding as the number that stands for it.
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
        sums: np.ndarray = self.products.sum(axis=(1, 2))
        return sums

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
    """Each arriving number times its own weight, summed, plus a bias.

    Attributes:
        shape: The shape of what arrives.
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
        """Where the item-th of the numbers that count arrives."""
        return tuple(int(part) for part in np.unravel_index(int(self.indices[item]), self.shape))


@dataclass(frozen=True)
class Normalized:
    """Batch normalisation as after training: (before − mean) / √(variance + epsilon) · scale + shift."""

    before: float
    mean: float
    variance: float
    epsilon: float
    scale: float
    shift: float

    @property
    def standardized(self) -> float:
        """Mean 0, variance 1, before it is scaled and shifted."""
        return (self.before - self.mean) / float(np.sqrt(self.variance + self.epsilon))

    @property
    def result(self) -> float:
        return self.standardized * self.scale + self.shift


@dataclass(frozen=True)
class Activated:
    """A function of one number.

    Attributes:
        function: A name in `FUNCTIONS`, or another function's own name.
        before: What it received.
        result: What it gives.
        slope: Below zero, of a leaky ReLU; None elsewhere.
    """

    function: str
    before: float
    result: float
    slope: float | None = None


@dataclass(frozen=True)
class Softmaxed:
    """The share of one exponential in the sum of them all.

    Attributes:
        values: (n,) what arrives for every unit, or at this pixel in every channel.
        chosen: Which of them is this one.
    """

    values: np.ndarray
    chosen: int

    @property
    def exponentials(self) -> np.ndarray:
        """(n,) of the values less the largest one, which changes no share and keeps them from overflowing."""
        exponentials: np.ndarray = np.exp(self.values - self.values.max())
        return exponentials

    @property
    def result(self) -> float:
        return float(self.exponentials[self.chosen] / self.exponentials.sum())


@dataclass(frozen=True)
class Passed:
    """The same number, perhaps at another place.

    Attributes:
        place: Where it comes from in what arrives; None where it is a number that padding added.
        result: The number.
    """

    place: Place | None
    result: float


@dataclass(frozen=True)
class Added:
    """What several layers gave at the same place, added up: `terms` are the numbers, `sources` where they come from."""

    sources: tuple[Spot, ...]
    terms: tuple[float, ...]

    @property
    def result(self) -> float:
        return float(sum(self.terms))


@dataclass(frozen=True)
class Multiplied:
    """What several layers gave, multiplied; a gate gives one number for a whole map. `sources` as in `Added`."""

    sources: tuple[Spot, ...]
    factors: tuple[float, ...]

    @property
    def result(self) -> float:
        return float(np.prod(np.array(self.factors, dtype=np.float64)))


@dataclass(frozen=True)
class Joined:
    """A number of one of several layers whose maps stand behind one another: nothing was computed."""

    source: Spot
    result: float


@dataclass(frozen=True)
class Given:
    """A pixel of the picture: nothing was computed."""

    result: float


@dataclass(frozen=True)
class Unexplained:
    """What a module gives whose arithmetic is of no kind above; `module` is its name."""

    module: str
    result: float


ArithmeticStep = (
    WindowSum
    | WindowMaximum
    | WindowMean
    | WeightedSum
    | Normalized
    | Activated
    | Softmaxed
    | Passed
    | Added
    | Multiplied
    | Joined
    | Given
    | Unexplained
)


@dataclass(frozen=True)
class Explanation:
    """How one number came to be.

    Attributes:
        spot: The number.
        value: What the network itself computed.
        steps: Its arithmetic in order; each takes up the result of the one before.
        taken: Where the one number arrives that all steps are about; None where the first one takes several, or none.
        direct: Whether the first one takes what arrives at the layer, and not what came of that inside it.
    """

    spot: Spot
    value: float
    steps: tuple[ArithmeticStep, ...]
    taken: Place | None = None
    direct: bool = True
