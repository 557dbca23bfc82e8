"""Pooling of one map, what it loses, and how its output changes when the picture moves."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from visualizer.architecture.shapes import Padding, window_padding
from visualizer.concepts.convolution import ConvolutionSettings, convolve
from visualizer.concepts.kernels import named_kernel
from visualizer.concepts.sliding import Slide
from visualizer.errors import UserError

PoolingKind = Literal["max", "average", "global"]

MAX_SHIFT = 4  # pixels: the furthest that the shift experiment moves a picture


@dataclass(frozen=True)
class PoolingSettings:
    """How a map is pooled. Window and stride are one number for height and width; "global" ignores them."""

    kind: PoolingKind = "max"
    window: int = 2
    stride: int = 2
    padding: Padding = "valid"


def pool(values: np.ndarray, settings: PoolingSettings) -> Slide:
    """Pool one map, (H, W) float32. Padded pixels never win and are not counted in a mean, as in Keras.

    Sources: https://docs.pytorch.org/docs/stable/generated/torch.nn.MaxPool2d.html,
    https://keras.io/api/layers/pooling_layers/average_pooling2d/

    Raises:
        UserError: The window does not fit into the map.
    """
    import torch
    from torch.nn import functional

    from visualizer.architecture.padded_average import PaddedAveragePooling

    height, width = values.shape
    if settings.kind == "global":
        window, strides, padding = (height, width), (1, 1), (0, 0, 0, 0)
    else:
        window, strides = (settings.window, settings.window), (settings.stride, settings.stride)
        (top, bottom), (left, right) = (
            window_padding(length, settings.window, settings.stride, 1, settings.padding) for length in (height, width)
        )
        padding = (left, right, top, bottom)
        if settings.padding == "valid" and settings.window > min(height, width):
            raise UserError(
                f"The window does not fit into the map of {height} × {width} pixels.",
                f"It covers {settings.window} × {settings.window}.",
                "Choose a smaller window, or padding “same”.",
            )
    batch = torch.from_numpy(np.ascontiguousarray(values, dtype=np.float32))[None, None]
    padded = functional.pad(batch, padding)[0].numpy()
    left, right, top, bottom = padding
    real = np.zeros(padded.shape[1:], dtype=bool)
    real[top : top + height, left : left + width] = True
    winners = None
    if settings.kind == "max":
        output, flat = functional.max_pool2d(
            functional.pad(batch, padding, value=-torch.inf), window, strides, return_indices=True
        )
        winners = np.stack(np.divmod(flat[0, 0].numpy(), padded.shape[2]), axis=-1)
    else:
        output = PaddedAveragePooling(window, strides, padding)(batch)
    return Slide(
        operation="max" if settings.kind == "max" else "average",
        input=padded,
        real=real,
        kernels=None,
        biases=None,
        output=output[0].numpy(),
        window=window,
        strides=strides,
        winners=winners,
    )


@dataclass(frozen=True)
class EnlargedMap:
    """A pooled map enlarged to its original size.

    Attributes:
        title: The method in one word, for the title of a small picture.
        method: The same in more words.
        values: (H, W) float32.
        error: (H, W), |enlarged − original|.
    """

    title: str
    method: str
    values: np.ndarray
    error: np.ndarray

    @property
    def mean_error(self) -> float:
        """The mean of |enlarged − original|, in the map's unit."""
        return float(self.error.mean())


def enlarge(slide: Slide) -> tuple[EnlargedMap, ...]:
    """Enlarge the pooled map: by repeating every number, and after max pooling also by max-unpooling.

    Sources: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.interpolate.html (mode "nearest"),
    https://docs.pytorch.org/docs/stable/generated/torch.nn.MaxUnpool2d.html
    """
    import torch
    from torch.nn import functional

    rows, columns = np.nonzero(slide.real.any(axis=1))[0], np.nonzero(slide.real.any(axis=0))[0]
    inside = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    original = slide.input[0][inside]
    pooled = torch.from_numpy(slide.output)[None]
    nearest = functional.interpolate(pooled, size=original.shape, mode="nearest")[0, 0].numpy()
    enlarged = [
        EnlargedMap("repeated", "Every number repeated (nearest neighbour)", nearest, np.abs(nearest - original))
    ]
    if slide.winners is not None:
        width = slide.input.shape[2]
        flat = torch.from_numpy(slide.winners[..., 0] * width + slide.winners[..., 1])[None, None]
        placed = functional.max_unpool2d(pooled, flat, slide.window, slide.strides, output_size=slide.input.shape[1:])
        values = placed[0, 0].numpy()[inside]
        enlarged.append(
            EnlargedMap(
                "unpooled",
                "Every winner put back in its place, zeros elsewhere (max-unpooling)",
                values,
                np.abs(values - original),
            )
        )
    return tuple(enlarged)


def surviving(slide: Slide) -> int | None:
    """How many of the input's numbers remain after max pooling; None after a mean, which keeps none."""
    if slide.winners is None:
        return None
    return len(np.unique(slide.winners.reshape(-1, 2), axis=0))


@dataclass(frozen=True)
class ShiftResult:
    """How a small shift of the picture changes the output of one way to downsample a map.

    Attributes:
        title: The way to downsample.
        before: (h, w), the output for the original picture.
        after: (h, w), the output for the shifted picture.
    """

    title: str
    before: np.ndarray
    after: np.ndarray

    @property
    def change(self) -> float:
        """Σ|after − before| / Σ|before|: 0 means no change; also 0 if all numbers before were 0."""
        total = float(np.abs(self.before).sum())
        return float(np.abs(self.after - self.before).sum()) / total if total else 0.0

    def change_when_moved_back(self, outputs: int) -> float:
        """The change that remains when `after` is moved back by that many outputs.

        Columns that entered or left are not compared, nor are the outermost columns, which lie next to the padding.
        """
        before, after = self.before[:, 1 + outputs : -1], self.after[:, 1 : -1 - outputs]
        return ShiftResult(self.title, before, after).change


def shift_experiment(picture: np.ndarray, shift: int) -> tuple[ShiftResult, ...]:
    """Shift an (H, W) float32 picture by 0 to `MAX_SHIFT` pixels and compare ways to downsample its edge map.

    A frame `MAX_SHIFT` columns narrower than the picture moves to the right over it, so that real pixels enter. Sobel x
    and ReLU find the edges in the frame; then each way downsamples the map by 2.

    Returns:
        Strided convolution, max pooling, average pooling, global average pooling.
    """
    width = picture.shape[1] - MAX_SHIFT
    frames = [picture[:, start : start + width] for start in (0, shift)]
    results = [ShiftResult("Strided convolution", *(edge_map(frame, 2) for frame in frames))]
    for title, kind in _POOLINGS:
        pooled = [pool(edge_map(frame), PoolingSettings(kind)).output[0] for frame in frames]
        results.append(ShiftResult(title, *pooled))
    return tuple(results)


_POOLINGS: tuple[tuple[str, PoolingKind], ...] = (
    ("Max pooling", "max"),
    ("Average pooling", "average"),
    ("Global average pooling", "global"),
)


def edge_map(picture: np.ndarray, stride: int = 1) -> np.ndarray:
    """The output of a possible first layer: Sobel x and ReLU. (H, W) in, (H, W) out with a stride of 1, float32.

    Padded with the mirrored picture: zeros next to a bright border would be the strongest edge of all.
    """
    kernels = named_kernel("sobel_x", 3, 0, channels=1)[np.newaxis]
    settings = ConvolutionSettings(stride, "same", "reflect")
    slide = convolve(picture[np.newaxis], kernels, np.zeros(1, dtype=np.float32), settings)
    return np.maximum(slide.output[0], 0)
