"""HTML as a tree: text stays text, whatever characters it contains, since only the final serialiser writes tags."""

from xml.etree.ElementTree import Element, tostring

Content = Element | str


def element(tag: str, *content: Content, **attributes: str | float) -> Element:
    """An element with its content; a trailing "_" of an attribute's name is left out, other "_" become "-"."""
    node = Element(tag, {name.rstrip("_").replace("_", "-"): str(value) for name, value in attributes.items()})
    for part in content:
        if isinstance(part, Element):
            node.append(part)
        elif len(node):
            node[-1].tail = (node[-1].tail or "") + part
        else:
            node.text = (node.text or "") + part
    return node


def document(language: str, head: list[Element], body: list[Element]) -> str:
    """A whole HTML document."""
    root = element("html", element("head", *head), element("body", *body), lang=language)
    return "<!DOCTYPE html>\n" + tostring(root, encoding="unicode", method="html")
