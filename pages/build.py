"""Build: the network as a list of cards, its drawing to scale, and what it costs."""

import streamlit as st

from visualizer.architecture.architecture import summarize
from visualizer.figures.volumes import volumes
from visualizer.limits import limits
from visualizer.ui.build.card_list import card_list
from visualizer.ui.build.download_menu import download_menu
from visualizer.ui.build.gallery import gallery_button
from visualizer.ui.build.go_to_cards import go_to_cards
from visualizer.ui.build.keras_code import paste_keras
from visualizer.ui.build.layer_card import kept_too
from visualizer.ui.build.upload_menu import show_upload, take_upload, upload_menu
from visualizer.ui.kit.charts import show
from visualizer.ui.kit.grey import grey_where
from visualizer.ui.kit.keep_focus import keep_focus
from visualizer.ui.kit.links import page
from visualizer.ui.kit.quantities import count, size
from visualizer.ui.parts.fit_network import fit_offer
from visualizer.ui.parts.network_link import link_popover, open_link, show_arrival
from visualizer.ui.state.dataset_names import chosen_dataset, goal_of
from visualizer.ui.state.session import session, show_message

owner = session()
take_upload(owner)
open_link(owner)
architecture = owner.architecture
dataset = chosen_dataset(owner)
report = summarize(architecture, goal_of(owner, architecture.input_shape))

head, train = st.columns([4, 1], vertical_alignment="center")
head.title("Build a network")
with train, grey_where("" if report.fits else "The network does not fit yet: see below.") as grey:
    if st.button("Train it", key="train-it", type="primary", icon=":material/play_circle:", width="stretch", **grey):
        st.switch_page(page("train"))

with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", key="build-buttons"):
    keep_focus("build-buttons")
    gallery_button(owner)
    download_menu(owner, fits=report.fits)
    upload_menu(owner)
    link_popover(owner)
    if owner.history.past:
        st.button("Undo", key="undo", icon=":material/undo:", on_click=owner.undo)
    if owner.history.future:
        st.button("Redo", key="redo", icon=":material/redo:", on_click=owner.redo)

show_upload(owner)
show_message(owner)
show_arrival(owner)
fit_offer(owner, "build")
paste_keras(owner, dataset.classes)
show(volumes(architecture, report), "volumes")
st.caption("Drawn to scale. Click a volume to go to its card below.")

with st.container(horizontal=True, gap="medium"):
    st.metric(
        "Parameters",
        f"{report.parameters:,}",
        help=f"Numbers that training changes; at most {limits().parameters:,} here.{kept_too(report)}",
    )
    st.metric(
        "Multiply-adds for one picture",
        count(report.multiply_adds),
        help="Multiplications, each followed by an addition. Comparisons, means and activation functions do not count.",
    )
    st.metric(
        f"Activations, batch of {owner.settings.batch_size}",
        size(report.activation_bytes(owner.settings.batch_size)),
        help="Memory for one batch of the input and of every layer’s output, at 4 bytes per number; "
        f"at most {size(limits().batch_bytes)} here.",
    )

st.subheader("Layers")
card_list(owner, report)
go_to_cards(owner, "volumes")
