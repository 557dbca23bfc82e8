"""The bottleneck: what is left of a digit that has to pass through a few numbers."""

import numpy as np
import streamlit as st

from visualizer.concepts.linear_code import LinearCode, network_codes
from visualizer.data.catalog import load_dataset
from visualizer.figures.gallery import gallery
from visualizer.figures.maps import map_grid
from visualizer.figures.raster import as_bytes
from visualizer.ui.concepts.generation_digits import SHAPE, choose_digit, digit, digits_of
from visualizer.ui.concepts.pixel_way import Panel, pixel_way
from visualizer.ui.kit.charts import show
from visualizer.ui.kit.glossary import explained
from visualizer.ui.kit.prediction import predict
from visualizer.ui.kit.results import keep_results
from visualizer.ui.parts.latent_map import latent_map
from visualizer.ui.state.models import bundled_network
from visualizer.ui.state.viewport import column_width, is_narrow
from visualizer.words import counted

SIZES = (1, 2, 4, 8, 16, 32, 64)
_PIXELS = SHAPE[1] * SHAPE[2]
_FIRST = 3
_PIXEL = (3, 3)
_TERMS = 4  # of a sum that are written out
_PATTERNS = 8
_ASKED = 0.8
_OFFERED = (4, 8, 16, 32)


@st.fragment
def bottleneck() -> None:
    """Draw what is kept of a digit with few numbers, and of which patterns it is put together."""
    st.markdown(
        explained(
            f"An autoencoder squeezes a picture of {_PIXELS} pixels through **a bottleneck of k numbers, its code**, "
            "and draws it again from these alone. Its loss is the mean squared error of the drawing, so it learns a "
            "code that keeps what tells pictures apart. Here is the best *linear* code, computed exactly, by principal "
            "component analysis: a linear autoencoder learns the same and cannot do better ([Baldi and Hornik, 1989]"
            "(https://doi.org/10.1016/0893-6080(89)90014-2))."
        )
    )
    code, errors = _code()
    asked = _ask(errors)
    index, title = choose_digit("bottleneck-digit")
    true = digit(index)
    numbers = code.codes(true[None])
    drawn = np.stack([code.drawn(numbers, kept).reshape(true.shape) for kept in SIZES])
    off = drawn - true
    patterns = {f"v{place}": pattern.reshape(true.shape) for place, pattern in enumerate(code.components[:_TERMS], 1)}
    pixel_way(
        [
            Panel("y", title, true[None], value_range=(0, 1)),
            Panel("r", "Drawn from its code", drawn, "→", value_range=(0, 1)),
            Panel("d", "Drawn − true", off),
        ],
        [f"k = {kept}" for kept in SIZES],
        [_words(kept, off[place], errors, asked) for place, kept in enumerate(SIZES)],
        [_sums(kept) for kept in SIZES],
        {f"c{place + 1}": np.full(len(SIZES), numbers[0, place]) for place in range(_TERMS)},
        slider="Numbers in the code",
        first=_FIRST,
        pixel=_PIXEL,
        scale="Pixels go from 0 (black) to 1 (white); in the difference, from −1 to 1, and grey is right.",
        start=f"bottleneck-{index}",
        key="bottleneck",
        more=patterns | {"m": code.mean.reshape(true.shape)},
    )
    everything = np.concatenate([code.mean.reshape(1, *true.shape), drawn])
    labels = ["k = 0", *(f"k = {kept}" for kept in SIZES)]
    columns = 4 if is_narrow() else len(labels)
    show(
        gallery(as_bytes(everything)[..., None], labels, columns, width=column_width(), labelled="Numbers in the code"),
        "bottleneck-all",
    )
    st.caption("Without any number, k = 0, the best drawing is the mean of all training digits.")
    st.subheader("What the numbers stand for", anchor=False)
    st.markdown(
        "Each number of the code says **how much of one pattern** is added to the mean digit; a negative one takes it "
        "away. These are the first patterns, with this digit’s numbers."
    )
    show(
        map_grid(
            code.components[:_PATTERNS].reshape(-1, *true.shape),
            titles=[f"{number:+.2f} ×".replace("-", "−") for number in numbers[0, :_PATTERNS]],
            columns=4 if is_narrow() else _PATTERNS,
            diverging=True,
            value_label="number of the pattern",
            hover=False,
            width=column_width(),
        ),
        "bottleneck-patterns",
    )
    st.subheader("Two numbers, and a network that can bend", anchor=False)
    _map(float(errors[1 + SIZES.index(2)]))


def _map(linear: float) -> None:
    """Draw the map of codes of a trained autoencoder; `linear` is the error of the linear code of two numbers."""
    network, dataset = bundled_network("autoencoder"), load_dataset("digits")
    codes, error = _codes_of_network()
    st.markdown(
        explained(
            "This small autoencoder has activation functions between its layers, and also k = 2. Its mean squared "
            f"error of the test digits is **{error:.4f}**, that of the linear code {linear:.4f}. Two numbers are a "
            "place on a map."
        )
    )
    latent_map("autoencoder", network, dataset, codes)
    st.caption(
        "In Build’s gallery, “Tells a digit in two numbers” and “Draws digits from a map” are larger ones to train "
        "yourself. Their maps are under Evaluation."
    )


def _words(kept: int, off: np.ndarray, errors: np.ndarray, asked: bool) -> str:
    own = (
        f"{counted(kept, 'number')} instead of {_PIXELS}. Mean squared error: {np.square(off).mean():.4f} of this digit"
    )
    if not asked:
        return f"{own}."
    error = errors[1 + SIZES.index(kept)]
    return f"{own}, {error:.4f} of all test digits, which is {1 - error / errors[0]:.0%} less than with k = 0."


def _sums(kept: int) -> list[str]:
    """A pixel as a sum over the patterns, the first ones written out."""
    terms = " + ".join(f"{{c{place}}} · {{v{place}}}" for place in range(1, min(kept, _TERMS) + 1))
    rest = "" if kept <= _TERMS else f" + {counted(kept - _TERMS, 'more product')}"
    return ["mean digit + number · pattern + …", f"≈ {{m}} + {terms}{rest}", "≈ {r}", "true: {y}, so it is off by {d}"]


def _ask(errors: np.ndarray) -> bool:
    """The question how many numbers suffice; whether it was answered."""
    less = {kept: 1 - errors[1 + SIZES.index(kept)] / errors[0] for kept in _OFFERED}
    return predict(
        explained(
            f"If each test digit is drawn as the mean digit, there is a certain mean squared error. How many numbers "
            f"for each digit are the fewest of these that take away at least {_ASKED:.0%} of it?"
        ),
        {str(kept): f"k = {kept}" for kept in _OFFERED},
        str(next(kept for kept in _OFFERED if less[kept] >= _ASKED)),
        f"Neighbouring pixels of digits are alike, so far fewer than {_PIXELS} numbers say most of it, and each "
        "further one adds less. They take away "
        + ", ".join(f"{share:.0%} with k = {kept}" for kept, share in less.items())
        + ".",
        key="bottleneck",
    )


@keep_results(max_entries=1)
def _code() -> tuple[LinearCode, np.ndarray]:
    """The code learnt from the training digits, and the errors of the test digits without any number and with SIZES."""
    code = LinearCode.of(digits_of("train"))
    return code, code.errors(digits_of("test"), (0, *SIZES))


@keep_results(max_entries=1, show_spinner="Asking the autoencoder …")
def _codes_of_network() -> tuple[np.ndarray, float]:
    """The codes of the test digits, (N, 2), and the mean squared error of a pixel drawn from them."""
    return network_codes(bundled_network("autoencoder"), digits_of("test"))
