"""The training loop. Read `Training._train` first: it is the whole training, from top to bottom."""

import math
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager

import numpy as np
import torch

from visualizer.architecture.initialization import INITIALIZATIONS
from visualizer.architecture.network import build
from visualizer.data.dataset import Dataset
from visualizer.tasks.task import TaskAnswers
from visualizer.training.loop import torch_state
from visualizer.training.loop.augmentation import Augmentation
from visualizer.training.loop.checkpoints import Checkpoint
from visualizer.training.loop.checkup_schedule import is_checkup_due
from visualizer.training.loop.events import (
    Advice,
    Answers,
    BatchesEnded,
    EpochEnded,
    Event,
    Failed,
    Gradients,
    Health,
    Snapshot,
    StateChanged,
    Weights,
)
from visualizer.training.loop.examples import Examples, watched_input
from visualizer.training.loop.health import Checkup
from visualizer.training.loop.metric_sums import ConstantOutput, MetricSums
from visualizer.training.loop.moments import GRADIENT_EDGES, gradient_counts, is_among_first
from visualizer.training.loop.optimizer import make_optimizer
from visualizer.training.loop.snapshots import take_snapshot
from visualizer.training.settings import RunSpec, batches_per_epoch

# Pictures that are evaluated between two checks for commands. Fixed, so that results do not depend on it.
EVALUATION_BATCH = 64
# A network is called worse than untrained if both its losses are above so many times the untrained network's. Dropout
# and batch normalisation alone may raise one of the two at first, but not both.
WORSE = 1.02


class Training:
    """One network in training: `advance()` does one piece of work at a time until `ended`.

    The same spec and data set give the same events bit for bit on the same machine with the same number of torch
    threads: weights, the order of the batches and dropout all follow from the seed, and each training keeps its own
    random state, so trainings that take turns do not disturb each other.

    Args:
        spec: What to train.
        dataset: The data set that `spec.settings.dataset` names.
        examples: `Examples(dataset, the task's picture shape, task)`, if several trainings share them.
        checkpoint: That of a training of the same spec (see `checkpoint`), from which this one goes on.
        device: Where the network is trained; by default the processor. Another kind of device gives other bits.

    Attributes:
        step: Batches trained.
        epoch: Epochs finished and evaluated.
        learning_rate: That of the next step; set it with `set_learning_rate`.
        probe_index: The picture that snapshots look at; may be set.
        evaluating: True while the validation split is being evaluated.
        ended: True once nothing is left to do: finished or failed.

    Raises:
        ArchitectureError: The layers do not fit together.
    """

    def __init__(
        self,
        spec: RunSpec,
        dataset: Dataset,
        examples: Examples | None = None,
        checkpoint: Checkpoint | None = None,
        device: torch.device | None = None,
    ) -> None:
        settings = spec.settings
        self._device = device or torch.device("cpu")
        self.spec = spec
        self._task = settings.task
        self._annotations = settings.task.about(dataset.annotations)
        self._task_answers = TaskAnswers(self._task, self._annotations)
        self.examples = examples or Examples(dataset, settings.task.picture_shape(spec.architecture), settings.task)
        # Built on the processor: the same seed gives the same first weights on any device.
        network = build(
            spec.architecture, settings.initialization, settings.seed, softmax_in_loss=settings.softmax_in_loss
        )
        self.network = network.to(self._device)
        self.optimizer = make_optimizer(self.network, settings)
        self._parameters = list(self.network.parameters())
        self.steps_per_epoch = batches_per_epoch(len(self.examples.train), settings.batch_size)
        self.step = 0
        self.epoch = 0
        self.pictures_seen = 0
        self.learning_rate = settings.learning_rate
        self.probe_index = spec.probe_index
        self.evaluating = True
        self.ended = False
        self._evaluation_batch = min(EVALUATION_BATCH, self.network.largest_batch)
        self._batch_order = torch.Generator().manual_seed(settings.seed)
        self._order_before_epoch = self._batch_order.get_state()
        self._random_states = torch_state.random_states_of(settings.seed, self._device)
        self._augmentation = Augmentation(settings)
        self._sums = MetricSums(self._measured)
        self._health: list[Health] = []
        self._moments: list[Event] = []
        self._untrained_loss: float | None = None
        self._output_is_constant = self._untrained_output_is_constant = False
        self._shown: list[torch.Tensor] = []
        self._validation_penalty = 0.0
        self._given_advice = ""
        self._in_turn = False
        if checkpoint is not None:
            self._go_back_to(checkpoint)
        self._remaining = self._train()

    def advance(self) -> list[Event]:
        """Train one batch, or evaluate one piece of the validation split; the events of it.

        Batches are reported at the end of their epoch, all together, or earlier by `report`.
        """
        if self._in_turn:
            return next(self._remaining, [])
        with self.turn():
            return next(self._remaining, [])

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Inside, torch draws random numbers (for dropout) from this training's own state.

        `advance` does this itself; done once around many calls, it is faster.
        """
        outside = torch_state.random_states(self._device)
        torch_state.set_random_states(self._random_states, self._device)
        self._in_turn = True
        try:
            yield
        finally:
            self._in_turn = False
            self._random_states = torch_state.random_states(self._device)
            torch_state.set_random_states(outside, self._device)

    def _train(self) -> Iterator[list[Event]]:
        """The whole training. Every `yield` ends one `advance`."""
        if self._untrained_loss is None:
            evaluation = yield from self._evaluate()
            self._untrained_loss = evaluation[0]
            self._untrained_output_is_constant = self._output_is_constant
            untrained = EpochEnded(0, math.nan, {}, *evaluation, validation_penalty=self._validation_penalty)
            yield [*self._answers(), untrained]
        while self.epoch < self.spec.settings.epochs:
            for chosen in self._epoch_batches():
                loss = self._train_batch(chosen)
                if not math.isfinite(loss):
                    infinite = f"The loss became infinite at step {self.step}."
                    not_a_number = f"The loss became NaN (not a number) at step {self.step}."
                    yield self._fail(not_a_number if math.isnan(loss) else infinite)
                    return
                self.evaluating = self.step % self.steps_per_epoch == 0
                yield []
            evaluation = yield from self._evaluate()
            if not math.isfinite(evaluation[0]) or not self._weights_are_finite():
                yield self._fail(f"The weights became too large by step {self.step}.")
                return
            self.epoch += 1
            events = [*self.report(), *self._answers()]
            train_loss, train_measures = self._sums.mean()
            advice = self._advice(self._untrained_loss, train_loss, evaluation[0])
            if advice != self._given_advice:
                events.append(Advice(advice))
                self._given_advice = advice
            penalties = self._sums.mean_penalty(), self._validation_penalty
            events.append(EpochEnded(self.epoch, train_loss, train_measures, *evaluation, *penalties))
            if self.epoch == self.spec.settings.epochs:
                self.ended = True
                events.append(StateChanged("finished"))
            yield events

    def _epoch_batches(self) -> list[torch.Tensor]:
        """The training split's indices in a new random order, cut into batches, without those already trained.

        Some are already trained only after a checkpoint in the middle of an epoch.
        """
        trained = self.step - self.epoch * self.steps_per_epoch
        if trained == 0:
            self._sums = MetricSums(self._measured)
        self._order_before_epoch = self._batch_order.get_state()
        order = torch.randperm(len(self.examples.train), generator=self._batch_order)
        return list(order.split(self.spec.settings.batch_size))[trained : self.steps_per_epoch]

    def _train_batch(self, chosen: torch.Tensor) -> float:
        """One step of the optimizer; the batch's mean loss before it."""
        pictures, targets = self.examples.train.batch(chosen)
        pictures, moves = self._augmentation(pictures)
        if moves is not None:
            size, masks = (pictures.shape[2], pictures.shape[3]), self.examples.train.masks(chosen)
            targets = self._task.moved(targets, moves, size, self._annotations, masks)
        pictures, targets = pictures.to(self._device), targets.to(self._device)
        if not self.network.training:
            self.network.train()
        # What optimizer.zero_grad() does, without its profiling, which is 2 % of a small network's batch.
        for weights in self._parameters:
            weights.grad = None
        if is_checkup_due(self.step + 1, self.steps_per_epoch):
            loss, outputs, penalty = self._step_with_checkup(pictures, targets)
        else:
            loss, outputs, penalty = self._forward(pictures, targets)
            loss.backward()
            self.optimizer.step()
        self.step += 1
        self.pictures_seen += len(chosen)
        value = loss.item()
        if math.isfinite(value):
            self._sums.add(value, outputs.detach(), targets, penalty)
            self._keep_moment()
        return value

    def _forward(self, pictures: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, float]:
        """The batch's loss, which is minimised, its outputs, and how much of the loss is a penalty of the weights."""
        loss, outputs = self._task.loss_and_outputs(self.network, pictures, targets, self.spec.settings.loss)
        penalty = self.network.penalty()
        if penalty is None:
            return loss, outputs, 0.0
        return loss + penalty, outputs, penalty.item()

    def _measured(self, outputs: torch.Tensor, targets: torch.Tensor) -> Mapping[str, torch.Tensor]:
        return self._task.measured(outputs, targets, self._annotations)

    def _keep_moment(self) -> None:
        """Keep what the time machine shows of this moment, if it is one to keep."""
        first = is_among_first(self.step, self.steps_per_epoch)
        if first or self.step % self.steps_per_epoch == 0:
            gradients = self._gradients()
            if first and self._weights_are_finite():
                self._moments.append(self.weights())
            self._moments.append(gradients)

    def _gradients(self) -> Gradients:
        counts = {}
        for index, layer in enumerate(self.network.layers):
            gradients = [weights.grad.cpu().numpy() for weights in layer.parameters() if weights.grad is not None]
            if gradients:
                counts[index] = gradient_counts(gradients)
        shape = (len(counts), len(GRADIENT_EDGES))
        return Gradients(self.step, tuple(counts), np.array(list(counts.values()), np.int64).reshape(shape))

    def _step_with_checkup(
        self, pictures: torch.Tensor, targets: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, float]:
        """The same step, with the health of the layers measured."""
        with Checkup(self.network) as checkup:
            loss, outputs, penalty = self._forward(pictures, targets)
        loss.backward()
        checkup.after_backward()
        self.optimizer.step()
        self._health.append(checkup.after_step(self.step + 1))
        return loss, outputs, penalty

    def _evaluate(self) -> Generator[list[Event], None, tuple[float, dict[str, float]]]:
        """Mean loss and measures over the validation split in evaluation mode, in pieces.

        The penalty of the weights is a part of this loss too, as in Keras.
        """
        self.evaluating = True
        sums = MetricSums(self._measured)
        constant = ConstantOutput()
        self._shown = []
        for pictures, targets in self.examples.validation.in_order(self._evaluation_batch):
            if self.network.training:
                self.network.eval()
            with torch.inference_mode():
                there = pictures.to(self._device), targets.to(self._device)
                loss, outputs = self._task.loss_and_outputs(self.network, *there, self.spec.settings.loss)
            sums.add(loss.item(), outputs, there[1])
            constant.add(outputs)
            if len(self._shown) < self._task.shown:
                self._shown += outputs[: self._task.shown - len(self._shown)].split(1)
            yield []
        self._output_is_constant = constant.constant
        self.evaluating = False
        mean_loss, measures = sums.mean()
        with torch.inference_mode():
            penalty = self.network.penalty()
        self._validation_penalty = 0.0 if penalty is None else penalty.item()
        return mean_loss + self._validation_penalty, measures

    def _answers(self) -> list[Event]:
        """The answers to the first pictures of the validation split, as the last evaluation had them."""
        if not self._shown:
            return []
        with torch.inference_mode():
            answers = tuple(self._task_answers.answers(self.network, torch.cat(self._shown)))
        return [Answers(self.step, self.examples.dataset.validation[: len(answers)], answers)]

    def report(self) -> list[Event]:
        """The batches, the layers' health and the moments that are not yet reported."""
        losses, measures = self._sums.take()
        health, self._health = self._health, []
        moments, self._moments = self._moments, []
        return [*([BatchesEnded(self.step, losses, measures)] if len(losses) else []), *health, *moments]

    def set_learning_rate(self, value: float) -> None:
        """Take the next steps with this learning rate."""
        self.learning_rate = value
        for group in self.optimizer.param_groups:
            group["lr"] = value

    def snapshot(self) -> Snapshot:
        """A look inside the network now, on the probe picture."""
        pictures = self.examples.dataset.pictures[self.probe_index : self.probe_index + 1]
        return take_snapshot(
            self.network,
            watched_input(self._task, pictures, self.network.input_shape).to(self._device),
            self.step,
            self.step / self.steps_per_epoch,
            self.probe_index,
            self._task_answers,
        )

    def weights(self) -> Weights:
        """A copy of the network's weights and buffers now."""
        at_epoch_end = self.step == self.epoch * self.steps_per_epoch
        arrays = {name: tensor.cpu().numpy().copy() for name, tensor in self.network.state_dict().items()}
        return Weights(self.step, self.epoch if at_epoch_end else None, arrays)

    def checkpoint(self) -> list[Event]:
        """What `report` returns, then a checkpoint: a copy of all that the continuation depends on.

        A training that starts from it goes on with the same events bit for bit, as far as torch computes the same bits
        twice. An evaluation that was interrupted starts again, which draws no random number.
        """
        reported = self.report()
        at_epoch_end = self.step == self.epoch * self.steps_per_epoch
        generators = {
            **(torch_state.random_states(self._device) if self._in_turn else self._random_states),
            # The current epoch's order is drawn again, and its trained batches are skipped.
            "order": self._batch_order.get_state() if at_epoch_end else self._order_before_epoch,
            "augmentation": self._augmentation.random_state,
        }
        arrays = {
            **{f"network/{name}": array for name, array in self.weights().arrays.items()},
            **{f"optimizer/{name}": array for name, array in torch_state.optimizer_arrays(self.optimizer).items()},
            **{f"random/{name}": state.numpy().copy() for name, state in generators.items()},
        }
        position = {
            "pictures_seen": self.pictures_seen,
            "learning_rate": self.learning_rate,
            "probe_index": self.probe_index,
            "tally": self._sums.sums,
            "untrained_loss": self._untrained_loss,
            "alike_untrained": self._untrained_output_is_constant,
            "advice": self._given_advice,
        }
        return [*reported, Checkpoint(self.step, self.epoch, arrays, position)]

    def _go_back_to(self, checkpoint: Checkpoint) -> None:
        position = checkpoint.position
        self.step, self.epoch = checkpoint.step, checkpoint.epoch
        self.pictures_seen = position["pictures_seen"]
        self.probe_index = position["probe_index"]
        self._sums = MetricSums(self._measured, _sums(position["tally"]))
        self._untrained_loss = position["untrained_loss"]
        self._untrained_output_is_constant = position["alike_untrained"]
        self._given_advice = position["advice"]
        # After the last batch of an epoch, and before the first one of all, the network is being evaluated.
        self.evaluating = self._untrained_loss is None or self.step == (self.epoch + 1) * self.steps_per_epoch
        self.network.load_state_dict(
            {name: torch.from_numpy(array) for name, array in checkpoint.part("network").items()}
        )
        torch_state.load_optimizer_arrays(self.optimizer, checkpoint.part("optimizer"))
        self.set_learning_rate(position["learning_rate"])
        states = {name: torch.from_numpy(state).clone() for name, state in checkpoint.part("random").items()}
        # Another kind of device has no state here: it begins with the one that follows from the seed.
        self._random_states = {name: states.get(name, state) for name, state in self._random_states.items()}
        self._batch_order.set_state(states["order"])
        self._augmentation.random_state = states["augmentation"]

    def _weights_are_finite(self) -> bool:
        return all(bool(weights.isfinite().all()) for weights in self._parameters)

    def _advice(self, untrained: float, train_loss: float, validation_loss: float) -> str:
        """What to try if the network gives the same answer to all, or is clearly worse than untrained; else empty."""
        if self._output_is_constant:
            return self._advice_on_constant_output()
        if not self._task.loss_falls or min(train_loss, validation_loss) <= WORSE * untrained:
            return ""
        return (
            f"The network is worse than before training: its validation loss was {untrained:.3g} and is now "
            f"{validation_loss:.3g}. With a learning rate of {self.learning_rate:g}, the steps are probably too large. "
            f"{self._what_to_try()}"
        )

    def _advice_on_constant_output(self) -> str:
        if self._untrained_output_is_constant:
            first = INITIALIZATIONS[self.spec.settings.initialization]
            if any(layer.own_initialization for layer in self.spec.architecture.layers):
                return (
                    "The network gives the same answer for every picture, as it did before training. All units of a "
                    "layer began with identical weights and get the same gradient. Choose another initialisation for "
                    "the network, or for the layers that have one of their own, and press Reset."
                )
            return (
                "The network gives the same answer for every picture, as it did before training. With the initial "
                f"weights “{first}”, all units of a layer are identical and get the same gradient. Choose another "
                "initialisation and press Reset."
            )
        return (
            "The network gives the same answer for every picture. Its units fire for no picture, or equally for all, "
            f"so no gradient gets back. With a learning rate of {self.learning_rate:g}, the steps were probably too "
            f"large. {self._what_to_try()} Press Reset, since such a network rarely recovers."
        )

    def _what_to_try(self) -> str:
        lower = f"{self.learning_rate / 10:g}"
        if self.spec.settings.optimizer == "sgd":
            return f"Try a learning rate of {lower}, or Adam, which limits the size of its steps."
        return f"Try a learning rate of {lower}."

    def _fail(self, what: str) -> list[Event]:
        self.ended = True
        self.evaluating = False
        epoch = (self.step - 1) // self.steps_per_epoch + 1
        return [
            *self.report(),
            Failed(
                f"{what} This was in epoch {epoch}. With a learning rate of {self.learning_rate:g}, the steps were so "
                f"large that the numbers in the network grew past what float32 can hold. {self._what_to_try()}"
            ),
        ]


def _sums(tally: Mapping[str, float] | Sequence[float]) -> Mapping[str, float]:
    """The sums in a checkpoint. Those of earlier versions are a list, and of classification."""
    if isinstance(tally, Mapping):
        return tally
    return dict(zip(("pictures", "loss", "accuracy", "penalty"), tally, strict=False))
