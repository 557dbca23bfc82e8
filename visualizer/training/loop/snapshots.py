"""A look inside a network while it trains."""

import numpy as np
import torch

from visualizer.architecture.network import Network
from visualizer.tasks.task import TaskAnswers
from visualizer.training.loop.events import FeatureMaps, Snapshot

MAX_CHANNELS = 32
# All feature maps of a snapshot together; where they are larger, fewer channels are kept (8 MB in float32).
MAX_NUMBERS = 2_000_000


def take_snapshot(
    network: Network,
    picture: torch.Tensor,
    step: int,
    epoch_position: float,
    probe_index: int,
    answers: TaskAnswers,
) -> Snapshot:
    """One forward pass of one picture, (1, C, H, W), in evaluation mode, in which the network is left.

    `answers` makes the answer of the network's output.

    Of each layer's feature maps the first 32 channels are kept, or fewer where all would hold over 2 million numbers.
    """
    network.eval()
    outputs: dict[int, torch.Tensor] = {}
    with torch.inference_mode():
        output = network.run(picture, watch=lambda node, _, value: outputs.update({node.index: value}))
        answer = answers.answer_to(network, picture, output)
    maps = [(index, output[0]) for index, output in outputs.items() if output.dim() == 4]
    share = MAX_NUMBERS // max(len(maps), 1)
    kernels_layer, kernels = first_kernels(network)
    return Snapshot(
        step=step,
        epoch_position=epoch_position,
        probe_index=probe_index,
        answer=answer,
        kernels=kernels,
        kernels_layer=kernels_layer,
        maps=tuple(
            FeatureMaps(
                layer_index=index,
                name=network.architecture.layers[index].summary(),
                array=output[: max(1, min(MAX_CHANNELS, share // output[0].numel()))].cpu().numpy().copy(),
                channels=len(output),
            )
            for index, output in maps
        ),
    )


def first_kernels(network: Network) -> tuple[int | None, np.ndarray | None]:
    """The index of the first layer that has kernels of height and width, and the first set of them."""
    for node in network.nodes:
        for kernels in node.kernels():
            if kernels.weights.ndim == 4:
                return node.index, kernels.weights.copy()
    return None, None
