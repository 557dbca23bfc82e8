"""One step of one optimizer with its numbers."""

from collections.abc import Mapping

import streamlit as st

from visualizer.concepts.optimizers import OPTIMIZERS, Path
from visualizer.concepts.surfaces import Surface, close_up
from visualizer.concepts.update_rules import optimizer_step, rule
from visualizer.figures.optimizers import step_chart
from visualizer.ui.concepts.optimizers_race import SIGNS, TITLES, path_of
from visualizer.ui.kit.charts import show
from visualizer.ui.kit.pick import pick
from visualizer.ui.state.viewport import is_narrow

_GRID_POINTS = 60
# The numbers of an optimizer's state, by torch's names, each with its symbol in the formula.
_STATE_TITLES = {
    "momentum_buffer": "velocity $b_t$ (`momentum_buffer`)",
    "square_avg": "running mean of the squared gradient $v_t$ (`square_avg`)",
    "exp_avg": "running mean of the gradient $m_t$ (`exp_avg`)",
    "exp_avg_sq": "running mean of the squared gradient $v_t$ (`exp_avg_sq`)",
}
# Where other libraries and books differ.
_NOTES = {
    "sgd": "",
    "momentum": "This is PyTorch’s form. Keras and many books include η in the velocity; with a fixed η the steps are "
    "the same.",
    "rmsprop": "PyTorch’s default is α = 0.99; Keras’s and Hinton’s is 0.9, which forgets old gradients faster.",
    "adam": "m and v start at zero, which makes them too small at first; the hats correct that.",
}


def one_step(surface: Surface, rates: Mapping[str, float]) -> None:
    """Draw the choice of an optimizer and a step, and that step: its numbers, its formula, its picture."""
    titles = {name: f"{SIGNS[name]} {title}" for name, title in TITLES.items()}
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        name = pick("Optimiser", titles, "optimizers-step-of", default="momentum")
        path = path_of(surface.name, name, rates[name])
        step = 1
        # A slider needs at least two positions.
        if path.steps > 1:
            key = f"step-{surface.name}-{name}-{path.steps}"
            step = st.slider("Step t", 1, path.steps, min(5, path.steps), key=key, width=420)
    st.markdown(f"**{TITLES[name]}.** {OPTIMIZERS[name].idea}")
    numbers, picture = st.columns([6, 5], gap="small")
    with numbers:
        st.markdown(_table(path, step))
        lines = rule(path, step)
        # On a phone the result takes its own line.
        size, result = (r"\footnotesize", r" \\ &= ") if is_narrow() else (r"\small", " = ")
        st.latex(
            size
            + r"\begin{aligned}"
            + r" \\[0.4em] ".join(
                rf"{line.formula.replace('=', '&=', 1)} \\ &= {line.numbers}{result}{line.result}" for line in lines
            )
            + r"\end{aligned}"
        )
        st.caption(f"θ is (x, y); squares, roots and divisions apply to each coordinate separately. {_NOTES[name]}")
    with picture:
        surroundings = close_up(surface, path.positions[step - 1], path.positions[step], _GRID_POINTS)
        show(step_chart(surface, surroundings, path, step, TITLES[name]), "optimizers-step")


def _table(path: Path, number: int) -> str:
    """The numbers of a step as a Markdown table, x and y in columns."""
    step = optimizer_step(path, number)
    rows = {
        rf"weights before $\theta_{{{number - 1}}}$": step.before,
        rf"gradient there $g_{{{number}}}$": step.gradient,
        **{_STATE_TITLES[name]: values for name, values in step.state.items()},
        "step taken": step.after - step.before,
        rf"weights after $\theta_{{{number}}}$": step.after,
    }
    lines = [f"| {label} | {values[0]:.4g} | {values[1]:.4g} |".replace("-", "−") for label, values in rows.items()]
    return "\n".join(["| | x | y |", "|:--|--:|--:|", *lines])
