"""The networks that a page can look into, and their results for a picture; computed once, then kept."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import streamlit as st

from visualizer.architecture.answer import Answer
from visualizer.architecture.architecture import Architecture, architecture_to_json, summarize
from visualizer.data.catalog import dataset_entry, load_dataset_of_run, shared_datasets
from visualizer.errors import UserError
from visualizer.tasks.classification import Classification
from visualizer.tasks.task import Task, TaskAnswers
from visualizer.training.runs.records import RunRecord
from visualizer.training.settings import RunSpec, TrainingSettings
from visualizer.ui.kit.links import ASSETS
from visualizer.ui.kit.results import keep_results
from visualizer.ui.kit.text import markdown_safe
from visualizer.ui.state.byte_cache import ByteCache
from visualizer.ui.state.current_run import current_run
from visualizer.ui.state.dataset_names import chosen_dataset, own_names
from visualizer.ui.state.server import run_store
from visualizer.ui.state.session import Session

if TYPE_CHECKING:
    from visualizer.architecture.flow import FlowNetwork
    from visualizer.architecture.network import Network
    from visualizer.inspection.probe import Probe
    from visualizer.ui.state.opened_model import OpenedModel

BundledNetwork = Literal["home_network", "colour_network", "detector", "segmenter", "autoencoder", "denoiser"]

NetworkChoice = Literal["trained", "untrained", "bundled", "colours"]
# `named_network` opens "named".
LookChoice = Literal[NetworkChoice, "file", "efficientnet", "named"]
# What identifies a network's weights: where they come from and how far they were trained.
NetworkKey = tuple[str, ...]

IMAGENET = "imagenet"
# Bytes of the weights of all networks that are kept together; the largest network has 80 MB.
KEPT_NETWORKS = 1_000_000_000
MOST_NETWORKS = 200
# Bytes of all results that are kept together; one of a large network takes 50 MB.
KEPT_PROBES = 512_000_000
# A tab often needs the results for its current picture, seldom earlier ones; a class would fill it with thousands.
MOST_PROBES = 100


@dataclass(frozen=True)
class OpenedNetwork:
    """A network to look into.

    Attributes:
        key: The key of its results.
        network: The network, in evaluation mode. Sessions share it: nobody may change it.
        dataset: The name of the data set that it was made for.
        classes: The names of its classes if the data set is not one of the app's; else empty.
        loss_known: Whether it is known what the network was trained with.
        task: What the network was or will be trained for.
    """

    key: NetworkKey
    network: "FlowNetwork"
    dataset: str
    classes: tuple[str, ...] = ()
    loss_known: bool = True
    task: Task = Classification()


@dataclass(frozen=True)
class ReadyNetwork:
    """A network that comes trained with the app, to be looked into.

    Attributes:
        name: Its file in assets/.
        dataset: The data set that it was trained on: its test split has pictures that the network never saw.
        title: Where a network is chosen.
    """

    name: BundledNetwork
    dataset: str
    title: str


# Those whose whole inside is worth a look; a script in assets/ trains each.
READY_NETWORKS: dict[NetworkChoice, ReadyNetwork] = {
    "bundled": ReadyNetwork("home_network", "digits", "Ready-made: digits"),
    "colours": ReadyNetwork("colour_network", "colour_shapes", "Ready-made: colours"),
}


def network_choices(owner: Session) -> dict[LookChoice, str]:
    """The networks that this session can look into, with their titles; best first."""
    record = current_run(owner)
    trained: dict[LookChoice, str] = {"trained": f"Mine after {record.step:,} steps"} if record else {}
    opened: dict[LookChoice, str] = {"file": "From a file"} if owner.opened_model else {}
    return {
        **trained,
        **opened,
        "untrained": "Mine untrained",
        **{choice: ready.title for choice, ready in READY_NETWORKS.items()},
        "efficientnet": "EfficientNet-Lite0 (ImageNet)",
        "named": "Another, by name",
    }


def opened_network(owner: Session, choice: LookChoice) -> OpenedNetwork:
    """The network of that choice, except "named". Raises UserError."""
    assert choice != "named"
    if choice == "efficientnet":
        return OpenedNetwork(("efficientnet",), _efficientnet(), IMAGENET, _imagenet_classes())
    record = current_run(owner)
    if record is None:
        chosen_dataset(owner)  # which replaces a data set that no longer exists
    dataset = (record.spec.settings if record else owner.settings).dataset
    if choice == "file":
        assert owner.opened_model is not None
        model = owner.opened_model
        from_file = ("file", model.digest)
        known = model.softmax_in_loss is not None
        name, task = model.dataset or dataset, model.task
        if not task.fits(dataset_entry(name, own_names(owner, name)).annotations):
            name = next(name for name, entry in shared_datasets().items() if task.fits(entry.annotations))
        of_file = (*from_file, name)
        return OpenedNetwork(of_file, _from_file(of_file, model, name), name, loss_known=known, task=task)
    key, network = chosen_network(owner, choice)
    if choice in READY_NETWORKS:
        return OpenedNetwork(key, network, READY_NETWORKS[choice].dataset)
    return OpenedNetwork(key, network, dataset, task=(record.spec.settings if record else owner.settings).task)


def chosen_network(owner: Session, choice: NetworkChoice) -> "tuple[NetworkKey, Network]":
    """The network of that choice, with the key that its results are kept under. Raises UserError."""
    record = current_run(owner)
    if choice in READY_NETWORKS:
        return (choice,), bundled_network(READY_NETWORKS[choice].name)
    if choice == "trained" and record is not None:
        return latest_network(record)
    spec = record.spec if record else None
    architecture = spec.architecture if spec else owner.architecture
    settings = spec.settings if spec else owner.settings
    # Not its hash: it is the same for layers of two types with equal settings, such as max and average pooling.
    drawn = (settings.initialization, str(settings.seed))
    learns = (settings.loss, repr(settings.task), settings.dataset)
    key = ("untrained", architecture_to_json(architecture), *drawn, *learns)
    return key, _untrained(key, architecture, settings)


def latest_network(record: RunRecord) -> "tuple[NetworkKey, Network]":
    """The newest network of a run, with the key that its results are kept under. Raises UserError."""
    key = ("trained", record.run_id, str(record.epoch), str(record.version if record.state != "running" else 0))
    return key, _trained(key, record.run_id, record.spec)


def network_before_training(run: RunRecord) -> "Network":
    """The network that a run began with. Raises UserError where its weights are not kept."""
    from visualizer.inspection.load import load_network

    return load_network(run.spec.architecture, run_store().weights_at(run.run_id, 0))


def network_or_reason(record: RunRecord) -> "tuple[NetworkKey, Network] | None":
    """As `latest_network`; if there is none, draw the reason and return None."""
    try:
        return latest_network(record)
    except UserError as error:
        st.info(markdown_safe(error), icon=":material/info:")
        return None


@st.cache_resource(max_entries=len(get_args(BundledNetwork)), show_spinner="Opening the ready-made network …")
def bundled_network(name: BundledNetwork = "home_network") -> "Network":
    """A network from assets/, where it says how it was trained; that of the Home page unless another is named."""
    from visualizer.architecture.model_file import load_model
    from visualizer.inspection.load import load_network

    return load_network(*load_model(ASSETS / f"{name}.safetensors"))


@st.cache_resource(max_entries=1, show_spinner="Opening EfficientNet-Lite0 …")
def _efficientnet() -> "FlowNetwork":
    from visualizer.pretrained.efficientnet_lite0 import load_efficientnet

    return load_efficientnet()


@st.cache_data(max_entries=1, show_spinner=False)
def _imagenet_classes() -> tuple[str, ...]:
    from visualizer.pretrained.efficientnet_lite0 import class_names

    return class_names()


def _trained(key: NetworkKey, run_id: str, spec: RunSpec) -> "Network":
    def load() -> "Network":
        from visualizer.inspection.load import load_network

        def is_older(other: Hashable) -> bool:
            return isinstance(other, tuple) and other[:2] == key[:2] and other != key

        def is_probe_of_older(other: Hashable) -> bool:
            return isinstance(other, tuple) and is_older(other[0])

        # The older ones are no longer needed; those of an active run would fill the memory.
        _networks().drop(is_older)
        _probes().drop(is_probe_of_older)
        weights = run_store().weights(run_id)
        network = load_network(spec.architecture, weights, softmax_in_loss=spec.settings.softmax_in_loss)
        network.answering = answering(spec.settings.task, spec.settings.dataset)
        return network

    return _kept(key, load, "Opening your network …")


def answering(task: Task, dataset: str) -> TaskAnswers | None:
    """What makes the answers of a network that was trained for a task on that data set; None for classes.

    Raises UserError where the data set, which has the names and units, is no longer there.
    """
    if isinstance(task, Classification):
        return None
    return TaskAnswers(task, task.about(load_dataset_of_run(dataset).annotations))


def _from_file(key: NetworkKey, model: "OpenedModel", dataset: str) -> "Network":
    def load() -> "Network":
        from visualizer.inspection.load import load_network

        network = load_network(model.architecture, model.weights, softmax_in_loss=bool(model.softmax_in_loss))
        network.answering = answering(model.task, dataset)
        return network

    return _kept(key, load, "Opening the network …")


def _untrained(key: NetworkKey, architecture: Architecture, settings: TrainingSettings) -> "Network":
    def make() -> "Network":
        from visualizer.architecture.network import build

        network = build(architecture, settings.initialization, settings.seed, softmax_in_loss=settings.softmax_in_loss)
        made_for = answering(settings.task, settings.dataset)
        # In Build anything can be put together; only what fits the task has an answer.
        if made_for is not None:
            goal = settings.task.goal(made_for.annotations, architecture.input_shape)
            network.answering = made_for if summarize(architecture, goal).fits else None
        return network

    return _kept(key, make, "Building your network …")


def _kept(key: NetworkKey, make: "Callable[[], Network]", words: str) -> "Network":
    """The network kept under that key, made if missing; `words` are shown meanwhile."""
    kept = _networks()
    network = kept.get(key)
    if network is None:
        with st.spinner(words):
            network = make()
        kept.put(key, network)
    return network


@keep_results(max_entries=1)
def _networks() -> "ByteCache[Network]":
    return ByteCache(
        KEPT_NETWORKS, lambda network: sum(array.nbytes for array in network.state_dict().values()), MOST_NETWORKS
    )


def probe_picture(key: NetworkKey, network: "FlowNetwork", picture: np.ndarray) -> "Probe":
    """The results of every layer for a picture, (C, H, W) in [0, 1]."""
    kept, key_of_result = _probes(), (key, picture.shape, picture.astype(np.float32).tobytes())
    probed = kept.get(key_of_result)
    if probed is None:
        from visualizer.inspection.probe import probe

        with st.spinner("Looking at the picture …"):
            probed = probe(network, picture)
        kept.put(key_of_result, probed)
    return probed


def answer_to_drawing(network: "FlowNetwork", picture: np.ndarray) -> Answer | None:
    """The answer to a picture that is still being drawn; nothing is kept."""
    from visualizer.inspection.probe import answer

    return answer(network, picture)


@keep_results(max_entries=1)
def _probes() -> "ByteCache[Probe]":
    return ByteCache(KEPT_PROBES, _bytes_of, MOST_PROBES)


def _bytes_of(probed: "Probe") -> int:
    """Bytes of all arrays in a result; the input of a layer is mostly the output of another one."""
    arrays = [array for view in probed.layers for array in (view.input, view.before_activation, view.output)]
    return sum({array.ctypes.data: array.nbytes for array in arrays if array is not None}.values())
