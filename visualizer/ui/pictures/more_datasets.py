"""Data sets that are fetched from the internet, once for everybody on this server, and only when somebody asks."""

from functools import partial

import streamlit as st

from visualizer.data.catalog import is_known
from visualizer.data.openml import OFFERS, fetch
from visualizer.ui.kit.job import WAITING, Progress, Steps, with_progress
from visualizer.ui.parts.fit_network import fit_offer
from visualizer.ui.state.session import Session
from visualizer.ui.state.work import forget, work


def more_datasets_part(owner: Session) -> None:
    """Draw which data sets can be fetched, and those already fetched."""
    for name, offer in OFFERS.items():
        with st.container(border=True, key=f"more-{name}"):
            st.markdown(f"**{offer.title}.** {offer.about}")
            if is_known(name):
                if owner.settings.dataset == name:
                    st.success(f"{offer.title} is the data set of the next run.", icon=":material/check_circle:")
                    fit_offer(owner, name)
                    continue
                st.button(
                    f"Train on {offer.title}",
                    key=f"use-{name}",
                    icon=":material/check:",
                    on_click=owner.choose_dataset,
                    args=(name,),
                )
                continue
            key = f"fetch-{name}"
            done = work(
                key,
                name,
                partial(_fetching, name),
                button=f"Fetch {offer.title} (about {offer.megabytes} MB) once for everybody on this server",
                icon=":material/cloud_download:",
                executor=WAITING,
            )
            if done is not None:
                forget(key)
                st.rerun()


def _fetching(name: str) -> Steps[str]:
    return with_progress(fetch(name), lambda step: Progress(*step))
