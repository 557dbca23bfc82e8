"""How training pictures are moved at random, and how that moves what is marked in them."""

from dataclasses import dataclass

import torch
from torch.nn import functional


@dataclass(frozen=True)
class Moves:
    """How each of N pictures is moved, (N,) each.

    Attributes:
        flipped, flipped_vertically: -1 if it is mirrored, else 1.
        down, right: How far it is shifted, as a share of its height and width.
        angle: How far it is turned, counter-clockwise, in radians.
        kept: The share of each side that is left after the crop.
        crop_down, crop_right: Where the crop lies, from -1 (at the upper or left edge) to 1.
    """

    flipped: torch.Tensor
    flipped_vertically: torch.Tensor
    down: torch.Tensor
    right: torch.Tensor
    angle: torch.Tensor
    kept: torch.Tensor
    crop_down: torch.Tensor
    crop_right: torch.Tensor


def moved(pictures: torch.Tensor, moves: Moves, *, nearest: bool = False, mirrored_beyond: bool = True) -> torch.Tensor:
    """Mirror, turn, crop and shift pictures, (N, C, H, W) in and out.

    Beyond its edges a picture is mirrored, or else nothing is there: zeros. Numbers are interpolated bilinearly, or
    taken from the `nearest` place: between two classes there is no third one.
    """
    if _only_mirror(moves):
        return _mirrored(_mirrored(pictures, moves.flipped, 3), moves.flipped_vertically, 2)
    turn, offset = _read_from(moves, (pictures.shape[2], pictures.shape[3]))
    places = torch.cat([turn, offset[:, :, None]], -1)
    grid = functional.affine_grid(places, list(pictures.shape), align_corners=False)
    mode = "nearest" if nearest else "bilinear"
    filled = functional.grid_sample(pictures, grid, mode=mode, padding_mode="reflection", align_corners=False)
    if mirrored_beyond:
        return filled
    # Rather than by torch's own padding: so pictures that are only mirrored keep every bit.
    beyond = (grid.abs() > 1).any(-1)
    return filled.masked_fill(beyond[:, None], 0)


def _only_mirror(moves: Moves) -> bool:
    """Whether no picture is turned, cropped or shifted: then no number has to be computed, in a tenth of the time."""
    mirrored = (moves.flipped.abs() == 1) & (moves.flipped_vertically.abs() == 1)
    return bool((mirrored & (moves.angle == 0) & (moves.kept == 1) & (moves.down == 0) & (moves.right == 0)).all())


def _mirrored(pictures: torch.Tensor, sign: torch.Tensor, axis: int) -> torch.Tensor:
    """The pictures, those with a negative sign mirrored along the axis."""
    return torch.where((sign < 0)[:, None, None, None], pictures.flip(axis), pictures)


def moved_points(points: torch.Tensor, moves: Moves, size: tuple[int, int]) -> torch.Tensor:
    """Where points of the pictures are after `moved`; beyond 0 or 1 where they have left the picture.

    Args:
        points: (N, points, 2), x and y as shares of the picture's width and height, from its upper left corner.
        moves: Of the N pictures.
        size: Their height and width in pixels.
    """
    turn, offset = _read_from(moves, size)
    from_center = 2 * points - 1 - offset[:, None]
    moved_from_center: torch.Tensor = torch.linalg.solve(turn, from_center.mT).mT
    return (moved_from_center + 1) / 2


def _read_from(moves: Moves, size: tuple[int, int]) -> tuple[torch.Tensor, torch.Tensor]:
    """For every place of the result, where in the picture its number comes from: (N, 2, 2) @ place + (N, 2).

    Both places are x and y, from -1 to 1 along each axis. So a picture that moves right is read further left.
    """
    height, width = size
    cosine, sine = torch.cos(moves.angle), torch.sin(moves.angle)
    across = torch.stack([cosine, -sine * height / width], -1) * (moves.flipped * moves.kept)[:, None]
    along = torch.stack([sine * width / height, cosine], -1) * (moves.flipped_vertically * moves.kept)[:, None]
    rest = 1 - moves.kept
    offset = torch.stack([moves.crop_right * rest - 2 * moves.right, moves.crop_down * rest - 2 * moves.down], -1)
    return torch.stack([across, along], 1), offset
