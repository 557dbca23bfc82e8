"""Numbers in the scripts."""

from visualizer.source_code.task_parts.parts import KERAS, TaskParts, Wanted

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
    )
