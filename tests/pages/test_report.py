"""The report of a run, made on Train."""

from tests.data.own import picture
from tests.pages.app import open_page, without_exception
from tests.pages.test_evaluation import finished
from tests.pages.test_train import press, wait_for
from tests.report.test_markup import Reader
from visualizer.architecture.architecture import Architecture
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.flatten import Flatten
from visualizer.data.own_dataset import save_own


def report_words(app) -> str:
    """Make the report, and read it."""
    without_exception(app.button(key="report-start").click().run())
    finished(app)
    html = app.session_state["visualizer"].jobs["report"].result.decode()
    assert any(button.proto.label.startswith("Download the report") for button in app.get("download_button"))
    return " ".join(" ".join(Reader(html).words).split())


def test_a_report_is_made_and_tells_the_run():
    app = open_page("train")
    without_exception(app.number_input(key="epochs").set_value(2).run())
    press(app, "Start")
    wait_for(app, "Finished")
    words = report_words(app)
    assert "Tiny digits net" in words
    assert "The run finished. It trained 2 epochs of 2 (80 of 80 steps)." in words
    assert "of 269 test pictures right" in words
    assert "The 8 filters of layer 1, Conv2D 8, 3 × 3." in words


def test_a_run_on_pictures_of_ones_own_has_a_report():
    pictures = {
        "cup <b>": [picture(200, seed) for seed in range(20)],
        "pen & ink": [picture(40, seed) for seed in range(12)],
    }
    app = open_page("train")
    owner = app.session_state["visualizer"]
    owner.open_architecture(Architecture("Cup or pen", (3, 16, 16), (Conv2D(filters=3), Flatten(), Dense(units=2))))
    owner.use_own(save_own(pictures, 32, "crop"))
    owner.set_training(epochs=2, batch_size=8)
    without_exception(app.run())
    press(app, "Start")
    wait_for(app, "Finished")
    words = report_words(app)
    assert "Report of a training run on “Mine: cup <b>, pen & ink”" in words
    assert "of 5 test pictures right" in words
    assert "The 3 filters of layer 1" in words
    html = app.session_state["visualizer"].jobs["report"].result.decode()
    assert "<b>" not in html
    assert "cup &lt;b&gt;" in html


def test_a_run_that_goes_on_is_not_asked_the_test_pictures():
    app = open_page("train")
    without_exception(app.number_input(key="epochs").set_value(1000).run())
    press(app, "Start")
    wait_for(app, "Training")
    assert not any(button.key == "report-start" for button in app.button)
    assert any("Pause the run" in caption.value for caption in app.caption)
    press(app, "Pause")
    wait_for(app, "Paused")
    assert "The run has not finished yet. It trained " in report_words(app)
    press(app, "Stop")


def test_a_run_that_went_astray_has_a_report_too():
    app = open_page("train")
    without_exception(app.number_input(key="epochs").set_value(1).run())
    app.session_state["visualizer"].set_training(optimizer="sgd", learning_rate=100.0, loss="mse")
    without_exception(app.run())
    press(app, "Start")
    wait_for(app, "F")
    assert "test pictures right" in report_words(app)
