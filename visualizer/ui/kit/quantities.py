"""Numbers as people read them."""


def count(number: int) -> str:
    """A count in three digits and a word: 20,429,440 is "20.4 million"; exact below 100,000.

    >>> count(1_605_760), count(896)
    ('1.61 million', '896')
    """
    for size, word in ((10**9, "billion"), (10**6, "million")):
        # 999,500 rounds to a million in three digits.
        if number >= 0.9995 * size:
            return f"{number / size:.3g} {word}"
    return f"{number:,}" if number < 100_000 else f"{number / 1000:.3g} thousand"


def size(number_of_bytes: int) -> str:
    """Memory in binary units: 31,372,544 bytes is "29.9 MiB".

    >>> size(31_372_544)
    '29.9 MiB'
    """
    value = float(number_of_bytes)
    for unit in ("bytes", "KiB", "MiB"):
        if value < 999.5:
            return f"{value:.3g} {unit}"
        value /= 1024
    return f"{value:.3g} GiB"


def duration(seconds: float) -> str:
    """A time in its two largest units: 75 seconds is "1 min 15 s"; a short one is not rounded to zero.

    >>> duration(75), duration(0.042)
    ('1 min 15 s', '0.04 s')
    """
    whole = round(seconds)
    if whole == 0:
        return f"{seconds:.1g} s"
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def ordinal(number: int) -> str:
    """The number as a place in a row, such as "3rd"."""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th") if number % 100 not in (11, 12, 13) else "th"
    return f"{number}{ending}"


def first_of(shown: int, total: int) -> str:
    """ " (first 16 of 32)" after a title; empty where all are shown."""
    return f" (first {shown} of {total})" if shown < total else ""
