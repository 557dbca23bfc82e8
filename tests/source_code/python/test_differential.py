# ruff: noqa: E501 (a source stands on one line)
"""Whatever a program gives its names when it is run, following it gives the same or an Unknown: no other value."""

import contextlib
import itertools
from collections.abc import Iterator
from math import isnan
from typing import Any

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from tests.source_code.python.programs import PRELUDE, programs
from tests.source_code.python.vocabulary import follow
from visualizer.source_code.python.values import REST, Class, Function, Instance, Partial, Stream, Symbol, Unknown, View
from visualizer.source_code.python_source import SourceError

PLAIN = (int, float, complex, str, bytes, type(None), type(...), range, slice)


class World:
    """What the programs ask for: answers that nobody who reads the program knows."""

    def __init__(self, answers: list[int]) -> None:
        self._answers = itertools.cycle(answers)

    def unsure(self) -> int:
        return next(self._answers)

    def many(self) -> Iterator[int]:
        return iter(range(next(self._answers) % 4))

    def helper(self, *things: Any) -> Any:
        """Changes what it is given, and returns some of it."""
        for thing in things:
            answer = next(self._answers)
            if isinstance(thing, list):
                thing.append(answer)
            elif isinstance(thing, dict):
                thing["k"] = answer
            elif hasattr(thing, "count") and not isinstance(thing, str | tuple):
                thing.count = answer
        if next(self._answers) > 3:
            raise ValueError
        return things[0]

    def context(self) -> Any:
        return contextlib.nullcontext()

    def names(self) -> dict[str, Any]:
        return {"unsure": self.unsure, "many": self.many, "helper": self.helper, "context": self.context}


def differs(followed: Any, ran: Any, depth: int = 0) -> str:
    """What is wrong of a value; empty for nothing."""
    if isinstance(followed, Unknown | Symbol) or depth > 6:
        return ""
    if isinstance(followed, list | tuple) and any(
        isinstance(item, Unknown) and type(item) is not Unknown for item in followed
    ):
        return ""  # a Rest
    if isinstance(followed, dict):
        if REST in followed:
            return ""
        if not isinstance(ran, dict) or list(followed) != list(ran):
            return f"{followed!r} is not {ran!r}"
        return next(filter(None, (differs(followed[key], ran[key], depth + 1) for key in ran)), "")
    if isinstance(followed, list | tuple):
        if type(followed) is not type(ran) or len(followed) != len(ran):
            return f"{followed!r} is not {ran!r}"
        return next(filter(None, (differs(*pair, depth + 1) for pair in zip(followed, ran, strict=True))), "")
    if isinstance(followed, set):
        rest = any(isinstance(item, Unknown) for item in followed)
        return "" if rest or followed == ran else f"{followed!r} is not {ran!r}"
    if isinstance(followed, Instance):
        if REST in followed.attributes:
            return ""
        if isinstance(ran, tuple):
            return differs(tuple(followed.attributes.values()), tuple(ran), depth + 1)
        sure = {name for name, value in followed.attributes.items() if not isinstance(value, Unknown)}
        alike = sure <= set(vars(ran)) <= set(followed.attributes)
        if followed.created_from.name != type(ran).__name__ or not alike:
            return f"{followed!r} is not {ran!r}"
        attributes = ((followed.attributes[name], value) for name, value in vars(ran).items())
        return next(filter(None, (differs(*pair, depth + 1) for pair in attributes)), "")
    if isinstance(followed, Class) and followed.is_record:
        return ""
    if isinstance(followed, Class):
        values = ((name, value) for name, value in followed.attributes.items() if not isinstance(value, Function))
        return next(filter(None, (differs(value, getattr(ran, name, None), depth + 1) for name, value in values)), "")
    if isinstance(followed, Function | Partial | Stream | View):
        return ""
    assert isinstance(followed, PLAIN), followed
    return (
        ""
        if type(followed) is type(ran) and (followed == ran or (isinstance(followed, float) and isnan(followed)))
        else f"{followed!r} is not {ran!r}"
    )


def check(program: str, answers: list[int]) -> None:
    """Run a program with some answers, follow it without them, and compare all names."""
    names = World(answers).names()
    given_names = set(names)
    try:
        exec(compile(program, "program", "exec"), names)  # noqa: S102
    except (Exception, RecursionError):
        return  # there is nothing after it
    try:
        followed = follow(program)
    except SourceError:
        return
    for name, value in followed.items():
        if name in names and name not in given_names:
            wrong = differs(value, names[name])
            assert not wrong, f"{name}: {wrong}"


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(programs, st.lists(st.integers(0, 5), min_size=1, max_size=6))
def test_no_name_has_another_value_than_when_it_is_run(program, answers):
    note(PRELUDE + program)
    check(PRELUDE + program, answers)


@pytest.mark.parametrize(
    "program",
    [
        "x = 0\nfor i in range(3):\n    if unsure():\n        break\n    x += 1",
        "def f():\n    if unsure():\n        return 1\n    return 2\nx = f() + 1",
        "a, b = [1], [2]\nc = a if unsure() else b\nc.append(3)\nx = len(a)",
        "a = [1]\nb = {'a': a}\nhelper(b)\nx = len(a)",
        "x = 1\ntry:\n    x = 2\n    helper(1)\n    x = 3\n    helper(1)\nexcept ValueError:\n    pass",
        "x = [1, 2]\nz = zip(x, x)\nx.append(3)\ny = list(z)\nw = list(z)",
        "k = 1\ng = (i * k for i in range(3))\nk = 5\nx = list(g)",
        "fs = []\nfor i in range(3):\n    fs.append(lambda: i)\nx = fs[0]()",
        "def f(a=[]):\n    a.append(1)\n    return len(a)\nx = f() + f()",
        "x = 1\ndef f():\n    x = 2\n    class A:\n        y = x\n    return A.y\nz = f()",
        "x = 5\nclass A:\n    x = 6\n    def f(self):\n        return x\ny = A().f()",
        "d = {}\nk = d.keys()\nd['a'] = 1\nx = list(k)",
        "x = [0]\nfor i in x:\n    if len(x) < 4:\n        x.append(i)\ny = len(x)",
        "x = y = 0\nwhile x < 10:\n    x += 1\n    if x % 2:\n        continue\n    y += x\nelse:\n    y += 100",
        "x = 0\ndef g():\n    global x\n    x += 1\n    return True\ny = unsure() and g()",
        "x = 0\ndef g():\n    global x\n    x += 1\n    return 1\ny = [g() for _ in many()]",
        "class A:\n    def __add__(s, o):\n        s.x = 1\n        return 3\na = A()\na.x = 0\nb = a + 1\nc = a.x",
        "def gen():\n    global x\n    x = 1\n    yield 1\nx = 0\ng = gen()\ny = x\nz = list(g)\nw = x",
        "x = 1\nwith context() as x:\n    pass",
        "x = {1, 2}\nfor i in {3, 1}:\n    y = i\nx |= {4}\nz = sorted(x)",
        "x = True\nx += 1\ny = 1.0 * 2\nz = 7 // 2.0\nw = -7 % 3\nv = 2 ** -1",
        "a = b = []\na += [1]\nc = b\na = a + [2]",
        "a = (1, 2)\nb = a\na += (3,)",
        "x = [i for i in range(3)]\ni = 9\ny = [i for i in x]\nz = i",
        "x = 0\nmatch {'k': 1}:\n    case {'k': v, **r}:\n        x = v, r",
        "import math\nx = math.ceil(2.1), math.prod([2, 3]), round(2.5), round(3.14159, 2)",
        "def f(*a, b=1, **k):\n    return a, b, k\nx = f(1, *[2, 3], **{'c': 4})\ny = f(b=2)",
        "x = 'a-b'.split('-'), '%03d' % 7, '{:>4}'.format('q'), f'{3.14159:.2f}', 'abc'[::-1]",
        "x = 0\nfor i in range(100000):\n    x += i",
        "x = 0\nwhile unsure() < 9 and x < 50:\n    x += 1\n",
        "x = y = 0\nfor i in (1, 2):\n    for j in (1,):\n        x += 1\n    else:\n        if unsure():\n            break\nelse:\n    y = 1",
        "def f():\n    for i in range(3):\n        if unsure():\n            break\n        return 5\n    return 6\nx = f()",
        "def f():\n    for i in many():\n        if i == 1:\n            return 5\n    return 6\nx = f()",
        "x = 0\nfor i in many():\n    pass\nelse:\n    x = 1",
        "def f(n):\n    return 1 if n == 0 else n * f(n - 1)\nx = f(5)\ny = f(30)",
        "k = 1\nout = []\nfor x in (k * i for i in range(3)):\n    k = 5\n    out.append(x)",
        "xs = [1,2,3]\nout = []\nfor x in (len(xs) for i in range(3)):\n    xs.append(x)\n    out.append(x)",
        "xs = [1,2,3]\nys = xs\nout = []\nfor x in (len(xs) for i in range(3)):\n    ys.append(x)\n    out.append(x)",
        "def g(n):\n    w = 1\n    while w < n:\n        yield w\n        w *= 2\nx = list(g(9))\ny = [q + 1 for q in g(5)]\nz = 0\nfor q in g(20):\n    z += q\nt = (*g(3), 7)",
        "def g():\n    yield 1\n    if unsure():\n        yield 2\n    yield 3\nx = list(g())\ny = len(x)",
        "def g():\n    yield 1\n    if unsure():\n        return\n    yield 3\nx = list(g())\ny = len(x)",
        "def g():\n    for i in many():\n        yield i\nx = list(g())\ny = len(x)\nz=0\nfor q in g():\n    z += 1",
        "def h():\n    yield 5\ndef g():\n    yield 1\n    yield from h()\n    yield from many()\n    yield from (7, 8)\nx = list(g())\ny = x[0]\nz=x[1]",
        "def h():\n    yield 5\ndef g():\n    yield 1\n    yield from h()\n    yield from (7, 8)\nx = list(g())\n",
        "c = 0\ndef f(q):\n    global c\n    c += 1\n    return c + q\nx = [f(0) for q in map(f, [1,2,3])]\ny = list(map(f, [1, 2]))\nout = []\nfor q in map(f, [1,2]):\n    out.append(c)\nz = c",
        "x = list(map(lambda q: q * 2, [1, 2, 3]))\ny = list(map(lambda a, b: a + b, [1, 2], (3, 4, 5)))\nz = [*map(str, range(3))]\nw = dict(map(lambda q: (q, q * q), [1, 2]))\nv = list(filter(lambda q: q > 1, [1, 2, 3]))\nu = list(map(unsure, []))\ns = sum(map(lambda q: unsure(), [1]))",
        "def g():\n    while True:\n        yield 1\nx = 0\nfor i in g():\n    x += 1\n    if x > 5:\n        break",
        "def g(xs):\n    for x in xs:\n        yield x\n        xs.append(9)\n        if len(xs) > 5:\n            return\nxs = [1]\nn = 0\nfor q in g(xs):\n    n += len(xs)\nm = len(xs)",
        "def g(n):\n    if n:\n        yield n\n        yield from g(n - 1)\nx = list(g(4))\ny = list(g(40))",
        "def g():\n    x = yield 1\n    y = yield x\n    yield y\nz = list(g())",
        "try:\n    out = []\n    def g():\n        yield 1\n        raise ValueError\n    for q in g():\n        out.append(q)\nexcept ValueError:\n    out.append(9)",
        "class A:\n    def __init__(self):\n        self.n = 0\n    def up(self):\n        self.n += 1\n        return self.n\n    def items(self):\n        yield self.up()\n        yield self.up()\na = A()\nout = []\nfor q in (a.up() for _ in range(3)):\n    out.append(a.n)\nz = list(a.items())\nw = a.n",
        "d = {'a': [1]}\nxs = d['a']\nout = []\nfor x in (len(xs) for i in range(3)):\n    d['a'].append(x)\n    out.append(x)",
        "a = 1\nxs = [1, 2]\ndef use(q):\n    return q + a\nout = []\nfor x in map(use, xs):\n    a += 1\n    out.append(x)",
        "def g():\n    global a\n    a = 1\n    yield a\n    a = 2\n    yield a\na = 0\nout = []\nfor x in g():\n    out.append((x, a))\nb = a",
        "from collections import namedtuple\nB = namedtuple('B', 'w k', defaults=[3])\nb = B(4)\nx, y = b\nz = b[1] + len(b)\nw = [k + 1 for k in b]\nt = (*b, 5)\nu = B(k=1, w=2).w\nv = list(b)",
        "from typing import NamedTuple\nclass B(NamedTuple):\n    w: int\n    k: int = 3\n    def both(self):\n        return self.w * self.k\nb = B(2)\nx = b.both()\ny, z = b\nw = b == (2, 3)\nv = b._replace(w=9).w",
        "from types import SimpleNamespace\nc = SimpleNamespace(a=1)\nd = c\nd.a += 1\nx = c.a\nc.b = 5\ny = d.b",
        "from enum import Enum\nclass S(Enum):\n    A = 8\n    B = 9\ns = S.A\nx = s.value\ny = s is S.B\nz = s == S.A\nw = S(8) is S.A\nv = s.name\nu = s != S.B\nt = [m.value for m in S]\nm = S['B'].value",
        "from dataclasses import dataclass\n@dataclass\nclass C:\n    w: int = 2\n    k: int = 3\nxs = [5, 6]\nhelper(xs)\nc = C(*xs[:2])\nx, y = c.w, c.k\nd = {'k': 7}\nhelper(d)\nd.pop('k0', 0)\ne = C(**{q: v for q, v in d.items() if q == 'k'})\nz = e.k\nw = e.w",
        "from collections import namedtuple\nB = namedtuple('B', ['w', 'k'])\nxs = [1, 2]\nif unsure():\n    xs = [3, 4]\nb = B(*xs)\nx, y = b\nz = b[0]",
    ],
)
def test_programs_that_are_easily_read_wrongly(program):
    for answers in ([0], [1], [4], [0, 1], [1, 0], [2, 5, 0], [3, 0, 0, 1]):
        check(program, answers)


@pytest.mark.parametrize(
    ("program", "value"),
    [
        ("def g(n):\n    w = 1\n    while w < n:\n        yield w\n        w *= 2\nx = list(g(9))", [1, 2, 4, 8]),
        ("def g():\n    yield 1\n    yield from (2, 3)\nx = 0\nfor q in g():\n    x += q", 6),
        ("x = [q + 1 for q in map(lambda q: q * 2, [1, 2])]", [3, 5]),
        ("x = [*map(lambda a, b: a + b, (1, 2), (3, 4, 5))]", [4, 6]),
        ("def g(xs):\n    yield xs.append(g)\nxs = []\nfor q in g(xs):\n    xs.append(1)\nx = 5", 5),
        (
            "from collections import namedtuple\nB = namedtuple('B', 'w k', defaults=[3])\nb = B(4)\nw, k = b\nx = [w, k, b.k, b[0], len(b), *b]",
            [4, 3, 3, 4, 2, 4, 3],
        ),
        (
            "from typing import NamedTuple\nclass B(NamedTuple):\n    w: int\n    k: int = 3\n    def both(self):\n        return self.w * self.k\nx = B(2).both()",
            6,
        ),
        ("from types import SimpleNamespace\nc = SimpleNamespace(a=1)\nc.a += 1\nx = c.a", 2),
        (
            "from enum import Enum\nclass S(Enum):\n    A = 8\n    B = 9\ns = S.B\nx = [s.value, s.name, s is S.A, s == S.B]",
            [9, "B", False, True],
        ),
    ],
)
def test_what_courses_write_beside_plain_functions_is_read(program, value):
    assert follow(program)["x"] == value


def test_what_a_loop_may_have_set_is_not_what_the_class_says():
    program = (
        "if not unsure():\n    o.step = 5\nfor i in xs:\n    if unsure():\n        break\n    p.step = 7\nx = p.step\n"
    )
    for answers in ([0], [1], [0, 1]):
        check(PRELUDE + program, answers)
    assert isinstance(follow(PRELUDE + program)["x"], Unknown)
