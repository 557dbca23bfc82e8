"""Look inside: every layer of a network while it looks at one picture."""

import streamlit as st

from visualizer.errors import UserError
from visualizer.figures.answers.figures import figures_of
from visualizer.ui.kit.links import page
from visualizer.ui.kit.pick import pick
from visualizer.ui.kit.text import markdown_safe
from visualizer.ui.look.come_back import (
    come_back_to_network,
    come_back_to_number,
    come_back_to_picture,
    stay_in_tab,
)
from visualizer.ui.look.filters_view import filters_part
from visualizer.ui.look.inspected import Inspected
from visualizer.ui.look.layer_view import layers_part
from visualizer.ui.look.model_file_menu import model_file_menu, take_model_file
from visualizer.ui.look.named_network import named_network
from visualizer.ui.look.seen_and_answer import fitting_answer, say_at_once, show_seen, show_what_it_says
from visualizer.ui.look.stage_part import open_asked_layer, shows_classes, stage_part
from visualizer.ui.look.state import LookState
from visualizer.ui.look.why_view import why_part
from visualizer.ui.parts.picture_source import ChosenPicture, chosen_picture, picture_source
from visualizer.ui.parts.stage import is_staged
from visualizer.ui.state.models import answer_to_drawing, network_choices, opened_network, probe_picture
from visualizer.ui.state.session import session, show_message

owner = session()
st.title("Look inside")

take_model_file(owner)
choices = network_choices(owner)
come_back_to_network(owner, choices)
with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
    choice = pick("Network", choices, "network-choice", width="content")
    files = st.container(width="content")
with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
    sources, controls = st.container(width="content"), st.container(width="content")
named, stage_place, charts = st.container(), st.container(), st.container()
try:
    if choice == "named":
        with named:
            opened = named_network(owner)
    else:
        opened = opened_network(owner, choice)
except UserError as error:
    st.error(markdown_safe(error), icon=":material/error:")
    if choice in ("trained", "untrained"):
        st.page_link(page("build"), label="Fix it in Build", icon=":material/build:")
    st.stop()
if opened is None:
    st.stop()
key, network = opened.key, opened.network
come_back_to_picture(owner)
with sources:
    source = picture_source(opened.classes)
# The stage shows both, but not what one draws with the pen of this page.
on_stage = is_staged(key, network) and shows_classes(opened) and source != "draw"
with charts.expander("The picture and the answer", expanded=not on_stage):
    picture, answer_place = st.columns(2)


def answer(given: ChosenPicture | None) -> None:
    """Draw the stage, what the network sees, and its answer; while somebody draws, only this is redrawn."""
    if given is None:
        stage_place.caption("The network at work appears here.")
        picture.caption("What the network sees appears here.")
        answer_place.caption("And its answer here.")
        return
    probed = None if given.drawn else probe_picture(key, network, given.pixels)
    said = fitting_answer(opened, given, answer_to_drawing(network, given.pixels) if probed is None else probed.answer)
    say_at_once(given, said)
    with stage_place:
        stage_part(opened, given, probed)
    with picture:
        show_seen(given, said)
    with answer_place:
        show_what_it_says(opened, given, said)


with files:
    model_file_menu(owner, network, opened.dataset, opened.task)
with controls:
    given = chosen_picture(owner, opened.dataset, network.input_shape, opened.classes, source, answer, opened.task)
    show_message(owner)
if given is None:
    st.info("Give it a picture: then every layer shows its output for it.", icon=":material/add_a_photo:")
    st.stop()

inspected = Inspected(key, network, opened.dataset, opened.task, given, probe_picture(key, network, given.pixels))
answered = inspected.probe.answer
why = "Why this answer?" if answered is None else figures_of(type(answered)).why
PARTS = {"Layers": layers_part, "Filters": filters_part, why: why_part}
come_back_to_number(owner, inspected, choice)
open_asked_layer(owner, inspected.probe.layers)
stay_in_tab(PARTS)
asked = owner.page_state(LookState).asked_network
owner.look = owner.look.moved(network=choice, asked=asked, picture=given.origin)
for tab, (name, part) in zip(st.tabs(list(PARTS), key="look-parts", on_change="rerun"), PARTS.items(), strict=True):
    if tab.open:
        owner.look = owner.look.moved(tab=name)
        with tab:
            part(inspected)
