"""The run that a tab shows."""

from visualizer.training.runs.records import RunRecord
from visualizer.ui.state.server import run_store
from visualizer.ui.state.session import Session


def current_run(owner: Session) -> RunRecord | None:
    """The run that this tab shows, as it stands now; None where there is none."""
    record = run_store().record(owner.run_id) if owner.run_id else None
    # An id is no key: a run opens where it belongs.
    return record if record is not None and record.owner == owner.workspace_id else None
