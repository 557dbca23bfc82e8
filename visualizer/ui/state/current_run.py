"""The run that a tab shows."""

from visualizer.training.runs.records import RunRecord
from visualizer.ui.state.server import run_store
from visualizer.ui.state.session import Session


def current_run(owner: Session) -> RunRecord | None:
    """The run that this tab shows, in its current state; None if there is none."""
    record = run_store().record(owner.run_id) if owner.run_id else None
    # Knowing an id gives no access: a run opens only in its own workspace.
    return record if record is not None and record.owner == owner.workspace_id else None
