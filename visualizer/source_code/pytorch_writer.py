"""Architecture and training settings -> a PyTorch script that defines and trains the network.

A chain becomes an `nn.Sequential`, a network that branches a class with `forward`. The modules are written as torch
itself prints them. torch is imported when a script is written.
"""

import ast
import inspect
import re
import textwrap
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from operator import itemgetter
from typing import TYPE_CHECKING

from visualizer.architecture.architecture import Architecture, summarize
from visualizer.architecture.initialization import Initialization
from visualizer.architecture.layer import Layer, Meeting, is_bias, keeps_its_start
from visualizer.architecture.shapes import describe_shape
from visualizer.data.annotations import Annotations
from visualizer.source_code.augmentation import augmentation, moves_pictures, needs_numpy
from visualizer.source_code.flow_names import INPUTS, Step, name_flow, under_titles
from visualizer.source_code.scripts import (
    PATHLIB,
    Fetched,
    PictureLoader,
    from_file,
    heading,
    held_out,
    imports,
    loads_digits,
    output_shape,
    wants_a_folder,
)
from visualizer.source_code.steps import PENALTY, SINGLE, pytorch_optimizer
from visualizer.source_code.task_parts.parts import PYTORCH, TaskParts, Wanted, WriteParts
from visualizer.training.settings import TrainingSettings, is_augmented

if TYPE_CHECKING:
    from torch import nn

    from visualizer.architecture.network import Network

_INITIALIZERS: dict[Initialization, str] = {
    "glorot_uniform": "nn.init.xavier_uniform_({})",
    "glorot_normal": "nn.init.xavier_normal_({})",
    "he_uniform": 'nn.init.kaiming_uniform_({}, nonlinearity="relu")',
    "he_normal": 'nn.init.kaiming_normal_({}, nonlinearity="relu")',
    "lecun_normal": 'nn.init.kaiming_normal_({}, nonlinearity="linear")',
    "torch_default": "",
    "small_normal": "nn.init.normal_({}, std=0.01)",
    "zeros": "nn.init.zeros_({})",
}
# What the spread of each depends on, of a kernel's (outputs, inputs); that of the others depends on neither.
_FANS: Mapping[Initialization, Callable[[tuple[int, ...]], int]] = {
    "glorot_uniform": sum,
    "glorot_normal": sum,
    "he_uniform": itemgetter(1),
    "he_normal": itemgetter(1),
    "lecun_normal": itemgetter(1),
}
# Decimals of a number in the script: 1 − 0.9 is 0.1.
_DECIMALS = 12
_WIDTH = 100  # letters of a line of modules


# How several inputs become one, as `Node.input_from` computes it.
_MEETINGS: dict[Meeting, Callable[[Sequence[str]], str]] = {
    "sum": " + ".join,
    "difference": " - ".join,
    "product": " * ".join,
    "average": lambda names: f"({' + '.join(names)}) / {len(names)}",
    "maximum": lambda names: reduce("torch.maximum({}, {})".format, names),
    "concatenation": lambda names: f"torch.cat([{', '.join(names)}], dim=1)",
}


def _model(network: "Network", *, scores_apart: bool) -> str:
    """The lines that define `model`, and before them the classes of modules that are not torch's own.

    Args:
        network: What to write.
        scores_apart: Whether a network that branches gets a method `scores` too, which leaves the final softmax out.
    """
    classes = _own_modules(network)
    apart = "\n" if network.architecture.wires and not classes else ""
    return f"{classes}{apart}{_definition('model', network, scores_apart=scores_apart)}"


def _parts(network: "Network", parts: Mapping[str, Architecture]) -> str:
    """The lines that define the parts of a network by their names, and `model` of them all, one after the other."""
    from visualizer.architecture.network import Network

    definitions = [_definition(name, Network(part), kind=name.capitalize()) for name, part in parts.items()]
    together = f"model = nn.Sequential({', '.join(parts)})\n"
    return _own_modules(network) + "\n".join([*definitions, together])


def _own_modules(network: "Network") -> str:
    """The classes of modules that are not torch's own."""
    kinds = [type(inner) for node in network.nodes for _, module in node.stages for inner in module.modules()]
    own = dict.fromkeys(kind for kind in kinds if not kind.__module__.startswith("torch."))
    classes = "".join(f"\n{textwrap.dedent(inspect.getsource(kind))}\n\n" for kind in own)
    return f"from contextvars import ContextVar\n\n{classes}" if "ContextVar" in classes else classes


def _definition(variable: str, network: "Network", *, kind: str = "Network", scores_apart: bool = False) -> str:
    """The lines that define a network; one that branches gets a class of its `kind`."""
    architecture = network.architecture
    if architecture.wires:
        return f"{_class(kind, network, scores_apart)}\n\n{variable} = {kind}()\n"
    inside = []
    for node, row in zip(network.nodes, summarize(architecture).layers, strict=True):
        assert row.output_shape is not None
        inside.append(f"    # {row.layer.summary()} → {describe_shape(row.output_shape)}")
        inside += [f"    {_module(module)}," for _, module in node.stages]
    return f"{variable} = nn.Sequential(\n" + "\n".join(inside) + "\n)\n"


def _class(kind: str, network: "Network", scores_apart: bool) -> str:
    """A module class with a line of `forward` for each layer."""
    architecture = network.architecture
    made: list[Sequence[str]] = []
    run: list[list[str]] = []
    numbers: Counter[str] = Counter()
    steps = name_flow(architecture)
    for node, layer, step in zip(network.nodes, architecture.layers, steps, strict=True):
        modules = [_module(module) for _, module in node.stages]
        if scores_apart and node is network.nodes[-1]:
            modules.pop()
        own = ""
        made.append([])
        if modules:
            name = _snake_case(type(layer).__name__)
            numbers[name] += 1
            own = f"self.{name}_{numbers[name]}"
            made[-1] = _assigned(own, modules)
        run.append(_flow(layer, step, own, describe_shape(node.shape)))
    head = under_titles(architecture, made, ["super().__init__()"])
    about = ['"""The output without its softmax, which cross_entropy does itself."""'] if scores_apart else []
    body = under_titles(architecture, run, about, [f"return {steps[-1].output}"])
    lines = [f"class {kind}(nn.Module):", *_method("__init__(self)", head), ""]
    if scores_apart:
        lines += [*_method(f"scores(self, {INPUTS})", body), ""]
        body = [f"return torch.softmax(self.scores({INPUTS}), dim=1)"]
    lines += _method(f"forward(self, {INPUTS})", body)
    return "".join(f"{line}\n" for line in lines)


def _assigned(name: str, modules: Sequence[str]) -> list[str]:
    """The lines that give a name to modules one after the other."""
    together = modules[0] if len(modules) == 1 else f"nn.Sequential({', '.join(modules)})"
    if len(modules) == 1 or len(name) + len(together) <= _WIDTH:
        return [f"{name} = {together}"]
    return [f"{name} = nn.Sequential(", *(f"    {module}," for module in modules), ")"]


def _flow(layer: Layer, step: Step, own: str, shape: str) -> list[str]:
    """The lines of `forward` for one layer, whose module is `own`, if it has one."""
    value = step.inputs[0] if len(step.inputs) == 1 else _MEETINGS[layer.meeting](step.inputs)
    if own:
        value = f"{own}({value})"
    aside = [f"{step.set_aside} = {step.inputs[0]}"] if step.set_aside else []
    return aside if value == step.output else [*aside, f"{step.output} = {value}  # {shape}"]


def _method(signature: str, body: Sequence[str]) -> list[str]:
    return [f"    def {signature}:", *(f"        {line}" if line else "" for line in body)]


def _snake_case(name: str) -> str:
    """A class's name as the name of an object, as Keras does it: max_pooling2d."""
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def pytorch_script(architecture: Architecture, settings: TrainingSettings) -> str:
    """The whole script. The network must fit and end in one number for each class."""
    from visualizer.architecture.network import Network

    network = Network(architecture)
    (classes,) = output_shape(architecture)
    digits, folder = (loads(architecture, settings.dataset) for loads in (loads_digits, wants_a_folder))
    loader = "load_digits" if digits else "fetch_openml"
    loss = "functional.cross_entropy(scores, train_labels[chosen])"
    if settings.loss == "mse":
        loss = f"functional.mse_loss(scores, functional.one_hot(train_labels[chosen], {classes}).float())"
    called, remark = _called(network, scores=settings.loss != "mse")
    shown = "changed(train_pictures[chosen])" if is_augmented(settings) else "train_pictures[chosen]"
    return f"""\
{heading(architecture, "PyTorch")}
{
        imports(
            PATHLIB if folder else "",
            "import numpy as np" if folder or needs_numpy(settings, PYTORCH) else "",
            "import torch",
            "from PIL import Image, ImageOps" if folder else f"from sklearn.datasets import {loader}",
            "from torch import nn",
            "from torch.nn import functional",
        )
    }
torch.manual_seed({settings.seed})

{_model(network, scores_apart=called == _SCORES)}print(model)
{_initialization(network, settings.initialization)}{_penalties(network)}
{_PICTURES.lines(architecture, settings.dataset)}
order = torch.randperm(len(pictures))
pictures, labels = pictures[order], labels[order]
held_out = int(0.15 * len(pictures))
train_pictures, train_labels = pictures[held_out:], labels[held_out:]
test_pictures, test_labels = pictures[:held_out], labels[:held_out]
{_apart(augmentation(settings, architecture.input_shape[1:], PYTORCH))}
optimizer = {pytorch_optimizer(settings)}
for epoch in range({settings.epochs}):
    model.train()
    for chosen in torch.randperm(len(train_pictures)).split({settings.batch_size}):
{SINGLE if settings.batch_size > 1 else ""}        scores = {called}({shown}){remark}
        loss = {loss}
{PENALTY if network.penalty() is not None else ""}        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        accuracy = (model(test_pictures).argmax(1) == test_labels).float().mean()
    print(f"Epoch {{epoch + 1}}: loss {{loss.item():.4f}}, validation accuracy {{accuracy:.1%}}")
"""


def pytorch_task_script(
    architecture: Architecture, settings: TrainingSettings, annotations: Annotations, write: WriteParts
) -> str:
    """The whole script for a task that trains on `pictures.npz`. The network must fit the task.

    `annotations` are as the task's `about` returned them.
    """
    from visualizer.architecture.network import Network

    network = Network(architecture)
    parts = write(Wanted(architecture, settings, annotations, PYTORCH))
    channels, height, width = settings.task.picture_shape(architecture)
    (resize,) = _PICTURES.resize
    if parts.networks:
        definition = _parts(network, parts.networks)
    else:
        definition = _model(network, scores_apart=_called(network, scores=parts.wants_scores)[0] == _SCORES)
    return f"""\
{heading(architecture, "PyTorch")}
{
        imports(
            PATHLIB,
            "import numpy as np",
            "import torch",
            "from torch import nn",
            "from torch.nn import functional",
        )
    }
torch.manual_seed({settings.seed})

{definition}print(model)
{_initialization(network, settings.initialization)}{_penalties(network)}
{from_file(channels)}
{parts.about}
{held_out(settings.seed)}

def for_torch(pictures):
    \"""The channels before height and width, in the network's size.\"""
    pictures = {_CHANNELS_FIRST}
    {resize.format(height=height, width=width).replace("pictures =", "return")}


{parts.functions}{augmentation(settings, (height, width), PYTORCH, parts.moved_targets)}\
train_pictures, test_pictures = for_torch(train_pictures), for_torch(test_pictures)
{parts.training or _loop(network, settings, parts)}{parts.after}"""


def _loop(network: "Network", settings: TrainingSettings, parts: TaskParts) -> str:
    """The lines that train on `train_pictures` and say after each epoch how good the network is."""
    called, remark = _called(network, scores=parts.wants_scores)
    layout = ".permute(0, 2, 3, 1)" if parts.channels_last else ""
    remark = remark or ("  # the maps last" if layout else "")
    learnt = f"{parts.learnt}({{}})" if parts.learnt else "{}"
    all_true = f"train_true = torch.tensor({learnt.format('train_targets')})\n"
    change, shown, true = "", "train_pictures[chosen]", "train_true[chosen]"
    if is_augmented(settings):
        change, shown = "shown = changed(train_pictures[chosen])", "shown"
        if parts.learns_pictures:
            all_true, true = "", "shown"
        elif parts.moved_targets and moves_pictures(settings):
            change = "shown, targets = changed(train_pictures[chosen], train_targets[chosen.numpy()])"
            all_true, true = "", f"torch.tensor({learnt.format('targets')})"
        change = f"        {change}\n"
    return f"""\
{all_true}optimizer = {pytorch_optimizer(settings)}
for epoch in range({settings.epochs}):
    model.train()
    for chosen in torch.randperm(len(train_pictures)).split({settings.batch_size}):
{SINGLE if settings.batch_size > 1 else ""}{change}        outputs = {called}({shown}){layout}{remark}
        true = {true}
        loss = {parts.loss}
{PENALTY if network.penalty() is not None else ""}        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        outputs = torch.cat([model(some){layout} for some in test_pictures.split({settings.batch_size})])
    value = {parts.measure}(outputs.numpy(), test_targets)
    print(f"Epoch {{epoch + 1}}: loss {{loss.item():.4f}}, validation {settings.task.measures[0].title} {{value:.1%}}")
"""


def _apart(functions: str) -> str:
    """Functions with two empty lines before them, where one line break more comes after them."""
    return f"\n\n{functions}".removesuffix("\n") if functions else ""


_SCORES = "model.scores"


def _called(network: "Network", *, scores: bool) -> tuple[str, str]:
    """What a script calls in training, if need be without a softmax at the end; and a remark that says so."""
    if not scores or not network.ends_in_softmax:
        return "model", ""
    if network.architecture.wires:
        return _SCORES, ""
    return "model[:-1]", "  # without softmax, which cross_entropy does itself"


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
    own = _own_starts(network)
    if not _INITIALIZERS[initialization]:
        return f"\n# The layers that do not start as PyTorch has it.\n{own}" if own else ""
    kept = any(
        weights.ndim >= 2 and keeps_its_start(weights)
        for name, weights in network.named_parameters()
        if not is_bias(name)
    )
    drawn = "parameter.ndim >= 2:"
    if kept:
        drawn = (
            "parameter.ndim >= 2 and not (parameter == 1).all() and not (parameter == 0).all():"
            "  # what scales keeps its ones, what shifts its zeros"
        )
    other = {
        layer.title for layer in network.architecture.layers if type(layer).start_weights is not Layer.start_weights
    }
    remark = "".join(f"# In the app, {title} starts its weights in a way of its own.\n" for title in sorted(other))
    layers = network.architecture.layers
    apart = [place for place, index, _ in _parameters(network) if layers[index].own_initialization is not None]
    shapes = {
        place: shape
        for place, index, name in _parameters(network)
        if layers[index].own_initialization is None and (shape := _drawn_shape(network, index, name, initialization))
    }
    loop, what, counted = "for name, parameter in model.named_parameters():\n    if", "parameter", ""
    if apart or shapes:
        loop = "for place, (name, parameter) in enumerate(model.named_parameters()):\n    if"
    if apart:
        loop += f" place in {apart}:\n        continue  # its layer starts in a way of its own\n    if"
    if shapes:
        what = "parameter.data.view(shapes.get(place, parameter.shape))"
        counted = f"# Of depthwise kernels, inputs and outputs are counted as Keras does it.\nshapes = {shapes}\n"
    return f"""
{remark}# The first weights; PyTorch's own would be uniform within ±1/√inputs.
{counted}{loop} name.endswith("bias"):
        nn.init.zeros_(parameter)
    elif {drawn}
        {_INITIALIZERS[initialization].format(what)}
{own}"""


def _own_starts(network: "Network") -> str:
    """Lines that draw the first weights of layers with a way of their own; empty where there are none."""
    lines = []
    for place, index, name in _parameters(network):
        own = network.architecture.layers[index].own_initialization
        if own not in (None, "torch_default"):
            draw = "nn.init.zeros_({})" if is_bias(name) else _INITIALIZERS[own]
            shape = _drawn_shape(network, index, name, own)
            what = f"parameters[{place}].data.view({shape})" if shape else f"parameters[{place}]"
            lines.append(f"{draw.format(what)}  # layer {index + 1}\n")
    return "".join([_PARAMETERS, *lines]) if lines else ""


def _drawn_shape(network: "Network", index: int, name: str, initialization: Initialization) -> tuple[int, ...] | None:
    """The shape that weights are drawn in, by `Layer.drawn_shape`, where their own would give them another spread."""
    own = tuple(network.layers[index].get_parameter(name).shape)
    drawn = network.architecture.layers[index].drawn_shape(name, own)
    fans = _FANS.get(initialization)
    return drawn if fans is not None and drawn != own and fans(drawn[:2]) != fans(own[:2]) else None


def _penalties(network: "Network") -> str:
    """Lines that list what the loss gets for the size of the kernels; empty without a penalty."""
    lines = []
    for place, index, name in _parameters(network):
        layer = network.architecture.layers[index]
        if layer.penalty is not None and not is_bias(name):
            numbers = f"{layer.penalty.l1!r}, {layer.penalty.l2!r}"
            lines.append(f"    (parameters[{place}], {numbers}),  # layer {index + 1}, {layer.summary()}\n")
    if not lines:
        return ""
    about = "\n# What the loss gets for the size of weights: the kernels, L1 and L2.\n"
    parameters = "" if _own_starts(network) else _PARAMETERS
    return "".join([about, parameters, "penalties = [\n", *lines, "]\n"])


_PARAMETERS = "parameters = list(model.parameters())\n"


def _parameters(network: "Network") -> list[tuple[int, int, str]]:
    """The place of each parameter in `model.parameters()` of a script, its layer, and its name."""
    found = [(index, name) for index, layer in enumerate(network.layers) for name, _ in layer.named_parameters()]
    return [(place, index, name) for place, (index, name) in enumerate(found)]


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


# In memory too: with grey pictures left as they lay, torch 2.13 ends with a segmentation fault in the backward pass of
# a group normalisation. `contiguous` would leave them so, since the place of a single channel is no matter to it.
_CHANNELS_FIRST = "torch.tensor(pictures).permute(0, 3, 1, 2).clone(memory_format=torch.contiguous_format)"


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
        f"pictures, labels = {_CHANNELS_FIRST}, torch.tensor(labels)",
    ),
)
