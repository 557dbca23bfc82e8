"""Skip connections on and off: two networks that differ in nothing else, trained side by side."""

from collections.abc import Mapping

import numpy as np
import streamlit as st

from visualizer.architecture.architecture import summarize
from visualizer.concepts.masks import at_edges
from visualizer.concepts.skip_connections import CLASSES, EPOCHS, SIDE, SkipData, SkipRun, race, small_unet
from visualizer.figures.raster import rgb_pixels
from visualizer.figures.skip_connections import TITLES, error_lines, masks_side_by_side
from visualizer.ui.concepts.scenes import scenes, small_masks, small_pictures
from visualizer.ui.kit.charts import show
from visualizer.ui.kit.glossary import explained
from visualizer.ui.kit.job import Progress, Steps
from visualizer.ui.kit.prediction import predict
from visualizer.ui.kit.results import keep_results
from visualizer.ui.state.viewport import column_width, is_narrow
from visualizer.ui.state.work import work

TRAINED_ON, MEASURED_ON = 480, 120  # pictures
_JOB = "skip-race"
_QUESTION = "segmentation-skips"
_COLUMNS = 5  # pictures below each other's masks
_COLUMNS_ON_A_PHONE = 2
_ZONES = {
    "edges": "at the edges of the shapes",
    "inside": "inside the shapes",
    "background": "in the background",
}


@keep_results(max_entries=1)
def _data() -> SkipData:
    dataset = scenes()

    def split(indices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return small_pictures(indices, SIDE), (small_masks(indices, SIDE) > 0).astype(np.uint8)

    return SkipData(*split(dataset.train[:TRAINED_ON]), *split(dataset.validation[:MEASURED_ON]))


@st.fragment
def skips() -> None:
    """Draw the question, and train both networks once it is answered."""
    report = summarize(small_unet(True, CLASSES))
    st.markdown(
        explained(
            f"Two networks learn which pixels belong to a shape, from {TRAINED_ON} pictures of {SIDE} × {SIDE}, for "
            f"{EPOCHS} epochs. Both go down three times and up again, with the same {report.parameters:,} parameters, "
            "the same initial weights, and the same batches in the same order. **The only difference:** with skip "
            "connections, the maps of the way down are added to those of the same size on the way up, which has "
            "nothing to learn."
        )
    )
    question = st.container()
    runs = None
    if st.session_state.get(f"answer-{_QUESTION}"):
        runs = _trained(_data())
    else:
        st.caption("Both networks start to train when you answer the question.")
    with question:
        _ask(runs)


def _trained(data: SkipData) -> dict[bool, SkipRun] | None:
    """Both runs, or None while they train; their lines grow meanwhile."""

    def steps() -> Steps[dict[bool, SkipRun]]:
        runs: dict[bool, SkipRun] = {}
        for runs in race(data):
            done = [int(run.batches[-1]) for run in runs.values()]
            total = sum(run.total for run in runs.values())
            yield Progress(sum(done) / total, f"Batch {max(done):,}", runs)
        return runs

    trained = work(_JOB, "skips", steps, button="Train both again", at_once=True, draw_partial=_draw_errors)
    if trained is not None:
        _draw_errors(trained)
        _draw_masks(trained)
    return trained


def _draw_errors(runs: Mapping[bool, SkipRun]) -> None:
    show(error_lines(runs), "segmentation-errors")
    st.markdown(result_table(runs, _data().held_out_masks))


def _draw_masks(runs: Mapping[bool, SkipRun]) -> None:
    data = _data()
    pictures = np.stack([rgb_pixels(picture) for picture in data.held_out_pictures[:_COLUMNS]])
    columns = _COLUMNS_ON_A_PHONE if is_narrow() else _COLUMNS
    masks = masks_side_by_side(pictures, data.held_out_masks, runs, column_width(), columns=columns)
    show(masks, "segmentation-masks")
    st.caption(
        f"Measured on {MEASURED_ON} pictures that neither network was trained on. The numbers above the masks are "
        "their pixels in error. Coloured: the answer. White outline: the truth. Striped: wrong pixels. An edge is a "
        "pixel beside one of the other kind."
    )


def zone_errors(run: SkipRun, truth: np.ndarray) -> dict[str, tuple[int, int]]:
    """Wrong pixels, and all pixels, at the edges, inside shapes and in the background."""
    edges, wrong = at_edges(truth), run.answers != truth
    zones = {"edges": edges, "inside": (truth > 0) & ~edges, "background": (truth == 0) & ~edges}
    return {name: (int((wrong & zone).sum()), int(zone.sum())) for name, zone in zones.items()}


def result_table(runs: Mapping[bool, SkipRun], truth: np.ndarray) -> str:
    """What both networks reach, as a Markdown table with a column for each."""
    zones = {skips: zone_errors(run, truth) for skips, run in runs.items()}
    rows = {
        "mean IoU": [f"{run.iou[-1]:.3f}" for run in runs.values()],
        "pixels in error": [f"{run.wrong[-1]:.1%}" for run in runs.values()],
    } | {words: [f"{of[name][0] / of[name][1]:.1%}" for of in zones.values()] for name, words in _ZONES.items()}
    lines = [f"| | {' | '.join(TITLES[skips] for skips in runs)} |", f"| --- |{' --: |' * len(runs)}"]
    return "\n".join([*lines, *(f"| {name} | {' | '.join(cells)} |" for name, cells in rows.items())])


def _ask(runs: Mapping[bool, SkipRun] | None) -> None:
    question = explained(
        "Where will the network **without** skip connections have the most wrong pixels?", "skip connection"
    )
    if runs is None or any(run.batches[-1] < run.total for run in runs.values()):
        predict(question, _ZONES, None, "The training decides.", key=_QUESTION)
        return
    truth = _data().held_out_masks
    without, with_skips = zone_errors(runs[False], truth), zone_errors(runs[True], truth)
    most = max(without, key=lambda name: without[name][0])
    total = sum(wrong for wrong, _ in without.values())
    less = sum(wrong for wrong, _ in with_skips.values())
    counts = ", ".join(f"{without[name][0]:,} {words}" for name, words in _ZONES.items())
    predict(
        question,
        _ZONES,
        most,
        f"Of its {total:,} wrong pixels: {counts}. With skip connections {less:,} are wrong, and "
        f"{with_skips['edges'][0]:,} of these at the edges. At the bottom, {SIDE // 8} × {SIDE // 8} places are left "
        "of the picture; where exactly an edge runs, the maps of the way down still know.",
        key=_QUESTION,
    )
