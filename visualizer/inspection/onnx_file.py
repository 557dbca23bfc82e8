"""A network as an ONNX file, which other programs and languages can run."""

import json
import warnings
from collections.abc import Sequence

import torch

from visualizer.architecture.flow import FlowNetwork


def onnx_bytes(network: FlowNetwork, class_names: Sequence[str]) -> bytes:
    """The network in evaluation mode, with its weights, for any number of pictures at once.

    Its input is called `pictures`, (n, C, H, W) float32 in [0, 1]; its output `answers`, the output of the last
    layer. The metadata's entry `classes` is a JSON list of the classes' names. The first call takes a few seconds.

    Args:
        network: Any network; it is put into evaluation mode.
        class_names: One for each number of the output; may be empty.
    """
    network.eval()
    # Two pictures: from a single one the exporter would fix the batch size at 1.
    example = torch.zeros(2, *network.input_shape)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter warns of its own internals
        program = torch.onnx.export(
            network,
            (example,),
            input_names=["pictures"],
            output_names=["answers"],
            dynamic_shapes=({0: torch.export.Dim("n")},),
            dynamo=True,
            verbose=False,
        )
    assert program is not None
    program.model.metadata_props["classes"] = json.dumps(list(class_names), ensure_ascii=False)
    return program.model_proto.SerializeToString()
