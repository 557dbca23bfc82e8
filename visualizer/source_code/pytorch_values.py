"""What PyTorch source makes besides single modules: chains of them, sizes of tensors, a command line's parser."""

from dataclasses import dataclass, field
from typing import Any

from visualizer.source_code.python.values import Symbol


@dataclass(eq=False)
class Chain:
    """An `nn.Sequential`: modules one after the other. An empty one is `nn.Identity`.

    Attributes:
        items: They.
        line: Where it is created.
        names: Those that have a name, by it.
    """

    items: list[Any]
    line: int
    names: dict[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.items)


class ModuleList(list[Any]):
    """An `nn.ModuleList`: a list that can be asked for its modules."""


class ModuleDict(dict[Any, Any]):
    """An `nn.ModuleDict`: a dictionary whose modules are attributes too."""


@dataclass(frozen=True)
class Batch:
    """The number of pictures in a batch, such as `x.size(0)`."""


BATCH = Batch()


class Trains(int):
    """`self.training`: true, as while training, but not as if the source said so."""


TRAINS = Trains(1)


@dataclass(frozen=True)
class Drawn:
    """A tensor that the source makes of nothing, such as `torch.randn(1, 3, 32, 32)`."""

    shape: tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class Parameters:
    """What `module.parameters()` gives: the weights of a module, or their gradients."""

    owner: Any
    named: bool = False
    are_gradients: bool = False


@dataclass(eq=False)
class Parser:
    """An `argparse.ArgumentParser`, what it parses, or another object that holds values by name."""

    defaults: dict[str, Any] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)  # what `type=` says
    flags: dict[str, str] = field(default_factory=dict)  # the names by what is written on the command line

    def add(self, names: list[Any], keywords: dict[str, Any]) -> None:
        """Take over what `add_argument` says."""
        flags = [name for name in names if isinstance(name, str)]
        chosen = next((name for name in flags if name.startswith("--")), flags[0] if flags else "")
        name = keywords.get("dest") or chosen.lstrip("-").replace("-", "_")
        if isinstance(name, str) and name:
            default = {"store_true": False, "store_false": True}.get(str(keywords.get("action")))
            kind = keywords.get("type")
            self.kinds[name] = kind.path if isinstance(kind, Symbol) else ""
            self.flags |= dict.fromkeys(flags, name)
            if "default" in keywords or (chosen.startswith("-") and keywords.get("required") is not True):
                self.defaults[name] = self._of_kind(name, keywords.get("default", default))

    def parse(self, given: Any) -> None:
        """Take over what `parse_args` is given, in place of the command line; nothing, mostly."""
        items = list(given) if isinstance(given, list | tuple) else []
        for index, item in enumerate(items):
            flag, sign, value = item.partition("=") if isinstance(item, str) else ("", "", "")
            name = self.flags.get(flag)
            if name is None:
                continue
            if isinstance(self.defaults.get(name), bool) and not sign and not self.kinds[name]:
                self.defaults[name] = not self.defaults[name]
            else:
                self.defaults[name] = self._of_kind(name, value if sign else (items[index + 1 :] or [None])[0])

    def _of_kind(self, name: str, value: Any) -> Any:
        """A text as the number that it stands for."""
        kinds = {"int": int, "float": float}
        try:
            return kinds[self.kinds[name]](value) if isinstance(value, str) else value
        except (KeyError, ValueError):
            return value
