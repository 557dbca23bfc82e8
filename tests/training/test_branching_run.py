"""A network that branches is trained by a real worker; all that is kept of its run opens."""

import numpy as np
import pytest
import torch

from tests.branching import BRANCHING
from tests.training.examples import spec
from tests.training.test_pool import serve
from visualizer.architecture.architecture import summarize
from visualizer.architecture.model_file import load_model, save_model
from visualizer.data.catalog import load_dataset
from visualizer.data.prepare import prepare
from visualizer.inspection.load import load_network
from visualizer.inspection.moment import changes, layer_moment, parameters_by_layer
from visualizer.training.runs.diagnosis import diagnose
from visualizer.training.scheduling.commands import Start


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    server = serve(tmp_path_factory.mktemp("runs"))
    try:
        run_id = server.pool.submit(spec(BRANCHING, epochs=2), "me")
        server.pool.send(run_id, Start())
        record = server.wait_for_end(run_id)
    finally:
        server.pool.close()
    assert record.state == "finished", record.message
    return server.store, record


def test_its_curves_and_its_health_name_the_layers_with_weights(trained):
    store, record = trained
    assert record.spec.architecture == BRANCHING
    assert store.curves(record.run_id).epoch.tolist() == [0, 1, 2]
    health = store.health(record.run_id)
    # Those with weights; ReLU occurs in no other.
    assert list(health.layers) == [index for index, row in enumerate(summarize(BRANCHING).layers) if row.parameters]
    diagnose(health, [layer.summary() for layer in BRANCHING.layers], [32] * len(health.step))


def test_its_snapshot_shows_the_maps_of_every_layer_merges_too(trained):
    store, record = trained
    snapshot = store.latest_snapshot(record.run_id)
    shapes = [row.output_shape for row in summarize(BRANCHING).layers]
    assert {maps.layer_index: maps.array.shape for maps in snapshot.maps} == {
        index: shape for index, shape in enumerate(shapes) if len(shape) == 3
    }
    assert [maps.name for maps in snapshot.maps][3] == "Add"
    assert snapshot.kernels_layer == 0


def test_the_time_machine_opens_every_layer_at_every_moment(trained):
    store, record = trained
    digits = load_dataset("digits")
    picture = prepare(digits.pictures[:1], BRANCHING.input_shape)[0]
    moments = store.moments(record.run_id)
    assert moments[0].step == 0
    assert len(moments) >= 3
    for moment in moments:
        network = load_network(BRANCHING, store.weights_at(record.run_id, moment.step))
        for index, row in enumerate(summarize(BRANCHING).layers):
            seen = layer_moment(network, picture, index)
            assert seen.channels == row.output_shape[0]
            assert bool(seen.kernels) == (row.layer.title == "Conv2D")
    first, last = (store.weights_at(record.run_id, moment.step) for moment in (moments[0], moments[-1]))
    moved = changes(first, last, parameters_by_layer(network))
    assert set(moved) == {index for index, row in enumerate(summarize(BRANCHING).layers) if row.parameters}
    assert all(share > 0 for share in moved.values())


def test_its_weights_are_a_model_file_that_answers_alike(trained):
    store, record = trained
    weights = store.weights(record.run_id)
    architecture, loaded = load_model(save_model(BRANCHING, weights))
    assert architecture == BRANCHING
    pictures = prepare(load_dataset("digits").pictures[:4], BRANCHING.input_shape)
    answers = [load_network(BRANCHING, arrays)(torch.from_numpy(pictures)).detach() for arrays in (weights, loaded)]
    np.testing.assert_array_equal(*answers)
