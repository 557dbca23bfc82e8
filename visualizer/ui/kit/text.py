"""Show text that a user may have written exactly as it is."""

import re


def escaped(text: str) -> str:
    """The text with every character escaped that Markdown or Streamlit's directives could read as markup.

    >>> escaped("![x](http://a)")
    '\\\\!\\\\[x\\\\]\\\\(http\\\\:\\\\/\\\\/a\\\\)'
    """
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)


# Markup within a line, the colon of `:name:` and `:red[...]`, and addresses that would become links.
_MARKUP = re.compile(r"([\\`*_\[\]<>~$|&])|:(?=\S)|(?<=www)\.|(?<=\w)@(?=\w)", re.IGNORECASE)


def markdown_safe(error: Exception | str) -> str:
    """An error's sentence, whose values may come from others' files, for a box that reads Markdown.

    Unlike `plain` it keeps full stops and dashes: the sentence is one line and starts with a word.

    >>> markdown_safe("The network “**a**” does not fit: :red[b]. Fix it.")
    'The network “\\\\*\\\\*a\\\\*\\\\*” does not fit: \\\\:red\\\\[b\\\\]. Fix it.'
    """
    return _MARKUP.sub(lambda match: f"\\{match[0]}", " ".join(str(error).split()))
