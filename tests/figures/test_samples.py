"""Pictures made of noise, at any step of their way."""

from dataclasses import replace

import numpy as np

from tests.figures.reading import image_pixels, traces_named
from visualizer.architecture.answer import DenoisedSample, Sample
from visualizer.data.annotations import Annotations
from visualizer.figures.answers.figures import figures_of
from visualizer.figures.answers.sample import StepsView, error_by_noise

ABOUT = Annotations(("a", "b"))
NOISE = np.linspace(0, 1, 16, dtype=np.float32).reshape(4, 4, 1)
WAY = np.stack([np.full((2, 2, 1), 50 * step, np.uint8) for step in range(5)])
SAMPLE = Sample(np.full((2, 2, 1), 0.2, np.float32), NOISE)
DENOISED = DenoisedSample(WAY[-1].astype(np.float32) / 255, NOISE[:2, :2], WAY)


def test_a_sample_stands_beside_its_noise():
    figures = figures_of(Sample)
    chart = figures.chart(SAMPLE, ABOUT)
    np.testing.assert_array_equal(image_pixels(chart.figure.data[0])[..., 0], np.rint(NOISE[..., 0] * 255))
    assert chart.alt.startswith("The noise that the sample was made of.")
    drawn = figures.drawn(np.zeros((9, 9, 3), np.uint8), SAMPLE, None, ABOUT)
    assert drawn.shape == (160, 160, 3)
    assert (drawn == 51).all()
    assert figures.words(SAMPLE, ABOUT) == "made of noise"


def test_many_samples_keep_their_order():
    (titled,) = figures_of(Sample).of_many(np.zeros((3, 2, 2, 1), np.uint8), [SAMPLE] * 3, [None] * 3, ABOUT, 400)
    assert "3 pictures of 2 × 2 pixels. Numbers: 1, 2, 3" in titled.chart.alt


def test_a_way_is_seen_at_any_of_its_steps():
    figures = figures_of(DenoisedSample)
    for share, step in ((0.0, 0), (0.5, 2), (0.7, 3), (1.0, 4)):
        seen = figures.seen(DENOISED, StepsView(share))
        assert isinstance(seen, DenoisedSample)
        np.testing.assert_allclose(seen.values, WAY[step] / 255)
    chart = figures.chart(DENOISED, ABOUT)
    assert "Steps: step 0, step 1, step 2, step 3, step 4" in chart.alt
    assert figures.words(DENOISED, ABOUT) == "made of noise in 4 steps"


def test_samples_of_a_class_stand_under_its_name():
    figures = figures_of(DenoisedSample)
    asked = replace(DENOISED, wanted=1, as_classes=WAY[:2])
    (titled,) = figures.of_many(np.zeros((2, 2, 2, 1), np.uint8), [asked, replace(asked, wanted=0)], [], ABOUT, 400)
    assert "The class that was asked for: b, a" in titled.chart.alt
    assert "What the same noise becomes as each class: as a, as b" in figures.chart(asked, ABOUT).alt
    assert figures.words(asked, ABOUT) == "made of noise in 4 steps, as “b”"


def test_the_line_is_the_mean_of_the_dots_in_each_tenth():
    noise, error = np.array([0.02, 0.08, 0.55, 1.0]), np.array([0.1, 0.3, 0.25, 0.5])
    chart = error_by_noise(noise, error)
    (dots,) = traces_named(chart.figure, "a picture")
    (line,) = traces_named(chart.figure, "mean")
    np.testing.assert_allclose(dots.x, 100 * noise)
    np.testing.assert_allclose(line.x, [5, 55, 95])
    np.testing.assert_allclose(line.y, [20, 25, 50])
    assert "20.0 % with the least noise and 50.0 % with the most" in chart.alt
