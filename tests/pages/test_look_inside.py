"""The Look inside page."""

import gc
import io
import json
from collections.abc import Iterable

import numpy as np
import pytest
from PIL import Image, ImageDraw
from streamlit.testing.v1 import AppTest

from tests.pages.app import alts, open_page, without_exception
from visualizer.data.catalog import load_dataset
from visualizer.data.drawing import SIDE
from visualizer.data.photos import bundled_photo
from visualizer.data.prepare import prepare_photo
from visualizer.inspection.steps import Spot
from visualizer.tasks.autoencoder import Autoencoder
from visualizer.tasks.diffusion import Diffusion
from visualizer.tasks.gan import Gan
from visualizer.training.loop.examples import watched_input
from visualizer.training.settings import preset_settings
from visualizer.ui.look.inspected import Inspected
from visualizer.ui.look.state import LookState
from visualizer.ui.parts.opened_picture import SuppliedPicture
from visualizer.ui.state import models
from visualizer.ui.state.models import probe_picture


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
        "Output: feature maps",
        "One number explained",
        "Kernels",
        "Input: 8 × 8 × 1",
    ]


def test_every_layer_can_be_opened(app):
    for index in range(6):
        choose(app, "layer-of-6", index)
        assert len(alts(app)) >= 4


def test_pooling_stands_beside_what_came_in(app):
    choose(app, "layer-of-6", 1)
    assert app.subheader[0].value == "Before and after pooling, on one colour scale"
    assert any("8 × 8" in text and "4 × 4" in text for text in alts(app))


def test_before_the_activation_there_are_negative_numbers(app):
    without_exception(app.selectbox(key="maps-moment").set_value("before").run())
    assert any("before the activation from −" in text for text in alts(app))


def test_the_bundled_network_knows_its_digits(app):
    choose(app, "network-choice", "bundled")
    assert any("The answer is 0" in text and "It is right." in text for text in alts(app))


def test_the_network_of_colours_names_the_colour_and_the_shape_of_its_own_pictures(app):
    choose(app, "network-choice", "colours")
    assert app.selectbox(key="picture-class-colour_shapes").options[0] == "red circle"
    assert any("The answer is red circle" in text and "It is right." in text for text in alts(app))


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


def draw(app: AppTest, strokes: Iterable[tuple[float, float, float, float]]) -> AppTest:
    """The page after these lines were drawn, in shares of the paper: from right, down to right, down."""
    paper = Image.new("L", (SIDE, SIDE))
    for stroke in strokes:
        ImageDraw.Draw(paper).line([share * SIDE for share in stroke], fill=255, width=5)
    app.session_state["visualizer"].page_state(SuppliedPicture).draw(np.asarray(paper))
    return without_exception(app.run())


def test_a_drawing_is_looked_at_by_every_part(app):
    choose(app, "network-choice", "bundled")
    choose(app, "picture-source", "draw")
    assert any("Give it a picture" in info.value for info in app.info)
    assert not alts(app)
    draw(app, [(0.3, 0.15, 0.7, 0.15), (0.7, 0.15, 0.45, 0.88)])
    assert any("What the network sees (8 × 8 × 1)" in text for text in alts(app))
    assert sum(text.startswith("The answer is 7 with ") for text in alts(app)) == 1
    assert any("8 maps of 8 × 8" in text for text in alts(app))
    assert any("like the digits that the network learned from" in caption.value for caption in app.caption)
    app.session_state["look-parts"] = "Why this class?"
    without_exception(app.run())
    assert any(option.startswith("7 (") for option in app.selectbox(key="why-class-of-10").options[:1])


def test_for_another_data_set_a_drawing_stays_as_it_is(app):
    app.session_state["visualizer"].choose_dataset("shapes")
    choose(app, "picture-source", "draw")
    draw(app, [(0.1, 0.5, 0.9, 0.5)])
    assert any(caption.value.startswith("White ink on black paper") for caption in app.caption)
    assert any(text.startswith("The answer is ") for text in alts(app))


def test_a_drawing_can_be_wiped_away(app):
    choose(app, "picture-source", "draw")
    draw(app, [(0.5, 0.1, 0.5, 0.9)])
    assert alts(app)
    draw(app, [])
    assert not alts(app)
    assert any("Give it a picture" in info.value for info in app.info)


def test_a_drawing_stays_while_another_picture_is_looked_at(app):
    choose(app, "picture-source", "draw")
    draw(app, [(0.5, 0.1, 0.5, 0.9)])
    drawn = alts(app)
    choose(app, "picture-source", "dataset")
    assert alts(app) != drawn
    choose(app, "picture-source", "draw")
    assert alts(app) == drawn


def filters(app: AppTest) -> AppTest:
    app.session_state["look-parts"] = "Filters"
    return finished(app)


def finished(app: AppTest) -> AppTest:
    """The app once the long work that it started is done."""
    without_exception(app.run())
    for job in list(app.session_state["visualizer"].jobs.values()):
        job.join()
        assert job.error is None
    return without_exception(app.run())


def test_a_filter_has_its_kernel_and_the_pictures_that_excite_it(app):
    choose(app, "network-choice", "bundled")
    texts = alts(filters(app))
    assert any("8 kernels of 3 × 3" in text for text in texts)
    assert any("One filter's weights for 1 channel, 3 × 3 each" in text for text in texts)
    assert any("The 9 of 1,797 pictures that excite filter 1 most, from 4.02 to" in text for text in texts)


def test_another_layer_and_another_filter_are_chosen(app):
    choose(filters(app), "filters-layer-of-6", 2)
    without_exception(app.number_input(key="filter-2").set_value(12).run())
    texts = alts(finished(app))
    assert any("16 maps of 4 × 4" in text for text in texts)
    assert any("weights for 8 channels, 3 × 3 each" in text for text in texts)
    assert any("excite filter 12 most" in text for text in texts)
    choose(app, "filters-layer-of-6", 5)
    texts = alts(finished(app))
    assert any("weights for 16 channels, 2 × 2 each" in text for text in texts)
    assert any("excite unit 10 most" in text for text in texts)


def test_the_least_excited_and_the_whole_pictures_are_shown_on_demand(app):
    filters(app)
    choose(app, "filters-most", False)
    choose(app, "filters-cropped", False)
    assert any("excite filter 1 least" in text for text in alts(app))
    assert app.get("bidi_component")[-1].proto.id.endswith("filters-wholes")


def test_a_picture_is_made_and_compared_with_real_ones(app):
    choose(app, "network-choice", "bundled")
    choose(filters(app), "filters-layer-of-6", 5)
    finished(app)
    without_exception(app.number_input(key="filters-steps").set_value(20).run())
    app.button(key="filters-made-start").click()
    finished(app)
    job = app.session_state["visualizer"].jobs["filters-made"]
    said = next(text.value for text in app.markdown if "made picture excites" in text.value)
    best = app.session_state["visualizer"].jobs["filters-search"].result.strongest.values[0, 0]
    assert f"**{job.result.reached / best:.2g} ×** as much as the strongest of 1,797 real ones" in said
    assert any(text.startswith("value of unit 1: from") for text in alts(app))
    without_exception(app.number_input(key="filter-5").set_value(2).run())
    assert app.button(key="filters-made-start").label == "Make a picture for unit 2"


def test_a_network_that_does_not_fit_leads_back_to_build():
    app = open_page("build")
    menu = next(button for button in app.get("menu_button") if button.key == "bare-action-4")
    without_exception(menu.click("delete").run())
    app.switch_page("../../../pages/look_inside.py").run()
    without_exception(app)
    assert "does not fit" in app.error[0].value


def explained(app: AppTest) -> dict:
    """What the browser is given to draw of the number that is explained."""
    (component,) = (element for element in app.get("bidi_component") if element.proto.id.endswith("pixel-explained"))
    return json.loads(component.proto.json)


def go_on(app: AppTest, *places: tuple[int, ...]) -> AppTest:
    """As if these numbers had been clicked one after the other."""
    app.session_state["visualizer"].page_state(LookState).explain_pixel(
        tuple(Spot(node, tuple(place)) for node, *place in places)
    )
    return without_exception(app.run())


def test_the_largest_number_is_explained_at_first_and_any_other_by_its_row_and_column(app):
    choose(app, "network-choice", "bundled")
    data = explained(app)
    assert data["spot"] == [0, 4, 5, 3]
    assert data["value"] == data["lines"][-1][2] == "2.577"
    assert [line[0] for line in data["lines"]] == ["Products, summed", "Bias, added", "ReLU"]
    row = next(field for field in app.number_input if field.key.startswith("pixel-row-0-8-"))
    without_exception(row.set_value(1).run())
    data = explained(app)
    assert data["spot"] == [0, 4, 0, 3]
    grids = {grid["name"]: grid for grid in data["terms"][0]["grids"]}
    assert grids["window"]["places"][0] == [None, None, None]
    assert grids["window"]["places"][1] == [[0, 0, 2], [0, 0, 3], [0, 0, 4]]
    assert [panel["marks"] for panel in data["panels"]] == [[[0, 2, 2, 3]], [[0, 3, 1, 1]]]


def test_a_number_is_followed_from_the_answer_to_the_picture(app):
    choose(app, "network-choice", "bundled")
    choose(app, "layer-of-6", 5)
    data = explained(app)
    assert (data["spot"], data["value"]) == ([5, 0], "0.9913")
    assert len(data["items"]) == 10
    assert data["rest"].startswith("54 other products together")
    assert data["shares"][0]["chosen"]
    way = [(5, 0), (4, 22), (3, 5, 1, 0), (2, 5, 2, 1), (1, 4, 1, 1), (0, 4, 2, 2), (-1, 0, 1, 1)]
    values = []
    for length in range(1, len(way) + 1):
        data = explained(go_on(app, *way[:length]))
        assert data["spot"] == list(way[length - 1])
        assert len(data["trail"]) == length
        assert data["value"] == data["lines"][-1][2]
        values.append(data["value"])
    assert values[1] == values[2]
    assert data["trail"][-1] == {"layer": "Picture", "place": "brightness, row 2, column 2"}


def test_of_many_channels_there_are_pages(app):
    choose(app, "network-choice", "bundled")
    choose(app, "layer-of-6", 2)
    data = explained(app)
    assert (len(data["terms"]), data["pages"]) == (3, 3)
    owner = app.session_state["visualizer"]
    owner.page_state(LookState).explain_pixel((Spot(2, (0, 0, 0)),), page=2)
    data = explained(without_exception(app.run()))
    assert (len(data["terms"]), data["page"]) == (2, 2)


def test_a_number_that_is_not_there_any_more_gives_way_to_the_largest(app):
    go_on(app, (0, 99, 0, 0))
    first = explained(app)["spot"]
    assert first[1] < 8
    choose(app, "layer-of-6", 1)
    assert explained(app)["spot"][0] == 1


def test_nothing_holds_a_look_at_an_earlier_picture(app):
    def looks() -> int:
        gc.collect()
        return sum(type(one) is Inspected for one in gc.get_objects())

    at_first = looks()
    for number in (2, 3, 4):
        without_exception(app.number_input(key="picture-number-digits").set_value(number).run())
    assert looks() <= at_first


@pytest.mark.parametrize("source", ["dataset", "photo"])
@pytest.mark.parametrize("task", [Gan(), Diffusion(), Autoencoder(noise=0.3)])
def test_a_network_is_shown_the_noise_that_its_task_shows_it(app, task, source, monkeypatch):
    """As on Train: noise that follows from the picture, not the picture itself."""
    shown = []

    def spy(key, network, picture):
        shown.append(picture)
        return probe_picture(key, network, picture)

    monkeypatch.setattr(models, "probe_picture", spy)
    owner = app.session_state["visualizer"]
    owner.change_next_run(task.preset().architecture, preset_settings(task))
    choose(without_exception(app.run()), "picture-source", source)
    shape, origin = task.preset().architecture.input_shape, owner.look.picture
    if isinstance(origin, str):
        expected = task.input_of(prepare_photo(bundled_photo(origin), shape)[0][None])[0]
    else:
        name, index = origin
        expected = watched_input(task, load_dataset(name).pictures[index][None], shape)[0].numpy()
    assert isinstance(origin, str) == (source == "photo")
    np.testing.assert_array_equal(shown[-1], expected)
    # A sample stands in place of what the network sees.
    assert any(text.value.startswith("What the network sees") for text in app.caption) != task.reads_noise

    app.session_state["look-parts"] = "Filters"
    without_exception(app.run())
    assert any("shown noise, not the pictures" in info.value for info in app.info) == task.reads_noise
