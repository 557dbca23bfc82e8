"""What PyTorch source makes besides single modules: chains of them, sizes of tensors, a command line's parser."""

from dataclasses import dataclass, field
from typing import Any


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


@dataclass(frozen=True)
class Batch:
    """The number of pictures in a batch, such as `x.size(0)`."""


BATCH = Batch()


@dataclass(frozen=True)
class Drawn:
    """A tensor that the source makes of nothing, such as `torch.randn(1, 3, 32, 32)`."""

    shape: tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class Parameters:
    """What `module.parameters()` gives: the weights of a module."""

    owner: Any


@dataclass(eq=False)
class Parser:
    """An `argparse.ArgumentParser`: the defaults of its arguments by name."""

    defaults: dict[str, Any] = field(default_factory=dict)

    def add(self, names: list[Any], keywords: dict[str, Any]) -> None:
        """Take over what `add_argument` says."""
        flags = [name for name in names if isinstance(name, str)]
        chosen = next((name for name in flags if name.startswith("--")), flags[0] if flags else "")
        name = keywords.get("dest") or chosen.lstrip("-").replace("-", "_")
        if isinstance(name, str) and name:
            default = {"store_true": False, "store_false": True}.get(str(keywords.get("action")))
            self.defaults[name] = keywords.get("default", default)
