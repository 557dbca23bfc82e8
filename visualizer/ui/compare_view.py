"""Runs side by side: their curves, what differs, their filters and their answers to one picture."""

from collections.abc import Mapping
from string import ascii_uppercase

import streamlit as st

from visualizer.architecture.architecture import summarize
from visualizer.data.prepare import prepare
from visualizer.errors import UserError
from visualizer.figures.comparison import MOST, band_curves
from visualizer.figures.kernels import kernel_grid
from visualizer.figures.picture import picture_chart
from visualizer.training.comparison import Band, Variant, band, differences, variants, verdict
from visualizer.training.settings import LOSSES
from visualizer.ui.answer_view import show_answer
from visualizer.ui.charts import show
from visualizer.ui.compare_again import stop_all
from visualizer.ui.dataset_view import opened_dataset
from visualizer.ui.models import latest_network, look
from visualizer.ui.quantities import count
from visualizer.ui.server import owner_id, run_store
from visualizer.ui.session import Session
from visualizer.ui.text import told
from visualizer.ui.viewport import column_width, is_narrow

REFRESH_SECONDS = 1.0
KERNELS_SHOWN = 16
MAX_NAME = 60
_LONG = ("Layers", "Input")  # said by the network's name

Compared = Mapping[str, Variant]


def chosen_variants(owner: Session) -> dict[str, Variant]:
    """Draw the choice of what is compared, and return it by its name; the latest ones until something is chosen."""
    found = variants(run_store().runs_of(owner_id())[::-1])
    if not found:
        return {}
    names = dict(zip(_names(found), found, strict=True))
    chosen = st.pills(
        f"Your runs (at most {MOST} at a time)",
        list(names),
        default=list(names)[-MOST:],
        format_func=told,
        selection_mode="multi",
        key=f"compared-of-{len(names)}",
        persist_state="session",
    )
    if len(chosen) > MOST:
        st.caption(f"The first {MOST} of them are shown.")
    shown = chosen[:MOST] or list(names)[-1:]
    return {name: names[name] for name in names if name in shown}


def _names(found: tuple[Variant, ...]) -> list[str]:
    """A letter for each, with what tells it apart from the others."""
    rows = [row for row in differences(found) if row.setting not in _LONG]
    architectures = [variant.spec.architecture.name for variant in found]
    names = []
    for index, variant in enumerate(found):
        parts = [architectures[index]] if len(set(architectures)) > 1 or not rows else []
        parts += [_with_label(row.setting, row.values[index]) for row in rows]
        seeds = f" ({len(variant.runs)} seeds)" if len(variant.runs) > 1 else ""
        names.append(f"{_letter(index)}  {', '.join(parts)[:MAX_NAME]}{seeds}")
    return names


def _with_label(setting: str, value: str) -> str:
    """A number says little without what it is."""
    return f"{setting.lower()} {value}" if value[:1].isdigit() else value


def _letter(index: int) -> str:
    return ascii_uppercase[index] if index < 26 else f"{ascii_uppercase[index // 26 - 1]}{ascii_uppercase[index % 26]}"


def curves_and_differences(compared: Compared) -> None:
    """Draw the curves and the table of what differs, anew every second while any of the runs goes on."""
    going_on = any(variant.active for variant in compared.values())
    st.fragment(_curves, run_every=REFRESH_SECONDS if going_on else None)(compared, going_on)


def _curves(compared: Compared, going_on: bool) -> None:
    store = run_store()
    records = {name: [store.record(run.run_id) or run for run in variant.runs] for name, variant in compared.items()}
    active = [run for runs in records.values() for run in runs if run.active]
    if active:
        done = sum(run.step / max(run.total_steps, 1) for runs in records.values() for run in runs)
        total = sum(len(runs) for runs in records.values())
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key="live-compared"):
            st.progress(min(done / total, 1.0), text=f"{len(active)} of {total} runs go on")
            st.button("Stop all", key="stop-all", icon=":material/stop:", on_click=stop_all, args=(compared,))
    elif going_on:
        st.rerun()
    histories = {name: [store.history(run.run_id) for run in variant.runs] for name, variant in compared.items()}
    accuracy = {_short(name): band(each, "validation_accuracy") for name, each in histories.items()}
    loss = {_short(name): band(each, "validation_loss") for name, each in histories.items()}
    with st.container(key="live-compared-curves"):
        left, right = st.columns(2)
        with left:
            show(band_curves(accuracy, label="validation accuracy", share=True), "compared-accuracy")
        with right:
            losses = {variant.spec.settings.loss for variant in compared.values()}
            if len(losses) == 1:
                label = f"validation loss: {LOSSES[losses.pop()].lower()}"
                show(band_curves(loss, label=label, share=False), "compared-loss")
            else:
                st.info("Their losses are of two kinds: numbers of one say nothing beside numbers of the other.")
        _say(accuracy)
        _table(compared, list(accuracy.values()))


def _short(name: str) -> str:
    """The letter alone is enough beside the curves where the list above says what it stands for."""
    return name.split("  ")[0] if is_narrow() else name


def _say(accuracy: Mapping[str, Band]) -> None:
    said = verdict(list(accuracy), list(accuracy.values()))
    if said:
        st.markdown(f":material/balance: **{said}**")
    if any(one.runs > 1 for one in accuracy.values()):
        st.caption("Lines are the mean over the seeds; a band reaches from the least to the largest of them.")


def _table(compared: Compared, accuracy: list[Band]) -> None:
    """What differs in the settings, and what came out."""
    st.subheader("What differs", anchor=False)
    rows = {row.setting: row.values for row in differences(list(compared.values()))}
    rows["Seeds"] = tuple(", ".join(map(str, variant.seeds)) for variant in compared.values())
    rows["Parameters"] = tuple(count(summarize(variant.spec.architecture).parameters) for variant in compared.values())
    rows["Epochs that all its runs finished"] = tuple(str(one.epoch[-1]) if len(one.epoch) else "0" for one in accuracy)
    rows["Validation accuracy then"] = tuple(_result(one) for one in accuracy)
    table = [("", *(f"**{told(name)}**" for name in compared)), ("---",) * (len(compared) + 1)]
    table += [(told(setting), *map(told, values)) for setting, values in rows.items()]
    st.markdown("\n".join(f"| {' | '.join(row)} |" for row in table))


def _result(one: Band) -> str:
    if not len(one.mean):
        return "–"
    ends = f" ({one.low[-1]:.1%} to {one.high[-1]:.1%})" if one.runs > 1 else ""
    return f"{one.mean[-1]:.1%}{ends}"


def kernels(_: Session, compared: Compared) -> None:
    """The first layer's kernels of each variant's first run."""
    store = run_store()
    for column, (name, variant) in zip(st.columns(len(compared)), compared.items(), strict=True):
        with column:
            st.markdown(f"**{told(_short(name))}**, seed {variant.seeds[0]}")
            snapshot = store.latest_snapshot(variant.runs[0].run_id)
            if snapshot is None or snapshot.kernels is None:
                st.caption("It has no convolution." if snapshot else "Nothing was trained yet.")
                continue
            there = len(snapshot.kernels)
            st.caption(
                f"Kernels of layer {(snapshot.kernels_layer or 0) + 1} after step {snapshot.step:,}"
                + (f", the first {KERNELS_SHOWN} of {there}" if there > KERNELS_SHOWN else "")
            )
            show(
                kernel_grid(
                    snapshot.kernels[:KERNELS_SHOWN],
                    input_channel=None,
                    columns=4,
                    width=column_width(1 / len(compared)),
                ),
                f"compared-kernels-{name}",
            )


def answers(_: Session, compared: Compared) -> None:
    """What each variant's first run answers to the same picture of the test split."""
    first = next(iter(compared.values())).spec.settings.dataset
    dataset = opened_dataset(first)
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        label = st.selectbox(
            "Class",
            range(len(dataset.class_names)),
            format_func=dataset.class_names.__getitem__,
            key=f"compared-class-{first}",
            width=150,
        )
        of_class = dataset.test[dataset.labels[dataset.test] == label]
        number = st.number_input(f"Picture 1 to {len(of_class)}", 1, len(of_class), key="compared-number", width=140)
    picture = dataset.pictures[of_class[number - 1]]
    columns = st.columns([1, *[2] * len(compared)])
    with columns[0]:
        show(picture_chart(picture, "The picture", width=140), "compared-picture")
    for column, (name, variant) in zip(columns[1:], compared.items(), strict=True):
        with column:
            st.markdown(f"**{told(_short(name))}**, seed {variant.seeds[0]}")
            if variant.spec.settings.dataset != first:
                st.caption("It learnt another data set.")
                continue
            try:
                key, network = latest_network(variant.runs[0])
            except UserError as error:
                st.caption(str(error))
                continue
            seen = look(key, network, prepare(picture[None], network.input_shape)[0])
            if seen.answer is not None:
                show_answer(seen.answer, dataset.class_names, f"compared-answer-{name}", true_label=int(label))
