"""What a box that is off costs."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

_TINY = 1e-9  # keeps a division by an area of 0 finite


def generalised_overlap(boxes: "torch.Tensor", true: "torch.Tensor") -> "torch.Tensor":
    """The generalised intersection over union (GIoU) of pairs of boxes: (n, 4) each, (n,) out, from −1 to 1.

    Where two boxes overlap it is close to their IoU. Where they do not, it still says how far they are apart, so that
    there is a gradient: Rezatofighi et al., 2019, https://arxiv.org/abs/1902.09630

    Args:
        boxes, true: The centre's x and y, width and height; widths and heights are positive.
    """
    import torch

    low, high = boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, :2] + boxes[:, 2:] / 2
    true_low, true_high = true[:, :2] - true[:, 2:] / 2, true[:, :2] + true[:, 2:] / 2
    shared = (torch.minimum(high, true_high) - torch.maximum(low, true_low)).clamp(min=0).prod(1)
    either = boxes[:, 2:].prod(1) + true[:, 2:].prod(1) - shared
    around = (torch.maximum(high, true_high) - torch.minimum(low, true_low)).prod(1)
    return shared / (either + _TINY) - (around - either) / (around + _TINY)
