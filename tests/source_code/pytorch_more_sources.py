"""More PyTorch source in the styles in which people publish it, all of it written for these tests."""

from tests.source_code.pytorch_example import Example

IMPORTS = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n\n"

MORE_EXAMPLES: dict[str, Example] = {}

MORE_EXAMPLES["layers and normalisations in two lists"] = Example(
    IMPORTS
    + """
class Net(nn.Module):
    def __init__(self, chans=(3, 8, 16, 32)):
        super().__init__()
        self.convs = nn.ModuleList()
        self.bns = nn.ModuleList([nn.BatchNorm2d(c) for c in chans[1:]])
        for a, b in zip(chans[:-1], chans[1:]):
            self.convs.append(nn.Conv2d(a, b, kernel_size=3, padding='same', bias=False))
        self.head = nn.Linear(chans[-1], 10)

    def forward(self, x):
        for i, (conv, bn) in enumerate(zip(self.convs, self.bns)):
            x = F.relu(bn(conv(x)), inplace=True)
            if i < len(self.convs) - 1:
                x = F.max_pool2d(x, kernel_size=2, stride=2)
        x = F.adaptive_avg_pool2d(x, 1)
        x = x.squeeze(-1).squeeze(-1)
        return self.head(x)

model = Net()
""",
    "Net()",
    (3, 64, 64),
)

MORE_EXAMPLES["layers by their index"] = Example(
    IMPORTS
    + """
class Net(nn.Module):
    def __init__(self, depth):
        super().__init__()
        self.depth = depth
        self.layers = nn.ModuleList([nn.Conv2d(1 if i == 0 else 8 * 2 ** (i-1), 8 * 2 ** i, 3, 1, 1) for i in range(depth)])
        self.out = nn.Linear(8 * 2 ** (depth - 1) * (28 // 2 ** 2) ** 2, 10)
    def forward(self, x):
        for i in range(self.depth):
            x = self.layers[i](x)
            x = torch.relu(x)
            if i % 2 == 1:
                x = F.avg_pool2d(x, 2)
        x = x.view(x.shape[0], -1)
        return self.out(x)
net = Net(depth=4)
""",
    "Net(4)",
    (1, 28, 28),
    """
y = net(torch.zeros(1, 1, 28, 28))
""",
)

MORE_EXAMPLES["activations and blocks in dictionaries"] = Example(
    IMPORTS
    + """
ACTS = {'relu': nn.ReLU, 'gelu': nn.GELU, 'silu': lambda: nn.SiLU(inplace=True)}
POOLS = {"max": nn.MaxPool2d(2), "avg": nn.AvgPool2d(2)}
class Net(nn.Module):
    def __init__(self, act, pool):
        super().__init__()
        self.blocks = nn.ModuleDict({
            'stem': nn.Sequential(nn.Conv2d(3, 16, 3, 2, 1), ACTS[act]()),
            'body': nn.Sequential(nn.Conv2d(16, 32, 3, 1, 1), ACTS['silu'](), POOLS[pool]),
        })
        self.blocks['neck'] = nn.Conv2d(32, 24, 1)
        self.fc = nn.Linear(24, 5)
    def forward(self, x):
        for name, block in self.blocks.items():
            x = block(x)
            if name == 'neck':
                x = torch.tanh(x)
        x = x.mean((2, 3))
        return self.fc(x)
model = Net('relu', 'avg')
""",
    "Net('relu', 'avg')",
    (3, 64, 64),
)

MORE_EXAMPLES["a network that inherits from another, with properties"] = Example(
    IMPORTS
    + """
class BaseNet(nn.Module):
    width = 8
    def __init__(self):
        super().__init__()
        self.features = self.build_features()
        self.classifier = nn.Linear(self.feat_dim, 10)
    @property
    def feat_dim(self):
        return self.width * 2
    def build_features(self):
        w = self.width
        return nn.Sequential(nn.Conv2d(3, w, 3), nn.ReLU(), nn.Conv2d(w, self.feat_dim, 3, stride=2), nn.ReLU(True), nn.AdaptiveAvgPool2d(1))
    def forward(self, x):
        x = self.features(x).flatten(1)
        return self.classifier(x)

class WideNet(BaseNet):
    width = 16
    def forward(self, x):
        logits = super().forward(x)
        return logits * 0.5
model = WideNet()
""",
    "WideNet()",
    (3, 64, 64),
)

MORE_EXAMPLES["slices of a Sequential"] = Example(
    IMPORTS
    + """
class Perc(nn.Module):
    def __init__(self):
        super(Perc, self).__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(inplace=True), nn.Conv2d(8, 8, 3, padding=1), nn.ReLU(inplace=True), nn.MaxPool2d(2, 2),
            nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(inplace=True), nn.MaxPool2d(2, 2))
        self.slice1 = self.features[:5]
        self.slice2 = self.features[5:]
        self.fc = nn.Linear(16*8*8 , 7)
    def forward(self, x):
        h1 = self.slice1(x)
        h2 = h1
        for layer in self.slice2:
            h2 = layer(h2)
        return self.fc(h2.view(-1, 16 * 8 * 8))
m = Perc()
""",
    "Perc()",
    (3, 32, 32),
)

MORE_EXAMPLES["features by index, with what was kept of them"] = Example(
    IMPORTS
    + """
class M(nn.Module):
    def __init__(self):
        super().__init__()
        layers = []
        c = 1
        for v in [8, 'M', 16, 'M']:
            if v == 'M':
                layers.append(nn.MaxPool2d(2))
            else:
                layers += [nn.Conv2d(c, v, 3, padding=1), nn.BatchNorm2d(v), nn.ReLU(True)]
                c = v
        self.features = nn.Sequential(*layers)
        self.fc = nn.Linear(c * 7 * 7, 10)
    def forward(self, x):
        skips = []
        for i in range(len(self.features)):
            x = self.features[i](x)
            if isinstance(self.features[i], nn.MaxPool2d):
                skips.append(x)
        assert len(skips) == 2
        x = skips[-1]
        x = x.reshape(x.size(0), -1)
        return F.log_softmax(self.fc(x), dim=-1)
net = M()
""",
    "M()",
    (1, 28, 28),
)

MORE_EXAMPLES["squeeze and excite, expanded"] = Example(
    IMPORTS
    + """
class SELayer(nn.Module):
    def __init__(self, channel, reduction=4):
        super().__init__()
        self.avg_pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Sequential(
            nn.Linear(channel, channel // reduction, bias=False),
            nn.ReLU(inplace=True),
            nn.Linear(channel // reduction, channel, bias=False),
            nn.Sigmoid()
        )
    def forward(self, x):
        b, c, _, _ = x.size()
        y = self.avg_pool(x).view(b, c)
        y = self.fc(y).view(b, c, 1, 1)
        return x * y.expand_as(x)
class SENet(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1 = nn.Conv2d(3, 16, 3, padding=1)
        self.se = SELayer(16)
        self.c2 = nn.Conv2d(16, 32, 3, stride=2, padding=1)
        self.se2 = SELayer(32, reduction=8)
        self.fc = nn.Linear(32, 10)
    def forward(self, x):
        x = F.relu(self.se(self.c1(x)))
        x = F.relu(self.se2(self.c2(x)))
        return self.fc(x.mean(dim=[-1, -2]))
model = SENet()
""",
    "SENet()",
    (3, 64, 64),
)

MORE_EXAMPLES["a shortcut that is empty"] = Example(
    IMPORTS
    + """
class Block(nn.Module):
    def __init__(self, i, o, stride=1):
        super().__init__()
        self.conv = nn.Conv2d(3, o, 3, stride, 1)
        self.c2 = nn.Conv2d(o, o, 3, 1, 1)
        self.shortcut = nn.Sequential()
        if stride != 1 or i != o:
            self.shortcut = nn.Sequential(nn.Conv2d(i, o, 1, stride))
    def forward(self, x):
        x = self.conv(x)
        out = self.c2(x)
        if self.shortcut:
            out += self.shortcut(x)
        return F.relu(out)
model = Block(8, 8)
""",
    "Block(8, 8)",
    (3, 64, 64),
)

MORE_EXAMPLES["functions in all spellings"] = Example(
    IMPORTS
    + """
class Fn(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv2d(3, 12, (3, 3), (1, 1), (1, 1))
        self.d = nn.Conv2d(12, 12, kernel_size=(5, 1), padding=(2, 0), dilation=1)
        self.fc = nn.Linear(12 * 16 * 16, 4)
    def forward(self, x):
        x = torch.nn.functional.relu(self.c(x))
        x = torch.max_pool2d(x, 2)
        x = self.d(x).relu_()
        x = torch.sigmoid(x)
        x = F.dropout(x, p=0.4, training=self.training)
        x = F.leaky_relu(x, 0.1)
        x = torch.flatten(x, start_dim=1)
        x = F.softmax(self.fc(x), dim=1)
        return x
net = Fn()
""",
    "Fn()",
    (3, 32, 32),
)

MORE_EXAMPLES["a base class that may not be there"] = Example(
    """
import torch
from torch import nn
import torch.nn.functional as F
try:
    import pytorch_lightning as pl
    Base = pl.LightningModule
except ImportError:
    Base = nn.Module
class LitNet(nn.Module):
    def __init__(self, hidden=24, lr=2e-3):
        super().__init__()
        self.encoder = nn.Sequential(nn.Conv2d(1, hidden, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))
        self.head = nn.Linear(hidden * 14 * 14, 10)
        self.lr = lr
    def forward(self, x):
        z = self.encoder(x)
        return self.head(z.view(z.size(0), -1))
model = LitNet()
""",
    "LitNet()",
    (1, 28, 28),
    head="""
import torch
from torch import nn
import torch.nn.functional as F
""",
)

MORE_EXAMPLES["encoder and decoder made in loops"] = Example(
    IMPORTS
    + """
class AE(nn.Module):
    def __init__(self, ch=(1, 8, 16)):
        super(AE, self).__init__()
        enc, dec = [], []
        for i in range(len(ch) - 1):
            enc.append(nn.Conv2d(ch[i], ch[i + 1], 3, stride=2, padding=1))
            enc.append(nn.ReLU(True))
        for i in reversed(range(1, len(ch))):
            dec.append(nn.ConvTranspose2d(ch[i], ch[i - 1], 3, stride=2, padding=1, output_padding=1))
            dec.append(nn.ReLU(True) if i > 1 else nn.Sigmoid())
        self.encoder = nn.Sequential(*enc)
        self.decoder = nn.Sequential(*dec)
    def encode(self, x): return self.encoder(x)
    def decode(self, z): return self.decoder(z)
    def forward(self, x):
        z = self.encode(x)
        x_hat = self.decode(z)
        return x_hat
model = AE()
""",
    "AE()",
    (1, 28, 28),
    """
from torchvision import datasets
num_epochs = 20
train_set = datasets.MNIST('.', train=True)
crit = nn.MSELoss()
opt = torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=1e-5)
for epoch in range(num_epochs):
    for data in loader:
        img, _ = data
        img = img.cuda()
        out = model(img)
        loss = crit(out, img)
        opt.zero_grad(); loss.backward(); opt.step()
    print('epoch [{}/{}], loss:{:.4f}'.format(epoch + 1, num_epochs, loss.item()))
    if epoch % 10 == 0:
        pic = out.view(out.size(0), 1, 28, 28)
""",
    settings=(("loss", "mse"), ("epochs", 20), ("learning_rate", 0.001)),
)

MORE_EXAMPLES["blocks that are given classes and partials"] = Example(
    """
from functools import partial
from typing import Optional
import torch
import torch.nn as nn
def make_divisible(v, divisor=8, min_value=None, round_limit=.9):
    min_value = min_value or divisor
    new_v = max(min_value, int(v + divisor / 2) // divisor * divisor)
    if new_v < round_limit * v:
        new_v += divisor
    return new_v
class ConvNormAct(nn.Module):
    def __init__(self, in_chs, out_chs, kernel_size=1, stride=1, groups=1, norm_layer=nn.BatchNorm2d, act_layer=nn.ReLU, apply_act=True, drop_layer=None):
        super().__init__()
        self.conv = nn.Conv2d(in_chs, out_chs, kernel_size, stride, padding=(kernel_size - 1) // 2, groups=groups, bias=False)
        self.bn = norm_layer(out_chs)
        self.act = act_layer(inplace=True) if apply_act else nn.Identity()
        self.drop = drop_layer(0.1) if drop_layer is not None else nn.Identity()
    def forward(self, x):
        return self.act(self.drop(self.bn(self.conv(x))))
class SqueezeExcite(nn.Module):
    def __init__(self, in_chs, rd_ratio=0.25, act_layer=nn.ReLU, gate_layer=nn.Sigmoid):
        super().__init__()
        rd = make_divisible(in_chs * rd_ratio, 4)
        self.conv_reduce = nn.Conv2d(in_chs, rd, 1, bias=True)
        self.act1 = act_layer(inplace=True)
        self.conv_expand = nn.Conv2d(rd, in_chs, 1, bias=True)
        self.gate = gate_layer()
    def forward(self, x):
        x_se = x.mean((2, 3), keepdim=True)
        x_se = self.conv_reduce(x_se)
        x_se = self.act1(x_se)
        x_se = self.conv_expand(x_se)
        return x * self.gate(x_se)
class InvertedResidual(nn.Module):
    def __init__(self, in_chs, out_chs, stride=1, exp_ratio=4.0, se_layer=None, noskip=False, **kwargs):
        super().__init__()
        mid = make_divisible(in_chs * exp_ratio)
        self.has_skip = (in_chs == out_chs and stride == 1) and not noskip
        self.conv_pw = ConvNormAct(in_chs, mid, **kwargs)
        self.conv_dw = ConvNormAct(mid, mid, 3, stride, groups=mid, **kwargs)
        self.se = se_layer(mid) if se_layer else nn.Identity()
        self.conv_pwl = ConvNormAct(mid, out_chs, apply_act=False, **kwargs)
    def forward(self, x):
        shortcut = x
        x = self.conv_pwl(self.se(self.conv_dw(self.conv_pw(x))))
        if self.has_skip:
            x = x + shortcut
        return x
class TinyNet(nn.Module):
    def __init__(self, cfg, num_classes=1000, in_chans=3, drop_rate=0., global_pool='avg', **kwargs):
        super().__init__()
        self.num_classes = num_classes
        self.drop_rate = drop_rate
        self.conv_stem = ConvNormAct(in_chans, 16, 3, 2, **kwargs)
        blocks = []
        prev = 16
        for (t, c, n, s) in cfg:
            for j in range(n):
                blocks.append(InvertedResidual(prev, c, s if j == 0 else 1, t, se_layer=partial(SqueezeExcite, rd_ratio=.25), **kwargs))
                prev = c
        self.blocks = nn.Sequential(*blocks)
        self.num_features = prev
        self.global_pool = nn.AdaptiveAvgPool2d(1) if global_pool == 'avg' else nn.AdaptiveMaxPool2d(1)
        self.classifier = nn.Linear(prev, num_classes) if num_classes > 0 else nn.Identity()
        self.drop = nn.Dropout(drop_rate) if drop_rate else None
    def forward_features(self, x):
        return self.blocks(self.conv_stem(x))
    def forward_head(self, x, pre_logits: bool = False):
        x = self.global_pool(x).flatten(1)
        if self.drop is not None:
            x = self.drop(x)
        return x if pre_logits else self.classifier(x)
    def forward(self, x):
        x = self.forward_features(x)
        x = self.forward_head(x)
        return x
def _create(variant, pretrained=False, **kwargs):
    cfgs = dict(tiny=[(1.0, 16, 1, 1), (4.0, 24, 2, 2), (4.0, 40, 2, 2)])
    return TinyNet(cfgs[variant], **kwargs)
def tiny_convnet(pretrained=False, **kwargs):
    return _create('tiny', pretrained, norm_layer=partial(nn.BatchNorm2d, eps=1e-3), act_layer=nn.SiLU, **kwargs)
model = tiny_convnet(num_classes=7)
""",
    "tiny_convnet(num_classes=7)",
    (3, 64, 64),
)

MORE_EXAMPLES["a U with its ups in one list"] = Example(
    IMPORTS
    + """
class DoubleConv(nn.Module):
    def __init__(self, i, o):
        super(DoubleConv, self).__init__()
        self.conv = nn.Sequential(nn.Conv2d(i, o, 3, 1, 1, bias=False), nn.BatchNorm2d(o), nn.ReLU(inplace=True))
    def forward(self, x):
        return self.conv(x)
class UShape(nn.Module):
    def __init__(self, in_channels=3, out_channels=1, features=[8, 16]):
        super(UShape, self).__init__()
        self.ups = nn.ModuleList()
        self.downs = nn.ModuleList()
        self.pool = nn.MaxPool2d(kernel_size=2, stride=2)
        for feature in features:
            self.downs.append(DoubleConv(in_channels, feature))
            in_channels = feature
        for feature in reversed(features):
            self.ups.append(nn.ConvTranspose2d(feature * 2, feature, kernel_size=2, stride=2))
            self.ups.append(DoubleConv(feature * 2, feature))
        self.bottleneck = DoubleConv(features[-1], features[-1] * 2)
        self.final_conv = nn.Conv2d(features[0], out_channels, kernel_size=1)
    def forward(self, x):
        skip_connections = []
        for down in self.downs:
            x = down(x)
            skip_connections.append(x)
            x = self.pool(x)
        x = self.bottleneck(x)
        skip_connections = skip_connections[::-1]
        for idx in range(0, len(self.ups), 2):
            x = self.ups[idx](x)
            skip_connection = skip_connections[idx // 2]
            if x.shape != skip_connection.shape:
                x = TF.resize(x, size=skip_connection.shape[2:])
            concat_skip = torch.cat((skip_connection, x), dim=1)
            x = self.ups[idx + 1](concat_skip)
        return self.final_conv(x)
model = UShape()
""",
    "UShape()",
    (3, 64, 64),
)

MORE_EXAMPLES["a notebook with a class of settings"] = Example(
    """
import torch
from torch import nn
import torch.nn.functional as F
class CFG:
    seed = 42
    img_size = 48
    n_classes = 7
    bs = 64
    lr = 3e-4
    n_epochs = 5
def conv_block(in_f, out_f, pool=False, *args, **kwargs):
    layers = [nn.Conv2d(in_f, out_f, *args, **kwargs), nn.BatchNorm2d(out_f), nn.ELU(inplace=True)]
    if pool: layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers)
class SimpleCNN(nn.Module):
    def __init__(self, in_channels=1, num_classes=CFG.n_classes):
        super().__init__()
        self.conv1 = conv_block(in_channels, 16, kernel_size=3, padding=1)
        self.conv2 = conv_block(16, 32, True, kernel_size=3, padding=1)
        self.res1 = nn.Sequential(conv_block(32, 32, kernel_size=3, padding=1), conv_block(32, 32, kernel_size=3, padding=1))
        self.drop1 = nn.Dropout(0.5)
        self.conv3 = conv_block(32, 64, True, kernel_size=3, padding=1)
        self.classifier = nn.Sequential(nn.MaxPool2d(6), nn.Flatten(), nn.Linear(64 * 2 * 2, num_classes))
    def forward(self, xb):
        out = self.conv1(xb)
        out = self.conv2(out)
        out = self.res1(out) + out
        out = self.drop1(out)
        out = self.conv3(out)
        return self.classifier(out)
model = SimpleCNN()
""",
    "SimpleCNN()",
    (1, 64, 64),
    """
device = torch.device('cuda' if torch.cuda.is_available() else 'cpu')
model = model.to(device)
print(f'{sum(p.numel() for p in model.parameters() if p.requires_grad):,} params')
train_dl = DataLoader(train_ds, CFG.bs, shuffle=True, num_workers=4, pin_memory=True)
valid_dl = DataLoader(valid_ds, CFG.bs * 2)
optimizer = optim.AdamW(model.parameters(), lr=CFG.lr)
loss_fn = nn.CrossEntropyLoss()
scaler = torch.cuda.amp.GradScaler()
best = 0
for e in range(CFG.n_epochs):
    model.train()
    for xb, yb in tqdm(train_dl):
        xb, yb = xb.to(device), yb.to(device)
        optimizer.zero_grad()
        with torch.cuda.amp.autocast():
            preds = model(xb)
            loss = loss_fn(preds, yb)
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()
    model.eval()
    with torch.no_grad():
        acc = 0
        for xb, yb in valid_dl:
            acc += (model(xb.to(device)).argmax(1) == yb.to(device)).float().mean().item()
    if acc > best:
        best = acc
        torch.save(model.state_dict(), 'best.pth')
""",
    head="""
!pip install -q timm
%matplotlib inline
import torch
from torch import nn, optim
from torch.utils.data import DataLoader
import torch.nn.functional as F
""",
    settings=(("epochs", 5), ("batch_size", 64), ("learning_rate", 0.0003), ("optimizer", "adam")),
)

MORE_EXAMPLES["a dictionary of parameters as default"] = Example(
    IMPORTS
    + """
class ConvNet(nn.Module):
    def __init__(self, params={'filters': [4, 8], 'k': 5, 'p_drop': 0.2, 'n_out': 3}):
        super().__init__()
        f1, f2 = params['filters']
        k = params.get('k', 3)
        self.c1, self.c2 = nn.Conv2d(3, f1, k), nn.Conv2d(f1, f2, k)
        self.do = nn.Dropout2d(params['p_drop'])
        self.flat_size = f2 * self._out(self._out(32, k), k) ** 2
        self.out = nn.Linear(self.flat_size, params['n_out'])
    @staticmethod
    def _out(s, k, pool=2):
        return (s - k + 1) // pool
    def forward(self, x):
        for c in (self.c1, self.c2):
            x = F.max_pool2d(torch.tanh(c(x)), 2)
        x = self.do(x)
        return self.out(x.view(-1, self.flat_size))
net = ConvNet()
""",
    "ConvNet()",
    (3, 32, 32),
)

MORE_EXAMPLES["the size of features by a try"] = Example(
    IMPORTS
    + """
class Q(nn.Module):
    def __init__(self, shape=(3, 40, 40), n_actions=4):
        super().__init__()
        self.conv = nn.Sequential(nn.Conv2d(shape[0], 8, kernel_size=8, stride=4), nn.ReLU(), nn.Conv2d(8, 16, kernel_size=4, stride=2), nn.ReLU())
        n = self._get_conv_out(shape)
        self.fc = nn.Sequential(nn.Linear(n, 32), nn.ReLU(), nn.Linear(32, n_actions))
    def _get_conv_out(self, shape):
        import numpy as np
        o = self.conv(torch.zeros(1, *shape))
        return int(np.prod(o.size()))
    def forward(self, x):
        o = self.conv(x).view(x.size()[0], -1)
        return self.fc(o)
q = Q()
""",
    "Q()",
    (3, 40, 40),
)

MORE_EXAMPLES["branches that are concatenated, with ceil_mode"] = Example(
    IMPORTS
    + """
class BasicConv2d(nn.Module):
    def __init__(self, i, o, **kwargs):
        super().__init__()
        self.conv = nn.Conv2d(i, o, bias=False, **kwargs)
        self.bn = nn.BatchNorm2d(o, eps=0.001)
    def forward(self, x):
        return F.relu(self.bn(self.conv(x)), inplace=True)
class Inception(nn.Module):
    def __init__(self, i, c1, c3r, c3, c5r, c5, pp):
        super().__init__()
        self.b1 = BasicConv2d(i, c1, kernel_size=1)
        self.b2 = nn.Sequential(BasicConv2d(i, c3r, kernel_size=1), BasicConv2d(c3r, c3, kernel_size=3, padding=1))
        self.b3 = nn.Sequential(BasicConv2d(i, c5r, kernel_size=1), BasicConv2d(c5r, c5, kernel_size=3, padding=1))
        self.b4 = nn.Sequential(nn.MaxPool2d(kernel_size=3, stride=1, padding=1, ceil_mode=True), BasicConv2d(i, pp, kernel_size=1))
    def _forward(self, x):
        return [self.b1(x), self.b2(x), self.b3(x), self.b4(x)]
    def forward(self, x):
        return torch.cat(self._forward(x), 1)
class Mini(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = BasicConv2d(3, 8, kernel_size=7, stride=2, padding=3)
        self.pool = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        self.i1 = Inception(8, 4, 4, 8, 2, 4, 4)
        self.i2 = Inception(20, 8, 4, 8, 2, 4, 4)
        self.avg = nn.AdaptiveAvgPool2d((1, 1))
        self.drop = nn.Dropout(0.2)
        self.fc = nn.Linear(24, 6)
    def forward(self, x):
        x = self.pool(self.stem(x))
        x = self.i2(self.i1(x))
        x = torch.flatten(self.avg(x), 1)
        return self.fc(self.drop(x))
model = Mini()
""",
    "Mini()",
    (3, 64, 64),
)

MORE_EXAMPLES["layers that are Sequentials with a forward"] = Example(
    """
from collections import OrderedDict
import torch, torch.nn as nn, torch.nn.functional as F
class _Layer(nn.Sequential):
    def __init__(self, i, g, bn):
        super().__init__()
        self.add_module('norm1', nn.BatchNorm2d(i))
        self.add_module('relu1', nn.ReLU(inplace=True))
        self.add_module('conv1', nn.Conv2d(i, bn * g, kernel_size=1, stride=1, bias=False))
        self.add_module('norm2', nn.BatchNorm2d(bn * g))
        self.add_module('relu2', nn.ReLU(inplace=True))
        self.add_module('conv2', nn.Conv2d(bn * g, g, kernel_size=3, stride=1, padding=1, bias=False))
    def forward(self, x):
        new = super().forward(x)
        return torch.cat([x, new], 1)
class _Block(nn.Sequential):
    def __init__(self, n, i, bn, g):
        super().__init__()
        for k in range(n):
            self.add_module('denselayer%d' % (k + 1), _Layer(i + k * g, g, bn))
class Dense(nn.Module):
    def __init__(self, growth=4, cfg=(2, 2), init=8):
        super().__init__()
        self.features = nn.Sequential(OrderedDict([('conv0', nn.Conv2d(3, init, 3, padding=1, bias=False)), ('norm0', nn.BatchNorm2d(init)), ('relu0', nn.ReLU(inplace=True))]))
        n = init
        for i, k in enumerate(cfg):
            self.features.add_module('denseblock%d' % (i + 1), _Block(k, n, 2, growth))
            n += k * growth
            if i != len(cfg) - 1:
                self.features.add_module('transition%d' % (i + 1), nn.Sequential(nn.BatchNorm2d(n), nn.ReLU(inplace=True), nn.Conv2d(n, n // 2, 1, bias=False), nn.AvgPool2d(2, 2)))
                n = n // 2
        self.features.add_module('norm5', nn.BatchNorm2d(n))
        self.classifier = nn.Linear(n, 10)
    def forward(self, x):
        features = self.features(x)
        out = F.relu(features, inplace=True)
        out = F.adaptive_avg_pool2d(out, (1, 1)).view(features.size(0), -1)
        return self.classifier(out)
model = Dense()
""",
    "Dense()",
    (3, 64, 64),
)

MORE_EXAMPLES["one number, trained in main"] = Example(
    IMPORTS
    + """
class Age(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(*[nn.Sequential(nn.Conv2d(i, o, 3, stride=2, padding=1), nn.LeakyReLU(.1)) for i, o in [(3, 8), (8, 16), (16, 32)]])
        self.head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 1))
    def forward(self, x):
        return self.head(self.body(x))
def get_model():
    model = Age()
    return model
model = get_model()
""",
    "Age()",
    (3, 64, 64),
    """
def main():
    model = get_model()
    criterion = torch.nn.MSELoss(reduction="mean")
    optimizer = torch.optim.RMSprop(model.parameters(), lr=0.001, momentum=0.0)
    model.train()
    for epoch in range(1, 11):
        for x, y in train_loader:
            optimizer.zero_grad()
            pred = model(x).squeeze(1)
            loss = criterion(pred, y)
            loss.backward()
            optimizer.step()
if __name__ == "__main__":
    main()
""",
    settings=(("loss", "mse"), ("optimizer", "rmsprop"), ("learning_rate", 0.001)),
)

MORE_EXAMPLES["one probability, with groups of weights"] = Example(
    IMPORTS
    + """
class Bin(nn.Module):
    def __init__(self):
        super(Bin, self).__init__()
        self.layer1 = nn.Sequential(nn.Conv2d(3, 8, kernel_size=3, padding=0, stride=2), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2))
        self.layer2 = nn.Sequential(nn.Conv2d(8, 16, kernel_size=3, padding=0, stride=2), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2))
        self.fc1 = nn.Linear(16 * 13 * 13, 10)
        self.dropout = nn.Dropout(0.5)
        self.fc2 = nn.Linear(10, 1)
    def forward(self, x):
        out = self.layer2(self.layer1(x))
        out = out.view(out.size(0), -1)
        out = F.relu(self.fc1(out))
        return torch.sigmoid(self.fc2(self.dropout(out)))
model = Bin()
""",
    "Bin()",
    (3, 224, 224),
    """
params = [{'params': [p for n, p in model.named_parameters() if 'bias' not in n], 'weight_decay': 5e-4}, {'params': [p for n, p in model.named_parameters() if 'bias' in n]}]
optimizer = torch.optim.SGD(params, lr=0.01, momentum=0.9)
criterion = nn.BCELoss()
""",
    settings=(("learning_rate", 0.01), ("momentum", 0.9)),
)
