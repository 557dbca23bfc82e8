"""What the names of PyTorch mean that say how a network is trained."""

from typing import Any

from visualizer.source_code.python.journal import NETWORK, NO_MATTER
from visualizer.source_code.python.values import (
    Configured,
    Member,
    Rest,
    Unknown,
    describe_value,
)
from visualizer.source_code.pytorch_input import (
    DATASETS,
    RESIZING,
)
from visualizer.source_code.pytorch_learning import Said
from visualizer.source_code.pytorch_penalties import of_loss
from visualizer.source_code.pytorch_training import (
    LOSSES,
    OPTIMIZER_NAMES,
    read_epochs,
    read_loader,
    read_loss,
    read_optimizer,
)
from visualizer.source_code.pytorch_values import Drawn, Parameters, Parser
from visualizer.source_code.pytorch_words import Words

EPOCHS = "__epochs__"  # the name of the function that is put around what a loop over epochs goes through
_DRAWN = ("randn", "rand", "zeros", "ones", "empty", "randint", "full")
_WRAPPERS = ("DataParallel", "DistributedDataParallel", "compile", "tqdm", "trange", "Variable")
_PLANS = ("LR", "LambdaLR", "ReduceLROnPlateau", "CosineAnnealingWarmRestarts")
_ACCUMULATING = ("accumulate_grad_batches", "gradient_accumulation_steps")
ACCUMULATED = (
    "adds up the gradients of several batches before it changes the weights; here each batch changes them. A larger "
    "batch size comes to the same."
)
_REWEIGHTED = ("spectral_norm", "weight_norm")
SMALLEST_DRAWN = 4  # pixels of what a tensor is taken for a picture with: a single pixel is noise, mostly


class TrainingWords(Words):
    """What the names of PyTorch mean that say how a network is trained."""

    def _training(self, name: str, arguments: list[Any], keywords: dict[str, Any], line: int) -> Any:
        """What names of torch mean that say how the network is trained; None if they do not."""
        if name in OPTIMIZER_NAMES:
            owners = [
                item.owner
                for item in self.budget.inside([*arguments, *keywords.values()])
                if isinstance(item, Parameters)
            ]
            for owner in owners:
                self._train(owner)
            inside = frozenset(id(item) for owner in owners for item in self.inside_of(owner))
            settings = read_optimizer(name, arguments, keywords, line, self.notes)
            self._set_up(Said("optimizer", name, line, settings, inside))
        elif name in LOSSES:
            is_function = name[0].islower()
            settings = read_loss(name, () if is_function else arguments, keywords, line, self.notes)
            self._set_up(Said("loss", name, line, settings, is_likelier=is_function))
            self._note_own_loss(name, line)
            if is_function:
                self.used_lines.add(line)
                return of_loss(name, line)
        elif name == "DataLoader":
            settings = read_loader(arguments, keywords, line, self.notes)
            shuffles = (*arguments[2:3], keywords.get("shuffle"))[0] is True or "sampler" in keywords
            if settings:
                self._set_up(Said("batch", name, line, settings, is_likelier=shuffles))
        elif name.endswith(_PLANS):
            self.understood_calls += 1
            self.note(line, f"“{name}” is left out: the learning rate stays the same here.")
        elif name.startswith("clip_grad"):
            self.note(line, f"“{name}” is left out: gradients are not clipped here.")
        elif name in ("no_grad", "inference_mode") and self._depth:
            self.note(line, f"“{name}” is left out: every layer learns here.")
        elif name in DATASETS:
            self.hints.dataset = self.hints.dataset or name
        elif name in RESIZING:
            self.hints.resize(arguments[0] if arguments else keywords.get("size"))
        elif name == "Grayscale":
            channels = arguments[0] if arguments else keywords.get("num_output_channels", 1)
            self.hints.channels = channels if channels in (1, 3) else None
        elif name in _DRAWN:
            shape = keywords.get("size", arguments)
            shape = shape[0] if len(shape) == 1 and isinstance(shape[0], tuple | list) else shape
            if not isinstance(shape, tuple | list):
                return None
            if not self._depth:
                self.hints.draw(shape, SMALLEST_DRAWN)
            self.used_lines.add(line)
            return Drawn(tuple(shape))
        elif name.endswith("_") and any(isinstance(item, Member | Parameters) for item in arguments[:1]):
            self._start(name, arguments[0], line)
        else:
            return None
        self.used_lines.add(line)
        return Configured(name, tuple(arguments), keywords, line)

    def _epochs(self, given: list[Any], line: int, text: str) -> Any:
        (items,) = given
        self.epoch_lines.add(line)
        self.used_lines.add(line)
        if isinstance(items, range) or (
            isinstance(items, list | tuple) and not any(isinstance(item, Rest) for item in items)
        ):
            self._set_up(Said("epochs", EPOCHS, line, read_epochs(len(items), line, self.notes)))
        else:
            self.note(line, "How many epochs there are does not follow from the text.")
        return Unknown(text, line)

    def _start(self, name: str, what: Any, line: int) -> None:
        """Remember a function that draws first weights; those of a bias have no settings here."""
        self.understood_calls += 1
        if not (isinstance(what, Member) and "bias" in what.name):
            self.journal.save_end(self.starts, weight=NO_MATTER)
            self.starts.append((name, line))

    def _note_own_loss(self, name: str, line: int) -> None:
        """Note a loss that is a part of another one, which the source defines."""
        scope = self.interpreter.scope
        kind = scope.defined_in[0] if scope.defined_in is not None else None
        if kind is not None and kind.find("forward") and not kind.find("training_step"):
            self.notes.add(line, f"“{name}” is a part of “{kind.name}”, a loss of its own; it is used by itself here.")

    def _set_up(self, said: Said) -> None:
        """Take over training settings."""
        self.learning.add(said)
        for name, value in said.settings.items():
            self.journal.save_entry(self.settings, name, weight=NETWORK)
            self.settings[name] = value

    def _note_frozen(self, arguments: list[Any], line: int) -> None:
        if False in arguments:
            self.understood_calls += 1
            self.note(line, "“requires_grad = False” is left out: every layer learns here.")

    def _parser_method(
        self, parser: Parser, name: str, arguments: list[Any], keywords: dict[str, Any], line: int
    ) -> Any:
        self.used_lines.add(line)
        self.journal.save_whole(parser.defaults)
        if name == "add_argument":
            parser.add(arguments, keywords)
        elif name == "set_defaults":
            parser.defaults.update(keywords)
        elif name.startswith("add_"):
            return parser
        elif name.startswith("parse_"):
            parser.parse(arguments[0] if arguments else keywords.get("args"))
            return (parser, []) if "known" in name else parser
        return None

    def _elsewhere(self, name: str, arguments: list[Any], keywords: dict[str, Any], line: int) -> Any:
        """What names of other libraries mean, as far as training loops use them; None if nothing."""
        if name == "OrderedDict":
            return self._dictionary(arguments[0] if arguments else {}, line)
        if name in ("ArgumentParser", "Namespace", "SimpleNamespace", "EasyDict", "AttrDict"):
            self.used_lines.add(line)
            given = arguments[0] if arguments and isinstance(arguments[0], dict) else {}
            return Parser({} if name == "ArgumentParser" else given | keywords)
        if name == "deepcopy" and arguments:
            copy = self._copied_module(arguments[0], {})
            self.copies.append((arguments[0], copy))
            return copy
        if name == "vars" and arguments and isinstance(arguments[0], Parser):
            return dict(arguments[0].defaults)
        for option in _ACCUMULATING:
            if keywords.get(option, 1) not in (1, None):
                self.note(line, f"“{option}={describe_value(keywords[option])}” {ACCUMULATED}")
        if name == "Trainer" and isinstance(keywords.get("max_epochs"), int):
            self.used_lines.add(line)
            self._set_up(Said("epochs", name, line, read_epochs(keywords["max_epochs"], line, self.notes)))
        if name == "trange" and len(arguments) in (1, 2) and all(isinstance(item, int) for item in arguments):
            return range(*arguments)
        if name == "summary" and arguments:
            self._train(arguments[0])
            shape = keywords.get("input_size", arguments[1] if len(arguments) > 1 else None)
            if isinstance(shape, tuple | list):
                self.hints.draw(shape)
            return Unknown(name, line)
        if name in _WRAPPERS and arguments:
            return arguments[0]
        if name in _REWEIGHTED and arguments:
            self.note(line, f"“{name}” of a layer's weights is left out.", other_network=True)
            return arguments[0]
        return None
