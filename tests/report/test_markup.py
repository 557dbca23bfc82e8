"""HTML as a tree: what is text stays text."""

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from visualizer.report.markup import document, element


class Reader(HTMLParser):
    """What a browser would find."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)


@given(st.text("<>&\"'a =/;#!-", max_size=40))
def test_any_text_is_shown_as_it_is_and_makes_no_tags(text):
    html = document("en", [], [element("p", text, element("b", text), text, title=text)])
    reader = Reader(html)
    assert [tag for tag, _ in reader.tags] == ["html", "head", "body", "p", "b"]
    assert reader.tags[3][1] == {"title": text}
    assert "".join(reader.words) == "\n" + text * 3


def test_names_of_attributes():
    assert document("en", [], [element("p", class_="a", text_anchor="end", x=1.5)]) == (
        '<!DOCTYPE html>\n<html lang="en"><head></head><body><p class="a" text-anchor="end" x="1.5"></p></body></html>'
    )
