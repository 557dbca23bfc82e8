"""Build: the network as a list of cards, its drawing to scale, and what it costs."""

from dataclasses import replace

import streamlit as st

from visualizer.architecture.architecture import (
    MAX_INPUT_SIZE,
    architecture_from_json,
    architecture_to_json,
    summarize,
)
from visualizer.architecture.presets import PRESETS
from visualizer.architecture.shapes import describe_shape
from visualizer.data.catalog import DATASETS
from visualizer.figures.volumes import volumes
from visualizer.ui import bound
from visualizer.ui.charts import show
from visualizer.ui.layer_card import add_layer_menu, layer_card
from visualizer.ui.links import page
from visualizer.ui.quantities import count, size
from visualizer.ui.session import session, show_message
from visualizer.ui.text import plain

owner = session()
architecture = owner.architecture
classes = DATASETS[owner.settings.dataset].classes
report = summarize(architecture, classes)

head, train = st.columns([4, 1], vertical_alignment="bottom")
head.title("Build a network")
with train:
    if st.button("Train it", type="primary", icon=":material/play_circle:", disabled=not report.fits, width="stretch"):
        st.switch_page(page("train"))

with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
    presets = {preset.architecture: f"**{preset.name}**  {preset.description}" for preset in PRESETS}
    bound.menu("Start from", presets, owner.open_architecture, "preset", icon=":material/auto_awesome:")
    st.button("Undo", icon=":material/undo:", disabled=not owner.history.past, on_click=owner.undo)
    st.button("Redo", icon=":material/redo:", disabled=not owner.history.future, on_click=owner.redo)
    st.download_button(
        "Download",
        architecture_to_json(architecture),
        f"{architecture.name}.json",
        "application/json",
        icon=":material/download:",
        on_click="ignore",
    )
    with st.popover("Upload", icon=":material/upload:"):
        bound.upload(
            "A network that “Download” saved (JSON)",
            lambda data, _: owner.attempt(lambda: owner.open_architecture(architecture_from_json(data))),
            "architecture-file",
            type="json",
            max_upload_size=1,
        )

show_message(owner)
show(volumes(architecture, report), "volumes", scrolls=True)

with st.container(horizontal=True, gap="medium"):
    st.metric("Parameters", f"{report.parameters:,}", help="Numbers that training changes.")
    st.metric(
        "Multiply-adds for one picture",
        count(report.multiply_adds),
        help="Multiplications that are each followed by an addition. "
        "Comparing, averaging and activation functions are not counted.",
    )
    st.metric(
        f"Activations, batch of {owner.settings.batch_size}",
        size(report.activation_bytes(owner.settings.batch_size)),
        help="Memory of the input and of every layer's output for one batch, 4 bytes a number.",
    )
if report.problem:
    st.error(str(report.problem), icon=":material/error:")

st.subheader("Layers")
channels, height, width = architecture.input_shape
input_label = (
    f"**Input\u2003{plain(architecture.name)}**\u2003{describe_shape(architecture.input_shape)}"
    f"\u2003:gray[{DATASETS[owner.settings.dataset].title}, {classes} classes]"
)
with (
    st.expander(input_label, icon=":material/image:", key="input-card"),
    st.container(horizontal=True, gap="small", vertical_alignment="bottom"),
):

    def set_input(channels: int, height: int, width: int) -> None:
        shape = (channels, height, width)
        owner.attempt(lambda: owner.open_architecture(replace(architecture, input_shape=shape)))

    bound.text("Name", architecture.name, owner.rename, "name", width=200, max_chars=60)
    bound.choice(
        "Data set",
        owner.settings.dataset,
        owner.choose_dataset,
        "dataset",
        {name: entry.title for name, entry in DATASETS.items()},
        width=200,
        help="What it will be trained on; it sets the number of classes. Pictures are resized to the input.",
    )
    bound.number("Height", height, lambda new: set_input(channels, new, width), "height", 1, MAX_INPUT_SIZE, width=128)
    bound.number("Width", width, lambda new: set_input(channels, height, new), "width", 1, MAX_INPUT_SIZE, width=128)
    bound.choice(
        "Channels",
        channels,
        lambda new: set_input(new, height, width),
        "channels",
        {1: "1 (grey)", 3: "3 (red, green, blue)"},
        width=176,
    )

for index, (card, row) in enumerate(zip(owner.history.present.ids, report.layers, strict=True)):
    layer_card(owner, card, index, row)
add_layer_menu(owner, len(report.layers), "Add a layer", "add-last")
