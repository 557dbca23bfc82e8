"""The loss and other measures while a network trains."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from visualizer.figures.chart import Chart, axis_style, figure_of, line_at, line_trace, number
from visualizer.figures.palette import BLUE, GREEN, GREY, VERMILLION
from visualizer.tasks.task import Measure
from visualizer.words import capitalized

HEIGHT = 300
MARKED_EPOCHS = 30  # with more epochs, the markers would touch and cost more to draw than everything else

Numbers = np.ndarray | Sequence[float]
_OF_WHICH = "<br>of which penalty: %{customdata:.4f}"


def curves(
    epoch_position: Numbers,
    batch_loss: Numbers,
    epochs: Numbers,
    train_loss: Numbers,
    validation_loss: Numbers,
    *,
    loss_label: str,
    log_scale: bool = False,
    penalties: tuple[Numbers, Numbers] | None = None,
) -> Chart:
    """The loss of every batch and, after each epoch, over the training and the validation split.

    Args:
        epoch_position: (B,) position of each batch, in epochs from 0: 1.5 is half-way through the second epoch.
        batch_loss: (B,).
        epochs: (E,) epochs that were finished: 1, 2, ….
        train_loss, validation_loss: (E,).
        loss_label: The loss's name, with its unit.
        log_scale: Draw the loss on a logarithmic axis.
        penalties: (E,) each, how much of the training and of the validation loss is the penalty of the weights; None
            where the loss has none.
    """
    y_axis: dict[str, Any] = {"rangemode": "tozero"}
    if log_scale:
        steps = [digit * 10.0**power for power in range(-6, 4) for digit in (1, 2, 5)]
        y_axis = {"type": "log", "tickvals": steps, "ticktext": [f"{step:g}" for step in steps]}
    return _chart(
        loss_label,
        "Loss",
        (epoch_position, batch_loss),
        epochs,
        train_loss,
        validation_loss,
        y_axis,
        ".4f",
        1.0,
        penalties,
    )


def measure_curves(
    epoch_position: Numbers,
    batch_values: Numbers,
    epochs: Numbers,
    train_values: Numbers,
    validation_values: Numbers,
    *,
    measure: Measure,
) -> Chart:
    """A measure of every batch and, after each epoch, over the training and the validation split.

    Args:
        epoch_position: (B,) position of each batch, in epochs from 0.
        batch_values: (B,) the measure, a share from 0 to 1.
        epochs: (E,) epochs that were finished.
        train_values, validation_values: (E,).
        measure: What it is.
    """
    y_axis: dict[str, Any] = {"rangemode": "tozero"}
    if measure.is_share:
        y_axis = {"ticksuffix": " %"} | ({"range": [0, 102]} if measure.better == "up" else {"rangemode": "tozero"})
    label = measure.title if measure.is_share or not measure.unit else f"{measure.title} in {measure.unit}"
    return _chart(
        label,
        capitalized(measure.title),
        (epoch_position, batch_values),
        epochs,
        train_values,
        validation_values,
        y_axis,
        ".1f" if measure.is_share else ".3g",
        100.0 if measure.is_share else 1.0,
    )


def marked_at(chart: Chart, epoch_position: float) -> Chart:
    """The same curves with a line at one moment."""
    marked = chart.spec.with_shape(**line_at(epoch_position, color=GREY, width=3, dash="dot"))
    return Chart(marked, f"{chart.alt} A line marks epoch {epoch_position:.3g}.")


def _chart(
    label: str,
    noun: str,
    batches: tuple[Numbers, Numbers],
    epochs: Numbers,
    train: Numbers,
    validation: Numbers,
    y_axis: dict[str, Any],
    digits: str,
    factor: float,
    penalties: tuple[Numbers, Numbers] | None = None,
) -> Chart:
    position, batch_values = batches
    suffix = " %" if factor == 100.0 else ""
    hover = f"epoch %{{x:.2f}}<br><b>%{{y:{digits}}}{suffix}</b>"
    epoch_mode = "lines+markers" if len(epochs) <= MARKED_EPOCHS else "lines"
    traces = [
        line_trace(
            "each batch",
            np.asarray(position, dtype=np.float64),
            np.asarray(batch_values, dtype=np.float64) * factor,
            f"{hover}<extra>each batch</extra>",
            colour=GREY,
            width=1,
        ),
        *(
            line_trace(
                name,
                np.asarray(epochs),
                np.asarray(values, dtype=np.float64) * factor,
                f"{hover}{'' if part is None else _OF_WHICH}<extra>{name}</extra>",
                colour=colour,
                dash=dash,
                symbol=symbol,
                size=size,
                mode=epoch_mode,
            )
            | ({} if part is None else {"customdata": np.asarray(part, dtype=np.float64)})
            for name, values, part, colour, dash, symbol, size in (
                ("training", train, penalties and penalties[0], BLUE, "", "circle", 8),
                ("validation", validation, penalties and penalties[1], VERMILLION, "dash", "diamond", 10),
            )
        ),
    ]
    if penalties is not None:
        part = np.asarray(penalties[1], dtype=np.float64)
        extra = f"{hover}<extra>penalty</extra>"
        traces.append(line_trace("penalty", np.asarray(epochs), part, extra, colour=GREEN, dash="dot"))
    last = max(float(position[-1]), 1.0) if len(position) else 1.0
    figure = figure_of(
        traces,
        height=HEIGHT,
        margin=(8, 8, 34, 44),
        showlegend=True,
        xaxis=axis_style("epoch", range=[-0.01 * last, 1.02 * last], nticks=8),
        yaxis=axis_style(label, nticks=6) | y_axis,
    )
    alt = _alt(noun, batch_values, epochs, train, validation, factor)
    if penalties is not None and len(epochs) and len(batch_values):
        of_train, of_validation = (number(float(part[-1])) for part in penalties)
        alt += f" The penalty of the weights is {of_train} of the first and {of_validation} of the second."
    return Chart(figure, alt)


def _alt(noun: str, batch_values: Numbers, epochs: Numbers, train: Numbers, validation: Numbers, factor: float) -> str:
    def describe(value: float) -> str:
        return f"{value:.1%}" if factor == 100.0 else number(float(value))

    count = len(batch_values)
    if not count:
        return f"{noun}: no batch yet."
    text = f"{noun} of {count:,} batches, from {describe(batch_values[0])} to {describe(batch_values[-1])}."
    if count == 1:
        text = f"{noun} of the first batch: {describe(batch_values[0])}."
    if len(epochs):
        now = describe(train[-1]), describe(validation[-1])
        text += f" After epoch {int(epochs[-1])} it is {now[0]} in training and {now[1]} in validation."
    return text
