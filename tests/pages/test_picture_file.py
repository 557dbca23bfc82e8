"""A picture that takes long to open: the page says so, goes on, and can cancel it."""

import io
import threading

import numpy as np
import pytest
from PIL import Image

from tests.pages.app import alts, open_page, without_exception
from visualizer.errors import UserError
from visualizer.ui.parts import opened_picture
from visualizer.ui.parts.opened_picture import PictureFile, SuppliedPicture

PICTURE = np.full((20, 20, 3), 9, dtype=np.uint8)


class Opener:
    """Stands for the process that opens pictures: it opens one when it is told to."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self.names: list[str] = []
        self.refuses = False

    def read(self, data: bytes, name: str) -> np.ndarray:
        self.names.append(name)
        assert self.go_on.wait(20)
        if self.refuses:
            raise UserError("The file “slow.png” takes too long to open.")
        return PICTURE


@pytest.fixture
def opener(monkeypatch) -> Opener:
    opener = Opener()
    monkeypatch.setattr(opened_picture, "read_image", opener.read)
    monkeypatch.setattr(opened_picture, "PATIENCE_SECONDS", 0.01)
    yield opener
    opener.go_on.set()


def upload(name: str = "slow.png"):
    buffer = io.BytesIO()
    Image.fromarray(PICTURE).save(buffer, "PNG")
    app = open_page("look_inside")
    group = next(group for group in [*app.get("button_group"), *app.get("pills")] if group.key == "picture-source")
    without_exception(group.set_value("upload").run())
    app.file_uploader[0].set_value((name, buffer.getvalue(), "image/png"))
    return without_exception(app.run())


def job_of(app):
    return app.session_state["visualizer"].jobs["photo-file"]


def test_progress_is_drawn_and_then_the_picture(opener):
    app = upload()
    assert [button.label for button in app.button if button.key == "photo-file-cancel"] == ["Cancel"]
    assert not any("The answer is" in text for text in alts(app))
    job = job_of(app)
    opener.go_on.set()
    job.join()
    assert job.progress.text == "Opening the picture …"
    without_exception(app.run())
    assert any("The answer is" in text for text in alts(app))
    assert app.session_state["visualizer"].page_state(SuppliedPicture).photo_file is None
    assert "photo-file" not in app.session_state["visualizer"].jobs


def test_it_is_told_that_another_one_comes_first(opener, monkeypatch):
    monkeypatch.setattr(opened_picture, "is_opening", lambda: True)
    job = job_of(upload())
    opener.go_on.set()
    job.join()
    assert job.progress.text == "Opening it after another one …"


def test_it_can_be_cancelled_and_opened_again(opener):
    app = upload()
    without_exception(app.button(key="photo-file-cancel").click().run())
    assert not any(button.key == "photo-file-cancel" for button in app.button)
    opener.go_on.set()
    without_exception(app.button(key="photo-file-start").click().run())
    job = app.session_state["visualizer"].jobs.get("photo-file")
    if job is not None:
        job.join()
        without_exception(app.run())
    assert opener.names == ["slow.png", "slow.png"]
    assert app.session_state["visualizer"].page_state(SuppliedPicture).photo is not None


def test_what_is_refused_in_the_end_is_told_once(opener):
    app = upload()
    job = job_of(app)
    opener.refuses = True
    opener.go_on.set()
    job.join()
    without_exception(app.run())
    assert [error.value for error in app.error] == ["The file “slow.png” takes too long to open."]
    without_exception(app.run())
    assert not app.error


def test_another_file_takes_the_place_of_one_that_is_still_being_opened(opener):
    app = upload()
    first = job_of(app)
    app.session_state["visualizer"].page_state(SuppliedPicture).photo_file = PictureFile(b"", "other.png")
    without_exception(app.run())
    assert first.cancelled.is_set()
    assert job_of(app) is not first
    assert "data" not in repr(PictureFile(b"secret", "a.png"))
