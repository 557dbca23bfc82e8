"""The losses and the optimizers, each in one line of torch."""

from typing import Any

import torch
from torch import nn
from torch.nn import functional

from visualizer.architecture.network import Network
from visualizer.training.optimizers import OPTIMIZERS
from visualizer.training.settings import Loss, TrainingSettings


def loss_and_scores(
    network: Network, pictures: torch.Tensor, labels: torch.Tensor, loss: Loss
) -> tuple[torch.Tensor, torch.Tensor]:
    """One forward pass: the batch's mean loss (a scalar) and its scores (N, classes), whose largest is the answer.

    Without `Network.penalty`, which depends on no picture.

    Cross-entropy is taken of the logits, which is the same as the negative log of softmax's probability but does not
    overflow (https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.cross_entropy.html). The mean squared
    error is taken of the network's output, after its softmax if it ends in one, against one-hot targets, as the mean
    over pictures and classes.
    """
    if loss == "cross_entropy":
        scores = network.logits(pictures)
        return functional.cross_entropy(scores, labels), scores
    scores = network(pictures)
    targets = functional.one_hot(labels, scores.shape[1]).to(scores.dtype)
    return functional.mse_loss(scores, targets), scores


def make_optimizer(network: nn.Module, settings: TrainingSettings) -> torch.optim.Optimizer:
    """The optimizer that the settings name, with torch's defaults for all that they do not name."""
    chosen = OPTIMIZERS[settings.optimizer]
    options: dict[str, Any] = {"momentum": settings.momentum} if chosen.has_momentum else {}
    if chosen.fused:
        options["fused"] = True
    return getattr(torch.optim, chosen.torch_class)(network.parameters(), lr=settings.learning_rate, **options)
