"""The update rules of the four optimizers, as formulas and with one step's numbers put into them.

The numbers come from torch: gradients, state and positions are those of `concepts.optimizers.Path`. The formulas are
those of torch's documentation, https://docs.pytorch.org/docs/stable/optim.html, without the options that are left off
here (weight decay, dampening, Nesterov, centring, AMSGrad).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from visualizer.concepts.optimizers import Path


@dataclass(frozen=True)
class Step:
    """One step of an optimizer. Every array is (2,), for x and y.

    Attributes:
        number: t, from 1.
        before, after: The weights θ before and after it, as torch had them.
        gradient: g at `before`.
        remembered: The optimizer's state before the step, by torch's names; zeros before the first one.
        state: The state after it.
        corrected: Adam's m̂ and v̂ under torch's names of m and v; empty for the others.
        change: What the formula adds to the weights.
    """

    number: int
    before: np.ndarray
    after: np.ndarray
    gradient: np.ndarray
    remembered: Mapping[str, np.ndarray]
    state: Mapping[str, np.ndarray]
    corrected: Mapping[str, np.ndarray]
    change: np.ndarray


@dataclass(frozen=True)
class Line:
    """One line of a rule in LaTeX: the formula, its right side with the numbers put in, and what these make."""

    formula: str
    numbers: str
    result: str


def step_of(path: Path, number: int) -> Step:
    """Step `number` of the path, from 1, with what the formula makes of its gradient and state."""
    gradient = path.gradients[number - 1]
    state = {name: rows[number - 1] for name, rows in path.state.items()}
    remembered = {name: rows[number - 2] if number > 1 else np.zeros(2) for name, rows in path.state.items()}
    corrected: dict[str, np.ndarray] = {}
    rate = path.settings["lr"]
    if path.optimizer == "sgd":
        change = -rate * gradient
    elif path.optimizer == "momentum":
        change = -rate * state["momentum_buffer"]
    elif path.optimizer == "rmsprop":
        change = -rate * gradient / (np.sqrt(state["square_avg"]) + path.settings["eps"])
    else:
        beta1, beta2 = path.settings["betas"]
        corrected = {
            "exp_avg": state["exp_avg"] / (1 - beta1**number),
            "exp_avg_sq": state["exp_avg_sq"] / (1 - beta2**number),
        }
        change = -rate * corrected["exp_avg"] / (np.sqrt(corrected["exp_avg_sq"]) + path.settings["eps"])
    return Step(
        number, path.positions[number - 1], path.positions[number], gradient, remembered, state, corrected, change
    )


def rule(path: Path, number: int) -> tuple[Line, ...]:
    """The lines of the optimizer's update rule, from the gradient to the new weights, for step `number`."""
    step = step_of(path, number)
    rate = _number(path.settings["lr"])
    # A step may be small beside the weights, which therefore have a digit more.
    g, before, after = _vector(step.gradient), _vector(step.before, 4), _vector(step.after, 4)
    if path.optimizer == "sgd":
        return (Line(r"\theta_t = \theta_{t-1} - \eta\, g_t", rf"{before} - {rate}\, {g}", after),)
    if path.optimizer == "momentum":
        mu = _number(path.settings["momentum"])
        b = _vector(step.state["momentum_buffer"])
        return (
            Line(r"b_t = \mu\, b_{t-1} + g_t", rf"{mu}\, {_vector(step.remembered['momentum_buffer'])} + {g}", b),
            Line(r"\theta_t = \theta_{t-1} - \eta\, b_t", rf"{before} - {rate}\, {b}", after),
        )
    if path.optimizer == "rmsprop":
        alpha = path.settings["alpha"]
        v = _vector(step.state["square_avg"])
        return (
            Line(
                r"v_t = \alpha\, v_{t-1} + (1 - \alpha)\, g_t^2",
                rf"{_number(alpha)}\, {_vector(step.remembered['square_avg'])} + {_number(1 - alpha)}\, {g}^2",
                v,
            ),
            Line(
                r"\theta_t = \theta_{t-1} - \eta\, \frac{g_t}{\sqrt{v_t} + \varepsilon}",
                rf"{before} - {rate}\, \frac{{{g}}}{{\sqrt{{{v}}} + {_number(path.settings['eps'])}}}",
                after,
            ),
        )
    beta1, beta2 = path.settings["betas"]
    m_before, m = _vector(step.remembered["exp_avg"]), _vector(step.state["exp_avg"])
    v_before, v = _vector(step.remembered["exp_avg_sq"]), _vector(step.state["exp_avg_sq"])
    m_hat, v_hat = _vector(step.corrected["exp_avg"]), _vector(step.corrected["exp_avg_sq"])
    return (
        Line(
            r"m_t = \beta_1 m_{t-1} + (1 - \beta_1)\, g_t",
            rf"{_number(beta1)}\, {m_before} + {_number(1 - beta1)}\, {g}",
            m,
        ),
        Line(
            r"v_t = \beta_2 v_{t-1} + (1 - \beta_2)\, g_t^2",
            rf"{_number(beta2)}\, {v_before} + {_number(1 - beta2)}\, {g}^2",
            v,
        ),
        Line(
            r"\hat m_t = m_t \,/\, (1 - \beta_1^t)",
            rf"{m} / (1 - {_number(beta1)}^{{{number}}})",
            m_hat,
        ),
        Line(
            r"\hat v_t = v_t \,/\, (1 - \beta_2^t)",
            rf"{v} / (1 - {_number(beta2)}^{{{number}}})",
            v_hat,
        ),
        Line(
            r"\theta_t = \theta_{t-1} - \eta\, \frac{\hat m_t}{\sqrt{\hat v_t} + \varepsilon}",
            rf"{before} - {rate}\, \frac{{{m_hat}}}{{\sqrt{{{v_hat}}} + {_number(path.settings['eps'])}}}",
            after,
        ),
    )


def _vector(values: np.ndarray, digits: int = 3) -> str:
    return rf"\begin{{pmatrix}} {_number(values[0], digits)} \\ {_number(values[1], digits)} \end{{pmatrix}}"


def _number(value: float, digits: int = 3) -> str:
    """So many significant digits; very small and very large ones as a power of ten."""
    text = f"{value:.{digits}g}"
    if "e" not in text:
        return text
    mantissa, exponent = text.split("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}"
