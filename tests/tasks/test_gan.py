"""GANs: two losses in one step, and samples of the same noise."""

import math
from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch
from sklearn.neighbors import NearestNeighbors

from tests.training.examples import few_digits, train_all
from visualizer.architecture.activations import NO_ACTIVATION
from visualizer.architecture.answer import Sample
from visualizer.architecture.architecture import Architecture, summarize
from visualizer.architecture.assembly import Assembly
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.layers.reshape import Reshape
from visualizer.architecture.network import Network, build
from visualizer.architecture.presets import TINY
from visualizer.data.catalog import load_dataset
from visualizer.data.prepare import prepare
from visualizer.tasks.gan import DISCRIMINATOR, GENERATOR, Gan
from visualizer.tasks.pictures import noise_of
from visualizer.training.loop.events import Answers, EpochEnded
from visualizer.training.loop.loop import Training
from visualizer.training.settings import RunSpec, preset_settings

EXAMPLE = Gan.preset().architecture
ABOUT = few_digits().annotations
REAL = torch.from_numpy(prepare(few_digits().pictures[:6], (1, 8, 8)))
LABELS = torch.zeros(6, dtype=torch.int64)
LAST = 8  # layer of the generator


def network() -> Network:
    return build(EXAMPLE, seed=3)


def test_pictures_have_the_shape_of_the_generators_output():
    assert Gan().picture_shape(EXAMPLE) == (1, 8, 8)
    assert EXAMPLE.input_shape == (1, 4, 4)


def softplus(value: float) -> float:
    return math.log1p(math.exp(value))


@pytest.mark.parametrize(
    ("loss", "real_loss", "false_loss"),
    [
        ("adversarial_bce", lambda said: softplus(-said), softplus),
        ("adversarial_mse", lambda said: (said - 1) ** 2, lambda said: said**2),
    ],
)
def test_the_loss_by_hand(loss, real_loss, false_loss):
    judged = network().eval()
    value, outputs = Gan().loss_and_outputs(judged, REAL, LABELS, loss)
    made = judged.run(noise_of(REAL, (1, 4, 4), normal=False), until=LAST)
    of_made = judged.run(made, after=LAST)[:, 0].tolist()
    of_real = judged.run(REAL, after=LAST)[:, 0].tolist()
    discriminator = [real_loss(real) + false_loss(false) for real, false in zip(of_real, of_made, strict=True)]
    generator = [real_loss(false) for false in of_made]
    assert value.item() == pytest.approx(np.mean(discriminator) + np.mean(generator), rel=1e-4)
    measured = Gan().measured(outputs, LABELS, ABOUT)
    assert measured["discriminator"].tolist() == pytest.approx(discriminator, rel=1e-4)
    assert measured["generator"].tolist() == pytest.approx(generator, rel=1e-4)
    middle = 0.5 if loss == "adversarial_mse" else 0
    told = [((real > middle) + (false < middle)) / 2 for real, false in zip(of_real, of_made, strict=True)]
    assert measured["told"].tolist() == told


def gradients(trained: Network) -> dict[str, torch.Tensor]:
    return {name: weights.grad.clone() for name, weights in trained.named_parameters() if weights.grad is not None}


def test_each_part_learns_from_its_own_loss_alone():
    """Against the two backward passes that textbooks have, with the same noise and the same batch statistics."""
    torch.manual_seed(0)
    both = network().eval()  # so that nothing is random, and the statistics stay
    noise = noise_of(REAL, (1, 4, 4), normal=False)
    loss, _ = Gan().loss_and_outputs(both, REAL, LABELS, "adversarial_bce")
    loss.backward()
    found = gradients(both)

    judge = network().eval()
    made = judge.run(noise, until=LAST).detach()
    real, false = judge.run(REAL, after=LAST), judge.run(made, after=LAST)
    (torch.nn.functional.softplus(-real).mean() + torch.nn.functional.softplus(false).mean()).backward()
    expected = gradients(judge)
    maker = network().eval()
    torch.nn.functional.softplus(-maker.run(noise)).mean().backward()
    made_of = {name: grad for name, grad in gradients(maker).items() if int(name.split(".")[1]) <= LAST}
    expected |= made_of
    assert found.keys() == expected.keys()
    for name, gradient in found.items():
        torch.testing.assert_close(gradient, expected[name], rtol=1e-4, atol=1e-6)


def test_a_discriminator_that_learns_seldom_has_often_no_gradient():
    trained = network().train()
    task = Gan(discriminator_every=4)
    torch.manual_seed(0)
    learnt = 0
    for _ in range(60):
        trained.zero_grad()
        loss, _ = task.loss_and_outputs(trained, REAL, LABELS, "adversarial_bce")
        loss.backward()
        judged = [name for name in gradients(trained) if int(name.split(".")[1]) > LAST]
        assert any(int(name.split(".")[1]) <= LAST for name in gradients(trained))
        learnt += bool(judged)
    assert 5 <= learnt <= 28  # of 15


def test_its_preset_makes_pictures_more_like_real_ones():
    dataset = few_digits(500, 60)
    settings = replace(preset_settings(Gan()), epochs=12)
    training = Training(RunSpec(EXAMPLE, settings, 0), dataset)
    events = []
    while not training.ended:
        events += training.advance()
    shown = [event for event in events if isinstance(event, Answers)]
    first, last = (np.stack([answer.values for answer in shown[place].answers]) for place in (0, -1))
    assert last.shape == (48, 8, 8, 1)
    real = dataset.pictures[dataset.validation] / 255
    # The mean picture of the samples comes near that of real digits; ink at the sides goes.
    assert np.abs(last.mean(0) - real.mean(0)).mean() < 0.5 * np.abs(first.mean(0) - real.mean(0)).mean()
    ends = [event for event in events if isinstance(event, EpochEnded)]
    assert set(ends[-1].validation_measures) == {"told", "discriminator", "generator"}
    snapshot = training.snapshot()
    assert isinstance(snapshot.answer, Sample)
    assert snapshot.answer.values.shape == (8, 8, 1)
    assert snapshot.answer.noise.shape == (4, 4, 1)


def test_variety_is_low_where_all_samples_are_alike():
    judged = network().eval()
    _, outputs = Gan().loss_and_outputs(judged, REAL, LABELS, "adversarial_bce")
    rows = outputs.detach()
    found = {measure.name: value for measure, value in Gan().evaluation(rows.numpy(), LABELS.numpy(), ABOUT).measures}
    made, real = rows[:, 22:86], rows[:, 86:150]
    torch.testing.assert_close(real.reshape(6, 1, 8, 8), REAL)
    expected = torch.pdist(made).mean() / torch.pdist(real).mean()
    assert found["variety"] == pytest.approx(expected.item(), rel=1e-5)
    rows[:, 22:86] = rows[:1, 22:86]
    alike = {measure.name: value for measure, value in Gan().evaluation(rows.numpy(), LABELS.numpy(), ABOUT).measures}
    assert alike["variety"] == pytest.approx(0, abs=1e-6)


def with_linear_generator() -> Architecture:
    """The discriminator of the preset, and a generator that is one dense layer."""
    assembly = Assembly((1, 4, 4))
    with assembly.block(GENERATOR):
        assembly.add(Flatten(), Dense(units=64, activation=NO_ACTIVATION), Reshape(height=8, width=8))
    with assembly.block(DISCRIMINATOR):
        assembly.add(*EXAMPLE.layers[LAST + 1 :])
    return assembly.architecture("Linear generator")


@cache
def learnt(architecture: Architecture, discriminator_every: int = 1) -> Mapping[str, float]:
    """The measures on the validation split after a short training on all digits, each with the same seed.

    Among them the mean distance of a sample to the most similar of the real digits that it learnt from, "far".
    """
    task, digits = Gan(discriminator_every=discriminator_every), load_dataset("digits")
    training = Training(RunSpec(architecture, replace(preset_settings(task), epochs=30), 0), digits)
    train_all(training)
    real, labels = training.examples.validation.batch(torch.arange(len(digits.validation)))
    last = next(block.last for block in architecture.blocks if block.title == GENERATOR)
    with torch.inference_mode():
        _, outputs = task.loss_and_outputs(training.network.eval(), real, labels, "adversarial_bce")
        made = training.network.run(noise_of(real, (1, 4, 4), normal=False), until=last)
    found = task.evaluation(task.kept(outputs), labels.numpy(), digits.annotations)
    known = NearestNeighbors(n_neighbors=1).fit(prepare(digits.pictures[digits.train], (1, 8, 8)).reshape(-1, 64))
    far = known.kneighbors(made.flatten(1).numpy())[0].mean()
    return {measure.name: value for measure, value in found.measures} | {"far": float(far)}


def test_a_discriminator_that_learns_seldom_lets_the_variety_collapse():
    """As the setting's help says, and Evaluation shows."""
    always, seldom = learnt(EXAMPLE), learnt(EXAMPLE, 30)
    # Measured: 1.06 and 0.54; and distances of 1.8 and 2.5, of other real digits 1.1.
    assert always["variety"] > 0.8
    assert seldom["variety"] < 0.7 * always["variety"]
    # The samples that are left are no better ones.
    assert seldom["far"] > always["far"]


def test_the_samples_of_a_linear_generator_are_told_from_real_digits():
    """The noise at its input is mixed, and nothing else: its samples are further from any digit, and seen through."""
    linear, network = learnt(with_linear_generator()), learnt(EXAMPLE)
    # Measured: 1.00 and 0.72, and distances of 2.5 and 1.8.
    assert linear["told"] > 0.95
    assert network["told"] < 0.85
    assert linear["far"] > 1.2 * network["far"]


def test_a_network_without_the_two_blocks_is_told_so():
    goal = Gan().goal(ABOUT, (1, 8, 8))
    assert summarize(EXAMPLE, Gan().goal(ABOUT, EXAMPLE.input_shape)).fits
    (problem,) = (row.problem for row in summarize(TINY.architecture, goal).layers if row.problem)
    assert str(problem).startswith("The network has no block “Generator”.")
    renamed = replace(EXAMPLE, blocks=(EXAMPLE.blocks[0], replace(EXAMPLE.blocks[1], title="Judge")))
    (problem,) = (row.problem for row in summarize(renamed, goal).layers if row.problem)
    assert str(problem).startswith("The network has no block “Discriminator”.")
