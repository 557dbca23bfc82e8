"""Round numbers along an axis, where Plotly does not choose them."""

import math


def ticks(low: float, high: float, most: int) -> list[float]:
    """The multiples of a step from `low` to `high`, with at most `most` steps between the first and the last.

    The step is the smallest that suffices of 1, 2 or 5 times a power of ten. Where `most` is at least 4, there are at
    least two multiples: the next smaller step, at most 2.5 times smaller, would have needed five steps or more.

    >>> ticks(0, 10, 5), ticks(-0.7, 1.2, 5), ticks(1, 82, 4)
    ([0.0, 2.0, 4.0, 6.0, 8.0, 10.0], [-0.5, 0.0, 0.5, 1.0], [20.0, 40.0, 60.0, 80.0])
    """
    power = 10.0 ** math.floor(math.log10((high - low) / most))
    for factor in (1, 2, 5, 10):
        step = factor * power
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first <= most:
            break
    return [round(place * step, 12) for place in range(first, last + 1)]
