"""How counts, lists and beginnings read in a sentence: the one place that knows singular, plural and "and"."""

from collections.abc import Iterable


def counted(count: int, noun: str) -> str:
    """A number and its noun, in the singular only for 1.

    >>> counted(1, "map"), counted(0, "map"), counted(1200, "map")
    ('1 map', '0 maps', '1,200 maps')
    """
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def capitalized(text: str) -> str:
    """Words from the middle of a sentence as they begin one; a word such as "mAP" stays.

    >>> capitalized("mean error"), capitalized("mAP at IoU 0.5"), capitalized("")
    ('Mean error', 'mAP at IoU 0.5', '')
    """
    return text if text[1:2].isupper() else text[:1].upper() + text[1:]


def uncapitalized(text: str) -> str:
    """Words from the beginning of a sentence as they stand within one; an abbreviation such as "GAN" stays.

    >>> uncapitalized("Object detection"), uncapitalized("GAN"), uncapitalized("")
    ('object detection', 'GAN', '')
    """
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def listed(items: Iterable[str], conjunction: str = "and") -> str:
    """The items of a list as a sentence reads them; empty where there is none.

    >>> listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"], "or")
    ('a', 'a and b', 'a, b or c')
    """
    *before, last = list(items) or [""]
    return f"{', '.join(before)} {conjunction} {last}" if before else last
