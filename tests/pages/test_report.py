"""The report of a run, made on Train."""

from tests.pages.app import open_page, without_exception
from tests.pages.test_evaluation import finished
from tests.pages.test_train import press, wait_for
from tests.report.test_markup import Reader


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
    assert "Finished after 2 epochs of 2 (80 of 80 steps)" in words
    assert "of 269 test pictures right" in words
    assert "The 8 filters of layer 1, Conv2D 8, 3 × 3." in words


def test_a_run_that_goes_on_is_not_asked_the_test_pictures():
    app = open_page("train")
    without_exception(app.number_input(key="epochs").set_value(1000).run())
    press(app, "Start")
    wait_for(app, "Training")
    assert not any(button.key == "report-start" for button in app.button)
    assert any("Pause the run" in caption.value for caption in app.caption)
    press(app, "Pause")
    wait_for(app, "Paused")
    assert "Not finished yet after" in report_words(app)
    press(app, "Stop")


def test_a_run_that_went_astray_has_a_report_too():
    app = open_page("train")
    without_exception(app.number_input(key="epochs").set_value(1).run())
    app.session_state["visualizer"].set_training(optimizer="sgd", learning_rate=100.0, loss="mse")
    without_exception(app.run())
    press(app, "Start")
    wait_for(app, "F")
    assert "test pictures right" in report_words(app)
