"""The data sets that a session can choose."""

from visualizer.data.catalog import DATASETS, dataset_entry, is_known
from visualizer.ui.session import Session


def dataset_titles(owner: Session) -> dict[str, str]:
    """Their titles by name: those of the app, and those of this tab's own pictures that are still kept."""
    own = [name for name in dict.fromkeys((*owner.own_datasets, owner.settings.dataset)) if name not in DATASETS]
    return {name: dataset_entry(name).title for name in (*DATASETS, *filter(is_known, own))}
