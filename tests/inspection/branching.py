"""A network that branches and meets again, which none that is built here does."""

import torch
from torch import nn
from torch.nn import functional

from visualizer.architecture.flow import PICTURE, FlowNetwork, Node
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.pretrained.seeing import sees_through


class Branching(FlowNetwork):
    """A convolution, a depthwise one with a stride of its own path beside a pointwise one, and their sum."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(3)
        self.input_shape = (3, 12, 10)
        first, wide = nn.Conv2d(3, 4, 3, padding=1), nn.Conv2d(4, 4, 5, padding=2, groups=4)
        narrow, last = nn.Conv2d(4, 4, 1), nn.Conv2d(4, 6, 3, stride=2)
        self.parts = nn.ModuleList([first, wide, narrow, last])
        said, maps = Conv2D(), (4, 12, 10)
        three, five, one, halved = (sees_through([(part, maps)]) for part in (first, wide, narrow, last))
        self.nodes = (
            Node(0, said, (("convolution", first), ("leaky_relu", nn.LeakyReLU())), (PICTURE,), maps, three),
            Node(1, said, (("convolution", wide),), (0,), maps, five),
            Node(2, said, (("convolution", narrow),), (0,), maps, one),
            Node(3, said, (("convolution", last), ("relu", nn.ReLU())), (1, 2), (6, 5, 4), halved),
        )

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        return self.logits(pictures)

    def logits(self, pictures: torch.Tensor) -> torch.Tensor:
        first, wide, narrow, last = self.parts
        arrived = functional.leaky_relu(first(pictures))
        return torch.relu(last(wide(arrived) + narrow(arrived)))
