import pytest

from visualizer.ui.parts import opened_picture


@pytest.fixture(autouse=True)
def time_to_open_a_picture(monkeypatch):
    """However busy the computer is: no browser is there to look again after a moment."""
    monkeypatch.setattr(opened_picture, "PATIENCE_SECONDS", 30.0)
