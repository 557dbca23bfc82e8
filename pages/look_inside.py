"""Look inside: every layer of a network while it looks at one picture."""

import streamlit as st

from visualizer.architecture.shapes import describe_shape
from visualizer.errors import UserError
from visualizer.figures.picture import picture_chart
from visualizer.figures.probabilities import MOST_BARS, probability_bars, top_bars
from visualizer.ui.charts import show
from visualizer.ui.filters_view import filters_part
from visualizer.ui.layer_view import layers_part
from visualizer.ui.links import page
from visualizer.ui.looked import Looked
from visualizer.ui.model_file import model_file_menu
from visualizer.ui.models import look, network_choices, opened_network
from visualizer.ui.named_network import named_network
from visualizer.ui.picture_source import given_picture
from visualizer.ui.session import session, show_message
from visualizer.ui.why_view import why_part

owner = session()
st.title("Look inside")

choices = network_choices(owner)
choice = st.segmented_control(
    "Network",
    list(choices),
    default=next(iter(choices)),
    required=True,
    format_func=choices.__getitem__,
    key="network-choice",
    persist_state="session",
)
controls, picture, answer = st.columns([5, 3, 4])
try:
    if choice == "named":
        with controls:
            opened = named_network(owner)
    else:
        opened = opened_network(owner, choice)
except UserError as error:
    st.error(str(error), icon=":material/error:")
    if choice in ("trained", "untrained"):
        st.page_link(page("build"), label="Mend it in Build", icon=":material/build:")
    st.stop()
if opened is None:
    st.stop()

with controls:
    model_file_menu(owner, opened.key, opened.network, opened.dataset)
    given = given_picture(owner, opened.dataset, opened.network.input_shape, opened.classes)
    show_message(owner)
if given is None:
    st.info("Give it a picture: then every layer shows what it makes of it.", icon=":material/add_a_photo:")
    st.stop()
seen = look(opened.key, opened.network, given.seen)
with picture:
    show(picture_chart(given.seen, f"What the network sees ({describe_shape(given.seen.shape)})"), "seen")
with answer:
    names = given.class_names
    if seen.probabilities is not None and len(seen.probabilities) == len(names) > MOST_BARS:
        show(top_bars(seen.probabilities, names), "probabilities")
    elif seen.probabilities is not None and len(seen.probabilities) == len(names):
        show(probability_bars(seen.probabilities, names, given.label), "probabilities")
    else:
        st.caption("This network does not end in one number for each class.")

looked = Looked(opened.key, opened.network, opened.dataset, given, seen)
PARTS = {"Layers": layers_part, "Filters": filters_part, "Why this class?": why_part}
for tab, part in zip(st.tabs(list(PARTS), key="look-parts", on_change="rerun"), PARTS.values(), strict=True):
    if tab.open:
        with tab:
            part(looked)
