"""The update rules of the four optimizers, as formulas and with the numbers of one step.

The numbers come from torch: gradients, state and positions are those of `concepts.optimizers.Path`. The formulas are
those of torch's documentation, https://docs.pytorch.org/docs/stable/optim.html, without the options that are off here
(weight decay, dampening, Nesterov, centring, AMSGrad).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from visualizer.concepts.optimizers import Path


@dataclass(frozen=True)
class OptimizerStep:
    """One step of an optimizer. Every array is (2,), for x and y.

    Attributes:
        number: t, from 1.
        before, after: The weights θ before and after the step, as torch computed them.
        gradient: g at `before`.
        state_before: The optimizer's state before the step, by torch's names; zeros before the first step.
        state: The state after the step.
        corrected: Adam's m̂ and v̂, by torch's names of m and v; empty for the others.
        change: What the formula adds to the weights.
    """

    number: int
    before: np.ndarray
    after: np.ndarray
    gradient: np.ndarray
    state_before: Mapping[str, np.ndarray]
    state: Mapping[str, np.ndarray]
    corrected: Mapping[str, np.ndarray]
    change: np.ndarray


@dataclass(frozen=True)
class RuleLine:
    """One line of a rule in LaTeX: the formula, its right side with numbers, and their result."""

    formula: str
    numbers: str
    result: str


def optimizer_step(path: Path, number: int) -> OptimizerStep:
    """Step `number` of the path, from 1, with the change that the formula computes from its gradient and state."""
    gradient = path.gradients[number - 1]
    state = {name: rows[number - 1] for name, rows in path.state.items()}
    state_before = {name: rows[number - 2] if number > 1 else np.zeros(2) for name, rows in path.state.items()}
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
    return OptimizerStep(
        number, path.positions[number - 1], path.positions[number], gradient, state_before, state, corrected, change
    )


def rule(path: Path, number: int) -> tuple[RuleLine, ...]:
    """The lines of the optimizer's update rule, from the gradient to the new weights, for step `number`."""
    step = optimizer_step(path, number)
    rate = _number(path.settings["lr"])
    # A step may be small compared with the weights, so these are shown with one more digit.
    g, before, after = _vector(step.gradient), _vector(step.before, 4), _vector(step.after, 4)
    if path.optimizer == "sgd":
        return (RuleLine(r"\theta_t = \theta_{t-1} - \eta\, g_t", rf"{before} - {rate}\, {g}", after),)
    if path.optimizer == "momentum":
        mu = _number(path.settings["momentum"])
        b = _vector(step.state["momentum_buffer"])
        return (
            RuleLine(r"b_t = \mu\, b_{t-1} + g_t", rf"{mu}\, {_vector(step.state_before['momentum_buffer'])} + {g}", b),
            RuleLine(r"\theta_t = \theta_{t-1} - \eta\, b_t", rf"{before} - {rate}\, {b}", after),
        )
    if path.optimizer == "rmsprop":
        alpha = path.settings["alpha"]
        v = _vector(step.state["square_avg"])
        return (
            RuleLine(
                r"v_t = \alpha\, v_{t-1} + (1 - \alpha)\, g_t^2",
                rf"{_number(alpha)}\, {_vector(step.state_before['square_avg'])} + {_number(1 - alpha)}\, {g}^2",
                v,
            ),
            RuleLine(
                r"\theta_t = \theta_{t-1} - \eta\, \frac{g_t}{\sqrt{v_t} + \varepsilon}",
                rf"{before} - {rate}\, \frac{{{g}}}{{\sqrt{{{v}}} + {_number(path.settings['eps'])}}}",
                after,
            ),
        )
    beta1, beta2 = path.settings["betas"]
    m_before, m = _vector(step.state_before["exp_avg"]), _vector(step.state["exp_avg"])
    v_before, v = _vector(step.state_before["exp_avg_sq"]), _vector(step.state["exp_avg_sq"])
    m_hat, v_hat = _vector(step.corrected["exp_avg"]), _vector(step.corrected["exp_avg_sq"])
    return (
        RuleLine(
            r"m_t = \beta_1 m_{t-1} + (1 - \beta_1)\, g_t",
            rf"{_number(beta1)}\, {m_before} + {_number(1 - beta1)}\, {g}",
            m,
        ),
        RuleLine(
            r"v_t = \beta_2 v_{t-1} + (1 - \beta_2)\, g_t^2",
            rf"{_number(beta2)}\, {v_before} + {_number(1 - beta2)}\, {g}^2",
            v,
        ),
        RuleLine(
            r"\hat m_t = m_t \,/\, (1 - \beta_1^t)",
            rf"{m} / (1 - {_number(beta1)}^{{{number}}})",
            m_hat,
        ),
        RuleLine(
            r"\hat v_t = v_t \,/\, (1 - \beta_2^t)",
            rf"{v} / (1 - {_number(beta2)}^{{{number}}})",
            v_hat,
        ),
        RuleLine(
            r"\theta_t = \theta_{t-1} - \eta\, \frac{\hat m_t}{\sqrt{\hat v_t} + \varepsilon}",
            rf"{before} - {rate}\, \frac{{{m_hat}}}{{\sqrt{{{v_hat}}} + {_number(path.settings['eps'])}}}",
            after,
        ),
    )


def _vector(values: np.ndarray, digits: int = 3) -> str:
    return rf"\begin{{pmatrix}} {_number(values[0], digits)} \\ {_number(values[1], digits)} \end{{pmatrix}}"


def _number(value: float, digits: int = 3) -> str:
    """Rounded to `digits` significant digits; very small and very large numbers with a power of ten."""
    text = f"{value:.{digits}g}"
    if "e" not in text:
        return text
    mantissa, exponent = text.split("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}"
