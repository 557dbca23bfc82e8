"""The Home page."""

from tests.pages.app import component_data, open_page
from visualizer.data.catalog import load_dataset


def test_it_shows_a_network_at_work_without_a_click():
    data = component_data(open_page("home"), "strip")
    assert data["network"].startswith("/network/")
    assert data["picture"] in data["strip"]
    assert data["picture"]["name"] == "3"
    assert [layer["title"] for layer in data["layers"]][:2] == ["Conv2D", "MaxPooling2D"]
    assert data["layers"][0]["sentence"].startswith("Each filter slides a small kernel")


def test_every_digit_can_be_chosen_and_one_can_draw():
    data = component_data(open_page("home"), "strip")
    assert {picture["truth"] for picture in data["strip"]} == set(range(len(load_dataset("digits").class_names)))
    assert data["drawing"] == "digits"


def test_the_network_of_colours_can_be_chosen():
    at = open_page("home")
    at.session_state["home-network"] = "colours"
    data = component_data(at.run(), "strip")
    assert data["shape"] == [3, 64, 64]
    assert data["picture"]["name"] == "red square"
    assert data["drawing"] == ""
    assert all(picture["bytes"] for picture in data["strip"])
