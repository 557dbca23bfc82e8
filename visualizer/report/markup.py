"""HTML as a tree: what is text stays text, whatever signs are in it, since only the writer at the end knows tags."""

from xml.etree.ElementTree import Element, tostring

Content = Element | str


def element(tag: str, *content: Content, **attributes: str | float) -> Element:
    """An element with its content; a trailing "_" of an attribute's name is left out, other "_" become "-"."""
    made = Element(tag, {name.rstrip("_").replace("_", "-"): str(value) for name, value in attributes.items()})
    for part in content:
        if isinstance(part, Element):
            made.append(part)
        elif len(made):
            made[-1].tail = (made[-1].tail or "") + part
        else:
            made.text = (made.text or "") + part
    return made


def document(language: str, head: list[Element], body: list[Element]) -> str:
    """A whole HTML document."""
    root = element("html", element("head", *head), element("body", *body), lang=language)
    return "<!DOCTYPE html>\n" + tostring(root, encoding="unicode", method="html")
