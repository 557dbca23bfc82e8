"""The three parts of the page on activation functions: the functions, a deep chain of layers, and dead ReLUs."""

import numpy as np
import streamlit as st

from visualizer.architecture.activations import COMMON, FUNCTIONS, elementwise
from visualizer.architecture.initialization import INITIALIZATIONS, Initialization
from visualizer.concepts.activations import ActivatedMap, activate, arithmetic_of, output_change, sobel_response
from visualizer.concepts.dead_units import FiringUnits, train_and_count
from visualizer.concepts.gradient_chain import DENSE_UNITS, FILTERS, Chain, Kind, gradient_chain
from visualizer.data.catalog import load_dataset
from visualizer.data.photos import PHOTOS, bundled_photo
from visualizer.data.prepare import prepare, prepare_photo
from visualizer.figures.activations import before_and_after, dead_share_lines, firing_grid, gradient_lines
from visualizer.figures.chart import number
from visualizer.figures.maps import map_grid
from visualizer.ui.concepts.activation_dot import activation_dot
from visualizer.ui.concepts.latex import power_of_ten
from visualizer.ui.kit.charts import show
from visualizer.ui.kit.glossary import explained, meaning
from visualizer.ui.kit.pick import pick, select
from visualizer.ui.kit.prediction import predict
from visualizer.ui.state.models import bundled_network, probe_picture
from visualizer.ui.state.viewport import column_width

_PHOTO_SHAPE = (1, 72, 96)
_NETWORK_MAP = "digit"
_MAPS = {
    **{name: f"{title.split(' (')[0]}: Sobel x" for name, title in PHOTOS.items()},
    _NETWORK_MAP: "A digit: first Conv2D",
}
_CHANGE_FROM = -3.0

_CHAIN_PICTURES = 16
_DEFAULT_DEPTH = 12
_ASKED_CHAIN = ("sigmoid", _DEFAULT_DEPTH, "dense", "glorot_uniform")
_KINDS: dict[Kind, str] = {"dense": "Dense", "convolution": "Conv2D"}
# What z and W in the chain rule stand for.
_SYMBOLS: dict[Kind, str] = {
    "dense": "z is a layer’s output before its activation.",
    "convolution": "z is a layer’s output before its activation; W is the convolution written as a matrix, and Wᵀ the "
    "transposed convolution.",
}
# With all weights 0 the gradient is 0, which cannot be drawn on a logarithmic axis.
_INITIALIZATIONS = {name: title for name, title in INITIALIZATIONS.items() if name != "zeros"}

_RATES = (0.1, 0.5, 1.0)
_ASKED_RATE = 2.0


def _function_choice() -> str:
    return pick(
        "Activation function",
        elementwise(),
        "activation-function",
        default="relu",
        widget=st.pills,
        help=meaning("activation function", "ReLU"),
    )


@st.cache_data(max_entries=8, show_spinner="Computing the map …")
def _values(source: str) -> np.ndarray:
    """The (H, W) input of the activation function."""
    if source != _NETWORK_MAP:
        return sobel_response(prepare_photo(bundled_photo(source), _PHOTO_SHAPE)[0])
    dataset, network = load_dataset("digits"), bundled_network()
    picture = prepare(dataset.pictures[dataset.test[:1]], network.architecture.input_shape)[0]
    maps = probe_picture(("bundled",), network, picture).layers[0].before_activation
    assert maps is not None
    return np.array(maps[maps.var(axis=(1, 2)).argmax()])


def _compared(name: str) -> tuple[str, ...]:
    """The functions that one is compared with, itself among them."""
    return COMMON if name in COMMON else (*COMMON, name)


@st.cache_data(max_entries=64, show_spinner=False)
def _activated(name: str, source: str) -> ActivatedMap:
    return activate(name, _values(source))


@st.fragment
def functions() -> None:
    """A function, its derivative, and its effect on a real map."""
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        name = _function_choice()
        source = pick("A real map", _MAPS, "activation-map", widget=st.pills)
    title, arithmetic = FUNCTIONS[name].title, arithmetic_of(name)
    result = _activated(name, source)
    left, right = st.columns(2, gap="medium")
    with left:
        activation_dot(name)
    with right:
        show(
            map_grid(
                np.stack([result.before, result.after]),
                titles=["before", f"after {title}"],
                columns=2,
                diverging=True,
                value_label="value of the map",
                width=column_width(1 / 2),
            ),
            "activation-maps",
        )
        show(before_and_after(result.edges, result.before_counts, result.after_counts, title), "activation-histograms")
    share = result.silenced / result.before.size
    st.markdown(
        f"**{title}.** {arithmetic.note} In this map it sets **{result.silenced:,} of {result.before.size:,}** "
        f"numbers to 0 ({share:.1%}); the mean derivative over its numbers is **{number(result.mean_slope)}**."
    )
    if source in PHOTOS:
        st.caption(
            "Sobel x responds to vertical edges; here its output is divided by its standard deviation. "
            f"{PHOTOS[source]}."
        )
    formula, derivative = st.columns(2, gap="medium")
    if arithmetic.formula:
        formula.latex(arithmetic.formula)
        derivative.latex(arithmetic.derivative)
    else:
        formula.markdown(f"f(x) = {FUNCTIONS[name].formula}")
    _ask_change(name)


def _ask_change(name: str) -> None:
    start, title = _CHANGE_FROM, FUNCTIONS[name].title
    changes = {other: output_change(other, start) for other in _compared(name)}
    # Another function with the same answer would be right, too.
    right = _signed(changes[name])
    in_order = sorted(
        (other for other in changes if other == name or _signed(changes[other]) != right), key=changes.__getitem__
    )
    others = ", ".join(f"{FUNCTIONS[other].title} {_signed(changes[other])}" for other in in_order if other != name)
    predict(
        f"The input of {title} rises by 1, from {number(start)} to {number(start + 1)}. How does its output change?",
        {other: _signed(changes[other]) for other in in_order},
        name,
        f"The average slope between the two is {_signed(changes[name])}, so an input that rises by 1 changes the "
        f"output by exactly that: f({number(start + 1)}) − f({number(start)}) = {_signed(changes[name])}. Drag the dot "
        f"there to see it. The other answers belong to {others}.",
        f"rise-{name}",
    )


def _signed(value: float) -> str:
    return f"+{number(value)}" if value > 0 else number(value)


@st.cache_data(max_entries=512, show_spinner=False)
def _chain(name: str, depth: int, kind: Kind, initialization: Initialization) -> Chain:
    dataset = load_dataset("digits")
    indices = dataset.train[:_CHAIN_PICTURES]
    pictures = prepare(dataset.pictures[indices], (1, 8, 8))
    return gradient_chain(name, depth, pictures, dataset.labels[indices], kind=kind, initialization=initialization)


@st.fragment
def deep_chain() -> None:
    """The gradient on its way back through many identical layers."""
    st.markdown(
        explained(
            f"{_CHAIN_PICTURES} real digits go forward through a new chain of identical layers; PyTorch sends the "
            "gradient of the cross-entropy back. **Every layer multiplies it** by the derivative of its activation "
            "function and by its weights."
        )
    )
    answered = _ask_chain()
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        name = _function_choice()
        depth = st.slider(
            "Layers in the chain", 2, 30, _DEFAULT_DEPTH, key="chain-depth", persist_state="session", width=160
        )
        kind = pick(
            "Each layer",
            _KINDS,
            "chain-kind",
            default="dense",
            help=f"Dense with {DENSE_UNITS} units, or Conv2D with {FILTERS} filters of 3 × 3.",
        )
        initialization = select("Initialisation", _INITIALIZATIONS, "chain-initialization", width=190)
    hidden = set() if answered else {_ASKED_CHAIN[0]}
    with st.spinner("Sending the gradient back …", show_time=False):
        shown = [other for other in _compared(name) if other not in hidden]
        chains = {other: _chain(other, depth, kind, initialization) for other in shown}
    titles = {other: FUNCTIONS[other].title for other in _compared(name)}
    show(gradient_lines({other: chain.norms for other, chain in chains.items()}, titles, name), "chain-lines")
    if name in hidden:
        st.info(f"The line of the {titles[name]} appears once you have answered.", icon=":material/visibility_off:")
        return
    chain = chains[name]
    rule, numbers = st.columns(2, gap="medium", vertical_alignment="center")
    rule.latex(r"\frac{\partial L}{\partial z_l} = f'(z_l) \odot W_{l+1}^{\top} \frac{\partial L}{\partial z_{l+1}}")
    numbers.latex(
        rf"\begin{{aligned}} \frac{{\lVert \partial L / \partial z_1 \rVert}}"
        rf"{{\lVert \partial L / \partial z_{{{depth}}} \rVert}} &= "
        rf"\frac{{{power_of_ten(chain.norms[0])}}}{{{power_of_ten(chain.norms[-1])}}} \\ &= "
        rf"{power_of_ten(chain.ratio)} = {chain.factor_per_layer:.3f}^{{{depth - 1}}} \end{{aligned}}"
    )
    st.caption(
        f"{_SYMBOLS[kind]} With {titles[name]}, each layer changes the gradient’s norm by a factor of "
        f"{chain.factor_per_layer:.3f} on (geometric) average. In a deep network, a factor below 1 makes the gradient "
        "vanish and one above 1 makes it explode; initialisation and normalisation are chosen to keep it near 1."
    )


def _ask_chain() -> bool:
    name, depth, kind, initialization = _ASKED_CHAIN
    chain = _chain(name, depth, kind, initialization)  # type: ignore[arg-type]
    smaller = 1 / chain.ratio
    return predict(
        f"{depth} Dense layers with **sigmoid**, whose derivative is at most 1/4. How much smaller is the gradient at "
        f"layer 1 than at layer {depth}?",
        {
            "same": "not smaller",
            "once": "about 4 times",
            "added": f"about {4 * (depth - 1)} times",
            "multiplied": f"about {_rounded(smaller)} times",
        },
        "multiplied",
        f"Each of the {depth - 1} steps from layer {depth} back to layer 1 multiplies the gradient by a factor below "
        f"1, on average {chain.factor_per_layer:.3f}. Factors multiply, they do not add up: "
        f"{chain.factor_per_layer:.3f} to the power {depth - 1} is 1 / {_rounded(smaller)}.",
        "chain",
    )


def _rounded(value: float) -> str:
    """Two significant digits: 8123456 is "8,100,000"."""
    return f"{float(f'{value:.2g}'):,.0f}"


@st.cache_data(max_entries=8, show_spinner="Training a small network, and counting …")
def _units(learning_rate: float) -> FiringUnits:
    dataset = load_dataset("digits")
    train, count = (prepare(dataset.pictures[part], (1, 8, 8)) for part in (dataset.train, dataset.validation))
    return train_and_count(
        train, dataset.labels[dataset.train], count, dataset.labels[dataset.validation], learning_rate
    )


@st.fragment
def dead_relus() -> None:
    """How many ReLUs die when the learning rate is too high."""
    slow = _units(_RATES[0])
    steps = int(slow.steps[-1])
    st.markdown(
        explained(
            f"A small network (Dense 64, Dense 64, Dense 10) learns the digits with plain SGD at several "
            f"learning rates, {steps} batches each. A "
            f"ReLU that fires for **none** of {slow.pictures} validation pictures counts here as **dead**: for all of "
            "them its output is 0, and so is its gradient."
        )
    )
    rates = (*_RATES, _ASKED_RATE) if _ask_dead(slow, steps) else _RATES
    titles = {rate: f"{rate:g}" for rate in rates}
    rate = pick("Learning rate", titles, "dead-rate", default=_RATES[0], help=meaning("learning rate"))
    units = _units(rate)
    total = units.dead.size
    left, right = st.columns(2, gap="medium")
    with left:
        show(firing_grid(units.firing, width=column_width(1 / 2)), "dead-grid")
    with right:
        show(dead_share_lines(units.steps, {each: _units(each).dead_shares for each in rates}, rate), "dead-lines")
    dead = int(units.dead.sum())
    st.latex(rf"\text{{dead}} = \frac{{{dead}}}{{{total}}} = {dead / total * 100:.1f}\,\%")
    st.markdown(
        explained(
            f"Of these {dead} units, **{units.still_learning}** get any gradient from these pictures for their weights "
            "or bias: the derivative of a ReLU below 0 is 0, so SGD cannot change them. With the same weights and "
            f"LeakyReLU, **{units.learning_if_leaky}** of them would get one. Cross-entropy on the "
            f"{units.pictures} pictures: {number(units.losses[0])} before, {number(units.losses[-1])} after {steps} "
            f"steps (pure guessing: {number(np.log(10))}).",
            "unit",
            "weight",
            "bias",
            "cross-entropy",
        )
    )
    st.caption(
        "Some units fire for none of these pictures from the start. A dead unit in layer 2 can recover when layer 1 "
        "changes its input; a dead unit in layer 1 cannot, since its input is the pictures, which stay the same "
        "(provided that it fires for no training picture either)."
    )


def _ask_dead(slow: FiringUnits, steps: int) -> bool:
    fast = _units(_ASKED_RATE)
    few, many, total = int(slow.dead.sum()), int(fast.dead.sum()), fast.dead.size
    return predict(
        f"At the learning rate {_RATES[0]:g}, {few} of the {total} ReLUs are dead after {steps} steps. How "
        f"many are dead at **{_ASKED_RATE:g}**?",
        {str(count): f"{count} of {total}" for count in sorted({0, few, total // 4, many})},
        str(many),
        explained(
            "A single step that is too long can move a unit’s weights and bias so far that its sum is negative for "
            f"every picture. Then its gradient is 0, and no later step of its own brings it back: after {steps} steps, "
            f"{many} of {total} fire for none of the {fast.pictures} pictures.",
            "unit",
            "weight",
            "bias",
            "gradient",
        ),
        "dead",
    )
