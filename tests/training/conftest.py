"""Where workers are tested: on this computer, and in a Ray cluster that is started once for all tests."""

from collections.abc import Iterator

import pytest

from tests.training.ray_here import running_ray
from visualizer.training.remote.cluster import Cluster


@pytest.fixture(scope="session")
def ray_address() -> Iterator[str]:
    """A cluster with four cores and, as it believes, a graphics card."""
    with running_ray(cpus=4, gpus=1) as address:
        yield address


@pytest.fixture(scope="module", params=["here", "in a cluster"])
def cluster(request: pytest.FixtureRequest) -> Iterator[Cluster | None]:
    """Where runs are trained; None is this computer."""
    if request.param == "here":
        yield None
        return
    cluster = Cluster(request.getfixturevalue("ray_address"))
    yield cluster
    cluster.close()
