"""The report of a run: one HTML file with everything in it, without a script.

Its figures are SVG and small PNGs. Plotly would add 4.8 MB to every file, and mail programs and school networks block
files with scripts; what a chart on a page shows under the pointer is here the title of a mark, or a table.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import numpy as np

from visualizer.architecture.answer import Classes
from visualizer.architecture.architecture import Architecture, LayerReport, summarize
from visualizer.architecture.settings import Choice, Integer, IntegerPair, Real, Spec, Toggle, settings_of
from visualizer.architecture.shapes import describe_shape
from visualizer.architecture.span import PICTURE
from visualizer.data.dataset import Dataset
from visualizer.figures.chart import number
from visualizer.figures.confusion import confusion_matrix
from visualizer.figures.convolution_colours import ColourScale, painted, signed_scale
from visualizer.figures.curves import curves, measure_curves
from visualizer.figures.raster import png_source
from visualizer.report.line_chart import ChartLine, line_chart
from visualizer.report.markup import Content, document, element
from visualizer.tasks.task import Measure
from visualizer.training.runs.curves import Curves
from visualizer.training.runs.records import RunRecord
from visualizer.training.settings import AUGMENTATIONS, SETTING_SPECS, RunSpec, TrainingSettings, is_augmented
from visualizer.words import capitalized, counted, listed

MAX_FILTERS = 64
MAX_EPOCH_ROWS = 200
# The file may load nothing and run nothing, whatever text it contains.
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
_CSS = Path(__file__).parent / "report.css"
_COLUMNS = ("Output", "Trainable parameters", "Multiply-adds")
_UPRIGHT = 3  # letters of a column's title; longer ones are turned
_CHAIN = "Each layer computes its output from the output of the layer before."
_BRANCHES = (
    "Each layer computes its output from the output of the layer before, or from those of the layers that it names."
)
_ENDINGS = {"finished": "The run finished.", "stopped": "The run was stopped.", "failed": "The run failed."}


@dataclass(frozen=True)
class RunReport:
    """The content of a report.

    Attributes:
        record: The run's current record.
        history: Its curves.
        dataset: The data set that it learns from.
        confusion: (classes, classes) test pictures: row the right class, column the answer; None without an evaluation
            of classes.
        measured: How good other answers to the test pictures are, each measure with its value.
        answered: Some test pictures with such answers drawn on them, (H, W, C) uint8, each with the answer in words.
        how_to_read: What is drawn on them, as a sentence or two; empty where nothing is.
        kernels: (out, in, kernel height, kernel width) of the first convolution, or None.
        kernels_layer: That layer's index, or None.
        made: When the report was made, with its time zone.
        versions: The versions of the software, by name.
    """

    record: RunRecord
    history: Curves
    dataset: Dataset
    confusion: np.ndarray | None
    kernels: np.ndarray | None
    kernels_layer: int | None
    made: datetime
    versions: Mapping[str, str]
    measured: tuple[tuple[Measure, float], ...] = ()
    answered: tuple[tuple[np.ndarray, str], ...] = ()
    how_to_read: str = ""


def report_html(report: RunReport) -> str:
    """The whole file."""
    architecture = report.record.spec.architecture
    name = architecture.name or "A network"
    head = [
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", f"{name}: report of a training run"),
        element("style", _CSS.read_text(encoding="utf-8")),
    ]
    body = [
        element("header", element("h1", name), element("p", _subtitle(report), class_="quiet"), _key_numbers(report)),
        element("main", *_network(report), *_settings(report), *_curves(report), *_filters(report), *_answers(report)),
        _footer(report),
    ]
    return document("en", head, body)


def _subtitle(report: RunReport) -> str:
    record = report.record
    ending = _ENDINGS.get(record.state, "The run has not finished yet.")
    return (
        f"Report of a training run on “{report.dataset.title}”. {ending} It trained "
        f"{counted(record.epoch, 'epoch')} of {record.spec.settings.epochs} ({record.step:,} of {record.total_steps:,} "
        f"steps). Made on {report.made.day} {report.made:%B %Y, %H:%M}."
    )


def _key_numbers(report: RunReport) -> Element:
    summary = summarize(report.record.spec.architecture)
    numbers = {}
    if report.confusion is not None and report.confusion.sum():
        numbers["Test pictures right"] = f"{np.trace(report.confusion) / report.confusion.sum():.1%}"
    if report.measured:
        measure, value = report.measured[0]
        numbers[f"{capitalized(measure.title)} on test pictures"] = measure.text(value)
    lead = report.record.spec.settings.task.measures[0]
    validation = report.history.measured(lead.name)[2]
    if len(validation):
        title = "Validation pictures right" if lead.counts_right else f"{capitalized(lead.title)} in validation"
        numbers[title] = lead.text(validation[-1])
    numbers["Trainable parameters"] = f"{summary.parameters:,}"
    numbers["Multiply-adds for one picture"] = f"{summary.multiply_adds:,}"
    return _terms(numbers, "numbers")


def _terms(terms: Mapping[str, str], kind: str) -> Element:
    pairs = [element("div", element("dt", name), element("dd", value)) for name, value in terms.items()]
    return element("dl", *pairs, class_=kind)


def _network(report: RunReport) -> Iterator[Element]:
    architecture = report.record.spec.architecture
    summary = summarize(architecture)
    yield element("h2", "The network")
    yield element(
        "p",
        f"The input is a picture of {describe_shape(architecture.input_shape)} numbers (height × width × channels). "
        + (_BRANCHES if architecture.wires else _CHAIN),
    )
    head = [
        element("th", "Layer", class_="what", scope="col"),
        *(element("th", title, scope="col") for title in _COLUMNS),
    ]
    body = list(_rows(architecture, summary.layers))
    total = _cells("", summary.parameters, summary.multiply_adds)
    foot = element("tr", element("th", "All layers", class_="what", scope="row"), *total)
    table = [element("thead", element("tr", *head)), element("tbody", *body), element("tfoot", foot)]
    yield element("div", element("table", *table, class_="layers"), class_="scrolls")
    task = report.record.spec.settings.task
    if task.answer_type is Classes:
        yield element("p", f"{_describe_output(report.record.spec)} The class with the largest number is the answer.")
    else:
        yield element("p", f"{task.title}: {task.explanation}")


def _describe_output(spec: RunSpec) -> str:
    """A sentence about the last layer's numbers, one for each class."""
    if spec.answer_kind == "scores":
        return "Its last layer outputs scores, not probabilities: neither the network nor its loss has a softmax."
    if spec.architecture.ends_in_softmax:
        return "Its last layer outputs probabilities, one for each class."
    return "Its last layer outputs logits: the softmax in its loss turns them into probabilities."


def _rows(architecture: Architecture, layers: Sequence[LayerReport]) -> Iterator[Element]:
    """A row for each layer, and one above each block that names it."""
    blocks = {block.first: block for block in architecture.blocks}
    for index, row in enumerate(layers):
        if index in blocks:
            block = blocks[index]
            where = f"layers {index + 1} to {block.last + 1}" if block.last > index else f"layer {index + 1}"
            inside = layers[index : block.last + 1]
            counts = sum(one.parameters or 0 for one in inside), sum(one.multiply_adds or 0 for one in inside)
            what = element("th", block.title, element("small", f"block, {where}"), class_="what", scope="row")
            yield element("tr", what, *_cells("", *counts), class_="block")
        yield _layer_row(index, row)


def _layer_row(index: int, row: LayerReport) -> Element:
    settings = " · ".join(f"{label} {value}" for label, value in _settings_of(row.layer))
    what: list[Content] = [f"{index + 1}  {row.layer.summary()}"]
    if row.sources != (index - 1,):
        what.append(element("small", f"reads {listed(_source(source) for source in row.sources)}"))
    if settings:
        what.append(element("small", settings))
    shape = describe_shape(row.output_shape) if row.output_shape else ""
    return element(
        "tr",
        element("td", *what, class_="what"),
        *_cells(shape, row.parameters or 0, row.multiply_adds or 0),
    )


def _source(source: int) -> str:
    return "the input" if source == PICTURE else f"layer {source + 1}"


def _cells(shape: str, parameters: int, multiply_adds: int) -> list[Element]:
    # On a phone each number has its title beside it.
    cells = zip(_COLUMNS, (shape, f"{parameters:,}", f"{multiply_adds:,}"), strict=True)
    return [element("td", text, data_title=title) if text else element("td") for title, text in cells]


def _settings_of(owner: Any) -> Iterator[tuple[str, str]]:
    """Label and value of each setting in effect, of a layer or of a training, the advanced ones only where changed."""
    for setting in settings_of(type(owner)):
        value = getattr(owner, setting.name)
        unchanged = setting.advanced and value == getattr(type(owner), setting.name)
        if setting.counts_in(owner) and not unchanged:
            yield setting.spec.label, _describe_value(setting.spec, value)


def _describe_value(spec: Spec, value: Any) -> str:
    match spec:
        case Choice():
            return dict(spec.options)[value]
        case IntegerPair():
            return f"{value[0]} × {value[1]}"
        case Toggle():
            return "yes" if value else "no"
        case Real():
            return f"{value:g}"
        case Integer():
            return str(value)


def _settings(report: RunReport) -> Iterator[Element]:
    record, dataset = report.record, report.dataset
    settings: TrainingSettings = record.spec.settings
    unused = {SETTING_SPECS[name].label for name in AUGMENTATIONS if not getattr(settings, name)}
    terms = {label: value for label, value in _settings_of(settings) if label not in unused}
    if not is_augmented(settings):
        terms["Augmentation"] = "none"
    if record.learning_rate != settings.learning_rate:
        terms["Learning rate at the end"] = f"{record.learning_rate:g}"
    terms["Time spent training"] = f"{record.seconds:,.0f} s"
    learnt = settings.task.learnt(settings.task.about(dataset.annotations))
    yield element("h2", "How it was trained")
    yield element("p", f"{dataset.title}: {dataset.description}")
    yield element(
        "p",
        f"{len(dataset.train):,} pictures for training, {len(dataset.validation):,} for validation after each epoch, "
        f"and {len(dataset.test):,} for the final test. {learnt}",
    )
    yield _terms(terms, "facts")


def _curves(report: RunReport) -> Iterator[Element]:
    history = report.history
    loss_label = report.record.spec.settings.loss_name.title
    lead = report.record.spec.settings.task.measures[0]
    yield element("h2", "How it learnt")
    if not len(history.batch_loss):
        yield element("p", "No batch has been trained yet.")
        return
    yield element(
        "p",
        "The thin line shows each batch, measured before its step. After every epoch, a dot shows the mean over the "
        "training pictures, and a diamond the mean over the validation pictures, which it never trains on.",
    )
    losses = (history.batch_loss, history.train_loss, history.validation_loss)
    measured = history.measured(lead.name)
    penalties = (history.train_penalty, history.validation_penalty) if history.has_penalty else None
    if penalties is not None and history.epoch[-1] > 0:
        of_train, of_validation = (number(float(part[-1])) for part in penalties)
        yield element(
            "p",
            "The penalty of the weights is a part of both losses, as in Keras: after the last epoch, it is "
            f"{of_train} of the training loss and {of_validation} of the validation loss.",
        )
    loss_alt = curves(
        history.epoch_position,
        *(losses[0], history.epoch, losses[1], losses[2]),
        loss_label=loss_label,
        penalties=penalties,
    ).alt
    batch, train, validation = measured
    measured_alt = measure_curves(history.epoch_position, batch, history.epoch, train, validation, measure=lead).alt
    factor, unit = (100.0, " %") if lead.is_share else (1.0, f" {lead.unit}".rstrip())
    top = 100.0 if lead.is_share and lead.better == "up" else None
    charts = [
        _figure(f"Loss: {loss_label}", _chart(history, losses, "", None, loss_alt)),
        _figure(
            capitalized(lead.title), _chart(history, [factor * values for values in measured], unit, top, measured_alt)
        ),
    ]
    yield element("div", *charts, class_="curves")
    if len(history.epoch):
        yield _epochs(history, lead)


def _figure(title: str, content: Element) -> Element:
    return element("figure", element("figcaption", title), content)


def _chart(history: Curves, values: Sequence[np.ndarray], unit: str, top: float | None, alt: str) -> Element:
    batches, training, validation = values
    lines = [
        ChartLine("each batch", "batch", history.epoch_position, batches),
        ChartLine("training", "training", history.epoch, training, "circle"),
        ChartLine("validation", "validation", history.epoch, validation, "diamond"),
    ]
    return line_chart(lines, x_label="epoch", unit=unit, top=top, alt=alt)


def _epochs(history: Curves, lead: Measure) -> Element:
    last = "right" if lead.counts_right else lead.title
    columns = ("Epoch", "Training loss", "Validation loss", f"Training {last}", f"Validation {last}")
    _, train, validation = history.measured(lead.name)
    chosen = np.unique(np.linspace(0, len(history.epoch) - 1, min(len(history.epoch), MAX_EPOCH_ROWS)).astype(int))
    rows = []
    for place in chosen.tolist():
        losses = [_number(array[place]) for array in (history.train_loss, history.validation_loss)]
        measured = ["" if np.isnan(array[place]) else lead.text(array[place]) for array in (train, validation)]
        cells = [str(history.epoch[place]), *losses, *measured]
        rows.append(element("tr", *(element("td", cell) for cell in cells)))
    head = element("thead", element("tr", *(element("th", title, scope="col") for title in columns)))
    table = element("table", head, element("tbody", *rows), class_="epochs")
    return element("details", element("summary", "The same in numbers"), element("div", table, class_="scrolls"))


def _number(value: float) -> str:
    return "" if np.isnan(value) else number(float(value))


def _filters(report: RunReport) -> Iterator[Element]:
    kernels = report.kernels
    if kernels is None or report.kernels_layer is None:
        return
    layer = report.record.spec.architecture.layers[report.kernels_layer]
    filters = kernels[:MAX_FILTERS]
    in_colour = kernels.shape[1] == 3
    yield element("h2", "What its first filters look for")
    part = f" The first {len(filters)} of {len(kernels)} are shown." if len(filters) < len(kernels) else ""
    yield element(
        "p",
        f"The {counted(len(kernels), 'filter')} of layer {report.kernels_layer + 1}, {layer.summary()}. A filter "
        f"responds strongly where the picture resembles its pattern.{part}",
    )
    if not np.isfinite(filters).all():
        yield element("p", "Its weights are no longer finite numbers: the learning rate was too high.")
        return
    scale = signed_scale(filters if in_colour else filters[:, 0], "weight")
    if in_colour:
        yield element(
            "p",
            "Red, green and blue weights are mixed as light: mid-grey is 0, full light "
            f"+{number(scale.high)}, no light {number(scale.low)}.",
            class_="scale",
        )
    else:
        bar = png_source(painted(np.linspace(scale.low, scale.high, 101)[None], scale))
        yield element(
            "p",
            element("span", f"weight {number(scale.low)}"),
            element("img", src=bar, alt="from blue through white, which is 0, to red"),
            element("span", f"+{number(scale.high)}"),
            class_="scale",
        )
    pictures = [_filter(place, kernel, scale, in_colour) for place, kernel in enumerate(filters, start=1)]
    yield element("div", *pictures, class_="filters")


def _filter(place: int, kernel: np.ndarray, scale: ColourScale, in_colour: bool) -> Element:
    weights = kernel if in_colour else kernel[:1]
    if in_colour:
        pixels = np.round(127.5 + 127.5 * kernel.transpose(1, 2, 0) / scale.high)
        pixels = np.clip(pixels, 0, 255).astype(np.uint8)
    else:
        pixels = painted(kernel[0], scale)
    text = f"Filter {place}: weights from {number(float(weights.min()))} to {number(float(weights.max()))}"
    image = element("img", src=png_source(pixels), alt=text, title=text)
    return element("figure", image, element("figcaption", str(place)))


def _answers(report: RunReport) -> Iterator[Element]:
    if not report.measured:
        yield from _confusion(report)
        return
    yield element("h2", "How good its answers are")
    yield element("p", f"On {counted(len(report.dataset.test), 'test picture')}, which were not used in training.")
    yield _terms({capitalized(measure.title): measure.text(value) for measure, value in report.measured}, "facts")
    pictures = [
        element("figure", element("img", src=png_source(pixels), alt=words, title=words), element("figcaption", words))
        for pixels, words in report.answered
    ]
    yield element("p", f"Some of these pictures, each with its answer. {report.how_to_read}".strip())
    yield element("div", *pictures, class_="answers")


def _confusion(report: RunReport) -> Iterator[Element]:
    counts, names = report.confusion, report.dataset.class_names
    yield element("h2", "Which classes it confuses")
    if counts is None or not counts.sum():
        yield element("p", "The data set has no test pictures.")
        return
    right, total = int(np.trace(counts)), int(counts.sum())
    yield element(
        "p",
        f"It gets {right:,} of {total:,} test pictures right: {right / total:.1%}. They were not used in training. "
        "Each row is a true class, each column an answer of the network. The stronger a cell's colour, the larger its "
        "share of the row; right answers are framed.",
    )
    yield element("p", confusion_matrix(counts, names, width=400).alt, class_="quiet")
    yield element("p", "The numbers count pictures; “found” is the share of a class that it answers correctly.")
    turned = max(map(len, names)) > _UPRIGHT
    head = [element("th", "is ↓   answer →", scope="col"), *(_column(name, turned) for name in (*names, "found"))]

    rows: list[Element] = []
    for name, row in zip(names, counts.tolist(), strict=True):
        cells = [
            element("td", str(count), style=f"--share: {100 * count / max(sum(row), 1):.0f}%", class_=kind)
            for count, kind in zip(row, _kinds(row, len(rows)), strict=True)
        ]
        recall = f"{row[len(rows)] / sum(row):.0%}" if sum(row) else ""
        rows.append(element("tr", element("th", name, scope="row"), *cells, element("td", recall, class_="found")))
    table = element("table", element("thead", element("tr", *head)), element("tbody", *rows), class_="confusion")
    yield element("div", table, class_="scrolls")


def _kinds(row: Sequence[int], right: int) -> list[str]:
    return ["right" if place == right else "" if count else "none" for place, count in enumerate(row)]


def _column(name: str, turned: bool) -> Element:
    content: Content = element("span", name) if turned else name
    return element("th", content, class_="answer", scope="col")


def _footer(report: RunReport) -> Element:
    versions = ", ".join(f"{name} {version}" for name, version in report.versions.items())
    return element(
        "footer",
        f"Made with CNN Visualizer ({versions}). The same settings and the same seed give the same curve on the same "
        "kind of computer. This file needs neither the app nor the internet.",
    )
