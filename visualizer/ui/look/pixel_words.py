"""The arithmetic of one number in words and formulas, with the actual numbers."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from visualizer.architecture.activations import FUNCTIONS
from visualizer.words import counted

if TYPE_CHECKING:
    from visualizer.inspection import steps

COLOURS = ("red", "green", "blue")
LARGEST = 3  # channels or numbers that a sum names, before the rest
_MOST_SUMMANDS = 9  # of a mean that is written out
_BIAS = "Then the bias is added."
_PLAIN_EXPONENT = 20.0  # up to which e to the power of a number is written as it is
_MEETINGS = {
    "sum": "Several branches meet here: their numbers at this place are added up.",
    "difference": "Two branches meet here: the number of the second is subtracted from that of the first.",
    "product": "Several branches meet here: their numbers at this place are multiplied.",
    "average": "Several branches meet here: their numbers at this place are added up and divided by how many they are.",
    "maximum": "Several branches meet here: the largest of their numbers at this place is kept, the rest is dropped.",
}
_GATE = "A gate: the output of one layer is multiplied by a factor that another layer computes."


@dataclass(frozen=True)
class StepLine:
    """One step as a line: its name, the formula with its numbers, and the result."""

    label: str
    formula: str
    result: str


def short_number(value: float, digits: int = 4) -> str:
    """A number in four significant digits, with a real minus sign.

    >>> short_number(-0.123456), short_number(12.0)
    ('−0.1235', '12')
    """
    if not math.isfinite(value):
        return "not a number" if math.isnan(value) else "infinity" if value > 0 else "−infinity"
    text = f"{value:.{digits}g}"
    if "e" in text:
        mantissa, _, exponent = text.partition("e")
        power = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
        text = f"{mantissa} · 10{power}"
    return ("0" if text == "-0" else text).replace("-", "−")


def place_words(spot: "steps.Spot", channels: int) -> str:
    """Position of a number: "map 3, row 2, column 5", "unit 7", or "red, row 2, column 5" of a picture in colour."""
    from visualizer.architecture.flow import PICTURE

    if len(spot.place) == 1:
        return f"unit {spot.place[0] + 1:,}"
    channel, row, column = spot.place
    name = channel_name(channel, channels if spot.node == PICTURE else 0)
    return f"{name}, row {row + 1}, column {column + 1}"


def channel_name(channel: int, of_picture: int) -> str:
    """ "map 3", or the colour of a channel, in a picture with `of_picture` channels."""
    if not of_picture:
        return f"map {channel + 1}"
    return COLOURS[channel] if of_picture == len(COLOURS) else "brightness"


def lines(explanation: "steps.Explanation", of_picture: int) -> list[StepLine]:
    """Every step as a line.

    Args:
        explanation: The number.
        of_picture: How many channels the picture has, if the picture is the input; else 0.
    """
    return [line for step in explanation.steps for line in _lines(step, of_picture)]


def sentence(explanation: "steps.Explanation", of_picture: int) -> str:
    """What happens to the input, in plain sentences; `of_picture` as in `lines`."""
    return " ".join(_sentence(step, of_picture) for step in explanation.steps)


def _sentence(step: "steps.ArithmeticStep", of_picture: int) -> str:
    from visualizer.inspection import steps

    if isinstance(step, steps.WindowSum):
        (rows, columns), count = step.kernel.shape[1:], len(step.channels)
        if of_picture == 1:
            window = f"The kernel covers a window of {rows} × {columns} of the picture."
        elif count == 1:
            window = f"The kernel covers a window of {rows} × {columns} of one map."
        elif of_picture:
            window = f"The kernel covers a window of {rows} × {columns} in each of {count} colours of the picture."
        else:
            window = f"The kernel covers a window of {rows} × {columns} in each of {count} input maps."
        products = f"Each number there is multiplied by a weight, and all {step.kernel.size:,} products are added up."
        if step.kernel.size == 1:
            products = "The number there is multiplied by a weight."
        return f"{window} {products}" if step.bias is None else f"{window} {products} {_BIAS}"
    if isinstance(step, steps.WeightedSum):
        products = f"Each of {step.inputs.size:,} inputs is multiplied by a weight, and the products are added up."
        if step.inputs.size == 1:
            products = "The input is multiplied by a weight."
        return products if step.bias is None else f"{products} {_BIAS}"
    if isinstance(step, steps.WindowMaximum):
        return "It is the largest number in its window; the others are dropped."
    if isinstance(step, steps.WindowMean):
        padding = "" if step.counted.all() else " Padding does not count."
        return f"It is the mean of the {counted(int(step.counted.sum()), 'number')} in its window.{padding}"
    if isinstance(step, steps.Normalized) and step.together is not None:
        return (
            f"Normalisation subtracts the mean of {step.together:,} numbers of this picture and divides by their "
            "standard deviation, then scales and shifts the result."
        )
    if isinstance(step, steps.Normalized):
        return (
            "Batch normalisation subtracts the mean and divides by the standard deviation, both as measured in "
            "training, then scales and shifts the result."
        )
    if isinstance(step, steps.Rescaled):
        return "It is multiplied by a fixed factor, and a fixed number is added."
    if isinstance(step, steps.Activated):
        if step.function == "relu":
            return (
                "ReLU leaves it unchanged, since it is above 0."
                if step.before > 0
                else "ReLU sets it to 0, since it is not above 0."
            )
        return f"{_title(step.function)} is applied to the number."
    if isinstance(step, steps.Softmaxed):
        return "Softmax turns it into a share: e to the power of it, divided by the sum of these powers over all units."
    if isinstance(step, steps.Met):
        gate = any(source.place != step.sources[0].place for source in step.sources)
        return _GATE if gate and step.meeting == "product" else _MEETINGS[step.meeting]
    if isinstance(step, steps.Joined):
        return "The maps of several layers are stacked here: nothing is computed."
    if isinstance(step, steps.Passed):
        return "Padding added this number." if step.place is None else "Nothing is computed: the number is passed on."
    if isinstance(step, steps.Given):
        return "It is a pixel of the picture: the path ends here."
    return "How this layer computes the number is not shown here."


def _title(function: str) -> str:
    return FUNCTIONS[function].title if function in FUNCTIONS else function


def _lines(step: "steps.ArithmeticStep", of_picture: int) -> list[StepLine]:
    from visualizer.architecture.flow import PICTURE
    from visualizer.inspection import steps

    if isinstance(step, steps.WindowSum):
        return _window_sum(step, of_picture)
    if isinstance(step, steps.WeightedSum):
        return _weighted_sum(step)
    if isinstance(step, steps.WindowMaximum):
        rows, columns = step.values.shape
        return [
            StepLine(
                "Largest", f"the largest of the {rows} × {columns} numbers in the window", short_number(step.result)
            )
        ]
    if isinstance(step, steps.WindowMean):
        return [_mean(step.values[step.counted])]
    if isinstance(step, steps.Normalized):
        return _normalized(step)
    if isinstance(step, steps.Rescaled):
        formula = f"{short_number(step.before)} · {short_number(step.scale)} + {bracketed(step.offset)}"
        return [StepLine("Rescaled", formula, short_number(step.result))]
    if isinstance(step, steps.Activated):
        return [
            StepLine(
                _title(step.function), _activation(step.function, step.before, step.slope), short_number(step.result)
            )
        ]
    if isinstance(step, steps.Softmaxed):
        return [_softmax(step)]
    if isinstance(step, steps.Met):
        return _met(step)
    if isinstance(step, steps.Joined):
        noun = "unit" if len(step.source.place) == 1 else "channel" if step.source.node == PICTURE else "map"
        where = f"{noun} {step.source.place[0] + 1} of {_origin(step.source)}, unchanged"
        return [StepLine("Joined", where, short_number(step.result))]
    if isinstance(step, steps.Passed):
        if step.place is None:
            return [StepLine("Padding", "added around the input maps", short_number(step.result))]
        return [StepLine("Passed on", "the same number, unchanged", short_number(step.result))]
    if isinstance(step, steps.Given):
        return [
            StepLine("Picture", "the brightness of the pixel, from 0 (dark) to 1 (full)", short_number(step.result))
        ]
    return [
        StepLine(
            step.module, "computed from the input, by arithmetic that is not shown here", short_number(step.result)
        )
    ]


def _window_sum(step: "steps.WindowSum", of_picture: int) -> list[StepLine]:
    count, (rows, columns) = len(step.channels), step.kernel.shape[1:]
    sums = step.sums
    total = float(sums.sum())
    if count == 1:
        products = [(float(value), "") for value in step.products.ravel()]
        named = signed_sum(products) if len(products) <= _MOST_SUMMANDS else f"{rows * columns} products"
        lines_of_sum = [StepLine("Products, summed", named, short_number(total))]
    else:
        order = np.argsort(-np.abs(sums), kind="stable")
        named_terms = [(float(sums[at]), channel_name(int(step.channels[at]), of_picture)) for at in order[:LARGEST]]
        lines_of_sum = [
            StepLine(
                f"Sums of {count} channels",
                signed_sum([*named_terms, *_rest(sums[order[LARGEST:]])]),
                short_number(total),
            )
        ]
    return [*lines_of_sum, *_biased(total, step.bias)]


def _weighted_sum(step: "steps.WeightedSum") -> list[StepLine]:
    products = step.products
    total = float(products.sum())
    order = np.argsort(-np.abs(products), kind="stable")
    terms = [(float(products[at]), "") for at in order[:LARGEST]] + _rest(products[order[LARGEST:]])
    return [
        StepLine(f"Sum of {len(products):,} products", signed_sum(terms), short_number(total)),
        *_biased(total, step.bias),
    ]


def _met(step: "steps.Met") -> list[StepLine]:
    named = [(value, _origin(source)) for value, source in zip(step.numbers, step.sources, strict=True)]
    result = short_number(step.result)
    match step.meeting:
        case "product":
            (first, name), *others = named
            factors = [f"{short_number(first)} ({name})", *(f"{bracketed(value)} ({other})" for value, other in others)]
            return [StepLine("Multiplied", " · ".join(factors), result)]
        case "difference":
            (first, name), *others = named
            terms = [f"{short_number(first)} ({name})", *(f"{bracketed(value)} ({other})" for value, other in others)]
            return [StepLine("Subtracted", " − ".join(terms), result)]
        case "average":
            total = float(sum(step.numbers))
            return [
                StepLine("Added up", signed_sum(named), short_number(total)),
                StepLine("Divided", f"{short_number(total)} / {len(named)} inputs", result),
            ]
        case "maximum":
            values = ", ".join(f"{short_number(value)} ({name})" for value, name in named)
            return [StepLine("Largest", f"max({values}): {named[step.winner][1]} wins", result)]
    return [StepLine("Added up", signed_sum(named), result)]


def _origin(spot: "steps.Spot") -> str:
    """ "layer 3", or "the picture"."""
    from visualizer.architecture.flow import PICTURE

    return "the picture" if spot.node == PICTURE else f"layer {spot.node + 1}"


def _rest(values: np.ndarray) -> list[tuple[float, str]]:
    return [(float(values.sum()), f"{len(values):,} more")] if len(values) else []


def _biased(total: float, bias: float | None) -> list[StepLine]:
    if bias is None:
        return []
    return [StepLine("Bias, added", signed_sum([(total, ""), (bias, "bias")]), short_number(total + bias))]


def _mean(values: np.ndarray) -> StepLine:
    count = values.size
    if count <= _MOST_SUMMANDS:
        return StepLine(
            "Mean",
            f"({signed_sum([(float(value), '') for value in values.ravel()])}) / {count}",
            short_number(values.mean()),
        )
    return StepLine(
        "Mean", f"{short_number(float(values.sum()))} (the sum) / {count:,} numbers", short_number(values.mean())
    )


def _normalized(step: "steps.Normalized") -> list[StepLine]:
    return [
        StepLine(
            "Normalised",
            f"({short_number(step.before)} − mean {bracketed(step.mean)}) "
            f"/ √(variance {short_number(step.variance)} + {short_number(step.epsilon)})",
            short_number(step.standardized),
        ),
        StepLine(
            "Scaled, shifted",
            f"{short_number(step.standardized)} · {bracketed(step.scale)} + {bracketed(step.shift)}",
            short_number(step.result),
        ),
    ]


def _activation(name: str, x: float, slope: float | None) -> str:
    if name == "relu":
        return f"max(0, {short_number(x)})"
    if name == "relu6":
        return f"min(max(0, {short_number(x)}), 6)"
    if name == "silu":
        return f"{short_number(x)} / (1 + e^{bracketed(-x)})"
    if name == "elu":
        return f"{short_number(x)}, above 0, so unchanged" if x > 0 else f"e^{bracketed(x)} − 1"
    if name == "selu":
        return f"1.0507 · {short_number(x)}" if x > 0 else f"1.7581 · (e^{bracketed(x)} − 1)"
    if name == "softplus":
        return f"ln(1 + e^{bracketed(x)})"
    if name == "hard_sigmoid":
        return f"min(max(0, {short_number(x)} / 6 + 1/2), 1)"
    if slope is not None:
        return f"{short_number(x)}, above 0, so unchanged" if x > 0 else f"{short_number(slope)} · {bracketed(x)}"
    if name == "sigmoid":
        return f"1 / (1 + e^{bracketed(-x)})"
    if name == "tanh":
        return f"tanh({short_number(x)})"
    if name == "gelu":
        return f"{short_number(x)} · Φ({short_number(x)}), Φ = {short_number(0.5 * (1 + math.erf(x / math.sqrt(2))))}"
    return f"{name}({short_number(x)})"


def _softmax(step: "steps.Softmaxed") -> StepLine:
    value, top = float(step.values[step.chosen]), float(step.values.max())
    # The largest value is subtracted from large ones, as in the computation: the share stays the same.
    less = top if abs(top) > _PLAIN_EXPONENT else 0.0
    power, total = math.exp(value - less), float(np.exp(step.values - less).sum())
    base = f"e^({short_number(value)} − {bracketed(top)})" if less else f"e^{bracketed(value)}"
    return StepLine(
        "Softmax",
        f"{base} / the sum of all {len(step.values)} = {short_number(power)} / {short_number(total)}",
        short_number(step.result),
    )


def bracketed(value: float) -> str:
    """A number to put after a sign, in brackets if it is negative."""
    return f"({short_number(value)})" if value < 0 else short_number(value)


def signed_sum(terms: list[tuple[float, str]]) -> str:
    """ "0.2 (map 1) − 0.1 (bias)" of [(0.2, "map 1"), (-0.1, "bias")]."""
    text = ""
    for value, name in terms:
        sign = ("−" if not text else " − ") if value < 0 else ("" if not text else " + ")
        text += f"{sign}{short_number(abs(value))}" + (f" ({name})" if name else "")
    return text
