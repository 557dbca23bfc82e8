"""Architecture and training settings -> a PyTorch script that defines and trains the network.

The modules are written as torch itself prints them. torch is imported when a script is written.
"""

import ast
import inspect
import textwrap
from typing import TYPE_CHECKING

from visualizer.architecture.architecture import Architecture, summarize
from visualizer.architecture.initialization import Initialization
from visualizer.architecture.layer import Layer, keeps_its_start
from visualizer.architecture.shapes import describe_shape
from visualizer.source_code.scripts import (
    PATHLIB,
    Fetched,
    PictureLoader,
    arguments,
    heading,
    imports,
    loads_digits,
    output_shape,
    wants_a_folder,
)
from visualizer.training.optimizers import OPTIMIZERS
from visualizer.training.settings import TrainingSettings

if TYPE_CHECKING:
    from torch import nn

    from visualizer.architecture.network import Network

_INITIALIZERS: dict[Initialization, str] = {
    "glorot_uniform": "nn.init.xavier_uniform_(parameter)",
    "he_normal": 'nn.init.kaiming_normal_(parameter, nonlinearity="relu")',
    "torch_default": "",
    "small_normal": "nn.init.normal_(parameter, std=0.01)",
    "zeros": "nn.init.zeros_(parameter)",
}
# Decimals of a number in the script: 1 − 0.9 is 0.1.
_DECIMALS = 12


def _model(network: "Network") -> str:
    architecture = network.architecture
    rows = summarize(architecture).layers
    own: dict[str, str] = {}
    inside = []
    for node, row in zip(network.nodes, rows, strict=True):
        assert row.output_shape is not None
        inside.append(f"    # {row.layer.summary()} → {describe_shape(row.output_shape)}")
        for _, module in node.stages:
            for kind in map(type, module.modules()):
                if not kind.__module__.startswith("torch."):
                    own[kind.__name__] = textwrap.dedent(inspect.getsource(kind))
            inside.append(f"    {_module(module)},")
    classes = "".join(f"\n{source}\n\n" for source in own.values())
    return f"{classes}model = nn.Sequential(\n" + "\n".join(inside) + "\n)\n"


def _optimizer(settings: TrainingSettings) -> str:
    optimizer = OPTIMIZERS[settings.optimizer]
    options = {"lr": settings.learning_rate} | ({"momentum": settings.momentum} if optimizer.has_momentum else {})
    return f"{optimizer.torch_class}(model.parameters(), {arguments(options)})"


def pytorch_script(architecture: Architecture, settings: TrainingSettings) -> str:
    """The whole script. The network must fit and end in one number for each class."""
    from visualizer.architecture.network import Network

    network = Network(architecture)
    (classes,) = output_shape(architecture)
    digits, folder = (loads(architecture, settings.dataset) for loads in (loads_digits, wants_a_folder))
    loader = "load_digits" if digits else "fetch_openml"
    scores = "model(train_pictures[chosen])"
    if settings.loss == "mse":
        loss = f"functional.mse_loss(scores, functional.one_hot(train_labels[chosen], {classes}).float())"
    else:
        loss = "functional.cross_entropy(scores, train_labels[chosen])"
        if architecture.ends_in_softmax:
            scores = "model[:-1](train_pictures[chosen])  # without softmax, which cross_entropy does itself"
    return f"""\
{heading(architecture, "PyTorch")}
{
        imports(
            PATHLIB if folder else "",
            "import numpy as np" if folder else "",
            "import torch",
            "from PIL import Image, ImageOps" if folder else f"from sklearn.datasets import {loader}",
            "from torch import nn",
            "from torch.nn import functional",
        )
    }
torch.manual_seed({settings.seed})

{_model(network)}print(model)
{_initialization(network, settings.initialization)}
{_PICTURES.lines(architecture, settings.dataset)}
order = torch.randperm(len(pictures))
pictures, labels = pictures[order], labels[order]
held_out = int(0.15 * len(pictures))
train_pictures, train_labels = pictures[held_out:], labels[held_out:]
test_pictures, test_labels = pictures[:held_out], labels[:held_out]

optimizer = torch.optim.{_optimizer(settings)}
for epoch in range({settings.epochs}):
    model.train()
    for chosen in torch.randperm(len(train_pictures)).split({settings.batch_size}):
{_SINGLE if settings.batch_size > 1 else ""}        scores = {scores}
        loss = {loss}
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        accuracy = (model(test_pictures).argmax(1) == test_labels).float().mean()
    print(f"Epoch {{epoch + 1}}: loss {{loss.item():.4f}}, validation accuracy {{accuracy:.1%}}")
"""


_SINGLE = """\
        if len(chosen) == 1:
            continue  # batch normalisation has nothing to normalise in one picture
"""


def _module(module: "nn.Module") -> str:
    """The call that makes the module, without the arguments that have torch's own defaults."""
    from torch import nn

    kind = type(module)
    if kind is nn.Sequential:  # which torch prints on several lines
        return f"nn.Sequential({', '.join(map(_module, module.children()))})"
    # -inf is how torch prints it, and no name in Python.
    call = ast.parse(repr(module).replace("=-inf", "=-float('inf')"), mode="eval").body
    assert isinstance(call, ast.Call)
    defaults = {name: parameter.default for name, parameter in inspect.signature(kind).parameters.items()}
    arguments = [ast.unparse(argument) for argument in call.args]
    for keyword in call.keywords:
        value = keyword.value
        default = defaults.get(keyword.arg or "")
        if ast.unparse(value) == repr(default):
            continue
        if isinstance(value, ast.Constant) and isinstance(value.value, float):
            value = ast.Constant(round(value.value, _DECIMALS))
        arguments.append(f"{keyword.arg}={ast.unparse(value)}")
    prefix = "nn." if kind.__module__.startswith("torch.") else ""
    return f"{prefix}{kind.__name__}({', '.join(arguments)})"


def _initialization(network: "Network", initialization: Initialization) -> str:
    draw = _INITIALIZERS[initialization]
    if not draw:
        return ""
    kept = any(
        weights.ndim >= 2 and keeps_its_start(weights)
        for name, weights in network.named_parameters()
        if not name.endswith("bias")
    )
    drawn = "parameter.ndim >= 2:"
    if kept:
        drawn = (
            "parameter.ndim >= 2 and not (parameter == 1).all() and not (parameter == 0).all():"
            "  # what scales keeps its ones, what shifts its zeros"
        )
    own = {layer.title for layer in network.architecture.layers if type(layer).start_weights is not Layer.start_weights}
    remark = "".join(f"# In the app, {title} starts its weights in a way of its own.\n" for title in sorted(own))
    return f"""
{remark}# The first weights; PyTorch's own would be uniform within ±1/√inputs.
for name, parameter in model.named_parameters():
    if name.endswith("bias"):
        nn.init.zeros_(parameter)
    elif {drawn}
        {draw}
"""


def _fetched(fetched: Fetched, few: str) -> list[str]:
    lines = [
        "# scikit-learn fetches it from openml.org the first time and keeps it.",
        f'found = fetch_openml("{fetched.openml}", version=1, as_frame=False)',
    ]
    data, target = "found.data", "found.target"
    if few:
        lines.append(f"data, target = found.data{few}, found.target{few}  # more of this size want much memory")
        data, target = "data", "target"
    return [
        *lines,
        f'pictures = torch.tensor({data}.astype("float32")).reshape(-1, 1, {fetched.side}, {fetched.side}) / 255',
        f'labels = torch.tensor({target}.astype("int64"))',
    ]


# `pictures` are (N, C, H, W) and `labels` (N,), both tensors.
_PICTURES = PictureLoader(
    digits=(
        "pictures, labels = map(torch.tensor, load_digits(return_X_y=True))",
        "pictures = pictures.float().reshape(-1, 1, 8, 8) / 16",
    ),
    fetched=_fetched,
    resize=('pictures = functional.interpolate(pictures, ({height}, {width}), mode="bilinear", antialias=True)',),
    repeat="pictures = pictures.repeat(1, {channels}, 1, 1)",
    after_folder=(
        "# PyTorch has the channels before height and width.",
        "pictures, labels = torch.tensor(pictures).permute(0, 3, 1, 2), torch.tensor(labels)",
    ),
)
