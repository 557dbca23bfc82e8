"""A training as a film: each frame is drawn from the page's arrays with numpy and Pillow, without a browser."""

import math
import tempfile
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from plotly.colors import sample_colorscale, unlabel_rgb

from visualizer.architecture.answer import Answer, Classes
from visualizer.data.annotations import Annotations
from visualizer.figures.answers.figures import figures_of
from visualizer.figures.chart import number
from visualizer.figures.palette import BLUE, DIVERGING, GREY, SEQUENTIAL, VERMILLION
from visualizer.figures.probabilities import score_scale, score_text
from visualizer.figures.scale import Scale
from visualizer.figures.ticks import ticks

WIDTH, HEIGHT = 960, 640  # multiples of 16 pixels, which MP4 requires
MAX_FRAMES = 128
MAX_TILES = 16
MAX_UNITS = 64
MAX_CLASSES = 12
MAX_POINTS = 1000
_MOST_LINES, _LINE = 8, 18  # of an answer in words, and pixels from one to the next
_GAP = 4  # pixels between pictures

Format = Literal["gif", "mp4"]
Rectangle = tuple[int, int, int, int]  # left, top, right, bottom

_INK, _PAPER, _PALE = "#1F2328", "#FFFFFF", "#D5D9DD"
# Characters that Pillow's own font lacks.
_LETTERS = str.maketrans({"×": "x", "−": "-", "…": "..", "“": '"', "”": '"'})


@dataclass(frozen=True)
class Film:
    """The data of all frames; one colour scale is used for all moments.

    Attributes:
        title: Shown on every frame.
        layer: The name of the layer that is shown.
        moments: A name for each moment.
        positions: (moments,) the same in epochs.
        kernels: (moments, filters, h, w), or (moments, filters, 3, h, w) in colour; None where the layer has none.
        outputs: (moments, channels, H, W); each unit of a vector is a channel of one number.
        answers: The network's answers at each moment, of one kind: one, or several where one says little.
        annotations: Of the data set, with the names of its classes and quantities.
        truth: The right answer.
        picture: (H, W, C) uint8, which it looks at.
        curve: (points,) epochs and loss of the batches.
        validation: (epochs,) epochs and validation loss.
        loss_label: The loss's name, with its unit.
    """

    title: str
    layer: str
    moments: tuple[str, ...]
    positions: np.ndarray
    kernels: np.ndarray | None
    outputs: np.ndarray
    answers: tuple[tuple[Answer, ...], ...]
    annotations: Annotations
    truth: Answer | None
    picture: np.ndarray
    curve: tuple[np.ndarray, np.ndarray]
    validation: tuple[np.ndarray, np.ndarray]
    loss_label: str

    @cached_property
    def kernel_scale(self) -> Scale:
        return Scale.of(np.zeros(1) if self.kernels is None else self.kernels, diverging=True)

    @cached_property
    def output_scale(self) -> Scale:
        return Scale.of(self.outputs, diverging=bool(self.outputs.min() < 0))

    @cached_property
    def of_classes(self) -> np.ndarray:
        """(moments, classes), the numbers of its answers; (moments, 0) where these are not classes."""
        return np.array([answer.values if isinstance(answer, Classes) else [] for answer, *_ in self.answers])

    @property
    def probable(self) -> bool:
        """Whether these are probabilities."""
        first, *_ = self.answers[0]
        return isinstance(first, Classes) and first.kind == "probabilities"

    @cached_property
    def answer_scale(self) -> tuple[float, float]:
        """The least and the largest value of the bars of all moments."""
        return (0.0, 1.0) if self.probable else score_scale(self.of_classes)


def draw_frame(film: Film, index: int) -> np.ndarray:
    """The film's frame at one moment: (HEIGHT, WIDTH, 3) uint8."""
    image = Image.new("RGB", (WIDTH, HEIGHT), _PAPER)
    draw = ImageDraw.Draw(image)
    _text(draw, (24, 14), film.moments[index], 26)
    _text(draw, (24, 48), film.title, 16)
    if film.kernels is None:
        _text(draw, (24, 88), "This layer has no kernels.", 16)
    else:
        _mosaic(image, (24, 84, 304, 384), f"Kernels of {film.layer}", film.kernels[index], film.kernel_scale, "weight")
    name = "Feature maps" if film.outputs.shape[-1] > 1 else "Output"
    _mosaic(image, (332, 84, 632, 384), f"{name} of {film.layer}", film.outputs[index], film.output_scale, "output")
    (_answers if film.of_classes.shape[1] else _drawn_answer)(image, (660, 84, 936, 384), film, index)
    _loss(draw, (84, 436, 936, 586), film, index)
    return np.asarray(image)


def can_write(format: Format) -> bool:
    """Whether this computer can write such a file: MP4 needs the package imageio-ffmpeg, which brings ffmpeg."""
    return format == "gif" or find_spec("imageio_ffmpeg") is not None


def encode(frames: Iterable[np.ndarray], format: Format, per_second: float) -> Iterator[bytes | None]:
    """Write a film frame by frame; yield None after each frame and the file at the end.

    Args:
        frames: (H, W, 3) uint8 each.
        format: "gif" repeats forever.
        per_second: Frames per second.
    """
    import imageio.v2 as imageio

    # Each frame is repeated: players handle films of two frames per second badly.
    times = max(round(12 / per_second), 1) if format == "mp4" else 1
    settings: dict[str, Any] = {"format": "GIF-PIL", "duration": 1 / per_second, "loop": 0}
    if format == "mp4":
        settings = {"format": "FFMPEG", "fps": per_second * times, "macro_block_size": 16}
    with tempfile.TemporaryDirectory(prefix="film-") as folder:
        path = Path(folder, f"film.{format}")
        writer: Any = imageio.get_writer(path, **settings)
        with writer:
            for frame in frames:
                for _ in range(times):
                    writer.append_data(frame)
                yield None
        yield path.read_bytes()


def _mosaic(image: Image.Image, box: Rectangle, title: str, tiles: np.ndarray, scale: Scale, label: str) -> None:
    """Tiles (n, h, w), or (n, 3, h, w) as colour pictures, in rows and columns, with their colour bar below."""
    left, top, right, bottom = box
    draw = ImageDraw.Draw(image)
    _text(draw, (left, top), _fit(title, right - left, 16), 16)
    count = len(tiles)
    height, width = tiles.shape[-2:]
    room = bottom - top - 26 - 44
    columns = min(range(1, count + 1), key=lambda columns: -_cell(count, columns, height, width, right - left, room))
    cell = _cell(count, columns, height, width, right - left, room)
    step = (int(cell * width) + 4, int(cell * height) + 4)
    for place, tile in enumerate(_coloured(tiles, scale)):
        row, column = divmod(place, columns)
        corner = (left + column * step[0], top + 26 + row * step[1])
        large = Image.fromarray(tile).resize((step[0] - 4, step[1] - 4), Image.Resampling.NEAREST)
        image.paste(large, corner)
        draw.rectangle((corner[0] - 1, corner[1] - 1, corner[0] + step[0] - 4, corner[1] + step[1] - 4), outline=GREY)
    _bar(image, (left, bottom - 34, min(left + 200, right), bottom - 22), scale, label, tiles.ndim == 4)


def _cell(count: int, columns: int, height: int, width: int, room_x: int, room_y: int) -> float:
    """Pixels for one number if the tiles are in that many columns."""
    rows = -(-count // columns)
    return min((room_x / columns - 4) / width, (room_y / rows - 4) / height, 56.0)


def _coloured(tiles: np.ndarray, scale: Scale) -> np.ndarray:
    """(n, h, w, 3) uint8."""
    share = np.clip((tiles - scale.low) / (scale.high - scale.low), 0, 1)
    if tiles.ndim == 4:
        return np.round(255 * np.moveaxis(share, 1, -1)).astype(np.uint8)
    return _palette(scale.diverging)[np.round(255 * share).astype(np.uint8)]


@lru_cache(maxsize=2)
def _palette(diverging: bool) -> np.ndarray:
    """(256, 3) uint8."""
    colours = sample_colorscale(DIVERGING if diverging else SEQUENTIAL, list(np.linspace(0, 1, 256)))
    return np.array([unlabel_rgb(colour) for colour in colours]).round().astype(np.uint8)


def _bar(image: Image.Image, box: Rectangle, scale: Scale, label: str, mixed: bool) -> None:
    left, top, right, bottom = box
    draw = ImageDraw.Draw(image)
    if mixed:
        text = f"red, green, blue light: −{number(scale.high)} … {number(scale.high)}"
        _text(draw, (left, top), text, 14)
        return
    strip = _palette(scale.diverging)[np.linspace(0, 255, right - left).astype(np.uint8)]
    image.paste(Image.fromarray(np.broadcast_to(strip, (bottom - top, *strip.shape)).copy()), (left, top))
    _text(draw, (left, bottom + 4), number(scale.low), 14)
    _text(draw, (right, bottom + 4), number(scale.high), 14, anchor="ra")
    _text(draw, (right + 8, top - 2), label, 14)


def _drawn_answer(image: Image.Image, box: Rectangle, film: Film, index: int) -> None:
    """The picture with the answer drawn on it, and the answer in words; several answers' pictures are in a square."""
    left, top, right, bottom = box
    draw, answers = ImageDraw.Draw(image), film.answers[index]
    figures = figures_of(type(answers[0]))
    _text(draw, (left, top), "Its answer" if len(answers) == 1 else f"{len(answers)} of its answers", 16)
    lines = textwrap.wrap(figures.words(answers[0], film.annotations), 36, max_lines=_MOST_LINES, placeholder=" ..")
    across = math.ceil(math.sqrt(len(answers)))
    down = -(-len(answers) // across)
    tiles = [
        Image.fromarray(figures.drawn(film.picture, answer, film.truth, film.annotations).squeeze()).convert("RGB")
        for answer in answers
    ]
    # The words may use the space down to the chart of the loss.
    room = right - left, bottom - top - 16 - _LINE * len(lines)
    scale = min(room[0] / across / tiles[0].width, room[1] / down / tiles[0].height)
    gap = 0 if len(answers) == 1 else _GAP
    step = round(tiles[0].width * scale), round(tiles[0].height * scale)
    for place, tile in enumerate(tiles):
        row, column = divmod(place, across)
        large = tile.resize((step[0] - gap, step[1] - gap), Image.Resampling.NEAREST)
        image.paste(large, (left + column * step[0], top + 26 + row * step[1]))
    for row, line in enumerate(lines):
        _text(draw, (left, top + 32 + down * step[1] + _LINE * row), line, 14)


def _answers(image: Image.Image, box: Rectangle, film: Film, index: int) -> None:
    """A bar for each class, or for those with the largest numbers if there are too many; the right class is marked."""
    left, top, right, bottom = box
    draw, names = ImageDraw.Draw(image), film.annotations.class_names
    true_label = film.truth.best if isinstance(film.truth, Classes) else None
    answers = film.of_classes[index]
    shown = np.arange(len(answers))
    title = "Its answer" if film.probable else "Its answer, as scores"
    if len(shown) > MAX_CLASSES:
        largest = film.of_classes.max(axis=0).argsort()[::-1]
        shown = np.sort(largest[:MAX_CLASSES])
        title += f" ({MAX_CLASSES} of {len(answers)} classes)"
    _text(draw, (left, top), title, 16)
    row = min((bottom - top - 26) / len(shown), 27)
    start, end = left + 92, right - 60
    winner = int(answers.argmax())
    low, high = film.answer_scale
    zero = start - low / (high - low) * (end - start)
    for place, label in enumerate(shown):
        y = top + 26 + place * row
        name = f"{names[label]} (right)" if label == true_label else names[label]
        _text(draw, (start - 8, y + row / 2), _fit(name, 84, 14), 14, anchor="rm")
        value = float(answers[label])
        draw.rectangle((start, y + 3, end, y + row - 4), outline=_PALE)
        # A value that is not a number has no bar; its text says so.
        tip = zero + float(np.clip(np.nan_to_num(value / (high - low)), -1, 1)) * (end - start)
        sides = np.clip(sorted((zero, tip)), start, end)
        draw.rectangle((sides[0], y + 3, sides[1], y + row - 4), fill=BLUE if label == winner else GREY)
        text = f"{100 * value:.0f} %" if film.probable else score_text(value)
        _text(draw, (end + 6, y + row / 2), text, 14, anchor="lm")
    if low < 0:
        draw.line((zero, top + 26, zero, top + 26 + row * len(shown)), _INK, 1)


def _loss(draw: ImageDraw.ImageDraw, box: Rectangle, film: Film, index: int) -> None:
    """The loss of the batches and of the validation pictures over the epochs, and a line and a dot at the moment."""
    left, top, right, bottom = box
    epochs, losses = film.curve
    every = max(1, -(-len(epochs) // MAX_POINTS))
    epochs, losses = epochs[::every], losses[::every]
    last = max([float(film.positions[-1]), *epochs[-1:], 1e-6])
    finite = [values[np.isfinite(values)] for values in (losses, film.validation[1])]
    ceiling = 1.05 * max((float(values.max()) for values in finite if values.size), default=1.0) or 1.0

    def at(epoch: float, loss: float) -> tuple[float, float]:
        return left + epoch / last * (right - left), bottom - loss / ceiling * (bottom - top)

    _text(draw, (24, top - 32), film.loss_label, 16)
    _legend(draw, (right, top - 23))
    draw.line((left, top, left, bottom, right, bottom), GREY, 1)
    for loss in ticks(0, ceiling, 4):
        _text(draw, (left - 8, at(0, loss)[1]), number(loss), 14, anchor="rm")
    for epoch in ticks(0, last, 10):
        _text(draw, (at(epoch, 0)[0], bottom + 6), number(epoch), 14, anchor="ma")
    _text(draw, ((left + right) / 2, bottom + 26), "epoch", 16, anchor="ma")
    points = [at(float(x), float(y)) for x, y in zip(epochs, losses, strict=True) if np.isfinite(y)]
    if len(points) > 1:
        draw.line(points, GREY, 1)
    points = [at(float(x), float(y)) for x, y in zip(*film.validation, strict=True) if np.isfinite(y)]
    if len(points) > 1:
        draw.line(points, VERMILLION, 3)
    position = float(film.positions[index])
    x = at(position, 0)[0]
    draw.line((x, top, x, bottom), _INK, 2)
    if len(points):
        known = film.validation[0][np.isfinite(film.validation[1])]
        y = at(0, float(np.interp(position, known, film.validation[1][np.isfinite(film.validation[1])])))[1]
        draw.ellipse((x - 7, y - 7, x + 7, y + 7), fill=VERMILLION, outline=_PAPER, width=2)


def _text(draw: ImageDraw.ImageDraw, at: tuple[float, float], text: str, size: int, anchor: str = "la") -> None:
    draw.text(at, text.translate(_LETTERS), _INK, _font(size), anchor=anchor)


def _legend(draw: ImageDraw.ImageDraw, corner: tuple[int, int]) -> None:
    x, y = corner
    for text, colour, width in (("validation", VERMILLION, 3), ("each batch", GREY, 1)):
        _text(draw, (x, y), text, 14, anchor="rm")
        x -= int(draw.textlength(text, _font(14))) + 8
        draw.line((x - 28, y, x, y), colour, width)
        x -= 48


def _fit(text: str, width: int, size: int) -> str:
    """The text, cut to the width."""
    font, text = _font(size), text.translate(_LETTERS)
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(f"{text}..") > width:
        text = text[:-1]
    return f"{text}.."


@lru_cache(maxsize=8)
def _font(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size)
    assert isinstance(font, ImageFont.FreeTypeFont)
    return font
