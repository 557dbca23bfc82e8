"""Numbers as people read them."""

import pytest

from visualizer.ui.kit.quantities import count, duration, size


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (896, "896"),
        (99_999, "99,999"),
        (123_456, "123 thousand"),
        (999_499, "999 thousand"),
        (999_500, "1 million"),
        (1_605_760, "1.61 million"),
        (2_500_000_000, "2.5 billion"),
    ],
)
def test_count(number, text):
    assert count(number) == text


@pytest.mark.parametrize(
    ("bytes_", "text"),
    [(12, "12 bytes"), (2048, "2 KiB"), (31_372_544, "29.9 MiB"), (1023, "0.999 KiB"), (2**31, "2 GiB")],
)
def test_size(bytes_, text):
    assert size(bytes_) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (0.042, "0.04 s"),
        (0.4, "0.4 s"),
        (0.6, "1 s"),
        (59, "59 s"),
        (75, "1 min 15 s"),
        (3_700, "1 h 1 min"),
    ],
)
def test_duration(seconds, text):
    assert duration(seconds) == text
