"""Whatever is pasted as PyTorch source: a network, or a sentence; nothing of it is run, and none of it costs much."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.damage import damaged_sources
from tests.fuzz.hostile import many
from tests.source_code.pytorch_sources import EXAMPLES
from visualizer.architecture.architecture import summarize
from visualizer.architecture.goal import class_goal
from visualizer.errors import UserError
from visualizer.source_code.python_source import MAX_CHARACTERS
from visualizer.source_code.source_reader import read_source
from visualizer.training.settings import TrainingSettings

ROOT = Path(__file__).resolve().parents[2]
# The long ones take most of the time, and have no other lines than the short ones.
SOURCES = [example.source for example in EXAMPLES.values() if len(example.source) < 3_000]
LINES = sorted({line for source in SOURCES for line in source.splitlines() if line.strip()})
TOKENS = [
    "(",
    ")",
    "[",
    "]",
    ",",
    ":",
    "=",
    "*",
    "**",
    ".",
    "-",
    "lambda",
    "for",
    "in",
    "if",
    "else",
    "None",
    "x",
    "self",
]
TOKENS += [
    "return",
    "nn.",
    "F.",
    "torch.",
    "1e999",
    "10**99",
    "-1",
    "0",
    "'''",
    "\n    ",
    "\n",
    "\x00",
    ".size(0)",
    "[:, 0]",
]


def read(source: str) -> None:
    try:
        reading = read_source(source, 10)
    except UserError:
        return
    str(summarize(reading.architecture, class_goal(10)).problem)
    TrainingSettings(**reading.settings)


@many(150)
@given(damaged_sources(SOURCES, TOKENS, LINES))
def test_a_real_source_with_damage(source):
    read(source)


@many(60)
@given(st.lists(st.sampled_from(LINES), max_size=25).map("\n".join))
def test_lines_of_real_sources_in_any_order(source):
    read(source)


VALUES = st.recursive(
    st.sampled_from(
        [
            "1",
            "-3",
            "2.5",
            "1e400",
            "10**9",
            "'same'",
            "None",
            "True",
            "(3, 3)",
            "[]",
            "{}",
            "...",
            "x",
            "nn",
            "n",
            "self",
        ]
    ),
    lambda parts: st.lists(parts, max_size=4).map(lambda items: f"({', '.join(items)},)"),
    max_leaves=5,
)
# fmt: off
CLASSES = st.sampled_from([
    "Conv2d", "ConvTranspose2d", "Linear", "MaxPool2d", "AvgPool2d", "AdaptiveAvgPool2d", "AdaptiveMaxPool2d",
    "BatchNorm2d", "GroupNorm", "InstanceNorm2d", "LayerNorm", "Dropout", "Dropout2d", "Flatten", "Unflatten",
    "Upsample", "ZeroPad2d", "ConstantPad2d", "PReLU", "LeakyReLU", "Softmax", "LogSoftmax", "ELU", "GELU", "Softplus",
    "Sequential", "ModuleList", "ModuleDict", "Identity", "Foo",
])
FUNCTIONS = st.sampled_from([
    "relu", "max_pool2d", "avg_pool2d", "adaptive_avg_pool2d", "dropout", "interpolate", "pad", "softmax",
    "log_softmax", "flatten", "cat", "view", "reshape", "mean", "squeeze", "unsqueeze", "size", "add", "mul", "sub",
    "div", "maximum", "permute", "chunk",
])
# fmt: on


@many(200)
@given(
    st.lists(st.tuples(CLASSES, st.lists(VALUES, max_size=5)), max_size=4),
    st.lists(st.tuples(FUNCTIONS, st.booleans(), st.lists(VALUES, max_size=3)), max_size=4),
)
def test_modules_and_functions_with_any_arguments(modules, functions):
    made = "".join(
        f"        self.m{index} = nn.{name}({', '.join(values)})\n" for index, (name, values) in enumerate(modules)
    )
    run = "".join(f"        x = self.m{index}(x)\n" for index in range(len(modules)))
    run += "".join(
        f"        x = x.{name}({', '.join(values)})\n"
        if method
        else f"        x = F.{name}({', '.join(['x', *values])})\n"
        for name, method, values in functions
    )
    head = "import torch\nfrom torch import nn\nimport torch.nn.functional as F\nclass Net(nn.Module):\n"
    head += f"    def __init__(self, n):\n        super().__init__()\n{made}"
    read(f"{head}    def forward(self, x):\n{run}        return x\n")


# ---- Sources that are made to break whoever reads them

# Each may take 100 MB, in a process of its own, and two seconds of the processor. 100,000 characters may be pasted.
_READ = """
import json, resource, sys
from visualizer.errors import UserError
from visualizer.source_code.source_reader import read_source
read_source("model = nn.Sequential(nn.Linear(4, 2))", 10)
sources = json.load(sys.stdin)
resource.setrlimit(resource.RLIMIT_CPU, (2 * len(sources), 2 * len(sources)))
for name, source in sources.items():
    with open("/proc/self/statm") as memory:
        taken = int(memory.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + 100_000_000, resource.RLIM_INFINITY))
    try:
        read_source(source, 10)
        print(name, "read")
    except UserError:
        print(name, "refused")
"""
_HEAD = "import torch\nfrom torch import nn\nimport torch.nn.functional as F\n"
_OFTEN = "for i in range(1000):\n for j in range(12):\n  "
_NET = _HEAD + "class Net(nn.Module):\n def __init__(self):\n  super().__init__()\n  self.a = nn.Conv2d(3, 3, 1)\n"
GROWING = {
    "chains in chains": _HEAD + "m = nn.Sequential(nn.ReLU())\nfor i in range(40):\n  m = nn.Sequential(m, m)",
    "a chain in itself": _HEAD + "m = nn.Sequential(nn.ReLU())\nm.append(m)",
    "a module in itself": _NET + "  self.b = self\n def forward(self, x):\n  return self.b(x)\nm = Net()",
    "a forward that calls itself": _NET + " def forward(self, x):\n  return self.forward(x) + self(x)\nm = Net()",
    "a long chain": _NET
    + " def forward(self, x):\n  "
    + _OFTEN.replace("\n", "\n  ")
    + "x = self.a(x)\n  return x\nm = Net()",
    "sums of sums": _NET + " def forward(self, x):\n  for i in range(900):\n   x = x + x\n  return x\nm = Net()",
    "many modules": _HEAD + "m = nn.Sequential(*[nn.Conv2d(1, 1, 1) for i in range(1000) for j in range(40)])",
    "all modules, often": _HEAD + "m = nn.Sequential(*[nn.ReLU()] * 900)\n" + _OFTEN + "list(m.modules())",
    "concatenated with itself": _NET
    + " def forward(self, x):\n  for i in range(40):\n   x = torch.cat([x] * 30, 1)\n  return x\nm = Net()",
    "large sizes": _HEAD + "m = nn.Sequential(nn.Flatten(), nn.Linear(10**11, 10**11))\n",
    "lists in lists": _HEAD
    + "a = [nn.ReLU()]\nfor i in range(900):\n  a = [a, a]\nnn.ModuleList(a)\n"
    + _OFTEN
    + "torch.cat(a)",
    "views": _NET
    + " def forward(self, x):\n  "
    + _OFTEN.replace("\n", "\n  ")
    + "x = x.view(-1, *([2] * 500))\n  return x\nm = Net()",
    "a parser": _HEAD + "p = argparse.ArgumentParser()\n" + _OFTEN + "p.add_argument('--a' + str(i))",
    "epochs": _HEAD + "for epoch in range(10**9):\n for epoch in range(10**9):\n  x = nn.ReLU()",
    "loops in loops": "".join(f"{' ' * depth}for epoch in x:\n" for depth in range(18)) + " " * 18 + "x.backward()",
}


@pytest.mark.parametrize("name", GROWING)
def test_what_grows_is_read_or_refused_within_bounds(name):
    source = GROWING[name]
    assert len(source) <= MAX_CHARACTERS
    done = subprocess.run(
        [sys.executable, "-c", _READ], input=json.dumps({name: source}), cwd=ROOT, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
