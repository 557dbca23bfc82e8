"""Diffusion: noise that is removed at once, and step by step."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from tests.training.examples import few_digits, train_all
from visualizer.architecture.activations import NO_ACTIVATION
from visualizer.architecture.answer import DenoisedSample
from visualizer.architecture.architecture import Architecture, summarize
from visualizer.architecture.layers.class_embedding import ClassEmbedding
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.layers.reshape import Reshape
from visualizer.architecture.network import build
from visualizer.architecture.own_modules import ClassTable, of_classes
from visualizer.data.annotations import Annotations
from visualizer.data.catalog import load_dataset
from visualizer.data.dataset import Dataset
from visualizer.data.prepare import prepare
from visualizer.tasks.diffusion import Diffusion, class_count
from visualizer.tasks.pictures import noise_of
from visualizer.training.loop.events import Answers, EpochEnded
from visualizer.training.loop.loop import Training
from visualizer.training.settings import RunSpec, preset_settings

ABOUT = few_digits().annotations
PICTURES = torch.from_numpy(prepare(few_digits().pictures[:5], (1, 8, 8)))
LABELS = torch.zeros(5, dtype=torch.int64)


class Says(nn.Module):
    """In the place of a network: always the same picture; keeps what it was shown."""

    input_shape = (1, 8, 8)

    def __init__(self, picture: torch.Tensor) -> None:
        super().__init__()
        self.picture = picture
        self.shown: list[torch.Tensor] = []

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        self.shown.append(pictures)
        return self.picture.expand(len(pictures), -1, -1, -1)


@pytest.mark.parametrize("loss", sorted(Diffusion.losses))
def test_what_is_shown_and_the_loss_by_hand(loss: str):
    says = Says(torch.full((1, 1, 8, 8), 0.25)).eval()
    value, outputs = Diffusion().loss_and_outputs(says, PICTURES, LABELS, loss)
    expected = []
    for place, picture in enumerate(PICTURES):
        share = noise_of(1 - picture[None], (), normal=False).item()
        noise = noise_of(picture[None], (1, 8, 8), normal=True)[0]
        shown = ((1 - share) * (2 * picture - 1) + share * noise + 1) / 2
        torch.testing.assert_close(says.shown[0][place], shown)
        # The velocity that training wants, from the picture to the noise, and the one that follows from the answer.
        velocity = noise - (2 * picture - 1)
        answered = ((2 * shown - 1) - (2 * 0.25 - 1)) / share
        off = (velocity - answered).square().mean().item() if loss == "velocity_mse" else 4 * (0.25 - picture) ** 2
        if loss == "velocity_mse" and share < 0.1:
            off *= (share / 0.1) ** 2
        expected.append(off if isinstance(off, float) else off.mean().item())
    assert value.item() == pytest.approx(np.mean(expected), rel=1e-4)
    error = Diffusion().measured(outputs, LABELS, ABOUT)["error"]
    torch.testing.assert_close(error, (0.25 - PICTURES).abs().flatten(1).mean(1))


@pytest.mark.parametrize("steps", [1, 7])
def test_a_sample_goes_straight_to_what_the_network_always_says(steps: int):
    clean = PICTURES[:1]
    (sample,) = Diffusion(steps=steps)._samples(Says(clean), torch.randn(1, 1, 8, 8), ABOUT)
    assert sample.way.shape == (steps + 1, 8, 8, 1)
    np.testing.assert_allclose(sample.values, clean[0].movedim(0, -1).numpy(), atol=1e-5)


def test_each_step_is_one_of_ddim():
    """Song and others, 2020, equation 12 without noise, https://arxiv.org/abs/2010.02502, for alpha = 1 - t."""
    random = torch.Generator().manual_seed(0)
    network = nn.Sequential(nn.Conv2d(1, 1, 3, padding=1), nn.Sigmoid())
    for weights in network.parameters():
        nn.init.normal_(weights, generator=random)
    start = torch.randn((2, 1, 8, 8), generator=random)
    steps, expected = 5, start
    with torch.inference_mode():
        for left in range(steps, 0, -1):
            share, smaller = left / steps, (left - 1) / steps
            clean = 2 * network((expected + 1) / 2) - 1
            noise = (expected - (1 - share) * clean) / share
            expected = (1 - smaller) * clean + smaller * noise
        found = Diffusion(steps=steps)._samples(network, (start + 1) / 2, ABOUT)
    for sample, end in zip(found, expected, strict=True):
        np.testing.assert_allclose(sample.values[..., 0], ((end[0] + 1) / 2).clamp(0, 1).numpy(), atol=1e-5)


def test_its_preset_learns_and_its_samples_develop():
    dataset = few_digits(400, 40)
    settings = replace(preset_settings(Diffusion(steps=4)), epochs=3)
    preset = Diffusion.preset().architecture
    assert summarize(preset, Diffusion().goal(ABOUT, (1, 8, 8))).fits
    training = Training(RunSpec(preset, settings, 0), dataset)
    events = []
    while not training.ended:
        events += training.advance()
    ends = [event for event in events if isinstance(event, EpochEnded)]
    assert ends[-1].validation_measures["error"] < 0.6 * ends[0].validation_measures["error"]
    shown = [event for event in events if isinstance(event, Answers)]
    first, last = shown[0].answers[0], shown[-1].answers[0]
    assert isinstance(first, DenoisedSample)
    np.testing.assert_array_equal(first.way[0], last.way[0])  # the same noise
    assert np.abs(first.values - last.values).max() > 0.1
    # A page that asks for the same picture later shows the same sample.
    pictures = training.examples.validation.batch(torch.tensor([0]))[0]
    noise = Diffusion().as_input(pictures)
    with torch.inference_mode():
        again = Diffusion(steps=4).answer_to(training.network.eval(), noise, training.network(noise), ABOUT)
    np.testing.assert_allclose(again.values, last.values, atol=1e-5)


def error_of(architecture: Architecture, epochs: int) -> tuple[float, float]:
    """After a training on all digits, the mean error of a pixel where less than 40 % is noise, and over all pictures.

    Where there is more noise, there is less to be learnt: in the end any network can only answer with the mean digit.
    """
    task, digits = Diffusion(), load_dataset("digits")
    training = Training(RunSpec(architecture, replace(preset_settings(task), epochs=epochs), 0), digits)
    train_all(training)
    pictures = torch.from_numpy(prepare(digits.pictures[digits.test], (1, 8, 8)))
    labels = torch.from_numpy(digits.labels[digits.test])
    with torch.inference_mode():
        _, outputs = task.loss_and_outputs(training.network.eval(), pictures, labels, "velocity_mse")
    found = task.evaluation(task.kept(outputs), labels.numpy(), digits.annotations).details
    return float(found["error"][found["noise"] < 0.4].mean()), float(found["error"].mean())


def test_a_linear_model_removes_less_noise():
    """It sees the whole picture, is told the class too, and trains until it gets no better."""
    layers = (Flatten(), Dense(units=64, activation=NO_ACTIVATION), ClassEmbedding(), Reshape(height=8, width=8))
    linear = error_of(Architecture("Linear", (1, 8, 8), layers), 100)
    network = error_of(Diffusion.preset().architecture, 30)
    # Measured: 0.054 and 0.042 with little noise, 0.133 and 0.107 over all.
    assert network[0] < 0.85 * linear[0]
    assert network[1] < 0.85 * linear[1]


def test_an_evaluation_has_errors_over_noise():
    _, outputs = Diffusion().loss_and_outputs(Says(PICTURES[:1]).eval(), PICTURES, LABELS, "velocity_mse")
    found = Diffusion().evaluation(Diffusion().kept(outputs), LABELS.numpy(), ABOUT)
    shares = [noise_of(1 - picture[None], (), normal=False).item() for picture in PICTURES]
    assert found.details["noise"].tolist() == pytest.approx(shares)
    assert found.details["error"][0] == 0
    assert found.measures[0][1] == pytest.approx(found.errors.mean())


def two_tones() -> Dataset:
    """Dark pictures of one class and bright ones of another."""
    labels = np.arange(120) % 2
    pictures = np.where(labels, 200, 50)[:, None, None, None] * np.ones((1, 4, 4, 1))
    splits = np.split(np.arange(120), [80, 100])
    return Dataset("tones", "Tones", "", ("dark", "bright"), pictures.astype(np.uint8), labels, *splits)


def small_network(*, classes: int) -> Architecture:
    layers = (Conv2D(filters=8, padding="same"), ClassEmbedding(classes=classes), Conv2D(filters=1, padding="same"))
    return Architecture("Small", (1, 4, 4), layers)


def test_the_class_that_is_asked_for_is_drawn():
    dataset = two_tones()
    settings = replace(preset_settings(Diffusion(steps=5)), epochs=40, learning_rate=0.02)
    training = Training(RunSpec(small_network(classes=2), settings, 0), dataset)
    while not training.ended:
        training.advance()
    task, network = Diffusion(steps=5), training.network.eval()
    noise = task.as_input(torch.from_numpy(prepare(dataset.pictures[:1], (1, 4, 4))))
    with torch.inference_mode():
        sample = task.answer_to(network, noise, network(noise), dataset.annotations)
        of_many = task._samples(network, torch.randn(16, 1, 4, 4), dataset.annotations)
    dark, bright = (float(picture.mean()) for picture in sample.as_classes)
    assert bright - dark > 60
    # The sample is the one of the class that its noise asks for, and noises ask for all classes.
    np.testing.assert_allclose(255 * sample.values, sample.as_classes[sample.wanted], atol=0.6)
    assert {each.wanted for each in of_many} == {0, 1}


def test_only_classes_of_the_data_set_are_asked_for():
    network = build(small_network(classes=10), None)
    noise = torch.randn(40, 1, 4, 4)
    with torch.inference_mode():
        wanted = {each.wanted for each in Diffusion(steps=1)._samples(network, noise, Annotations(("a", "b", "c")))}
    assert wanted == {0, 1, 2}
    assert class_count(network.architecture) == 10
    plain = Architecture("Plain", (1, 4, 4), (Conv2D(filters=1, padding="same"),))
    with torch.inference_mode():
        (sample, *_) = Diffusion(steps=1)._samples(build(plain, None), noise, Annotations(("a", "b", "c")))
    assert sample.wanted is None
    assert class_count(plain) == 0


def test_a_class_adds_its_numbers_to_each_channel():
    embedding = ClassTable(3, 2)
    embedding.weight.data = torch.arange(6.0).reshape(3, 2)
    maps = torch.randn(5, 2, 4, 4)
    torch.testing.assert_close(embedding(maps), maps)
    with of_classes(torch.tensor([0, 2, -1, 3, 1])):
        added = embedding(maps) - maps
    expected = [[0.0, 1.0], [4.0, 5.0], [0.0, 0.0], [0.0, 0.0], [2.0, 3.0]]
    torch.testing.assert_close(added, torch.tensor(expected)[:, :, None, None].expand(5, 2, 4, 4), atol=1e-5, rtol=0)
    torch.testing.assert_close(embedding(maps), maps)
    with of_classes(torch.tensor([1])):
        torch.testing.assert_close(embedding(torch.zeros(1, 2)), torch.tensor([[2.0, 3.0]]))


def test_another_thread_asks_for_nothing():
    embedding = ClassTable(2, 1)
    embedding.weight.data.fill_(1)
    with of_classes(torch.tensor([1])), ThreadPoolExecutor(1) as pool:
        assert pool.submit(embedding, torch.zeros(1, 1)).result().item() == 0
        assert embedding(torch.zeros(1, 1)).item() == 1
