"""A GAN as a game about single numbers: one draws how the real ones lie, and plays step by step."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from visualizer.concepts.gan_game import BATCH_SIZE, BINS, HIGH, LOW, GameView, overlap, peaks
from visualizer.figures.gan_game import game_chart
from visualizer.ui.kit.charts import show
from visualizer.ui.kit.component import component, sent_by
from visualizer.ui.kit.glossary import explained
from visualizer.ui.kit.pick import pick
from visualizer.ui.kit.prediction import predict
from visualizer.ui.kit.results import keep_results
from visualizer.ui.state.session import session
from visualizer.words import counted

if TYPE_CHECKING:
    from visualizer.concepts.gan_game import Game

_PRESETS = {"two": "Two peaks", "one": "One peak", "three": "Three peaks"}
_BARS = {"two": peaks(-2, 2), "one": peaks(1.25), "three": peaks(-2.75, 0, 2.75)}
_SEED = 1
_OTHER_SEED = 2
_ASKED_STEPS = 200
_NEARLY_ALL = 0.95
_KEY = "gan-bars"


@dataclass
class _Table:
    """What this tab plays: the bars drawn last, the preset that they began with, and the game."""

    preset: str = ""
    bars: tuple[float, ...] = ()
    seed: int = 0
    game: "Game | None" = None


def gan() -> None:
    """Draw the bars, the game and its buttons."""
    st.markdown(
        explained(
            "Two networks play against each other. The **generator** turns random noise into numbers. The "
            "**discriminator** sees real numbers and generated ones, and says how likely each is to be real. In each "
            f"step the discriminator learns from {BATCH_SIZE} of both; then the generator learns what the "
            "discriminator takes for real. With pictures it is the same game; with numbers one can see all of it."
        )
    )
    _game()


@st.fragment
def _game() -> None:
    from visualizer.concepts.gan_game import Game

    table = session().page_state(_Table)
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        preset = pick("How the real numbers lie", _PRESETS, "gan-preset", default="two")
        seed = int(
            st.number_input(
                "Seed",
                1,
                999,
                _SEED,
                key="gan-seed",
                persist_state="session",
                width=140,
                help="**seed:** The start of a series of random numbers. Another one lets both networks begin with "
                "other weights.",
            )
        )
    if table.preset != preset:
        table.preset, table.bars, table.game = preset, _BARS[preset], None
    if table.seed != seed:
        table.seed, table.game = seed, None
    if preset == "two":
        _ask()
    _draw_bars(table.bars)
    if table.game is None:
        table.game = Game(table.bars, seed)
    _buttons(table.game)
    view = table.game.view()
    real = np.array(table.bars) / sum(table.bars)
    show(game_chart(view, real), "gan-game")
    _readout(view, real)


def _buttons(game: "Game") -> None:
    """Play, where a button was pressed."""
    with st.container(horizontal=True, gap="small"):
        for steps, words in ((1, "1 step"), (50, "50 steps")):
            if st.button(words, key=f"gan-play-{steps}", icon=":material/play_arrow:"):
                game.play(steps)
        st.button("Start again", key="gan-again", icon=":material/restart_alt:", on_click=_start_again)


def _start_again() -> None:
    session().page_state(_Table).game = None


def _readout(view: GameView, real: np.ndarray) -> None:
    st.markdown(
        f"**After {counted(view.steps, 'step')}**, {overlap(view.generated, real):.0%} of the generated numbers lie as "
        f"the real ones do. Below 0 lie {real[: BINS // 2].sum():.0%} of the real numbers and {view.below:.0%} of the "
        f"generated ones; {view.outside:.0%} of these lie beyond the axis."
    )
    move = view.move
    towards = "larger" if move.slope < 0 else "smaller"
    chance = f"{move.real:.3g}"
    st.markdown(
        explained(
            f"One of them: the generator makes {_signed(move.number)} of the noise {_signed(move.noise)}. The "
            f"discriminator finds it real with a probability of {chance}, so its loss is −ln {chance} = "
            f"{-np.log(float(chance)):.3f} nats. Its slope there is {_signed(move.slope)}: a **{towards}** number "
            "would look more real, and that is where this number pulls the generator."
        )
    )
    if view.losses:
        st.caption(
            explained(
                "The losses of the last step, in nats: "
                f"{view.losses[0]:.3f} for the discriminator, the mean of −ln D(real) − ln(1 − D(generated)), and "
                f"{view.losses[1]:.3f} for the generator, the mean of −ln D(generated). If the discriminator could not "
                f"tell them apart at all, they would be 2 · ln 2 = {2 * np.log(2):.3f} and ln 2 = {np.log(2):.3f}."
            )
        )


def _signed(value: float) -> str:
    return f"{value:.3f}".replace("-", "−")


def _ask() -> None:
    """The question whether both peaks are found."""
    below, other = (_played(_BARS["two"], seed, _ASKED_STEPS).below for seed in (_SEED, _OTHER_SEED))
    predict(
        f"The real numbers lie in two peaks, as many below 0 as above. Where do the generated ones lie after "
        f"{_ASKED_STEPS} steps with seed {_SEED}?",
        {"both": "about half in each of the peaks", "one": "nearly all in one of the peaks"},
        "one" if max(below, 1 - below) > _NEARLY_ALL else "both",
        explained(
            "The generator is only asked for numbers that look real, not for all kinds of them; one kind can be "
            f"enough. That is **mode collapse**. Here {below:.0%} of the generated numbers lie below 0; with seed "
            f"{_OTHER_SEED}, which gives both networks other weights to begin with, {other:.0%} do. Play it, and try "
            "other seeds."
        ),
        key="gan",
    )


@keep_results(max_entries=8)
def _played(bars: tuple[float, ...], seed: int, steps: int) -> GameView:
    from visualizer.concepts.gan_game import Game

    game = Game(bars, seed)
    game.play(steps)
    return game.view()


def _draw_bars(bars: tuple[float, ...]) -> None:
    def receive() -> None:
        drawn = read_bars(sent_by(_KEY, "bars"))
        if drawn is not None:
            table = session().page_state(_Table)
            table.bars, table.game = drawn, None

    st.caption("How often real numbers lie where. Another drawing starts the game again.")
    component("bar_row")(
        key=_KEY,
        data={"bars": bars, "low": LOW, "high": HIGH, "name": "How the real numbers lie"},
        on_bars_change=receive,
    )


def read_bars(sent: Any) -> tuple[float, ...] | None:
    """BINS heights from 0 to 1, not all 0, as a browser sends them; None for anything else that it sends."""
    if not isinstance(sent, list) or len(sent) != BINS or any(type(bar) not in (int, float) for bar in sent):
        return None
    bars = tuple(float(bar) for bar in sent)
    return bars if all(0 <= bar <= 1 for bar in bars) and sum(bars) > 0 else None
