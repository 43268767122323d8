"""Small models exported by PyTorch, with PyTorch's outputs: the oracle of `stipple infer`. Random weights; a few kB each.

    python3 tools/make-fixtures.py     remakes src/engine/onnx/testing/fixtures (needs torch and numpy)

One folder a model: model.onnx, inputs.npz and outputs.npz under the names of its inputs and outputs. What they have that the models of
make-own-fixtures.py have not: several outputs, integer outputs, half-precision weights, masks and positions computed in the graph,
windows that are rolled, losses in the graph, exporters' own spellings of norms and activations.
"""
import os
import warnings

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

warnings.filterwarnings('ignore')
ROOT = os.path.join(os.path.dirname(__file__), '../src/engine/onnx/testing/fixtures')


class CausalAttention(nn.Module):
    """Two heads, rotary positions, a causal mask made of the sequence's own length, RMS norm."""

    def __init__(self, d=8, heads=2):
        super().__init__()
        self.heads, self.qkv, self.out, self.scale = heads, nn.Linear(d, 3 * d), nn.Linear(d, d, bias=False), nn.Parameter(torch.rand(d) + 0.5)

    def turned(self, x):
        t = torch.arange(x.shape[2], dtype=torch.float32)[:, None] / 10 ** (torch.arange(x.shape[3] // 2) / 2)[None]
        a, b = x.chunk(2, -1)
        return torch.cat([a * t.cos() - b * t.sin(), a * t.sin() + b * t.cos()], -1)

    def forward(self, x):
        n, t, d = x.shape
        h = x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6) * self.scale
        q, k, v = (part.view(n, t, self.heads, -1).transpose(1, 2) for part in self.qkv(h).split(d, -1))
        scores = self.turned(q) @ self.turned(k).transpose(-1, -2) / (d // self.heads) ** 0.5
        hidden = torch.arange(t)[None] > torch.arange(t)[:, None]
        probs = scores.masked_fill(hidden, float('-inf')).softmax(-1)
        return x + self.out((probs @ v).transpose(1, 2).reshape(n, t, d)), probs


class Windows(nn.Module):
    """A shifted window as in Swin: rolled, cut into windows, normalised, put back; depthwise convolution with a channel scale beside it (ConvNeXt)."""

    def __init__(self, c=4):
        super().__init__()
        self.norm, self.mix, self.depthwise, self.scale = nn.LayerNorm(c), nn.Linear(c, c), nn.Conv2d(c, c, 3, padding=1, groups=c), nn.Parameter(torch.rand(c, 1, 1))

    def forward(self, x):
        n, c, h, w = x.shape
        y = torch.roll(x, (-1, -1), (2, 3)).view(n, c, h // 2, 2, w // 2, 2).permute(0, 2, 4, 3, 5, 1).reshape(-1, 4, c)
        y = self.mix(self.norm(y)).view(n, h // 2, w // 2, 2, 2, c).permute(0, 5, 1, 3, 2, 4).reshape(n, c, h, w)
        return torch.roll(y, (1, 1), (2, 3)) + self.scale * F.gelu(self.depthwise(x), approximate='tanh')


class Losses(nn.Module):
    """A classifier whose graph ends in its loss, with class weights and an index that is ignored; ranks and hits as integers and bools."""

    def __init__(self):
        super().__init__()
        self.net, self.weights = nn.Sequential(nn.Linear(5, 6), nn.SELU(), nn.Linear(6, 4), nn.Hardswish()), nn.Parameter(torch.rand(4) + 0.5, requires_grad=False)

    def forward(self, x, y):
        z = self.net(x)
        loss = F.cross_entropy(z, y, weight=self.weights, ignore_index=3)
        return loss, z.argmax(1), z.argmax(1) == y


class Half(nn.Module):
    """Weights stored as halves, widened in the graph: what a half-precision export looks like."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Parameter(torch.randn(6, 10).half()), nn.Parameter(torch.randn(10).half())

    def forward(self, x):
        return F.group_norm((x @ self.a.float() + self.b.float()).view(-1, 10, 1), 5).clamp(-1, 1), F.mish(x).prod(1)


MODELS = {
    'causal-attention-13': (CausalAttention, {'x': lambda: torch.randn(2, 5, 8)}, ['y', 'probs'], 13, {0: 'batch', 1: 'time'}),
    'encoder-17': (lambda: nn.TransformerEncoderLayer(8, 2, 12, batch_first=True, activation='gelu').eval(), {'x': lambda: torch.randn(2, 4, 8)}, ['y'], 17, {0: 'batch'}),
    'windows-11': (Windows, {'x': lambda: torch.randn(2, 4, 4, 6)}, ['y'], 11, {}),
    'losses-13': (Losses, {'x': lambda: torch.randn(6, 5), 'labels': lambda: torch.tensor([0, 3, 1, 2, 0, 1])}, ['loss', 'best', 'hits'], 13, {0: 'batch'}),
    'half-16': (Half, {'x': lambda: torch.randn(3, 6)}, ['y', 'products'], 16, {0: 'batch'}),
}


def main():
    for seed, (name, (kind, inputs, outputs, opset, axes)) in enumerate(MODELS.items()):
        torch.manual_seed(seed)
        model = kind()
        given = {n: draw() for n, draw in inputs.items()}
        with torch.no_grad():
            made = model(*given.values())
        made = made if isinstance(made, tuple) else (made,)
        folder = os.path.join(ROOT, name)
        os.makedirs(folder, exist_ok=True)
        torch.onnx.export(model, tuple(given.values()), os.path.join(folder, 'model.onnx'), input_names=list(given), output_names=outputs, opset_version=opset, dynamic_axes={n: axes for n in given} if axes else None)
        np.savez(os.path.join(folder, 'inputs.npz'), **{n: t.numpy() for n, t in given.items()})
        np.savez(os.path.join(folder, 'outputs.npz'), **{n: t.numpy() for n, t in zip(outputs, made)})


if __name__ == '__main__':
    main()
