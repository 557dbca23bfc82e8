"""The charts show the paths that torch walked, and nothing of them too early."""

import numpy as np
import pytest

from visualizer.concepts.network_race import OptimizerRun
from visualizer.concepts.optimizers import OPTIMIZERS, STARTING_RATES, descend
from visualizer.concepts.surfaces import BEALE, RAVINE, SADDLE, close_up, grid
from visualizer.figures.optimizers import (
    ASIDE,
    FRAMES,
    STYLES,
    loss_race,
    race_from_above,
    race_in_3d,
    step_chart,
)

TITLES = {name: optimizer.title for name, optimizer in OPTIMIZERS.items()}
# The traces of a race from above: the ground, the minima, the start, a legend entry for each optimizer, all white
# casings, a trail for each optimizer, all heads.
STILL = 7


def race(surface, shown_step, rates=None, draw=race_from_above):
    rates = STARTING_RATES[surface.name] | (rates or {})
    paths = {name: descend(surface, name, rate) for name, rate in rates.items()}
    return draw(surface, grid(surface, 9), paths, TITLES, shown_step), paths


def test_before_the_answer_all_heads_are_at_the_start_and_no_trail_tells_more():
    chart, _ = race(RAVINE, 0)
    _, *trails, heads = chart.figure.data[STILL:]
    assert [(list(trail.x), list(trail.y)) for trail in trails] == [([-7.0], [2.0])] * 4
    assert (list(heads.x), list(heads.y)) == ([-7.0] * 4, [2.0] * 4)
    assert chart.figure.layout.meta["shown"] == "0"


def test_where_heads_would_hide_one_another_each_stands_on_its_own_side_of_the_place():
    chart, _ = race(RAVINE, 0)
    start = chart.figure.data[2]
    assert (start.name, start.x[0], start.y[0]) == ("start of all", *RAVINE.start)
    heads = chart.figure.data[-1]
    assert list(heads.marker.standoff) == [ASIDE] * 4
    assert sorted(heads.marker.angle) == [-180, -90, 0, 90]
    # On their way they are where they are, but for those that still come near one another.
    halfway, paths = race(RAVINE, 4)
    moved = np.asarray(halfway.figure.data[-1].marker.standoff)
    places = np.array([path.positions[4] for path in paths.values()]) / (12, 6) * (600, 380)
    gaps = np.linalg.norm(places[:, None] - places, axis=-1) + np.diag([np.inf] * 4)
    assert np.allclose(moved, ASIDE * np.clip(1 - gaps.min(axis=1) / (2 * ASIDE), 0, 1))
    assert (moved == 0).any()


def test_in_3d_heads_that_would_hide_one_another_stand_above_one_another():
    chart, _ = race(RAVINE, 0, draw=race_in_3d)
    ground, heads = chart.figure.data[0], chart.figure.data[-1]
    assert (list(heads.x), list(heads.y)) == ([-7.0] * 4, [2.0] * 4)
    apart = np.diff(heads.z) / np.ptp(ground.z)
    assert (apart > 0.05).all()


def test_after_the_answer_trails_and_heads_are_the_paths():
    chart, paths = race(RAVINE, RAVINE.steps)
    casing, *trails, heads = chart.figure.data[STILL:]
    for index, (name, path) in enumerate(paths.items()):
        assert trails[index].name == heads.text[index] == TITLES[name]
        assert np.allclose(np.column_stack([trails[index].x, trails[index].y]), path.positions, atol=1e-6)
        assert (heads.x[index], heads.y[index]) == pytest.approx(tuple(path.positions[-1]), abs=1e-6)
        # A mark every ten steps; the start has one of its own.
        assert np.flatnonzero(trails[index].marker.size)[:3].tolist() == [10, 20, 30]
    # All trails, with a gap after each.
    assert np.isnan(casing.x).sum() == 4
    assert np.array_equal(np.asarray(casing.x)[~np.isnan(casing.x)], np.concatenate([trail.x for trail in trails]))


# In three dimensions there is no casing.
@pytest.mark.parametrize(("draw", "casings"), [(race_from_above, 1), (race_in_3d, 0)])
def test_each_frame_is_the_race_so_far(draw, casings):
    chart, paths = race(BEALE, 0, draw=draw)
    figure = chart.figure
    steps = [int(frame.name) for frame in figure.frames]
    assert steps[0] == 0
    assert steps[-1] == BEALE.steps
    assert len(steps) <= FRAMES + 2
    assert len(figure.layout.meta["alts"]) == len(steps)
    assert figure.layout.meta["alts"][-1].startswith(f"Beale: 4 optimisers at step {BEALE.steps}.")
    frame = figure.frames[len(steps) // 2]
    assert figure.layout.meta["shown"] == "0"
    assert list(frame.traces) == list(range(STILL, len(figure.data)))
    *_, heads = frame.data
    for index, path in enumerate(paths.values()):
        trail = frame.data[casings + index]
        assert len(trail.x) == int(frame.name) + 1
        assert trail.x[-1] == heads.x[index] == pytest.approx(path.positions[int(frame.name), 0], abs=1e-6)


def test_who_is_lost_stays_on_the_edge_of_the_picture():
    chart, paths = race(RAVINE, RAVINE.steps, {"sgd": 1.0})
    assert paths["sgd"].diverged_at is not None
    for trace in chart.figure.data[STILL:]:
        assert np.nanmin(trace.x) >= RAVINE.x_range[0]
        assert np.nanmax(trace.x) <= RAVINE.x_range[1]
        assert np.nanmax(np.abs(trace.y)) <= RAVINE.y_range[1]
    *_, heads = chart.figure.data
    assert heads.text[0] == "SGD"
    assert abs(heads.y[0]) == RAVINE.y_range[1]
    # The others race on to the end.
    assert chart.figure.frames[-1].name == str(RAVINE.steps)


def test_the_ground_is_the_surface_with_its_minima_marked():
    chart, _ = race(SADDLE, 0)
    ground, minima = chart.figure.data[:2]
    assert np.allclose(ground.z, grid(SADDLE, 9).values, atol=1e-6)
    assert ground.colorbar.title.text == "loss f"
    assert sorted(minima.y) == [-1, 1]
    beale, _ = race(BEALE, 0)
    assert np.allclose(beale.figure.data[0].z, np.log10(1 + grid(BEALE, 9).values), atol=1e-5)
    assert beale.figure.data[0].colorbar.title.text == "log₁₀(1 + f)"


def test_in_3d_trails_lie_just_above_the_surface():
    chart, paths = race(SADDLE, SADDLE.steps, draw=race_in_3d)
    ground, trail = chart.figure.data[0], chart.figure.data[STILL]
    above = np.asarray(trail.z) - paths["sgd"].values
    assert (above > 0).all()
    assert (above < 0.05 * np.ptp(ground.z)).all()


def test_the_legend_has_each_optimizers_marker():
    chart, _ = race(RAVINE, 0)
    entries = {trace.name: trace.marker.symbol for trace in chart.figure.data[3:] if trace.showlegend is not False}
    assert [entries[TITLES[name]] for name in OPTIMIZERS] == [STYLES[name][1] for name in OPTIMIZERS]


def test_optimizers_differ_in_more_than_colour():
    assert len({symbol for _, symbol, _ in STYLES.values()}) == len(OPTIMIZERS)
    assert len({dash for _, _, dash in STYLES.values()}) == len(OPTIMIZERS)


def test_the_race_in_words_says_where_everybody_is():
    chart, paths = race(RAVINE, 30)
    assert chart.alt.startswith("Ravine: 4 optimisers at step 30.")
    assert "SGD is at x −2.06" in chart.alt
    assert paths["sgd"].positions[30, 0] == pytest.approx(-2.06, abs=0.005)


def test_step_chart_draws_the_step_and_the_direction_against_the_gradient():
    path = descend(RAVINE, "momentum", 0.1)
    around = close_up(RAVINE, path.positions[4], path.positions[5], 20)
    chart = step_chart(RAVINE, around, path, 5, "Momentum")
    _, way, downhill, step = chart.figure.data
    assert len(way.x) == 5
    assert np.allclose(np.column_stack([step.x, step.y]), path.positions[4:6])
    direction = np.array([downhill.x[1] - downhill.x[0], downhill.y[1] - downhill.y[0]])
    assert np.allclose(direction / np.linalg.norm(direction), -path.gradients[4] / np.linalg.norm(path.gradients[4]))
    for line in (downhill, step):
        assert around.x[0] < min(line.x) < max(line.x) < around.x[-1]
        assert around.y[0] < min(line.y) < max(line.y) < around.y[-1]


def test_step_chart_says_how_far_the_step_turns_from_downhill():
    path = descend(RAVINE, "sgd", 0.5)
    around = close_up(RAVINE, path.positions[0], path.positions[1], 20)
    assert "turns 0 degrees away" in step_chart(RAVINE, around, path, 1, "SGD").alt
    path = descend(RAVINE, "adam", 0.2)
    # Adam's first step is as long in x as in y: 45 degrees, where the gradient points almost along y.
    around = close_up(RAVINE, path.positions[0], path.positions[1], 20)
    turned = 45 - np.degrees(np.arctan(0.56 / 7.2))
    assert f"turns {turned:.0f} degrees away" in step_chart(RAVINE, around, path, 1, "Adam").alt


def test_loss_race_draws_each_curve_over_epochs():
    losses = {"sgd": np.linspace(2.3, 0.5, 80), "adam": np.linspace(2.3, 0.1, 80)}
    trained = {name: OptimizerRun(name, 0.1, 40, values, 0.9, None) for name, values in losses.items()}
    chart = loss_race(trained, losses, TITLES)
    assert [trace.name for trace in chart.figure.data] == ["SGD", "Adam"]
    for trace, values in zip(chart.figure.data, losses.values(), strict=True):
        assert np.allclose(trace.y, values)
        assert (trace.x[0], trace.x[-1]) == (1 / 40, 2)
    assert chart.figure.layout.yaxis.type == "log"
    assert "With Adam it goes from 2.3 to 0.1." in chart.alt
