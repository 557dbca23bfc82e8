"""What excites one filter: the pictures of a data set that do it most, and a picture that is made to do it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from visualizer.architecture.shapes import Shape, is_maps
from visualizer.data.catalog import DATASETS
from visualizer.data.dataset import Dataset
from visualizer.data.prepare import prepare
from visualizer.figures.chart import number as written
from visualizer.figures.filters import ascent_chart, patches
from visualizer.figures.picture import picture_chart
from visualizer.ui.charts import show
from visualizer.ui.dataset_view import opened_dataset
from visualizer.ui.looked import Looked
from visualizer.ui.viewport import column_width, is_narrow
from visualizer.ui.work import Progress, Steps, work

if TYPE_CHECKING:
    from visualizer.inspection.excitation import Excitation, Ranking
    from visualizer.inspection.made_picture import Ascent, Growing, Made
    from visualizer.inspection.sight import Crop, Sight

SHOWN = 9
# Numbers in all pictures together up to which they are searched without being asked: it takes a moment.
SEARCH_AT_ONCE = 1_000_000
_PIXELS_PER_JITTER = 32
_SELECT = 190  # pixels


@dataclass(frozen=True)
class Filter:
    """One filter of a network.

    Attributes:
        layer: Its layer's place, from 0.
        number: Its own, from 1.
        noun: What it is called: "filter", or "unit" in a layer that gives a vector.
        output_shape: What its layer gives.
    """

    layer: int
    number: int
    noun: str
    output_shape: Shape

    @property
    def places(self) -> int:
        """At how many places it looks."""
        return self.output_shape[1] * self.output_shape[2] if is_maps(self.output_shape) else 1


def excited_part(looked: Looked, filter: Filter) -> None:
    """Draw the pictures that excite a filter, and what makes one."""
    from visualizer.inspection.sight import sight_of

    sight = sight_of(looked.network, filter.layer)
    st.subheader(f"The pictures that excite {filter.noun} {filter.number} most")
    known = looked.dataset if looked.dataset in DATASETS else next(iter(DATASETS))
    name = st.selectbox(
        "Data set to search",
        list(DATASETS),
        index=list(DATASETS).index(known),
        format_func=lambda name: DATASETS[name].title,
        key=f"filters-dataset-{known}",
        persist_state="session",
        width=_SELECT,
    )
    dataset = opened_dataset(name)
    found = _searched(looked, filter, dataset)
    if found is not None:
        _strongest(looked, filter, sight, dataset, found)
    st.subheader(f"A picture made to excite {filter.noun} {filter.number}")
    _made(looked, filter, sight, dataset, found)


def _searched(looked: Looked, filter: Filter, dataset: Dataset) -> "Excitation | None":
    network, total = looked.network, len(dataset.pictures)

    def search() -> "Steps[Excitation]":
        from visualizer.inspection.excitation import strongest

        def fetch(start: int, stop: int) -> np.ndarray:
            return prepare(dataset.pictures[start:stop], network.input_shape)

        steps = strongest(network, filter.layer, fetch, total, SHOWN)
        while True:
            try:
                done = next(steps)
            except StopIteration as stop:
                result: Excitation = stop.value
                return result
            yield Progress(done / total, f"{done:,} of {total:,} pictures searched")

    return work(
        "filters-search",
        (looked.key, filter.layer, dataset.name),
        search,
        button=f"Search {total:,} pictures",
        icon=":material/image_search:",
        at_once=total * int(np.prod(network.input_shape)) <= SEARCH_AT_ONCE,
    )


def _strongest(looked: Looked, filter: Filter, sight: "Sight", dataset: Dataset, found: "Excitation") -> None:
    whole = _sees_all(looked, sight)
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        most = st.segmented_control(
            "Show",
            [True, False],
            default=True,
            required=True,
            format_func=lambda most: "the most excited" if most else "the least",
            key="filters-most",
            persist_state="session",
        )
        cropped = not whole and st.segmented_control(
            "Of each",
            [True, False],
            default=True,
            required=True,
            format_func=lambda cropped: "what it sees" if cropped else "the whole picture",
            key="filters-cropped",
            persist_state="session",
        )
    ranking = found.strongest if most else found.weakest
    row = filter.number - 1
    values = ranking.values[row]
    numbers = ranking.pictures[row]
    pictures = prepare(dataset.pictures[numbers], looked.network.input_shape)
    crops = _crops(pictures, sight, ranking, row)
    classes = [dataset.class_names[label] for label in dataset.labels[numbers]]
    titles = [f"{written(float(value))} · {name}" for value, name in zip(values, classes, strict=True)]
    st.markdown(
        "**What do they have in common?** Look first, then read the kernel above again."
        if most
        else "**What is missing in these?** Here its value is as low as it gets."
    )
    alt = (
        f"The {len(values)} of {found.count:,} pictures that excite {filter.noun} {filter.number} "
        f"{'most' if most else 'least'}, from {written(float(values[0]))} to {written(float(values[-1]))}. "
        f"Their classes: {', '.join(classes)}."
    )
    columns = 3 if is_narrow() else SHOWN
    if cropped:
        show(
            patches(
                np.stack([crop.pixels for crop in crops]),
                np.stack([crop.inside for crop in crops]),
                titles,
                columns=columns,
                width=column_width(),
                alt=alt,
            ),
            "filters-crops",
        )
    else:
        show(
            patches(
                pictures,
                np.ones((len(pictures), *pictures.shape[2:]), dtype=bool),
                titles,
                columns=columns,
                width=column_width(),
                alt=alt,
                boxes=[] if whole else [_box(crop) for crop in crops],
            ),
            "filters-wholes",
        )
    st.caption(_said(filter, sight, found, values, crops, whole=whole, most=most))


def _sees_all(looked: Looked, sight: "Sight") -> bool:
    """Whether a unit's field is as large as the picture, so that there is nothing to cut out."""
    _, height, width = looked.network.input_shape
    return sight.size[0] >= height and sight.size[1] >= width


def _crops(pictures: np.ndarray, sight: "Sight", ranking: "Ranking", row: int) -> "list[Crop]":
    from visualizer.inspection.sight import crop

    return [
        crop(picture, sight, (int(place[0]), int(place[1])))
        for picture, place in zip(pictures, ranking.places[row], strict=True)
    ]


def _box(crop: "Crop") -> tuple[float, float, float, float]:
    return crop.top, crop.left, *crop.inside.shape


def _said(
    filter: Filter,
    sight: "Sight",
    found: "Excitation",
    values: np.ndarray,
    crops: "Sequence[Crop]",
    *,
    whole: bool,
    most: bool,
) -> str:
    parts = [
        f"Above each: the value of the {filter.noun} before its activation function"
        + (", at the place of the picture where it is " + ("largest" if most else "least") if filter.places > 1 else "")
        + f", and the picture’s class. {found.count:,} pictures were searched."
    ]
    if whole:
        parts.append(f"This {filter.noun} sees the whole picture.")
    else:
        parts.append(f"At one place it sees {sight.size[0]} × {sight.size[1]} pixels (its receptive field).")
        if not all(crop.inside.all() for crop in crops):
            parts.append("Stripes lie outside the picture.")
    if len(values) > 1 and values[0] == values[-1]:
        parts.append(
            f"At least {len(values)} pictures have this same value: these are only the first of them in the data set."
        )
    return " ".join(parts)


def _ascent(looked: Looked, filter: Filter) -> "Ascent":
    """Draw the settings of the ascent."""
    from visualizer.inspection.made_picture import Ascent

    size = min(looked.network.input_shape[1:])
    aim = "place"
    with st.expander("How it is made", icon=":material/tune:"):
        st.markdown(
            "It starts from grey with a little noise. In each step every pixel is changed a little, up or down, in the "
            "direction that raises the value: the network learns nothing, the *picture* does. Moving the picture about "
            "at random (jitter) and holding down differences between neighbours (total variation) keep it from "
            "becoming pure noise."
        )
        with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
            if filter.places > 1:
                aim = st.selectbox(
                    "Excite it",
                    ["place", "map"],
                    format_func=lambda aim: "at one place" if aim == "place" else "everywhere",
                    key="filters-aim",
                    persist_state="session",
                    width=150,
                )
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
                0.05,
                0.05,
                key="filters-variation",
                persist_state="session",
                width=140,
                help="0 allows any noise; the more, the smoother.",
            )
            seed = st.number_input(
                "Seed",
                0,
                9999,
                0,
                key="filters-seed",
                persist_state="session",
                width=120,
                help="Of the noise at first.",
            )
        st.caption(
            "Simplified: real tools also turn and scale the picture at random and work with colours that vary "
            "independently (Olah et al., Distill 2017). A picture made like this shows one thing that excites the "
            f"{filter.noun}, not all, and nothing says that a real picture looks like it."
        )
    return Ascent(aim, steps, jitter, variation, seed)  # type: ignore[arg-type]


def _made(looked: Looked, filter: Filter, sight: "Sight", dataset: Dataset, found: "Excitation | None") -> None:
    ascent = _ascent(looked, filter)
    best, mean = _real(filter, ascent, found)

    def draw(picture: np.ndarray, history: np.ndarray, key: str, real: np.ndarray | None = None) -> None:
        places = st.columns([1, 2] if real is None else [1, 1, 2], vertical_alignment="top")
        share = 1 / 3 if real is None else 1 / 4
        with places[0]:
            show(picture_chart(picture, "Made", width=column_width(share)), f"made-picture-{key}")
        if real is not None:
            with places[1]:
                show(picture_chart(real, "The strongest real one", width=column_width(share)), "made-real")
        with places[-1]:
            label = f"value of {filter.noun} {filter.number}"
            if ascent.aim == "map":
                label += ", mean over all places"
            show(
                ascent_chart(
                    history,
                    ascent.steps,
                    best_real=best,
                    mean_real=mean,
                    label=label,
                    width=column_width(1 - share * (len(places) - 1)),
                ),
                f"made-ascent-{key}",
            )

    def make() -> "Steps[Made]":
        from visualizer.inspection.made_picture import maximise

        steps = maximise(looked.network, filter.layer, filter.number - 1, ascent)
        while True:
            try:
                growing = next(steps)
            except StopIteration as stop:
                result: Made = stop.value
                return result
            done = len(growing.history) - 1
            text = f"step {done:,} of {ascent.steps:,}, value {written(float(growing.history[-1]))}"
            yield Progress(done / ascent.steps, text, growing)

    def draw_partial(growing: "Growing") -> None:
        with st.container(key="live-made"):
            draw(growing.picture, growing.history, "growing")

    made = work(
        "filters-made",
        (looked.key, filter.layer, filter.number, ascent),
        make,
        button=f"Make a picture for {filter.noun} {filter.number}",
        icon=":material/auto_awesome:",
        draw_partial=draw_partial,
    )
    if made is None:
        return
    st.markdown(_compared(filter, ascent, made, dataset, found, best, mean))
    history = np.append(made.history, np.float32(made.reached))
    if found is None or ascent.aim == "map":
        draw(made.picture, history, "done")
        return
    strongest = dataset.pictures[found.strongest.pictures[filter.number - 1, :1]]
    real = prepare(strongest, looked.network.input_shape)[0]
    draw(made.picture, history, "done", real)
    if not _sees_all(looked, sight):
        _beside(filter, sight, found, made, real)


def _real(filter: Filter, ascent: "Ascent", found: "Excitation | None") -> tuple[float | None, float | None]:
    """What real pictures reach of what the ascent aims at: the strongest one, and on average."""
    if found is None:
        return None, None
    row = filter.number - 1
    if ascent.aim == "place":
        return float(found.strongest.values[row, 0]), float(found.place_mean[row])
    return float(found.map_best[row]), float(found.map_mean[row])


def _compared(
    filter: Filter,
    ascent: "Ascent",
    made: "Made",
    dataset: Dataset,
    found: "Excitation | None",
    best: float | None,
    mean: float | None,
) -> str:
    measure = "on average over all places" if ascent.aim == "map" else "at its strongest place"
    measure = measure if filter.places > 1 else "before its activation function"
    reached = f"**{written(made.reached)}** {measure}"
    if found is None or best is None or mean is None:
        return f"It reaches {reached}. Search the pictures above to compare it with real ones."
    real = f"the strongest of {found.count:,} real ones ({dataset.title.lower()})"
    numbers = f"{reached}, against {written(best)}; real pictures reach {written(mean)} on average"
    if best > 0 and made.reached > 0:
        said = f"This made picture excites the {filter.noun} **{made.reached / best:.2g} ×** as much as {real}"
    else:
        word = "more" if made.reached > best else "less"
        said = f"This made picture excites the {filter.noun} **{word}** than {real}"
    stuck = (
        " It climbed to the nearest peak and stayed there: other steps or another seed may find a higher one."
        if made.reached < best
        else ""
    )
    return f"{said}: {numbers}.{stuck}"


def _beside(filter: Filter, sight: "Sight", found: "Excitation", made: "Made", real: np.ndarray) -> None:
    """What the filter sees of the made picture, beside what it sees of the strongest real one."""
    from visualizer.inspection.sight import crop

    row, place = filter.number - 1, found.strongest.places[filter.number - 1, 0]
    both = [crop(made.picture, sight, made.place), crop(real, sight, (int(place[0]), int(place[1])))]
    st.caption(f"What the {filter.noun} sees of each, at the place where its value is largest:")
    show(
        patches(
            np.stack([one.pixels for one in both]),
            np.stack([one.inside for one in both]),
            [f"made {written(made.reached)}", f"real {written(float(found.strongest.values[row, 0]))}"],
            columns=2,
            width=min(column_width(), 300),
            alt=f"What {filter.noun} {filter.number} sees of the made picture and of the strongest real one.",
        ),
        "made-beside",
    )
