"""Runs side by side: their curves, what differs, their filters and their answers to one picture."""

from collections.abc import Mapping, Sequence
from itertools import cycle
from string import ascii_uppercase

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from visualizer.architecture.answer import Answer
from visualizer.architecture.architecture import summarize
from visualizer.data.annotations import Annotations
from visualizer.data.prepare import prepare
from visualizer.errors import UserError
from visualizer.figures.answers.figures import figures_of
from visualizer.figures.comparison import MOST, band_curves
from visualizer.figures.kernels import kernel_grid, shown_channel
from visualizer.figures.picture import picture_chart
from visualizer.tasks.task import Measure
from visualizer.training.runs import comparison
from visualizer.ui.compare.compare_again import stop_all
from visualizer.ui.kit.answer import show_answer
from visualizer.ui.kit.charts import show
from visualizer.ui.kit.glossary import explained
from visualizer.ui.kit.quantities import count
from visualizer.ui.kit.text import markdown_safe
from visualizer.ui.parts.dataset_view import choose_test_picture, opened_dataset, pictures_of_class
from visualizer.ui.state.models import latest_network, probe_picture
from visualizer.ui.state.server import run_store
from visualizer.ui.state.session import Session
from visualizer.ui.state.viewport import column_width, is_narrow

REFRESH_SECONDS = 1.0
KERNELS_SHOWN = 16
DRAWN = 280  # pixels: as large as an answer can be read well

_GAP = "  "  # between a variant's letter and its words

Compared = Mapping[str, comparison.Variant]


def chosen_variants(owner: Session) -> dict[str, comparison.Variant]:
    """Draw the choice of what is compared, and return it by its name; the latest ones until something is chosen."""
    available = comparison.variants(run_store().runs_of(owner.workspace_id)[::-1])
    if not available:
        return {}
    names = dict(zip(_names(available), available, strict=True))
    chosen = st.pills(
        f"Your runs (at most {MOST} at a time)",
        list(names),
        default=list(names)[-MOST:],
        format_func=markdown_safe,
        selection_mode="multi",
        key=f"compared-of-{len(names)}",
        persist_state="session",
    )
    if len(chosen) > MOST:
        st.caption(f"Only the first {MOST} are shown.")
    shown = chosen[:MOST] or list(names)[-1:]
    return {name: names[name] for name in names if name in shown}


def _names(available: tuple[comparison.Variant, ...]) -> list[str]:
    """A letter for each, and how it differs from the others."""
    names = []
    for index, (variant, words) in enumerate(zip(available, comparison.short_names(available), strict=True)):
        seeds = f" ({len(variant.runs)} seeds)" if len(variant.runs) > 1 else ""
        names.append(f"{_letter(index)}{_GAP}{words}{seeds}")
    return names


def _in_sentence(name: str) -> str:
    """ "A (SGD)", or the letter alone."""
    letter, _, words = _short(name).partition(_GAP)
    return f"{letter} ({words})" if words else letter


def _letter(index: int) -> str:
    return ascii_uppercase[index] if index < 26 else f"{ascii_uppercase[index // 26 - 1]}{ascii_uppercase[index % 26]}"


def curves_and_differences(compared: Compared) -> None:
    """Draw the curves and the table of what differs, every second while any of the runs is active."""
    active_at_first = any(variant.active for variant in compared.values())
    st.fragment(_curves, run_every=REFRESH_SECONDS if active_at_first else None)(compared, active_at_first)


def _curves(compared: Compared, active_at_first: bool) -> None:
    store = run_store()
    records = {name: [store.record(run.run_id) or run for run in variant.runs] for name, variant in compared.items()}
    active = [run for runs in records.values() for run in runs if run.active]
    if active:
        done = sum(run.step / max(run.total_steps, 1) for runs in records.values() for run in runs)
        total = sum(len(runs) for runs in records.values())
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key="live-compared"):
            st.progress(min(done / total, 1.0), text=f"{len(active)} of {total} runs are active")
            st.button("Stop all", key="stop-all", icon=":material/stop:", on_click=stop_all, args=(compared,))
    elif active_at_first:
        st.rerun()
    histories = {name: [store.curves(run.run_id) for run in variant.runs] for name, variant in compared.items()}
    leads = {name: variant.spec.settings.task.measures[0] for name, variant in compared.items()}
    measured = {_short(name): comparison.band(each, leads[name].name) for name, each in histories.items()}
    loss = {_short(name): comparison.band(each, None) for name, each in histories.items()}
    with st.container(key="live-compared-curves"):
        left, right = st.columns(2)
        _measures(list(leads.values()), measured, (left, right))
        _losses(compared, loss, (right, left))
        if any(history.has_penalty for each in histories.values() for history in each):
            st.caption(
                explained(
                    "The penalty of the weights is a part of a loss, as in Keras. Losses with different penalties "
                    "cannot be compared; the other measures can.",
                    "penalty",
                )
            )
        _verdicts(compared, list(measured.values()))
        _table(compared, list(measured.values()))


def _short(name: str) -> str:
    """The label beside a curve: the letter alone where the list above explains it."""
    return name.partition(_GAP)[0] if is_narrow() else name


def _measures(
    leads: Sequence[Measure], bands: Mapping[str, comparison.Band], columns: Sequence[DeltaGenerator]
) -> None:
    """The curves of the leading measures, each measure on an axis of its own, in the columns in turn."""
    for lead, column in zip(dict.fromkeys(leads), cycle(columns), strict=False):
        places = [place for place, other in enumerate(leads) if other == lead]
        shown = {name: band for place, (name, band) in enumerate(bands.items()) if place in places}
        with column:
            show(
                band_curves(shown, label=f"validation {lead.title}", measure=lead, styles=places),
                f"compared-{lead.name}",
            )


def _losses(compared: Compared, bands: Mapping[str, comparison.Band], columns: Sequence[DeltaGenerator]) -> None:
    """The loss curves, each kind of loss on an axis of its own, in the columns in turn."""
    kinds = [(type(variant.spec.settings.task), variant.spec.settings.loss) for variant in compared.values()]
    for kind, column in zip(dict.fromkeys(kinds), cycle(columns), strict=False):
        places = [place for place, other in enumerate(kinds) if other == kind]
        shown = {name: band for place, (name, band) in enumerate(bands.items()) if place in places}
        task, loss = kind
        label = f"validation loss: {task.losses[loss].in_sentence}"
        with column:
            show(band_curves(shown, label=label, styles=places), f"compared-loss-{task.__name__}-{loss}")
    if len(set(kinds)) > 1:
        st.caption("These runs use two kinds of loss: values of one kind cannot be compared with values of the other.")


def _verdicts(compared: Compared, measured: list[comparison.Band]) -> None:
    for verdict in comparison.verdicts([_in_sentence(name) for name in compared], list(compared.values()), measured):
        st.markdown(f":material/balance: **{markdown_safe(verdict)}**")
    if any(curve.runs > 1 for curve in measured):
        st.caption("Each line is the mean over the seeds; its band spans their smallest to their largest value.")


def _table(compared: Compared, measured: list[comparison.Band]) -> None:
    """What differs in the settings, and the results."""
    st.subheader("What differs", anchor=False)
    rows = {row.setting: row.values for row in comparison.differences(list(compared.values()))}
    rows["Seeds"] = tuple(", ".join(map(str, variant.seeds)) for variant in compared.values())
    rows["Parameters"] = tuple(count(summarize(variant.spec.architecture).parameters) for variant in compared.values())
    rows["Epochs finished by all runs"] = tuple(str(curve.epoch[-1]) if len(curve.epoch) else "0" for curve in measured)
    leads = [variant.spec.settings.task.measures[0] for variant in compared.values()]
    for lead in dict.fromkeys(leads):
        rows[f"Validation {lead.title} after them"] = tuple(
            _result(curve, lead) if own == lead else "–" for curve, own in zip(measured, leads, strict=True)
        )
    if is_narrow():
        st.markdown("\n".join(_line(setting, [_short(name) for name in compared], rows[setting]) for setting in rows))
        return
    table = [("", *(f"**{markdown_safe(name)}**" for name in compared)), ("---",) * (len(compared) + 1)]
    table += [(markdown_safe(setting), *map(markdown_safe, values)) for setting, values in rows.items()]
    st.markdown("\n".join(f"| {' | '.join(row)} |" for row in table))


def _line(setting: str, names: Sequence[str], values: Sequence[str]) -> str:
    """A table row for narrow screens: each value once, after the variants that have it."""
    having: dict[str, list[str]] = {}
    for name, value in zip(names, values, strict=True):
        having.setdefault(value, []).append(name)
    return f"- {markdown_safe(setting)}: " + "; ".join(
        f"**{', '.join(names_with_value)}** {markdown_safe(value)}" for value, names_with_value in having.items()
    )


def _result(band: comparison.Band, measure: Measure) -> str:
    if not len(band.mean):
        return "–"
    ends = f" ({measure.text(band.low[-1])} to {measure.text(band.high[-1])})" if band.runs > 1 else ""
    return f"{measure.text(band.mean[-1])}{ends}"


def kernels(_: Session, compared: Compared) -> None:
    """The first layer's kernels of each variant's first run."""
    store = run_store()
    for column, (name, variant) in zip(st.columns(len(compared)), compared.items(), strict=True):
        with column:
            st.markdown(f"**{markdown_safe(_short(name))}**, seed {variant.seeds[0]}")
            try:
                snapshot = store.latest_snapshot(variant.runs[0].run_id)
            except UserError as error:
                st.caption(markdown_safe(error))
                continue
            if snapshot is None or snapshot.kernels is None:
                st.caption("This network has no convolution." if snapshot else "Nothing has been trained yet.")
                continue
            total = len(snapshot.kernels)
            layer = (snapshot.kernels_layer or 0) + 1
            st.caption(
                f"The first {KERNELS_SHOWN} of {total} kernels of layer {layer} after step {snapshot.step:,}"
                if total > KERNELS_SHOWN
                else f"Kernels of layer {layer} after step {snapshot.step:,}"
            )
            show(
                kernel_grid(
                    snapshot.kernels[:KERNELS_SHOWN],
                    input_channel=shown_channel(snapshot.kernels),
                    columns=4,
                    width=column_width(1 / len(compared)),
                ),
                f"compared-kernels-{name}",
            )


def answers(_: Session, compared: Compared) -> None:
    """What each variant's first run answers to the same picture of the test split of a data set."""
    selected = list(compared.values())
    titles = dict(
        zip([variant.spec.settings.dataset for variant in selected], comparison.dataset_titles(selected), strict=True)
    )
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        chosen = next(iter(titles))
        if len(titles) > 1:
            chosen = st.selectbox(
                "Data set",
                list(titles),
                format_func=titles.__getitem__,
                key=f"compared-dataset-{'-'.join(titles)}",
                width=220,
                help="Runs on different data sets cannot answer to the same picture.",
            )
        try:
            dataset = opened_dataset(chosen)
        except UserError as error:
            st.info(markdown_safe(error), icon=":material/info:")
            return
        label = st.selectbox(
            "Class",
            range(len(dataset.class_names)),
            format_func=dataset.class_names.__getitem__,
            key=f"compared-class-{chosen}",
            width=150,
        )
        if not len(pictures_of_class(dataset, label)):
            st.caption("The test split has no picture of this class.")
            return
        index = choose_test_picture(dataset, label, f"compared-number-{chosen}-{label}", width=140)
    picture = dataset.pictures[index]
    columns = st.columns([1, *[2] * len(compared)])
    with columns[0]:
        show(picture_chart(picture, "The picture", width=140), "compared-picture")
    for column, (name, variant) in zip(columns[1:], compared.items(), strict=True):
        with column:
            st.markdown(f"**{markdown_safe(_short(name))}**, seed {variant.seeds[0]}")
            if variant.spec.settings.dataset != chosen:
                st.caption(f"It was trained on other pictures: {markdown_safe(titles[variant.spec.settings.dataset])}.")
                continue
            try:
                key, network = latest_network(variant.runs[0])
            except UserError as error:
                st.caption(markdown_safe(error))
                continue
            task = variant.spec.settings.task
            seen = probe_picture(key, network, task.input_of(prepare(picture[None], network.input_shape))[0])
            if seen.answer is not None:
                truth, about = task.truth(dataset, index), task.about(dataset.annotations)
                _drawn(picture, seen.answer, truth, about, f"compared-drawn-{name}", column_width(1 / len(compared)))
                show_answer(seen.answer, about, f"compared-answer-{name}", truth=truth)


def _drawn(
    picture: np.ndarray, answer: Answer, truth: Answer | None, annotations: Annotations, key: str, width: float
) -> None:
    """Draw the picture with the answer, where answers of this kind can be drawn."""
    figures = figures_of(type(answer))
    drawn = figures.drawn_chart(picture, answer, truth, annotations, width=min(round(width), DRAWN))
    if drawn is not None:
        show(drawn, key)
        st.caption(figures.drawn_words(truth, annotations))
