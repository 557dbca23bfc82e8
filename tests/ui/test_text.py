"""Words that a user wrote, shown as they are."""

import string

from visualizer.ui.kit.text import escaped, markdown_safe


def test_letters_digits_and_other_scripts_stay():
    assert escaped("My net 2 für Zoë 网络") == "My net 2 für Zoë 网络"


def test_every_sign_of_markdown_is_escaped():
    assert escaped("![a](http://b)") == r"\!\[a\]\(http\:\/\/b\)"
    assert escaped(":red[x] **b** <i>") == r"\:red\[x\] \*\*b\*\* \<i\>"
    assert escaped(string.punctuation) == "".join(f"\\{sign}" for sign in string.punctuation)


def test_a_sentence_of_an_error_keeps_its_points_and_loses_its_markup():
    sentence = "The file “a.png” has 20.5 MB: at most 20 MB can be opened. Choose a smaller one, or save it (3 × 3)."
    assert markdown_safe(sentence) == sentence
    assert markdown_safe("a **b** :red[c] <i> $d$ `e` f_g ~h~ http://i www.j.k l@m :smile:") == (
        r"a \*\*b\*\* \:red\[c\] \<i\> \$d\$ \`e\` f\_g \~h\~ http\://i www\.j.k l\@m \:smile:"
    )
    assert markdown_safe("one\n\n# two\r\n- three") == "one # two - three"
