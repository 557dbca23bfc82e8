"""The page on receptive fields."""

from tests.pages.app import alts, open_page, without_exception
from visualizer.architecture.presets import SMALL_VGG


def texts(app) -> str:
    return "\n".join(element.value for element in [*app.markdown, *app.latex, *app.caption])


def test_another_layer_sees_more_and_shows_its_sum():
    app = open_page("receptive_field")
    assert app.title[0].value == "Receptive field"
    assert app.selectbox(key="receptive-field-network").value == SMALL_VGG.name
    assert r"24 + (3-1)\cdot 1\cdot 4 = \mathbf{32}" in texts(app)
    without_exception(app.select_slider[0].set_value(3).run())
    assert r"5 + (2-1)\cdot 1\cdot 1 = \mathbf{6}" in texts(app)
    assert app.table[0].value["Receptive field"].tolist() == ["**1**", "**3**", "**5**", "**6**"]
    assert app.table[0].value["Output (H × W × C)"].tolist()[-1] == "32 × 32 × 16"


def test_a_prediction_is_judged_and_the_next_one_asked():
    app = open_page("receptive_field")
    app.button_group[0].set_value("44 × 44").run()
    assert "Not quite" in texts(app)
    assert "32 + 8 = 40" in texts(app)
    assert len(app.button_group) == 2
    app.button_group[1].set_value("40 × 40").run()
    assert "Right." in texts(app)
    assert "span 56 × 56" in texts(without_exception(app))


def test_a_trained_network_is_shown_beside_the_untrained_one():
    app = open_page("receptive_field")
    without_exception(app.selectbox(key="receptive-field-network").select("bundled").run())
    labels = [metric.label for metric in app.metric]
    assert [label.split(":")[0] for label in labels] == ["Untrained", "Trained"]
    assert app.metric[0].value != app.metric[1].value
    assert sum("Gradient of the unit" in alt for alt in alts(app)) == 2
