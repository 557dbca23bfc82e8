"""Train: choose the data and the settings, start, and watch the network learn."""

from functools import partial

import streamlit as st

from visualizer.architecture.architecture import summarize
from visualizer.errors import UserError
from visualizer.ui.kit.charts import show
from visualizer.ui.kit.links import page
from visualizer.ui.kit.text import markdown_safe
from visualizer.ui.parts.dataset_view import dataset_gallery, opened_dataset, watched_chart, watched_choice
from visualizer.ui.parts.fit_network import fit_offer, hindrance, show_hindrance
from visualizer.ui.pictures.more_datasets import more_datasets_part
from visualizer.ui.pictures.own_pictures import own_pictures_part
from visualizer.ui.state.current_run import current_run
from visualizer.ui.state.dataset_names import goal_of
from visualizer.ui.state.server import run_store, worker_pool
from visualizer.ui.state.session import session, show_message
from visualizer.ui.state.viewport import column_width
from visualizer.ui.train.answer_view import answer_view
from visualizer.ui.train.estimate import show_estimate
from visualizer.ui.train.evaluation_view import evaluation_part
from visualizer.ui.train.health_view import health_part
from visualizer.ui.train.live import live_part
from visualizer.ui.train.live_feed import LiveView, follow
from visualizer.ui.train.report_view import report_part
from visualizer.ui.train.run_controls import controls, how_far, run_settings
from visualizer.ui.train.state import TrainState
from visualizer.ui.train.time_machine import time_machine_part
from visualizer.ui.train.training_settings import settings_form

REFRESH_SECONDS = 1.0  # of what is drawn by the page itself, which is slower than what live_feed.py keeps moving

owner = session()
worker_pool().warm_up()

head, build = st.columns([4, 1], vertical_alignment="bottom")
head.title("Train it live")
build.page_link(page("build"), label="Change the network", icon=":material/layers:")

opening = current_run(owner)
report = summarize(owner.architecture, goal_of(owner, owner.architecture.input_shape))
why_not = hindrance(owner, report)

running = opening is not None and opening.active
refresh = REFRESH_SECONDS if running else None

show_message(owner)
controls(owner, opening, why_not)
if why_not and (opening is None or not opening.active):
    show_hindrance(owner, report)
# Filled last, so that the page does not wait for it.
estimate = st.empty()
if opening is not None:
    progress = st.container(key="live-progress")
    run_settings(owner, opening)
    history = run_store().curves(opening.run_id)
    seen = answer_view(owner, opening.spec.settings.task.answer_type)
    view = LiveView(opening.run_id, column_width(), owner.page_state(TrainState).live_layer, seen)
    PARTS = {
        "Live": partial(live_part, owner, view, history),
        "Health": partial(health_part, owner, refresh=refresh),
        "Time machine": partial(time_machine_part, refresh=refresh),
        "Evaluation": partial(evaluation_part, owner),
    }
    moving = None
    for tab, part in zip(st.tabs(list(PARTS), key="train-parts", on_change="rerun"), PARTS.values(), strict=True):
        if tab.open:
            with tab:
                try:
                    moving = part(opening)
                except UserError as error:  # a damaged file costs this part, while another run can be started below
                    st.info(markdown_safe(error), icon=":material/info:")
    with progress:
        follow(view, opening, how_far(opening, history, worker_pool().place(opening.run_id)), moving)
    report_part(opening)

with st.expander("**Data and settings** of the next run", expanded=opening is None, icon=":material/tune:"):
    settings_form(owner)
    fit_offer(owner, "train")
    if opening is None:
        picture, pictures = st.columns([1, 5])
        with picture:
            dataset = opened_dataset(owner.settings.dataset)
            watched_choice(dataset, owner.probe_index, owner.choose_probe)
            show(watched_chart(dataset, owner.probe_index), "watched-picture")
        with pictures:
            dataset_gallery(owner.settings.dataset)
    else:
        dataset_gallery(owner.settings.dataset)

with st.expander(
    "**Your own pictures** as a data set", icon=":material/add_photo_alternate:", key="own-part", on_change="rerun"
) as own_part:
    if own_part.open:
        own_pictures_part(owner)

with st.expander(
    "**MNIST and Fashion-MNIST** from the internet",
    icon=":material/cloud_download:",
    key="more-part",
    on_change="rerun",
) as more_part:
    if more_part.open:
        more_datasets_part(owner)

if not why_not and (opening is None or not opening.active):
    with estimate:
        show_estimate(owner, again=opening is not None)
