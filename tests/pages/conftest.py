import pytest

from visualizer.ui.state import picture_file


@pytest.fixture(autouse=True)
def time_to_open_a_picture(monkeypatch):
    """However busy the computer is: no browser is there to look again after a moment."""
    monkeypatch.setattr(picture_file, "PATIENCE_SECONDS", 30.0)
