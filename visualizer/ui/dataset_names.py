"""The data sets that a session can choose."""

from visualizer.data.catalog import dataset_entry, for_everybody, is_known
from visualizer.ui.session import Session


def dataset_titles(owner: Session) -> dict[str, str]:
    """Their titles by name: those for everybody, and those of this tab's own pictures that are still kept."""
    shared = for_everybody()
    own = [name for name in dict.fromkeys((*owner.own_datasets, owner.settings.dataset)) if name not in shared]
    return {name: dataset_entry(name).title for name in (*shared, *filter(is_known, own))}
