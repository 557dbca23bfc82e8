"""The Look inside page."""

import io

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from tests.pages.app import alts, open_page, without_exception


def encoded(picture: np.ndarray, format: str) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, format)
    return buffer.getvalue()


@pytest.fixture
def app() -> AppTest:
    return open_page("look_inside")


def choose(app: AppTest, key: str, value: object) -> AppTest:
    group = next(group for group in [*app.get("button_group"), *app.get("pills")] if group.key == key)
    return without_exception(group.set_value(value).run())


def test_it_shows_what_came_in_kernels_maps_and_the_answer(app):
    texts = alts(app)
    assert any("Picture" in text or "What the network sees" in text for text in texts)
    assert any("The answer is" in text for text in texts)
    assert any("8 kernels of 3 × 3" in text for text in texts)
    assert sum("8 maps of 8 × 8" in text for text in texts) == 1
    assert [subheader.value for subheader in app.subheader] == [
        "What leaves: feature maps",
        "Kernels",
        "What came in: 8 × 8 × 1",
    ]


def test_every_layer_can_be_opened(app):
    for index in range(6):
        choose(app, "layer-of-6", index)
        assert len(alts(app)) >= 4


def test_pooling_stands_beside_what_came_in(app):
    choose(app, "layer-of-6", 1)
    assert app.subheader[0].value == "Before and after pooling, at one scale"
    assert any("8 × 8" in text and "4 × 4" in text for text in alts(app))


def test_before_the_activation_there_are_negative_numbers(app):
    without_exception(app.selectbox(key="maps-moment").set_value("before").run())
    assert any("before the activation from −" in text for text in alts(app))


def test_the_bundled_network_knows_its_digits(app):
    choose(app, "network-choice", "bundled")
    assert any("The answer is 0" in text and "right" in text for text in alts(app))


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP"])
def test_a_picture_is_uploaded(app, format):
    choose(app, "picture-source", "upload")
    assert any("Give it a picture" in info.value for info in app.info)
    picture = np.random.default_rng(0).integers(0, 255, (40, 60, 3), dtype=np.uint8)
    app.file_uploader[0].set_value((f"a.{format}", encoded(picture, format), f"image/{format.lower()}"))
    without_exception(app.run())
    assert any("The answer is" in text for text in alts(app))


@pytest.mark.parametrize(
    "content",
    [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a", b"hello", b"\x89PNG\r\n\x1a\n" + b"0" * 50],
)
def test_a_bad_picture_gets_one_sentence(app, content):
    choose(app, "picture-source", "upload")
    app.file_uploader[0].set_value(("bad.png", content, "image/png"))
    without_exception(app.run())
    assert len(app.error) == 1
    assert app.error[0].value.endswith(".")


def test_a_bundled_photo_is_shown(app):
    choose(app, "picture-source", "photo")
    assert any("The answer is" in text for text in alts(app))


def test_a_network_that_does_not_fit_leads_back_to_build():
    app = open_page("build")
    menu = next(button for button in app.get("menu_button") if button.key == "bare-action-4")
    without_exception(menu.click("delete").run())
    app.switch_page("../../pages/look_inside.py").run()
    without_exception(app)
    assert "does not fit" in app.error[0].value
