"""Whether a network exceeds a bound of this server, for Build, Train and Look inside.

It needs only the network's counts, so no memory is allocated for the network.
"""

from visualizer.architecture.layer import Problem
from visualizer.architecture.shapes import BYTES_PER_NUMBER
from visualizer.limits import MIB, limits

_SMALLER = "Pool earlier, or use strides, fewer filters or a smaller input."


def passed_bound(
    input_shape: tuple[int, int, int],
    parameters: int,
    activation_numbers: int,
    multiply_adds: int,
    batch_size: int = 1,
) -> Problem | None:
    """The first bound of `limits()` that a network passes with batches of that size, or None.

    Args:
        input_shape: (C, H, W).
        parameters: Of the whole network.
        activation_numbers: Of the input and every layer's output, for one picture.
        multiply_adds: For one picture.
        batch_size: Pictures per training batch; 1 checks only the bounds of every use of the network.
    """
    bounds = limits()
    _, height, width = input_shape
    if max(height, width) > bounds.input_side:
        return Problem(
            f"The input is {height:,} × {width:,} pixels.",
            f"At most {bounds.input_side:,} × {bounds.input_side:,} are taken here. Make the input smaller.",
        )
    if parameters > bounds.parameters:
        return Problem(
            f"The network has {parameters:,} parameters.",
            f"At most {bounds.parameters:,} fit here. Pool before Flatten, or use fewer filters or units.",
        )
    size = activation_numbers * BYTES_PER_NUMBER
    if size > bounds.picture_bytes:
        return Problem(
            f"One picture makes {_mib(size)} of numbers in all layers.",
            f"At most {_mib(bounds.picture_bytes)} fit here. {_SMALLER}",
        )
    if multiply_adds > bounds.batch_multiply_adds:
        return Problem(
            f"One picture takes {_billions(multiply_adds)} multiplications.",
            f"At most {_billions(bounds.batch_multiply_adds)} are done at once here. {_SMALLER}",
        )
    fitting = largest_batch(activation_numbers, multiply_adds)
    if batch_size <= fitting:
        return None
    fix = f"Use a batch size of at most {fitting:,}."
    if size * batch_size > bounds.batch_bytes:
        arrives = f"A batch of {batch_size:,} pictures makes {_mib(size * batch_size)} of numbers in all layers."
        return Problem(arrives, f"At most {_mib(bounds.batch_bytes)} fit here. {fix}", batch_size=fitting)
    return Problem(
        f"A batch of {batch_size:,} pictures takes {_billions(multiply_adds * batch_size)} multiplications.",
        f"At most {_billions(bounds.batch_multiply_adds)} are done at once here, since other runs wait. {fix}",
        batch_size=fitting,
    )


def largest_batch(activation_numbers: int, multiply_adds: int) -> int:
    """How many pictures may go through a network at once, at least 1; by its counts for one picture."""
    by_memory = limits().batch_bytes // max(activation_numbers * BYTES_PER_NUMBER, 1)
    by_time = limits().batch_multiply_adds // max(multiply_adds, 1)
    return max(min(by_memory, by_time), 1)


def _mib(number_of_bytes: int) -> str:
    mib = number_of_bytes / MIB
    return f"{mib / 1024:,.3g} GiB" if mib >= 1024 else f"{mib:,.3g} MiB"


def _billions(number: int) -> str:
    return f"{number / 1e9:,.3g} billion"
