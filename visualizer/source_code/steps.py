"""What a step of training is made of in the scripts: the optimizer, and lines of PyTorch's loop."""

from visualizer.source_code.scripts import arguments
from visualizer.training.optimizers import OPTIMIZERS
from visualizer.training.settings import TrainingSettings

PENALTY = """\
        loss = loss + sum(l1 * kernel.abs().sum() + l2 * kernel.square().sum() for kernel, l1, l2 in penalties)
"""
SINGLE = """\
        if len(chosen) == 1:
            continue  # batch normalisation has nothing to normalise in one picture
"""


def keras_optimizer(settings: TrainingSettings) -> str:
    """The call that makes Keras's optimizer."""
    optimizer = OPTIMIZERS[settings.optimizer]
    momentum = {"momentum": settings.momentum} if optimizer.has_momentum else {}
    options = {"learning_rate": settings.learning_rate, **momentum, **optimizer.keras_options}
    return f"keras.optimizers.{optimizer.keras_class}({arguments(options)})"


def pytorch_optimizer(settings: TrainingSettings) -> str:
    """The call that makes PyTorch's optimizer of all weights of `model`."""
    optimizer = OPTIMIZERS[settings.optimizer]
    options = {"lr": settings.learning_rate} | ({"momentum": settings.momentum} if optimizer.has_momentum else {})
    return f"torch.optim.{optimizer.torch_class}(model.parameters(), {arguments(options)})"
