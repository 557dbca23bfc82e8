"""Turns PyTorch source into an Architecture and training settings. The source is followed, never run.

It reads `nn.Sequential` and classes of `nn.Module` with their `forward`. Whatever has no counterpart here is noted with
its line, and the rest is built.
"""

import ast
from bisect import bisect_left
from collections import Counter
from dataclasses import replace
from typing import Any

from visualizer import log
from visualizer.architecture.activations import NO_ACTIVATION
from visualizer.architecture.architecture import Architecture, one_line, summarize
from visualizer.architecture.initialization import INITIALIZATIONS, Initialization
from visualizer.architecture.layer import Layer
from visualizer.architecture.shapes import describe_shape
from visualizer.architecture.span import PICTURE
from visualizer.errors import UserError
from visualizer.limits import limits
from visualizer.source_code.keras_graph import Arranged, Model, Tensor, arrange, blocks_of, followers, leading_to
from visualizer.source_code.keras_layers import SourceLayer
from visualizer.source_code.notes import Notes
from visualizer.source_code.python.budget import Budget, Exhausted
from visualizer.source_code.python.following import Raised
from visualizer.source_code.python.values import Class, Function, Instance, describe_value
from visualizer.source_code.python_source import Parsed, cannot_follow, parse
from visualizer.source_code.pytorch_accumulation import accumulations
from visualizer.source_code.pytorch_input import (
    DEFAULT,
    IMAGENET_CLASSES,
    IMAGENET_SIDE,
    PictureShape,
    fitting_shape,
)
from visualizer.source_code.pytorch_training import CROSS_ENTROPY, NEGATIVE_LOG, OPTIMIZER_NAMES
from visualizer.source_code.pytorch_training_words import ACCUMULATED, EPOCHS
from visualizer.source_code.pytorch_values import Chain
from visualizer.source_code.pytorch_vocabulary import DRAWING, Vocabulary
from visualizer.source_code.reading import NoNetworkError, SourceReading

# How torch draws first weights, by its function.
_STARTS: dict[str, Initialization] = {
    "kaiming_normal_": "he_normal",
    "kaiming_uniform_": "he_uniform",
    "xavier_normal_": "glorot_normal",
    "xavier_uniform_": "glorot_uniform",
}


# Axes of two means in a row that are one over whole maps.
_BOTH_AXES = (("3", "2"), ("2", "2"), ("-1", "-1"), ("-1", "2"), ("3", "-1"), ("-2", "-1"), ("2", "-1"))


def read_pytorch(source: str, classes: int | None = None) -> SourceReading:
    """The network and the training settings in PyTorch source.

    Args:
        source: The text, as it was pasted.
        classes: The size of the last layer's output if the source leaves it open.

    Raises:
        SourceError: The text is not Python source.
        NoNetworkError: It builds no network of modules that are known here.
    """
    with log.refusals("pytorch-source", len(source), UserError):
        parsed = parse(source)
        _mark_epochs(parsed.module)
        _join_means(parsed.module)
        attempt = _Attempt(parsed, None)
        shape = attempt.better_shape()
        if shape is not None:
            # Sizes that the source computes from its pictures, and paddings that depend on them, follow anew.
            attempt = _Attempt(parsed, shape)
        return attempt.reading(classes)


def _mark_epochs(module: ast.Module) -> None:
    """Put a function around what loops over epochs go through, which the vocabulary knows."""
    for node in ast.walk(module):
        if isinstance(node, ast.For) and _is_over_epochs(node):
            name = ast.copy_location(ast.Name(EPOCHS, ast.Load()), node.iter)
            node.iter = ast.copy_location(ast.Call(name, [node.iter], []), node.iter)


def _join_means(module: ast.Module) -> None:
    """Write `x.mean(3).mean(2)`, the mean over columns and then over rows, as one over both."""
    for node in ast.walk(module):
        match node:
            case ast.Call(
                func=ast.Attribute(
                    value=ast.Call(func=ast.Attribute(value=inner, attr="mean"), args=[first], keywords=[]), attr="mean"
                ),
                args=[second],
                keywords=[],
            ) if (ast.unparse(first), ast.unparse(second)) in _BOTH_AXES:
                node.func = ast.copy_location(ast.Attribute(inner, "mean", ast.Load()), node.func)
                axes = ast.Tuple([ast.Constant(2), ast.Constant(3)], ast.Load())
                node.args = [ast.fix_missing_locations(ast.copy_location(axes, second))]


def _is_over_epochs(loop: ast.For) -> bool:
    """Whether what a loop counts are epochs, by the name of what it counts or of how many there are."""
    if not isinstance(loop.target, ast.Name):
        return False
    names = [loop.target.id]
    if isinstance(loop.iter, ast.Call) and getattr(loop.iter.func, "id", "") in ("range", "trange", "tqdm"):
        inside = list(ast.walk(loop.iter))
        names += [node.id for node in inside if isinstance(node, ast.Name)]
        names += [node.attr for node in inside if isinstance(node, ast.Attribute)]
    return any("epoch" in name.lower() for name in names)


def _training_lines(module: ast.Module) -> set[int]:
    """The lines of loops, and of functions that create no optimiser, in which gradients are computed."""
    attributes = [(node.attr, node.lineno) for node in ast.walk(module) if isinstance(node, ast.Attribute)]
    gradients = sorted(line for name, line in attributes if name in ("backward", "no_grad", "zero_grad"))
    names = [(node.id, node.lineno) for node in ast.walk(module) if isinstance(node, ast.Name)]
    creating = sorted(line for name, line in (*attributes, *names) if name in (*OPTIMIZER_NAMES, "optim"))
    found: set[int] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if called in OPTIMIZER_NAMES:
                found.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
        if isinstance(node, ast.For) and getattr(getattr(node.iter, "func", None), "id", "") == EPOCHS:
            found.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
        if isinstance(node, ast.For | ast.While | ast.FunctionDef):
            first, last = node.lineno, node.end_lineno or node.lineno
            if _has(gradients, first, last) and not _has(creating, first, last):
                found.update(range(first, last + 1))
    return found


def _has(lines: list[int], first: int, last: int) -> bool:
    """Whether one of some lines, given in order, lies between two."""
    place = bisect_left(lines, first)
    return place < len(lines) and lines[place] <= last


class _Attempt:
    """The source, followed with one shape of the input."""

    def __init__(self, parsed: Parsed, shape: PictureShape | None) -> None:
        budget = Budget()
        self.words = Vocabulary(budget, parsed.lines)
        self.budget = budget
        for line in parsed.left_out:
            self.words.skip(line, line, "")
        self.follower = self.words.interpreter
        self.words.training_lines = _training_lines(parsed.module)
        self.words.deciding_lines = {
            node.test.lineno for node in ast.walk(parsed.module) if isinstance(node, ast.If | ast.IfExp)
        }
        self.words.gradients = sorted(
            node.lineno
            for node in ast.walk(parsed.module)
            if isinstance(node, ast.Attribute) and node.attr == "backward"
        )
        self.follower.follow(parsed.module)
        self.accumulations = [(line, self._named(count)) for line, count in accumulations(parsed.module)]
        self.module, self.line, self.name = self._choose(parsed.module)
        hinted, self.hint = self.words.hints.shape()
        self.hinted = hinted
        self.shape = shape or hinted or self._first_guess()
        self.start = self.words.tensors.start(self.line, None)
        self.words.shapes.of[self.start] = self.shape
        self.ends = self._flow()
        self._follow_hooks()
        network = {id(item) for item in self.words.inside_of(self.module)}
        self.learnt, self.loss = self.words.learning.decide(network, self.words.notes)

    def _named(self, node: ast.expr) -> Any:
        """The value of a number, or of a name that the module gives one; None for anything else."""
        return self.follower.value(node) if isinstance(node, ast.Constant | ast.Name | ast.Attribute) else None

    def _follow_hooks(self) -> None:
        """Follow what Lightning calls: how a module says that it is trained."""
        kind = self.module.created_from if isinstance(self.module, Instance) else None
        for name in ("configure_optimizers", "training_step"):
            found = kind.find(name) if kind is not None else None
            if found is not None and isinstance(found[1], Function):
                self.follower.call_method(found[1], self.module)

    def _choose(self, module: ast.Module) -> tuple[Any, int, str]:
        """The module that is built: the last that is trained or run, else the last that no other one holds."""
        outer = self._outer() or self._of_uncalled(module)
        if not outer:
            raise NoNetworkError(
                "No network was found in this text.",
                "It creates no nn.Sequential and no nn.Module with layers that are known here.",
                "Paste the lines that define the network, such as class Net(nn.Module) with __init__ and forward.",
            )
        trained = [item for item in self.words.trained.values() if any(item is other for other in outer)]
        # Of several that are run, such as a teacher and its student, the one whose weights an optimiser changes.
        learning = frozenset().union(*(said.owners for said in self.words.learning.said))
        trained = [
            item for item in trained if any(id(inner) in learning for inner in self.words.inside_of(item))
        ] or trained
        named = {id(value) for value in self.follower.scope.names.values()}
        # A chain without a name may be what a network took its layers from.
        networks = [item for item in outer if isinstance(item, Instance) or id(item) in named]
        chosen = (trained or networks or outer)[-1]
        line = self._line_of(chosen)
        for item in networks:
            if item is not chosen and self._line_of(item) != line:
                self.words.note(self._line_of(item), f"Another network begins here; the one of line {line} is read.")
        name = chosen.created_from.name if isinstance(chosen, Instance) else "From PyTorch"
        return chosen, line, one_line(name)

    def _of_uncalled(self, module: ast.Module) -> list[Any]:
        """Networks of a source that only defines them, for other programs: of its first function that makes one, else
        of its last class that is one. What else it calls nowhere is followed too, for how it trains."""
        words, names = self.words, self.follower.scope.names
        calls = [node.func for node in ast.walk(module) if isinstance(node, ast.Call)]
        called = {function.id for function in calls if isinstance(function, ast.Name)}
        called |= {function.attr for function in calls if isinstance(function, ast.Attribute)}
        uncalled = [value for name, value in names.items() if name not in called]
        functions: list[Any] = [value for value in uncalled if isinstance(value, Function)]
        classes = [value for value in uncalled if isinstance(value, Class) and words.is_module_class(value)]
        found: list[Any] = []
        for item in [*functions, *reversed(classes)]:
            if found and isinstance(item, Class):
                break
            notes = Notes(words.journal)
            with words.noting(notes):
                self.follower.call_uncalled(item)
                outer = [] if found else self._outer()
            if outer:
                found = outer
                words.notes.add_all(notes)
        return found

    def _outer(self) -> list[Any]:
        """The networks that no other one holds; those without a layer of their own, such as losses, only for want of
        others."""
        words = self.words
        modules = [item for item in self.follower.instances if words.is_module_class(item.created_from)]
        candidates: list[Any] = [item for item in modules if words.children(item)]
        candidates += [chain for chain in words.chains if chain.items]
        candidates = candidates or [item for item in modules if item.created_from.find("forward")]
        held = {id(inner) for item in candidates for inner in words.inside_of(item)[1:]}
        # What is only copied into another network is none of its own.
        held |= {id(original) for original, copy in words.copies if id(copy) in held}
        return [item for item in candidates if id(item) not in held]

    def _line_of(self, item: Any) -> int:
        if isinstance(item, Chain):
            return item.line
        return getattr(item.created_from, "line", 0) or min(
            (function.code.lineno for function in item.created_from.attributes.values() if hasattr(function, "code")),
            default=0,
        )

    def _first_guess(self) -> PictureShape:
        """A shape to begin with: the first convolution says how many channels there are, the last layer how many
        classes, from which the usual size of pictures follows."""
        inside = self.words.inside_of(self.module)
        counts = [
            item.values.get(item.form.reads)
            for item in inside
            if item in self.words.modules and item.form.reads and "kernel_size" in item.values
        ]
        channels = counts[0] if counts and counts[0] in (1, 3) else DEFAULT[0]
        return (channels, *DEFAULT[1:])

    def _flow(self) -> list[Tensor]:
        """What the network makes of its input; the first tensor is what is built."""
        try:
            made = self.follower.settle(self.words.run(self.module, self.start, self.line))
        except Raised:
            made = None
        except Exhausted as error:
            raise cannot_follow("It does too much in its “forward”.") from error
        except RecursionError as error:
            raise cannot_follow("Its modules lie too deep in each other.") from error
        items = list(made.values()) if isinstance(made, dict) else made
        ends = [self.words.last(item) for item in self.budget.inside(items) if isinstance(item, Tensor)]
        if not ends or ends[0].made_by is None:
            raise NoNetworkError(
                "No network was found in this text.",
                f"“{self.name}” makes nothing of a picture that is known here.",
                "Paste the whole class with its forward.",
            )
        return ends

    @property
    def _tensors(self) -> list[Tensor]:
        return [tensor for tensor in leading_to(self.ends[:1], (), self.budget) if tensor.made_by is not None]

    def better_shape(self) -> PictureShape | None:
        """Another shape of the input, with which more layers fit or which is likelier; None where this one is best."""
        first = [self.hinted] if self.hinted else []
        output = self.words.shapes.of.get(self.ends[0])
        if not first and output is not None and output[0] == IMAGENET_CLASSES:
            first.append((self.shape[0], IMAGENET_SIDE, IMAGENET_SIDE))
        first.append(self.shape)
        first = [shape for shape in first if max(shape[1:]) <= limits().input_side and shape[0] in (1, 3)]
        tensors = self._tensors
        reached = {self.start, *tensors}
        shapes = self.words.shapes.of
        expected = [
            item
            for item in self.words.expected
            if item.tensor in reached and not (item.of_view and item.fits(shapes.get(item.tensor)))
        ]
        best = fitting_shape(self.start, tensors, expected, first or [DEFAULT])
        return best if best != self.shape else None

    # The result

    def reading(self, classes: int | None) -> SourceReading:
        """The network, in the order of its layers, with what differs."""
        words = self.words
        if len(self.ends) > 1:
            note = f"The network has {len(self.ends)} outputs; one can be built here, the first."
            words.note(self.line, note, other_network=True)
        arranged = arrange(Model(self.line, [self.start], [self.ends[0]], self.name), self.budget)
        self._note_shared(arranged)
        self._note_ends(arranged)
        arranged = _joined(arranged, words.activations)
        layers = self._layers(arranged, classes)
        architecture = Architecture(self.name, self._input(), layers, arranged.wires)
        architecture = replace(architecture, blocks=blocks_of(arranged.tensors))
        self._note_problems(architecture, arranged)
        self._note_softmax(architecture)
        self._note_unused()
        self._note_training()
        words.settings |= self.learnt
        words.settings["initialization"] = self._initialization()
        return SourceReading("PyTorch", architecture, words.settings, words.notes.in_order())

    def _layers(self, arranged: Arranged, classes: int | None) -> tuple[Layer, ...]:
        """The layers, with a value for each setting that the source leaves open."""
        deciding = len(arranged.layers) - 1  # the layer that sets how many numbers leave
        while deciding != PICTURE and arranged.layers[deciding].layer.keeps_shape:
            deciding = arranged.wires[deciding][0]
        layers = []
        for index, source_layer in enumerate(arranged.layers):
            layer = source_layer.layer
            for setting, code in source_layer.open_settings:
                if classes and index == deciding:
                    layer = layer.with_settings(**{setting: classes})
                taken = describe_value(getattr(layer, setting))
                self.words.note(
                    source_layer.line, f"“{code}”, for {setting}, does not follow from the text; {taken} is used."
                )
            layers.append(layer)
        return tuple(layers)

    def _input(self) -> PictureShape:
        """The shape of the input, with a note of what it follows from."""
        words, used = self.words, describe_shape(self.shape)
        if self.shape == self.hinted:
            if self.hint:
                words.note(self.line, f"The input's shape, {used}, is that of {self.hint}.")
        elif self.hinted is not None:
            given = describe_shape(self.hinted)
            words.note(self.line, f"The source has pictures of {given}; {used} is used here, which its layers fit.")
        else:
            words.note(self.line, f"The input's shape is not given; {used} is used, which its layers fit.")
        return self.shape

    def _note_shared(self, arranged: Arranged) -> None:
        # Of one module there are several layers where what arrives is not the same.
        made_of = self.words.made_of
        uses = Counter((id(made_of[id(layer)]), type(layer.layer)) for layer in arranged.layers if id(layer) in made_of)
        for source_layer, tensor in zip(arranged.layers, arranged.tensors, strict=True):
            shape = self.words.shapes.of.get(tensor.reads[0])
            use = uses[(id(made_of.get(id(source_layer))), type(source_layer.layer))]
            if use > 1 and (shape is None or source_layer.layer.parameter_count(shape)):
                note = "This layer is used several times, with the same weights; here each use has weights of its own."
                self.words.note(source_layer.line, note, other_network=True)

    def _note_ends(self, arranged: Arranged) -> None:
        """Note a logarithm of softmax that does not end the network, or is not what its loss takes."""
        loss = self.loss.name if self.loss else NEGATIVE_LOG[0]
        for index, source_layer in enumerate(arranged.layers):
            line = self.words.ends.get(id(source_layer))
            if line is not None and (index < len(arranged.layers) - 1 or loss not in (*NEGATIVE_LOG, *CROSS_ENTROPY)):
                self.words.note(line, "The logarithm after softmax is left out here.", other_network=True)

    def _note_problems(self, architecture: Architecture, arranged: Arranged) -> None:
        """Note what is only known of layers in their places."""
        rows = summarize(architecture).layers
        for source_layer, row in zip(arranged.layers, rows, strict=True):
            if row.problem:
                note = f"This layer does not fit; its card offers what fixes it. {row.problem}"
                self.words.note(source_layer.line, note, other_network=True)
        reached = {self.start, *self._tensors}
        for item in self.words.expected:
            shape = self.words.shapes.of.get(item.tensor)
            if item.tensor in reached and not item.fits(shape):
                assert shape is not None
                note = f"“{item.name}” expects {item.count:,}, and {describe_shape(shape)} arrives."
                self.words.note(item.line, note, other_network=True)

    def _note_softmax(self, architecture: Architecture) -> None:
        """Say who applies the softmax that cross-entropy needs."""
        name, line = (self.loss.name, self.loss.line) if self.loss else ("", 0)
        if name not in CROSS_ENTROPY:
            if name in NEGATIVE_LOG and not architecture.ends_in_softmax:
                note = f"“{name}” takes logarithms of probabilities; here cross-entropy takes the network's scores."
                self.words.note(line, note)
        elif architecture.ends_in_softmax:
            note = f"“{name}” applies softmax itself, so that the source applies it twice; here it is applied once."
            self.words.note(line, note)
        else:
            self.words.note(line, f"“{name}” applies softmax itself, here too: the network ends in scores.")

    def _note_training(self) -> None:
        """Note what is only known of the training once the network is."""
        words = self.words
        if self.loss is None and words.gradients:
            line = words.gradients[0]
            words.note(line, "No loss that is known here was found; the one that is chosen on Train is used.")
        for line, count in self.accumulations:
            if count != 1:
                words.note(line, f"The source {ACCUMULATED}")
        owners = [said for said in words.learning.said if said.kind == "optimizer" and said.owners]
        learning = frozenset().union(*(said.owners for said in owners))
        inside = [item for item in words.inside_of(self.module) if item in words.modules and item.form.reads]
        if learning and any(id(item) not in learning for item in inside):
            words.note(owners[-1].line, "In the source only a part of the network learns; here every layer does.")

    def _note_unused(self) -> None:
        """Note the modules of the network that its `forward` does not use."""
        words = self.words
        inside = {id(item) for item in words.inside_of(self.module)}
        for module in words.modules:
            if id(module) in inside and id(module) not in words.applied:
                note = f"This {module.name} is created but not used in what is built."
                words.note(module.line, note, other_network=bool(module.form.reads))
        for parameter in words.loose_weights(self.module):
            note = f"This nn.{parameter.name} is left out: weights outside of layers are not known here."
            words.note(parameter.line, note, other_network=True)
        reached = set(self._tensors)
        for tensor in followers([self.start], words.tensors.applied):
            if tensor not in reached and not words.stands_for_vector(tensor):
                words.note(tensor.line, "This layer does not lead to the network's output and is left out.")
        for lines in words.skipped:
            if not words.used_lines.intersection(lines):
                for line in lines:
                    words.note(line, "This is not about the network and was skipped.")

    def _initialization(self) -> Initialization:
        """How all kernels start: as torch does it, unless the source draws them in one other way."""
        drawn = [(name, line) for name, line in self.words.starts if name in _STARTS or name in DRAWING]
        ways = {_STARTS[name] for name, _ in drawn if name in _STARTS}
        chosen: Initialization = ways.pop() if len(ways) == 1 else "torch_default"
        for name, line in drawn:
            self.words.note(line, f"“{name}”: all kernels start in one way here, {INITIALIZATIONS[chosen]}.")
        return chosen


def _joined(arranged: Arranged, activations: dict[int, str]) -> Arranged:
    """With the functions as settings of the layers with kernels right before them, as Keras has it.

    Args:
        arranged: The layers.
        activations: The function that a source layer is, by its id.
    """
    readers = Counter(source for sources in arranged.wires for source in sources)
    layers: list[SourceLayer] = []
    tensors: list[Tensor] = []
    wires: list[tuple[int, ...]] = []
    places = {PICTURE: PICTURE}  # of each layer among those that are left
    for index, (layer, sources, tensor) in enumerate(
        zip(arranged.layers, arranged.wires, arranged.tensors, strict=True)
    ):
        name = activations.get(id(layer), "")
        before = layers[places[sources[0]]] if name and sources[0] != PICTURE else None
        if before is not None and readers[sources[0]] == 1 and _takes(before.layer, name):
            place = places[index] = places[sources[0]]
            layers[place] = replace(before, layer=before.layer.with_settings(activation=name))
            tensors[place] = tensor
            continue
        places[index] = len(layers)
        layers.append(layer)
        wires.append(tuple(places[source] for source in sources))
        tensors.append(tensor)
    return replace(arranged, layers=layers, wires=tuple(wires), tensors=tensors)


def _takes(layer: Layer, function: str) -> bool:
    """Whether a layer has a setting for a function that it applies itself, and applies none yet."""
    for setting in layer.settings():
        if setting.name == "activation":
            return getattr(layer, "activation", None) == NO_ACTIVATION and setting.spec.check(function) is None
    return False
