"""Small models exported by PyTorch, each with PyTorch's own loss, gradients and trained losses: the oracle of src/lab/own.

    python3 tools/make-own-fixtures.py                 remakes src/lab/own/testing/fixtures (needs torch and numpy)
    python3 tools/make-own-fixtures.py --all FOLDER    every model, at every opset, folded and not, for evaluation and for training

One folder a model: model.onnx, data.npz (x, y, or the model's input names), expected.npz. The latter holds, under ONNX names,
`gradient/NAME` of the first step's mean loss, and `losses/sgd`, `losses/adam`: the loss before each of five whole-batch steps.
"""
import copy
import io
import itertools
import os
import sys
import warnings

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

warnings.filterwarnings('ignore')
STEPS = 5
RATES = {'sgd': 0.05, 'adam': 0.01}


class Block(nn.Module):
    """Of a residual network: two convolutions with batch norm, strided, with a projection beside them."""

    def __init__(self, a, b, stride):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(a, b, 3, stride, 1, bias=False), nn.BatchNorm2d(b)
        self.conv2, self.bn2 = nn.Conv2d(b, b, 3, 1, 1, bias=False), nn.BatchNorm2d(b)
        self.down = nn.Sequential(nn.Conv2d(a, b, 1, stride, bias=False), nn.BatchNorm2d(b))

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + self.down(x))


class ResNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem, self.bn, self.pool = nn.Conv2d(3, 4, 3, 1, 1, bias=False), nn.BatchNorm2d(4), nn.MaxPool2d(3, 2, 1)
        self.block, self.fc = Block(4, 6, 2), nn.Linear(6, 5)

    def forward(self, x):
        y = self.block(self.pool(F.relu(self.bn(self.stem(x)))))
        return self.fc(torch.flatten(F.adaptive_avg_pool2d(y, 1), 1))


class MobileNet(nn.Module):
    """One inverted residual block with squeeze and excitation, and one strided depthwise convolution."""

    def __init__(self):
        super().__init__()
        self.expand, self.bn1 = nn.Conv2d(3, 8, 1, bias=False), nn.BatchNorm2d(8)
        self.depthwise, self.bn2 = nn.Conv2d(8, 8, 3, 1, 1, groups=8, bias=False), nn.BatchNorm2d(8)
        self.squeeze, self.excite = nn.Conv2d(8, 2, 1), nn.Conv2d(2, 8, 1)
        self.project, self.bn3 = nn.Conv2d(8, 3, 1, bias=False), nn.BatchNorm2d(3)
        self.strided, self.fc = nn.Conv2d(3, 6, 3, 2, 1, groups=3), nn.Linear(6, 4)

    def forward(self, x):
        y = F.relu6(self.bn1(self.expand(x)))
        y = F.hardswish(self.bn2(self.depthwise(y)))
        y = y * F.hardsigmoid(self.excite(F.relu(self.squeeze(F.adaptive_avg_pool2d(y, 1)))))
        y = x + self.bn3(self.project(y))
        return self.fc(F.silu(self.strided(y)).mean([2, 3]))


class Attention(nn.Module):
    def __init__(self, d, heads):
        super().__init__()
        self.qkv, self.out, self.heads = nn.Linear(d, 3 * d), nn.Linear(d, d), heads

    def forward(self, x, hide=None):
        n, t, d = x.shape
        q, k, v = self.qkv(x).view(n, t, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4).unbind(0)
        scores = q @ k.transpose(-2, -1) * (d // self.heads) ** -0.5
        if hide is not None:
            scores = hide(scores)
        return self.out((scores.softmax(-1) @ v).transpose(1, 2).reshape(n, t, d))


class Layer(nn.Module):
    """Of a transformer, with its norms before."""

    def __init__(self, d, heads, gelu='none'):
        super().__init__()
        self.norm1, self.attention, self.norm2 = nn.LayerNorm(d), Attention(d, heads), nn.LayerNorm(d)
        self.up, self.down, self.gelu = nn.Linear(d, 2 * d), nn.Linear(2 * d, d), gelu

    def forward(self, x, hide=None):
        x = x + self.attention(self.norm1(x), hide)
        return x + self.down(F.gelu(self.up(self.norm2(x)), approximate=self.gelu))


class ViT(nn.Module):
    def __init__(self, d=12):
        super().__init__()
        self.patches = nn.Conv2d(3, d, 4, 4)
        self.token, self.position = nn.Parameter(0.1 * torch.randn(1, 1, d)), nn.Parameter(0.1 * torch.randn(1, 5, d))
        self.layer, self.norm, self.head = Layer(d, 3), nn.LayerNorm(d), nn.Linear(d, 4)

    def forward(self, x):
        y = self.patches(x).flatten(2).transpose(1, 2)
        y = torch.cat([self.token.expand(y.shape[0], -1, -1), y], 1) + self.position
        return self.head(self.norm(self.layer(y))[:, 0])


class GPT(nn.Module):
    """Causal, with the mask as a stored buffer, tanh GELU, and the head tied to the embedding."""

    def __init__(self, vocabulary=11, d=12, most=8):
        super().__init__()
        self.wte, self.wpe = nn.Embedding(vocabulary, d), nn.Embedding(most, d)
        self.layers, self.norm = nn.ModuleList([Layer(d, 2, 'tanh'), Layer(d, 2, 'tanh')]), nn.LayerNorm(d)
        self.head = nn.Linear(d, vocabulary, bias=False)
        self.head.weight = self.wte.weight
        self.register_buffer('mask', torch.tril(torch.ones(most, most)).view(1, 1, most, most))

    def forward(self, ids):
        t = ids.shape[1]
        y = self.wte(ids) + self.wpe(torch.arange(t))
        for layer in self.layers:
            y = layer(y, lambda s: s.masked_fill(self.mask[:, :, :t, :t] == 0, float('-inf')))
        return self.head(self.norm(y))


class BERT(nn.Module):
    """Norms after, a padding mask as a second input, a pooler."""

    def __init__(self, vocabulary=13, d=12):
        super().__init__()
        self.word, self.position, self.kind = nn.Embedding(vocabulary, d), nn.Embedding(8, d), nn.Embedding(2, d)
        self.norm, self.attention, self.norm1 = nn.LayerNorm(d, 1e-12), Attention(d, 2), nn.LayerNorm(d, 1e-12)
        self.up, self.down, self.norm2 = nn.Linear(d, 16), nn.Linear(16, d), nn.LayerNorm(d, 1e-12)
        self.pooler, self.head = nn.Linear(d, d), nn.Linear(d, 3)

    def forward(self, input_ids, attention_mask):
        t = input_ids.shape[1]
        y = self.norm(self.word(input_ids) + self.position(torch.arange(t)) + self.kind(torch.zeros_like(input_ids)))
        away = (1.0 - attention_mask[:, None, None, :].to(torch.float32)) * -10000.0
        y = self.norm1(y + self.attention(y, lambda s: s + away))
        y = self.norm2(y + self.down(F.gelu(self.up(y))))
        return self.head(torch.tanh(self.pooler(y[:, 0])))


class UNet(nn.Module):
    """Down by pooling, up by a transposed convolution and by resizing, joined by concatenation: logits for each pixel."""

    def __init__(self):
        super().__init__()
        self.enter, self.middle, self.deep = nn.Conv2d(2, 4, 3, padding=1), nn.Conv2d(4, 6, 3, padding=2, dilation=2), nn.Conv2d(6, 6, 3, padding=1)
        self.up, self.join = nn.ConvTranspose2d(6, 4, 2, 2), nn.Conv2d(10, 4, 3, padding=1)
        self.norm, self.leave = nn.GroupNorm(2, 4), nn.Conv2d(8, 3, 1)

    def forward(self, x):
        a = F.leaky_relu(self.enter(x), 0.1)
        b = F.elu(self.middle(F.max_pool2d(a, 2)))
        c = F.relu(self.deep(F.avg_pool2d(b, 2)))
        c = F.interpolate(c, scale_factor=2, mode='bilinear', align_corners=False)
        b = F.relu(self.norm(self.join(torch.cat([self.up(c)[:, :, ::2, ::2], b], 1))))
        return self.leave(torch.cat([F.interpolate(b, scale_factor=2, mode='nearest'), a], 1))


class Recurrent(nn.Module):
    """An embedding, a recurrent layer, and a classifier on its last output."""

    def __init__(self, kind, bidirectional=False):
        super().__init__()
        self.embed = nn.Embedding(7, 5)
        self.rnn = kind(5, 4, batch_first=True, bidirectional=bidirectional)
        self.fc = nn.Linear(8 if bidirectional else 4, 3)

    def forward(self, ids):
        return self.fc(self.rnn(self.embed(ids))[0][:, -1])


class MLP(nn.Module):
    """Regression of two numbers."""

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 8), nn.Sigmoid(), nn.Linear(8, 2))

    def forward(self, x):
        return self.net(x)


def floats(*shape):
    return torch.randn(*shape)


def whole(high, *shape):
    return torch.randint(0, high, shape)


def padded(n, t):
    mask = torch.ones(n, t, dtype=torch.int64)
    mask[::2, t - 2:] = 0
    return mask


def cross_entropy(z, y):
    return F.cross_entropy(z, y)


def per_position(z, y):
    return F.cross_entropy(z.reshape(-1, z.shape[-1]), y.reshape(-1))


# name -> model, inputs by name, labels, loss, which sizes stay open
MODELS = {
    'mlp': (MLP, lambda: {'x': floats(7, 6)}, lambda: floats(7, 2), F.mse_loss, {0: 'batch'}),
    'resnet': (ResNet, lambda: {'x': floats(4, 3, 12, 12)}, lambda: whole(5, 4), cross_entropy, {0: 'batch'}),
    'mobilenet': (MobileNet, lambda: {'x': floats(4, 3, 8, 8)}, lambda: whole(4, 4), cross_entropy, {0: 'batch'}),
    'vit': (ViT, lambda: {'x': floats(4, 3, 8, 8)}, lambda: whole(4, 4), cross_entropy, {0: 'batch'}),
    'gpt': (GPT, lambda: {'x': whole(11, 3, 6)}, lambda: whole(11, 3, 6), per_position, {0: 'batch', 1: 'time'}),
    'bert': (BERT, lambda: {'input_ids': whole(13, 4, 6), 'attention_mask': padded(4, 6)}, lambda: whole(3, 4), cross_entropy, {0: 'batch', 1: 'time'}),
    'unet': (UNet, lambda: {'x': floats(2, 2, 8, 8)}, lambda: whole(3, 2, 8, 8), cross_entropy, {0: 'batch'}),
    'lstm': (lambda: Recurrent(nn.LSTM), lambda: {'x': whole(7, 5, 6)}, lambda: whole(3, 5), cross_entropy, {0: 'batch'}),
    'gru': (lambda: Recurrent(nn.GRU, True), lambda: {'x': whole(7, 5, 6)}, lambda: whole(3, 5), cross_entropy, {0: 'batch'}),
}


def made(name, train):
    """The model, settled: norms with statistics and scales of their own, so that no gradient is zero by symmetry."""
    torch.manual_seed(sorted(MODELS).index(name) + 1)
    kind, inputs, labels, loss, axes = MODELS[name]
    model = kind()
    for module in model.modules():
        if isinstance(module, (nn.BatchNorm2d, nn.LayerNorm, nn.GroupNorm)):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias, 0, 0.2)
        if isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.running_mean, 0, 0.2)
            nn.init.uniform_(module.running_var, 0.5, 1.5)
    model.train(train)
    return model, inputs(), labels(), loss, axes


def fused(model):
    """The exporter folds batch norm into the convolution before it when it exports for evaluation; so does this."""
    model = copy.deepcopy(model)
    fuse = torch.nn.utils.fusion.fuse_conv_bn_eval
    for module in list(model.modules()):
        for conv, bn in (('stem', 'bn'), ('conv1', 'bn1'), ('conv2', 'bn2'), ('0', '1'), ('expand', 'bn1'), ('depthwise', 'bn2'), ('project', 'bn3')):
            if isinstance(getattr(module, conv, None), nn.Conv2d) and isinstance(getattr(module, bn, None), nn.BatchNorm2d):
                setattr(module, conv, fuse(getattr(module, conv), getattr(module, bn)))
                setattr(module, bn, nn.Identity())
    return model


# rows of a recurrent layer's gates: PyTorch's order to ONNX's
GATES = {nn.LSTM: (0, 3, 1, 2), nn.GRU: (1, 0, 2)}


def untied(model):
    """Folding stores a tied head once more, transposed: from then on the two are trained apart."""
    if isinstance(model, GPT):
        model.head.weight = nn.Parameter(model.wte.weight.detach().clone())
    return model


def candidates(model, named):
    """Every form in which an exporter may store a parameter that it does not store by name: transposed, its gates reordered and stacked; as functions of any tensor set."""
    for name in [name for name, _ in model.named_parameters() if name not in named]:
        yield lambda of, name=name: of[name]
        yield lambda of, name=name: of[name].T
        yield lambda of, name=name: of[name].reshape(-1, 1, 1)
    for prefix, rnn in model.named_modules():
        if type(rnn) not in GATES:
            continue
        def gates(of, key, prefix=prefix, rnn=rnn):
            parts = of[f'{prefix}.{key}'].chunk(len(GATES[type(rnn)]))
            return torch.cat([parts[i] for i in GATES[type(rnn)]])
        ends = ['', '_reverse'] if rnn.bidirectional else ['']
        for key in ('weight_ih_l0', 'weight_hh_l0'):
            yield lambda of, key=key, gates=gates: torch.stack([gates(of, key + end) for end in ends])
        yield lambda of, gates=gates: torch.stack([torch.cat([gates(of, 'bias_ih_l0' + end), gates(of, 'bias_hh_l0' + end)]) for end in ends])


def stored_gradients(initializers, model):
    """The gradient of each initializer, in its own shape: found by which parameter it equals. What equals none is no parameter."""
    values = {name: p.detach() for name, p in model.named_parameters()}
    gradients = {name: p.grad for name, p in model.named_parameters()}
    found = {}
    for name, value in initializers.items():
        own = [lambda of, name=name: of[name]] if name in values else []
        for form in own or candidates(model, initializers):
            same = form(values)
            if value.shape == tuple(same.shape) and np.allclose(value, same.numpy(), rtol=1e-5, atol=1e-7):
                found[name] = form(gradients).contiguous().numpy()
                break
    return found


def exported(model, inputs, axes, opset, fold, train):
    file = io.BytesIO()
    names = list(inputs)
    torch.onnx.export(
        model, tuple(inputs.values()), file, input_names=names, output_names=['logits'], opset_version=opset, do_constant_folding=fold,
        training=torch.onnx.TrainingMode.TRAINING if train else torch.onnx.TrainingMode.EVAL,
        dynamic_axes={name: axes for name in names} | {'logits': {0: 'batch'}},
    )
    return file.getvalue()


def trained_losses(model, inputs, y, loss, kind):
    model = copy.deepcopy(model)
    optimizer = (torch.optim.SGD if kind == 'sgd' else torch.optim.Adam)(model.parameters(), lr=RATES[kind])
    losses = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        value = loss(model(*inputs.values()), y)
        value.backward()
        optimizer.step()
        losses.append(value.item())
    return np.array(losses)


def make(folder, name, opset, fold, train):
    from onnx_names import initializers_of  # beside this file
    model, inputs, y, loss, axes = made(name, train)
    bytes_ = exported(copy.deepcopy(model), inputs, axes, opset, fold, train)
    model.train(train)
    reference = untied(model) if fold else model
    reference = reference if train else fused(reference)
    start = copy.deepcopy(reference)
    reference.zero_grad()
    loss(reference(*inputs.values()), y).backward()
    gradients = stored_gradients(initializers_of(bytes_), reference)
    os.makedirs(folder, exist_ok=True)
    with open(f'{folder}/model.onnx', 'wb') as file:
        file.write(bytes_)
    np.savez(f'{folder}/data.npz', **{n: v.numpy() for n, v in inputs.items()}, y=y.numpy())
    np.savez(f'{folder}/expected.npz', **{f'gradient/{n}': g for n, g in gradients.items()}, **{f'losses/{kind}': trained_losses(start, inputs, y, loss, kind) for kind in RATES})


# what is committed: one of each kind, opsets and modes spread over them
COMMITTED = [
    ('mlp', 13, True, False), ('resnet', 13, True, False), ('resnet', 17, True, True), ('mobilenet', 11, False, True), ('vit', 17, True, False),
    ('gpt', 13, True, False), ('bert', 11, True, False), ('unet', 13, True, False), ('lstm', 11, False, False), ('gru', 17, True, False),
]


def main():
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..'))
    everything = len(sys.argv) > 2 and sys.argv[1] == '--all'
    root = sys.argv[2] if everything else 'src/lab/own/testing/fixtures'
    chosen = itertools.product(MODELS, (11, 13, 17), (False, True), (False, True)) if everything else COMMITTED
    for name, opset, fold, train in chosen:
        title = f'{name}-{opset}{"-folded" if fold else ""}{"-training" if train else ""}'
        make(f'{root}/{title}', name, opset, fold, train)
        print(title)


if __name__ == '__main__':
    main()
