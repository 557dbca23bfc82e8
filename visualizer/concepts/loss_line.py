"""A line through points, and the mean squared error that measures how well it fits."""

from dataclasses import dataclass

import numpy as np

DARK = 127  # of 255: a pixel above it is more ink than paper


@dataclass(frozen=True)
class Points:
    """Digits as points: the number of their dark pixels, and their ink. All arrays are (N,).

    Attributes:
        x: Dark pixels relative to the average digit, float64.
        y: Mean ink in per cent: 0 is an empty picture, 100 a black one, float64.
        dark: Dark pixels out of 64, int64.
        average: The average number of dark pixels, where x is 0.
    """

    x: np.ndarray
    y: np.ndarray
    dark: np.ndarray
    average: float


@dataclass(frozen=True)
class LineFit:
    """A line y = slope · x + intercept and how well it fits N points.

    Attributes:
        slope, intercept: The line.
        predictions: (N,) the line's y for each x.
        residuals: (N,) prediction − y.
        mse: The mean of the squared residuals.
        gradient: (2,) of the mean squared error with respect to slope and intercept, by torch's autograd.
    """

    slope: float
    intercept: float
    predictions: np.ndarray
    residuals: np.ndarray
    mse: float
    gradient: np.ndarray


def digits_as_points(pictures: np.ndarray) -> Points:
    """(N, 8, 8, 1) uint8 digits, where 255 is ink, as points."""
    pixels = pictures.reshape(len(pictures), -1)
    dark = (pixels > DARK).sum(axis=1)
    average = float(dark.mean())
    return Points(dark - average, pixels.mean(axis=1) / 255 * 100, dark, average)


def measure_fit(x: np.ndarray, y: np.ndarray, slope: float, intercept: float) -> LineFit:
    """How well the line with this slope and intercept fits the points."""
    import torch

    weights = torch.tensor([slope, intercept], dtype=torch.float64, requires_grad=True)
    predictions = weights[0] * torch.from_numpy(x) + weights[1]
    mse = torch.nn.functional.mse_loss(predictions, torch.from_numpy(y))
    (gradient,) = torch.autograd.grad(mse, weights)
    predicted = predictions.detach().numpy()
    return LineFit(slope, intercept, predicted, predicted - y, mse.item(), gradient.numpy())


def best_line(x: np.ndarray, y: np.ndarray) -> LineFit:
    """The least-squares line, by torch.linalg.lstsq."""
    import torch

    columns = torch.from_numpy(np.column_stack([x, np.ones_like(x)]))
    slope, intercept = torch.linalg.lstsq(columns, torch.from_numpy(y)[:, None]).solution[:, 0].tolist()
    return measure_fit(x, y, slope, intercept)


def gradient_step(x: np.ndarray, y: np.ndarray, line: LineFit, learning_rate: float) -> LineFit:
    """The line after one step of torch.optim.SGD on slope and intercept."""
    import torch

    weights = torch.tensor([line.slope, line.intercept], dtype=torch.float64, requires_grad=True)
    weights.grad = torch.from_numpy(line.gradient.copy())
    torch.optim.SGD([weights], lr=learning_rate).step()
    slope, intercept = weights.detach().tolist()
    return measure_fit(x, y, slope, intercept)


def mse_surface(x: np.ndarray, y: np.ndarray, slopes: np.ndarray, intercepts: np.ndarray) -> np.ndarray:
    """The mean squared error of every line: (S,) slopes and (I,) intercepts in, (I, S) out."""
    residuals = slopes[None, :, None] * x + intercepts[:, None, None] - y
    return (residuals**2).mean(axis=-1)


def descend(x: np.ndarray, y: np.ndarray, line: LineFit, learning_rate: float, steps: int) -> LineFit:
    """The line after several gradient steps."""
    for _ in range(steps):
        line = gradient_step(x, y, line, learning_rate)
    return line


def slope_curvature(x: np.ndarray) -> float:
    """The second derivative of the mean squared error by the slope, 2 · mean(x²), which is the same everywhere.

    With a learning rate above 2 divided by it, each gradient step overshoots further than the one before.
    """
    return float(2 * (x**2).mean())
