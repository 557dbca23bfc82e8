"""The options of a program's command line (argparse): without any, they have their defaults."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from visualizer.source_code.python.values import Symbol

# What a parser does; all else that is asked of one are its options.
PARSING = (
    "add_argument", "set_defaults", "parse_args", "parse_known_args", "add_argument_group",
    "add_mutually_exclusive_group", "print_help",
)  # fmt: skip
_STORED: Mapping[str, bool] = {"store_true": False, "store_false": True}


@dataclass(eq=False)
class Options:
    """An `argparse.ArgumentParser`, and what it parses.

    Attributes:
        defaults: The value of each option by its name, as far as the source says it.
    """

    defaults: dict[str, Any] = field(default_factory=dict)


def option_of(flags: list[Any], keywords: Mapping[str, Any]) -> tuple[str, Any] | None:
    """The name and the value of the option that `add_argument` adds; None if one of them is not known."""
    names = [name for name in flags if isinstance(name, str)]
    chosen = next((name for name in names if name.startswith("--")), names[0] if names else "")
    name = keywords.get("dest") or chosen.lstrip("-").replace("-", "_")
    given = not chosen.startswith("-") or keywords.get("required", False) is not False
    if not isinstance(name, str) or not name or given:
        return None
    value = keywords.get("default", _STORED.get(str(keywords.get("action"))))
    kind = keywords.get("type")
    if isinstance(value, str) and isinstance(kind, Symbol) and kind.path in ("int", "float"):
        try:
            value = int(value) if kind.path == "int" else float(value)
        except ValueError:
            return None
    return name, value
