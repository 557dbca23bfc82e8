"""The film of a run: which moment is shown, chosen with a slider, and advanced while it plays."""

import time
from collections.abc import Sequence

import streamlit as st

from visualizer.training.runs.kept_weights import Moment
from visualizer.ui.kit import bound
from visualizer.ui.train.moments import name_of
from visualizer.ui.train.state import TimeMachine

SPEEDS = {1.0: "1 per second", 2.0: "2 per second", 4.0: "4 per second"}
_SLIDER = "moment"
# How late the browser may be, in seconds and in moments.
_LATE, _PASSED = 2.0, 4


def place_of(machine: TimeMachine, moments: Sequence[Moment]) -> int:
    """Which moment is shown: the newest, or the last one up to the chosen step, whose own moment may be gone."""
    if machine.step is None:
        return len(moments) - 1
    return max((place for place, moment in enumerate(moments) if moment.step <= machine.step), default=0)


def advance(machine: TimeMachine, moments: Sequence[Moment]) -> None:
    """Go to the next moment if the film plays and it is due; stop at the end."""
    now = time.monotonic()
    if not machine.playing or now < machine.due:
        return
    place = place_of(machine, moments) + 1
    if place < len(moments):
        machine.step = moments[place].step
        machine.due = now + 0.8 / machine.per_second
    if place >= len(moments) - 1:
        machine.playing = False


def play_or_pause(machine: TimeMachine, moments: Sequence[Moment]) -> None:
    """Pause the film, or play it; from the start if it is at the end."""
    machine.playing = not machine.playing
    if machine.playing:
        place = place_of(machine, moments)
        machine.step = moments[0 if place == len(moments) - 1 else place].step
        machine.due = time.monotonic() + 0.8 / machine.per_second


def film_controls(machine: TimeMachine, moments: Sequence[Moment], *, grows: bool) -> int:
    """Draw the slider, play, the speed and, while the run goes on, whether the newest is followed; the shown moment."""
    place = place_of(machine, moments)
    _slider(machine, moments, place)

    def follow(newest: bool) -> None:
        machine.step = None if newest else moments[-1].step

    def set_speed(per_second: float) -> None:
        machine.per_second = per_second or machine.per_second

    if len(moments) < 2:  # there is nothing to play yet, as the caption says
        return place
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.button(
            "Pause the film" if machine.playing else "Play the film",
            key="film-play",
            icon=":material/pause:" if machine.playing else ":material/play_arrow:",
            on_click=play_or_pause,
            args=(machine, moments),
        )
        bound.choice("Moments", machine.per_second, set_speed, "film-speed", SPEEDS, width=150)
        if grows:
            bound.toggle("Follow the newest", machine.step is None, follow, "film-follow")
    return place


def is_an_echo(machine: TimeMachine, moments: Sequence[Moment], place: int, step: int) -> bool:
    """Whether the browser only reports the moment that it still shows, since the film or the run has just moved on.

    Every refresh of the page reports the slider, and the browser learns a little late that it was moved.
    """
    passed = {moment.step for moment in moments[max(place - _PASSED, 0) : place]}
    return step in passed and time.monotonic() - machine.moved_at < _LATE


def _slider(machine: TimeMachine, moments: Sequence[Moment], place: int) -> None:
    names = {moment.step: name_of(moment) for moment in moments}

    def chosen() -> None:
        step = st.session_state[_SLIDER]
        # While the film plays, the slider only follows it; a button stops it.
        if not machine.playing and not is_an_echo(machine, moments, place, step):
            machine.step = step

    if len(moments) < 2:
        st.caption("There is one moment so far: the untrained network. Train it to get more.")
        return
    # Written only if it differs: otherwise a refresh would push back a slider that is being dragged.
    if st.session_state.get(_SLIDER) != moments[place].step:
        if _SLIDER in st.session_state:  # else it is drawn for the first time
            machine.moved_at = time.monotonic()
        st.session_state[_SLIDER] = moments[place].step
    st.select_slider("Moment", list(names), format_func=names.__getitem__, key=_SLIDER, on_change=chosen)
