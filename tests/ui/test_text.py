"""Words that a user wrote, shown as they are."""

import string

from visualizer.ui.text import plain


def test_letters_digits_and_other_scripts_stay():
    assert plain("My net 2 für Zoë 网络") == "My net 2 für Zoë 网络"


def test_every_sign_of_markdown_is_escaped():
    assert plain("![a](http://b)") == r"\!\[a\]\(http\:\/\/b\)"
    assert plain(":red[x] **b** <i>") == r"\:red\[x\] \*\*b\*\* \<i\>"
    assert plain(string.punctuation) == "".join(f"\\{sign}" for sign in string.punctuation)
