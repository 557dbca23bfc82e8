"""Functions that programs write into ONNX files as several operators: they become the one that does the same."""

from collections import Counter
from collections.abc import Iterator, Mapping
from math import isclose, sqrt
from typing import Any

import numpy as np

# An operator: its name, its domain, the names of its inputs and outputs, its attributes.
Node = list[Any]
_LINEAR_FROM = 16  # where the softplus is its input, as far as float32 tells


def simplified(nodes: list[Node], arrays: Mapping[str, np.ndarray]) -> list[Node]:
    """The operators with such groups replaced, in their order."""
    graph = _Graph(nodes, arrays)
    replaced: dict[int, Node | None] = {}
    for place, node in enumerate(nodes):
        if node[0] == "Where":
            replaced |= graph.p_relu(place) or graph.softplus(place)
        elif node[0] == "Erf":
            replaced |= graph.gelu(place)
    found = [replaced.get(place, node) for place, node in enumerate(nodes)]
    return [node for node in found if node is not None]


class _Graph:
    """Operators, and which of them makes and reads each value."""

    def __init__(self, nodes: list[Node], arrays: Mapping[str, np.ndarray]) -> None:
        self.nodes = nodes
        self.made_by = {name: place for place, node in enumerate(nodes) for name in node[3]}
        self.uses = Counter(name for node in nodes for name in node[2])
        self.read_by = {name: place for place, node in enumerate(nodes) for name in node[2]}
        self.arrays = dict(arrays)
        for node in nodes:
            value = node[4].get("value") if node[0] == "Constant" else None
            if isinstance(value, dict) and value["array"] in arrays:
                self.arrays[node[3][0]] = arrays[value["array"]]

    def maker(self, name: str, operator: str) -> int | None:
        """The place of the operator of that name that makes a value which one operator reads."""
        place = self.made_by.get(name)
        return place if place is not None and self.nodes[place][0] == operator and self.uses[name] == 1 else None

    def split(self, place: int) -> tuple[str, str] | None:
        """The names of what flows and of what is known in an operator of two inputs."""
        inputs = self.nodes[place][2]
        known = [name for name in inputs if name in self.arrays]
        flowing = [name for name in inputs if name not in self.arrays]
        return (flowing[0], known[0]) if len(known) == len(flowing) == 1 else None

    def number(self, name: str) -> float | None:
        array = self.arrays.get(name)
        return float(array.ravel()[0]) if array is not None and array.size == 1 else None

    def p_relu(self, where: int) -> dict[int, Node | None]:
        """Where(x > 0, x, slopes · x) is PRelu(x, slopes)."""
        inputs = self.nodes[where][2]
        if len(inputs) != 3:
            return {}
        greater, product = self.maker(inputs[0], "Greater"), self.maker(inputs[2], "Mul")
        if greater is None or product is None:
            return {}
        compared, multiplied = self.split(greater), self.split(product)
        if compared is None or multiplied is None or self.nodes[greater][2][0] != inputs[1]:
            return {}
        if self.number(compared[1]) != 0 or compared[0] != inputs[1] or multiplied[0] != inputs[1]:
            return {}
        node = ["PRelu", "", [inputs[1], multiplied[1]], self.nodes[where][3], {}]
        return {greater: None, product: None, where: node}

    def softplus(self, where: int) -> dict[int, Node | None]:
        """Where(x > 20, x, Softplus(x)) is Softplus(x) in float32."""
        inputs = self.nodes[where][2]
        if len(inputs) != 3:
            return {}
        greater, inner = self.maker(inputs[0], "Greater"), self.maker(inputs[2], "Softplus")
        compared = self.split(greater) if greater is not None else None
        if greater is None or inner is None or compared is None or self.nodes[inner][2] != [inputs[1]]:
            return {}
        if self.nodes[greater][2] != [inputs[1], compared[1]] or (self.number(compared[1]) or 0) < _LINEAR_FROM:
            return {}
        return {greater: None, inner: None, where: ["Softplus", "", [inputs[1]], self.nodes[where][3], {}]}

    def gelu(self, erf: int) -> dict[int, Node | None]:
        """x · (1 + erf(x / √2)) · 1/2, in either order, is Gelu(x)."""
        scaled = self.made_by.get(self.nodes[erf][2][0])
        if scaled is None or self.nodes[scaled][0] not in ("Div", "Mul"):
            return {}
        divided = self.split(scaled)
        factor = self.number(divided[1]) if divided else None
        if divided is None or factor is None:
            return {}
        wanted = sqrt(2) if self.nodes[scaled][0] == "Div" else 1 / sqrt(2)
        chain = list(self._followers(erf, divided[0]))
        if not isclose(factor, wanted, rel_tol=1e-4) or not chain:
            return {}
        node = ["Gelu", "", [divided[0]], self.nodes[chain[-1]][3], {}]
        return {**dict.fromkeys((scaled, erf, *chain[:-1])), chain[-1]: node}

    def _followers(self, erf: int, x: str) -> Iterator[int]:
        """The places of what follows: + 1, · x and · 1/2, which may be applied to x before; none if it is not so."""
        add = self._reader(erf)
        if add is None or self.nodes[add][0] != "Add" or not self._has_number(add, 1.0):
            return
        first = self._reader(add)
        if first is None or self.nodes[first][0] != "Mul":
            return
        others = [name for name in self.nodes[first][2] if name != self.nodes[add][3][0]]
        if others == [x]:
            second = self._reader(first)
            if second is not None and self.nodes[second][0] == "Mul" and self._has_number(second, 0.5):
                yield from (add, first, second)
        elif self._has_number(first, 0.5):
            second = self._reader(first)
            if second is not None and self.nodes[second][0] == "Mul" and x in self.nodes[second][2]:
                yield from (add, first, second)
        elif len(others) == 1:
            half = self.maker(others[0], "Mul")
            if half is not None and self._has_number(half, 0.5) and x in self.nodes[half][2]:
                yield from (half, add, first)

    def _reader(self, place: int) -> int | None:
        """The one operator that reads what an operator makes."""
        (name,) = self.nodes[place][3][:1]
        return self.read_by.get(name) if self.uses[name] == 1 else None

    def _has_number(self, place: int, number: float) -> bool:
        found = self.split(place)
        return found is not None and self.number(found[1]) == number
