"""What Keras source builds while it is followed: tensors, which layers make of other tensors, and models of them."""

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from visualizer.architecture.architecture import Block, one_line
from visualizer.architecture.layer import LayerDoesNotFit
from visualizer.architecture.shapes import Shape
from visualizer.architecture.span import PICTURE
from visualizer.source_code.keras_layers import SourceLayer
from visualizer.source_code.python.budget import Budget
from visualizer.source_code.python.journal import NO_MATTER, Journal

TENSOR_ENTRIES = 3  # of the budget, for one tensor
_PICTURE_AXES = 3


@dataclass(frozen=True, eq=False)
class Part:
    """Layers that one call made, of a function of the source or of a nested model; parts may lie in each other.

    `is_layer` of a part, or of one around it, says that all of it is one layer to Keras.
    """

    title: str
    parent: "Part | None"
    is_layer: bool = False

    @property
    def outer(self) -> "Iterator[Part]":
        """The parts around it, the nearest first."""
        part = self.parent
        while part is not None:
            yield part
            part = part.parent


@dataclass(eq=False, slots=True)
class Tensor:
    """What an input gives, or what a layer makes.

    Attributes:
        number: Tensors are numbered as they are made, so that each comes after all that it reads.
        line: The line that made it.
        made_by: The layer; None for an input.
        reads: The tensors that the layer reads.
        depth: The number of layers on the longest way to it.
        part: What it is part of.
        input_shape: Of an input, as written; None where the source does not say it.
        made_as: What made it to Keras, such as a nested model, and what that read; None where it is only a part of it.
    """

    number: int
    line: int
    made_by: SourceLayer | None = None
    reads: "tuple[Tensor, ...]" = field(default=(), repr=False)
    depth: int = 0
    part: Part | None = field(default=None, repr=False)
    input_shape: Any = None
    made_as: "tuple[Any, tuple[Tensor, ...]] | None" = field(default=None, repr=False)


@dataclass(eq=False)
class Model:
    """A model: all that leads from its inputs to its outputs.

    Attributes:
        line: The line that made it.
        inputs: Where it begins.
        outputs: The outputs that it had, one after the other as layers were added; the last one counts.
        others: What it gives besides, where it has several outputs at once.
        whole: Whether it is no model of the source's own, but one that Keras has, such as a base for others.
        name: Its name in the source.
        nested: Whether another model uses it.
        tried: Whether it is called with something that is not known, by another model or to train or use it.
        trained: Whether the source compiles or fits it.
        sequential: Whether it is a Sequential.
    """

    line: int
    inputs: list[Tensor]
    outputs: list[Tensor]
    name: str | None = None
    nested: bool = False
    tried: bool = False
    trained: bool = False
    others: tuple[Tensor, ...] = ()
    whole: bool = False
    sequential: bool = False

    @property
    def output(self) -> Tensor:
        """The one that is built, its first."""
        return self.outputs[-1]

    @property
    def all_outputs(self) -> list[Tensor]:
        """What a call of it gives."""
        return [self.output, *self.others]

    @property
    def start(self) -> Tensor:
        """Its first input."""
        return self.inputs[0]

    @property
    def has_layers(self) -> bool:
        return self.output.made_by is not None and self.output not in self.inputs


class Tensors:
    """Makes tensors. It counts what it makes and visits in a budget.

    Attributes:
        part: What new tensors are part of.
        applied: The tensors that calls of layers and models made.
    """

    def __init__(self, budget: Budget, journal: Journal) -> None:
        self._budget = budget
        self._journal = journal
        self._count = 0
        self._shapes: dict[Tensor, Shape | None] = {}
        self.part: Part | None = None
        self.applied: list[Tensor] = []

    def start(self, line: int, input_shape: Any = None) -> Tensor:
        """A new input."""
        return self._made(line, None, (), self.part, input_shape)

    def chained(self, layers: tuple[SourceLayer, ...], reads: tuple[Tensor, ...]) -> list[Tensor]:
        """The outputs of layers one after the other, the first of which reads these tensors."""
        made = []
        for layer in layers:
            made.append(self._made(layer.line, layer, reads, self.part))
            reads = (made[-1],)
        return made

    def applied_model(self, model: Model, given: list[Tensor], title: str) -> list[Tensor]:
        """The outputs of a model that reads these tensors instead of its own inputs: a copy of all that is in it."""
        self._budget.make(len(model.others))
        new = dict(zip(model.inputs, given, strict=False))
        whole = Part(title, self.part)
        parts: dict[Part | None, Part] = {None: whole}
        for tensor in leading_to(model.all_outputs, new, self._budget):
            if tensor.made_by is None:
                new[tensor] = tensor
                continue
            reads = tuple(new[read] for read in tensor.reads)
            new[tensor] = self._made(tensor.line, tensor.made_by, reads, self._copied(tensor.part, parts))
            self.add_applied([new[tensor]])
        return [new[output] for output in model.all_outputs]

    def _copied(self, part: Part | None, parts: dict[Part | None, Part]) -> Part:
        """The copy of a part, and of those around it; `parts` are those that were copied before."""
        waiting = []
        while part is not None and part not in parts:
            waiting.append(part)
            part = part.parent
        copy = parts[part]
        for part in reversed(waiting):
            self._budget.make(1)
            copy = parts[part] = Part(part.title, copy)
        return copy

    def _made(
        self,
        line: int,
        layer: SourceLayer | None,
        reads: tuple[Tensor, ...],
        part: Part | None,
        input_shape: Any = None,
    ) -> Tensor:
        self._budget.make(TENSOR_ENTRIES + len(reads))
        self._count += 1
        depth = 1 + max((read.depth for read in reads), default=0) if layer else 0
        tensor = Tensor(self._count, line, layer, reads, depth, part, input_shape)
        self._journal.add_fresh(tensor)
        return tensor

    def add_applied(self, made: Iterable[Tensor]) -> None:
        """Record what calls made."""
        self._journal.save_end(self.applied, weight=NO_MATTER)
        self.applied.extend(made)

    def shape_of(self, tensor: Tensor) -> Shape | None:
        """The shape of what a tensor holds of one picture, (C, H, W) or (F,); None where it is not known."""
        for made in leading_to([tensor], self._shapes, self._budget):
            self._budget.make(2)
            self._shapes[made] = self._shape(made)
        return self._shapes[tensor]

    def _shape(self, tensor: Tensor) -> Shape | None:
        if tensor.made_by is None:
            written = tensor.input_shape
            sizes = list(written) if isinstance(written, tuple | list) else []
            if len(sizes) not in (1, _PICTURE_AXES) or not all(type(size) is int and size > 0 for size in sizes):
                return None
            return (sizes[-1], *sizes[:-1])
        shapes = [self._shapes[read] for read in tensor.reads]
        known = [shape for shape in shapes if shape is not None]
        if len(known) < len(shapes) or tensor.made_by.open_settings:
            return None
        try:
            return tensor.made_by.layer.output_shape(tensor.made_by.layer.merged_shape(known))
        except LayerDoesNotFit:
            return None


def same_tensors(left: Tensor, right: Tensor, budget: Budget, *, in_use: bool = False) -> bool:
    """Whether two tensors are made in the same way of the same inputs; `in_use`, but for what only training does."""
    waiting, seen = [(left, right)], set[tuple[int, int]]()
    while waiting:
        one, other = waiting.pop()
        if in_use:
            one, other = (_before_random(tensor, budget) for tensor in (one, other))
        if one is other or (one.number, other.number) in seen:
            continue
        budget.make(1)
        seen.add((one.number, other.number))
        if one.made_by is None or other.made_by is None:
            alike = one.made_by is other.made_by and one.input_shape == other.input_shape
        else:
            alike = replace(one.made_by, line=0) == replace(other.made_by, line=0)
        if not alike or len(one.reads) != len(other.reads):
            return False
        waiting.extend(zip(one.reads, other.reads, strict=True))
    return True


def _before_random(tensor: Tensor, budget: Budget) -> Tensor:
    """What a tensor is where nothing is left out at random."""
    while tensor.made_by is not None and tensor.made_by.layer.is_random_in_training:
        budget.make(1)
        tensor = tensor.reads[0]
    return tensor


def leading_to(outputs: Iterable[Tensor], ends: Container[Tensor], budget: Budget) -> list[Tensor]:
    """The tensors that lead to some outputs, and these, in the order in which they were made.

    What `ends` holds is not among them, nor what leads only to these.
    """
    found = {output for output in outputs if output not in ends}
    waiting = list(found)
    while waiting:
        for read in waiting.pop().reads:
            budget.make(1)
            if read not in found and read not in ends:
                found.add(read)
                waiting.append(read)
    return sorted(found, key=lambda tensor: tensor.number)


@dataclass(frozen=True)
class Arranged:
    """A model in the order of its layers, the one that makes its output the last.

    Attributes:
        start: The input that is built.
        inputs: How many inputs there are in the source.
        layers: The layers.
        wires: What each layer reads, as in `Architecture`.
        tensors: Their outputs.
    """

    start: Tensor
    inputs: int
    layers: list[SourceLayer]
    wires: tuple[tuple[int, ...], ...]
    tensors: list[Tensor]


def arrange(model: Model, budget: Budget) -> Arranged:
    """The layers that lead from one input of a model, the first that is a picture, to its output.

    What only the other inputs lead to is left out, and a layer that merges with it where too few inputs are left.
    """
    found = leading_to([model.output], model.inputs, budget)
    starts = [tensor for tensor in found if tensor.made_by is None]
    reached = {read for tensor in found for read in tensor.reads}
    starts = [*(tensor for tensor in dict.fromkeys(model.inputs) if tensor in reached), *starts]
    start = _picture(starts)
    # What stands for each tensor that depends on the start: a layer by its index, or the input.
    places = {start: PICTURE}
    layers: list[SourceLayer] = []
    wires: list[tuple[int, ...]] = []
    tensors: list[Tensor] = []
    for tensor in found:
        if tensor.made_by is None:
            continue
        sources = tuple(places[read] for read in tensor.reads if read in places)
        if sources and len(sources) >= min(len(tensor.reads), tensor.made_by.layer.least_inputs):
            places[tensor] = len(layers)
            layers.append(tensor.made_by)
            wires.append(sources)
            tensors.append(tensor)
        elif sources:
            places[tensor] = sources[0]
    return Arranged(start, len(starts), layers, tuple(wires), tensors)


def _picture(starts: list[Tensor]) -> Tensor:
    shapes = [tensor.input_shape for tensor in starts]
    pictures = [isinstance(shape, tuple | list) and len(shape) == _PICTURE_AXES for shape in shapes]
    return starts[pictures.index(True)] if any(pictures) else starts[0]


def blocks_of(tensors: list[Tensor]) -> tuple[Block, ...]:
    """The parts that are shown as blocks: the smallest in which branches merge; beside them, the largest of the others.

    A part of one layer is none, nor is one that holds the whole network.
    """
    members: dict[Part, list[int]] = {}
    for index, tensor in enumerate(tensors):
        for part in (tensor.part, *tensor.part.outer) if tensor.part else ():
            members.setdefault(part, []).append(index)
    usable = {part: inside for part, inside in members.items() if _is_block(inside, len(tensors))}
    merging = {part for part, inside in usable.items() if any(len(tensors[index].reads) > 1 for index in inside)}
    chosen = merging - {outer for part in merging for outer in part.outer}
    others = usable.keys() - merging
    chosen |= {part for part in others if not any(outer in chosen or outer in others for outer in part.outer)}
    blocks = [Block(one_line(part.title) or "Block", usable[part][0], usable[part][-1]) for part in chosen]
    return tuple(sorted(blocks, key=lambda block: block.first))


def _is_block(inside: list[int], count: int) -> bool:
    return 1 < len(inside) < count and inside[-1] - inside[0] == len(inside) - 1


def part_title(name: str | None, otherwise: str = "Block") -> str:
    """A name in the source as the title of a block: residual_block becomes “Residual block”."""
    words = (name or "").replace("_", " ").strip()
    return words[:1].upper() + words[1:] or otherwise


def followers(starts: Iterable[Tensor], tensors: list[Tensor]) -> Iterator[Tensor]:
    """Those of the tensors, given in the order in which they were made, that depend on one of the starts."""
    reached = set(starts)
    for tensor in tensors:
        if any(read in reached for read in tensor.reads):
            reached.add(tensor)
            yield tensor
