"""The networks of the gallery, by the counts that others state, and small ones that fit their data set."""

import pytest

from visualizer.architecture.architecture import architecture_from_json, architecture_to_json, summarize
from visualizer.architecture.gallery.catalog import GALLERY
from visualizer.architecture.goal import class_goal
from visualizer.data.catalog import dataset_entry
from visualizer.training.link import LinkedNetwork, link_text, read_link
from visualizer.training.settings import TrainingSettings

entries = pytest.mark.parametrize("entry", GALLERY, ids=lambda entry: entry.name)


@entries
def test_its_counts_are_those_that_were_published(entry):
    report = summarize(entry.make())
    assert [row.problem for row in report.layers if row.problem] == []
    parameters = report.parameters + report.kept
    assert parameters == pytest.approx(entry.parameters.count, rel=entry.parameters.tolerance, abs=0)
    if entry.multiply_adds is not None:
        published = entry.multiply_adds
        assert report.multiply_adds == pytest.approx(published.count, rel=published.tolerance, abs=0)


@entries
def test_what_is_said_of_it_are_sentences(entry):
    assert entry.idea.endswith(".")
    assert entry.differs == "" or entry.differs.endswith(".")
    assert 1990 < entry.year < 2030
    assert entry.link.startswith(("https://", "http://"))
    assert entry.make().name == entry.name


@entries
def test_it_is_saved_and_linked(entry):
    for architecture in (entry.make(), entry.make_small()):
        assert architecture_from_json(architecture_to_json(architecture)) == architecture
        linked = LinkedNetwork(architecture, TrainingSettings())
        assert read_link(link_text(linked)) == linked


@entries
def test_the_small_one_fits_the_data_set_it_is_for(entry):
    small = entry.make_small()
    data = dataset_entry(entry.small_dataset)
    report = summarize(small, class_goal(data.classes))
    assert report.fits
    assert report.parameters < 700_000
    assert small.input_shape[0] == data.shape[0]


def test_the_inception_block_has_the_size_of_the_papers_table():
    googlenet = next(entry for entry in GALLERY if entry.name == "GoogLeNet").make()
    first = next(block for block in googlenet.blocks if block.title == "Inception block 3a")
    rows = summarize(googlenet).layers[first.first : first.last + 1]
    assert rows[-1].output_shape == (256, 28, 28)
    # 159K and 128M in the paper, where K is 1,024.
    weights = sum(row.parameters for row in rows) - sum(getattr(row.layer, "filters", 0) for row in rows)
    assert weights // 1024 == 159
    assert sum(row.multiply_adds for row in rows) // 10**6 == 128


def test_each_has_a_name_of_its_own_and_the_oldest_is_first():
    assert len({entry.name for entry in GALLERY}) == len(GALLERY) == 13
    assert [entry.year for entry in GALLERY] == sorted(entry.year for entry in GALLERY)
