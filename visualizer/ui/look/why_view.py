"""Why this class, or this number? Four methods that colour the pixels that raise it, and two reasons to doubt them."""

from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

import numpy as np
import streamlit as st

from visualizer.architecture.answer import Classes
from visualizer.architecture.shapes import is_maps
from visualizer.figures.attribution import deletion_curves
from visualizer.figures.chart import number
from visualizer.figures.probabilities import describe_value, score_text
from visualizer.ui.kit.charts import show
from visualizer.ui.kit.glossary import explained, meaning
from visualizer.ui.kit.job import Progress, Steps, with_progress
from visualizer.ui.kit.pick import pick
from visualizer.ui.kit.prediction import predict
from visualizer.ui.kit.results import keep_results
from visualizer.ui.kit.text import escaped
from visualizer.ui.look.heat_overlay import heat_overlay
from visualizer.ui.look.inspected import Inspected
from visualizer.ui.state.models import NetworkKey
from visualizer.ui.state.viewport import column_width, is_narrow
from visualizer.ui.state.work import work

if TYPE_CHECKING:
    from visualizer.architecture.flow import FlowNetwork
    from visualizer.inspection.attribution import Attribution
    from visualizer.inspection.doubt import Deletion

_RANDOM_SEED = 0
_METHODS = {
    "grad_cam": "Grad-CAM",
    "saliency": "Saliency",
    "integrated_gradients": "Integrated gradients",
    "occlusion": "Occlusion",
}
# The explained number is a logit if the answers are probabilities, the score itself if they are scores, and a number if
# the answer is no class.
_ASKS = {
    "grad_cam": "**Which places of a layer’s feature maps raise the {logit}?** Each map is weighted by how the {logit} "
    "rises with it (the mean of its gradient), the weighted maps are added up, values below 0 are set to 0, and the "
    "result is enlarged to the size of the picture. It is coarse: it cannot be finer than the maps.",
    "saliency": "**How much would the {logit} change if this pixel changed a little?** The size of each pixel’s "
    "gradient, in colour the largest of the three. It does not show the direction, and a pixel that is already "
    "decisive may have a gradient of 0.",
    "integrated_gradients": "**How much does each pixel contribute to the {logit}, on the way from a black picture to "
    "this one?** The gradients along the way are averaged and multiplied by the pixel’s change. All pixels together "
    "give the difference between the two {logit}s. A black pixel gets 0, however important it is.",
    "occlusion": "**How far does the {logit} fall when a square is covered** with the picture’s mean colour? It needs "
    "no gradient: the network answers once for each square. But it has never seen pictures with covered squares.",
}
_UNITS = {
    "grad_cam": "weighted activation",
    "saliency": "|gradient|",
    "integrated_gradients": "{logit}",
    "occlusion": "fall of the {logit}",
}


def why_part(inspected: Inspected) -> None:
    """Draw the choice of an output and of a method, the explanation, and its checks."""
    from visualizer.inspection.attribution import last_map_layer, map_layers

    outputs = _outputs(inspected)
    if not outputs:
        st.info(_no_number(inspected), icon=":material/info:")
        return
    layers = map_layers(inspected.network)
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        target = st.selectbox(
            "Why",
            list(outputs),
            format_func=lambda index: f"{outputs[index].name} ({outputs[index].value})",
            key=f"why-class-of-{len(outputs)}",
            width=200,
            help="Any class, the largest output first. You can also ask about a class that is not the answer."
            if _of_classes(inspected)
            else "Any number that the last layer outputs, as it leaves the layer.",
        )
        method = pick(
            "Method",
            _METHODS,
            "why-method",
            default="grad_cam" if layers else "saliency",
            help=meaning("gradient", "weight"),
        )
        layer, window = -1, 0
        if method == "grad_cam" and layers:
            titles = {node.index: f"{node.index + 1}  {node.layer.summary()}" for node in inspected.network.nodes}
            layer = st.selectbox(
                "Maps of layer",
                layers,
                index=layers.index(last_map_layer(inspected.network)),
                format_func=titles.__getitem__,
                key=f"why-layer-of-{len(titles)}",
                width=220,
                help="At first the last one before the maps are made smaller: it knows most about classes, and still "
                "knows where things are.",
            )
        if method == "occlusion":
            sizes = _windows(inspected)
            window = st.select_slider(
                "Square", sizes, value=sizes[len(sizes) // 2], key=f"why-window-{sizes[-1]}", width=200
            )
    st.markdown(explained(_ASKS[method].format(logit=_logit(inspected))))
    if method == "grad_cam" and not layers:
        st.info(
            "Grad-CAM needs feature maps, and this network has none. Choose another method.", icon=":material/info:"
        )
        return
    made = (method, target, layer, window)
    own = _explained(inspected, made, "trained")
    if own is None:
        return
    random = _explained(inspected, made, "random")
    if random is None:
        return
    _overlays(inspected, own, random)
    _sums(own, escaped(outputs[target].name), _logit(inspected))
    if _of_classes(inspected):
        _deletion(inspected, own, outputs[target].name)


def _no_number(inspected: Inspected) -> str:
    """Why no number of the output can be chosen here."""
    if is_maps(inspected.probe.layers[-1].output.shape):
        return (
            "This network answers with maps, and a number in them has no name to choose it by. In “Layers”, click a "
            "number of the last layer to see what it is made of."
        )
    return "This network does not output a few numbers, each with a meaning: there is none to explain."


class _Output(NamedTuple):
    """A number that the network outputs: what it means, and how large it is."""

    name: str
    value: str


def _of_classes(inspected: Inspected) -> bool:
    return isinstance(inspected.probe.answer, Classes)


def _outputs(inspected: Inspected) -> dict[int, _Output]:
    """What can be explained, by its place in the output: classes, the largest first, or numbers with a meaning."""
    answer = inspected.probe.answer
    if not isinstance(answer, Classes):
        numbers = inspected.probe.layers[-1].output
        return {
            place: _Output(name, number(float(numbers[place]))) for place, name in enumerate(inspected.output_names)
        }
    names = inspected.output_names or tuple(f"class {index + 1}" for index in range(len(answer.values)))
    return {
        index: _Output(names[index], describe_value(float(answer.values[index]), answer.kind))
        for index in np.argsort(-answer.values, kind="stable").tolist()
    }


def _logit(inspected: Inspected) -> str:
    """The name of the explained number."""
    if not _of_classes(inspected):
        return "number"
    return "logit" if inspected.network.answer_kind == "probabilities" else "score"


def _windows(inspected: Inspected) -> list[int]:
    side = min(inspected.picture.pixels.shape[1:])
    return sorted({max(round(side * share), 1) for share in (1 / 8, 3 / 16, 1 / 4, 3 / 8, 1 / 2)})


@keep_results(max_entries=4)
def _random(key: NetworkKey, _network: "FlowNetwork") -> "FlowNetwork":
    from visualizer.inspection.attribution import with_random_weights

    return with_random_weights(_network, _RANDOM_SEED)


@keep_results(max_entries=64, show_spinner="Explaining the answer …")
def _at_once(
    key: NetworkKey, _network: "FlowNetwork", picture: np.ndarray, method: str, target: int, layer: int
) -> "Attribution":
    from visualizer.inspection.attribution import grad_cam, saliency

    if method == "grad_cam":
        return grad_cam(_network, picture, target, layer)
    return saliency(_network, picture, target)


def _explained(inspected: Inspected, made: tuple[str, int, int, int], weights: str) -> "Attribution | None":
    """The result of the method for the network, or for the same one with random weights; None until it is ready."""
    method, target, layer, window = made
    trained = weights == "trained"
    network = inspected.network if trained else _random(inspected.key, inspected.network)
    picture = inspected.picture.pixels
    if method in ("grad_cam", "saliency"):
        return _at_once((*inspected.key, weights), network, picture, method, target, layer)

    def start() -> "Steps[Attribution]":
        from visualizer.inspection.attribution import integrated_gradients, occlusion

        if method == "occlusion":
            steps = occlusion(network, picture, target, window, max(window // 2, 1))
        else:
            steps = integrated_gradients(network, picture, target)
        words = f"{_METHODS[method]}, {'your network' if trained else 'random weights'}"
        return with_progress(steps, lambda share: Progress(share, f"{words} …"))

    return work(f"why-{weights}", (inspected.key, picture.tobytes(), made), start, button="Explain again", at_once=True)


def _overlays(inspected: Inspected, own: "Attribution", random: "Attribution") -> None:
    """Both heats, first without saying which is which, then with their correlation."""
    from visualizer.inspection.doubt import rank_correlation

    letters = ["A", "B"]
    first = (own.target + len(own.method) + int(inspected.picture.pixels.sum() * 1000)) % 2
    correlation = rank_correlation(own.heat, random.heat)
    comparison = (
        "One of the two is the same everywhere, so there is nothing to compare."
        if np.isnan(correlation)
        else f"Spearman’s rank correlation of the two is **{number(correlation)}** (1: their pixels are in the same "
        "order, 0: in no common order, −1: in reverse order). " + _judged(correlation)
    )
    answered = predict(
        "One of these explains the trained network, the other the same layers with **random weights**, which have "
        "learnt nothing. Which is the trained one?",
        {letter: letter for letter in letters},
        letters[first],
        f"The other one looks like an explanation too. {comparison}",
        key=f"why-{own.method}-{own.target}-{crc32(inspected.picture.pixels.tobytes()):x}-{inspected.key[0]}",
    )
    heats = [("the network", own.heat), ("random weights", random.heat)]
    if first == 1:
        heats.reverse()
    titles = [f"{letter}: {title}" if answered else letter for letter, (title, _) in zip(letters, heats, strict=True)]
    heat_overlay(
        inspected.picture.pixels,
        [(title, heat) for title, (_, heat) in zip(titles, heats, strict=True)],
        signed=own.signed,
        unit=_UNITS[own.method].format(logit=_logit(inspected)),
        key="why-overlay",
        width=column_width() if is_narrow() else 360,
    )


def _judged(correlation: float) -> str:
    if correlation > 0.6:
        return "They are so alike that the method says more about the picture than about what was learnt: doubt it."
    if correlation < 0.3:
        return "So the method does depend on what was learnt. That alone does not make it right."
    return "So much of the explanation comes from the picture, not from what was learnt: read it with care."


def _sums(own: "Attribution", name: str, logit: str) -> None:
    line = f"The {logit} {'for' if logit == 'number' else 'of'} **{name}** is {number(own.logit)}."
    if own.baseline_logit is not None:
        difference = own.logit - own.baseline_logit
        line += (
            f" For a black picture it is {number(own.baseline_logit)}: a difference of {number(difference)}. All "
            f"pixels together contribute {number(float(own.heat.sum()))}; the rest is the error of averaging 50 steps."
        )
    st.markdown(line)


def _deletion(inspected: Inspected, own: "Attribution", name: str) -> None:
    st.subheader("Does the answer depend on these pixels?")
    st.markdown(
        "If it does, it should fall fastest when these pixels are removed first. Each removed pixel gets the picture’s "
        "mean colour."
    )

    def start() -> "Steps[Deletion]":
        from visualizer.inspection.doubt import deletion

        steps = deletion(inspected.network, inspected.picture.pixels, own.target, own.heat)
        return with_progress(steps, lambda share: Progress(share, "Removing pixels …"))

    curves = work(
        "why-deletion",
        (inspected.key, own.target, own.heat.tobytes()),
        start,
        button="Remove them",
        icon=":material/backspace:",
    )
    if curves is None:
        return
    kind = inspected.network.answer_kind
    show(deletion_curves(curves.shares, curves.by_heat, curves.at_random, name, kind), "why-deletion-curves")
    areas = [float(np.trapezoid(curve, curves.shares)) for curve in (curves.by_heat, curves.at_random.mean(axis=0))]
    verdict = (
        "It falls faster than at random: these pixels do matter."
        if areas[0] < areas[1]
        else "It falls no faster than at random: the colours do not show what the answer depends on."
    )
    by_heat, at_random = (f"{area:.1%}" if kind == "probabilities" else score_text(area) for area in areas)
    means = (
        f"Mean probability during removal: **{by_heat}** with the hottest first, **{at_random}** at random."
        if kind == "probabilities"
        else f"Mean score during removal: **{by_heat}** with the hottest first, **{at_random}** at random."
    )
    st.markdown(f"{means} {verdict}")
