"""PyTorch source as people write it becomes the network that torch itself makes of it."""

from typing import Any

import pytest
import torch
from torch import nn

from tests.source_code.pytorch_sources import EXAMPLES, Example
from visualizer.architecture.architecture import summarize
from visualizer.architecture.network import Network
from visualizer.limits import limits
from visualizer.source_code.pytorch_reader import PyTorchReading, read_pytorch
from visualizer.training.settings import TrainingSettings

LOGARITHM = "the loss takes the logarithm"
TOLERANCE = 1e-5


def run(example: Example) -> nn.Module:
    """The real module, with weights and running statistics that differ from each other."""
    names: dict[str, Any] = {}
    torch.manual_seed(0)
    # The text is one of these tests' own.
    exec(compile(f"{example.network}\nmodule = {example.make}\n", "source", "exec"), names)  # noqa: S102
    module: nn.Module = names["module"]
    for inner in module.modules():
        if isinstance(inner, nn.BatchNorm2d | nn.BatchNorm1d):
            nn.init.uniform_(inner.running_mean, -0.2, 0.2)
            nn.init.uniform_(inner.running_var, 0.5, 1.5)
            nn.init.uniform_(inner.weight, 0.5, 1.5)
            nn.init.uniform_(inner.bias, -0.2, 0.2)
    return module.eval()


def own_weights(module: nn.Module) -> list[torch.Tensor]:
    """The weights and running statistics of a module itself, not of those in it."""
    buffers = [buffer for buffer in module.buffers(recurse=False) if buffer.ndim]
    return [*module.parameters(recurse=False), *buffers]


def used(module: nn.Module, picture: torch.Tensor) -> tuple[list[tuple[nn.Module, torch.Size]], torch.Tensor]:
    """The modules with weights in the order in which they are run, with the shapes of their outputs; and the output."""
    order: list[tuple[nn.Module, torch.Size]] = []
    hooks = [
        inner.register_forward_hook(lambda at, _, out: order.append((at, out.shape[1:])))
        for inner in module.modules()
        if own_weights(inner)
    ]
    with torch.no_grad():
        output = module(picture)
    for hook in hooks:
        hook.remove()
    return order, output


def check_same(module: nn.Module, reading: PyTorchReading) -> None:
    """Layer by layer the same shapes and counts, and with the same weights the same numbers at the end."""
    picture = torch.rand(2, *reading.architecture.input_shape, generator=torch.Generator().manual_seed(1))
    theirs, expected = used(module, picture)
    network = Network(reading.architecture).eval()
    ours = [
        (inner, row.output_shape)
        for layer, row in zip(network.layers, summarize(reading.architecture).layers, strict=True)
        for inner in layer.modules()
        if own_weights(inner)
    ]
    assert len(ours) == len(theirs)
    for (inner, shape), (other, other_shape) in zip(ours, theirs, strict=True):
        for weights, other_weights in zip(own_weights(inner), own_weights(other), strict=True):
            assert weights.shape == other_weights.shape
            weights.data.copy_(other_weights.data)
        # What a transposed convolution paints beyond the map is cropped in a layer of its own here.
        assert shape == tuple(other_shape) or (isinstance(other, nn.ConvTranspose2d) and shape[0] == other_shape[0])
    with torch.no_grad():
        output = network(picture)
    if any(LOGARITHM in note.sentence for note in reading.notes):
        output = output.log()
    scale = max(1.0, float(expected.abs().max()))
    torch.testing.assert_close(output.reshape(expected.shape), expected, rtol=0, atol=TOLERANCE * scale)


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_is_read_is_what_torch_runs_or_a_note_says_what_differs(name):
    example = EXAMPLES[name]
    reading = read_pytorch(example.source)
    other = [note.sentence for note in reading.notes if note.other_network]
    assert reading.architecture.input_shape == example.shape
    for setting, value in example.settings:
        assert reading.settings[setting] == value, setting
    TrainingSettings(**reading.settings)
    if example.differs:
        assert any(example.differs in sentence for sentence in other)
        return
    assert other == []
    report = summarize(reading.architecture)
    assert all(row.problem is None for row in report.layers)
    if example.trainable:
        assert report.parameters == example.trainable
    if report.parameters > limits().parameters:  # it is not built here, nor are its weights drawn
        with torch.device("meta"):
            module = run(example)
        assert report.parameters == sum(weights.numel() for weights in module.parameters())
        return
    module = run(example)
    assert report.parameters == sum(weights.numel() for weights in module.parameters())
    check_same(module, reading)
