"""A network asked for by its name on Look inside; small packages stand for torchvision and timm."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from streamlit.testing.v1 import AppTest

from tests.pages.app import alts, open_page, without_exception
from tests.pages.test_look_inside import explained, go_on
from tests.pages.test_own_workspace import address, opened
from tests.pretrained.fake_packages import CATEGORIES, Tiny, put_torchvision, take_away
from visualizer.pretrained import download


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    from visualizer.ui.look.named_network import _kept, _offered

    yield
    _kept.clear()
    _offered.clear()


def page() -> AppTest:
    app = open_page("look_inside")
    group = next(group for group in app.get("button_group") if group.key == "network-choice")
    return without_exception(group.set_value("named").run())


def ask(app: AppTest, name: str) -> AppTest:
    app.text_input(key="network-name").set_value(name)
    return press(app, "open-named-network")


def press(app: AppTest, button: str) -> AppTest:
    app.button(key=button).click()
    return finished(app)


def finished(app: AppTest) -> AppTest:
    """The page after what was asked for is done."""
    without_exception(app.run())
    for job in list(app.session_state["visualizer"].jobs.values()):
        job.join()
    return without_exception(app.run())


def test_a_missing_package_is_one_sentence(monkeypatch):
    take_away(monkeypatch, "torchvision", "timm")
    app = page()
    assert not app.error
    app = ask(app, "torchvision: resnet18")
    (error,) = app.error
    assert error.value == (
        "torchvision is not installed. It is a package of its own. To add it, run pip install torchvision where this "
        "app runs and restart the app."
    )


def test_its_names_are_offered_and_it_opens_with_its_weights(monkeypatch, tmp_path):
    put_torchvision(monkeypatch, tmp_path)
    (tmp_path / "checkpoints").mkdir()
    torch.manual_seed(0)
    torch.save(Tiny(3).state_dict(), tmp_path / "checkpoints" / "tiny-0.pth")
    app = page()
    app.selectbox(key="network-known").set_value("torchvision: tiny")
    app = finished(app)
    assert app.text_input(key="network-name").value == "torchvision: tiny"
    assert not app.error
    (answer,) = [text for text in alts(app) if "The answer is" in text]
    assert any(name in answer for name in CATEGORIES)
    assert any("3 maps of 16 × 16" in text for text in alts(app))
    assert any("with its trained weights" in caption.value for caption in app.caption)


def test_without_internet_it_offers_random_weights_and_says_what_they_are(monkeypatch, tmp_path):
    put_torchvision(monkeypatch, tmp_path)

    def unreachable(request: object, timeout: float) -> None:
        raise OSError("no route to host")

    monkeypatch.setattr(download, "urlopen", unreachable)
    app = ask(page(), "tiny")
    (error,) = app.error
    assert "does not reach nowhere" in error.value
    assert str(Path(tmp_path, "checkpoints", "tiny-0.pth")) in error.value.replace("\\", "")
    app = press(app, "named-network-random")
    assert not app.error
    (warning,) = app.warning
    assert "it has learnt nothing, so its answers mean nothing" in warning.value
    assert any("3 maps of 16 × 16" in text for text in alts(app))


def test_another_name_takes_its_place_and_other_networks_open_afterwards(monkeypatch, tmp_path):
    put_torchvision(monkeypatch, tmp_path)
    app = ask(page(), "bare")
    assert "without trained weights" in app.error[0].value
    app = ask(app, "unknown")
    assert "“fft\\_fft”" in app.error[0].value
    group = next(group for group in app.get("button_group") if group.key == "network-choice")
    without_exception(group.set_value("bundled").run())
    assert not app.error
    assert any("The answer is" in text for text in alts(app))


def test_every_part_opens_for_it(monkeypatch, tmp_path):
    put_torchvision(monkeypatch, tmp_path)
    app = press(ask(page(), "bare"), "named-network-random")
    for part in ("Filters", "Why this class?"):
        app.session_state["look-parts"] = part
        without_exception(app.run())
        assert not app.error


def test_a_reload_opens_it_again_with_the_photo_and_the_number_that_were_open(monkeypatch, tmp_path):
    put_torchvision(monkeypatch, tmp_path)
    app = press(ask(page(), "bare"), "named-network-random")
    without_exception(app.segmented_control(key="photo").set_value("flower").run())
    app.session_state["visualizer"].rename("So that there is a workspace")
    app = go_on(app, (0, 1, 2, 3))
    assert explained(app)["spot"] == [0, 1, 2, 3]
    token = address(app)
    assert token
    back = finished(opened(token, "look_inside"))
    assert back.text_input(key="network-name").value == "bare"
    assert "it has learnt nothing" in back.warning[0].value
    assert back.session_state["photo"] == "flower"
    assert explained(back) == explained(app)
