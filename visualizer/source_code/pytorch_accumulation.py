"""Finds where a training loop adds up the gradients of several batches before it changes the weights."""

import ast
from collections.abc import Iterator
from typing import TypeGuard


def accumulations(module: ast.Module) -> Iterator[tuple[int, ast.expr]]:
    """The lines of an optimiser's `step` that is called once for several batches, with how many, where that is said.

    A loop computes gradients in each turn, and calls `step` only under a condition on what is left of a division, such
    as `if (i + 1) % 4 == 0`.
    """
    named = {
        target.id: node.value
        for node in ast.walk(module)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for loop in ast.walk(module):
        if isinstance(loop, ast.For | ast.While) and any(map(_computes_gradients, _unconditional(loop.body))):
            for node in loop.body:
                yield from _in_branches(node, named)


def _in_branches(statement: ast.stmt, named: dict[str, ast.expr]) -> Iterator[tuple[int, ast.expr]]:
    if isinstance(statement, ast.With):
        for inner in statement.body:
            yield from _in_branches(inner, named)
    if not isinstance(statement, ast.If):
        return
    test = named.get(statement.test.id, statement.test) if isinstance(statement.test, ast.Name) else statement.test
    rest = next((node for node in ast.walk(test) if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod)), None)
    inside = [node for item in statement.body for node in ast.walk(item)]
    if rest is None or any(map(_computes_gradients, inside)):
        return
    for node in inside:
        if _is_step(node):
            yield node.lineno, rest.right
            return


def _unconditional(statements: list[ast.stmt]) -> Iterator[ast.AST]:
    """What is in some statements, but for the branches of conditions."""
    waiting: list[ast.AST] = list(statements)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, ast.If | ast.For | ast.While | ast.FunctionDef):
            waiting.extend(ast.iter_child_nodes(node))


def _computes_gradients(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "backward"


def _is_step(node: ast.AST) -> TypeGuard[ast.Call]:
    """Whether it is the `step` of an optimiser, or of what scales its gradients, and not of a plan of its rate."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "step"):
        return False
    owner = ast.unparse(node.func.value).lower()
    return "sched" not in owner and "plateau" not in owner
