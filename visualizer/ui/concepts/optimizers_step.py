"""One step of one optimizer with its numbers."""

from collections.abc import Mapping

import streamlit as st

from visualizer.concepts.optimizers import OPTIMIZERS, Path
from visualizer.concepts.surfaces import Surface, close_up
from visualizer.concepts.update_rules import optimizer_step, rule
from visualizer.figures.optimizers import step_chart
from visualizer.ui.concepts.optimizers_race import SIGNS, TITLES, path_of
from visualizer.ui.kit.charts import show
from visualizer.ui.state.viewport import is_narrow

_GRID_POINTS = 60
# What torch calls the numbers that an optimizer remembers, with the formula's letter and what they are.
_REMEMBERED = {
    "momentum_buffer": "velocity $b_t$ (`momentum_buffer`)",
    "square_avg": "running mean of the squared gradient $v_t$ (`square_avg`)",
    "exp_avg": "running mean of the gradient $m_t$ (`exp_avg`)",
    "exp_avg_sq": "running mean of the squared gradient $v_t$ (`exp_avg_sq`)",
}
# What differs elsewhere, so that nobody stumbles over it.
_NOTES = {
    "sgd": "",
    "momentum": "PyTorch’s form. Keras and many books put η into the velocity: with a fixed η the same steps.",
    "rmsprop": "PyTorch’s default is α = 0.99; Keras’s and Hinton’s is 0.9, which forgets old gradients faster.",
    "adam": "m and v start at zero, which makes them too small at first; the hats correct that.",
}


def one_step(surface: Surface, rates: Mapping[str, float]) -> None:
    """Draw the choice of an optimizer and a step, and that step: its numbers, its formula, its picture."""
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        name = st.segmented_control(
            "Optimiser",
            list(OPTIMIZERS),
            default="momentum",
            required=True,
            format_func=lambda name: f"{SIGNS[name]} {TITLES[name]}",
            key="optimizers-step-of",
            persist_state="session",
        )
        path = path_of(surface.name, name, rates[name])
        step = 1
        # A slider needs two places to stand at.
        if path.steps > 1:
            key = f"step-{surface.name}-{name}-{path.steps}"
            step = st.slider("Step t", 1, path.steps, min(5, path.steps), key=key, width=420)
    st.markdown(f"**{TITLES[name]}.** {OPTIMIZERS[name].idea}")
    numbers, picture = st.columns([6, 5], gap="small")
    with numbers:
        st.markdown(_table(path, step))
        lines = rule(path, step)
        # On a phone the result stands on a line of its own.
        size, result = (r"\footnotesize", r" \\ &= ") if is_narrow() else (r"\small", " = ")
        st.latex(
            size
            + r"\begin{aligned}"
            + r" \\[0.4em] ".join(
                rf"{line.formula.replace('=', '&=', 1)} \\ &= {line.numbers}{result}{line.result}" for line in lines
            )
            + r"\end{aligned}"
        )
        st.caption(f"θ is (x, y); squares, roots and divisions are taken for each of them by itself. {_NOTES[name]}")
    with picture:
        around = close_up(surface, path.positions[step - 1], path.positions[step], _GRID_POINTS)
        show(step_chart(surface, around, path, step, TITLES[name]), "optimizers-step")


def _table(path: Path, number: int) -> str:
    """The numbers of a step as a Markdown table, x and y in columns."""
    step = optimizer_step(path, number)
    rows = {
        rf"weights before $\theta_{{{number - 1}}}$": step.before,
        rf"gradient there $g_{{{number}}}$": step.gradient,
        **{_REMEMBERED[name]: values for name, values in step.state.items()},
        "step taken": step.after - step.before,
        rf"weights after $\theta_{{{number}}}$": step.after,
    }
    lines = [f"| {label} | {values[0]:.4g} | {values[1]:.4g} |".replace("-", "−") for label, values in rows.items()]
    return "\n".join(["| | x | y |", "|:--|--:|--:|", *lines])
