"""The film of a training: frames that show the arrays, and files that open again."""

import gc
import textwrap
import warnings
from dataclasses import replace

import imageio.v3 as imageio
import numpy as np

from visualizer.architecture.answer import AnswerKind, Classes, Numbers, Sample
from visualizer.data.annotations import Annotations, Quantity
from visualizer.figures import film as film_module
from visualizer.figures.film import HEIGHT, WIDTH, Film, draw_frame, encode

RANDOM = np.random.default_rng(0)


def classes(values: list[list[float]], kind: AnswerKind) -> tuple[tuple[Classes], ...]:
    return tuple((Classes(np.array(each), kind),) for each in values)


FILM = Film(
    title="My network on digits",
    layer="layer 1 Conv2D 4, 3 × 3",
    moments=("Before training", "Batch 1", "Epoch 1"),
    positions=np.array([0.0, 0.1, 1.0]),
    kernels=RANDOM.normal(size=(3, 4, 3, 3)),
    outputs=RANDOM.random((3, 4, 8, 8)),
    answers=classes([[0.5, 0.5], [0.3, 0.7], [0.0, 1.0]], "probabilities"),
    annotations=Annotations(("cat", "dog")),
    truth=Classes(np.array([0.0, 1.0]), "probabilities"),
    picture=np.zeros((8, 8, 1), np.uint8),
    curve=(np.linspace(0, 1, 10), np.linspace(2, 1, 10)),
    validation=(np.array([0.0, 1.0]), np.array([2.0, 1.0])),
    loss_label="loss (nats)",
)


def differs(one: np.ndarray, other: np.ndarray, left: int, top: int, right: int, bottom: int) -> bool:
    part = np.s_[top:bottom, left:right]
    return not np.array_equal(one[part], other[part])


def test_frames_differ_where_something_changed():
    frames = [draw_frame(FILM, index) for index in range(3)]
    assert frames[0].shape == (HEIGHT, WIDTH, 3)
    assert frames[0].dtype == np.uint8
    for box in ((0, 0, 300, 44), (20, 105, 310, 345), (330, 105, 640, 345), (650, 105, 940, 384), (80, 430, 940, 590)):
        assert differs(frames[0], frames[2], *box), box


def test_one_colour_scale_holds_for_all_moments():
    """The kernels of a moment keep their colours, and so their pixels, only while the largest of all stays."""
    same = FILM.kernels.copy()
    same[1] *= 0.5
    louder = FILM.kernels.copy()
    louder[2] *= 3
    tiles = np.s_[108:345, 24:304]
    first = draw_frame(FILM, 0)[tiles]
    assert np.array_equal(first, draw_frame(replace(FILM, kernels=same), 0)[tiles])
    assert not np.array_equal(first, draw_frame(replace(FILM, kernels=louder), 0)[tiles])
    assert FILM.kernel_scale.high == np.abs(FILM.kernels).max()


def test_a_tiles_colour_is_that_of_its_value():
    outputs = np.zeros((1, 1, 1, 1))
    film = replace(FILM, outputs=np.concatenate([outputs, outputs + 1, outputs + 1]))
    dark, bright = (draw_frame(film, index)[130, 350] for index in (0, 1))
    assert dark.tolist() == [68, 1, 84]  # the ends of viridis
    assert bright.tolist() == [253, 231, 37]


def test_colour_kernels_are_mixed_as_light():
    kernels = np.zeros((3, 1, 3, 2, 2))
    kernels[:, 0, 0] = 1.0  # red weights only
    frame = draw_frame(replace(FILM, kernels=kernels), 0)
    assert frame[130, 60].tolist() == [255, 128, 128]


def test_layers_without_kernels_and_vectors_are_drawn_too():
    frame = draw_frame(replace(FILM, kernels=None, outputs=RANDOM.normal(size=(3, 10, 1, 1))), 2)
    assert frame.std() > 0


def test_many_classes_are_cut_to_the_most_probable():
    film = replace(
        FILM,
        answers=classes(RANDOM.dirichlet(np.ones(30), 3).tolist(), "probabilities"),
        annotations=Annotations(tuple(f"class {index}" for index in range(30))),
    )
    assert draw_frame(film, 0).shape == (HEIGHT, WIDTH, 3)


def test_scores_have_bars_from_one_zero_for_all_moments():
    """From −1 to 1 zero is in the middle: bars of scores below 0 reach to the left of it, those above to the right."""
    film = replace(FILM, answers=classes([[-1.0, 1.0], [0.8, -0.8], [0.0, 1.0]], "scores"))
    assert film.answer_scale == (-1.0, 1.0)
    left, right, rows = 780, 840, (123, 150)
    paper, blue, grey = [255, 255, 255], [0, 114, 178], [125, 134, 140]
    frames = [draw_frame(film, index) for index in range(3)]
    seen = [[[frame[row, at].tolist() for at in (left, right)] for row in rows] for frame in frames]
    assert seen[0] == [[grey, paper], [paper, blue]]
    assert seen[1] == [[paper, blue], [grey, paper]]
    assert seen[2] == [[paper, paper], [paper, blue]]


def test_a_film_before_the_first_epoch_has_no_validation_line():
    empty = (np.zeros(0), np.zeros(0))
    film = replace(FILM, curve=empty, validation=empty, positions=np.zeros(3))
    assert draw_frame(film, 0).shape == (HEIGHT, WIDTH, 3)


def written(format: str, per_second: float) -> bytes:
    frames = [draw_frame(FILM, index) for index in range(3)]
    *steps, data = encode(iter(frames), format, per_second)
    assert steps == [None] * 3
    return data


def test_a_gif_opens_again_with_the_same_frames():
    back = imageio.imread(written("gif", 2.0), extension=".gif")
    assert back.shape == (3, HEIGHT, WIDTH, 3)
    for index in range(3):
        # 256 colours: each pixel is near to what was drawn.
        assert np.abs(back[index].astype(int) - draw_frame(FILM, index)).mean() < 3
    assert imageio.immeta(written("gif", 2.0), extension=".gif")["duration"] == 500


def test_an_mp4_opens_again_with_each_frame_as_long_as_it_is_due():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # imageio leaves its pipes from ffmpeg to the collector
        back = imageio.imread(written("mp4", 2.0), extension=".mp4")
        gc.collect()
    assert back.shape == (3 * 6, HEIGHT, WIDTH, 3)  # 12 a second
    for index in range(3):
        assert np.abs(back[6 * index + 3].astype(int) - draw_frame(FILM, index)).mean() < 6


ABOUT_NUMBERS = Annotations(
    ("star",),
    quantities=tuple(
        Quantity(name, unit, 0, 360)
        for name, unit in (
            ("size", "pixels"), ("direction", "degrees"), ("place from the left", "pixels"), ("height above", "metres"),
        )
    ),
)  # fmt: skip


def test_all_of_an_answer_in_words_is_on_the_frame(monkeypatch):
    said = []
    drawn_text = film_module._text
    monkeypatch.setattr(
        film_module, "_text", lambda draw, at, text, *rest, **named: (
            said.append((at[1], text)), drawn_text(draw, at, text, *rest, **named)
        )
    )  # fmt: skip
    numbers = tuple((Numbers(np.array([12, 123.25, 41.5, 17.75], np.float32) + step),) for step in range(3))
    draw_frame(replace(FILM, answers=numbers, annotations=ABOUT_NUMBERS, truth=None), 2)
    in_order = [text for _, text in said]
    words = "size 14 pixels, direction 125 degrees, place from the left 43.5 pixels, height above 19.8 metres"
    lines = textwrap.wrap(words, 36)
    assert len(lines) == 3 + (len(words) > 108)
    assert [text for text in in_order if text in lines] == lines
    # Above the label of the loss.
    assert max(at for at, text in said if text in lines) + 16 <= min(at for at, text in said if text == FILM.loss_label)


def test_several_samples_stand_in_a_square():
    """White, grey and black ones, nine of them: each has its place."""
    shades = np.linspace(0.1, 0.9, 9)
    square = tuple(Sample(np.full((4, 4, 1), shade, np.float32), np.zeros((2, 2, 1), np.float32)) for shade in shades)
    frame = draw_frame(replace(FILM, answers=(square, square, square), truth=None), 0)
    for place, shade in enumerate(shades):
        row, column = divmod(place, 3)
        side = (384 - 84 - 16 - 18) / 3
        y, x = 84 + 26 + round((row + 0.5) * side), 660 + round((column + 0.5) * side)
        assert abs(int(frame[y, x, 0]) - round(255 * shade)) <= 1
