import numpy as np
import pytest
import torch

from visualizer.concepts.grid_cells import responsible_cells, without_cell
from visualizer.data.dataset import NO_OBJECT
from visualizer.data.scenes import make_scenes
from visualizer.tasks.cells import boxes_of_cells

SCENES = make_scenes(count=40)
assert SCENES.boxes is not None
BOXES = SCENES.boxes
# In a grid of 2 × 2: two centres in the first cell, one in the last.
TARGETS = np.array(
    [[0, 0.2, 0.3, 0.4, 0.4], [1, 0.4, 0.1, 0.2, 0.2], [2, 0.9, 0.6, 0.2, 0.4], [NO_OBJECT, 0, 0, 0, 0]], np.float32
)


def test_the_smaller_of_two_in_one_cell_is_answered_for():
    first, last = responsible_cells(TARGETS, 2)
    assert (first.row, first.column, first.owner, first.others) == (0, 0, 1, (0,))
    assert (last.row, last.column, last.owner, last.others) == (1, 1, 2, ())
    # The box of 0.8 to 1 and 0.4 to 0.8 is 1.6 to 2 and 0.8 to 1.6 in cells; the cell's middle is at 1.5, 1.5.
    assert last.distances == pytest.approx([-0.1, 0.7, 0.5, 0.1], abs=1e-6)
    assert without_cell(TARGETS[None], 2) == 1


@pytest.mark.parametrize("side", [1, 2, 4, 8, 16, 32])
def test_each_object_has_a_cell_or_is_another_in_one(side):
    lost = 0
    for targets in BOXES:
        cells = responsible_cells(targets, side)
        all_of_them = [one for cell in cells for one in (cell.owner, *cell.others)]
        assert sorted(all_of_them) == np.flatnonzero(targets[:, 0] != NO_OBJECT).tolist()
        lost += sum(len(cell.others) for cell in cells)
    assert without_cell(BOXES, side) == lost


def test_the_distances_make_the_box_again():
    for targets in BOXES:
        for cell in responsible_cells(targets, 8):
            if (cell.distances > 0).all():
                logarithms = torch.from_numpy(np.log(cell.distances))[None]
                place = torch.tensor([cell.row]), torch.tensor([cell.column])
                box = boxes_of_cells(logarithms, *place, (8, 8))[0].numpy()
                assert box == pytest.approx(targets[cell.owner, 1:], abs=1e-5)
