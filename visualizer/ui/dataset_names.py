"""The data sets that a session can choose."""

from visualizer.data.catalog import DatasetEntry, dataset_entry, for_everybody, is_known
from visualizer.errors import UserError
from visualizer.training.settings import TrainingSettings
from visualizer.ui.session import Session


def chosen_dataset(owner: Session) -> DatasetEntry:
    """What is known of the data set of the next run; another one is chosen, and said so, where it is no longer here."""
    try:
        return dataset_entry(owner.settings.dataset)
    except UserError as error:
        owner.choose_dataset(TrainingSettings.dataset)
        entry = dataset_entry(owner.settings.dataset)
        owner.message = f"{error} Until then “{entry.title}” are taken."
        return entry


def dataset_titles(owner: Session) -> dict[str, str]:
    """Their titles by name: those for everybody, and those of one's own pictures that are still kept."""
    shared = for_everybody()
    own = [name for name in dict.fromkeys((*owner.own_datasets, owner.settings.dataset)) if name not in shared]
    return {name: dataset_entry(name).title for name in (*shared, *filter(is_known, own))}
