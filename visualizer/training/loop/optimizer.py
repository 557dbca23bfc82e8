"""The optimizers, each in one line of torch."""

from typing import Any

import torch
from torch import nn

from visualizer.training.optimizers import OPTIMIZERS
from visualizer.training.settings import TrainingSettings


def make_optimizer(network: nn.Module, settings: TrainingSettings) -> torch.optim.Optimizer:
    """The optimizer that the settings name, with torch's defaults for all that they do not name."""
    chosen = OPTIMIZERS[settings.optimizer]
    options: dict[str, Any] = {"momentum": settings.momentum} if chosen.has_momentum else {}
    if chosen.fused:
        options["fused"] = True
    return getattr(torch.optim, chosen.torch_class)(network.parameters(), lr=settings.learning_rate, **options)
