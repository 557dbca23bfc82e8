"""Files of Keras and of ONNX are sent to Look inside: the page shows what they answer there."""

import io
import re
import zipfile
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.app import no_exceptions, open_page, wait_until_idle
from tests.browser.test_keras_code import paste_and_build
from tests.browser.test_model_file import answer, open_menu
from tests.keras_example import saved_by_keras
from visualizer.architecture.network import build
from visualizer.architecture.presets import TINY
from visualizer.data.catalog import load_dataset
from visualizer.inspection.onnx_file import onnx_bytes


def first_zero() -> np.ndarray:
    """The picture that the page begins with, (1, 8, 8, 1) from 0 to 1."""
    digits = load_dataset("digits")
    chosen = digits.test[digits.labels[digits.test] == 0][:1]
    return digits.pictures[chosen].astype(np.float32).reshape(1, 8, 8, 1) / 255


def of_keras(folder: Path) -> tuple[bytes, np.ndarray]:
    """A file, and what Keras answers."""
    data, answers = saved_by_keras(folder, first_zero())
    return data, answers[0]


def of_onnx(folder: Path) -> tuple[bytes, np.ndarray | None]:
    return onnx_bytes(build(TINY.architecture, seed=5), ()), None


@pytest.mark.parametrize(("made", "name"), [(of_keras, "net.keras"), (of_onnx, "net.onnx")])
def test_a_file_of_another_program_is_looked_into(page: Page, tmp_path, made, name) -> None:
    data, expected = made(tmp_path)
    open_page(page, "/look_inside")
    before = answer(page)
    open_menu(page)
    page.get_by_test_id("stPopoverBody").locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": data}
    )
    expect(page.get_by_text("From a file")).to_be_visible(timeout=30_000)
    wait_until_idle(page)
    said = answer(page)
    assert said != before
    if expected is not None:
        shown = re.search(r"The answer is (\d) with ([\d.]+)", said)
        assert shown, said
        assert int(shown[1]) == int(expected.argmax())
        assert float(shown[2]) == pytest.approx(expected.max() * 100, abs=0.11)
    no_exceptions(page)


def description(folder: Path) -> str:
    """What Keras's `model.to_json()` gives of the network of `of_keras`."""
    data, _ = of_keras(folder)
    return zipfile.ZipFile(io.BytesIO(data)).read("config.json").decode()


def is_built(page: Page) -> None:
    """The network of `of_keras` is in Build: its name, and its 60 + 2,170 parameters."""
    expect(page.get_by_text("2,230", exact=True)).to_be_visible(timeout=30_000)
    expect(page.get_by_text("Built: 3 layers with 2,230 parameters")).to_be_visible()
    no_exceptions(page)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("1,898", exact=True)).to_be_visible()


def test_a_description_of_keras_is_pasted(page: Page, tmp_path) -> None:
    paste_and_build(page, description(tmp_path))
    is_built(page)


def test_a_description_of_keras_is_opened_in_build(page: Page, tmp_path) -> None:
    open_page(page, "/build")
    expect(page.get_by_text("1,898", exact=True)).to_be_visible()
    page.get_by_role("button", name="Upload", exact=True).click()
    page.get_by_test_id("stPopoverBody").locator("input[type=file]").set_input_files(
        {"name": "net.json", "mimeType": "application/json", "buffer": description(tmp_path).encode()}
    )
    is_built(page)
