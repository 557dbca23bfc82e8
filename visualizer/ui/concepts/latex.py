"""Numbers inside LaTeX formulas."""


def power_of_ten(value: float) -> str:
    r"""Three significant digits, with a power of ten where the number is very small or large.

    >>> power_of_ten(0.25), power_of_ten(1.2345e-7)
    ('0.25', '1.23 \\cdot 10^{-7}')
    """
    if value == 0 or 1e-3 <= abs(value) < 1e5:
        return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}".replace(",", r"\,")
    mantissa, exponent = f"{value:.2e}".split("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}"
