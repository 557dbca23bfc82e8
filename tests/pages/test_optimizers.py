"""The Optimisers page."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.app import alts, open_page, without_exception
from visualizer.concepts.optimizers import OPTIMIZERS, descend
from visualizer.concepts.surfaces import RAVINE, SURFACES
from visualizer.ui.concepts.optimizers_race import SIGNS, TITLES


@pytest.fixture
def app() -> AppTest:
    return open_page("optimizers")


def set_slider(app: AppTest, key: str, value: float) -> AppTest:
    return without_exception(app.select_slider(key=key).set_value(value).run())


def answer(app: AppTest, surface: str, name: str) -> AppTest:
    return without_exception(app.pills(key=f"answer-race-{surface}").set_value(name).run())


def texts(app: AppTest) -> str:
    return "\n".join(markdown.value for markdown in app.markdown)


def label(app: AppTest, name: str, *, of: str = "rate-ravine") -> str:
    """What stands above an optimizer's learning rate."""
    assert app.select_slider(key=f"{of}-{name}").label == f"{TITLES[name]}: learning rate η"
    race, network = (markdown.value for markdown in app.markdown if markdown.value.startswith(f"{SIGNS[name]} **"))
    return (race if of == "rate-ravine" else network).removeprefix(SIGNS[name]).strip()


def test_before_the_answer_nobody_has_moved(app):
    assert alts(app)[0].startswith("Ravine: 4 optimisers at step 0. SGD is at x −7, y 2")
    assert label(app, "sgd") == "**SGD**"


def test_the_right_answer_shows_who_arrives_when(app):
    answer(app, "ravine", "momentum")
    assert "**Right.**" in texts(app)
    assert "Arrived: Momentum at step 66, Adam at step 83 and SGD at step 105. Not within 120 steps: RMSprop." in texts(
        app
    )
    assert label(app, "momentum") == "**Momentum** arrives at step 66"
    assert "at step 120" in alts(app)[0]


def test_the_wrong_answer_names_the_right_one(app):
    answer(app, "ravine", "adam")
    assert f"**Not quite:** it is {SIGNS['momentum']} Momentum." in texts(app)


@pytest.mark.parametrize("surface", SURFACES)
def test_every_surface_asks_and_explains(app, surface):
    without_exception(app.segmented_control(key="optimizers-surface").set_value(surface).run())
    assert alts(app)[0].startswith(f"{SURFACES[surface].title}: 4 optimisers at step 0.")
    answer(app, surface, "sgd")
    assert "SGD" in texts(app)
    assert f"at step {SURFACES[surface].steps}" in alts(app)[0]


def test_a_learning_rate_moves_the_result_without_a_question(app):
    set_slider(app, "rate-ravine-rmsprop", 0.1)
    arrived = descend(RAVINE, "rmsprop", 0.1).arrived_at
    assert label(app, "rmsprop") == f"**RMSprop** arrives at step {arrived}"
    assert "answer-race-ravine" not in [pills.key for pills in app.pills]
    without_exception(app.button(key="optimizers-reset-ravine").click().run())
    assert app.select_slider(key="rate-ravine-rmsprop").value == 0.05
    assert "answer-race-ravine" in [pills.key for pills in app.pills]


def test_a_learning_rate_that_is_too_large_is_said(app):
    set_slider(app, "rate-ravine-sgd", 1.0)
    lost = descend(RAVINE, "sgd", 1.0).diverged_at
    assert label(app, "sgd") == f"**SGD** :red[diverged at step {lost}: η is too large]"


def test_the_step_shows_torchs_numbers(app):
    path = descend(RAVINE, "momentum", 0.1)
    without_exception(app.slider(key=f"step-ravine-momentum-{path.steps}").set_value(7).run())
    x, y = (f"{value:.4g}".replace("-", "−") for value in path.state["momentum_buffer"][6])
    assert f"| velocity $b_t$ (`momentum_buffer`) | {x} | {y} |" in texts(app)
    assert f"{path.positions[7, 0]:.4g}" in "".join(latex.value for latex in app.latex)
    assert alts(app)[1].startswith("Momentum, step 7: from")


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_has_its_step_even_the_last_one_of_a_lost_race(app, name):
    set_slider(app, f"rate-ravine-{name}", 5.0)
    without_exception(app.segmented_control(key="optimizers-step-of").set_value(name).run())
    path = descend(RAVINE, name, 5.0)
    if path.steps > 1:
        without_exception(app.slider(key=f"step-ravine-{name}-{path.steps}").set_value(path.steps).run())
    assert alts(app)[1].startswith(f"{OPTIMIZERS[name].title}, step {path.steps}: from")


def test_who_is_lost_at_the_first_step_still_shows_it(app):
    without_exception(app.segmented_control(key="optimizers-surface").set_value("beale").run())
    set_slider(app, "rate-beale-momentum", 5.0)
    assert descend(SURFACES["beale"], "momentum", 5.0).steps == 1
    assert alts(app)[1].startswith("Momentum, step 1: from")
    assert not app.slider


def finished(app: AppTest) -> AppTest:
    app.session_state["visualizer"].jobs["network-race"].join()
    return without_exception(app.run())


def right_share(app: AppTest) -> float:
    return float(label(app, "adam", of="network-rate").split("** ")[1].split("%")[0])


def test_the_network_learns_the_more_the_better_the_rate(app):
    set_slider(app, "network-rate-adam", 0.005)
    learnt = right_share(finished(app))
    assert learnt > 85
    set_slider(app, "network-rate-adam", 0.0001)
    assert right_share(finished(app)) < learnt
    assert "Training loss of the same network under 4 optimisers" in alts(app)[2]


def test_the_networks_race_begins_with_a_prediction_and_decides_it(app):
    assert "network-race" not in app.session_state["visualizer"].jobs
    without_exception(app.pills(key="answer-network-race").set_value("sgd").run())
    assert "The race decides." in texts(app) or "Mean loss of the last" in texts(app)
    finished(app)
    trained = app.session_state["visualizer"].jobs["network-race"].result
    ends = {name: state.losses[-10:].mean() for name, state in trained.items()}
    best = min(ends, key=ends.get)
    assert f"Mean loss of the last 10 batches: {OPTIMIZERS[best].title} {ends[best]:.3g}" in texts(app)
    assert ("**Right.**" if best == "sgd" else "**Not quite:**") in texts(app)


def test_it_leads_to_train(app):
    assert any("train" in link.proto.page for link in app.get("page_link"))
