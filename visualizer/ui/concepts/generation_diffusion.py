"""Diffusion: noise is mixed into a digit, and a network takes noise away step by step."""

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from visualizer.concepts.diffusion import (
    Schedule,
    WayBack,
    amounts,
    as_signed,
    drawn_noise,
    noised,
    read_right,
    way_back,
)
from visualizer.data.catalog import dataset_entry, is_known
from visualizer.figures.schedules import schedule_lines
from visualizer.tasks.diffusion import Diffusion, class_count
from visualizer.training.runs.records import RunRecord
from visualizer.training.settings import RunSpec
from visualizer.ui.concepts.generation_digits import choose_digit, digit, digits_of, labels_of
from visualizer.ui.concepts.pixel_way import Panel, pixel_way
from visualizer.ui.kit.charts import show
from visualizer.ui.kit.glossary import explained
from visualizer.ui.kit.pick import pick, select
from visualizer.ui.kit.prediction import predict
from visualizer.ui.kit.results import keep_results
from visualizer.ui.state.current_run import current_run
from visualizer.ui.state.dataset_names import own_names
from visualizer.ui.state.models import NetworkKey, bundled_network, network_or_reason
from visualizer.ui.state.session import session

if TYPE_CHECKING:
    from visualizer.architecture.network import Network

SHARES = np.round(np.linspace(0, 1, 21), 2)
SCHEDULES: dict[Schedule, str] = {"straight": "Straight", "cosine": "Cosine", "linear": "DDPM’s"}
_TIMES = np.round(np.linspace(0, 1, 101), 2)
_ABOUT_SCHEDULES: dict[Schedule, str] = {
    "straight": "This app’s networks learn on the straight way: the digit goes as the noise comes (rectified flow, "
    "2022).",
    "cosine": "The squares of both numbers add up to 1 (Nichol and Dhariwal, 2021), and the digit stays longer than on "
    "the straight way.",
    "linear": "The first schedule that made good pictures (DDPM; Ho and others, 2020), of 1,000 steps: at t = 0.5, "
    "only {halfway:.0%} of the digit is left, so that many late steps see little but noise.",
}
STEPS = {steps: str(steps) for steps in (1, 2, 5, 10, 20)}
_FIRST_SHARE = 6
_HALFWAY = 0.5  # one of the shares
_NOISE_SEED = 1
_START_SEED = 12
_PIXEL = (3, 3)
_SCALE = "Pixels go from −1 (black) to 1 (white); noise also goes beyond, and is drawn like these."
_NETWORKS = {"own": "Yours", "small": "A small one"}
_LARGEST = 32  # pixels of a side
_OFFERED = (0.15, 0.35, 0.55, 0.75)


def diffusion() -> None:
    """Draw the way into noise, and the way back."""
    st.markdown(
        explained(
            "A network learns to take away noise that was mixed into real pictures. **Asked again and again, it makes "
            "a picture where there was nothing but noise.**"
        )
    )
    _into_noise()
    st.subheader("The way back: one step after the other", anchor=False)
    _back()


@st.fragment
def _into_noise() -> None:
    st.subheader("The way into noise", anchor=False)
    st.markdown(
        "With a share of noise $t$, each pixel $y$ of the digit becomes $x = (1 - t) \\cdot y + t \\cdot ε$. Each ε is "
        "drawn at random once: normally distributed, with mean 0 and standard deviation 1. The way need not be "
        "straight: a **noise schedule** says how much of the digit, and how much noise, there is at each time $t$."
    )
    index, title = choose_digit("diffusion-digit")
    schedule = pick("Noise schedule", SCHEDULES, "diffusion-schedule", default="straight")
    asked = _ask_reading(_read_right("straight"))
    kept, added = amounts(schedule, SHARES)
    clean, noise = as_signed(digit(index)), drawn_noise((8, 8), _NOISE_SEED)
    told = [
        f" The Home page’s network reads {right:.0%} of the test digits right at this t."
        for right in _read_right(schedule)
    ]
    straight = schedule == "straight"
    sums = ["x = (1 − t) · y + t · ε", "= (1 − {t}) · {y} + {t} · {e}", "= {x}"]
    pixel_way(
        [
            Panel("y", f"{title}: y", clean[None]),
            Panel("e", "Noise: ε", noise[None], "+"),
            Panel("x", "Mixed: x", noised(clean, noise, kept, added), "→"),
        ],
        [f"t = {share:.2f}" for share in SHARES],
        [
            f"{of_digit:.0%} digit and {of_noise:.0%} noise.{words if asked else ''}"
            if straight
            else f"{of_digit:.2f} of the digit and {of_noise:.2f} of the noise.{words if asked else ''}"
            for of_digit, of_noise, words in zip(kept, added, told, strict=True)
        ],
        [sums if straight else ["x = a · y + b · ε", "= {a} · {y} + {b} · {e}", "= {x}"]] * len(SHARES),
        {"t": SHARES, "a": kept, "b": added},
        slider="Share of noise t" if straight else "Time t",
        first=_FIRST_SHARE,
        pixel=_PIXEL,
        scale=_SCALE,
        start=f"into-{index}-{schedule}",
        key="diffusion-into-noise",
    )
    every = {title: amounts(name, _TIMES)[0] for name, title in SCHEDULES.items()}
    show(schedule_lines(_TIMES, every, SCHEDULES[schedule]), "diffusion-schedules")
    st.caption(_ABOUT_SCHEDULES[schedule].format(halfway=kept[SHARES == _HALFWAY].item()))


def _ask_reading(accuracy: np.ndarray) -> bool:
    """The question at which share of noise a classifier fails; whether it was answered."""
    at = {share: accuracy[int(np.argmin(np.abs(SHARES - share)))] for share in _OFFERED}
    numbers = ", ".join(f"{right:.0%} at t = {share:.2f}" for share, right in at.items())
    return predict(
        "The Home page’s network reads clean digits and was never shown noise. At which of these shares of noise, on "
        "the straight way, does it first read fewer than half of the test digits right?",
        {f"{share:.2f}": f"t = {share:.2f}" for share in _OFFERED},
        next(f"{share:.2f}" for share, right in at.items() if right < 0.5),
        f"A digit is made of many pixels, and noise that differs from pixel to pixel hides it late. It reads "
        f"{accuracy[0]:.0%} right without noise; with it, {numbers}.",
        key="diffusion-reading",
    )


@st.fragment
def _back() -> None:
    st.markdown(
        explained(
            "The network is shown $x$ and says what it takes for the clean picture. A step from the share $t$ of noise "
            "to the next smaller one, $s$, goes only a part of the way there: $x + \\frac{t - s}{t} \\cdot "
            "(\\text{clean} - x)$. Then it is asked again."
        )
    )
    own = _own_run()
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        if own is not None and pick("Network", _NETWORKS, "diffusion-network") == "small":
            own = None
        wanted = None if own is None else _ask_for_class(own.spec)
        steps = pick("Steps", STEPS, "diffusion-steps", default=10)
        seed = int(
            st.number_input(
                "Seed of the noise",
                1,
                999,
                _START_SEED,
                key="diffusion-seed",
                persist_state="session",
                width=170,
                help="**seed:** The start of a series of random numbers. Another one gives other noise, and so "
                "another digit.",
            )
        )
    if own is None:
        way = _way(steps, seed)
        st.caption(
            "A small network of two hidden layers that learnt from "
            f"{len(digits_of('train')):,} real digits with their noise; it is told neither t nor a class. If you train "
            "the gallery’s “Removes noise from digits”, you can choose your own network here, and ask it for a class."
        )
        _ask_first(way.clean[0])
    else:
        found = network_or_reason(own)
        if found is None:
            return
        way = _own_way(found[0], steps, seed, wanted, found[1])
        if not np.isfinite(way.shown).all():
            st.info("What this network answers are no numbers any more. Train it again with a smaller learning rate.")
            return
        st.caption(f"Your own network after {own.step:,} steps of training. It is not told t.")
    left = range(steps, 0, -1)
    pixel_way(
        [
            Panel("x", "Before: x", way.shown[:-1]),
            Panel("c", "The network: clean", way.clean, "→"),
            Panel("n", "After the step", way.shown[1:], "→"),
        ],
        [f"step {step} of {steps}" for step in range(1, steps + 1)],
        [
            f"From t = {before:.2f} to s = {after:.2f}: the step goes {1 / of:.0%} of the way to the network’s picture."
            for before, after, of in zip(way.shares[:-1], way.shares[1:], left, strict=True)
        ],
        [
            [
                "x + (t − s) / t · (clean − x)",
                "= {x} + ({t} − {s}) / {t} · ({c} − {x})",
                "= {x} + ({c} − {x}) / {left}",
                "= {n}",
            ]
        ]
        * steps,
        {"t": way.shares[:-1], "s": way.shares[1:], "left": list(left)},
        slider="Step",
        first=steps - 1,
        pixel=_PIXEL,
        scale=_SCALE,
        start=f"back-{steps}-{seed}-{'small' if own is None else wanted}",
        key="diffusion-back",
    )


def _own_run() -> RunRecord | None:
    """This tab's run, if its network takes noise away from small grey pictures."""
    record = current_run(session())
    if record is None or not isinstance(record.spec.settings.task, Diffusion):
        return None
    channels, height, width = record.spec.architecture.input_shape
    return record if channels == 1 and max(height, width) <= _LARGEST else None


def _ask_for_class(spec: RunSpec) -> int | None:
    """The class that the sample shall have; None for any."""
    known, name = class_count(spec.architecture), spec.settings.dataset
    own = own_names(session(), name)
    if not known or not is_known(name, own):
        return None
    offered = {-1: "any", **dict(enumerate(dataset_entry(name, own).annotations.class_names[:known]))}
    wanted = select("Class", offered, "diffusion-class", default=-1, width=130)
    return None if wanted == -1 else wanted


def _ask_first(answer: np.ndarray) -> None:
    """The question what the network makes of noise alone."""
    digits = as_signed(digits_of("train")[:, 0])
    to_mean = float(np.abs(answer - digits.mean(axis=0)).mean())
    to_digit = float(np.abs(answer - digits).mean(axis=(1, 2)).min())
    predict(
        "In step 1 the network sees nothing but noise. What does it take for the clean picture?",
        {"digit": "one of the digits that it learnt from", "mean": "a blur, near the mean of all digits"},
        "mean" if to_mean < to_digit else "digit",
        "Noise says nothing about which digit it hides, and the guess with the smallest squared error is then the mean "
        "of all. Small steps leave room to change its mind: the little that a step settles makes the next answer "
        f"clearer. A pixel of its first answer here is {to_mean:.2f} away from the mean digit, and {to_digit:.2f} from "
        "the nearest real one.",
        key="diffusion-first",
    )


@keep_results(max_entries=64, show_spinner="Taking noise away …")
def _way(steps: int, seed: int) -> WayBack:
    return way_back(bundled_network("denoiser"), drawn_noise((8, 8), seed), steps)


@keep_results(max_entries=64, show_spinner="Taking noise away …")
def _own_way(key: NetworkKey, steps: int, seed: int, wanted: int | None, _network: "Network") -> WayBack:
    return way_back(_network, drawn_noise(_network.input_shape[1:], seed), steps, wanted)


@keep_results(max_entries=3, show_spinner="Reading noisy digits …")
def _read_right(schedule: Schedule) -> np.ndarray:
    mixed = zip(*amounts(schedule, SHARES), strict=True)
    return read_right(bundled_network(), digits_of("test"), labels_of("test"), mixed, seed=0)
