"""PyTorch source as people write it becomes the network that torch itself makes of it."""

from typing import Any

import pytest
import torch
from torch import nn

from tests.source_code.pytorch_example import Example
from tests.source_code.pytorch_more_sources import MORE_EXAMPLES
from tests.source_code.pytorch_sources import EXAMPLES
from visualizer.architecture.architecture import summarize
from visualizer.architecture.network import Network
from visualizer.limits import limits
from visualizer.source_code.python_source import SourceError
from visualizer.source_code.pytorch_reader import read_pytorch
from visualizer.source_code.reading import NoNetworkError, SourceReading
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


def check_same(module: nn.Module, reading: SourceReading) -> None:
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


ALL_EXAMPLES = EXAMPLES | MORE_EXAMPLES


@pytest.mark.parametrize("name", ALL_EXAMPLES)
def test_what_is_read_is_what_torch_runs_or_a_note_says_what_differs(name):
    example = ALL_EXAMPLES[name]
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


def net(layers: str, forward: str = "") -> str:
    """A source with the layers of a class and the lines of its forward, one after the other."""
    start = "import copy\nimport torch\nfrom torch import nn\nimport torch.nn.functional as F\n\n"
    if not forward:
        return f"{start}model = nn.Sequential({layers})\n"
    made = "".join(f"        {line}\n" for line in layers.splitlines())
    run = "".join(f"        {line}\n" for line in forward.splitlines())
    return (
        f"{start}class Net(nn.Module):\n    def __init__(self, n=None):\n        super().__init__()\n{made}"
        f"    def forward(self, x):\n{run}"
    )


def sentences(source: str, *, other: bool = True) -> list[str]:
    return [note.sentence for note in read_pytorch(source, 10).notes if note.other_network or not other]


SAME = {
    "padding of a stride": "nn.Conv2d(3, 4, 5, 2, 2), nn.ReLU()",
    "padding “same”": "nn.Conv2d(3, 4, (3, 5), padding='same')",
    "dilation": "nn.Conv2d(3, 4, 3, padding=2, dilation=2)",
    "max pooling with padding": "nn.Conv2d(3, 4, 3), nn.ReLU(), nn.MaxPool2d(3, 2, 1)",
    "max pooling with padding that keeps the size": "nn.Conv2d(3, 4, 3), nn.MaxPool2d(3, 1, 1)",
    "max pooling that reaches over": "nn.Conv2d(3, 4, 2), nn.ReLU(), nn.MaxPool2d(2, ceil_mode=True)",
    "average pooling that counts its padding": "nn.Conv2d(3, 4, 3), nn.AvgPool2d(3, 2, padding=1)",
    "average pooling that does not": "nn.Conv2d(3, 4, 3), nn.AvgPool2d(3, 1, padding=1, count_include_pad=False)",
    "adaptive pooling that divides": "nn.Conv2d(3, 4, 3, padding=1), nn.AdaptiveAvgPool2d((8, 4))",
    "adaptive pooling of the same size": "nn.Conv2d(3, 4, 3, padding=1), nn.AdaptiveAvgPool2d((None, 64))",
    "a transposed convolution": "nn.ConvTranspose2d(3, 4, 4, 2, 1)",
    "a transposed convolution that crops unevenly": "nn.ConvTranspose2d(3, 4, 3, 2, 1, 1)",
    "a transposed convolution with gaps": "nn.ConvTranspose2d(3, 4, 2, 3)",
    "upsampling": "nn.Conv2d(3, 4, 3), nn.Upsample(scale_factor=2, mode='bilinear', align_corners=False)",
    "zero padding": "nn.ZeroPad2d((1, 2, 0, 3)), nn.Conv2d(3, 4, 3)",
    "cropping": "nn.ZeroPad2d((-1, 2, 0, -3)), nn.Conv2d(3, 4, 3)",
    "group normalisation": "nn.Conv2d(3, 4, 3), nn.GroupNorm(2, 4)",
    "instance normalisation": "nn.Conv2d(3, 4, 3), nn.InstanceNorm2d(4, affine=True)",
    "softmax over the channels": "nn.Conv2d(3, 4, 3), nn.Softmax2d()",
    "a leaky slope": "nn.Conv2d(3, 4, 3), nn.LeakyReLU()",
    "unflatten": "nn.Flatten(), nn.Linear(12288, 16), nn.Unflatten(1, (16, 1, 1)), nn.ConvTranspose2d(16, 2, 4)",
    "a list that adds up": "*(nn.Sequential(nn.Conv2d(3, 4, 3)) + nn.Sequential(nn.ReLU(), nn.Conv2d(4, 4, 3)))",
    "identities": "nn.Identity(), nn.Conv2d(3, 4, 3), nn.Dropout(0.3), nn.Identity()",
}


# Lines of __init__ and of forward.
FORWARD = {
    "a function in place, whose input is read again": (
        "self.a = nn.Conv2d(3, 4, 3)\nself.r = nn.ReLU(inplace=True)",
        "x = self.a(x)\ny = self.r(x)\nreturn torch.cat([x, y], 1)",
    ),
    "a function in place, whose output is not kept": (
        "self.a = nn.Conv2d(3, 4, 3)",
        "x = self.a(x)\nF.elu(x, inplace=True)\nx.sigmoid_()\nreturn x * 2",
    ),
    "+= of a tensor with two names": (
        "self.a = nn.Conv2d(3, 4, 3)\nself.b = nn.Conv2d(4, 4, 1)",
        "x = self.a(x)\ny = x\nx += self.b(x)\nreturn torch.cat([x, y], 1)",
    ),
    "layers by their names": (
        "for i in range(3):\n    setattr(self, 'c%d' % i, nn.Conv2d(3, 3, 3))",
        "for i in range(3):\n    x = getattr(self, f'c{i}')(x)\nreturn x",
    ),
    "children and indices": (
        "self.a = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Conv2d(4, 4, 3), nn.Tanh())",
        "for layer in self.a[:2]:\n    x = layer(x)\nx = self.a[2](x)\nreturn self.a[-1](x) if len(self.a) == 4 else x",
    ),
    "padding by its name": ("self.a = nn.Conv2d(3, 4, 3)", "return self.a(F.pad(x, pad=(1, 0, 2, 0)))"),
    "methods and functions alike": (
        "self.a = nn.Conv2d(3, 4, 3)\nself.b = nn.Linear(4, 2)",
        "x = self.a(x).relu().mean(dim=(-2, -1))\nreturn torch.sigmoid(self.b(torch.reshape(x, (x.shape[0], -1))))",
    ),
    "numbers of a vector as maps": (
        "self.a = nn.Conv2d(3, 4, 3)",
        "x = self.a(x)\nw = x.mean([2, 3]).sigmoid()\nx = x * w.unsqueeze(-1).unsqueeze(-1)\n"
        "return x + w[:, :, None, None]",
    ),
    "a function in place, whose input is returned": (
        "self.a = nn.Conv2d(3, 4, 3)\nself.b = nn.Conv2d(3, 4, 3)",
        "y = self.a(x)\nz = y\ny -= self.b(x)\nz.mul_(2)\nF.relu_(y)\nreturn z",
    ),
    "whether it trains": (
        "self.a = nn.Conv2d(3, 4, 3)",
        "x = self.a(x)\nreturn x if self.training is True and self.training == True or not self.training else x * 2",
    ),
    "tests of the numbers": (
        "self.a = nn.Conv2d(3, 4, 3)",
        "x = self.a(x)\nassert not torch.isnan(x).any()\nreturn x",
    ),
    "a copy before a function in place": (
        "self.a = nn.Conv2d(3, 4, 3, padding=1)\nself.r = nn.ReLU(inplace=True)\nself.b = nn.Conv2d(4, 4, 1)",
        "x = self.a(x)\nidentity = x.clone()\nx = self.r(x)\nreturn self.b(x) + identity",
    ),
    "an empty Sequential is not true": (
        "self.a = nn.Conv2d(3, 4, 3)\nself.s = nn.Sequential()\nself.l = nn.ModuleList()",
        "x = self.a(x)\nif self.s:\n    x = x + self.s(x)\nreturn x * 2 if self.l or not self.s else x",
    ),
    "a Sequential that is changed": (
        "self.a = nn.Sequential(nn.Conv2d(3, 3, 3), nn.ReLU())\nself.a.insert(0, nn.Conv2d(3, 3, 5))\n"
        "self.a.extend([nn.Conv2d(3, 4, 1), nn.Tanh(), nn.ReLU()])\nself.a.pop(5)\nself.a[4] = nn.Sigmoid()\n"
        "self.a.add_module('last', nn.Conv2d(4, 5, 1))\nself.a.add_module('last', nn.Conv2d(4, 2, 1))",
        "return self.a(x)",
    ),
    "children of a Sequential that is not kept": (
        "s = nn.Sequential(nn.Conv2d(3, 3, 3), nn.ELU(), nn.Conv2d(3, 3, 1))\n"
        "self.a = nn.Sequential(*list(s.children())[:-1])",
        "return self.a(x)",
    ),
    "a ModuleList of a generator, summed": (
        "self.a = nn.ModuleList(nn.Conv2d(3, 4, 3) for _ in range(3))",
        "return sum(c(x) for c in self.a)",
    ),
    "a ModuleList of a Sequential": (
        "self.a = nn.ModuleList(nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()))",
        "for layer in self.a:\n    x = layer(x)\nreturn x",
    ),
    "layers in _modules, by name": (
        "self.c1 = nn.Conv2d(3, 4, 3)\nself.c2 = nn.Conv2d(4, 4, 3)",
        "x = self._modules['c1'](x)\nfor name, layer in self.named_children():\n"
        "    if name == 'c2':\n        x = layer(x)\nreturn x",
    ),
    "attributes that are not there": (
        "self.a = nn.Conv2d(3, 4, 3)",
        "x = self.a(x)\nif hasattr(self, 'b'):\n    x = self.b(x)\nc = getattr(self, 'c', None)\n"
        "return x if c is None else c(x)",
    ),
    "a list of one map, and axis": (
        "self.a = nn.Conv2d(3, 4, 3)",
        "x = self.a(x)\nreturn torch.cat([torch.cat([x], 1), x], axis=1)",
    ),
    "a mean over columns, then rows": ("self.a = nn.Conv2d(3, 4, 3)", "return self.a(x).mean(3).mean(2)"),
    "windows as large as the maps": (
        "self.a = nn.Conv2d(3, 4, 3)",
        "x = self.a(x)\na = F.avg_pool2d(x, x.size()[2:])\nb = F.max_pool2d(x, kernel_size=x.shape[-1])\n"
        "return a[:, :, 0, 0] + b.flatten(1)",
    ),
    "numbers of a vector as maps, shortly": (
        "self.a = nn.Conv2d(3, 4, 3)",
        "x = self.a(x)\nreturn x * x.mean([2, 3])[..., None, None].sigmoid()",
    ),
    "shapes that are compared": (
        "self.a = nn.Conv2d(3, 4, 3, padding=1)",
        "y = self.a(x)\nif x.shape[2:] != y.shape[2:] or y.shape[:2] != (x.size(0), 4):\n"
        "    y = TF.resize(y)\nreturn y",
    ),
    "map over layers": (
        "self.a = nn.ModuleList(map(lambda c: nn.Conv2d(3, c, 3), [4, 8]))\n"
        "self.b = nn.Sequential(*map(lambda size: nn.Conv2d(*size, 1), zip([12, 4], [4, 6])))",
        "a, b = map(lambda layer: layer(x), self.a)\nx = torch.cat(list(map(F.relu, (a, b))), 1)\nreturn self.b(x)",
    ),
    "a loop over a map, each item of which is made when its turn comes": (
        "self.a = nn.ModuleList([nn.Conv2d(3, 3, 1), nn.Conv2d(3, 3, 1)])",
        "for y in map(lambda layer: layer(x), self.a):\n    x = x + y\nreturn x",
    ),
    "modules of a dictionary as attributes, and by name": (
        "self.d = nn.ModuleDict({'a': nn.Conv2d(3, 4, 3), 'b': nn.Conv2d(4, 4, 3)})\n"
        "self.d.add_module('c', nn.ReLU())\nself.e = nn.ModuleDict(dict(pool=nn.MaxPool2d(2)))\n"
        "self.e.update({'last': nn.Conv2d(4, 2, 1)})",
        "x = self.d.c(self.d['b'](self.d.a(x)))\nfor name, module in self.e.items():\n    x = module(x)\nreturn x",
    ),
    "children of a list and of a dictionary of modules": (
        "self.a = nn.ModuleList([nn.Conv2d(3, 4, 3), nn.ReLU()])\nself.b = nn.ModuleDict({'c': nn.Conv2d(4, 2, 1)})",
        "for layer in self.a.children():\n    x = layer(x)\nfor name, layer in self.b.named_children():\n"
        "    x = layer(x) if name == 'c' and isinstance(self.b, nn.ModuleDict) else x\nreturn x",
    ),
    "copies of a block": (
        "s = nn.Sequential(nn.Conv2d(3, 3, 3), nn.ModuleList([nn.BatchNorm2d(3)])[0], nn.ReLU())\n"
        "self.a = nn.ModuleList([copy.deepcopy(s) for _ in range(2)])",
        "for block in self.a:\n    x = block(x)\nreturn x",
    ),
    "lazy layers": (
        "self.a = nn.Sequential(nn.LazyConv2d(8, 3), nn.LazyBatchNorm2d(), nn.Flatten(), nn.LazyLinear(5))",
        "return self.a(x)",
    ),
    "what is done where the network is written down": (
        "self.a = nn.Conv2d(3, 4, 3)",
        "x = self.a(x)\nif torch.jit.is_scripting() or torch.jit.is_tracing():\n    return x * 2\nreturn x",
    ),
    "lists of tensors and tensors": (
        "self.a = nn.Conv2d(3, 4, 3)",
        "x = [x, x] if isinstance([x], torch.Tensor) else [self.a(x)]\nreturn torch.cat(x, 1)",
    ),
    "a copy of another shape before a function in place": (
        "self.a = nn.Conv2d(3, 2, 3)",
        "x = self.a(x)\ny = x.flatten(1).clone()\nx.relu_()\nreturn y + x.flatten(1)",
    ),
    "the padding of a kernel's size": (
        "self.a = nn.Conv2d(3, 4, 3)\nself.b = nn.Conv2d(4, 4, 5, padding=self.a.kernel_size[0] // 2)",
        "return self.b(self.a(x))",
    ),
}


@pytest.mark.parametrize("name", FORWARD)
def test_what_forward_does_is_the_same(name):
    source = net(*FORWARD[name])
    reading = read_pytorch(source)
    assert [note.sentence for note in reading.notes if note.other_network] == []
    check_same(run(Example(source, "Net()", reading.architecture.input_shape)), reading)


@pytest.mark.parametrize("name", SAME)
def test_what_torch_and_this_app_write_differently_is_the_same(name):
    source = net(SAME[name])
    reading = read_pytorch(source)
    assert [note.sentence for note in reading.notes if note.other_network] == []
    check_same(run(Example(source, "model", reading.architecture.input_shape)), reading)


DIFFERS = {
    "max pooling over numbers below zero": (net("nn.Conv2d(3, 4, 3), nn.MaxPool2d(3, 2, 1)"), "never wins"),
    "average pooling that reaches over": (
        net("nn.Conv2d(3, 4, 2), nn.AvgPool2d(4, 3, padding=1, ceil_mode=True)"),
        "edge",
    ),
    "adaptive pooling that does not divide": (net("nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(7)"), "equal windows"),
    "corners": (net("nn.Conv2d(3, 4, 3), nn.UpsamplingBilinear2d(scale_factor=2)"), "corners"),
    "reflected padding": (net("nn.Conv2d(3, 4, 3, padding=1, padding_mode='reflect')"), "padded with zeros"),
    "groups of a transposed convolution": (net("nn.ConvTranspose2d(4, 4, 2, groups=2)"), "groups"),
    "a mean of all batches": (net("nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4, momentum=None)"), "momentum"),
    "no scale": (net("nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4, affine=False)"), "scales"),
    "layer normalisation of maps": (net("nn.Conv2d(3, 4, 3), nn.LayerNorm([4, 62, 62])"), "each place"),
    "one slope for all": (net("nn.Conv2d(3, 4, 3), nn.PReLU()"), "slope"),
    "an alpha of ELU": (net("nn.Conv2d(3, 4, 3), nn.ELU(0.5)"), "alpha"),
    "softmax over the rows": (net("nn.Conv2d(3, 4, 3), nn.Softmax(dim=2)"), "over the channels"),
    "log_softmax in the middle": (net("nn.Conv2d(3, 4, 3), nn.LogSoftmax(1), nn.Conv2d(4, 4, 1)"), "logarithm"),
    "numbers that do not fit": (net("nn.Conv2d(3, 4, 3), nn.Flatten(), nn.Linear(17, 10)"), "expects 17"),
    "channels that do not fit": (net("nn.Conv2d(3, 4, 3), nn.Conv2d(5, 2, 1)"), "expects 5"),
    "an unknown module": (net("nn.Conv2d(3, 4, 3), nn.Hardswish()"), "Hardswish"),
    "an unknown size": (net("nn.Conv2d(3, 4, size)"), "kernel_size"),
    "an unknown list": (net("nn.Conv2d(3, 4, 3), *make_more()"), "make_more"),
    "concatenated rows": (
        net("self.a = nn.Conv2d(3, 4, 3)", "x = self.a(x)\nreturn torch.cat([x, x], 2)"),
        "channels are concatenated",
    ),
    "a slice": (net("self.a = nn.Conv2d(3, 4, 3)", "x = self.a(x)\nreturn x[:, :2]"), "x[:, :2]"),
    "a slice of rows": (net("self.a = nn.Conv2d(3, 4, 3)", "return self.a(x)[..., 1:]"), "[..., 1:]"),
    "several layers that are set": (
        net("self.a = nn.Sequential(nn.Conv2d(3, 4, 3))\nself.a[0:1] = nn.ReLU()", "return self.a(x)"),
        "may change a layer",
    ),
    "an index of nothing": (net("self.a = nn.Conv2d(3, 4, 3)", "return F.elu(self.a(x)[()], 0.5)"), "alpha"),
    "a transposition": (net("self.a = nn.Conv2d(3, 4, 3)", "return self.a(x).transpose(2, 3)"), "transpose"),
    "two outputs": (net("self.a = nn.Conv2d(3, 4, 3)", "x = self.a(x)\nreturn x, F.relu(x)"), "2 outputs"),
    "a layer that is not used": (
        net("self.a = nn.Conv2d(3, 4, 3)\nself.b = nn.Conv2d(4, 4, 3)", "return self.a(x)"),
        "created but not used",
    ),
    "a condition that is not known": (
        net("self.a = nn.Conv2d(3, 4, 3)\nself.n = n", "x = self.a(x)\nif self.n > other:\n    x = x * 2\nreturn x"),
        "not known whether",
    ),
    "a layer that is used twice on maps of two sizes": (
        net("self.a = nn.Conv2d(3, 3, 3)", "x = self.a(x)\nreturn self.a(torch.relu(F.max_pool2d(x, 2)))"),
        "used several times",
    ),
    "normalised weights": (net("nn.utils.spectral_norm(nn.Conv2d(3, 4, 3))"), "spectral_norm"),
    "a learnt factor": (
        net("self.a = nn.Conv2d(3, 4, 3)\nself.g = nn.Parameter(torch.ones(1))", "return self.g * self.a(x)"),
        "self.g",
    ),
    "weights that nothing uses": (
        net("self.a = nn.Conv2d(3, 4, 3)\nself.g = nn.Parameter(torch.ones(4))", "return self.a(x)"),
        "nn.Parameter is left out",
    ),
    "weights in a list, and by their name": (
        net(
            "self.a = nn.Conv2d(3, 4, 3)\nself.register_parameter('g', nn.Parameter(torch.ones(1)))",
            "return self.a(x)",
        ),
        "nn.Parameter is left out",
    ),
    "a list of weights": (
        net(
            "self.a = nn.Conv2d(3, 4, 3)\nself.w = nn.ParameterList([nn.Parameter(torch.ones(1))])", "return self.a(x)"
        ),
        "nn.ParameterList is left out",
    ),
    "numbers in another shape, after a change in place": (
        net(
            "self.a = nn.Conv2d(3, 4, 3)\nself.b = nn.Linear(4 * 30 * 30, 5)",
            "x = self.a(x)\nv = x.view(x.size(0), -1)\nF.relu_(x)\nreturn self.b(v)",
        ),
        "changed in place in another shape",
    ),
    "numbers that were changed in place in another shape": (
        net("self.a = nn.Conv2d(3, 4, 3)", "x = self.a(x)\nx.flatten(1).relu_()\nreturn x"),
        "changed in place in another shape",
    ),
    "a loop over a generator that reads what the loop changes": (
        net(
            "self.a = nn.ModuleList([nn.Conv2d(3, 3, 1), nn.Conv2d(3, 3, 1)])",
            "for y in (layer(x) for layer in self.a):\n    x = x + y\nreturn F.relu(x)",
        ),
        "(layer(x) for layer in self.a)",
    ),
    "a hook": (
        net("self.a = nn.Conv2d(3, 4, 3)\nself.a.register_forward_hook(f)", "return self.a(x)"),
        "register_forward_hook",
    ),
    "a fifth axis": (net("self.a = nn.Conv2d(3, 4, 3)", "return self.a(x).unsqueeze(2)"), "unsqueeze"),
    "a layer changed later": (
        net("self.a = nn.Conv2d(3, 4, 3)\nself.a.weight = unknown", "return self.a(x)"),
        "“weight” of a layer is changed",
    ),
    "numbers in another order": (
        net("nn.Flatten(), nn.Linear(12288, 32), nn.Unflatten(1, (8, 2, 2)), nn.Conv2d(8, 2, 1)"),
        "pixel by pixel",
    ),
    "a size of the output": (
        net("self.a = nn.ConvTranspose2d(3, 4, 3, stride=2)", "return self.a(x, output_size=(129, 130))"),
        "output_size=(129, 130)",
    ),
    "numbers of a tensor that are set": (
        net("self.a = nn.Conv2d(3, 4, 3)", "x = self.a(x)\nx[:, 0] = 0\nreturn x"),
        "x[:, 0]",
    ),
    "parts of a tensor": (
        net("self.a = nn.Conv2d(3, 4, 3)", "a, b = self.a(x).chunk(2, dim=1)\nreturn a * torch.sigmoid(b)"),
        "chunk",
    ),
    "a layer that is new each time": (
        net("self.a = nn.Conv2d(3, 4, 3)", "return nn.Conv2d(4, 2, 1)(self.a(x))"),
        "created anew",
    ),
    "where the maxima of windows lie": (
        net("self.a = nn.Conv2d(3, 4, 3)", "x, where = F.max_pool2d(self.a(x), 2, return_indices=True)\nreturn x"),
        "where its maxima lie",
    ),
    "where the maxima lie": (
        net("self.a = nn.Conv2d(3, 4, 3)", "x, where = torch.max(self.a(x), dim=1, keepdim=True)\nreturn x"),
        "torch.max",
    ),
    "too many filters": (net("nn.Conv2d(3, 40000, 3), nn.ReLU()"), "left out"),
}


@pytest.mark.parametrize("name", DIFFERS)
def test_what_differs_is_said(name):
    source, words = DIFFERS[name]
    try:
        found = sentences(source)
    except NoNetworkError:
        assert name in ("an unknown size", "too many filters")
        return
    assert any(words in sentence for sentence in found), found


def test_a_size_that_is_left_open_is_the_number_of_classes():
    source = net("self.a = nn.Flatten()\nself.b = nn.Linear(784, n_classes)", "return self.b(self.a(x))")
    reading = read_pytorch(source, 7)
    assert summarize(reading.architecture).layers[-1].output_shape == (7,)
    assert any("n_classes" in note.sentence for note in reading.notes)


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("summary(model, (3, 48, 40))", (3, 48, 40)),
        ("torch.zeros(4, 3, 20, 24)", (3, 20, 24)),
        ("model(torch.randn((1, 3, 30, 30)))", (3, 30, 30)),
        ("datasets.CIFAR100('.', train=True)", (3, 32, 32)),
        ("transforms.Compose([transforms.Resize((50, 60)), transforms.ToTensor()])", (3, 50, 60)),
        ("torchvision.datasets.CIFAR10('.')\ntransforms.Resize(72)", (3, 72, 72)),
        ("", (3, 64, 64)),
    ],
)
def test_the_shape_of_the_input_follows_from_what_the_source_says(text, shape):
    source = net("nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 10)")
    assert read_pytorch(source + text).architecture.input_shape == shape


@pytest.mark.parametrize("size", [8, 28, 33, 100, 224])
def test_the_shape_of_the_input_follows_from_what_the_layers_expect(size):
    source = net(f"nn.Conv2d(1, 4, 3, padding=1), nn.Flatten(), nn.Linear(4 * {size} * {size}, 10)")
    assert read_pytorch(source).architecture.input_shape == (1, size, size)


def test_a_vector_that_the_loop_makes_of_pictures_is_read_as_a_picture():
    source = net("nn.Linear(784, 30), nn.ReLU(), nn.Linear(30, 10)")
    reading = read_pytorch(source + "for x, y in loader:\n    out = model(x.view(-1, 784))\n")
    assert reading.architecture.input_shape == (1, 28, 28)
    assert [row.output_shape for row in summarize(reading.architecture).layers] == [(784,), (30,), (10,)]


TRAINING = {
    "torch.optim.RMSprop(model.parameters())": {"optimizer": "rmsprop", "learning_rate": 0.01},
    "torch.optim.SGD(model.parameters(), 0.3)": {"optimizer": "sgd", "learning_rate": 0.3, "momentum": 0.0},
    "optim.Adam(params=model.parameters(), lr=3e-4)": {"optimizer": "adam", "learning_rate": 3e-4},
    "optim.AdamW(model.parameters(), lr=1e-4)": {"optimizer": "adam", "learning_rate": 1e-4},
    "nn.MSELoss()": {"loss": "mse"},
    "F.cross_entropy(out, y)": {"loss": "cross_entropy"},
    "DataLoader(data, 16)": {"batch_size": 16},
    "EPOCHS = 7\nfor epoch in tqdm(range(EPOCHS)):\n    pass": {"epochs": 7},
    "for epoch in range(1, 4):\n    print(epoch)": {"epochs": 3},
    "EPOCHS = 6\nfor t in range(EPOCHS):\n    run(model)": {"epochs": 6},
    "for epoch in trange(1, 8, desc='e'):\n    pass": {"epochs": 7},
    "test = DataLoader(data, batch_size=1000)\ntrain = DataLoader(data, 16, shuffle=True)": {"batch_size": 16},
    "DataLoader(data, shuffle=True)": {"batch_size": 1},
    "p = ArgumentParser()\np.add_argument('--lr', '-l', default='0.05', type=float)\nargs, _ = p.parse_known_args()\n"
    "torch.optim.SGD(model.parameters(), lr=args.lr)": {"learning_rate": 0.05},
    "p = ArgumentParser()\ng = p.add_argument_group('g')\ng.add_argument('--lr', type=float)\n"
    "args = vars(p.parse_args(['--lr', '0.2']))\ntorch.optim.SGD(model.parameters(), args['lr'])": {
        "learning_rate": 0.2
    },
    "p = ArgumentParser()\np.add_argument('--lr', default=0.1)\np.set_defaults(lr=0.4)\nargs = p.parse_args()\n"
    "args.n = 3\ntorch.optim.SGD(model.parameters(), args.lr)\nfor epoch in range(args.n):\n    pass": {
        "learning_rate": 0.4,
        "epochs": 3,
    },
    "args = EasyDict({'lr': 0.06})\ntorch.optim.SGD(model.parameters(), lr=args['lr'])": {"learning_rate": 0.06},
    "args = SimpleNamespace(lr=0.07)\ntorch.optim.SGD(model.parameters(), lr=args.lr)": {"learning_rate": 0.07},
    "torch.optim.Adam((p for p in model.parameters() if p.requires_grad), lr=2e-4)": {"learning_rate": 2e-4},
    "a = nn.CrossEntropyLoss()\nb = nn.MSELoss()\nfor x, y in data:\n    a(model(x), y).backward()": {
        "loss": "cross_entropy"
    },
    "for epoch in range(2):\n    for x, y in data:\n        F.cross_entropy(model(x), y).backward()\n"
    "        nn.utils.clip_grad_norm_(model.parameters(), 1.0)\n    if stop():\n        break": {"epochs": 2},
}


@pytest.mark.parametrize("text", TRAINING)
def test_how_it_trains(text):
    reading = read_pytorch(net("nn.Conv2d(3, 4, 3), nn.Flatten(), nn.Linear(4 * 62 * 62, 10)") + text)
    assert TRAINING[text].items() <= reading.settings.items()
    assert not any(note.other_network for note in reading.notes)


def test_what_of_the_training_is_left_out_is_said():
    text = "torch.optim.SGD(model.parameters(), lr=0.1, weight_decay=5e-4, nesterov=True)\nnn.BCEWithLogitsLoss()"
    found = sentences(net("nn.Conv2d(3, 4, 3)") + text, other=False)
    for words in ("weight_decay=0.0005", "nesterov=True", "BCEWithLogitsLoss"):
        assert any(words in sentence for sentence in found)


CONTAINERS = """
import torch
from torch import nn
class Dense(nn.ModuleDict):
    def __init__(self):
        super().__init__()
        for i in range(2):
            self.add_module("layer%d" % i, nn.Conv2d(3 + 2 * i, 2, 3, padding=1))
    def forward(self, x):
        found = [x]
        for name, layer in self.items():
            found.append(layer(torch.cat(found, 1)))
        return torch.cat(found, 1) if "layer0" in self.keys() and len(self) == 2 else x
class Blocks(nn.ModuleList):
    def __init__(self):
        super().__init__([nn.Conv2d(7, 7, 1), nn.ReLU()])
    def forward(self, x):
        for layer in self:
            x = layer(x)
        return self[1](self[-2](x))
class Pooled(nn.Sequential):
    def __init__(self):
        super().__init__(nn.AdaptiveAvgPool2d(1), nn.Conv2d(7, 3, 1))
    def forward(self, x):
        for layer in self:
            x = layer(x)
        return x
model = nn.Sequential(Dense(), Blocks(), Pooled())
"""


def test_classes_that_inherit_from_containers_are_gone_through():
    reading = read_pytorch(CONTAINERS)
    shared = [note for note in reading.notes if note.other_network]
    assert ["used several times" in note.sentence for note in shared] == [True]
    layers = [
        (type(layer).__name__, row.output_shape)
        for layer, row in zip(reading.architecture.layers, summarize(reading.architecture).layers, strict=True)
    ]
    assert [shape for _, shape in layers][-1] == (3, 1, 1)
    assert [name for name, _ in layers].count("Concatenate") == 2
    torch_parameters = sum(weights.numel() for weights in run(Example(CONTAINERS, "model", (3, 64, 64))).parameters())
    assert summarize(reading.architecture).parameters == torch_parameters + 56  # the convolution that is used twice


LEFT_OUT = {
    "opt = torch.optim.SGD([{'params': model.parameters(), 'lr': 0.3}], lr=0.1)": "lr=0.3",
    "torch.optim.SGD(model.parameters(), 0.1)\ntorch.optim.Adam(model.parameters())": "Another optimiser",
    "torch.optim.SGD(model[0].parameters(), 0.1)": "only a part of the network learns",
    "for epoch in range(2):\n    pass\nfor epoch in range(3):\n    pass": "Another loop over epochs",
    "for epoch in range(args_epochs):\n    pass": "How many epochs",
    "torch.optim.lr_scheduler.StepLR(opt, 3)": "the learning rate stays the same",
    "for g in opt.param_groups:\n    g['lr'] = 0.1": "the learning rate stays the same",
    "for p in model[0].parameters():\n    p.requires_grad = False": "every layer learns",
    "model[0].requires_grad_(False)": "every layer learns",
    "nn.utils.clip_grad_norm_(model.parameters(), 1.0)": "not clipped",
    "nn.CrossEntropyLoss(torch.ones(10))": "weight",
    "for x, y in data:\n    loss = ((model(x) - y) ** 2).mean()\n    loss.backward()": "No loss that is known",
    "for x, y in data:\n    loss = F.cross_entropy(model(x), y)\n"
    "    loss = loss + 1e-4 * sum(p.pow(2).sum() for p in model.parameters())\n"
    "    loss.backward()": "adds a penalty",
    "crit = nn.CrossEntropyLoss()\nfor x, y in data:\n    size = 0\n    for name, p in model.named_parameters():\n"
    "        if 'weight' in name:\n            size += torch.norm(p, 1)\n    loss = crit(model(x), y) + 0.1 * size\n"
    "    loss.backward()": ("adds a penalty"),
    "for x, y in data:\n    loss = F.cross_entropy(model(x), y)\n    loss += 0.01 * model[0].weight.abs().sum()\n"
    "    loss.backward()": "adds a penalty",
    "k = 4\nfor i, (x, y) in enumerate(data):\n    F.cross_entropy(model(x), y).backward()\n"
    "    if (i + 1) % k == 0 or i + 1 == len(data):\n        opt.step()": "gradients of several batches",
    "for i, (x, y) in enumerate(data):\n    with autocast():\n        loss = F.cross_entropy(model(x), y)\n"
    "    scaler.scale(loss).backward()\n    last = i % 8 == 7\n    if last:\n        scaler.step(opt)": (
        "gradients of several batches"
    ),
    "pl.Trainer(max_epochs=3, accumulate_grad_batches=4)": "gradients of several batches",
    "class Focal(nn.Module):\n    def forward(self, x, y):\n        return F.cross_entropy(x, y) ** 2\n"
    "loss = Focal()(model(data), y)": "a part of “Focal”",
    "nn.init.orthogonal_(model[0].weight)": "orthogonal_",
    "model[0].weight.data.normal_(0, 0.02)": "normal_",
}


@pytest.mark.parametrize("text", LEFT_OUT)
def test_what_of_the_training_differs_is_said_and_the_network_is_the_same(text):
    reading = read_pytorch(net("nn.Conv2d(3, 4, 3), nn.Flatten(), nn.Linear(4 * 62 * 62, 10)") + text)
    assert any(LEFT_OUT[text] in note.sentence for note in reading.notes), reading.notes
    assert not any(note.other_network for note in reading.notes)
    assert summarize(reading.architecture).parameters == 112 + 10 * (4 * 62 * 62 + 1)


@pytest.mark.parametrize("training", ["True", "training=True", ""])
def test_dropout_that_never_ends_is_said(training):
    source = net("self.a = nn.Conv2d(3, 4, 3)", f"return F.dropout(self.a(x), 0.5, {training})")
    assert any("drops numbers after training" in sentence for sentence in sentences(source, other=False))
    source = net("self.a = nn.Conv2d(3, 4, 3)", "return F.dropout(self.a(x), 0.5, self.training)")
    assert not any("drops numbers after training" in sentence for sentence in sentences(source, other=False))


@pytest.mark.parametrize(
    "line", ["return x if self.training else F.softmax(x, 1)", "if not self.training:\n    x = x * 2\nreturn x"]
)
def test_what_is_done_only_after_training_is_said_to_be_left_out(line):
    source = net("self.a = nn.Conv2d(3, 4, 3)", f"x = F.dropout(self.a(x), training=self.training)\n{line}")
    said = [note.lines for note in read_pytorch(source).notes if "counts as true here" in note.sentence]
    assert said == [(12,)]


@pytest.mark.parametrize("order", [("teacher", "student"), ("student", "teacher")])
def test_of_two_networks_the_one_that_learns_is_read(order):
    widths = {"teacher": 32, "student": 4}
    made = "".join(
        f"{name} = nn.Sequential(nn.Conv2d(3, {widths[name]}, 3), nn.Flatten(), nn.Linear({widths[name]} * 900, 10))\n"
        for name in order
    )
    loop = "torch.optim.SGD(student.parameters(), lr=0.01)\nfor x, y in data:\n    s, t = student(x), teacher(x)\n"
    reading = read_pytorch(f"import torch\nfrom torch import nn\n{made}{loop}")
    assert summarize(reading.architecture).parameters == 112 + 10 * 3601


NO_PENALTY = [
    "for x, y in data:\n    loss = F.cross_entropy(model(x), y)\n    loss.backward()\n"
    "    size = sum(p.grad.norm(2) ** 2 for p in model.parameters())\n    print(loss + size)",
    "for x, y in data:\n    loss = F.cross_entropy(model(x), y) + F.mse_loss(model(x), y)",
    "count = sum(p.numel() for p in model.parameters())\n"
    "for x, y in data:\n    loss = F.cross_entropy(model(x), y) + count",
]


@pytest.mark.parametrize("text", NO_PENALTY)
def test_what_is_no_penalty_is_not_called_one(text):
    assert not any("penalty" in sentence for sentence in sentences(net("nn.Conv2d(3, 4, 3)") + text, other=False))


NOT_ACCUMULATED = [
    "for i, (x, y) in enumerate(data):\n    F.cross_entropy(model(x), y).backward()\n    opt.step()\n"
    "    if i % 10 == 0:\n        scheduler.step()",
    "k = 1\nfor i, (x, y) in enumerate(data):\n    F.cross_entropy(model(x), y).backward()\n"
    "    if (i + 1) % k == 0:\n        opt.step()",
    "for i, (x, y) in enumerate(data):\n    F.mse_loss(model(x), y).backward()\n    if i % 5 == 0:\n"
    "        F.cross_entropy(model(x), y).backward()\n        opt.step()",
]


@pytest.mark.parametrize("text", NOT_ACCUMULATED)
def test_a_step_for_each_batch_is_not_called_rarer(text):
    assert not any(
        "several batches" in sentence for sentence in sentences(net("nn.Conv2d(3, 4, 3)") + text, other=False)
    )


LIGHTNING = """
class Lit(pl.LightningModule):
    def __init__(self, lr=0.03):
        super().__init__()
        self.save_hyperparameters()
        self.net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.Flatten(), nn.Linear(4 * 26 * 26, 10))
    def forward(self, x):
        return self.net(x)
    def training_step(self, batch, index):
        x, y = batch
        return F.cross_entropy(self(x), y)
    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=self.hparams.lr, momentum=0.9)
model = Lit(lr=0.2)
pl.Trainer(max_epochs=6).fit(model, DataLoader(data, batch_size=20))
"""


def test_what_lightning_calls_is_read():
    reading = read_pytorch(f"import torch\nfrom torch import nn\nimport torch.nn.functional as F\n{LIGHTNING}")
    expected = {"optimizer": "sgd", "learning_rate": 0.2, "momentum": 0.9, "epochs": 6, "batch_size": 20}
    assert expected.items() <= reading.settings.items()
    assert not any(note.other_network for note in reading.notes)


@pytest.mark.parametrize(
    "text", ["", "x = 1", "import torch", "def f(:", "class Net(nn.Module): pass", "model = nn.Sequential()"]
)
def test_without_a_network_it_says_so(text):
    with pytest.raises((NoNetworkError, SourceError)):
        read_pytorch(text)
