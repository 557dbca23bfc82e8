"""The two parts of the page on Dense and softmax: from maps to a logit, and from logits to probabilities."""

from dataclasses import replace

import numpy as np
import streamlit as st

from visualizer.architecture.architecture import summarize
from visualizer.architecture.shapes import describe_shape
from visualizer.concepts.dense import Contribution, LogitSum, logit_sum, strongest
from visualizer.concepts.softmax import Softmax, softmax
from visualizer.data.catalog import load_dataset
from visualizer.data.prepare import prepare
from visualizer.figures.chart import number
from visualizer.figures.dense_concept import contribution_maps, flat_vector, logit_waterfall, positions_on_picture
from visualizer.figures.maps import map_grid
from visualizer.figures.picture import picture_chart
from visualizer.figures.probabilities import probability_bars
from visualizer.ui.concepts.latex import power_of_ten
from visualizer.ui.kit.charts import show
from visualizer.ui.kit.glossary import explained, meaning
from visualizer.ui.kit.prediction import predict
from visualizer.ui.state.models import bundled_network, probe_picture
from visualizer.ui.state.viewport import column_width, is_narrow

# A digit that the network is unsure about.
_DIGIT, _PICTURE = 3, 18
_LISTED = 8  # contributions in the chart of the sum
_WRITTEN = 3  # contributions in the formula
_MAP_COLUMNS = 4
_MAX_PICTURE = 226  # pixels
_ASKED_TEMPERATURE = 2.0


def _digit() -> int:
    """Draw the choice of a digit of the test split; its index in the data set."""
    dataset = load_dataset("digits")
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        label = st.pills("Digit", range(10), default=_DIGIT, required=True, key="dense-digit", persist_state="session")
        of_class = dataset.test[dataset.labels[dataset.test] == label]
        place = st.number_input(
            f"Picture 1 to {len(of_class)}",
            1,
            len(of_class),
            min(_PICTURE, len(of_class)) if label == _DIGIT else 1,
            key=f"dense-number-{label}",
            persist_state="session",
            width=140,
            help="From the test split: the network was never trained on these pictures.",
        )
    return int(of_class[place - 1])


@st.cache_data(max_entries=64, show_spinner="Looking at the digit …")
def _network_arrays(index: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """For a digit: the picture, the input maps of Flatten, the Dense layer's weights and biases, and the logits."""
    dataset, network = load_dataset("digits"), bundled_network()
    picture = prepare(dataset.pictures[index][None], network.architecture.input_shape)[0]
    *_, flatten, dense = probe_picture(("bundled",), network, picture).layers
    arrays = (picture, flatten.input, dense.kernels, dense.bias, dense.before_activation)
    return tuple(np.array(array) for array in arrays)  # type: ignore[return-value]


@st.fragment
def logit() -> None:
    """From the last feature maps to the logit of one class."""
    index = _digit()
    picture, maps, weights, biases, logits = _network_arrays(index)
    unit = st.pills(
        "Class whose logit is explained (each class is followed by its logit)",
        range(len(logits)),
        default=int(logits.argmax()),
        required=True,
        format_func=lambda unit: f"**{unit}**  {number(float(logits[unit]))}",
        key=f"dense-class-{index}",
        persist_state="session",
        help=meaning("logit", "weight", "bias"),
    )
    parts = logit_sum(maps, weights, biases, unit)
    _maps(picture, parts)
    show(flat_vector(parts.activations, parts.weights, parts.contributions), "dense-vector")
    _flatten_rule(parts)
    top = strongest(parts, _LISTED)
    rest = parts.total - sum(part.value for part in top)
    left, right = st.columns([3, 7], gap="medium")
    with left:
        show(positions_on_picture(picture, parts.by_position, width=column_width(0.3)), "dense-places")
        st.caption("Each position is drawn over its share of the picture; through earlier layers it sees more of it.")
    with right:
        show(
            logit_waterfall(
                [_position(part) for part in top],
                [part.value for part in top],
                rest,
                parts.bias,
                parts.logit,
                parts.contributions.size - len(top),
            ),
            "dense-sum",
        )
    written = " ".join(
        rf"{_sign(part.value)} {part.activation:.3f} \cdot {abs(part.weight):.3f}"
        for part in top[: 1 if is_narrow() else _WRITTEN]
    )
    st.latex(
        rf"\begin{{aligned}} z_{{{unit}}} &= \sum_i a_i w_i + b \\ &= {written.removeprefix('+')} + \dots "
        rf"{_sign(parts.bias)} {abs(parts.bias):.4f} \\ &= {parts.total:.4f} {_sign(parts.bias)} {abs(parts.bias):.4f} "
        rf"= {parts.logit:.4f} \end{{aligned}}"
    )
    _ask_size()


def _maps(picture: np.ndarray, parts: LogitSum) -> None:
    columns = st.columns(4, gap="small")
    width = column_width(1 / 4)
    titles = [str(channel + 1) for channel in range(len(parts.activations))]
    with columns[0]:
        st.markdown("**Input**")
        show(picture_chart(picture, "", width=min(width, _MAX_PICTURE)), "dense-picture")
    with columns[1]:
        st.markdown(f"**Last maps**, {describe_shape(parts.activations.shape)}")
        show(
            map_grid(parts.activations, titles=titles, columns=_MAP_COLUMNS, value_label="activation", width=width),
            "dense-activations",
        )
    with columns[2]:
        st.markdown(explained(f"**× weights** of class {parts.unit}"))
        show(
            map_grid(
                parts.weights, titles=titles, columns=_MAP_COLUMNS, value_label="weight", diverging=True, width=width
            ),
            "dense-weights",
        )
    with columns[3]:
        st.markdown(f"**= contributions** to {parts.unit}")
        show(
            contribution_maps(parts.activations, parts.weights, parts.contributions, columns=_MAP_COLUMNS, width=width),
            "dense-contributions",
        )


def _flatten_rule(parts: LogitSum) -> None:
    channels, height, width = parts.activations.shape
    (first,) = strongest(parts, 1)
    st.caption(
        explained(
            f"**Flatten** changes no number: it writes the {channels} maps one after another, each row by row."
            f" {_position(first)} becomes number {first.channel} · {height * width} + {first.row} · {width} + "
            f"{first.column} + 1 = **{first.index + 1}** of {parts.activations.size}. (In Keras, where the channels "
            f"come last, it becomes number {first.keras_index + 1}; the sum is the same.)"
        )
    )


def _position(part: Contribution) -> str:
    return f"Map {part.channel + 1}, row {part.row + 1}, column {part.column + 1}"


def _sign(value: float) -> str:
    return "-" if value < 0 else "+"


def _ask_size() -> None:
    """Ask how many parameters the Dense layer would have for pictures of twice the size."""
    architecture = bundled_network().architecture
    channels, height, width = architecture.input_shape
    larger = replace(architecture, input_shape=(channels, 2 * height, 2 * width))
    (*_, small), (*_, large) = (summarize(network).layers for network in (architecture, larger))
    assert small.parameters is not None
    assert large.parameters is not None
    assert small.input_shape is not None
    assert large.input_shape is not None
    inputs, more = small.input_shape[0], large.input_shape[0]
    units = small.parameters // (inputs + 1)
    counts = sorted({small.parameters, 2 * small.parameters, large.parameters, more + units})
    predict(
        f"This Dense layer learns {inputs} · {units} weights + {units} biases = {small.parameters:,} numbers. How many "
        f"would it learn with pictures of **{2 * height} × {2 * width}** instead of {height} × {width}?",
        {str(count): f"{count:,}" for count in counts},
        str(large.parameters),
        explained(
            f"The last maps become {more // inputs} times as large, so each unit has {more // inputs} times as many "
            f"weights, and still one bias: {more} · {units} + {units} = {large.parameters:,}. The convolutions would "
            "still learn the same few numbers, since their kernels slide. Global average pooling instead of Flatten "
            "avoids this growth.",
            "kernel",
            "unit",
        ),
        "dense-size",
    )


@st.cache_data(max_entries=256, show_spinner=False)
def _softmax(index: int, temperature: float) -> Softmax:
    return softmax(_network_arrays(index)[4], temperature)


@st.fragment
def probabilities() -> None:
    """From the logits to probabilities, with a temperature."""
    dataset = load_dataset("digits")
    digit_column, temperature_column = st.columns([3, 2], gap="medium", vertical_alignment="bottom")
    with digit_column:
        index = _digit()
    temperature = temperature_column.slider(
        "Temperature T: every logit is divided by it",
        0.1,
        10.0,
        1.0,
        0.1,
        key="softmax-temperature",
        persist_state="session",
        help=f"1 is the plain softmax that the network was trained with.\n\n{meaning('logit')}",
    )
    _ask_temperature(index)
    result = _softmax(index, temperature)
    left, right = st.columns(2, gap="medium")
    with left:
        _table(result, dataset.class_names)
    with right:
        compare = ("T = 1", _softmax(index, 1.0).probabilities) if temperature != 1 else None
        show(
            probability_bars(result.probabilities, dataset.class_names, int(dataset.labels[index]), compare),
            "softmax-probabilities",
        )
        winner = result.winner
        st.latex(
            rf"\begin{{aligned}} p_{{{winner}}} &= \frac{{e^{{z_{{{winner}}} / T}}}}{{\sum_j e^{{z_j / T}}}} \\ &= "
            rf"\frac{{e^{{{result.logits[winner]:.2f} / {temperature:g}}}}}{{{power_of_ten(result.total)}}} = "
            rf"\frac{{{power_of_ten(result.exponentials[winner])}}}{{{power_of_ten(result.total)}}} = "
            rf"{result.probabilities[winner]:.4f} \end{{aligned}}"
        )
    st.markdown(
        "Whatever the logits are, every p is above 0, and together they add up to 1. "
        f"Their **entropy** is {result.entropy:.2f} bits: 0 is certain, {result.max_entropy:.2f} is blind guessing. "
        "A T above 1 evens the probabilities out and a T below 1 sharpens them; their order, and so the answer, stays "
        "the same."
    )
    st.caption(
        explained(
            "Libraries first subtract the largest logit from all of them, so that no power of e overflows; the result "
            "is the same. A high p does not guarantee a right answer: networks are often overconfident, and a "
            "temperature fitted on validation pictures is one remedy (C. Guo et al., On calibration of modern neural "
            "networks, 2017).",
            "validation",
        )
    )


def _table(result: Softmax, names: tuple[str, ...]) -> None:
    """Every step from logit to probability, one row per class."""
    rows = [
        (name, f"{z:.2f}", f"{scaled:.2f}", f"{exponential:.3g}", f"{share:.4f}")
        for name, z, scaled, exponential, share in zip(
            names, result.logits, result.scaled, result.exponentials, result.probabilities, strict=True
        )
    ]
    rows[result.winner] = tuple(f"**{cell}**" for cell in rows[result.winner])  # type: ignore[assignment]
    rows.append(("**sum**", "", "", f"**{result.total:.3g}**", f"**{result.probabilities.sum():.4f}**"))
    head = f"| class | logit z | z / {result.temperature:g} | $e^{{z/T}}$ | p |\n|:--|--:|--:|--:|--:|\n"
    st.markdown(head + "\n".join(f"| {' | '.join(row)} |" for row in rows).replace("-", "−"))


def _ask_temperature(index: int) -> None:
    plain = _softmax(index, 1.0)
    asked = _softmax(index, _ASKED_TEMPERATURE)
    winner, before = plain.winner, float(plain.probabilities.max())
    sharper = float(_softmax(index, 1 / _ASKED_TEMPERATURE).probabilities[winner])
    right = f"{asked.probabilities[winner]:.1%}"
    second = int(np.argsort(plain.probabilities)[-2])
    ratio = float(plain.probabilities[winner] / plain.probabilities[second])
    options = {right, f"{before / _ASKED_TEMPERATURE:.1%}", f"{before:.1%}", f"{sharper:.1%}"}
    predict(
        f"The network gives {winner} a probability of **{before:.1%}**. What is the probability when all logits are "
        f"divided by **T = {_ASKED_TEMPERATURE:g}**?",
        {option: option for option in sorted(options, key=lambda option: float(option[:-1]))},
        right,
        f"Halving the logits halves their differences, and the ratio of two probabilities is e to the power of such a "
        f"difference: {winner} was {number(ratio)} times as probable as {second}, and is now √{number(ratio)} = "
        f"{number(ratio**0.5)} times as probable.",
        f"temperature-{index}",
    )
