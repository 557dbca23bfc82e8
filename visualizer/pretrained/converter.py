"""Any torch module with layers of known kinds as a network for Look inside.

The module is traced symbolically (https://docs.pytorch.org/docs/stable/fx.html) and run once, so that every operation
and every shape is known. A convolution with the normalisation and the activation after it becomes one node.
"""

import copy
import operator
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import fx, nn
from torch.nn import functional

from visualizer.architecture.flow import PICTURE, FlowNetwork, Node
from visualizer.architecture.kernels import Stage
from visualizer.architecture.layer import Meeting
from visualizer.architecture.shapes import Shape, window_padding
from visualizer.errors import UserError
from visualizer.pretrained.description import (
    ADDED,
    AVERAGE,
    AVERAGE_OF_PARTS,
    COLOURS,
    DENSE,
    FLATTENED,
    GATED,
    JOINED,
    PADDED,
    Description,
    describe_convolution,
)
from visualizer.pretrained.seeing import ACTIVATIONS, pair, sees_through

Block = tuple[str, str]  # the path of a part of the module, and its kind

# The largest difference of a logit from the module's own, as a share of the largest logit.
TOLERANCE = 1e-4
# The title of a block names at most this many of its layers.
MOST_ROLES = 9

_FUNCTIONS: dict[Any, Callable[[], nn.Module]] = {
    functional.relu: nn.ReLU,
    torch.relu: nn.ReLU,
    "relu": nn.ReLU,
    "relu_": nn.ReLU,
    functional.relu6: nn.ReLU6,
    functional.silu: nn.SiLU,
    functional.hardswish: nn.Hardswish,
    functional.hardsigmoid: nn.Hardsigmoid,
    torch.sigmoid: nn.Sigmoid,
    "sigmoid": nn.Sigmoid,
    torch.tanh: nn.Tanh,
}
_ADDITIONS = (operator.add, operator.iadd, torch.add, "add", "add_")
_PRODUCTS = (operator.mul, operator.imul, torch.mul, "mul", "mul_")
_CONCATENATIONS = (torch.cat, torch.concat)
_POOLINGS: dict[Any, tuple[str, type[nn.Module]]] = {
    functional.max_pool2d: ("max_pooling", nn.MaxPool2d),
    functional.avg_pool2d: ("average_pooling", nn.AvgPool2d),
}
_FLATTENINGS = (torch.flatten, "flatten", "view", "reshape", torch.reshape)
_PASSING_MODULES = (nn.Dropout, nn.Dropout2d, nn.Identity)
_PASSING_FUNCTIONS = (functional.dropout, functional.adaptive_avg_pool2d, "contiguous")
_KNOWN = (nn.Conv2d, nn.BatchNorm2d, nn.Linear, nn.MaxPool2d, nn.AvgPool2d, nn.AdaptiveAvgPool2d, *ACTIVATIONS)


class ConvertedNetwork(FlowNetwork):
    """A network of nodes that were made of a torch module."""

    # Such networks were trained with a softmax in the loss, and their packages apply it to the output.
    softmax_in_loss = True

    def __init__(self, input_shape: tuple[int, int, int], nodes: tuple[Node, ...]) -> None:
        super().__init__()
        self.input_shape = input_shape
        self.nodes = nodes
        self.parts = nn.ModuleList([module for node in nodes for _, module in node.stages])
        self.eval()


@dataclass
class _NodeDraft:
    """An unfinished node; `end` is the traced operation whose result is its output so far.

    `input_shapes` has the shape of the input of each stage, without the batch.
    """

    sources: tuple[int, ...]
    end: fx.Node
    block: Block | None
    stages: list[Stage] = field(default_factory=list)
    input_shapes: list[Shape] = field(default_factory=list)
    output_shape: Shape = ()
    meeting: Meeting = "sum"


class _Tracer(fx.Tracer):
    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        return isinstance(m, _KNOWN) or super().is_leaf_module(m, module_qualified_name)


class _Values(fx.Interpreter):
    """Runs a traced module and keeps the result of each operation."""

    def __init__(self, module: fx.GraphModule) -> None:
        super().__init__(module, garbage_collect_values=False)
        self.values: dict[fx.Node, Any] = {}

    def run_node(self, n: fx.Node) -> Any:
        # A copy: a later operation may write into it.
        result = super().run_node(n)
        self.values[n] = result.clone() if isinstance(result, torch.Tensor) else result
        return result


def convert(
    module: nn.Module,
    input_shape: tuple[int, int, int],
    mean: tuple[float, ...],
    spread: tuple[float, ...],
) -> ConvertedNetwork:
    """The module as nodes; its weights are shared, not copied.

    Args:
        module: Takes pictures minus `mean`, divided by `spread`, channel by channel; it is put in evaluation mode.
        input_shape: (C, H, W) of the pictures.
        mean, spread: One for each channel, for values in [0, 1].

    Raises:
        UserError: An operation is of an unknown kind, which the sentence names.
    """
    module = module.eval()
    tracer = _Tracer()
    try:
        graph = tracer.trace(module)
    except Exception as error:  # whatever a module does in its own code while it is traced
        raise not_opened(f"What it computes depends on the picture ({type(error).__name__}).") from error
    traced = fx.GraphModule(module, graph)
    run = _Values(traced)
    pictures = torch.rand((1, *input_shape), generator=torch.Generator().manual_seed(0))
    colours = _colours(mean, spread)
    with torch.inference_mode():
        expected = run.run(colours(pictures))
        if not isinstance(expected, torch.Tensor):
            raise not_opened("It has several outputs.")
        expected = expected.clone()
        drafts = _Builder(module, traced, run.values, colours).drafts
        network = ConvertedNetwork(input_shape, tuple(_nodes(drafts)))
        actual = network(pictures)
    if not _same(actual, expected):
        raise not_opened("Its layers, put together, do not compute what it computes.")
    return network


def _colours(mean: tuple[float, ...], spread: tuple[float, ...]) -> nn.BatchNorm2d:
    """(x − mean) / spread, as batch normalisation after training does it."""
    colours = nn.BatchNorm2d(len(mean), eps=0.0, affine=False).eval()
    assert colours.running_mean is not None and colours.running_var is not None  # noqa: PT018
    colours.running_mean.copy_(torch.tensor(mean))
    colours.running_var.copy_(torch.tensor(spread) ** 2)
    return colours


def _same(actual: torch.Tensor, expected: torch.Tensor) -> bool:
    if actual.shape != expected.shape:
        return False
    largest = max(1.0, float(expected.abs().max()))
    return float((actual - expected).abs().max()) <= TOLERANCE * largest


class _Builder:
    """Goes through the traced operations and makes drafts of nodes from them."""

    def __init__(
        self, module: nn.Module, traced: fx.GraphModule, values: dict[fx.Node, Any], colours: nn.Module
    ) -> None:
        self.drafts: list[_NodeDraft] = []
        # Those of the original module: in the traced one, modules that contain others have lost their type.
        self._modules = dict(module.named_modules())
        self._blocks = _blocks(module)
        self._values = values
        self._at: dict[fx.Node, int] = {}
        for operation in traced.graph.nodes:
            if operation.op == "placeholder" and isinstance(values[operation], torch.Tensor):
                self._start(operation, (PICTURE,), [("batch_normalization", colours)])
            elif operation.op != "output" and isinstance(values[operation], torch.Tensor):
                self._take(operation)

    def _take(self, operation: fx.Node) -> None:
        target: Any = operation.target
        if operation.op == "call_module":
            self._take_module(operation, self._modules[target])
        elif target in _ADDITIONS and self._is_addition(operation):
            self._start(operation, tuple(self._at[source] for source in operation.all_input_nodes), [])
        elif target in _PRODUCTS and self._is_product(operation):
            # The gate comes last.
            inputs = sorted(operation.all_input_nodes, key=lambda source: -self._values[source].numel())
            self._start(operation, tuple(self._at[source] for source in inputs), [], "product")
        elif target in _CONCATENATIONS and (joined := self._joined(operation)):
            self._start(operation, tuple(self._at[source] for source in joined), [], "concatenation")
        elif target in _POOLINGS:
            self._pool(operation)
        elif target in _FUNCTIONS:
            made = _FUNCTIONS[target]()
            self._append(operation, [(ACTIVATIONS[type(made)], made)])
        elif target in _FLATTENINGS and self._rank(operation) == 2:
            self._flatten(operation)
        elif self._passes_on(operation):
            self._append(operation, [])
        elif target in (functional.adaptive_avg_pool2d, torch.mean, "mean") and self._is_global_mean(operation):
            kept: list[Stage] = [("average_pooling", nn.AdaptiveAvgPool2d(1))]
            self._start(
                operation, self._sources(operation), kept + [("flatten", nn.Flatten())] * (self._rank(operation) == 2)
            )
        else:
            raise _unknown(getattr(target, "__name__", str(target)))

    def _take_module(self, operation: fx.Node, module: nn.Module) -> None:
        arrived, left = self._values[operation.all_input_nodes[0]], self._values[operation]
        if isinstance(module, nn.Conv2d):
            self._start(operation, self._sources(operation), _convolution(module, arrived, left))
        elif isinstance(module, nn.Linear):
            self._start(operation, self._sources(operation), [("dense", module)])
        elif self._passes_on(operation):
            self._append(operation, [])
        elif isinstance(module, nn.MaxPool2d | nn.AvgPool2d | nn.AdaptiveAvgPool2d):
            name = "max_pooling" if isinstance(module, nn.MaxPool2d) else "average_pooling"
            self._start(operation, self._sources(operation), [(name, module)])
        elif isinstance(module, nn.BatchNorm2d):
            self._append(operation, _normalization(module, arrived, left))
        elif isinstance(module, nn.Flatten):
            self._flatten(operation)
        elif isinstance(module, nn.ZeroPad2d):
            # A separate layer, since the places that it adds read no place of the layer before.
            self._start(operation, self._sources(operation), [("zero_padding", module)])
        elif type(module) in ACTIVATIONS:
            self._append(operation, [_activation(module)])
        else:
            raise _unknown(type(module).__name__)
        for name, stage in self.drafts[self._at[operation]].stages[-1:]:
            if stage is module and not _same(stage(arrived), left):
                raise _unknown(f"{type(module).__name__} ({name})")

    def _is_addition(self, operation: fx.Node) -> bool:
        inputs = operation.all_input_nodes
        shape = self._values[operation].shape
        alike = len(inputs) == 2 and all(self._values[source].shape == shape for source in inputs)
        return alike and not operation.kwargs

    def _is_product(self, operation: fx.Node) -> bool:
        """Whether it multiplies two layers, of which one may have a single number for each map."""
        inputs, size = operation.all_input_nodes, self._values[operation].shape
        shapes = [self._values[source].shape for source in inputs]
        alike = all(shape in (size, (*size[:2], *[1] * len(size[2:]))) for shape in shapes)
        return len(inputs) == 2 and len(operation.args) == 2 and size in shapes and alike and not operation.kwargs

    def _joined(self, operation: fx.Node) -> list[fx.Node]:
        """The operations whose maps are concatenated; none where anything else is."""
        inputs = operation.args[0] if operation.args else operation.kwargs.get("tensors")
        nodes = [source for source in inputs if isinstance(source, fx.Node)] if isinstance(inputs, list | tuple) else []
        left = self._values[operation]
        if left.ndim != 4 or not nodes or sum(self._values[node].shape[1] for node in nodes) != left.shape[1]:
            return []
        return nodes if torch.equal(torch.cat([self._values[node] for node in nodes], dim=1), left) else []

    def _pool(self, operation: fx.Node) -> None:
        name, kind = _POOLINGS[operation.target]
        arrived = self._values[operation.all_input_nodes[0]]
        module = kind(*operation.args[1:], **{key: value for key, value in operation.kwargs.items() if key != "input"})
        if not _same(module(arrived), self._values[operation]):
            raise _unknown(str(getattr(operation.target, "__name__", operation.target)))
        self._start(operation, self._sources(operation), [(name, module)])

    def _is_global_mean(self, operation: fx.Node) -> bool:
        arrived, left = self._values[operation.all_input_nodes[0]], self._values[operation]
        return arrived.ndim == 4 and _same(left.flatten(1), arrived.mean((2, 3)))

    def _passes_on(self, operation: fx.Node) -> bool:
        """Whether it returns its input unchanged, as operations of some kinds may."""
        target = operation.target
        if operation.op == "call_module":
            known = isinstance(self._modules[str(target)], (*_PASSING_MODULES, nn.AdaptiveAvgPool2d))
        else:
            known = target in _PASSING_FUNCTIONS or getattr(target, "__name__", "") == "stochastic_depth"
        return known and torch.equal(self._values[operation], self._values[operation.all_input_nodes[0]])

    def _flatten(self, operation: fx.Node) -> None:
        """A separate layer where maps become a vector, so that the layer before still shows maps."""
        stages: list[Stage] = [("flatten", nn.Flatten())]
        if self._values[operation.all_input_nodes[0]][0, 0].numel() > 1:
            self._start(operation, self._sources(operation), stages)
        else:
            self._append(operation, stages)

    def _rank(self, operation: fx.Node) -> int:
        return int(self._values[operation].ndim)

    def _sources(self, operation: fx.Node) -> tuple[int, ...]:
        return (self._at[operation.all_input_nodes[0]],)

    def _start(
        self, operation: fx.Node, sources: tuple[int, ...], stages: list[Stage], meeting: Meeting = "sum"
    ) -> None:
        self.drafts.append(_NodeDraft(sources, operation, self._block(operation), meeting=meeting))
        self._put(operation, self.drafts[-1], stages)
        self._finish(operation, len(self.drafts) - 1)

    def _append(self, operation: fx.Node, stages: list[Stage]) -> None:
        """Add stages to the node before, where no other operation reads its output."""
        before = operation.all_input_nodes[0]
        index = self._at[before]
        # Those that read its numbers, and not only its size.
        readers = [user for user in before.users if isinstance(self._values[user], torch.Tensor)]
        if stages and (len(readers) > 1 or index == 0 or self.drafts[index].end is not before):
            self._start(operation, (index,), stages)
            return
        self._put(operation, self.drafts[index], stages)
        if self.drafts[index].end is before:
            self.drafts[index].end = operation
        self._finish(operation, index)

    def _put(self, operation: fx.Node, draft: _NodeDraft, stages: list[Stage]) -> None:
        """Give a draft the stages of an operation, with the shapes of their inputs."""
        if not stages:
            return
        first = operation.all_input_nodes
        flowing = self._values[first[0]] if first else self._values[operation]
        for name, module in stages:
            # The shape between two stages is that of no operation.
            draft.input_shapes.append(tuple(flowing.shape[1:]))
            draft.stages.append((name, module))
            if module is not stages[-1][1]:
                flowing = module(flowing)

    def _finish(self, operation: fx.Node, index: int) -> None:
        self._at[operation] = index
        self.drafts[index].output_shape = tuple(self._values[operation].shape[1:])

    def _block(self, operation: fx.Node) -> Block | None:
        """The repeated part that an operation belongs to: the outermost such module around it."""
        for path, _ in (operation.meta.get("nn_module_stack") or {}).values():
            if path in self._blocks:
                return path, type(self._modules[path]).__name__.removesuffix("Block").strip("_")
        return None


def _blocks(module: nn.Module) -> set[str]:
    """The paths of its repeated parts: the numbered ones, or else those of a type that occurs several times."""
    parts = {
        path: type(part)
        for path, part in module.named_modules()
        if path
        and not isinstance(part, (nn.Sequential, nn.ModuleList, nn.ModuleDict, *_KNOWN))
        and sum(isinstance(inner, nn.Conv2d) for inner in part.modules()) > 1
    }
    numbered = {path for path in parts if path.rpartition(".")[2].isdigit()}
    counts = Counter(parts.values())
    return numbered or {path for path, kind in parts.items() if counts[kind] > 1}


def _convolution(module: nn.Conv2d, arrived: torch.Tensor, left: torch.Tensor) -> list[Stage]:
    """A convolution as plain stages, even of a subclass that pads by TensorFlow's rule."""
    if type(module) is nn.Conv2d and module.padding_mode == "zeros" and not isinstance(module.padding, str):
        return [("convolution", module)]
    (top, bottom), (before, after) = (
        window_padding(size, window, stride, gap, "same")
        for size, window, stride, gap in zip(
            arrived.shape[2:], module.kernel_size, module.stride, module.dilation, strict=True
        )
    )
    symmetric = top == bottom and before == after
    pads: list[Stage] = [] if symmetric else [("pad", nn.ZeroPad2d((before, after, top, bottom)))]
    sizes = [(top, before) if symmetric else (0, 0)]
    if not isinstance(module.padding, str):
        sizes.append((int(module.padding[0]), int(module.padding[1])))
    for padding, paddings in zip(sizes, (pads, list[Stage]()), strict=False):
        plain = nn.Conv2d(
            module.in_channels,
            module.out_channels,
            (module.kernel_size[0], module.kernel_size[1]),
            stride=(module.stride[0], module.stride[1]),
            padding=padding,
            dilation=(module.dilation[0], module.dilation[1]),
            groups=module.groups,
            bias=module.bias is not None,
            device="meta",
        )
        plain.weight, plain.bias = module.weight, module.bias
        flowing = arrived
        for _, pad in paddings:
            flowing = pad(flowing)
        if _same(plain(flowing), left):
            return [*paddings, ("convolution", plain)]
    raise _unknown(type(module).__name__)


def _normalization(module: nn.BatchNorm2d, arrived: torch.Tensor, left: torch.Tensor) -> list[Stage]:
    """Batch normalisation as plain stages, even of a subclass that applies further modules after it."""
    if type(module) is nn.BatchNorm2d:
        return [("batch_normalization", module)]
    plain = nn.BatchNorm2d(module.num_features, module.eps, affine=False).eval()
    plain.weight, plain.bias = module.weight, module.bias
    plain.running_mean, plain.running_var = module.running_mean, module.running_var
    stages: list[Stage] = [("batch_normalization", plain)]
    for further in module.children():
        if not isinstance(further, _PASSING_MODULES):
            if type(further) not in ACTIVATIONS:
                raise _unknown(type(further).__name__)
            stages.append(_activation(further))
    flowing = arrived
    for _, stage in stages:
        flowing = stage(flowing)
    if not _same(flowing, left):
        raise _unknown(type(module).__name__)
    return stages


def _activation(module: nn.Module) -> Stage:
    """Its stage, which must not work in place, since its input is shown as well."""
    own = copy.copy(module)
    if hasattr(own, "inplace"):
        setattr(own, "inplace", False)  # noqa: B010
    return ACTIVATIONS[type(module)], own


def not_opened(why: str) -> UserError:
    """What to raise for a network that does not become layers; `why` is a sentence."""
    return UserError("This network cannot be opened.", why, "Choose another network.")


def _unknown(name: str) -> UserError:
    return not_opened(f"It uses the operation “{name}”, which is not known here.")


def _nodes(drafts: list[_NodeDraft]) -> Iterator[Node]:
    roles: dict[Block, list[str]] = {}
    described = [_describe(draft) for draft in drafts]
    for draft, description in zip(drafts, described, strict=True):
        if draft.block is not None:
            roles.setdefault(draft.block, []).append(description.role)
    # A block of one layer needs no title.
    several = [block for block in roles if len(roles[block]) > 1]
    named = {
        block: f"{block[1]} block {number}: {_listed(roles[block])}".strip()
        for number, block in enumerate(several, start=1)
    }
    for index, (draft, description) in enumerate(zip(drafts, described, strict=True)):
        block = named.get(draft.block, "") if draft.block is not None else ""
        modules = [module for _, module in draft.stages]
        sees = sees_through(list(zip(modules, draft.input_shapes, strict=True)))
        yield Node(
            index, description, tuple(draft.stages), draft.sources, draft.output_shape, sees, block, draft.meeting
        )


def _listed(roles: list[str]) -> str:
    return ", ".join(roles if len(roles) <= MOST_ROLES else [*roles[:MOST_ROLES], "…"])


def _describe(draft: _NodeDraft) -> Description:
    modules = [module for _, module in draft.stages]
    if draft.sources == (PICTURE,):
        return Description("Normalise", COLOURS, "Normalise the colours", "normalise")
    for name, module in draft.stages:
        if isinstance(module, nn.Conv2d):
            return describe_convolution(module, any(isinstance(other, nn.BatchNorm2d) for other in modules))
        if isinstance(module, nn.Linear):
            return Description("Dense", DENSE, f"Dense {module.out_features:,}", "dense")
        if isinstance(module, nn.AdaptiveAvgPool2d):
            parts = pair(module.output_size)
            if parts != (1, 1):
                short = f"Mean of each of {parts[0]} × {parts[1]} parts"
                return Description("Average", AVERAGE_OF_PARTS, short, "mean")
            return Description("Average", AVERAGE, "Mean of each map", "mean")
        if isinstance(module, nn.ZeroPad2d) and name == "zero_padding":
            left, right, top, bottom = module.padding
            short = f"Padding: {top} above, {bottom} below, {left} left, {right} right"
            return Description("Padding", PADDED, short, "padding")
        if isinstance(module, nn.MaxPool2d | nn.AvgPool2d):
            kind, made = ("Largest", "largest number") if isinstance(module, nn.MaxPool2d) else ("Mean", "mean number")
            short = f"{kind} of {pair(module.kernel_size)[0]} × {pair(module.kernel_size)[1]}"
            explanation = f"Pooling: the {made} under each window; the map gets smaller."
            return Description("Pooling", explanation, short, "pooling")
    if draft.meeting == "concatenation":
        return Description("Join", JOINED, f"Join the maps of {len(draft.sources)} layers", "join")
    if draft.meeting == "product":
        return Description("Gate", GATED, "Multiply by a gate", "gate")
    if len(draft.sources) > 1:
        return Description("Add", ADDED, "Add the shortcut", "add")
    if draft.stages and isinstance(modules[0], nn.Flatten):
        return Description("Flatten", FLATTENED, "Flatten", "flatten")
    name = type(modules[0]).__name__ if modules else "Nothing"
    return Description(name, "One function is applied to every number that arrives.", name, name.lower())
