"""Whatever is pasted as Keras source: a network, or a sentence; nothing of it is run, and none of it costs much."""

import json
import subprocess
import sys
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.hostile import many
from tests.source_code.keras_sources import EXAMPLES
from visualizer.architecture.architecture import summarize
from visualizer.errors import UserError
from visualizer.source_code.keras_reader import read_keras
from visualizer.training.settings import TrainingSettings

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [example.source for example in EXAMPLES.values()]
LINES = sorted({line for source in SOURCES for line in source.splitlines() if line.strip()})


def read(source: str) -> None:
    try:
        reading = read_keras(source, 10)
    except UserError:
        return
    str(summarize(reading.architecture, 10).problem)
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


@st.composite
def damaged_sources(draw: st.DrawFn) -> str:
    source = draw(st.sampled_from(SOURCES))
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(source)))
        match draw(st.integers(0, 3)):
            case 0:
                source = source[:place] + draw(st.sampled_from(TOKENS)) + source[place:]
            case 1:
                source = source[:place] + source[place + draw(st.integers(1, 30)) :]
            case 2:
                lines = source.splitlines()
                if lines:
                    lines.insert(draw(st.integers(0, len(lines))), draw(st.sampled_from(LINES)))
                source = "\n".join(lines)
            case _:
                lines = source.splitlines()
                if lines:
                    del lines[draw(st.integers(0, len(lines) - 1))]
                source = "\n".join(lines)
    return source


@many(120)
@given(damaged_sources())
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

# Each with a limit on its memory and processor time, in a process of its own: what breaks Python itself would end the
# tests. 100,000 characters is the most that may be pasted.
_READ = """
import json, resource, sys
resource.setrlimit(resource.RLIMIT_AS, (3 * 2**30, 3 * 2**30))
from visualizer.errors import UserError
from visualizer.source_code.keras_reader import read_keras
resource.setrlimit(resource.RLIMIT_CPU, (100, 100))
for name, source in json.load(sys.stdin).items():
    try:
        read_keras(source, 10)
        print(name, "read")
    except UserError:
        print(name, "refused")
"""
_MODEL = "from keras import *\nfrom keras.layers import *\n"
NASTY = {
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
}


def test_sources_that_are_made_to_break_their_reader():
    command = [sys.executable, "-c", _READ]
    ended = subprocess.run(
        command, cwd=ROOT, input=json.dumps(NASTY), capture_output=True, text=True, timeout=300, check=False
    )
    told = dict(line.rsplit(" ", 1) for line in ended.stdout.splitlines())
    assert ended.returncode == 0, (ended.stdout[-300:], ended.stderr[-3_000:])
    assert told.keys() == NASTY.keys()
