"""The page on detection: each part, its question, and its numbers against a computation of their own."""

import numpy as np
import pytest
import torch

from tests.pages.app import answer_question, component_data, open_page, open_part, without_exception
from visualizer.data.boxes import overlaps
from visualizer.data.prepare import prepare
from visualizer.tasks.detection import Detection
from visualizer.ui.concepts.scenes import PICTURE, answers_of_detector, boxes_of, scenes
from visualizer.ui.state.models import bundled_network


def test_the_boxes_begin_at_the_largest_object():
    app = open_page("detection")
    data = component_data(app, "enough")
    left, top, width, height = data["boxes"][0]
    box = np.array([left + width / 2, top + height / 2, width, height]) / 64
    best = overlaps(box[None], boxes_of(PICTURE - 1)[:, 1:])[0]
    assert best.argmax() == boxes_of(PICTURE - 1)[:, 3:].prod(1).argmax()
    assert best.max() > 0.9
    assert "½ / 1½ = 0.333" in answer_question(app, "detection-shift", "1/3")


@pytest.mark.parametrize("side", [2, 4, 8, 16])
def test_a_cell_is_where_a_centre_lies(side):
    app = open_part("detection", "2  Grid cells")
    app.session_state["detection-side"] = side
    data = component_data(without_exception(app.run()), "side")
    centres = {(int(y * side), int(x * side)) for x, y in boxes_of(PICTURE - 1)[:, 1:3].tolist()}
    assert {(cell["row"], cell["column"]) for cell in data["cells"]} == centres
    assert sum(one["lost"] for one in data["objects"]) == len(boxes_of(PICTURE - 1)) - len(centres)


def test_the_question_on_cells_is_right_for_this_picture():
    centres = {(int(y * 4), int(x * 4)) for x, y in boxes_of(PICTURE - 1)[:, 1:3].tolist()}
    assert len(centres) == 4
    assert "**Right.**" in answer_question(open_part("detection", "2  Grid cells"), "detection-cells", "4")


def test_suppression_begins_with_the_detectors_own_answers():
    app = open_part("detection", "3  Non-maximum suppression")
    dataset, network = scenes(), bundled_network("detector")
    picture = prepare(dataset.pictures[dataset.test[PICTURE - 1]][None], (3, 64, 64))
    with torch.inference_mode():
        maps = network(torch.from_numpy(picture))
    expected = Detection().answer(network, maps, dataset.annotations)
    data = component_data(app, "steps")
    some = expected.scores >= 0.1
    first, last = data["steps"][0], data["steps"][-1]
    assert len(first["rows"]) == some.sum() == 18
    names = [dataset.class_names[label] for label in expected.classes[some]]
    written = [f"{name} {score:.2f}" for name, score in zip(names, expected.scores[some], strict=True)]
    assert [row["cells"][0] for row in first["rows"]] == written
    assert [row["state"] == "kept" for row in last["rows"]] == expected.kept[some].tolist()
    assert "**Right.**" in answer_question(app, "detection-survivors", str(int(expected.kept[some].sum())))


def test_the_limit_changes_what_is_removed():
    app = open_part("detection", "3  Non-maximum suppression")
    kept = {}
    for limit in (0.3, 0.9):
        without_exception(app.slider(key="detection-limit").set_value(limit).run())
        kept[limit] = sum(row["state"] == "kept" for row in component_data(app, "steps")["steps"][-1]["rows"])
    assert kept[0.3] < kept[0.9]


def test_the_threshold_counts_what_the_evaluation_counts():
    data = component_data(open_part("detection", "4  Threshold"), "curve")
    (step,) = (step for step in data["steps"] if step["name"] == "score from 0.40")
    dataset, network = scenes(), bundled_network("detector")
    with torch.inference_mode():
        maps = network(torch.from_numpy(prepare(dataset.pictures[dataset.test], (3, 64, 64))))
    targets = Detection().targets(dataset, dataset.test)
    # F1 of each picture is computed with the threshold of 0.4, from its own counts.
    f1 = Detection().measured(maps, torch.from_numpy(targets), dataset.annotations)["f1"].numpy()
    answers = answers_of_detector()
    some = answers.kept & (answers.scores >= 0.4)
    hits, said, true = (answers.found >= 0) & some, some.sum(1), (targets[..., 0] >= 0).sum(1)
    assert 2 * hits.sum(1) / np.maximum(said + true, 1) == pytest.approx(f1)
    rows = {row["head"]: row["cells"][0] for row in step["rows"]}
    assert rows["TP"].startswith(f"{hits.sum()} ")
    assert rows["FP"].startswith(f"{some.sum() - hits.sum()} ")
    assert rows["FN"].startswith(f"{true.sum() - hits.sum()} ")
    # On the pictures, every object is found or drawn as missed.
    found = step["states"].count("right") + step["states"].count("truth")
    assert found == sum(len(boxes_of(PICTURE - 1 + place)) for place in range(3))


def test_the_question_on_the_threshold_is_answered_by_the_counts():
    text = answer_question(open_part("detection", "4  Threshold"), "detection-threshold", "precision rises")
    assert "**Right.**" in text


def test_a_picture_without_answers_says_so(monkeypatch):
    monkeypatch.setattr("visualizer.ui.concepts.detection_answers._LEAST_SCORE", 1.0)
    assert "sees nothing" in open_part("detection", "3  Non-maximum suppression").info[0].value
