"""Round numbers along an axis, where Plotly does not choose them."""

import math


def ticks(low: float, high: float, most: int) -> list[float]:
    """The multiples of a step from `low` to `high`, at most `most` steps apart.

    The step is the smallest that suffices of 1, 2 or 5 times a power of ten.

    >>> ticks(0, 10, 5), ticks(-0.7, 1.2, 5)
    ([0.0, 2.0, 4.0, 6.0, 8.0, 10.0], [-0.5, 0.0, 0.5, 1.0])
    """
    power = 10.0 ** math.floor(math.log10((high - low) / most))
    step = next(factor * power for factor in (1, 2, 5, 10) if (high - low) / (factor * power) < most + 1e-9)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(place * step, 12) for place in range(first, last + 1)]
