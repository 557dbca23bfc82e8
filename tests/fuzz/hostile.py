"""What an attacker would send: files that are nearly right, and strategies for what stands in them.

`VISUALIZER_FUZZ=20 pytest tests/fuzz` tries twenty times as many examples as CI does.
"""

import os
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

_TIMES = int(os.environ.get("VISUALIZER_FUZZ", "1"))


def many(examples: int) -> settings:
    """So many examples, or the multiple of them that the environment asks for."""
    calm = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    return settings(deadline=None, max_examples=examples * _TIMES, suppress_health_check=calm)


@st.composite
def mutated(draw: st.DrawFn, originals: list[bytes]) -> bytes:
    """One of these files after some damage: bytes flipped, cut out, put in, doubled, or taken from another file."""
    file = bytearray(draw(st.sampled_from(originals)))
    for _ in range(draw(st.integers(1, 4))):
        if not file:
            break
        # Headers are where damage leads furthest.
        place = draw(st.integers(0, min(len(file) - 1, 150)) | st.integers(0, len(file) - 1))
        length = draw(st.integers(1, 40))
        match draw(st.sampled_from(("flip", "cut", "end", "put", "double", "splice", "number"))):
            case "flip":
                file[place] ^= 1 << draw(st.integers(0, 7))
            case "cut":
                del file[place : place + length]
            case "end":
                del file[place:]
            case "put":
                file[place:place] = draw(st.binary(min_size=1, max_size=length))
            case "double":
                file[place:place] = file[place : place + length]
            case "splice":
                other = draw(st.sampled_from(originals))
                file[place:] = other[draw(st.integers(0, len(other))) :]
            case _:
                edge = draw(st.sampled_from((b"\xff" * 4, b"\x00" * 4, b"\x7f\xff\xff\xff", b"\xff\xff\xff\x7f")))
                file[place : place + 4] = edge
    return bytes(file)


NUMBERS = st.one_of(
    st.integers(-2, 9),
    st.sampled_from([2**31, 2**63, -(2**63), 10**30, 10**400, 1e308, -0.0, 1.5, float("nan"), float("inf")]),
)


def json_values(words: list[str]) -> st.SearchStrategy[Any]:
    """JSON with these words among its texts and keys."""
    texts = st.sampled_from(words) | st.text(max_size=12)
    return st.recursive(
        st.none() | st.booleans() | NUMBERS | texts,
        lambda parts: st.lists(parts, max_size=5) | st.dictionaries(texts, parts, max_size=5),
        max_leaves=20,
    )


@st.composite
def changed_json(draw: st.DrawFn, value: Any, words: list[str]) -> Any:
    """This JSON with one of its parts replaced, left out, or doubled."""
    if isinstance(value, dict) and value and draw(st.integers(0, 5)):
        key = draw(st.sampled_from(sorted(value)))
        match draw(st.integers(0, 4)):
            case 0:
                return {name: part for name, part in value.items() if name != key}
            case 1:
                return value | {draw(st.sampled_from(words) | st.text(max_size=8)): value[key]}
        return value | {key: draw(changed_json(value[key], words))}
    if isinstance(value, list) and value and draw(st.integers(0, 5)):
        place = draw(st.integers(0, len(value) - 1))
        match draw(st.integers(0, 5)):
            case 0:
                return value[:place] + value[place + 1 :]
            case 1:
                return value * draw(st.integers(0, 30))
        return [*value[:place], draw(changed_json(value[place], words)), *value[place + 1 :]]
    return draw(json_values(words))
