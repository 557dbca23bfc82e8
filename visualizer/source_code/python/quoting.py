"""The code of a node, for notes."""

import ast
from typing import Any

from visualizer.source_code.python_source import MAX_TEXT

# Characters of expressions that are unparsed for notes: of one, and of all; others are quoted as written.
_MAX_UNPARSED, _MAX_UNPARSED_TOTAL = 400, 200_000


class Quotes:
    """Quotes a source; `lines` are as in `Parsed`."""

    def __init__(self, lines: list[bytes]) -> None:
        self._lines = lines
        self._texts: dict[int, str] = {}
        self._unparsed = 0

    def text(self, node: ast.AST) -> str:
        """The start of a node's code; computed once, as a loop may ask for it often."""
        if id(node) not in self._texts:
            self._texts[id(node)] = self._format(node)
        return self._texts[id(node)]

    def _format(self, node: Any) -> str:
        """The code of a short node as Python writes it; the start of a long node as it is in the source."""
        if getattr(node, "lineno", None) is None or node.end_lineno is None:
            return ""
        rows = self._lines[node.lineno - 1 : node.end_lineno][:_MAX_UNPARSED]
        if node.end_lineno - node.lineno < len(rows):
            rows[-1] = rows[-1][: node.end_col_offset]
        rows[0] = rows[0][node.col_offset :]
        start = b"\n".join(row[: _MAX_UNPARSED + 1] for row in rows)
        self._unparsed += len(start)
        if len(start) <= _MAX_UNPARSED and self._unparsed <= _MAX_UNPARSED_TOTAL:
            try:
                return ast.unparse(node)[:MAX_TEXT]
            except (ValueError, RecursionError):
                pass
        return " ".join(start.decode(errors="ignore").split())[:MAX_TEXT]
