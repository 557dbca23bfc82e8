"""Data sets that are fetched from the internet, once for everybody on this server, and only when somebody asks."""

from functools import partial

import streamlit as st

from visualizer.data.catalog import is_known
from visualizer.data.openml import OPENML_DATASETS, fetch
from visualizer.ui.kit.job import WAITING, Progress, Steps, with_progress
from visualizer.ui.parts.fit_network import fit_offer
from visualizer.ui.state.session import Session
from visualizer.ui.state.work import forget, work


def more_datasets_part(owner: Session) -> None:
    """Draw the data sets that can be fetched, and the progress of a fetch."""
    for name, dataset in OPENML_DATASETS.items():
        with st.container(border=True, key=f"more-{name}"):
            st.markdown(f"**{dataset.title}.** {dataset.description}")
            if is_known(name):
                if owner.settings.dataset == name:
                    st.success(f"The next run will train on {dataset.title}.", icon=":material/check_circle:")
                    fit_offer(owner, name)
                    continue
                st.button(
                    f"Train on {dataset.title}",
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
                button=f"Fetch {dataset.title} (about {dataset.megabytes} MB) once for everybody on this server",
                icon=":material/cloud_download:",
                executor=WAITING,
            )
            if done is not None:
                forget(key)
                st.rerun()


def _fetching(name: str) -> Steps[str]:
    return with_progress(fetch(name), lambda step: Progress(*step))
