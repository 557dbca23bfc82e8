"""Names for what flows through a network that branches, as a person would choose them in a script.

`x` is the way through the network. What a later merge reads again, or what takes a shorter way to it, is a `shortcut`;
other ways that leave the same layer are a `branch` each.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from visualizer.architecture.architecture import Architecture, one_line
from visualizer.architecture.span import PICTURE

INPUTS = "inputs"
_MAIN, _SHORTCUT, _BRANCH = "x", "shortcut", "branch"


@dataclass(frozen=True)
class Step:
    """The names of one layer's step.

    Attributes:
        inputs: What it reads.
        output: What it makes.
        set_aside: The name under which the only input stays available, as `output` takes over its name; else empty.
    """

    inputs: tuple[str, ...]
    output: str
    set_aside: str = ""


def name_flow(architecture: Architecture) -> list[Step]:
    """The step of each layer, in order; the input of the network is called `INPUTS`."""
    sources = architecture.sources
    readers: dict[int, list[int]] = {}
    for index, read in enumerate(sources):
        for source in read:
            readers.setdefault(source, []).append(index)
    names = {PICTURE: INPUTS}
    steps = []
    for index, read in enumerate(sources):
        inputs = tuple(names[source] for source in read)
        names = {source: name for source, name in names.items() if readers[source][-1] > index}
        taken = {INPUTS, *names.values()}
        set_aside = ""
        if len(read) > 1:
            free = [name for name in inputs if name not in taken]
            output = next(iter(free), _unused(_BRANCH, taken)) if _MAIN in taken else _MAIN
        elif inputs[0] not in taken:
            output = inputs[0]
        elif inputs[0] == INPUTS:
            output = _unused(_BRANCH, taken) if _MAIN in taken else _MAIN
        else:
            later = [reader for reader in readers[read[0]] if reader > index]
            own, *others = [_steps_to_a_merge(reader, sources, readers) for reader in (index, *later)]
            if 0 in others or (len(others) == 1 and own > others[0]):
                set_aside, output = _unused(_SHORTCUT, taken), inputs[0]
                names[read[0]] = set_aside
            else:
                output = _unused(_SHORTCUT if len(others) == 1 and own < others[0] else _BRANCH, taken)
        names[index] = output
        steps.append(Step(inputs, output, set_aside))
    return steps


def _steps_to_a_merge(index: int, sources: Sequence[Sequence[int]], readers: Mapping[int, Sequence[int]]) -> int:
    """How many layers, this one among them, follow each other before one that merges; 0 where this one does."""
    steps = 0
    while len(sources[index]) == 1:
        steps += 1
        if len(readers.get(index, ())) != 1:
            break
        (index,) = readers[index]
    return steps


def _unused(name: str, taken: set[str]) -> str:
    number = 1
    while (numbered := name if number == 1 else f"{name}_{number}") in taken:
        number += 1
    return numbered


def under_titles(
    architecture: Architecture, lines: Sequence[Sequence[str]], before: Sequence[str] = (), after: Sequence[str] = ()
) -> list[str]:
    """The lines of each layer, one layer after the other; those of a block after a comment, with empty lines around.

    `before` and `after` are lines that come first and last.
    """
    titles = {block.first: one_line(block.title) or "Block" for block in architecture.blocks}
    members = {index for block in architecture.blocks for index in range(block.first, block.last + 1)}
    found = list(before)
    title, inside = "", False
    for index, own in enumerate(lines):
        title = titles.get(index, title if index in members else "")
        if not own:
            continue
        if found and (title or inside != (index in members)):
            found.append("")
        found += [f"# {title}"] * bool(title)
        found += own
        title, inside = "", index in members
    return [*found, *([""] if inside and after else []), *after]
