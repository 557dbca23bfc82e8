"""The race on a surface: choose the surface, guess the winner, set the learning rates, watch."""

from collections.abc import Mapping

import numpy as np
import streamlit as st

from visualizer.concepts.optimizers import (
    ARRIVED_WITHIN,
    LEARNING_RATES,
    OPTIMIZERS,
    STARTING_RATES,
    Path,
    curvatures,
    descend,
    share_left_by_step,
    winners,
)
from visualizer.concepts.surfaces import SURFACES, Grid, Surface, grid
from visualizer.figures.chart import Chart, number
from visualizer.figures.optimizers import STYLES, race_from_above, race_in_3d
from visualizer.ui.concepts.choices import choose_learning_rate
from visualizer.ui.kit.charts import show
from visualizer.ui.kit.pick import pick
from visualizer.ui.kit.prediction import predict
from visualizer.ui.kit.results import keep_results
from visualizer.words import listed

TITLES = {name: optimizer.title for name, optimizer in OPTIMIZERS.items()}
_GLYPHS = {"circle": "●", "square": "■", "diamond": "◆", "cross": "✚"}
# The markers of the charts, in their colours.
SIGNS = {name: f':color[{_GLYPHS[symbol]}]{{foreground="{colour}"}}' for name, (colour, symbol, _) in STYLES.items()}
_VIEWS = {"above": ":material/map: From above", "3d": ":material/landscape: 3-D"}
_SHIFTED_MARKERS = {
    "above": "Markers that would hide one another are drawn around their position, each on its own side.",
    "3d": "Markers that would hide one another are drawn one above the other.",
}
_GRID_POINTS = 54
_NO_SCALING = ("sgd", "momentum")  # optimizers to which `share_left_by_step` applies

Rates = tuple[float, ...]


@st.cache_data(max_entries=256, show_spinner=False)
def path_of(surface: str, optimizer: str, rate: float) -> Path:
    """One optimizer's path over a surface."""
    return descend(SURFACES[surface], optimizer, rate)


@st.cache_data(max_entries=len(SURFACES), show_spinner=False)
def _grid_of(surface: str) -> Grid:
    return grid(SURFACES[surface], _GRID_POINTS)


@keep_results(max_entries=32)
def _race_chart(surface: str, rates: Rates, view: str, shown_step: int) -> Chart:
    paths = {name: path_of(surface, name, rate) for name, rate in zip(OPTIMIZERS, rates, strict=True)}
    draw = race_in_3d if view == "3d" else race_from_above
    return draw(SURFACES[surface], _grid_of(surface), paths, TITLES, shown_step)


def choose_surface() -> tuple[Surface, str]:
    """Draw the choice of a surface and of its view; return both, the view as "above" or "3d"."""
    titles = {name: surface.title for name, surface in SURFACES.items()}
    with st.container(horizontal=True, gap="small"):
        name = pick("Surface", titles, "optimizers-surface", default="ravine", label_visibility="collapsed")
        view = pick("View", _VIEWS, "optimizers-view", default="above", label_visibility="collapsed")
    return SURFACES[name], view


def race(surface: Surface, view: str) -> dict[str, float]:
    """Draw the race with its question and its learning rates. Returns the rates by optimizer."""
    rates = {name: _rate_now(surface, name) for name in OPTIMIZERS}
    paths = {name: path_of(surface.name, name, rate) for name, rate in rates.items()}
    picture, controls = st.columns([5, 3], gap="medium")
    with controls:
        revealed = True
        if rates == STARTING_RATES[surface.name]:
            revealed = _question(surface, paths)
        else:
            st.button(
                "Back to the first learning rates",
                icon=":material/restart_alt:",
                key=f"optimizers-reset-{surface.name}",
                on_click=_reset,
                args=(surface,),
            )
        for name in OPTIMIZERS:
            _rate_slider(surface, name, _result(paths[name]) if revealed else "")
    with picture:
        shown_step = max(path.steps for path in paths.values()) if revealed else 0
        show(_race_chart(surface.name, tuple(rates.values()), view, shown_step), f"race-{surface.name}-{view}")
        st.latex(surface.formula)
        st.caption(
            f"{surface.idea} All optimisers start at the white ring. {_SHIFTED_MARKERS[view]} There is a mark every 10 "
            "steps; positions outside the picture are drawn on its edge."
        )
    return rates


def _rate_key(surface: Surface, optimizer: str) -> str:
    return f"rate-{surface.name}-{optimizer}"


def _rate_now(surface: Surface, optimizer: str) -> float:
    return float(st.session_state.get(_rate_key(surface, optimizer), STARTING_RATES[surface.name][optimizer]))


def _reset(surface: Surface) -> None:
    for name, rate in STARTING_RATES[surface.name].items():
        st.session_state[_rate_key(surface, name)] = rate


def _rate_slider(surface: Surface, optimizer: str, result: str) -> None:
    rate_slider(optimizer, result, STARTING_RATES[surface.name][optimizer], _rate_key(surface, optimizer))


def rate_slider(optimizer: str, result: str, value: float, key: str) -> None:
    """Draw the slider of an optimizer's learning rate, below its marker, its name and its result."""
    with st.container(gap=None):
        # Not in the slider's label, which screen readers would read out with all its signs.
        st.markdown(f"{SIGNS[optimizer]} **{TITLES[optimizer]}** {result}")
        choose_learning_rate(f"{TITLES[optimizer]}: learning rate η", LEARNING_RATES, value, key, show_label=False)


def _result(path: Path) -> str:
    if path.diverged_at is not None:
        return f":red[diverged at step {path.diverged_at}: η is too large]"
    if path.arrived_at is not None:
        return f"arrives at step {path.arrived_at}"
    return f"did not arrive in {path.steps} steps, loss {number(path.values[-1])}"


def _question(surface: Surface, paths: Mapping[str, Path]) -> bool:
    first = winners(paths)
    options = {name: f"{SIGNS[name]} {title}" for name, title in TITLES.items()}
    return predict(
        f"Which optimiser is the first to come within {ARRIVED_WITHIN:g} of the minimum and stay there?",
        options,
        first[0],
        explanation(surface, paths),
        key=f"race-{surface.name}",
    )


# The property of the surface that decides the race.
_SHAPES = {
    "ravine": "The walls are steep and the floor is nearly flat: an η that is safe across the ravine is slow along it.",
    "bowl": "It is equally steep on all sides, so the way down is straight.",
    "saddle": "The slope along y is so gentle at first that a step in proportion to it hardly moves.",
    "beale": "Steep walls surround a valley with a nearly flat floor, and one learning rate has to suit both.",
}


def explanation(surface: Surface, paths: Mapping[str, Path]) -> str:
    """The shape of the surface, when each optimizer arrives, and the numbers that explain it."""
    arrivals = sorted((path.arrived_at, TITLES[name]) for name, path in paths.items() if path.arrived_at is not None)
    late = [TITLES[name] for name, path in paths.items() if path.arrived_at is None]
    sentences = [_SHAPES[surface.name]]
    if arrivals:
        sentences.append(f"Arrived: {listed(f'{title} at step {step}' for step, title in arrivals)}.")
    if late:
        sentences.append(f"Not within {surface.steps} steps: {listed(late)}.")
    return " ".join((*sentences, _why(surface, paths)))


def _why(surface: Surface, paths: Mapping[str, Path]) -> str:
    first = np.abs(paths["sgd"].gradients[0])
    flattest, steepest = curvatures(surface)
    bound = f"2 / {number(steepest)} = {number(2 / steepest)}"
    if surface.name == "ravine":
        rates = {
            name: (path.settings["momentum"], path.settings["lr"])
            for name, path in paths.items()
            if name in _NO_SCALING
        }
        (sgd_across, sgd_along), (across, along) = (
            (share_left_by_step(*rates[name], steepest), share_left_by_step(*rates[name], flattest))
            for name in _NO_SCALING
        )
        zigzag = {name: _last_outside(path.positions[:, 1]) for name, path in paths.items()}
        return (
            f"At the start the gradient is {first[1] / first[0]:.0f} times as large across (y) as along (x). SGD needs "
            f"an η below {bound}, or it climbs the walls. With η = {rates['sgd'][1]:g} each step leaves "
            f"{sgd_across:.2f} of the distance across and {sgd_along:.3f} of the distance along, so SGD crawls. "
            f"Momentum leaves {across:.3f} across and {along:.3f} along: its zigzag dies out last of all (y stays "
            f"within {ARRIVED_WITHIN:g} from step {zigzag['momentum']} on, SGD’s from {zigzag['sgd']} on), but along "
            "the ravine its steps add up."
        )
    if surface.name == "bowl":
        return (
            "The gradient points straight away from the minimum and shrinks on the way, so SGD lands softly. Momentum "
            "and Adam still have speed when they get there: they overshoot and come back."
        )
    if surface.name == "saddle":
        moved = {name: abs(path.positions[1, 1] - path.positions[0, 1]) for name, path in paths.items()}
        share = (1 - paths["rmsprop"].settings["alpha"]) ** 0.5
        return (
            f"At the start the gradient along y is only {number(first[1])}, so SGD's first step along y is "
            f"{number(moved['sgd'])} long. RMSprop divides by the usual size of the gradient, which it estimates as "
            f"{number(share)} of this first gradient, so its step is {number(moved['rmsprop'])} long."
        )
    sizes = np.linalg.norm(paths["sgd"].gradients, axis=1)
    times = paths["adam"].settings["lr"] / paths["sgd"].settings["lr"]
    return (
        f"SGD's gradient is {number(sizes[0])} long on the wall where it starts, and {number(sizes[-1])} long on the "
        f"valley's floor, at its last step. The curvature at the minimum, {number(steepest)}, keeps its η below "
        f"{bound}. Adam divides by the gradient's usual size, so here it can use {times:.0f} times that η and keep its "
        "pace on the floor."
    )


def _last_outside(distances: np.ndarray) -> int:
    """The first step from which the distance stays within ARRIVED_WITHIN."""
    return int(np.flatnonzero(np.abs(distances) > ARRIVED_WITHIN)[-1]) + 1
