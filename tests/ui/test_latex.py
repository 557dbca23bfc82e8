import pytest

from visualizer.ui.concepts.latex import power_of_ten


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.5, "0.5"),
        (12.345, "12.3"),
        (-0.00123456, "-0.00123"),
        (1234.6, r"1\,235"),
        (0.00012, r"1.20 \cdot 10^{-4}"),
        (1.2345e-7, r"1.23 \cdot 10^{-7}"),
        (3e21, r"3.00 \cdot 10^{21}"),
    ],
)
def test_power_of_ten(value, text):
    assert power_of_ten(value) == text
