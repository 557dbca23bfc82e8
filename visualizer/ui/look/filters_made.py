"""A picture made to excite one filter: while it grows, and beside the strongest real one."""

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from visualizer.architecture.span import RowColumn
from visualizer.data.dataset import Dataset
from visualizer.data.prepare import prepare
from visualizer.figures.chart import number as written
from visualizer.figures.filters import ascent_chart, patches
from visualizer.figures.raster import greyed
from visualizer.inspection.receptive_field.crop import Crop, crop_to_field
from visualizer.inspection.receptive_field.fields import LayerFields
from visualizer.ui.kit.charts import show
from visualizer.ui.kit.job import Progress, Steps, with_progress
from visualizer.ui.kit.pick import select
from visualizer.ui.look.filters_excited import Filter, gaps_of, sees_all
from visualizer.ui.look.inspected import Inspected
from visualizer.ui.state.viewport import column_width
from visualizer.ui.state.work import work

if TYPE_CHECKING:
    from visualizer.inspection.excitation import Excitation
    from visualizer.inspection.made_picture import Aim, Ascent, GrowingPicture, MadePicture

LARGE = 200.0  # pixels of the screen for one picture or part of one
_PIXELS_PER_JITTER = 32
_AIMS: "dict[Aim, str]" = {"place": "at one place", "map": "everywhere"}


def made_part(
    inspected: Inspected, filter: Filter, fields: LayerFields | None, dataset: Dataset, excitation: "Excitation | None"
) -> None:
    """Draw how a picture is made for a filter, the picture while it grows, and how it compares with real ones."""
    st.subheader(f"A picture made to excite {filter.noun} {filter.number}")
    ascent = _ascent(inspected, filter)
    best, mean = _real(filter, ascent, excitation)

    def draw(tiles: list[tuple[str, Crop]], history: np.ndarray, key: str) -> None:
        left, right = st.columns(2, vertical_alignment="top")
        with left:
            pixels, inside = (np.stack([getattr(crop, part) for _, crop in tiles]) for part in ("pixels", "inside"))
            names = [name for name, _ in tiles]
            show(
                patches(
                    pixels,
                    inside,
                    [tuple(name.split(": ")) for name in names],
                    columns=2,
                    width=column_width(0.5),
                    max_tile=LARGE,
                    alt=f"For {filter.noun} {filter.number}: {', '.join(names)}.",
                ),
                f"made-pictures-{key}",
            )
        with right:
            label = f"value of {filter.noun} {filter.number}"
            if ascent.aim == "map":
                label = f"mean value of {filter.noun} {filter.number} over all places"
            show(
                ascent_chart(
                    history, ascent.steps, best_real=best, mean_real=mean, label=label, width=column_width(0.5)
                ),
                f"made-ascent-{key}",
            )

    known = None if ascent.aim == "map" else fields

    @cache  # while the picture grows, its strongest place seldom changes
    def gaps_at(place: RowColumn) -> np.ndarray:
        (gaps,) = gaps_of(inspected, filter, known, [place])
        return gaps

    def seen(picture: np.ndarray, place: RowColumn) -> Crop:
        return crop_to_field(greyed(picture, gaps_at(place)), known, place)

    def make() -> "Steps[MadePicture]":
        from visualizer.inspection.made_picture import maximise

        def tell(growing: "GrowingPicture") -> Progress:
            done = len(growing.history) - 1
            text = f"step {done:,} of {ascent.steps:,}, value {written(float(growing.history[-1]))}"
            return Progress(done / ascent.steps, text, growing)

        return with_progress(maximise(inspected.network, filter.layer, filter.number - 1, ascent), tell)

    def draw_partial(growing: "GrowingPicture") -> None:
        with st.container(key="live-made"):
            draw([("so far", seen(growing.picture, growing.place))], growing.history, "growing")

    made = work(
        "filters-made",
        (inspected.key, filter.layer, filter.number, ascent),
        make,
        button=f"Make a picture for {filter.noun} {filter.number}",
        icon=":material/auto_awesome:",
        draw_partial=draw_partial,
    )
    if made is None:
        return
    st.markdown(_compared(inspected, filter, ascent, made, dataset, excitation, best, mean))
    tiles = [(f"made: {written(made.reached)}", seen(made.picture, made.place))]
    pictures, places = [made.picture], [made.place]
    if excitation is not None and ascent.aim == "place":
        row = filter.number - 1
        chosen = dataset.pictures[excitation.strongest.pictures[row, :1]]
        strongest = inspected.task.input_of(prepare(chosen, inspected.network.input_shape))[0]
        first, second = excitation.strongest.places[row, 0]
        pictures, places = [*pictures, strongest], [*places, (int(first), int(second))]
        tiles.append((f"strongest real: {written(best or 0.0)}", seen(strongest, places[1])))
    draw(tiles, np.append(made.history, np.float32(made.reached)), "done")
    if ascent.aim == "place" and not sees_all(inspected, fields):
        shown = [greyed(picture, gaps_at(place)) for picture, place in zip(pictures, places, strict=True)]
        _where(filter, tiles, shown)
    if any(gaps_at(place).any() for place in places):
        st.caption(f"The pixels in grey lie between those that the {filter.noun} sees; it does not see them.")


def _ascent(inspected: Inspected, filter: Filter) -> "Ascent":
    """Draw the settings of the ascent."""
    from visualizer.inspection.made_picture import Ascent

    size = min(inspected.network.input_shape[1:])
    aim: Aim = "place"
    with st.expander("How it is made", icon=":material/tune:"):
        st.markdown(
            "The picture starts as grey with a little noise. Each step changes every pixel slightly, in the direction "
            "that raises the value: the *picture* learns, not the network. Two things keep it from becoming pure "
            "noise: random shifts (jitter, in all but the last quarter of the steps) and a price for differences "
            "between neighbouring pixels (total variation)."
        )
        with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
            if filter.places > 1:
                aim = select("Excite it", _AIMS, "filters-aim", width=150)
            steps = st.number_input("Steps", 1, 1024, 128, key="filters-steps", persist_state="session", width=130)
            jitter = st.number_input(
                "Jitter in pixels",
                0,
                16,
                min(size // _PIXELS_PER_JITTER, 16),
                key=f"filters-jitter-{size}",
                persist_state="session",
                width=130,
            )
            variation = st.number_input(
                "Total variation",
                0.0,
                2.0,
                0.3,
                0.1,
                key="filters-variation",
                persist_state="session",
                width=140,
                help="0 allows any noise; larger values give a smoother picture.",
            )
            seed = st.number_input(
                "Seed",
                0,
                9999,
                0,
                key="filters-seed",
                persist_state="session",
                width=120,
                help="Another seed starts from other noise.",
            )
        st.caption(
            "Simplified: real tools also rotate and scale the picture at random and decorrelate its colours (Olah et "
            f"al., Distill 2017). The picture shows one pattern that excites the {filter.noun}, not every one, and "
            "real pictures need not look like it."
        )
    return Ascent(aim, steps, jitter, variation, seed)


def _real(filter: Filter, ascent: "Ascent", excitation: "Excitation | None") -> tuple[float | None, float | None]:
    """The strongest and the mean value of real pictures, measured as the ascent measures it."""
    if excitation is None:
        return None, None
    row = filter.number - 1
    if ascent.aim == "place":
        return float(excitation.strongest.values[row, 0]), float(excitation.place_mean[row])
    return float(excitation.map_best[row]), float(excitation.map_mean[row])


def _compared(
    inspected: Inspected,
    filter: Filter,
    ascent: "Ascent",
    made: "MadePicture",
    dataset: Dataset,
    excitation: "Excitation | None",
    best: float | None,
    mean: float | None,
) -> str:
    if filter.places == 1:
        reached = f"The made picture reaches **{written(made.reached)}** before the activation function."
    elif ascent.aim == "map":
        reached = f"The made picture reaches **{written(made.reached)}** on average over all places."
    else:
        reached = f"The made picture reaches **{written(made.reached)}** at its strongest place."
    if inspected.task.reads_noise:
        return reached
    if excitation is None or best is None or mean is None:
        return f"{reached} Search the pictures above to compare it with real ones."
    ratio = ""
    if best > 0 and made.reached > 0:
        ratio = f"{made.reached / best:.2g} ×"
        verdict = "The made picture excites the {0} **{1}** as much as the strongest of {2:,} real ones ({3})."
    elif made.reached > best:
        verdict = "The made picture excites the {0} **more** than the strongest of {2:,} real ones ({3})."
    else:
        verdict = "The made picture excites the {0} **less** than the strongest of {2:,} real ones ({3})."
    sentences = [
        verdict.format(filter.noun, ratio, excitation.count, dataset.title),
        reached,
        f"The strongest real picture reaches {written(best)}. Real pictures reach {written(mean)} on average.",
    ]
    if made.reached < best:
        sentences.append("More steps or another seed may raise it above the best real one.")
    return " ".join(sentences)


def _where(filter: Filter, tiles: list[tuple[str, Crop]], pictures: list[np.ndarray]) -> None:
    """Where the enlarged parts lie in the whole pictures."""
    st.caption(
        f"Above: what the {filter.noun} sees at its strongest place. Below: the whole pictures, with that part framed."
    )
    show(
        patches(
            np.stack(pictures),
            np.ones((len(pictures), *pictures[0].shape[1:]), dtype=bool),
            [tuple(name.split(": ")) for name, _ in tiles],
            columns=2,
            width=column_width(0.5),
            max_tile=LARGE,
            alt=f"The whole pictures; a frame marks the part that {filter.noun} {filter.number} sees.",
            boxes=[crop.frame for _, crop in tiles],
        ),
        "made-wholes",
    )
