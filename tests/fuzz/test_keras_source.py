"""Whatever is pasted as Keras source: a network, or a sentence; nothing of it is run, and none of it costs much."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.damage import damaged_sources
from tests.fuzz.hostile import many
from tests.source_code.keras_sources import EXAMPLES
from visualizer.architecture.architecture import summarize
from visualizer.architecture.goal import class_goal
from visualizer.errors import UserError
from visualizer.source_code.keras_reader import read_keras
from visualizer.source_code.notes import MAX_NOTES, MAX_RANGES
from visualizer.source_code.python import budget
from visualizer.source_code.python_source import MAX_CHARACTERS, SourceError
from visualizer.training.settings import TrainingSettings

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [example.source for example in EXAMPLES.values()]
LINES = sorted({line for source in SOURCES for line in source.splitlines() if line.strip()})


def read(source: str) -> None:
    try:
        reading = read_keras(source, 10)
    except UserError:
        return
    str(summarize(reading.architecture, class_goal(10)).problem)
    TrainingSettings(**reading.settings)


# ---- Sources that are real, with damage

TOKENS = ["(", ")", "[", "]", "{", "}", ",", ":", "=", "*", "**", ".", "-", "lambda", "for", "in", "if", "else", "None"]
TOKENS += [
    "def f(x):",
    "return",
    "while True:",
    "x",
    "model",
    "1e999",
    "10**99",
    '"relu"',
    "'''",
    "\n    ",
    "\n",
    "\x00",
]


@many(120)
@given(damaged_sources(SOURCES, TOKENS, LINES))
def test_a_real_source_with_damage(source):
    read(source)


@many(60)
@given(st.lists(st.sampled_from(LINES), max_size=25).map("\n".join))
def test_lines_of_real_sources_in_any_order(source):
    read(source)


# ---- Sources that grow from a grammar

NAMES = st.sampled_from(["x", "model", "layers", "Conv2D", "keras", "i", "Sequential", "f", "self", "Input", "range"])
LITERALS = st.sampled_from(
    ["1", "-3", "2.5", "1e400", "10**9", "'relu'", "None", "True", "(3, 3)", "[]", "{}", "...", "b'x'"]
)


def _compound(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.tuples(parts, parts)
    return st.one_of(
        st.tuples(parts, st.sampled_from("+-*/%@&|"), parts).map(" ".join).map("({})".format),
        pair.map(lambda two: f"{two[0]} ** {two[1]}"),
        pair.map(lambda two: f"{two[0]}[{two[1]}]"),
        pair.map(lambda two: f"[{two[0]} for i in {two[1]}]"),
        pair.map(lambda two: f"{{{two[0]}: {two[1]}}}"),
        st.tuples(NAMES, st.lists(parts, max_size=3)).map(lambda call: f"{call[0]}({', '.join(call[1])})"),
        st.tuples(NAMES, NAMES, parts).map(lambda call: f"{call[0]}.{call[1]}({call[2]}, units={call[2]})"),
        st.tuples(parts, parts, parts).map(lambda three: f"({three[0]} if {three[1]} else {three[2]})"),
        parts.map("lambda x: {}".format),
        parts.map("*{},".format),
        parts.map("f'{{{}}}'".format),
        parts.map("(y := {})".format),
    )


EXPRESSIONS = st.recursive(NAMES | LITERALS, _compound, max_leaves=10)


def _indented(body: str) -> str:
    return "\n".join(f"    {line}" for line in body.splitlines())


STATEMENTS = st.recursive(
    st.one_of(
        st.tuples(NAMES, EXPRESSIONS).map(" = ".join),
        st.tuples(NAMES, EXPRESSIONS).map(" += ".join),
        EXPRESSIONS,
        st.sampled_from(
            ["import keras", "from keras.layers import *", "pass", "return x", "break", "global x", "del x"]
        ),
        EXPRESSIONS.map("model.add({})".format),
    ),
    lambda bodies: st.one_of(
        st.tuples(bodies, bodies).map("\n".join),
        st.tuples(NAMES, EXPRESSIONS, bodies).map(lambda s: f"for {s[0]} in {s[1]}:\n{_indented(s[2])}"),
        st.tuples(EXPRESSIONS, bodies).map(lambda s: f"while {s[0]}:\n{_indented(s[1])}"),
        st.tuples(EXPRESSIONS, bodies, bodies).map(
            lambda s: f"if {s[0]}:\n{_indented(s[1])}\nelse:\n{_indented(s[2])}"
        ),
        st.tuples(NAMES, bodies).map(lambda s: f"def {s[0]}(x, *a, **k):\n{_indented(s[1])}\n{s[0]}({s[0]})"),
        st.tuples(NAMES, bodies).map(
            lambda s: f"class {s[0]}(keras.Model):\n    def __init__(self):\n{_indented(_indented(s[1]))}"
        ),
        bodies.map(lambda body: f"try:\n{_indented(body)}\nexcept Exception as x:\n    raise"),
        bodies.map(lambda body: f"with keras as x:\n{_indented(body)}"),
    ),
    max_leaves=6,
)


@many(200)
@given(st.lists(STATEMENTS, max_size=5).map("\n".join))
def test_a_source_of_the_grammar(source):
    read(source)


@many(60)
@given(st.text(max_size=80))
def test_any_text_as_source(source):
    read(source)


# ---- Sources that are made to break whoever reads them

# Each may take 100 MB, in a process of its own: what breaks Python itself would end the tests. All together have the
# processor for less than a second each. 100,000 characters is the most that may be pasted.
_READ = """
import json, resource, sys
from visualizer.errors import UserError
from visualizer.source_code.keras_reader import read_keras
read_keras("model = Sequential([Dense(1)])", 10)
sources = json.load(sys.stdin)
resource.setrlimit(resource.RLIMIT_CPU, (len(sources), len(sources)))
for name, source in sources.items():
    with open("/proc/self/statm") as memory:
        taken = int(memory.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + 100_000_000, resource.RLIM_INFINITY))
    try:
        read_keras(source, 10)
        print(name, "read")
    except UserError:
        print(name, "refused")
"""
_MODEL = "from keras import *\nfrom keras.layers import *\nfrom functools import partial\n"
_OFTEN = "for i in range(1000):\n for j in range(12):\n  "
_LONG = "a = list(range(1000))\n"
_STACK = _MODEL + "m = Sequential([ReLU()] * 1000)\n"


def _many(form: str, count: int) -> str:
    return ",".join(form.format(number) for number in range(count))


# A few characters that make very much, each in its own way.
GROWING = {
    "a model added to itself": _MODEL + "m = Sequential([Dense(1)])\nfor i in range(40):\n  m.add(m)",
    "models in models": _MODEL + "m = Sequential([Dense(1)])\nfor i in range(40):\n  m = Sequential([m, m])",
    "a model called": _STACK + "x = Input((8, 8, 1))\n" + _OFTEN + "m(x)",
    "a model of what was called": _STACK + "x = Input((8, 8, 1))\nfor i in range(40):\n  m = Model(x, m(m(x)))",
    "a long chain": _MODEL + "x = Input((8, 8, 1))\n" + _OFTEN + "x = ReLU()(x)",
    "a list of layers": _MODEL + "a = [ReLU()] * 1000\n" + _OFTEN + "Sequential(a)",
    "zip": _LONG + "b = [a for i in range(1000)]\n" + _OFTEN + "zip(*b)",
    "zip that is kept": _LONG + "b = [a for i in range(1000)]\nc = [zip(*b) for i in range(900)]",
    "zip of a list of itself": "a = []\nfor i in range(900):\n  a.append(a)\n" + _OFTEN + "zip(*a)",
    "enumerate": _LONG + "b = [enumerate(a) for i in range(1000)]",
    "tuple": _LONG + "b = [tuple(a) for i in range(1000)]",
    "reversed": _LONG + "b = [reversed(a) for i in range(1000)]",
    "times": "a = [1]\nb = [a * 1000 for i in range(1000)]",
    "plus": "a = [1] * 500\nb = [a + a for i in range(1000)]",
    "extend": "a = [1] * 900\nb = []\n" + _OFTEN + "b = []\n  b.extend(a)",
    "stars": _LONG + "b = [[*a, *a, *a] for i in range(1000)]",
    "stars of a call": _LONG + _OFTEN + "f(*a)",
    "stars of a dictionary": "d = {" + _many("'a{}': 1", 5_000) + "}\n" + _OFTEN + "f(**d)",
    "partial": _MODEL + _LONG + "f = Dense\nfor i in range(1000):\n  f = partial(f, *a)\nf()",
    "partial with names": "from functools import partial\nf = partial(g, "
    + _many("a{}=1", 900)
    + ")\n"
    + _OFTEN
    + "f()",
    "lists in lists": "a = [1] * 1000\nb = [a] * 1000\n" + _OFTEN + "f(b)",
    "lists of nothing": "a = []\nfor i in range(900):\n  a = [a, a]\n" + _OFTEN + "f(a)",
    "parameters": "def f(" + _many("a{}", 8_000) + "):\n  return 1\n" + _OFTEN + "f()",
    "targets": _OFTEN + "x = " * 15_000 + "1",
    "targets in a loop": "for (" + "x," * 15_000 + ") in range(1000):\n  pass",
    "imports": _OFTEN + "import " + ", ".join(["x"] * 15_000),
    "measures": _STACK + "a = [f()] * 1000\n" + _OFTEN + "m.compile('adam', 'mse', metrics=a)",
    "an optimiser": _STACK + "o = Adam(" + _many("a{}=1", 5_000) + ")\n" + _OFTEN + "m.compile(o, 'mse')",
    "what is no layer": _STACK + "o = Foo(" + "1," * 15_000 + ")\n" + _OFTEN + "m.add(o)",
    "shapes": _MODEL + _LONG + _OFTEN + "Dense(1, batch_input_shape=a)",
    "outputs": _MODEL + "x = Input((8, 8, 1))\nm = Model(x, [ReLU()(x)] * 1000)\n" + _OFTEN + "m(x)",
    "what a list holds": _LONG + _OFTEN + "2000 in a",
    "kernels": _MODEL + _LONG + _OFTEN + "Conv2D(1, a)",
}


@pytest.mark.parametrize("name", GROWING)
def test_what_is_made_is_counted_whatever_makes_it(name):
    with pytest.raises(SourceError, match=r"Line \d+ makes lists, arguments or layers in the hundred thousands"):
        read_keras(GROWING[name][:MAX_CHARACTERS], 10)


def test_a_network_as_large_as_any_that_fits_is_far_from_the_bounds(monkeypatch):
    """A long functional network, in a program with much else in it."""
    monkeypatch.setattr(budget, "MAX_ENTRIES", budget.MAX_ENTRIES // 5)
    source = _MODEL + "x = i = Input((32, 32, 3))\n" + "x = Conv2D(8, 3, padding='same', activation='relu')(x)\n" * 59
    source += (
        "m = Model(i, Flatten()(x))\nm.compile('adam', 'mse', metrics=['accuracy'])\n" + "print(plot(1, 2))\n" * 2_000
    )
    assert len(read_keras(source).architecture.layers) == 60


_BRANCHES = _MODEL + "i = Input((8, 8, 1))\nx = ReLU()(i)\ny = ReLU()(x)\n"
NASTY = GROWING | {
    "range": "b = [range(1000) for i in range(1000)]",
    "len": _LONG + _OFTEN + "len(a)",
    "methods": _OFTEN + "class A:\n" + "   def f(x): y\n" * 4_000,
    "decorators": "class A:\n" + " @x\n" * 9_000 + " def f(s): y\na = A()\n" + _OFTEN + "a.f",
    "branches": _OFTEN + "if f: continue; " + "a = 1; " * 9_000,
    "everything joined with everything": _BRANCHES
    + "a = [x]\nfor k in range(999):\n  a.append(concatenate(a))\nModel(i, a)",
    "a model that doubles": _BRANCHES + "m = Model(i, x)\nfor k in range(40):\n  m = Model(i, m(x) + m(y))",
    "models in models in models": _BRANCHES + "m = Model(i, x)\nfor k in range(900):\n  m = Model(i, m(x))",
    "sums of sums": _BRANCHES + _OFTEN + "x = x + x\nModel(i, x)",
    "functions in functions": _BRANCHES + "def f(x):\n  return f(x) + f(x)\nModel(i, f(x))",
    "a model for each layer": _BRANCHES + "for k in range(900):\n  x = x + y\n  Model(i, x)",
    "vectors that double": _BRANCHES + "x = Flatten()(x)\nfor k in range(900):\n  x = concatenate([x, x])\nModel(i, x)",
    "brackets": "x = " + "(" * 90_000,
    "closed brackets": "x = " + "(" * 150 + ")" * 150,
    "lists": "x = " + "[" * 150 + "]" * 150,
    "more lists": "x = " + "[" * 45_000 + "]" * 45_000,
    "minus": "x = " + "-" * 90_000 + "1",
    "not": "x = " + "not " * 24_000 + "1",
    "sum": "x = 1" + "+1" * 45_000,
    "powers": "x = " + "2**" * 30_000 + "2",
    "large power": "x = 10**10**10**10",
    "attributes": "x = a" + ".b" * 45_000,
    "calls": "x = a" + "()" * 45_000,
    "arguments": "x = " + "f(" * 25_000 + ")" * 25_000,
    "subscripts": "x = a" + "[0]" * 30_000,
    "comparisons": "x = 1" + "<1" * 45_000,
    "conditions": "x = " + "1 if 1 else " * 8_000 + "1",
    "lambdas": "x = " + "lambda: " * 12_000 + "1",
    "else if": "if a:\n  pass\n" + "elif a:\n  pass\n" * 6_000,
    "deep blocks": "".join(" " * depth + "if 1:\n" for depth in range(99)) + " " * 99 + "pass",
    "many digits": "x = " + "9" * 90_000,
    "many hex digits": "x = 0x" + "f" * 90_000,
    "product of digits": "x = " + "9" * 4_000 + ("*" + "9" * 4_000) * 20,
    "growing number": "x = 9\nfor i in range(1000):\n  x = x * x",
    "growing text": "x = 'a'\nfor i in range(1000):\n  x = x + x",
    "growing list": "x = [1]\nfor i in range(1000):\n  x = x + x",
    "list of itself": "x = []\nx.append(x)\nmodel = Sequential(x)",
    "large text": "x = 'a' * 10**10",
    "large list": "x = [0] * 10**10",
    "large range": "for i in range(10**10):\n  for j in range(10**10):\n    x = 1",
    "large format": "x = f'{1:1000000000}'\ny = '%1000000000d' % 1\nz = 'a'.ljust(10**10)",
    "endless loop": "while True:\n  x = 1",
    "endless recursion": "def f(x):\n  return f(x)\nf(1)",
    "two recursions": "def f(x):\n  return f(x) + f(x)\nf(1)",
    "doubling": "a = [Dense(1)] * 10\n" + "a = a * 10\n" * 40 + "model = Sequential(a)",
    "products": "x = [[[[i for i in range(99)] for j in range(99)] for k in range(99)] for l in range(99)]",
    "shadowed": "range = list\nSequential = range\nmodel = Sequential([Sequential])",
    "many layers": _MODEL + "m = Sequential()\nfor i in range(1000):\n  for j in range(1000):\n    m.add(Dense(1))",
    "large layers": _MODEL + "m = Sequential([Input((8, 8, 1)), Conv2D(10**12, 10**12), Dense(10**300)])",
    "input without end": _MODEL + "m = Sequential([Input((10**9, 10**9, 3)), Flatten(), Dense(1)])",
    "reused input": _MODEL + "i = Input((8, 8, 1))\nx = i\nfor k in range(1000):\n  x = Add()([x, x])\nm = Model(i, x)",
    "text with everything": "x = '''" + "\\N{BULLET}" * 9_000 + "'''",
    "bad escapes": "x = '" + "\\d" * 40_000 + "'",
    "null": "x = 1\x00",
    "half a pair": "x = '\ud800'",
    "coding": "# -*- coding: utf-7 -*-\nx = '+AGE-'",
    "form feeds": "\f" * 90_000,
    "tabs and spaces": "if 1:\n\tx = 1\n        y = 2",
    "continuations": "x = \\\n" * 30_000 + "1",
    "semicolons": ";".join(["x=1"] * 25_000),
    "globals": "__import__('os')._exit(3)\nexec('raise SystemExit')\nquit()\nexit(4)",
    "too long": "x" * 100_001,
    "too many words": "x;" * 49_000,
    "as many words as may be": "x;" * 19_900,
    "texts inside one another": "x = " + "(a@" * 90 + "[" + "x," * 18_000 + "]" + ")" * 90,
    "texts of long chains": "\n".join(["x = " + "@".join("a" * 400)] * 45),
    "unknown for many": "(" + "x," * 15_000 + ") = f()",
    "path that grows": "x = a\n" + _OFTEN + "x = x." + "b" * 9_000,
    "long names": _MODEL + _OFTEN + "Dense(1, " + "b" * 90_000 + "=1)",
    "long text": _STACK + "s = '" + "b" * 90_000 + "'\n" + _OFTEN + "m.add(s)\n  m.compile(s, s, [s])",
    "names for every call": _many("a{}=1", 4_000).replace(",", ";") + "\ndef f():\n  return 1\n" + "f();" * 3_000,
    "many notes": _STACK + "".join(f"m.add(f{number}())\n" for number in range(5_000)),
    "format": "f'" + "{x}" * 12_000 + "'",
    "objects": "class A:\n  def call(s, x):\n    return x\n" + _OFTEN + "A()",
    "an object that adds itself": _MODEL
    + "m = Sequential()\nclass A:\n  def call(s, x):\n    m.add(s)\n    m.add(s)\n    return Dense(1)(x)\nm.add(A())",
    "and": "x = " + "1 and " * 19_000 + "f",
    "loose ends": "def f():\n  break\nfor i in range(9):\n  f()\ncontinue",
    "branches that are not known": "if a:\n  x = 1\n" * 9_000,
    "branches in branches": "".join(" " * n + f"if a{n}:\n" + " " * n + f" x = {n}\n" for n in range(60)),
    "branches in loops": _STACK + _OFTEN + "if f: m.add(ReLU())",
    "unknown loops in loops": "".join(" " * n + f"for i{n} in f():\n" for n in range(18)) + " " * 18 + "x = [x]",
    "recursion that is not known": "def f():\n  if u:\n    f()\n  else:\n    f()\nf()",
    "a class in itself": "class A:\n  pass\nfor i in range(900):\n  class A(A, A):\n    pass\nA().x",
    "long texts": "s = 'a' * 900\nb = [s + s for i in range(900)]\nc = ','.join(b)\nd = c.replace('a', c)",
    "a dictionary that grows": "d = {}\n" + _OFTEN + "d[i, j] = {**d}",
    "a set that grows": "s = set()\n" + _OFTEN + "s = s | {(i, j)}",
    "comprehensions": "x = [i for i in range(10**6) for j in range(10**6)]\ny = {i: x for i in range(10**7)}",
    "closures": "def f(g):\n  return lambda: f(g)\nfor i in range(10**6):\n  f = f(f)",
    "tries": "try:\n  a = f()\nexcept A:\n  a = 1\n" * 5_000,
    "match": "match f():\n" + "".join(f"  case [{number}, *x]:\n    y = x\n" for number in range(2_000)),
    "what may be": "a = [[] for i in range(900)]\nfor i in range(900):\n  a[f].append(a)\n  a = [a if u else [a], a]",
    "numbers that grow": "x = 7\nwhile True:\n  x **= 3\n  y = x << x\n  z = 'a' * x",
    "a notebook": '{"cells": [' + '{"cell_type": "code", "source": ["x = 1"]},' * 1_000 + "{}]}",
    "a notebook in a notebook": '{"cells": ' + "[" * 50_000,
    "cells of bash": "%%bash\nx y\n\n" * 6_000 + "x y",
    "partial of partial": "from functools import partial\nf = g\n" + _OFTEN + "f = partial(f)\n" + _OFTEN + "f()",
}
NASTY = {name: source if name == "too long" else source[:MAX_CHARACTERS] for name, source in NASTY.items()}


def test_sources_that_are_made_to_break_their_reader():
    command = [sys.executable, "-c", _READ]
    ended = subprocess.run(
        command, cwd=ROOT, input=json.dumps(NASTY), capture_output=True, text=True, timeout=300, check=False
    )
    told = dict(line.rsplit(" ", 1) for line in ended.stdout.splitlines())
    assert ended.returncode == 0, (ended.stdout[-300:], ended.stderr[-3_000:])
    assert told.keys() == NASTY.keys()


def test_notes_are_no_more_than_somebody_reads():
    source = _MODEL + "m = Sequential([Dense(1)])\n" + "".join(f"m.add(f{number}())\n" for number in range(5_000))
    notes = read_keras(source).notes
    rests = [note for note in notes if "There are further notes" in note.sentence]
    assert len(notes) == MAX_NOTES + len(rests)
    # One of what makes it another network, one of what does not.
    rest, other = rests
    assert (rest.other_network, other.other_network) == (True, False)
    assert len(rest.lines) == 5_000 - MAX_NOTES
    assert rest.where.count(",") == MAX_RANGES - 1 or "–" in rest.where


def test_a_note_about_lines_here_and_there_names_the_first():
    source = _MODEL + "m = Sequential()\n" + "m.add(Foo())\nm.add(ReLU())\n" * 60
    (note,) = [note for note in read_keras(source).notes if "Foo" in note.sentence]
    assert len(note.lines) == 60
    assert note.where.startswith("Lines 5, 7, 9, ")
    assert note.where.endswith(" and others")
    assert len(note.where) < 150
