# ruff: noqa: E501 (a source stands on one line)
"""Random small programs, of which it is known how they can be run."""

from hypothesis import strategies as st

# What is on the left of each: the kind of value that an expression has. `unsure()` is True, False or a number when the
# program is run, and unknown when it is followed.
NUMBERS = ("a", "b", "c")
LISTS = ("xs", "ys")
DICTIONARIES = ("d",)
OPEN = ("unsure()", "unsure() > 2", "not unsure()", "unsure() and a", "a > 1 or unsure()")

PRELUDE = """\
a, b, c = 1, 2, 3
xs, ys = [1, 2, 3], []
d = {"k": 1, "l": 2}
def plain(x, y=2, *rest, key=1, **more):
    return x + y * key + len(rest) + len(more)
def outer(n):
    def inner(x):
        nonlocal n
        n += x
        return n
    return inner
def grow(items, item):
    items.append(item)
    return items
def early(x):
    if x > 2:
        return x
    for i in range(3):
        if i == x:
            return -i
    return None
def doubtful(x):
    global c
    if unsure():
        return x
    c = x
    return x + 1
def several(n):
    yield n
    if n > 1:
        yield n + 1
    yield from (3, n)
def changing(n):
    global c
    for i in range(2):
        c = c + n if i else n
        yield c
    if unsure():
        return
    yield 7
class Counter:
    step = 1
    def __init__(self, start):
        self.count = start
    def up(self, by=None):
        self.count += self.step if by is None else by
        return self.count
    @property
    def twice(self):
        return self.count * 2
class Faster(Counter):
    step = 3
    def __init__(self, start):
        super().__init__(start + 1)
o = Counter(0)
p = Faster(1)
"""


@st.composite
def expressions(draw: st.DrawFn, depth: int = 2) -> str:
    """An expression of a number, mostly."""
    if depth == 0:
        return draw(st.sampled_from([*NUMBERS, "0", "1", "2", "-3", "xs[0]", "len(xs)", "o.count", "d['k']"]))
    inner = expressions(depth - 1)
    form = draw(
        st.sampled_from(
            [
                "({} + {})", "({} - {})", "({} * {} % 1000)", "({} // ({} or 1))", "({} % 5 + {})", "-{}", "abs({})",
                "min({}, {})", "max({}, {}, 2)", "({} if {} > 1 else {})", "int({} < {} <= 4)", "({} and {})",
                "({} or {})", "plain({}, {})", "plain({}, key={}, z=1)", "plain(*[{}, {}, 3])", "plain({}, **{{'y': {}}})",
                "outer({})({})", "early({})", "sum([{}, {}])", "len([x for x in xs if x > {}])",
                "sum(x * {} for x in xs)", "(lambda q: q + {})({})", "[{}, {}, 5][1]", "[{}, 2, 3][::-1][0]",
                "sorted([{}, {}, 1])[0]", "dict(k={}).get('k', {})", "(w := {})", "o.up()", "p.up({})", "p.twice",
                "len(grow(xs, {}))", "doubtful({})", "({} if unsure() else {})", "len(str({}))", "round({} / 3)",
                "[y for x in (1, 2) for y in (x, {})][-1]", "len({{{}, {}}})", "int(f'{{{}}}' == '3')", "divmod({}, 3)[1]",
                "({} in xs)", "(xs is ys) + {}", "isinstance({}, int) + 0", "sum(v for k, v in d.items())",
                "list(zip(xs, ys + [{}]))[0][0]", "next(iter(xs))", "any([{}, 0]) + 0", "list(map(abs, [{}]))[0]",
                "list(enumerate(xs, {}))[0][0]", "len(xs[{}:])", "(unsure() and {}) + 0", "list(several({}))[-1]", "sum(several({}))", "[q + 1 for q in several({})][0]",
                "list(map(lambda q: q + {}, xs[:3]))[-1]", "list(changing({}))[0]", "[c + q for q in changing({})][1]",
                "helper({})", "helper(xs, {})",
            ]
        )
    )  # fmt: skip
    return form.format(*(draw(inner) for _ in range(form.replace("{{", "").replace("}}", "").count("{}") + 3)))


LIST_CHANGES = (
    "{x}.append({e})", "{x}.extend([{e}, {e}])", "{x}.insert(0, {e})", "{x}.pop()", "{x} += [{e}]", "{x} = {x} + [{e}]",
    "{x} = list({x})", "{x}[0] = {e}", "{x}[-1] += {e}", "del {x}[0]", "{x}.reverse()", "{x} = [{e}, *{x}]",
    "{x} = [q * 2 for q in {x}][:4]", "{x} = {x}[:3] * 2", "{x} = {x}[:3]", "{x}.sort()", "xs = ys", "ys = xs[1:]", "{x}.clear()",
    "helper({x})", "{x}.remove({e})", "{x} = sorted({x}, key=lambda q: -q)", "ys = [xs, xs][unsure() > 1]",
    "ys = xs if unsure() else [9]", "grow(xs if unsure() else ys, {e})", "{x}[unsure()] = {e}", "z = zip(xs, ys); xs = list(z)",
)  # fmt: skip
OTHERS = (
    "d['k'] = {e}", "d[{e}] = 1", "d.update(k={e})", "d.pop('l', None)", "d['l'] = d.get('m', {e})", "a, b = b, a",
    "a, *ys = [{e}, 1, 2]", "(a, b), c = ({e}, 2), 3", "a = b = {e}", "a += {e}", "a -= 1", "a = a * 2 % 1000", "o.count = {e}",
    "o.up({e})", "p.count += 1", "o = Counter({e})", "o = p", "Counter.step = {e}", "a = doubtful({e})", "d = {{**d, 'm': {e}}}",
    "d = {{k: v + 1 for k, v in d.items()}}", "assert True", "a: int = {e}", "step = outer({e}); b = step(1); c = step(2)",
    "a = helper({e})", "helper(o)", "helper(d)", "o.count += helper(1)", "pass", "del d['k']", "o.step = {e}",
    "def plain(x, *r, **k):\n    return x", "import math; a = math.floor({e} / 2)", "b = a if a else {e}",
    "f = lambda q=a: q + b; c = f()", "s = {{{e}, 2}}; a = len(s)", "a = ys and ys[0] or {e}", "t = (a, b); a = t[0] + t[1]",
)  # fmt: skip


def _indented(lines: str) -> str:
    return "\n".join(f"    {line}" for line in lines.splitlines())


@st.composite
def statements(draw: st.DrawFn, depth: int = 2, in_loop: bool = False) -> str:
    """A statement, on one line or several."""
    kinds = ["assign", "assign", "list", "list", "other", "other"]
    if depth:
        kinds += [
            "if",
            "if",
            "open",
            "open",
            "for",
            "while",
            "try",
            "match",
            "with",
            "function",
            "openfor",
            "openwhile",
        ]
    if in_loop:
        kinds += ["break", "continue"]
    kind = draw(st.sampled_from(kinds))
    e = expressions()

    def block(loop: bool = in_loop) -> str:
        body = draw(st.lists(statements(depth - 1, loop), min_size=1, max_size=3))
        return _indented("\n".join(body))

    def filled(form: str) -> str:
        while "{e}" in form:
            form = form.replace("{e}", draw(e), 1)
        return form.replace("{x}", draw(st.sampled_from(LISTS))).replace("{{", "{").replace("}}", "}")

    match kind:
        case "assign":
            return f"{draw(st.sampled_from(NUMBERS))} = {draw(e)}"
        case "list":
            return filled(draw(st.sampled_from(LIST_CHANGES)))
        case "other":
            return filled(draw(st.sampled_from(OTHERS)))
        case "if":
            return f"if {draw(e)} > {draw(e)}:\n{block()}\nelse:\n{block()}"
        case "open":
            otherwise = draw(st.sampled_from(["", "else"]))
            tail = f"\nelse:\n{block()}" if otherwise else ""
            return f"if {draw(st.sampled_from(OPEN))}:\n{block()}{tail}"
        case "for":
            items = draw(
                st.sampled_from(
                    [
                        "range(3)",
                        "xs[:4]",
                        "(1, 2)",
                        "enumerate([4, 5])",
                        "list(d)",
                        "zip([1], [2])",
                        "several(a)",
                        "changing(b)",
                        "(a + q for q in (1, 2))",
                        "map(lambda q: q + c, xs[:2])",
                        "map(doubtful, [1, 2])",
                    ]
                )
            )
            tail = f"\nelse:\n{block()}" if draw(st.booleans()) else ""
            return f"for i in {items}:\n{block(True)}{tail}"
        case "openfor":
            items = draw(st.sampled_from(["many()", "range(unsure())", "xs[:unsure()]", "list(helper(xs) or [])[:4]"]))
            return f"for i in {items}:\n{block(True)}"
        case "while":
            return f"n{depth} = {draw(st.integers(0, 3))}\nwhile n{depth} > 0:\n    n{depth} -= 1\n{block(True)}"
        case "openwhile":
            return f"m{depth} = 0\nwhile m{depth} < 3 and unsure():\n    m{depth} += 1\n{block(True)}"
        case "try":
            error = draw(
                st.sampled_from(["", "raise ValueError", "[][1]", "1 / 0", "{}['x']", "int('q')", "helper(1)"])
            )
            first = f"{block()}\n    {error}" if error else block()
            caught = draw(st.sampled_from(["Exception", "ValueError", "(KeyError, IndexError)", "ZeroDivisionError"]))
            tail = draw(st.sampled_from(["", "else", "finally"]))
            end = f"\n{tail}:\n{block()}" if tail else ""
            return f"try:\n{first}\nexcept {caught}:\n{block()}{end}"
        case "match":
            cases = [("0", block()), ("[1, *rest]", block()), ("{'k': v}", block()), ("int(v) if v > 2", block()), ("_", block())]  # fmt: skip
            subject = draw(st.sampled_from([*NUMBERS, "xs", "d", "unsure()"]))
            body = "\n".join(f"    case {pattern}:\n{_indented(body)}" for pattern, body in cases)
            return f"match {subject}:\n{body}"
        case "with":
            return f"with context():\n{block()}"
        case "function":
            result = draw(e)
            early = draw(
                st.sampled_from(["", "    if unsure():\n        return 7\n", "    if x > 1:\n        return x\n"])
            )
            changed = draw(st.sampled_from(["", "    global a, c\n"]))
            local = "    b = 4\n" if changed else "    a = b = c = x\n"
            return f"def g(x):\n{changed}{local}{early}{block(False)}\n    return {result}\nc = g({draw(e)})"
        case "break" | "continue":
            return kind if draw(st.booleans()) else f"if {draw(st.sampled_from([*OPEN, 'a > 1']))}:\n    {kind}"
    raise AssertionError(kind)


programs = st.lists(statements(), min_size=1, max_size=5).map("\n".join)
