"""Numbers in the scripts."""

from visualizer.source_code.task_parts.moved import MOVED_POINTS
from visualizer.source_code.task_parts.parts import KERAS, TaskParts, Wanted
from visualizer.words import capitalized

_KERAS_LOSSES = {
    "mse": "keras.losses.MeanSquaredError()",
    "mae": "keras.losses.MeanAbsoluteError()",
    "huber": "huber_loss",
}
_PYTORCH_LOSSES = {
    "mse": "functional.mse_loss(outputs, true)",
    "mae": "functional.l1_loss(outputs, true)",
    "huber": "functional.smooth_l1_loss(outputs, true, beta=0.1)",
}
_KERAS_HUBER = '''\
def huber_loss(true, outputs):
    """Quadratic up to 0.1, and linear beyond it."""
    return keras.losses.huber(true, outputs, delta=0.1) / 0.1


'''
_TURN = '''\
def turn(pair):
    """The share of a full turn, from its sine and cosine, (N, 2)."""
    return np.arctan2(pair[:, 0], pair[:, 1]) / (2 * np.pi)


'''
_MOVED_TARGETS = '''\
def moved_targets(targets, places):
    """What the numbers are in the moved pictures; the others stay."""
    targets = targets.copy()
{lines}    return targets


'''
_MOVED_PLACE = """\
    # {x} and {y}.
    targets[:, {columns}] = moved_points(targets[:, np.newaxis, {columns}], places)[:, 0]
"""
_MOVED_ANGLE = """\
    # {angle}: from a point to one ahead of it, wherever the two are then. A cosine of 1 is upwards.
    ahead = targets[:, {columns}] * [1, -1] / [{width}, {height}]
    points = moved_points(np.stack([0 * ahead, ahead], axis=1), places)
    ahead = (points[:, 1] - points[:, 0]) * [{width}, {height}] * [1, -1]
    targets[:, {columns}] = ahead / np.linalg.norm(ahead, axis=1, keepdims=True)
"""
_MOVED_LENGTH = """\
    # {length}: as much longer as a crop enlarges the picture.
    left = np.sqrt(np.abs(np.linalg.det(places[:, :, :2])))  # of each side
    targets[:, {column}] = (({low:g} + {reach:g} * targets[:, {column}]) / left - {low:g}) / {reach:g}
"""


def _moved_targets(wanted: Wanted) -> str:
    """How the numbers follow the moves, as `Regression.moved` has it; empty where they stay."""
    quantities, settings = wanted.annotations.quantities, wanted.settings
    _, height, width = wanted.architecture.input_shape
    firsts = [sum(2 if before.cyclic else 1 for before in quantities[:index]) for index in range(len(quantities))]
    x, y, angle, length = (wanted.annotations.quantity_that_is(kind) for kind in ("x", "y", "angle", "length"))
    lines, points = "", ""
    if x is not None and y is not None:
        points = MOVED_POINTS
        lines += _MOVED_PLACE.format(
            x=capitalized(quantities[x].name), y=quantities[y].name, columns=[firsts[x], firsts[y]]
        )
    if angle is not None and (settings.flip or settings.flip_vertical or settings.rotation):
        points, columns = MOVED_POINTS, [firsts[angle], firsts[angle] + 1]
        name = capitalized(quantities[angle].name)
        lines += _MOVED_ANGLE.format(angle=name, columns=columns, width=width, height=height)
    if length is not None and settings.crop:
        own = quantities[length]
        name, reach = capitalized(own.name), own.high - own.low
        lines += _MOVED_LENGTH.format(length=name, column=firsts[length], low=own.low, reach=reach)
    return f"{points}{_MOVED_TARGETS.format(lines=lines)}" if lines else ""


def regression_parts(wanted: Wanted) -> TaskParts:
    """The numbers are shares of their ranges; a cyclic one is a sine and a cosine."""
    names, lines = [], []
    column = 0
    for quantity in wanted.annotations.quantities:
        if quantity.cyclic:
            names += [f"sine of the {quantity.name}", f"cosine of the {quantity.name}"]
            part = f"[:, {column}:{column + 2}]"
            # The short way round.
            lines.append(f"np.abs((turn(outputs{part}) - turn(targets{part}) + 0.5) % 1 - 0.5),  # the short way round")
            column += 2
        else:
            reach = f"{quantity.low:g} to {quantity.high:g}{f' {quantity.unit}' if quantity.unit else ''}"
            names.append(f"{quantity.name}, as a share of the range from {reach}")
            lines.append(f"np.abs(outputs[:, {column}] - targets[:, {column}]),  # {quantity.name}")
            column += 1
    errors = "\n".join(f"        {line}" for line in lines)
    measure = f'''\
def mean_error(outputs, targets):
    """How far off the answers are on average, as a share of each range."""
    errors = [
{errors}
    ]
    return np.mean(errors)


'''
    turn = _TURN if any(quantity.cyclic for quantity in wanted.annotations.quantities) else ""
    loss, huber = wanted.settings.loss, ""
    if wanted.library is KERAS and loss == "huber":
        huber = _KERAS_HUBER
    return TaskParts(
        about="".join(["# What is learnt of a picture, number by number:\n", *(f"# - {name}\n" for name in names)]),
        functions=f"{huber}{turn}{measure}",
        loss=(_KERAS_LOSSES if wanted.library is KERAS else _PYTORCH_LOSSES)[loss],
        measure="mean_error",
        moved_targets=_moved_targets(wanted),
    )
