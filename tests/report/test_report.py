"""The report of a run: everything in one file, all of it true, nothing of it alive."""

import base64
import dataclasses
import io
import re
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from PIL import Image

from tests.branching import BRANCHING
from tests.report.test_markup import Reader
from visualizer.architecture.architecture import Architecture, summarize
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.presets import CLASSIC, TINY
from visualizer.data.catalog import load_dataset
from visualizer.data.pointing import CLASS_NAMES, make_pointing
from visualizer.report.report import MAX_EPOCH_ROWS, MAX_FILTERS, RunReport, report_html
from visualizer.tasks.autoencoder import Autoencoder
from visualizer.tasks.classification import Classification
from visualizer.tasks.gan import Gan
from visualizer.tasks.regression import Regression
from visualizer.training.runs.curves import Curves
from visualizer.training.runs.records import RunRecord
from visualizer.training.settings import RunSpec, TrainingSettings, preset_settings

SETTINGS = TrainingSettings(optimizer="sgd", learning_rate=0.05, momentum=0.8, epochs=3, seed=4711)


def history(epochs: int = 3, per_epoch: int = 4) -> Curves:
    step = np.arange(1, epochs * per_epoch + 1)
    first = np.r_[np.nan, np.zeros(epochs)]
    return Curves(
        step=step,
        epoch_position=step / per_epoch,
        batch_loss=2.5 / step,
        batch_measures={"accuracy": np.linspace(0.1, 0.9, len(step))},
        epoch=np.arange(epochs + 1),
        train_loss=first + np.linspace(2.4, 0.4321, epochs + 1),
        train_measures={"accuracy": first + np.linspace(0.1, 0.876, epochs + 1)},
        validation_loss=np.linspace(2.5, 0.5432, epochs + 1),
        validation_measures={"accuracy": np.linspace(0.1, 0.891, epochs + 1)},
        train_penalty=np.zeros(epochs + 1),
        validation_penalty=np.zeros(epochs + 1),
    )


def test_the_penalty_is_told_as_a_part_of_the_losses():
    penalised = replace(history(), train_penalty=np.array([0, 0.5, 0.4, 0.3]), validation_penalty=np.full(4, 0.25))
    text = report_html(replace(example(), history=penalised))
    assert "it is 0.3 of the training loss and 0.25 of the validation loss." in text
    assert "penalty" not in report_html(example())


def confusion() -> np.ndarray:
    counts = 20 * np.eye(10, dtype=int)
    counts[3, 8] = 5
    return counts


def example(architecture: Architecture = TINY.architecture, **changes) -> RunReport:
    record = RunRecord(
        run_id="r", owner="o", spec=RunSpec(architecture, SETTINGS, 0), state="finished", message="", epoch=3, step=12,
        steps_per_epoch=4, total_steps=12, learning_rate=0.05, seconds=7.2, images_per_second=900.0,
        keep_running=False, version=1,
    )  # fmt: skip
    kernels = np.random.default_rng(0).normal(size=(8, architecture.input_shape[0], 3, 3)).astype(np.float32)
    report = RunReport(
        record=record,
        history=history(),
        dataset=load_dataset("digits"),
        confusion=confusion(),
        kernels=kernels,
        kernels_layer=0,
        made=datetime(2026, 3, 9, 14, 5, tzinfo=UTC),
        versions={"Python": "3.11.9", "torch": "2.13.0"},
    )
    return replace(report, **changes)


def read(report: RunReport) -> tuple[Reader, str]:
    reader = Reader(report_html(report))
    return reader, " ".join(" ".join(reader.words).split())


def test_it_tells_the_network_layer_by_layer():
    _, words = read(example())
    for place, row in enumerate(summarize(TINY.architecture).layers, start=1):
        assert f"{place} {row.layer.summary()}" in words
    assert "1 Conv2D 8, 3 × 3 Filters 8 · Kernel 3 × 3 · Activation ReLU" in words
    assert "8 × 8 × 8 80 4,608" in words
    assert "All layers 1,898 23,680" in words


@pytest.mark.parametrize(
    ("activation", "loss", "said"),
    [
        ("softmax", "mse", "outputs probabilities, one for each class"),
        ("linear", "cross_entropy", "outputs logits: the softmax in its loss turns them into probabilities"),
        ("sigmoid", "mse", "outputs scores, not probabilities"),
    ],
)
def test_it_tells_what_the_answers_are(activation, loss, said):
    layers = TINY.architecture.layers
    report = example(TINY.architecture.with_layers((*layers[:-1], Dense(units=10, activation=activation))))
    spec = report.record.spec
    record = replace(report.record, spec=replace(spec, settings=replace(spec.settings, loss=loss)))
    _, words = read(replace(report, record=record))
    assert f"Its last layer {said}" in words


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (Regression, "Measured: size in pixels, direction in "),
        (Autoencoder, "What is learnt are the pictures themselves, whatever they show."),
        (Gan, "What is learnt are the pictures themselves, whatever they show."),
        (Classification, f"{len(CLASS_NAMES)} classes: {', '.join(CLASS_NAMES)}."),
    ],
)
def test_it_says_what_was_learnt_of_pictures_that_have_classes_and_numbers_too(kind, said):
    untrained = replace(history(), batch_loss=np.zeros(0))
    measured = ((kind.measures[0], 0.5),)
    report = example(dataset=make_pointing(per_class=4), measured=measured, confusion=None, history=untrained)
    record = replace(report.record, spec=RunSpec(kind.preset().architecture, preset_settings(kind()), 0))
    _, words = read(replace(report, record=record))
    assert said in words
    assert ("Measured:" in words) == (kind is Regression)


def test_it_says_how_to_read_answers_that_are_drawn():
    picture = np.zeros((20, 20, 3), np.uint8)
    _, words = read(
        example(
            measured=((Regression.measures[0], 0.031),),
            answered=((picture, "size 12 pixels"), (picture, "size 13 pixels")),
            how_to_read="Solid: its answer. Dashed: the truth.",
        )
    )
    assert "Some of these pictures, each with its answer. Solid: its answer. Dashed: the truth." in words
    assert "size 12 pixels size 13 pixels" in words
    assert "Mean error 3.1%" in words


def test_it_says_what_a_network_answers_that_names_no_class():
    preset = Regression.preset()
    spec = RunSpec(preset.architecture, preset_settings(Regression()), 0)
    curves = history()
    of_errors = {
        name: {"error": getattr(curves, name)["accuracy"]}
        for name in ("batch_measures", "train_measures", "validation_measures")
    }
    record = replace(example().record, spec=spec)
    _, words = read(example(preset.architecture, record=record, history=replace(curves, **of_errors)))
    assert f"Regression: {Regression.explanation}" in words
    assert "largest number" not in words
    assert "scores" not in words


def test_it_tells_the_settings_that_count_and_no_others():
    _, words = read(example())
    assert "Optimiser SGD with momentum Learning rate 0.05 Momentum 0.8 Batch size 32 Epochs 3 Seed 4711" in words
    adam = RunSpec(TINY.architecture, replace(SETTINGS, optimizer="adam"), 0)
    _, words = read(example(record=replace(example().record, spec=adam)))
    assert "Momentum" not in words
    assert "Learning rate at the end" not in words
    _, words = read(example(record=replace(example().record, learning_rate=0.001)))
    assert "Learning rate at the end 0.001" in words


def test_it_tells_the_augmentation_that_there_was_and_no_other():
    _, words = read(example())
    assert "Augmentation none" in words
    assert "Mirror" not in words
    mirrored = RunSpec(TINY.architecture, replace(SETTINGS, flip=True), 0)
    _, words = read(example(record=replace(example().record, spec=mirrored)))
    assert "Mirror left and right yes" in words
    assert "Augmentation none" not in words
    assert "Rotation" not in words


def test_it_tells_where_the_run_stands():
    _, words = read(example())
    assert "Handwritten digits”. The run finished. It trained 3 epochs of 3 (12 of 12 steps)." in words
    assert "12 steps). Made on 9 March 2026, 14:05." in words
    paused = replace(example().record, state="paused", epoch=1, step=5)
    _, words = read(example(record=paused))
    assert "The run has not finished yet. It trained 1 epoch of 3 (5 of 12 steps)." in words


def test_its_numbers_are_those_of_the_run():
    reader, words = read(example())
    assert "Test pictures right 97.6%" in words
    assert "Validation pictures right 89.1%" in words
    assert "3 0.432 0.543 87.6% 89.1%" in words
    charts = [attributes["aria-label"] for tag, attributes in reader.tags if tag == "svg"]
    assert charts == [
        "Loss of 12 batches, from 2.5 to 0.208. After epoch 3 it is 0.432 in training and 0.543 in validation.",
        "Accuracy of 12 batches, from 10.0% to 90.0%. After epoch 3 it is 87.6% in training and 89.1% in validation.",
    ]


def test_the_confusion_matrix_is_a_table_with_shares():
    reader, words = read(example())
    assert "It gets 200 of 205 test pictures right: 97.6%." in words
    assert "Most often, 3 is taken for 8: 5 times." in words
    cells = [attributes for tag, attributes in reader.tags if tag == "td" and "style" in attributes]
    assert len(cells) == 100
    assert cells[3 * 10 + 3] == {"style": "--share: 80%", "class": "right"}
    assert cells[3 * 10 + 8] == {"style": "--share: 20%", "class": ""}
    assert cells[3 * 10 + 7] == {"style": "--share: 0%", "class": "none"}


def pictures(reader: Reader) -> list[np.ndarray]:
    sources = [attributes["src"] for tag, attributes in reader.tags if tag == "img" and "title" in attributes]
    return [np.asarray(Image.open(io.BytesIO(base64.b64decode(source.split(",")[1])))) for source in sources]


def test_filters_are_pictures_of_their_weights():
    kernels = np.zeros((2, 1, 2, 2), np.float32)
    kernels[0, 0] = [[-2, 0], [1, 2]]
    reader, words = read(example(kernels=kernels))
    first, second = pictures(reader)
    assert first.shape == (2, 2, 3)
    blue, white, red = first[0, 0], first[0, 1], first[1, 1]
    assert blue[2] > blue[0] + 50
    assert red[0] > red[2] + 50
    assert min(white) > 240
    assert (second == white).all()
    assert "weight −2 +2" in words
    titles = [attributes["alt"] for tag, attributes in reader.tags if tag == "img" and "title" in attributes]
    assert titles[0] == "Filter 1: weights from −2 to 2"


def test_filters_of_colour_pictures_are_in_colour():
    kernels = np.zeros((1, 3, 1, 1), np.float32)
    kernels[0, :, 0, 0] = [1, 0, -1]
    reader, _ = read(example(CLASSIC.architecture, kernels=kernels))
    assert pictures(reader)[0][0, 0].tolist() == [255, 128, 0]


def test_of_many_filters_the_first_ones_are_shown():
    reader, words = read(example(kernels=np.ones((100, 1, 3, 3), np.float32)))
    assert len(pictures(reader)) == MAX_FILTERS
    assert "The first 64 of 100 are shown." in words


def test_what_is_not_there_is_left_out():
    dense = Architecture("", (1, 8, 8), (Flatten(), Dense(10)))
    empty = dataclasses.asdict(history(0))
    bare = Curves(**{name: {} if isinstance(array, dict) else array[:0] for name, array in empty.items()})
    report = example(dense, kernels=None, kernels_layer=None, confusion=None, history=bare)
    reader, words = read(report)
    assert "A network" in words
    assert "No batch has been trained yet." in words
    assert "no test pictures" in words
    assert "first filters" not in words
    assert not [tag for tag, _ in reader.tags if tag in ("svg", "img")]


def test_broken_numbers_do_not_break_it():
    kernels = np.full((2, 1, 3, 3), np.nan, np.float32)
    broken = history()
    broken.batch_loss[3:] = np.nan
    broken.validation_loss[2:] = np.inf
    reader, words = read(example(kernels=kernels, history=broken))
    assert "Its weights are no longer finite numbers" in words
    assert not pictures(reader)


def test_words_from_outside_stay_words():
    hostile = '</style><script>alert("1")</script><img src=x onerror=alert(1)>'
    names = tuple(f"{hostile}{place}" for place in range(10))
    dataset = replace(load_dataset("digits"), title=hostile, description=hostile, class_names=names)
    report = example(replace(TINY.architecture, name=hostile), dataset=dataset, versions={hostile: hostile})
    reader, words = read(report)
    tags = {tag for tag, _ in reader.tags}
    assert "script" not in tags
    assert not [name for _, attributes in reader.tags for name in attributes if name.startswith("on")]
    assert words.count(hostile) >= 10


def test_it_needs_nothing_but_itself():
    reader, _ = read(example())
    html = report_html(example())
    for tag, attributes in reader.tags:
        assert tag not in ("script", "link", "iframe", "object", "a"), tag
        assert all(not name.startswith("on") for name in attributes)
        assert attributes.get("src", "data:image/png").startswith("data:image/png")
    assert "http" not in re.sub('http-equiv="[^"]*"', "", html)
    assert "url(" not in html
    assert ("meta", {"content": "default-src 'none'; img-src data:; style-src 'unsafe-inline'",
                     "http-equiv": "Content-Security-Policy"}) in reader.tags  # fmt: skip


def test_it_is_small_whatever_the_run():
    long = history(epochs=1000, per_epoch=1)
    html = report_html(example(CLASSIC.architecture, history=long))
    assert len(html) < 250_000
    assert html.count("<tr>") < MAX_EPOCH_ROWS + 40


@pytest.mark.parametrize("preset", [TINY, CLASSIC])
def test_every_picture_has_a_text_alternative(preset):
    reader, _ = read(example(preset.architecture))
    for tag, attributes in reader.tags:
        assert tag != "img" or attributes["alt"]
        assert tag != "svg" or attributes["aria-label"]


def test_where_layers_branch_each_says_what_it_reads_and_blocks_stand_above_theirs():
    _, text = read(example(BRANCHING))
    assert "or from those of the layers that it names." in text
    assert "4 Add reads layer 3 and layer 1" in text
    assert "5 Conv2D 6, 1 × 1 reads the input" in text
    assert "10 Concatenate reads layer 8 and layer 9" in text
    assert "2 Conv2D 6, 3 × 3 reads" not in text
    assert "Residual block block, layers 1 to 4" in text
    rows = summarize(BRANCHING).layers[:4]
    assert f"block, layers 1 to 4 {sum(row.parameters for row in rows):,}" in text
    assert "reads layer" not in read(example())[1]
