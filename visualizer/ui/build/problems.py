"""All that keeps the network in Build from being trained, at the top of the list: each with its layer and its fixes."""

import streamlit as st

from visualizer.architecture.architecture import ArchitectureReport
from visualizer.ui.build.go_to_cards import address_of
from visualizer.ui.parts.fix_buttons import fix_buttons
from visualizer.ui.parts.passed_bound import show_passed_bound
from visualizer.ui.state.session import Session
from visualizer.words import counted

MOST_LISTED = 8  # layers; what is fixed first often fixes the others


def show_problems(owner: Session, report: ArchitectureReport) -> None:
    """Draw what concerns the whole network, then each layer that does not fit; nothing where all is well."""
    show_passed_bound(owner, report)
    if report.problem and not report.passed_bound():
        st.error(str(report.problem), icon=":material/error:")
    failing = [index for index, layer in enumerate(report.layers) if layer.problem]
    if not failing:
        return
    with st.container(border=True, gap="small", key="problems"):
        for index in failing[:MOST_LISTED]:
            layer, card = report.layers[index], owner.history.present.ids[index]
            assert layer.problem is not None
            with st.container(gap="xsmall"):
                name = f"Layer {index + 1}, {layer.layer.summary()}"
                st.markdown(f":red[:material/error:] **[{name}]({address_of(card)})** does not fit. {layer.problem}")
                fix_buttons(owner, card, layer.problem, f"top-fix-{card}")
        if len(failing) > MOST_LISTED:
            st.caption(f"The list below marks {counted(len(failing) - MOST_LISTED, 'more layer')} that do not fit.")
