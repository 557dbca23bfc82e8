"""Words that a user wrote, shown as they are."""

import re


def plain(text: str) -> str:
    """The text with every sign that Markdown or Streamlit's own directives could read as markup escaped.

    >>> plain("![x](http://a)")
    '\\\\!\\\\[x\\\\]\\\\(http\\\\:\\\\/\\\\/a\\\\)'
    """
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)
