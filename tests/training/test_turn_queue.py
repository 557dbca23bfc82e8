"""Who takes turns, who waits, and what is said of it."""

import pytest

from visualizer.training.scheduling.commands import Start, TrainBatch, TrainEpoch
from visualizer.training.scheduling.turn_queue import Place, TurnQueue
from visualizer.ui.train.run_controls import describe_place


def test_those_that_wait_come_in_the_order_in_which_they_asked():
    queue = TurnQueue(limit=2)
    assert [queue.ask(run, Start()) for run in "abcd"] == [True, True, False, False]
    assert not queue.ask("c", TrainEpoch())  # asked anew: another goal in the same place
    assert queue.admit() == []
    queue.rests("a")
    assert not queue.ask("e", TrainBatch())  # nobody overtakes
    assert queue.admit() == [("c", TrainEpoch())]
    assert queue.withdraw("d")
    assert not queue.withdraw("d")
    queue.rests("b")
    assert queue.admit() == [("e", TrainBatch())]
    assert queue.ask("e", Start())  # it is in already
    assert queue.place("a") is None


def test_a_describe_place():
    queue = TurnQueue(limit=1)
    assert describe_place(queue.place("a")) == ""
    queue.ask("a", Start())
    assert describe_place(queue.place("a")) == ""
    queue.ask("b", Start())
    assert describe_place(queue.place("b")) == "1st in the queue"
    queue.goes("c")
    assert describe_place(queue.place("a")) == "takes turns with 1 other run"
    queue.goes("d")
    assert describe_place(queue.place("a")) == "takes turns with 2 other runs"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1, "1st"),
        (2, "2nd"),
        (3, "3rd"),
        (4, "4th"),
        (11, "11th"),
        (12, "12th"),
        (13, "13th"),
        (21, "21st"),
        (112, "112th"),
    ],
)
def test_ordinals(number, words):
    assert describe_place(Place(number, 0)) == f"{words} in the queue"
