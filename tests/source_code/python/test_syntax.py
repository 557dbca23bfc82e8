# ruff: noqa: E501 (a source stands on one line)
"""Every class of Python's syntax is computed or makes unknown what it may have changed; each is tried."""

import ast
from typing import Any

import pytest

from tests.source_code.python.test_differential import check
from tests.source_code.python.vocabulary import follow
from visualizer.source_code.python import operations
from visualizer.source_code.python.expressions import COMPUTED_EXPRESSIONS, EXPRESSIONS, FORGOTTEN_EXPRESSIONS
from visualizer.source_code.python.patterns import PATTERNS
from visualizer.source_code.python.statements import COMPUTED_STATEMENTS, FORGOTTEN_STATEMENTS, STATEMENTS
from visualizer.source_code.python.values import Unknown

# What a node of another class holds, or no source has: whoever has it follows it.
PARTS = {
    "Module", "Interactive", "Expression", "FunctionType", "TypeIgnore",  # whole sources
    "Load", "Store", "Del", "Param", "AugLoad", "AugStore", "Suite",  # of names, and what earlier Pythons had
    "And", "Or", "comprehension", "ExceptHandler", "arguments", "arg", "keyword", "alias", "withitem", "match_case",
    "slice", "Index", "ExtSlice",
}  # fmt: skip
# Constants of Python 3.7, which are `Constant` today.
OLD = {"Num", "Str", "Bytes", "NameConstant", "Ellipsis"}


def concrete(base: type[ast.AST]) -> set[type[ast.AST]]:
    """The classes of a kind of syntax of which there are nodes."""
    found, waiting = set(), [base]
    while waiting:
        kind = waiting.pop()
        waiting.extend(kind.__subclasses__())
        if not kind.__subclasses__() and kind.__module__ in ("ast", "_ast") and kind.__name__ not in OLD:
            found.add(kind)
    return found


def test_every_expression_is_computed_or_forgotten():
    assert set(EXPRESSIONS) == concrete(ast.expr) | {ast.Constant}
    assert not COMPUTED_EXPRESSIONS.keys() & set(FORGOTTEN_EXPRESSIONS)


def test_every_statement_is_computed_or_forgotten():
    assert set(STATEMENTS) == concrete(ast.stmt)
    assert not COMPUTED_STATEMENTS.keys() & set(FORGOTTEN_STATEMENTS)


def test_every_pattern_and_operator_is_known():
    assert set(PATTERNS) == concrete(ast.pattern)
    assert set(operations._OPERATORS) == concrete(ast.operator)
    assert set(operations._UNARY) | {ast.Not} == concrete(ast.unaryop)
    identities = {ast.Is, ast.IsNot, ast.In, ast.NotIn}
    assert set(operations._COMPARISONS) | identities == concrete(ast.cmpop)


def test_no_other_syntax_exists():
    known = set(EXPRESSIONS) | set(STATEMENTS) | set(PATTERNS)
    known |= concrete(ast.operator) | concrete(ast.unaryop) | concrete(ast.cmpop)
    assert {kind.__name__ for kind in concrete(ast.AST) - known} - PARTS == set()


# For each class a source that uses it, with something that it may change.
SOURCES: dict[str, str] = {
    "Constant": "x = 1, 'a', b'b', None, True, ..., 2.5, 1j",
    "Name": "y = 1\nx = y",
    "Tuple": "x = (1, *[2, 3])",
    "List": "x = [1, *(2, 3)]",
    "Set": "x = {1, 2, 2}",
    "Dict": "x = {'a': 1, **{'b': 2}, 3: 4}",
    "Attribute": "class A: y = 1\nA.y = 2\nx = A.y",
    "UnaryOp": "x = -1, +2, ~3, not 4",
    "BinOp": "x = 7 // 2 * 3 % 4 - 5 / 2 + (1 << 3 >> 1 | 8 ^ 2 & 3) + 2 ** 3\ny = helper(1) @ x",
    "BoolOp": "y = []\ndef f():\n    y.append(1)\n    return 0\nx = f() or 0 and f() or 3",
    "Compare": "x = 1 < 2 <= 2 != 3 > 0 >= 0 == 0, 1 in [1], 2 not in (1,), None is None, 1 is not None",
    "Subscript": "y = [1, 2]\ny[0] = 5\nx = y[-1], y[0], {'a': 1}['a'], 'abc'[1]",
    "Slice": "y = list(range(9))\ny[1:3] = [7]\nx = y[::2], y[-2:]",
    "IfExp": "y = [0]\nx = y.append(1) if unsure() else 2",
    "Call": "def f(a, *b, c=1, **d):\n    return a, b, c, d\nx = f(1, *[2], c=3, **{'e': 4})",
    "Starred": "a, *x = [1, 2, 3]\n*y, b = 'abc'",
    "NamedExpr": "x = [(y := z) for z in range(3)]",
    "Lambda": "k = 1\nf = lambda a, b=k: a + b + k\nk = 5\nx = f(1)",
    "ListComp": "x = [(a, b) for a in range(4) if a % 2 for b in (1, 2) if b > 1]",
    "SetComp": "x = {a % 2 for a in range(4)}",
    "DictComp": "x = {a: a * 2 for a in range(4)}",
    "GeneratorExp": "y = [1]\ng = (y.append(a) for a in (1, 2))\nx = len(y)\nlist(g)\nz = len(y)",
    "JoinedStr": "y = 3.14159\nx = f'{y:.2f} {y!r} {1 + 1} {{}}'",
    "FormattedValue": "w = 6\nx = f'{5:>{w}}|{\"a\":<3}|{7:03d}'",
    "Await": "y = 1\nasync def f():\n    global y\n    y = await helper(1)\nx = y",
    "Yield": "y = 1\ndef f():\n    global y\n    y = yield 2\nx = y\ng = f()\nnext(g)\ny = 3\nlist(g)\nz = y",
    "YieldFrom": "y = []\ndef f():\n    yield from [y.append(1)]\nlist(f())\nx = len(y)",
    "Import": "import math, os.path as p\nx = math.ceil(1.5)",
    "ImportFrom": "from math import floor as f\nx = f(1.5)",
    "Assign": "x = y = [1]\n(a, [b, c]), x[0] = (1, [2, 3]), 4",
    "AnnAssign": "x: int = 1\ny: int",
    "AugAssign": "x = [1]\ny = x\ny += [2]\nz = 1\nz *= 5\nx[0] -= 3",
    "Expr": "x = []\nx.append(1)",
    "Delete": "x = [1, 2]\ndel x[0]\ny = {'a': 1}\ndel y['a']\nz = 1\ndel z",
    "Pass": "x = 1\npass",
    "Global": "x = 1\ndef f():\n    global x\n    x = 2\nf()",
    "Nonlocal": "def f():\n    y = 1\n    def g():\n        nonlocal y\n        y += 1\n    g()\n    return y\nx = f()",
    "Return": "def f(a):\n    for b in range(9):\n        if b == a:\n            return b\nx = f(3), f(10)",
    "Break": "x = 0\nfor a in range(9):\n    if a == 4:\n        break\n    x += a\nelse:\n    x = 100",
    "Continue": "x = 0\nfor a in range(9):\n    if a % 2:\n        continue\n    x += a\nelse:\n    x += 100",
    "Raise": "x = 0\ntry:\n    x = 1\n    raise KeyError('a')\n    x = 2\nexcept LookupError:\n    x += 10",
    "Assert": "x = 0\ntry:\n    assert x, 'no'\nexcept AssertionError:\n    x = 5",
    "If": "x = y = 0\nif unsure():\n    x = 1\nelif y:\n    y = 2\nelse:\n    y = 3",
    "Match": "x = 0\nmatch {'a': [1, 2, 3]}:\n    case {'b': _}:\n        x = 1\n    case {'a': [1, *y]} if len(y) == 2:\n        x = y",
    "Try": "x = []\ntry:\n    x.append(1)\n    helper(x)\nexcept ValueError as error:\n    x.append(2)\nelse:\n    x.append(3)\nfinally:\n    y = 4",
    "TryStar": "x = 0\ntry:\n    x = 1\n    helper(1)\nexcept* ValueError:\n    x = 2\nfinally:\n    y = 3",
    "With": "x = 0\nwith context() as y, context():\n    x = 1",
    "AsyncWith": "x = 0\nasync def f():\n    global x\n    async with y:\n        x = 1",
    "AsyncFor": "x = 0\nasync def f():\n    global x\n    async for x in y:\n        pass",
    "For": "x = [1]\nfor a, b in zip([1, 2], 'ab'):\n    x.append(b)\nelse:\n    x.append(a)",
    "While": "x = 10\nwhile x > 3:\n    x -= 2\nelse:\n    x *= 5",
    "FunctionDef": "def f(a, /, b=2, *, c=3):\n    'doc'\n    return a + b + c\nx = f(1, c=4)",
    "AsyncFunctionDef": "x = 0\nasync def f():\n    global x\n    x = 1\ny = x",
    "ClassDef": "class A:\n    y = 1\n    z = y + 1\n    def f(self):\n        return self.y\nclass B(A):\n    y = 5\nx = B().f(), B.z",
    "MatchValue": "x = 0\nmatch 2:\n    case 1:\n        x = 1\n    case 2:\n        x = 2",
    "MatchSingleton": "x = 0\nmatch None:\n    case False:\n        x = 1\n    case None:\n        x = 2",
    "MatchSequence": "match (1, [2]):\n    case [a, [b]]:\n        x = a, b",
    "MatchStar": "match [1, 2, 3]:\n    case [*x, y]:\n        pass",
    "MatchMapping": "match {'a': 1, 'b': 2}:\n    case {'a': y, **x}:\n        pass",
    "MatchClass": "x = 0\nmatch 3:\n    case str():\n        x = 1\n    case int(y):\n        x = y",
    "MatchAs": "match [1]:\n    case [_] as x:\n        pass",
    "MatchOr": "x = 0\nmatch 3:\n    case 1 | 3:\n        x = 2",
}  # fmt: skip


def test_every_class_has_a_source():
    tried = {kind.__name__ for kind in (*EXPRESSIONS, *STATEMENTS, *PATTERNS)}
    assert tried == SOURCES.keys()


@pytest.mark.parametrize("name", SOURCES)
def test_what_it_changes_is_right_or_unknown(name: str):
    source = SOURCES[name]
    assert any(type(node).__name__ == name for node in ast.walk(ast.parse(source)))
    for answers in ([0], [1], [4], [0, 1], [1, 0]):
        check(source, answers)


@pytest.mark.parametrize(
    ("source", "known"),
    [
        ("x = [a * 2 for a in range(3) if a]", [2, 4]),
        ("x = 0\nwhile x < 9:\n    x += 2", 10),
        ("def f(*a, **k):\n    return a, k\nx = f(1, b=2)", ((1,), {"b": 2})),
        ("class A:\n    def __init__(self):\n        self.w = 8\na = A()\na.w *= 2\nx = a.w", 16),
        ("try:\n    x = 1 / 0\nexcept ZeroDivisionError:\n    x = 7", 7),
        ("match 'b':\n    case 'a':\n        x = 1\n    case 'b':\n        x = 2", 2),
        ("def f(n):\n    return lambda k: n + k\nx = f(1)(2)", 3),
        ("x = sorted({'b': 1, 'a': 2}.items())", [("a", 2), ("b", 1)]),
        ("if unsure():\n    x = 1\nelse:\n    x = 1", 1),
        ("x = 0\nif unsure():\n    raise ValueError\nx = 1", 1),
        ("from dataclasses import dataclass\n@dataclass\nclass A:\n    w: int = 3\n    d: int = 4\na = A(d=5)\nx = a.w, a.d", (3, 5)),
    ],
)  # fmt: skip
def test_what_follows_from_the_text_is_known(source: str, known: Any):
    assert follow(source)["x"] == known


@pytest.mark.parametrize(
    "source",
    [
        "x = unsure()",
        "if unsure():\n    x = 1\nelse:\n    x = 2",
        "x = [1]\nhelper(x)\nx = x[0]",
        "x = 1\nfor a in many():\n    x = 2",
        "x = 1\nwhile unsure():\n    x = 2",
        "x = 0\nfor a in range(10**6):\n    x += a",
        "x = 1\ntry:\n    x = 2\n    helper(1)\nexcept ValueError:\n    pass",
        "@strange\ndef f():\n    return 1\nx = f()",
        "x = 1\nasync def f():\n    global x\n    x = 2\nx = f()",
    ],
)
def test_what_does_not_follow_is_unknown(source: str):
    assert isinstance(follow(source)["x"], Unknown)
