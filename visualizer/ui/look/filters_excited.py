"""The pictures of a data set that excite one filter most, or least."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from visualizer.architecture.shapes import Shape, is_maps
from visualizer.architecture.span import RowColumn
from visualizer.data.catalog import dataset_entry, is_known, shared_datasets
from visualizer.data.dataset import Dataset
from visualizer.data.prepare import prepare
from visualizer.figures.chart import number as written
from visualizer.figures.filters import patches
from visualizer.figures.raster import greyed
from visualizer.inspection.receptive_field.crop import Crop, crop_to_field
from visualizer.inspection.receptive_field.fields import LayerFields, gaps_in, pixels_seen
from visualizer.ui.kit.charts import show
from visualizer.ui.kit.job import Progress, Steps, with_progress
from visualizer.ui.kit.pick import pick, select
from visualizer.ui.look.inspected import Inspected
from visualizer.ui.parts.dataset_view import opened_dataset
from visualizer.ui.state.dataset_names import own_names
from visualizer.ui.state.session import session
from visualizer.ui.state.viewport import column_width, is_narrow
from visualizer.ui.state.work import work
from visualizer.words import counted

if TYPE_CHECKING:
    from visualizer.inspection.excitation import Excitation

SHOWN = 9
# Up to this many numbers in all pictures together, the search takes a moment and starts by itself.
SEARCH_AT_ONCE = 1_000_000
# With more pixels than this per picture, each takes long: by default only some are searched.
_MANY_PIXELS = 128 * 128
_FEW_PICTURES = 300
# By default, a very large data set is not searched completely.
_MANY_PICTURES = 5_000
_SELECT = 190  # pixels


@dataclass(frozen=True)
class Filter:
    """One filter of a network.

    Attributes:
        layer: Its layer's index, from 0.
        number: The filter's number in its layer, from 1.
        noun: What it is called: "filter", or "unit" in a layer with a vector as output.
        output_shape: The shape of its layer's output.
    """

    layer: int
    number: int
    noun: str
    output_shape: Shape

    @property
    def places(self) -> int:
        """The number of places at which it computes a value."""
        return self.output_shape[1] * self.output_shape[2] if is_maps(self.output_shape) else 1


def strongest_part(
    inspected: Inspected, filter: Filter, fields: LayerFields | None
) -> "tuple[Dataset, Excitation | None]":
    """Draw the pictures of a data set that excite a filter most; return the set, and the result of a finished search.

    `fields` is None where the receptive fields are unknown.
    """
    st.subheader(f"The pictures that excite {filter.noun} {filter.number} most")
    if inspected.task.reads_noise:
        st.info(
            "This network is shown noise, not the pictures of a data set, so there are none to search. A picture that "
            f"is made to excite the {filter.noun}, below, needs none.",
            icon=":material/grain:",
        )
        return opened_dataset(inspected.dataset), None
    titles = {name: entry.title for name, entry in shared_datasets().items()}
    own = own_names(session(), inspected.dataset)
    if inspected.dataset not in titles and is_known(inspected.dataset, own):
        titles[inspected.dataset] = dataset_entry(inspected.dataset, own).title
    known = inspected.dataset if inspected.dataset in titles else next(iter(titles))
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        name = select("Data set to search", titles, f"filters-dataset-{known}", default=known, width=_SELECT)
        dataset = opened_dataset(name)
        total_pictures = len(dataset.pictures)
        large = inspected.network.input_shape[1] * inspected.network.input_shape[2] > _MANY_PIXELS
        total = st.number_input(
            f"Pictures (of {total_pictures:,})",
            1,
            total_pictures,
            min(_FEW_PICTURES if large else _MANY_PICTURES, total_pictures),
            key=f"filters-total-{name}-{large}",
            persist_state="session",
            width=170,
        )
    if name != inspected.dataset:
        st.caption("The network was not trained on these pictures.")
    excitation = _searched(inspected, filter, dataset, total)
    if excitation is not None:
        _strongest(inspected, filter, fields, dataset, excitation)
    return dataset, excitation


def _searched(inspected: Inspected, filter: Filter, dataset: Dataset, total: int) -> "Excitation | None":
    network = inspected.network

    def search() -> "Steps[Excitation]":
        from visualizer.inspection.excitation import strongest

        def fetch(start: int, stop: int) -> np.ndarray:
            return inspected.task.input_of(prepare(dataset.pictures[start:stop], network.input_shape))

        steps = strongest(network, filter.layer, fetch, total, SHOWN)
        return with_progress(steps, lambda done: Progress(done / total, f"{done:,} of {total:,} pictures searched"))

    return work(
        "filters-search",
        (inspected.key, filter.layer, dataset.name, total),
        search,
        button=f"Search {total:,} pictures",
        icon=":material/image_search:",
        at_once=total * int(np.prod(network.input_shape)) <= SEARCH_AT_ONCE,
    )


def _strongest(
    inspected: Inspected, filter: Filter, fields: LayerFields | None, dataset: Dataset, excitation: "Excitation"
) -> None:
    whole = sees_all(inspected, fields)
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        most = pick("Show", {True: "the most excited", False: "the least"}, "filters-most")
        cropped = not whole and pick("Of each", {True: "the part seen", False: "the whole picture"}, "filters-cropped")
    ranking = excitation.strongest if most else excitation.weakest
    row = filter.number - 1
    values = ranking.values[row]
    numbers = ranking.pictures[row]
    pictures = inspected.task.input_of(prepare(dataset.pictures[numbers], inspected.network.input_shape))
    places = [(int(place[0]), int(place[1])) for place in ranking.places[row]]
    gaps = gaps_of(inspected, filter, fields, places)
    pictures = np.stack([greyed(picture, unseen) for picture, unseen in zip(pictures, gaps, strict=True)])
    crops = [crop_to_field(picture, fields, place) for picture, place in zip(pictures, places, strict=True)]
    classes = [dataset.class_names[label] for label in dataset.labels[numbers]]
    titles = [(written(float(value)), f"“{name}”") for value, name in zip(values, classes, strict=True)]
    st.markdown(
        "**What do they have in common?** Look first, then read the kernel above again."
        if most
        else "**What is missing in these?** They excite it least."
    )
    alt = (
        "The {} of {:,} pictures that excite {} {} most, from {} to {}. Their classes: {}."
        if most
        else "The {} of {:,} pictures that excite {} {} least, from {} to {}. Their classes: {}."
    ).format(
        len(values),
        excitation.count,
        filter.noun,
        filter.number,
        *(written(float(value)) for value in (values[0], values[-1])),
        ", ".join(classes),
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
                boxes=[] if whole else [crop.frame for crop in crops],
            ),
            "filters-wholes",
        )
    st.caption(_caption(filter, fields, excitation, values, crops, whole=whole, most=most, gaps=bool(gaps.any())))


def gaps_of(
    inspected: Inspected, filter: Filter, fields: LayerFields | None, places: Sequence[RowColumn]
) -> np.ndarray:
    """The pixels that the filter does not see at some places though they lie in the box around what it sees there.

    (places, H, W) bool; all false if the fields are unknown.
    """
    masks = None if fields is None else pixels_seen(inspected.network, filter.layer, places)
    if masks is None:
        return np.zeros((len(places), *inspected.network.input_shape[1:]), dtype=bool)
    return np.stack([gaps_in(mask) for mask in masks])


def sees_all(inspected: Inspected, fields: LayerFields | None) -> bool:
    """Whether there is nothing to crop: the box around a unit's field is as large as the picture, or unknown."""
    _, height, width = inspected.network.input_shape
    return fields is None or (fields.size[0] >= height and fields.size[1] >= width)


def _caption(
    filter: Filter,
    fields: LayerFields | None,
    excitation: "Excitation",
    values: np.ndarray,
    crops: Sequence[Crop],
    *,
    whole: bool,
    most: bool,
    gaps: bool,
) -> str:
    sentences = [
        f"The search went through {counted(excitation.count, 'picture')}. Above each are its class and the value of "
        f"the {filter.noun} before its activation function."
    ]
    if filter.places > 1 and most:
        sentences.append("The value is taken where it is largest.")
    elif filter.places > 1:
        sentences.append("The value is taken where it is smallest.")
    if fields is None:
        unknown = f"The {filter.noun}’s receptive field is unknown, because an earlier layer does not define one."
        sentences.append(unknown)
    elif whole and gaps:
        sentences.append("Its receptive field is as large as the picture, but it does not see the pixels in grey.")
    elif whole:
        sentences.append(f"This {filter.noun} sees the whole picture.")
    else:
        size = " × ".join(map(str, fields.size))
        if not fields.are_equally_large:
            size = f"up to {size}"
        sentences.append(
            f"At one place its receptive field spans {size} pixels, of which it does not see those in grey."
            if gaps
            else f"At one place it sees {size} pixels: its receptive field."
        )
        if not all(crop.inside.all() for crop in crops):
            sentences.append("Striped areas lie outside the picture.")
    if len(values) > 1 and values[0] == values[-1]:
        sentences.append(f"At least {len(values)} pictures have exactly this value: these come first in the data set.")
    return " ".join(sentences)
