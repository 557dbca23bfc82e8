"""What modules, functions and methods of PyTorch make of tensors."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from visualizer.architecture.shapes import Shape, is_maps, numbers_in
from visualizer.architecture.torch_form import Arriving
from visualizer.source_code.keras_graph import Tensor
from visualizer.source_code.python.journal import NO_MATTER
from visualizer.source_code.python.values import (
    Unknown,
)
from visualizer.source_code.pytorch_input import (
    Expected,
    reads_vectors,
)
from visualizer.source_code.pytorch_modules import Module, read_module
from visualizer.source_code.pytorch_tensors import SAME, TO_VECTOR, drops_single_axes, sizes, viewed
from visualizer.source_code.pytorch_training_words import TrainingWords

# Functions that look at a tensor for a test of the program's own.
_CHECKS = ("isnan", "isinf", "isfinite", "is_tensor", "allclose", "equal", "numel", "item", "is_contiguous")
# What pools whole maps, by the function that does if its window is as large.
_WHOLE_MAPS = {"avg_pool2d": "AdaptiveAvgPool2d", "max_pool2d": "AdaptiveMaxPool2d"}
_OF_TENSORS = ("view", "reshape", "squeeze", "unsqueeze", "size", "dim", "ndimension")
APPLIED_ENTRIES = 15  # for one that is run
_MOST_PARTS = 16  # into which a tensor is split


class TensorWords(TrainingWords):
    """What modules, functions and methods of PyTorch make of tensors."""

    def _copy(self, tensor: Tensor) -> Tensor:
        """The same numbers at another place: what is changed in place later is one of the two."""
        made = replace(tensor)
        self._copied[made] = self.original(tensor)
        if tensor in self._views:  # of a copy, what was changed before counts, and no more what is changed later
            self._note_outdated(tensor, self.budget.line)
        for known in (self.shapes.of, self._flat):
            if tensor in known:
                known[made] = known[tensor]  # type: ignore[assignment]
        if tensor in self._positive:
            self._positive.add(made)
        return made

    def original(self, tensor: Tensor) -> Tensor:
        """What a layer makes, of which a tensor may be a copy."""
        return self._copied.get(tensor, tensor)

    def last(self, tensor: Tensor) -> Tensor:
        """What a layer makes that a tensor is in the end, after all that changed it in place."""
        tensor = self._now(tensor)
        self._note_outdated(tensor, tensor.line)
        return self.original(tensor)

    def _replace(self, before: Tensor, after: Tensor) -> None:
        """A tensor was changed in place: whatever name it has, it is another one from now on."""
        if before is not after:
            self.journal.save_entry(self._replaced, before, weight=NO_MATTER)
            self._replaced[before] = after
            shown = self._views.get(before)
            while shown is not None:
                self.budget.make(1)
                self.journal.save_entry(self._seen_through, shown, weight=NO_MATTER)
                self._seen_through[shown] = None
                shown = self._views.get(shown)

    def _note_outdated(self, tensor: Tensor, line: int) -> None:
        """Note that a tensor is read which shows the same numbers as one that was changed in place since."""
        shown: Tensor | None = tensor
        outdated = False
        while shown is not None and not outdated:
            self.budget.make(1)
            outdated = shown in self._seen_through or (shown is not tensor and shown in self._replaced)
            shown = self._views.get(shown)
        if outdated:
            why = "The numbers that are read here were changed in place in another shape, which is not followed."
            self.note(line, why, other_network=True)

    def _now(self, tensor: Tensor) -> Tensor:
        """What a tensor is now, where it was changed in place."""
        while tensor in self._replaced:
            self.budget.make(1)
            tensor = self._replaced[tensor]
        return tensor

    def _flowing(self, items: list[Any]) -> list[Tensor]:
        """The tensors among some values."""
        found: list[Tensor] = []
        for item in items:
            if isinstance(item, Tensor):
                found.append(item)
            elif isinstance(item, tuple | list):
                found += [inner for inner in self.budget.inside(item) if isinstance(inner, Tensor)]
            elif isinstance(item, dict):
                found += [inner for inner in item.values() if isinstance(inner, Tensor)]
        return [self._now(tensor) for tensor in found]

    def _pass_unchanged(self, flowing: list[Tensor], text: str, line: int) -> Any:
        """Note an unknown operation on a tensor; the tensor passes unchanged."""
        if not flowing:
            return Unknown(text, line)
        self.understood_calls += 1
        several = len(set(flowing)) > 1
        joins = f"“{text}” joins branches in a way that is not known here, so only the longest is kept."
        self.note(line, joins if several else f"“{text}” is not known here and is left out.", other_network=True)
        return max(flowing, key=lambda tensor: tensor.depth)

    def _shape(self, tensor: Tensor) -> Shape | None:
        return self.shapes.of.get(tensor)

    def _apply(self, module: Module, flowing: list[Tensor], line: int, text: str) -> Tensor:
        self.understood_calls += 1
        self.budget.make(APPLIED_ENTRIES)
        if not self._muted:
            self._kept.append(module)
            self.applied.add(id(module))
        for tensor in flowing:
            self._note_outdated(tensor, line)
        if module.form.to_vector and flowing[0] in self._flat:
            self._views[self._flat[flowing[0]]] = flowing[0]
            return self._flat[flowing[0]]
        arriving = Arriving(self._shape(flowing[0]), all(tensor in self._positive for tensor in flowing))
        layers = module.layers(arriving, line, self.notes)
        starts = bool(layers) and flowing[0].made_by is None and arriving.shape is not None
        if starts and reads_vectors(layers[0].layer, arriving.shape or ()):
            self.note(line, "The network reads a vector; here it reads a picture, which Flatten makes one of.")
            return self._apply(module, [self._flattened(flowing[0], line, text)], line, text)
        count = module.values.get(module.form.reads)
        if isinstance(count, int) and not isinstance(count, bool):
            self.expected.append(Expected(self.original(flowing[0]), count, line, module.name))
        most = layers[0].layer.most_inputs if layers else len(flowing)
        if len(flowing) > most:
            note = f"“{text}” gets several inputs and takes {most} here; the others are left out."
            self.note(line, note, other_network=True)
            del flowing[most:]
        made = self._made(module, layers, flowing)
        if module.form.is_view and made is not flowing[0]:
            self._views[made] = flowing[0]
        if module.in_place:
            self._replace(flowing[0], made)
        return made

    def _made(self, module: Module, layers: Sequence[Any], flowing: list[Tensor]) -> Tensor:
        flowing = [self.original(tensor) for tensor in flowing]
        made = self.tensors.chained(tuple(layers), tuple(flowing))
        self.tensors.applied += made
        for tensor in made:
            self.shapes.add(tensor)
        if not made:
            return flowing[0]
        self._remember(module, layers)
        form, last = module.form, made[-1]
        if form.is_positive or (form.keeps_sign and all(tensor in self._positive for tensor in flowing)):
            self._positive.update(made)
        before, shape = last.reads[0], self._shape(last)
        if shape is not None and drops_single_axes(shape) and self._shape(before) == shape[:1]:
            self._flat[last] = before
        return last

    def _remember(self, module: Module, layers: Sequence[Any]) -> None:
        """What is known of layers by the form that they come from."""
        for layer in layers:
            if module.form.activation:
                self.activations[id(layer)] = module.form.activation
            self.made_of[id(layer)] = module
            if module.form.ends:
                self.ends[id(layer)] = layer.line

    def stands_for_vector(self, tensor: Tensor) -> bool:
        """Whether it is a vector again, as maps of one number each, which nothing needs to read."""
        return tensor in self._flat

    def _flattened(self, tensor: Tensor, line: int, text: str) -> Tensor:
        if tensor in self._flat:
            return self._flat[tensor]
        found = self.forms.of_class("Flatten", [], {})
        assert found is not None
        return self._apply(read_module(found, "Flatten", [], {}, line, self.notes), [tensor], line, text)

    def _function(
        self,
        name: str,
        flowing: list[Tensor],
        arguments: list[Any],
        keywords: dict[str, Any],
        line: int,
        text: str,
    ) -> Any:
        """What a function of torch makes of tensors; it has a method's name, mostly."""
        rest = [item for item in arguments if not self._flowing([item])]
        options = {key: item for key, item in keywords.items() if not self._flowing([item])}
        if name in _CHECKS:
            return Unknown(text, line)
        found = self.forms.of_function(name, len(flowing))
        if found is None and name.endswith("_"):  # it does in place what the function without it does
            found = self.forms.of_function(name[:-1], len(flowing))
        if name in ("cat", "concat") and isinstance(given := (*arguments, None)[0], list | tuple) and len(given) == 1:
            return flowing[0]
        if found is not None:
            if name in ("dropout", "dropout2d") and options.get("training", (*rest[1:2], True)[0]) is True:
                self.note(line, f"“{name}” drops numbers after training too in the source; here only while it trains.")
            if "axis" in options:
                options["dim"] = options.pop("axis")
            if name in _WHOLE_MAPS and self._covers_maps(flowing[0], rest, options):
                found, rest, options = self.forms.of_class(_WHOLE_MAPS[name], [1], {}) or found, [1], {}
            module = read_module(found, name, rest, options, line, self.notes)
            made = self._apply(module, flowing, line, text)
            return (made, Unknown(text, line)) if module.values.get("return_indices") is True else made
        if len(flowing) == 1 and (name in _OF_TENSORS or name in SAME):
            return self._tensor_method(flowing[0], name, rest, options, line, text)
        made = self._pass_unchanged(flowing, text, line)
        return self._several(made, name, rest, options) if len(flowing) == 1 else made

    def _covers_maps(self, tensor: Tensor, rest: list[Any], options: dict[str, Any]) -> bool:
        """Whether a window is as large as the maps, as in `F.avg_pool2d(x, x.size()[2:])`, and nothing else is said."""
        shape = self._shape(tensor)
        size = (*rest, *options.values(), None)[0]
        if shape is None or not is_maps(shape) or len(rest) + len(options) != 1 or options.keys() - {"kernel_size"}:
            return False
        sides = tuple(size) if isinstance(size, tuple | list) else (size, size)
        return sides == shape[1:]

    def _several(self, tensor: Any, name: str, rest: list[Any], options: dict[str, Any]) -> Any:
        """What a function gives that makes several tensors of one; each is the whole one here."""
        first = (*rest, *options.values(), None)[0]
        if name == "chunk" and isinstance(first, int) and 0 < first <= _MOST_PARTS:
            return (tensor,) * first
        if name in ("split", "tensor_split") and isinstance(first, list | tuple) and len(first) <= _MOST_PARTS:
            return (tensor,) * len(first)
        if name == "split" and isinstance(first, int) and first > 0:
            axis = options.get("dim", (*rest[1:], 0)[0])
            shape = self._shape(tensor)
            if shape is not None and isinstance(axis, int) and 1 <= axis <= len(shape):
                parts = -(-shape[axis - 1] // first)
                return (tensor,) * parts if parts <= _MOST_PARTS else tensor
        if name in ("max", "min", "topk", "sort", "median") and first is not None:
            return tensor, Unknown(name, 0)
        return tensor

    def _tensor_method(
        self, tensor: Tensor, name: str, arguments: list[Any], keywords: dict[str, Any], line: int, text: str
    ) -> Any:
        shape = self._shape(tensor)
        if name == "clone":
            return self._copy(tensor)
        if name == "detach":
            self.note(line, "“detach” is left out: what is before it learns here too.")
        if name in SAME:
            return tensor
        if name == "size":
            whole = self._sizes(tensor, text, line)
            axis = arguments[0] if arguments else keywords.get("dim")
            if axis is None or not isinstance(whole, tuple):
                return whole
            fits = isinstance(axis, int) and -len(whole) <= axis < len(whole)
            return whole[axis] if fits else Unknown(text, line)
        if name in ("dim", "ndimension"):
            return self._dimensions(tensor, text, line)
        if name in ("view", "reshape"):
            return self._viewed(tensor, arguments or list(keywords.values()), line, text)
        if name == "squeeze" and (drops_single_axes(shape) or (shape is not None and not is_maps(shape))):
            return self._flattened(tensor, line, text)
        if name == "squeeze" and shape is not None and shape[0] > 1 and min(shape[1:]) > 1:
            return tensor
        if name == "unsqueeze" and shape is not None and arguments and arguments[0] in (2, 3, -1):
            if not is_maps(shape):
                return self._as_maps(tensor, (shape[0], 1, 1), line, text)
            if tensor in self._flat:  # the second of two, x.unsqueeze(2).unsqueeze(3)
                return tensor
        flowing = [tensor, *self._flowing([*arguments, *keywords.values()])]
        if name in _OF_TENSORS:
            return self._pass_unchanged(flowing, text, line)
        return self._function(name, flowing, arguments, keywords, line, text)

    def _sizes(self, tensor: Tensor, text: str, line: int) -> Any:
        whole = sizes(self._shape(tensor))
        return Unknown(text, line) if whole is None else whole

    def _dimensions(self, tensor: Tensor, text: str, line: int) -> Any:
        shape = self._shape(tensor)
        return Unknown(text, line) if shape is None else 1 + len(shape)

    def _viewed(self, tensor: Tensor, arguments: list[Any], line: int, text: str) -> Any:
        shape = self._shape(tensor)
        target, expected = viewed(arguments, shape)
        if expected is not None:
            self.expected.append(Expected(self.original(tensor), expected, line, text, of_view=True))
        if target == TO_VECTOR:
            return self._flattened(tensor, line, text)
        if isinstance(target, tuple):
            if target == shape:
                return tensor
            if shape is None or not is_maps(shape):
                return self._as_maps(tensor, target, line, text)
        if arguments == [-1] and shape is not None and numbers_in(shape) == 1:
            return self._flattened(tensor, line, text)
        return self._pass_unchanged([tensor], text, line)

    def _as_maps(self, tensor: Tensor, target: tuple[int, ...], line: int, text: str) -> Tensor:
        found = self.forms.of_class("Unflatten", [], {})
        assert found is not None
        return self._apply(read_module(found, text, [1, target], {}, line, self.notes), [tensor], line, text)

    def _same_tensors(self, left: Tensor, right: Tensor) -> bool:
        left, right = self.original(left), self.original(right)
        while left is not right:
            self.budget.make(1)
            if left.made_by is None or left.made_by is not right.made_by or len(left.reads) != 1 != len(right.reads):
                return False
            (left,), (right,) = left.reads, right.reads
        return True
