"""PyTorch source in the styles in which people publish it, all of it written for these tests.

What defines the network is really run by the tests, and compared with what is read of it.
"""

from tests.source_code.pytorch_example import Example

IMPORTS = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n\n"

EXAMPLES: dict[str, Example] = {}

EXAMPLES["a small tutorial network for colour pictures"] = Example(
    IMPORTS
    + '''
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 6, 5)
        self.pool = nn.MaxPool2d(2, 2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = self.pool(F.relu(self.conv1(x)))
        x = self.pool(F.relu(self.conv2(x)))
        x = torch.flatten(x, 1)  # everything but the batch
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        x = self.fc3(x)
        return x


net = Net()
''',
    "Net()",
    (3, 32, 32),
    '''
import torchvision
import torchvision.transforms as transforms
import torch.optim as optim

transform = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))])
batch_size = 4
trainset = torchvision.datasets.CIFAR10(root="./data", train=True, download=True, transform=transform)
trainloader = torch.utils.data.DataLoader(trainset, batch_size=batch_size, shuffle=True, num_workers=2)
criterion = nn.CrossEntropyLoss()
optimizer = optim.SGD(net.parameters(), lr=0.001, momentum=0.9)

for epoch in range(2):
    running_loss = 0.0
    for i, data in enumerate(trainloader, 0):
        inputs, labels = data
        optimizer.zero_grad()
        outputs = net(inputs)
        loss = criterion(outputs, labels)
        loss.backward()
        optimizer.step()
        running_loss += loss.item()
        if i % 2000 == 1999:
            print(f"[{epoch + 1}, {i + 1:5d}] loss: {running_loss / 2000:.3f}")
            running_loss = 0.0
print("Finished")
''',
    settings=(
        ("optimizer", "sgd"), ("learning_rate", 0.001), ("momentum", 0.9), ("epochs", 2), ("batch_size", 4),
        ("loss", "cross_entropy"), ("initialization", "torch_default"),
    ),
)  # fmt: skip

EXAMPLES["digits with dropout and log_softmax, options of a command line"] = Example(
    IMPORTS
    + """
class Net(nn.Module):
    def __init__(self):
        super(Net, self).__init__()
        self.conv1 = nn.Conv2d(1, 32, 3, 1)
        self.conv2 = nn.Conv2d(32, 64, 3, 1)
        self.dropout1 = nn.Dropout(0.25)
        self.dropout2 = nn.Dropout(0.5)
        self.fc1 = nn.Linear(9216, 128)
        self.fc2 = nn.Linear(128, 10)

    def forward(self, x):
        x = self.conv1(x)
        x = F.relu(x)
        x = self.conv2(x)
        x = F.relu(x)
        x = F.max_pool2d(x, 2)
        x = self.dropout1(x)
        x = torch.flatten(x, 1)
        x = self.fc1(x)
        x = F.relu(x)
        x = self.dropout2(x)
        x = self.fc2(x)
        output = F.log_softmax(x, dim=1)
        return output
""",
    "Net()",
    (1, 28, 28),
    """
import argparse
import torch.optim as optim
from torchvision import datasets, transforms
from torch.optim.lr_scheduler import StepLR


def train(args, model, device, train_loader, optimizer, epoch):
    model.train()
    for batch_idx, (data, target) in enumerate(train_loader):
        data, target = data.to(device), target.to(device)
        optimizer.zero_grad()
        output = model(data)
        loss = F.nll_loss(output, target)
        loss.backward()
        optimizer.step()
        if batch_idx % args.log_interval == 0:
            print(epoch, loss.item())
            if args.dry_run:
                break


def main():
    parser = argparse.ArgumentParser(description="digits")
    parser.add_argument("--batch-size", type=int, default=64, metavar="N")
    parser.add_argument("--epochs", type=int, default=14)
    parser.add_argument("--lr", type=float, default=0.5)
    parser.add_argument("--no-cuda", action="store_true", default=False)
    parser.add_argument("--dry-run", action="store_true")
    parser.add_argument("--log-interval", type=int, default=10)
    args = parser.parse_args()
    use_cuda = not args.no_cuda and torch.cuda.is_available()
    device = torch.device("cuda" if use_cuda else "cpu")
    train_kwargs = {"batch_size": args.batch_size}
    if use_cuda:
        train_kwargs.update({"num_workers": 1, "shuffle": True})
    dataset1 = datasets.MNIST("../data", train=True, download=True, transform=transforms.ToTensor())
    train_loader = torch.utils.data.DataLoader(dataset1, **train_kwargs)
    model = Net().to(device)
    optimizer = optim.Adam(model.parameters(), lr=args.lr)
    scheduler = StepLR(optimizer, step_size=1, gamma=0.7)
    for epoch in range(1, args.epochs + 1):
        train(args, model, device, train_loader, optimizer, epoch)
        scheduler.step()


if __name__ == "__main__":
    main()
""",
    settings=(("optimizer", "adam"), ("learning_rate", 0.5), ("epochs", 14), ("batch_size", 64)),
)

EXAMPLES["a Sequential with its layers in a row"] = Example(
    IMPORTS
    + """
model = nn.Sequential(
    nn.Conv2d(1, 8, kernel_size=3, stride=2, padding=1),
    nn.ReLU(),
    nn.Conv2d(8, 16, kernel_size=3, padding="same"),
    nn.ReLU(inplace=True),
    nn.AvgPool2d(2),
    nn.Flatten(),
    nn.Linear(16 * 7 * 7, 10),
    nn.Softmax(dim=1),
)
""",
    "model",
    (1, 28, 28),
)

EXAMPLES["a Sequential of Sequentials, tanh and average pooling"] = Example(
    """
from torch import nn

features = nn.Sequential(
    nn.Sequential(nn.Conv2d(1, 6, 5, padding=2), nn.Tanh(), nn.AvgPool2d(kernel_size=2, stride=2)),
    nn.Sequential(nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(kernel_size=2, stride=2)),
)
classifier = nn.Sequential(nn.Linear(400, 120), nn.Tanh(), nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, 10))
lenet = nn.Sequential(features, nn.Flatten(), classifier)
""",
    "lenet",
    (1, 28, 28),
)

EXAMPLES["names in an OrderedDict"] = Example(
    '''
from collections import OrderedDict
import torch.nn as nn

model = nn.Sequential(OrderedDict([
    ("conv1", nn.Conv2d(3, 20, 5)),
    ("relu1", nn.ReLU()),
    ("conv2", nn.Conv2d(20, 12, 5)),
    ("relu2", nn.LeakyReLU(0.1)),
    ("pool", nn.AdaptiveAvgPool2d(1)),
    ("flat", nn.Flatten()),
    ("head", nn.Linear(12, 7)),
]))
''',
    "model",
    (3, 64, 64),
)  # fmt: skip

EXAMPLES["add_module on a Sequential, in a loop"] = Example(
    IMPORTS
    + """
net = nn.Sequential()
channels = 3
for index, width in enumerate([8, 12, 16]):
    net.add_module(f"conv{index}", nn.Conv2d(channels, width, 3, padding=1, bias=False))
    net.add_module("norm%d" % index, nn.BatchNorm2d(width))
    net.add_module("act{}".format(index), nn.ReLU())
    if index < 2:
        net.add_module("pool" + str(index), nn.MaxPool2d(2))
    channels = width
net.add_module("flatten", nn.Flatten())
net.add_module("fc", nn.Linear(channels * 8 * 8, 10))
""",
    "net",
    (3, 32, 32),
)

VGG = (
    IMPORTS
    + """
PLANS = {
    "A": [64, "M", 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M"],
    "D": [64, 64, "M", 128, 128, "M", 256, 256, 256, "M", 512, 512, 512, "M", 512, 512, 512, "M"],
}


def make_features(plan, batch_norm=False):
    layers = []
    channels = 3
    for item in plan:
        if item == "M":
            layers += [nn.MaxPool2d(kernel_size=2, stride=2)]
        else:
            conv = nn.Conv2d(channels, item, kernel_size=3, padding=1)
            if batch_norm:
                layers += [conv, nn.BatchNorm2d(item), nn.ReLU(inplace=True)]
            else:
                layers += [conv, nn.ReLU(inplace=True)]
            channels = item
    return nn.Sequential(*layers)


class DeepNet(nn.Module):
    def __init__(self, features: nn.Module, num_classes: int = 1000, init_weights: bool = True, dropout: float = 0.5):
        super().__init__()
        self.features = features
        self.avgpool = nn.AdaptiveAvgPool2d((7, 7))
        self.classifier = nn.Sequential(
            nn.Linear(512 * 7 * 7, 4096),
            nn.ReLU(True),
            nn.Dropout(p=dropout),
            nn.Linear(4096, 4096),
            nn.ReLU(True),
            nn.Dropout(p=dropout),
            nn.Linear(4096, num_classes),
        )
        if init_weights:
            for m in self.modules():
                if isinstance(m, nn.Conv2d):
                    nn.init.kaiming_normal_(m.weight, mode="fan_out", nonlinearity="relu")
                    if m.bias is not None:
                        nn.init.constant_(m.bias, 0)
                elif isinstance(m, nn.BatchNorm2d):
                    nn.init.constant_(m.weight, 1)
                    nn.init.constant_(m.bias, 0)
                elif isinstance(m, nn.Linear):
                    nn.init.normal_(m.weight, 0, 0.01)
                    nn.init.constant_(m.bias, 0)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.features(x)
        x = self.avgpool(x)
        x = torch.flatten(x, 1)
        x = self.classifier(x)
        return x


def _build(plan: str, batch_norm: bool, **kwargs) -> DeepNet:
    return DeepNet(make_features(PLANS[plan], batch_norm=batch_norm), **kwargs)


def deep11(**kwargs) -> DeepNet:
    return _build("A", False, **kwargs)
"""
)

EXAMPLES["eleven layers from a plan of numbers"] = Example(VGG, "deep11()", (3, 224, 224), trainable=132_863_336)

RESIDUAL = (
    IMPORTS
    + """
from functools import partial
from typing import Callable, List, Optional, Type, Union


def conv3x3(in_planes: int, out_planes: int, stride: int = 1, groups: int = 1, dilation: int = 1) -> nn.Conv2d:
    return nn.Conv2d(in_planes, out_planes, kernel_size=3, stride=stride, padding=dilation, groups=groups,
                     bias=False, dilation=dilation)


def conv1x1(in_planes: int, out_planes: int, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(in_planes, out_planes, kernel_size=1, stride=stride, bias=False)


class BasicBlock(nn.Module):
    expansion: int = 1

    def __init__(self, inplanes, planes, stride=1, downsample=None, groups=1, base_width=64, dilation=1,
                 norm_layer: Optional[Callable[..., nn.Module]] = None) -> None:
        super().__init__()
        if norm_layer is None:
            norm_layer = nn.BatchNorm2d
        if groups != 1 or base_width != 64:
            raise ValueError("only one group of width 64")
        self.conv1 = conv3x3(inplanes, planes, stride)
        self.bn1 = norm_layer(planes)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = conv3x3(planes, planes)
        self.bn2 = norm_layer(planes)
        self.downsample = downsample
        self.stride = stride

    def forward(self, x):
        identity = x
        out = self.conv1(x)
        out = self.bn1(out)
        out = self.relu(out)
        out = self.conv2(out)
        out = self.bn2(out)
        if self.downsample is not None:
            identity = self.downsample(x)
        out += identity
        out = self.relu(out)
        return out


class Bottleneck(nn.Module):
    expansion: int = 4

    def __init__(self, inplanes, planes, stride=1, downsample=None, groups=1, base_width=64, dilation=1,
                 norm_layer=None):
        super().__init__()
        if norm_layer is None:
            norm_layer = nn.BatchNorm2d
        width = int(planes * (base_width / 64.0)) * groups
        self.conv1 = conv1x1(inplanes, width)
        self.bn1 = norm_layer(width)
        self.conv2 = conv3x3(width, width, stride, groups, dilation)
        self.bn2 = norm_layer(width)
        self.conv3 = conv1x1(width, planes * self.expansion)
        self.bn3 = norm_layer(planes * self.expansion)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = downsample

    def forward(self, x):
        identity = x
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        if self.downsample is not None:
            identity = self.downsample(x)
        return self.relu(out + identity)


class ResidualNet(nn.Module):
    def __init__(self, block: Type[Union[BasicBlock, Bottleneck]], layers: List[int], num_classes=1000,
                 zero_init_residual=False, groups=1, width_per_group=64, replace_stride_with_dilation=None,
                 norm_layer=None):
        super().__init__()
        if norm_layer is None:
            norm_layer = nn.BatchNorm2d
        self._norm_layer = norm_layer
        self.inplanes = 64
        self.dilation = 1
        if replace_stride_with_dilation is None:
            replace_stride_with_dilation = [False, False, False]
        if len(replace_stride_with_dilation) != 3:
            raise ValueError(f"three flags are needed, got {replace_stride_with_dilation}")
        self.groups = groups
        self.base_width = width_per_group
        self.conv1 = nn.Conv2d(3, self.inplanes, kernel_size=7, stride=2, padding=3, bias=False)
        self.bn1 = norm_layer(self.inplanes)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(kernel_size=3, stride=2, padding=1)
        self.layer1 = self._make_layer(block, 64, layers[0])
        self.layer2 = self._make_layer(block, 128, layers[1], stride=2, dilate=replace_stride_with_dilation[0])
        self.layer3 = self._make_layer(block, 256, layers[2], stride=2, dilate=replace_stride_with_dilation[1])
        self.layer4 = self._make_layer(block, 512, layers[3], stride=2, dilate=replace_stride_with_dilation[2])
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(512 * block.expansion, num_classes)
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight, mode="fan_out", nonlinearity="relu")
            elif isinstance(m, (nn.BatchNorm2d, nn.GroupNorm)):
                nn.init.constant_(m.weight, 1)
                nn.init.constant_(m.bias, 0)
        if zero_init_residual:
            for m in self.modules():
                if isinstance(m, Bottleneck):
                    nn.init.constant_(m.bn3.weight, 0)
                elif isinstance(m, BasicBlock):
                    nn.init.constant_(m.bn2.weight, 0)

    def _make_layer(self, block, planes, blocks, stride=1, dilate=False):
        norm_layer = self._norm_layer
        downsample = None
        previous_dilation = self.dilation
        if dilate:
            self.dilation *= stride
            stride = 1
        if stride != 1 or self.inplanes != planes * block.expansion:
            downsample = nn.Sequential(
                conv1x1(self.inplanes, planes * block.expansion, stride),
                norm_layer(planes * block.expansion),
            )
        layers = []
        layers.append(block(self.inplanes, planes, stride, downsample, self.groups, self.base_width,
                            previous_dilation, norm_layer))
        self.inplanes = planes * block.expansion
        for _ in range(1, blocks):
            layers.append(block(self.inplanes, planes, groups=self.groups, base_width=self.base_width,
                                dilation=self.dilation, norm_layer=norm_layer))
        return nn.Sequential(*layers)

    def _forward_impl(self, x: torch.Tensor) -> torch.Tensor:
        x = self.conv1(x)
        x = self.bn1(x)
        x = self.relu(x)
        x = self.maxpool(x)
        x = self.layer1(x)
        x = self.layer2(x)
        x = self.layer3(x)
        x = self.layer4(x)
        x = self.avgpool(x)
        x = torch.flatten(x, 1)
        x = self.fc(x)
        return x

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self._forward_impl(x)
"""
)

EXAMPLES["residual blocks, 18 layers"] = Example(
    RESIDUAL + "\n\ndef net18(**kwargs):\n    return ResidualNet(BasicBlock, [2, 2, 2, 2], **kwargs)\n",
    "net18()",
    (3, 224, 224),
    trainable=11_689_512,
)
EXAMPLES["bottlenecks of groups"] = Example(
    RESIDUAL + "\n\nmodel = ResidualNet(Bottleneck, [1, 1, 1, 1], num_classes=12, groups=4, width_per_group=16)\n",
    "model",
    (3, 64, 64),
)

EXAMPLES["residual blocks for small pictures, python 2 style"] = Example(
    IMPORTS
    + """
class Block(nn.Module):
    expansion = 1

    def __init__(self, in_planes, planes, stride=1):
        super(Block, self).__init__()
        self.conv1 = nn.Conv2d(in_planes, planes, kernel_size=3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, kernel_size=3, stride=1, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.shortcut = nn.Sequential()
        if stride != 1 or in_planes != self.expansion * planes:
            self.shortcut = nn.Sequential(
                nn.Conv2d(in_planes, self.expansion * planes, kernel_size=1, stride=stride, bias=False),
                nn.BatchNorm2d(self.expansion * planes)
            )

    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out += self.shortcut(x)
        out = F.relu(out)
        return out


class SmallResidual(nn.Module):
    def __init__(self, block, num_blocks, num_classes=10):
        super(SmallResidual, self).__init__()
        self.in_planes = 16
        self.conv1 = nn.Conv2d(3, 16, kernel_size=3, stride=1, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.layer1 = self._make_layer(block, 16, num_blocks[0], stride=1)
        self.layer2 = self._make_layer(block, 32, num_blocks[1], stride=2)
        self.layer3 = self._make_layer(block, 64, num_blocks[2], stride=2)
        self.linear = nn.Linear(64 * block.expansion, num_classes)

    def _make_layer(self, block, planes, num_blocks, stride):
        strides = [stride] + [1] * (num_blocks - 1)
        layers = []
        for stride in strides:
            layers.append(block(self.in_planes, planes, stride))
            self.in_planes = planes * block.expansion
        return nn.Sequential(*layers)

    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.layer1(out)
        out = self.layer2(out)
        out = self.layer3(out)
        out = F.avg_pool2d(out, 8)
        out = out.view(out.size(0), -1)
        out = self.linear(out)
        return out


def Small14():
    return SmallResidual(Block, [2, 2, 2])


def test():
    net = Small14()
    y = net(torch.randn(1, 3, 32, 32))
    print(y.size())
""",
    "Small14()",
    (3, 32, 32),
)

EXAMPLES["dense blocks that concatenate"] = Example(
    IMPORTS
    + """
class DenseLayer(nn.Module):
    def __init__(self, channels, growth):
        super().__init__()
        self.norm = nn.BatchNorm2d(channels)
        self.conv = nn.Conv2d(channels, growth, kernel_size=3, padding=1, bias=False)

    def forward(self, x):
        out = self.conv(F.relu(self.norm(x)))
        return torch.cat([x, out], 1)


class Transition(nn.Sequential):
    def __init__(self, channels, out_channels):
        super().__init__()
        self.add_module("norm", nn.BatchNorm2d(channels))
        self.add_module("relu", nn.ReLU(inplace=True))
        self.add_module("conv", nn.Conv2d(channels, out_channels, kernel_size=1, stride=1, bias=False))
        self.add_module("pool", nn.AvgPool2d(kernel_size=2, stride=2))


class DenseNet(nn.Module):
    def __init__(self, growth=8, blocks=(3, 3), num_classes=10):
        super().__init__()
        channels = 2 * growth
        self.stem = nn.Conv2d(3, channels, kernel_size=3, padding=1, bias=False)
        stages = []
        for number, depth in enumerate(blocks):
            for _ in range(depth):
                stages.append(DenseLayer(channels, growth))
                channels += growth
            if number != len(blocks) - 1:
                stages.append(Transition(channels, channels // 2))
                channels = channels // 2
        self.stages = nn.Sequential(*stages)
        self.norm = nn.BatchNorm2d(channels)
        self.classifier = nn.Linear(channels, num_classes)

    def forward(self, x):
        features = self.stages(self.stem(x))
        out = F.relu(self.norm(features), inplace=True)
        out = F.adaptive_avg_pool2d(out, (1, 1))
        out = torch.flatten(out, 1)
        return self.classifier(out)


model = DenseNet()
""",
    "model",
    (3, 64, 64),
)

EXAMPLES["an inception block with four branches"] = Example(
    IMPORTS
    + """
class BasicConv(nn.Module):
    def __init__(self, in_channels, out_channels, **kwargs):
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, bias=False, **kwargs)
        self.bn = nn.BatchNorm2d(out_channels, eps=0.001)

    def forward(self, x):
        x = self.conv(x)
        x = self.bn(x)
        return F.relu(x, inplace=True)


class Inception(nn.Module):
    def __init__(self, in_channels, ch1, red3, ch3, red5, ch5, proj):
        super().__init__()
        self.branch1 = BasicConv(in_channels, ch1, kernel_size=1)
        self.branch2 = nn.Sequential(
            BasicConv(in_channels, red3, kernel_size=1), BasicConv(red3, ch3, kernel_size=3, padding=1)
        )
        self.branch3 = nn.Sequential(
            BasicConv(in_channels, red5, kernel_size=1), BasicConv(red5, ch5, kernel_size=5, padding=2)
        )
        self.branch4 = nn.Sequential(
            nn.MaxPool2d(kernel_size=3, stride=1, padding=1), BasicConv(in_channels, proj, kernel_size=1)
        )

    def _forward(self, x):
        return [self.branch1(x), self.branch2(x), self.branch3(x), self.branch4(x)]

    def forward(self, x):
        outputs = self._forward(x)
        return torch.cat(outputs, 1)


class SmallGoogle(nn.Module):
    def __init__(self, num_classes=10):
        super().__init__()
        self.conv1 = BasicConv(3, 16, kernel_size=3, padding=1)
        self.maxpool = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        self.inception1 = Inception(16, 8, 6, 8, 2, 4, 4)
        self.inception2 = Inception(24, 8, 6, 12, 2, 4, 4)
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.dropout = nn.Dropout(0.2)
        self.fc = nn.Linear(28, num_classes)

    def forward(self, x):
        x = self.maxpool(self.conv1(x))
        x = self.maxpool(self.inception1(x))
        x = self.inception2(x)
        x = self.avgpool(x)
        x = torch.flatten(x, 1)
        x = self.dropout(x)
        return self.fc(x)


model = SmallGoogle()
""",
    "model",
    (3, 64, 64),
)

EXAMPLES["inverted residuals with depthwise groups"] = Example(
    IMPORTS
    + """
class ConvBNReLU(nn.Sequential):
    def __init__(self, in_planes, out_planes, kernel_size=3, stride=1, groups=1):
        padding = (kernel_size - 1) // 2
        super(ConvBNReLU, self).__init__(
            nn.Conv2d(in_planes, out_planes, kernel_size, stride, padding, groups=groups, bias=False),
            nn.BatchNorm2d(out_planes),
            nn.ReLU6(inplace=True),
        )


class InvertedResidual(nn.Module):
    def __init__(self, inp, oup, stride, expand_ratio):
        super(InvertedResidual, self).__init__()
        self.stride = stride
        assert stride in [1, 2]
        hidden_dim = int(round(inp * expand_ratio))
        self.use_res_connect = self.stride == 1 and inp == oup
        layers = []
        if expand_ratio != 1:
            layers.append(ConvBNReLU(inp, hidden_dim, kernel_size=1))
        layers.extend([
            ConvBNReLU(hidden_dim, hidden_dim, stride=stride, groups=hidden_dim),
            nn.Conv2d(hidden_dim, oup, 1, 1, 0, bias=False),
            nn.BatchNorm2d(oup),
        ])
        self.conv = nn.Sequential(*layers)

    def forward(self, x):
        if self.use_res_connect:
            return x + self.conv(x)
        else:
            return self.conv(x)


class MobileLike(nn.Module):
    def __init__(self, num_classes=10, width_mult=0.5, block=InvertedResidual):
        super(MobileLike, self).__init__()
        input_channel = 16
        setting = [
            # t, c, n, s
            [1, 16, 1, 1],
            [6, 24, 2, 2],
            [6, 32, 2, 2],
        ]
        input_channel = int(input_channel * width_mult)
        features = [ConvBNReLU(3, input_channel, stride=2)]
        for t, c, n, s in setting:
            output_channel = int(c * width_mult)
            for i in range(n):
                stride = s if i == 0 else 1
                features.append(block(input_channel, output_channel, stride, expand_ratio=t))
                input_channel = output_channel
        self.features = nn.Sequential(*features)
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(input_channel, num_classes))

    def forward(self, x):
        x = self.features(x)
        x = x.mean([2, 3])
        x = self.classifier(x)
        return x


if __name__ == "__main__":
    net = MobileLike()
    x = torch.rand(2, 3, 96, 96)
    print(net(x).shape)
""",
    "MobileLike()",
    (3, 96, 96),
)

EXAMPLES["fire modules"] = Example(
    """
import torch
from torch import nn


class Fire(nn.Module):
    def __init__(self, inplanes: int, squeeze_planes: int, expand1x1_planes: int, expand3x3_planes: int) -> None:
        super().__init__()
        self.inplanes = inplanes
        self.squeeze = nn.Conv2d(inplanes, squeeze_planes, kernel_size=1)
        self.squeeze_activation = nn.ReLU(inplace=True)
        self.expand1x1 = nn.Conv2d(squeeze_planes, expand1x1_planes, kernel_size=1)
        self.expand1x1_activation = nn.ReLU(inplace=True)
        self.expand3x3 = nn.Conv2d(squeeze_planes, expand3x3_planes, kernel_size=3, padding=1)
        self.expand3x3_activation = nn.ReLU(inplace=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.squeeze_activation(self.squeeze(x))
        return torch.cat(
            [self.expand1x1_activation(self.expand1x1(x)), self.expand3x3_activation(self.expand3x3(x))], 1
        )


class SqueezeLike(nn.Module):
    def __init__(self, version: str = "1_1", num_classes: int = 10, dropout: float = 0.5) -> None:
        super().__init__()
        self.num_classes = num_classes
        if version == "1_0":
            self.features = nn.Sequential(nn.Conv2d(3, 96, kernel_size=7, stride=2), nn.ReLU(inplace=True))
        elif version == "1_1":
            self.features = nn.Sequential(
                nn.Conv2d(3, 16, kernel_size=3, stride=2),
                nn.ReLU(inplace=True),
                nn.MaxPool2d(kernel_size=3, stride=2, ceil_mode=True),
                Fire(16, 4, 8, 8),
                Fire(16, 4, 8, 8),
                nn.MaxPool2d(kernel_size=3, stride=2, ceil_mode=True),
                Fire(16, 6, 12, 12),
            )
        else:
            raise ValueError(f"Unsupported version {version}: 1_0 or 1_1 expected")
        final_conv = nn.Conv2d(24, self.num_classes, kernel_size=1)
        self.classifier = nn.Sequential(
            nn.Dropout(p=dropout), final_conv, nn.ReLU(inplace=True), nn.AdaptiveAvgPool2d((1, 1))
        )
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                if m is final_conv:
                    nn.init.normal_(m.weight, mean=0.0, std=0.01)
                else:
                    nn.init.kaiming_uniform_(m.weight)
                if m.bias is not None:
                    nn.init.constant_(m.bias, 0)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.features(x)
        x = self.classifier(x)
        return torch.flatten(x, 1)


model = SqueezeLike()
""",
    "model",
    (3, 64, 64),
)

EXAMPLES["a U-shaped network with transposed convolutions"] = Example(
    IMPORTS
    + '''
class DoubleConv(nn.Module):
    """(conv => BN => ReLU) * 2"""

    def __init__(self, in_channels, out_channels, mid_channels=None):
        super().__init__()
        if not mid_channels:
            mid_channels = out_channels
        self.double_conv = nn.Sequential(
            nn.Conv2d(in_channels, mid_channels, kernel_size=3, padding=1, bias=False),
            nn.BatchNorm2d(mid_channels),
            nn.ReLU(inplace=True),
            nn.Conv2d(mid_channels, out_channels, kernel_size=3, padding=1, bias=False),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(inplace=True),
        )

    def forward(self, x):
        return self.double_conv(x)


class Down(nn.Module):
    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.maxpool_conv = nn.Sequential(nn.MaxPool2d(2), DoubleConv(in_channels, out_channels))

    def forward(self, x):
        return self.maxpool_conv(x)


class Up(nn.Module):
    def __init__(self, in_channels, out_channels, bilinear=False):
        super().__init__()
        if bilinear:
            self.up = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True)
            self.conv = DoubleConv(in_channels, out_channels, in_channels // 2)
        else:
            self.up = nn.ConvTranspose2d(in_channels, in_channels // 2, kernel_size=2, stride=2)
            self.conv = DoubleConv(in_channels, out_channels)

    def forward(self, x1, x2):
        x1 = self.up(x1)
        diffY = x2.size()[2] - x1.size()[2]
        diffX = x2.size()[3] - x1.size()[3]
        x1 = F.pad(x1, [diffX // 2, diffX - diffX // 2, diffY // 2, diffY - diffY // 2])
        x = torch.cat([x2, x1], dim=1)
        return self.conv(x)


class OutConv(nn.Module):
    def __init__(self, in_channels, out_channels):
        super(OutConv, self).__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size=1)

    def forward(self, x):
        return self.conv(x)


class UShaped(nn.Module):
    def __init__(self, n_channels, n_classes, bilinear=False):
        super(UShaped, self).__init__()
        self.n_channels = n_channels
        self.n_classes = n_classes
        self.bilinear = bilinear
        self.inc = DoubleConv(n_channels, 8)
        self.down1 = Down(8, 16)
        self.down2 = Down(16, 32)
        self.up1 = Up(32, 16, bilinear)
        self.up2 = Up(16, 8, bilinear)
        self.outc = OutConv(8, n_classes)

    def forward(self, x):
        x1 = self.inc(x)
        x2 = self.down1(x1)
        x3 = self.down2(x2)
        x = self.up1(x3, x2)
        x = self.up2(x, x1)
        logits = self.outc(x)
        return logits


model = UShaped(n_channels=3, n_classes=4)
''',
    "model",
    (3, 64, 64),
)

EXAMPLES["an encoder and a decoder that draws"] = Example(
    IMPORTS
    + """
class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 8, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(8, 16, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(16, 32, 7),
        )
        self.decoder = nn.Sequential(
            nn.ConvTranspose2d(32, 16, 7),
            nn.ReLU(),
            nn.ConvTranspose2d(16, 8, 3, stride=2, padding=1, output_padding=1),
            nn.ReLU(),
            nn.ConvTranspose2d(8, 1, 4, stride=2, padding=1),
            nn.Sigmoid(),
        )

    def forward(self, x):
        encoded = self.encoder(x)
        decoded = self.decoder(encoded)
        return decoded


model = Autoencoder()
""",
    "model",
    (1, 28, 28),
    """
from torchvision import datasets, transforms
data = datasets.MNIST(root="./data", train=True, download=True, transform=transforms.ToTensor())
loader = torch.utils.data.DataLoader(dataset=data, batch_size=64, shuffle=True)
criterion = nn.MSELoss()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=1e-5)
num_epochs = 10
for epoch in range(num_epochs):
    for img, _ in loader:
        recon = model(img)
        loss = criterion(recon, img)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
""",
    settings=(("loss", "mse"), ("epochs", 10), ("batch_size", 64)),
)

EXAMPLES["functions outside of classes"] = Example(
    IMPORTS
    + """
def conv_block(in_f, out_f, activation="relu", *args, **kwargs):
    activations = nn.ModuleDict([["lrelu", nn.LeakyReLU()], ["relu", nn.ReLU()]])
    return nn.Sequential(nn.Conv2d(in_f, out_f, *args, **kwargs), nn.BatchNorm2d(out_f), activations[activation])


def dec_block(in_f, out_f):
    return nn.Sequential(nn.Linear(in_f, out_f), nn.Sigmoid())


class Classifier(nn.Module):
    def __init__(self, in_c, enc_sizes, dec_sizes, n_classes, activation="relu"):
        super().__init__()
        self.enc_sizes = [in_c, *enc_sizes]
        self.dec_sizes = [32 * 28 * 28, *dec_sizes]
        conv_blocks = [
            conv_block(in_f, out_f, activation, kernel_size=3, padding=1)
            for in_f, out_f in zip(self.enc_sizes, self.enc_sizes[1:])
        ]
        self.encoder = nn.Sequential(*conv_blocks)
        dec_blocks = [dec_block(in_f, out_f) for in_f, out_f in zip(self.dec_sizes, self.dec_sizes[1:])]
        self.decoder = nn.Sequential(*dec_blocks)
        self.last = nn.Linear(self.dec_sizes[-1], n_classes)

    def forward(self, x):
        x = self.encoder(x)
        x = x.view(x.size(0), -1)
        x = self.decoder(x)
        return self.last(x)


model = Classifier(1, [8, 32], [32, 16], 10, activation="lrelu")
""",
    "model",
    (1, 28, 28),
)

EXAMPLES["a notebook with shell lines"] = Example(
    IMPORTS
    + """
class CNN(nn.Module):
    def __init__(self, num_classes=10):
        super().__init__()
        self.conv_layer1 = nn.Conv2d(in_channels=3, out_channels=32, kernel_size=3)
        self.conv_layer2 = nn.Conv2d(in_channels=32, out_channels=32, kernel_size=3)
        self.max_pool1 = nn.MaxPool2d(kernel_size=2, stride=2)
        self.conv_layer3 = nn.Conv2d(in_channels=32, out_channels=64, kernel_size=3)
        self.conv_layer4 = nn.Conv2d(in_channels=64, out_channels=64, kernel_size=3)
        self.max_pool2 = nn.MaxPool2d(kernel_size=2, stride=2)
        self.fc1 = nn.Linear(1600, 128)
        self.relu1 = nn.ReLU()
        self.fc2 = nn.Linear(128, num_classes)

    def forward(self, x):
        out = self.conv_layer1(x)
        out = self.conv_layer2(out)
        out = self.max_pool1(out)
        out = self.conv_layer3(out)
        out = self.conv_layer4(out)
        out = self.max_pool2(out)
        out = out.reshape(out.size(0), -1)
        out = self.fc1(out)
        out = self.relu1(out)
        out = self.fc2(out)
        return out
""",
    "CNN()",
    (3, 32, 32),
    """
!nvidia-smi
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
num_classes = 10
learning_rate = 0.01
num_epochs = 20
model = CNN(num_classes).to(device)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate, weight_decay=0.005, momentum=0.9)
total_step = len(train_loader)
for epoch in range(num_epochs):
    for i, (images, labels) in enumerate(train_loader):
        images = images.to(device)
        outputs = model(images)
        loss = criterion(outputs, labels.to(device))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print('Epoch [{}/{}], Loss: {:.4f}'.format(epoch + 1, num_epochs, loss.item()))
""",
    head="!pip install torchinfo\n%matplotlib inline\n",
    settings=(("learning_rate", 0.01), ("momentum", 0.9), ("epochs", 20)),
)

EXAMPLES["a ModuleList that is gone through"] = Example(
    IMPORTS
    + """
class Stack(nn.Module):
    def __init__(self, widths=(3, 8, 16, 16)):
        super().__init__()
        self.convs = nn.ModuleList([nn.Conv2d(a, b, 3, padding=1) for a, b in zip(widths[:-1], widths[1:])])
        self.norms = nn.ModuleList()
        for width in widths[1:]:
            self.norms.append(nn.GroupNorm(4, width))
        self.act = nn.SiLU()
        self.head = nn.Linear(widths[-1], 5)

    def forward(self, x):
        for index, (conv, norm) in enumerate(zip(self.convs, self.norms)):
            x = self.act(norm(conv(x)))
            if index < len(self.convs) - 1:
                x = F.max_pool2d(x, kernel_size=2)
        x = x.mean(dim=(2, 3))
        return self.head(x)


model = Stack()
""",
    "model",
    (3, 64, 64),
)

EXAMPLES["conditions on flags"] = Example(
    IMPORTS
    + """
class Flagged(nn.Module):
    def __init__(self, use_bn: bool = True, pooling: str = "max", depth: int = 2, dropout=None):
        super().__init__()
        self.use_bn = use_bn
        self.pooling = pooling
        self.depth = depth
        self.conv1 = nn.Conv2d(1, 6, 3)
        self.conv2 = nn.Conv2d(6, 12, 3) if depth > 1 else None
        if self.use_bn:
            self.bn = nn.BatchNorm2d(6)
        self.drop = nn.Dropout(dropout) if dropout is not None else nn.Identity()
        self.fc = nn.Linear(12 * 5 * 5, 10)

    def pool(self, x):
        if self.pooling == "max":
            return F.max_pool2d(x, 2)
        elif self.pooling == "avg":
            return F.avg_pool2d(x, 2)
        raise NotImplementedError

    def forward(self, x, return_features=False):
        x = self.conv1(x)
        if self.use_bn:
            x = self.bn(x)
        x = self.pool(torch.relu(x))
        if self.conv2 is not None:
            x = self.pool(torch.relu(self.conv2(x)))
        features = x.flatten(start_dim=1)
        logits = self.fc(self.drop(features))
        if return_features:
            return logits, features
        return logits


model = Flagged()
""",
    "model",
    (1, 28, 28),
)

EXAMPLES["one layer that is used twice"] = Example(
    IMPORTS
    + """
class Twice(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 8, 3, padding=1)
        self.again = nn.Conv2d(8, 8, 3, padding=1)
        self.fc = nn.Linear(8, 4)

    def forward(self, x):
        x = F.relu(self.first(x))
        for _ in range(2):
            x = F.relu(self.again(x))
        return self.fc(F.adaptive_max_pool2d(x, 1).flatten(1))


model = Twice()
""",
    "model",
    (3, 64, 64),
    differs="used several times",
)

EXAMPLES["lambdas and dictionaries of functions"] = Example(
    IMPORTS
    + """
ACTIVATIONS = {"relu": nn.ReLU, "elu": nn.ELU, "gelu": nn.GELU}
block = lambda i, o: nn.Sequential(nn.Conv2d(i, o, 3, stride=2), ACTIVATIONS["elu"]())


class Compact(nn.Module):
    def __init__(self, widths):
        super().__init__()
        self.body = nn.Sequential(*(block(i, o) for i, o in zip([1] + widths, widths)))
        self.flat = nn.Flatten()
        self.head = nn.Linear(widths[-1] * 3 * 3, 10)

    def forward(self, x):
        return self.head(self.flat(self.body(x)))


model = Compact([4, 8, 8][:2] + [8])
""",
    "model",
    (1, 32, 32),
)

EXAMPLES["interpolation and skip connections"] = Example(
    IMPORTS
    + """
class UpNet(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        self.enc1 = nn.Conv2d(3, width, 3, padding=1)
        self.enc2 = nn.Conv2d(width, width * 2, 3, padding=1)
        self.dec = nn.Conv2d(width * 3, width, 3, padding=1)
        self.out = nn.Conv2d(width, 1, 1)

    def forward(self, x):
        e1 = F.leaky_relu(self.enc1(x), negative_slope=0.2)
        e2 = F.leaky_relu(self.enc2(F.max_pool2d(e1, 2)), 0.2)
        up = F.interpolate(e2, scale_factor=2, mode="nearest")
        d = F.relu(self.dec(torch.cat((up, e1), dim=1)))
        d = F.interpolate(F.avg_pool2d(d, 2), size=e1.shape[2:], mode="bilinear", align_corners=False)
        return torch.sigmoid(self.out(d))


model = UpNet()
""",
    "model",
    (3, 64, 64),
)

EXAMPLES["squeeze and excitation"] = Example(
    IMPORTS
    + """
class SELayer(nn.Module):
    def __init__(self, channel, reduction=4):
        super(SELayer, self).__init__()
        self.avg_pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Sequential(
            nn.Linear(channel, channel // reduction, bias=False),
            nn.ReLU(inplace=True),
            nn.Linear(channel // reduction, channel, bias=False),
            nn.Sigmoid(),
        )

    def forward(self, x):
        b, c, _, _ = x.size()
        y = self.avg_pool(x).view(b, c)
        y = self.fc(y).view(b, c, 1, 1)
        return x * y.expand_as(x)


class ConvSE(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.squeeze = nn.AdaptiveAvgPool2d(1)
        self.reduce = nn.Conv2d(channels, channels // 4, 1)
        self.expand = nn.Conv2d(channels // 4, channels, 1)

    def forward(self, x):
        scale = self.squeeze(x)
        scale = F.relu(self.reduce(scale))
        return torch.sigmoid(self.expand(scale)) * x


class Gated(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 16, 3, padding=1)
        self.se = SELayer(16)
        self.se2 = ConvSE(16)
        self.fc = nn.Linear(16, 10)

    def forward(self, x):
        x = self.se2(self.se(F.relu(self.conv(x))))
        x = x.mean(3).mean(2) if False else x.mean([-1, -2])
        return self.fc(x)


net = Gated()
""",
    "net",
    (3, 64, 64),
)

EXAMPLES["sizes computed from the tensor"] = Example(
    IMPORTS
    + """
class Counting(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 10, kernel_size=5)
        self.conv2 = nn.Conv2d(10, 20, kernel_size=5)
        self.fc1 = nn.Linear(320, 50)
        self.fc2 = nn.Linear(50, 10)

    def num_flat_features(self, x):
        size = x.size()[1:]
        num_features = 1
        for s in size:
            num_features *= s
        return num_features

    def forward(self, x):
        x = F.relu(F.max_pool2d(self.conv1(x), 2))
        x = F.relu(F.max_pool2d(self.conv2(x), 2))
        x = x.view(-1, self.num_flat_features(x))
        x = F.relu(self.fc1(x))
        x = F.dropout(x, training=self.training)
        x = self.fc2(x)
        return F.log_softmax(x, dim=1)


model = Counting()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.5)
""",
    "model",
    (1, 28, 28),
    settings=(("learning_rate", 0.01), ("momentum", 0.5)),
)

EXAMPLES["a linear network on flat pictures"] = Example(
    """
import torch
from torch import nn


class NeuralNetwork(nn.Module):
    def __init__(self):
        super().__init__()
        self.flatten = nn.Flatten()
        self.linear_relu_stack = nn.Sequential(
            nn.Linear(28 * 28, 512),
            nn.ReLU(),
            nn.Linear(512, 512),
            nn.ReLU(),
            nn.Linear(512, 10),
        )

    def forward(self, x):
        x = self.flatten(x)
        logits = self.linear_relu_stack(x)
        return logits


model = NeuralNetwork()
""",
    "model",
    (1, 28, 28),
)

EXAMPLES["an older network for large pictures"] = Example(
    IMPORTS
    + """
class Older(nn.Module):
    def __init__(self, num_classes: int = 1000, dropout: float = 0.5) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 16, kernel_size=11, stride=4, padding=2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2),
            nn.Conv2d(16, 32, kernel_size=5, padding=2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2),
            nn.Conv2d(32, 48, kernel_size=3, padding=1),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2),
        )
        self.avgpool = nn.AdaptiveAvgPool2d((6, 6))
        self.classifier = nn.Sequential(
            nn.Dropout(p=dropout),
            nn.Linear(48 * 6 * 6, 256),
            nn.ReLU(inplace=True),
            nn.Dropout(p=dropout),
            nn.Linear(256, num_classes),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.features(x)
        x = self.avgpool(x)
        x = torch.flatten(x, 1)
        x = self.classifier(x)
        return x


model = Older()
""",
    "model",
    (3, 224, 224),
)

EXAMPLES["a class that inherits from another of the source"] = Example(
    IMPORTS
    + """
class Base(nn.Module):
    width = 6

    def __init__(self, channels):
        super().__init__()
        self.stem = nn.Conv2d(channels, self.width, 3)
        self.build()

    def build(self):
        self.head = nn.Linear(self.width, 2)

    def features(self, x):
        return F.hardsigmoid(self.stem(x))

    def forward(self, x):
        x = self.features(x)
        x = F.adaptive_avg_pool2d(x, 1).squeeze()
        return self.head(x)


class Wider(Base):
    width = 10

    def build(self):
        super().build()
        self.middle = nn.Conv2d(self.width, self.width, 1, bias=False)

    def features(self, x):
        return self.middle(super().features(x))


model = Wider(channels=3)
""",
    "model",
    (3, 64, 64),
)

EXAMPLES["separable convolutions and pre-activation"] = Example(
    IMPORTS
    + """
class SeparableConv2d(nn.Module):
    def __init__(self, in_channels, out_channels, kernel_size=1, stride=1, padding=0, dilation=1, bias=False):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, in_channels, kernel_size, stride, padding, dilation,
                               groups=in_channels, bias=bias)
        self.pointwise = nn.Conv2d(in_channels, out_channels, 1, 1, 0, 1, 1, bias=bias)

    def forward(self, x):
        return self.pointwise(self.conv1(x))


class Unit(nn.Module):
    def __init__(self, channels, out, reps, strides=1, start_with_relu=True):
        super().__init__()
        if out != channels or strides != 1:
            self.skip = nn.Conv2d(channels, out, 1, stride=strides, bias=False)
            self.skipbn = nn.BatchNorm2d(out)
        else:
            self.skip = None
        rep = []
        filters = channels
        for i in range(reps):
            rep.append(nn.ReLU(inplace=False))
            rep.append(SeparableConv2d(filters, out, 3, stride=1, padding=1, bias=False))
            rep.append(nn.BatchNorm2d(out))
            filters = out
        if not start_with_relu:
            rep = rep[1:]
        if strides != 1:
            rep.append(nn.MaxPool2d(3, strides, 1))
        self.rep = nn.Sequential(*rep)

    def forward(self, inp):
        x = self.rep(inp)
        if self.skip is not None:
            skip = self.skipbn(self.skip(inp))
        else:
            skip = inp
        x += skip
        return x


class Separated(nn.Module):
    def __init__(self, num_classes=10):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 3, 2, 0, bias=False)
        self.bn1 = nn.BatchNorm2d(8)
        self.block1 = Unit(8, 16, 2, 1, start_with_relu=False)
        self.block2 = Unit(16, 16, 2, 1)
        self.fc = nn.Linear(16, num_classes)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = self.block2(self.block1(x))
        x = F.relu(x)
        x = F.adaptive_avg_pool2d(x, (1, 1))
        x = x.view(x.size(0), -1)
        return self.fc(x)


model = Separated()
""",
    "model",
    (3, 64, 64),
)

EXAMPLES["a discriminator with strided convolutions"] = Example(
    IMPORTS
    + """
nc, ndf = 3, 8


class Discriminator(nn.Module):
    def __init__(self, ngpu=1):
        super(Discriminator, self).__init__()
        self.ngpu = ngpu
        self.main = nn.Sequential(
            nn.Conv2d(nc, ndf, 4, 2, 1, bias=False),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(ndf, ndf * 2, 4, 2, 1, bias=False),
            nn.BatchNorm2d(ndf * 2),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(ndf * 2, ndf * 4, 4, 2, 1, bias=False),
            nn.BatchNorm2d(ndf * 4),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(ndf * 4, 1, 8, 1, 0, bias=False),
            nn.Sigmoid(),
        )

    def forward(self, input):
        return self.main(input).view(-1, 1)


netD = Discriminator(1)
""",
    "netD",
    (3, 64, 64),
    """
criterion = nn.BCELoss()
optimizerD = torch.optim.Adam(netD.parameters(), lr=0.0002, betas=(0.5, 0.999))
""",
    settings=(("optimizer", "adam"), ("learning_rate", 0.0002)),
)

EXAMPLES["scaled residuals and other arithmetic"] = Example(
    IMPORTS
    + """
class Arithmetic(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Conv2d(3, 6, 3, padding=1)
        self.b = nn.Conv2d(6, 6, 3, padding=1)
        self.c = nn.Conv2d(6, 6, 1)
        self.fc = nn.Linear(6, 3)

    def forward(self, x):
        x = x * 2 - 1
        x = torch.relu(self.a(x))
        y = x + 0.5 * self.b(x)
        z = torch.maximum(y, self.c(x))
        z = torch.sub(z, x)
        z = torch.add(z, y)
        z = z / 4
        return self.fc(z.mean((2, 3), keepdim=True).flatten(1)).softmax(dim=-1)


model = Arithmetic()
""",
    "model",
    (3, 64, 64),
)

EXAMPLES["what is not known here"] = Example(
    IMPORTS
    + """
class Odd(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)
        self.lrn = nn.LocalResponseNorm(2)
        self.fc = nn.Linear(8, 4)

    def forward(self, x):
        x = torch.relu(self.lrn(self.conv(x)))
        x = x.permute(0, 1, 3, 2)
        return self.fc(x.mean([2, 3]))


model = Odd()
""",
    "model",
    (3, 64, 64),
    differs="LocalResponseNorm",
)

EXAMPLES["a branch that the picture decides"] = Example(
    IMPORTS
    + """
class Deciding(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)
        self.extra = nn.Conv2d(8, 8, 3, padding=1)
        self.fc = nn.Linear(8, 4)

    def forward(self, x):
        x = torch.relu(self.conv(x))
        if x.sum() > 0:
            x = torch.relu(self.extra(x))
        return self.fc(x.mean([2, 3]))


model = Deciding()
""",
    "model",
    (3, 64, 64),
    differs="condition",
)

EXAMPLES["a lightning module"] = Example(
    IMPORTS
    + """
class LitModule(nn.Module):  # stands for LightningModule where the test runs it
    pass


class LitNet(LitModule):
    def __init__(self, hidden=16, lr=2e-3):
        super().__init__()
        self.lr = lr
        self.layers = nn.Sequential(
            nn.Conv2d(1, hidden, 3, stride=2), nn.Mish() if False else nn.ReLU(),
            nn.Conv2d(hidden, hidden, 3, stride=2), nn.ReLU(), nn.Flatten(), nn.Linear(hidden * 6 * 6, 10),
        )

    def forward(self, x):
        return self.layers(x)

    def training_step(self, batch, batch_idx):
        x, y = batch
        loss = F.cross_entropy(self(x), y)
        return loss

    def configure_optimizers(self):
        return torch.optim.RMSprop(self.parameters(), lr=self.lr)


model = LitNet()
""",
    "model",
    (1, 28, 28),
)

EXAMPLES["global pooling by hand and a vector head"] = Example(
    IMPORTS
    + """
class Head(nn.Module):
    def __init__(self, classes=6):
        super().__init__()
        self.conv = nn.Conv2d(3, 12, kernel_size=(3, 5), stride=(2, 4), padding=(1, 2))
        self.norm = nn.BatchNorm2d(12, eps=1e-3, momentum=0.01)
        self.drop = nn.Dropout2d(0.1)
        self.fc1 = nn.Linear(12, 8)
        self.norm1 = nn.BatchNorm1d(8)
        self.ln = nn.LayerNorm(8)
        self.fc2 = nn.Linear(8, classes)

    def forward(self, x):
        x = self.drop(F.gelu(self.norm(self.conv(x))))
        x = F.avg_pool2d(x, kernel_size=x.size()[2:]).squeeze(-1).squeeze(-1)
        x = torch.tanh(self.norm1(self.fc1(x)))
        return F.softmax(self.fc2(self.ln(x)), dim=1)


model = Head()
""",
    "model",
    (3, 32, 64),
    "\nfrom torchsummary import summary\nsummary(model, (3, 32, 64))\n",
)
