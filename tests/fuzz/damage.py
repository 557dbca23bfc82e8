"""Damage to sources that are read."""

from collections.abc import Sequence

from hypothesis import strategies as st


@st.composite
def damaged_sources(draw: st.DrawFn, sources: Sequence[str], tokens: Sequence[str], lines: Sequence[str]) -> str:
    """One of the sources, up to four times changed: a token or one of the lines is put in, something is taken out."""
    source = draw(st.sampled_from(sources))
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(source)))
        match draw(st.integers(0, 3)):
            case 0:
                source = source[:place] + draw(st.sampled_from(tokens)) + source[place:]
            case 1:
                source = source[:place] + source[place + draw(st.integers(1, 30)) :]
            case 2:
                rows = source.splitlines()
                rows.insert(draw(st.integers(0, len(rows))), draw(st.sampled_from(lines)))
                source = "\n".join(rows)
            case _:
                rows = source.splitlines()
                if rows:
                    del rows[draw(st.integers(0, len(rows) - 1))]
                source = "\n".join(rows)
    return source
