"""A network as an ONNX file, which other programs and languages can run."""

import json
import warnings
from collections.abc import Sequence

import torch
from torch import nn

from visualizer.architecture.flow import FlowNetwork


class _Part(nn.Module):
    """A network as far as one of its layers."""

    def __init__(self, network: FlowNetwork, until: int) -> None:
        super().__init__()
        self.network, self.until = network, until

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        return self.network.run(pictures, until=self.until)


def onnx_bytes(
    network: FlowNetwork, class_names: Sequence[str], outputs: Sequence[str] = (), until: int | None = None
) -> bytes:
    """The network in evaluation mode, with its weights, for any number of pictures at once.

    Its input is called `pictures`, (n, C, H, W) float32 in [0, 1]; its output `answers`, the output of the last
    layer. The metadata's entry `classes` is a JSON list of the classes' names, and `outputs` one of what each number
    or map of the output means. The first call takes a few seconds.

    Args:
        network: Any network; it is put into evaluation mode.
        class_names: One for each number of a classifier's output; may be empty.
        outputs: One for each number or map of the output; may be empty.
        until: The layer, by index, whose output it is instead of the last layer's; later ones are left out.
    """
    network.eval()
    # Two pictures: from a single one the exporter would fix the batch size at 1.
    example = torch.zeros(2, *network.input_shape)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter warns of its own internals
        program = torch.onnx.export(
            network if until is None else _Part(network, until).eval(),
            (example,),
            input_names=["pictures"],
            output_names=["answers"],
            dynamic_shapes=({0: torch.export.Dim("n")},),
            dynamo=True,
            verbose=False,
        )
    assert program is not None
    program.model.metadata_props["classes"] = json.dumps(list(class_names), ensure_ascii=False)
    program.model.metadata_props["outputs"] = json.dumps(list(outputs), ensure_ascii=False)
    return program.model_proto.SerializeToString()
