"""Which moment the time machine shows."""

import pytest

from visualizer.training.runs.kept_weights import Moment
from visualizer.ui.train import film
from visualizer.ui.train.film import advance, is_an_echo, place_of, play_or_pause
from visualizer.ui.train.film_export import _bounded
from visualizer.ui.train.state import TimeMachine

MOMENTS = [Moment(0, 0, 0.0), Moment(1, None, 0.25), Moment(4, 1, 1.0), Moment(8, 2, 2.0)]


@pytest.fixture
def clock(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(film.time, "monotonic", lambda: now[0])
    return now


def test_the_newest_is_followed_until_a_moment_is_chosen():
    assert place_of(TimeMachine(), MOMENTS) == 3
    assert place_of(TimeMachine(step=1), MOMENTS) == 1


def test_a_chosen_moment_stays_where_it_is_when_the_run_grows():
    machine = TimeMachine(step=4)
    assert place_of(machine, MOMENTS) == place_of(machine, MOMENTS[:3]) == 2


def test_in_place_of_a_moment_that_made_room_the_one_before_is_shown():
    assert place_of(TimeMachine(step=3), MOMENTS) == 1


def test_the_film_goes_from_the_start_to_the_end_at_its_pace(clock):
    machine = TimeMachine(per_second=2.0)
    play_or_pause(machine, MOMENTS)
    assert (machine.playing, machine.step) == (True, 0)
    advance(machine, MOMENTS)
    assert machine.step == 0  # not yet due
    steps = []
    while machine.playing and len(steps) < 10:
        clock[0] += 0.5
        advance(machine, MOMENTS)
        steps.append(machine.step)
    assert steps == [1, 4, 8]
    clock[0] += 10
    advance(machine, MOMENTS)
    assert machine.step == 8


def test_a_paused_film_goes_on_where_it_stands(clock):
    machine = TimeMachine(step=1)
    play_or_pause(machine, MOMENTS)
    play_or_pause(machine, MOMENTS)
    assert (machine.playing, machine.step) == (False, 1)
    clock[0] += 10
    advance(machine, MOMENTS)
    assert machine.step == 1


def test_a_film_has_at_most_128_frames_the_first_and_the_last_among_them():
    many = [Moment(step, None, float(step)) for step in range(1000)]
    chosen = [moment.step for moment in _bounded(many)]
    assert len(chosen) == 128
    assert (chosen[0], chosen[-1]) == (0, 999)
    assert chosen == sorted(set(chosen))
    assert _bounded(MOMENTS) == MOMENTS


def test_what_the_browser_still_shows_does_not_stop_the_film(clock):
    machine = TimeMachine(step=4, playing=True, moved_at=clock[0])
    assert is_an_echo(machine, MOMENTS, place=2, step=1)
    assert not is_an_echo(machine, MOMENTS, place=2, step=8)  # ahead of the film: a hand
    clock[0] += 3
    assert not is_an_echo(machine, MOMENTS, place=2, step=1)  # the browser has long heard of it
