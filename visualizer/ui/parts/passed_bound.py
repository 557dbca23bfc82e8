"""Say that a network exceeds a limit of this server before anybody trains it."""

import streamlit as st

from visualizer.architecture.architecture import ArchitectureReport
from visualizer.training.settings import BATCH_SIZES
from visualizer.ui.state.session import Session


def show_passed_bound(owner: Session, report: ArchitectureReport) -> None:
    """Draw the limit that the network exceeds with the chosen batch size, if any, and a fix."""
    problem = report.passed_bound(owner.settings.batch_size)
    if problem is None:
        return
    st.error(str(problem), icon=":material/error:")
    if problem.batch_size is not None:
        offered = [size for size in BATCH_SIZES if size <= problem.batch_size]
        fixed = max(offered, default=problem.batch_size)
        st.button(
            f"Use a batch size of {fixed:,}",
            key="fix-batch-size",
            icon=":material/build:",
            on_click=owner.set_training,
            kwargs={"batch_size": fixed},
        )
