"""The page on autoencoders and generation: what its components are given, and its questions."""

import itertools
import json
import re
from typing import Any

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from tests.pages.app import alts, chart, component_data, open_part, without_exception
from visualizer.architecture.network import Network, build
from visualizer.concepts.reparameterization import divergence
from visualizer.tasks.diffusion import Diffusion
from visualizer.training.runs.records import RunRecord
from visualizer.training.settings import RunSpec, preset_settings
from visualizer.ui.concepts import generation_diffusion
from visualizer.ui.concepts.generation_diffusion import SCHEDULES
from visualizer.ui.concepts.generation_gan import read_bars


def ways(app: AppTest) -> list[dict[str, Any]]:
    """What each row of pictures with a slider was given, in order."""
    texts = [component.proto.json for component in app.get("bidi_component") if component.proto.json]
    return [data for data in map(json.loads, texts) if "panels" in data]


def frames(way: dict[str, Any], name: str) -> np.ndarray:
    return np.array(next(panel["frames"] for panel in way["panels"] if panel["name"] == name))


def said(app: AppTest) -> str:
    return "\n".join(markdown.value for markdown in app.markdown)


def test_a_digit_is_mixed_with_noise_and_taken_out_again() -> None:
    app = open_part("generation", "4  Diffusion")
    into, back = ways(app)
    share = into["numbers"]["t"][6]
    by_hand = (1 - share) * frames(into, "y")[0] + share * frames(into, "e")[0]
    assert frames(into, "x")[6] == pytest.approx(by_hand, abs=1e-4)
    assert back["places"][-1] == "step 10 of 10"
    assert frames(back, "n")[:-1] == pytest.approx(frames(back, "x")[1:])
    assert frames(back, "n")[-1] == pytest.approx(frames(back, "c")[-1])


def test_the_question_knows_when_the_digits_cannot_be_read_and_then_the_slider_tells() -> None:
    app = open_part("generation", "4  Diffusion")
    assert "right at this t" not in ways(app)[0]["words"][0]
    without_exception(app.button_group(key="answer-diffusion-reading").set_value("0.55").run())
    assert ":green" in said(app)
    assert "97% of the test digits right at this t" in ways(app)[0]["words"][0]


def test_a_digit_is_drawn_from_its_code_and_its_pixel_is_a_sum_of_patterns() -> None:
    app = open_part("generation", "1  Bottleneck")
    (way,) = ways(app)
    assert way["places"] == ["k = 1", "k = 2", "k = 4", "k = 8", "k = 16", "k = 32", "k = 64"]
    numbers = {f"c{place}": way["numbers"][f"c{place}"][2] for place in range(1, 5)}
    more = {name: np.array(values) for name, values in way["more"].items()}
    by_hand = more["m"] + sum(numbers[f"c{place}"] * more[f"v{place}"] for place in range(1, 5))
    assert frames(way, "r")[2] == pytest.approx(by_hand, abs=1e-3)
    assert frames(way, "r")[-1] == pytest.approx(frames(way, "y")[0], abs=1e-4)
    error = np.square(frames(way, "d")[2]).mean()
    assert f"Mean squared error: {error:.4f} of this digit." in way["words"][2]
    without_exception(app.button_group(key="answer-bottleneck").set_value("16").run())
    assert ":green" in said(app)
    assert "of all test digits, which is 84% less than with k = 0." in ways(app)[0]["words"][4]


def test_the_question_on_codes_knows_what_they_cost() -> None:
    app = open_part("generation", "2  Reparameterisation")
    without_exception(app.button_group(key="answer-sampling").set_value("mean").run())
    assert ":green" in said(app)
    assert f"(2² + 1 − 1 − 0) / 2 = {divergence(2, 0):.2f} [nats]" in said(app)
    assert f"(0² + 0.01 − 1 + 4.61) / 2 = {divergence(0, 2 * np.log(0.1)):.2f} nats" in said(app)


def test_the_game_is_played_and_starts_again() -> None:
    app = open_part("generation", "3  GAN")
    assert "After 0 steps" in chart(app, "gan-game")["alt"]
    without_exception(app.button(key="gan-play-1").click().run())
    assert "**After 1 step**" in said(app)
    without_exception(app.button(key="gan-play-50").click().run())
    assert "**After 51 steps**" in said(app)
    assert "Below 0 lie 50% of the real numbers and 100% of the generated ones" in said(app)
    without_exception(app.button_group(key="answer-gan").set_value("one").run())
    assert ":green" in said(app)
    without_exception(app.number_input(key="gan-seed").set_value(2).run())
    assert "**After 0 steps**" in said(app)
    without_exception(app.button(key="gan-play-50").click().run())
    without_exception(app.button(key="gan-again").click().run())
    assert "**After 0 steps**" in said(app)


@pytest.mark.parametrize(
    "sent", [None, "bars", [0.5] * 15, [0] * 16, [1.5] * 16, [-0.1] * 16, [float("nan")] * 16, [True] * 16, [[1]] * 16]
)
def test_what_is_no_row_of_bars_is_not_taken(sent: Any) -> None:
    assert read_bars(sent) is None


def test_a_row_of_bars_is_taken() -> None:
    assert read_bars([0, 1] * 8) == (0.0, 1.0) * 8


def test_the_map_is_that_of_a_network_which_keeps_more_than_the_linear_code() -> None:
    app = open_part("generation", "1  Bottleneck")
    errors = re.search(r"is \*\*(0\.\d{4})\*\*, that of the linear code (0\.\d{4})", said(app))
    assert errors is not None
    assert float(errors[1]) < 0.8 * float(errors[2])
    drawn = component_data(app, "sheet")
    assert (drawn["side"], drawn["height"], drawn["width"]) == (41, 8, 8)
    assert len(drawn["points"]) == 269


def test_another_schedule_mixes_other_amounts() -> None:
    app = open_part("generation", "4  Diffusion")
    for schedule in ("cosine", "linear"):
        without_exception(app.button_group(key="diffusion-schedule").set_value(schedule).run())
        into = ways(app)[0]
        kept, added = (into["numbers"][name][6] for name in ("a", "b"))
        assert kept**2 + added**2 == pytest.approx(1, abs=2e-4)
        by_hand = kept * frames(into, "y")[0] + added * frames(into, "e")[0]
        assert frames(into, "x")[6] == pytest.approx(by_hand, abs=1e-4)
        assert into["sums"][6] == ["x = a · y + b · ε", "= {a} · {y} + {b} · {e}", "= {x}"]
        assert any("left at t = 0.5" in alt and f"Chosen: {SCHEDULES[schedule]}." in alt for alt in alts(app))


def page_with_ones_own(monkeypatch: pytest.MonkeyPatch, network: Network, key: str) -> AppTest:
    """The page in a tab whose finished run has this network."""
    spec = RunSpec(network.architecture, preset_settings(Diffusion()), 3)
    run = RunRecord("own", "me", spec, "finished", "", 1, 20, 20, 20, 0.002, 1.0, 1.0, False, 1)
    monkeypatch.setattr(generation_diffusion, "current_run", lambda owner: run)
    monkeypatch.setattr(generation_diffusion, "network_or_reason", lambda run: ((key,), network))
    return open_part("generation", "4  Diffusion")


def test_ones_own_network_takes_noise_away_and_is_asked_for_a_class(monkeypatch: pytest.MonkeyPatch) -> None:
    network = build(Diffusion.preset().architecture, seed=1).eval()
    with torch.no_grad():
        for weights in network.parameters():
            weights.add_(torch.randn(weights.shape, generator=torch.Generator().manual_seed(2)), alpha=0.05)
    app = page_with_ones_own(monkeypatch, network, "own")
    ends = []
    for wanted in (-1, 3, 8):
        without_exception(app.selectbox(key="diffusion-class").set_value(wanted).run())
        back = ways(app)[1]
        ends.append(frames(back, "n")[-1])
        left, share = back["numbers"]["left"][4], back["numbers"]["t"][4]
        before, clean = frames(back, "x")[4], frames(back, "c")[4]
        assert (left, share) == (6, 0.6)
        assert frames(back, "n")[4] == pytest.approx(before + (clean - before) / left, abs=0.00051)
    assert all(np.abs(one - other).max() > 0.01 for one, other in itertools.combinations(ends, 2))
    assert any("Your own network after 20 steps" in caption.value for caption in app.caption)
    without_exception(app.button_group(key="diffusion-network").set_value("small").run())
    assert any("two hidden layers" in caption.value for caption in app.caption)


def test_a_network_of_ones_own_that_answers_no_numbers_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    network = build(Diffusion.preset().architecture).eval()
    with torch.no_grad():
        next(network.parameters()).fill_(torch.nan)
    app = page_with_ones_own(monkeypatch, network, "diverged")
    assert any("no numbers any more" in info.value for info in app.info)
    assert len(ways(app)) == 1
