"""The articles' networks, and a small transformer."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.functional import max_pool2d, relu

from lessons_pkg.guards import Given, floating, guarded, int64, shaped, whole

IMAGES = shaped("x", "(N, 1, 32, 32)", lambda shape: len(shape) == 4 and shape[1:] == (1, 32, 32))


def _rows(name: str, given: Given) -> None:
    """Refuse what is no table of the width that the first layer takes."""
    width = next(iter(given["self"].children())).in_features
    floating("x")(name, given)
    shaped("x", f"(N, {width})", lambda shape: len(shape) == 2 and shape[1] == width)(name, given)


def _positions(name: str, given: Given) -> None:
    """Refuse what does not hold as many numbers per position as the norm."""
    (d,) = given["self"].norm1.normalized_shape
    shaped("x", f"(N, T, {d})", lambda shape: len(shape) == 3 and shape[2] == d)(name, given)


def _texts(name: str, given: Given) -> None:
    """Refuse what is no table of word numbers, or longer than there are places."""
    width = given["self"].place.num_embeddings
    int64("ids")(name, given)
    fits = f"(N, T) with 1 <= T <= {width}"
    shaped("ids", fits, lambda shape: len(shape) == 2 and 1 <= shape[1] <= width)(name, given)


def _heads(name: str, given: Given) -> None:
    """Refuse heads that do not divide the width."""
    if given["d"] % given["heads"]:
        raise ValueError(f"{name}: heads must divide d, got {given['heads']} heads and d = {given['d']}")


class LinearRegression(nn.Module):
    r"""A line: :math:`\hat y = x w^\top + b`.

    A named wrapper around ``torch.nn.Linear``, whose default initialisation draws every parameter from
    :math:`U(-1/\sqrt{d}, 1/\sqrt{d})`, ``d = in_features``. Chapter 1; article 000.

    Args:
        in_features: columns of ``x``, ``(N, in_features)``.
        out_features: columns of the result, ``(N, out_features)``.

    Raises:
        ValueError: a size is below 1; calling it: ``x`` has another width or is flat.

    Example:
        >>> import torch
        >>> from lessons_pkg import models
        >>> net = models.LinearRegression()
        >>> net(torch.zeros(3, 1)).shape
        torch.Size([3, 1])
        >>> sum(p.numel() for p in net.parameters())
        2
    """

    @guarded(whole("in_features", "out_features", least=1))
    def __init__(self, in_features: int = 1, out_features: int = 1) -> None:
        super().__init__()
        self.linear = nn.Linear(in_features, out_features)

    @guarded(_rows)
    def forward(self, x: Tensor) -> Tensor:
        """Predict one row of outputs per row of ``x``; raise ValueError for another width or a flat ``x``."""
        return self.linear(x)  # type: ignore[no-any-return]


class LeNet(nn.Module):
    """Two convolutions and three linear layers: images ``(N, 1, 32, 32)`` to scores ``(N, 10)``.

    61,706 parameters. The 5 by 5 form of the network that article 001 uses without showing it; after LeCun
    and others (1998), with ReLU and max-pooling. Chapter 2.

    Raises:
        ValueError: calling it: images of another shape.

    Example:
        >>> import torch
        >>> from lessons_pkg import models
        >>> net = models.LeNet()
        >>> net(torch.zeros(2, 1, 32, 32)).shape
        torch.Size([2, 10])
        >>> sum(p.numel() for p in net.parameters())
        61706
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    @guarded(floating("x"), IMAGES)
    def forward(self, x: Tensor) -> Tensor:
        """Score each image; raise ValueError unless ``x`` is ``(N, 1, 32, 32)``."""
        x = max_pool2d(relu(self.conv1(x)), 2)
        x = max_pool2d(relu(self.conv2(x)), 2)
        x = x.flatten(1)  # a view: 16 * 5 * 5 numbers per image; of channels_last a copy
        x = relu(self.fc1(x))
        x = relu(self.fc2(x))
        return self.fc3(x)  # type: ignore[no-any-return]


class MLP(nn.Module):
    r"""Two linear layers with a ReLU between: :math:`\hat y = \max(0,\ x W_1^\top + b_1)\, W_2^\top + b_2`.

    9,610 parameters for 64, 128, 10 (digits), 769 for 10, 64, 1 (diabetes). Chapters 12 and 13; article 003,
    whose networks have 784 and 13 inputs.

    Args:
        in_features: columns of ``x``, ``(N, in_features)``.
        hidden_features: width between the layers.
        out_features: columns of the result, ``(N, out_features)``, raw: no activation behind the last layer.

    Raises:
        ValueError: a size is below 1; calling it: ``x`` has another width or is flat.

    Example:
        >>> import torch
        >>> from lessons_pkg import models
        >>> net = models.MLP(64, 128, 10)
        >>> net(torch.zeros(4, 64)).shape
        torch.Size([4, 10])
        >>> sum(p.numel() for p in net.parameters())
        9610
    """

    @guarded(whole("in_features", "hidden_features", "out_features", least=1))
    def __init__(self, in_features: int, hidden_features: int, out_features: int) -> None:
        super().__init__()
        self.layer1 = nn.Linear(in_features, hidden_features)
        self.layer2 = nn.Linear(hidden_features, out_features)

    @guarded(_rows)
    def forward(self, x: Tensor) -> Tensor:
        """Score each row of ``x``; raise ValueError for another width or a flat ``x``."""
        return self.layer2(F.relu(self.layer1(x)))  # type: ignore[no-any-return]


class SigmoidMLP(MLP):
    r"""Two linear layers with a sigmoid between them: :math:`z = \sigma(x W_1^\top + b_1) W_2^\top + b_2`.

    Chapter 4; article 004, which calls it a perceptron.

    Args:
        in_features: columns of ``x``, ``(N, in_features)``.
        hidden_features: width between the layers.
        out_features: columns of the raw scores, ``(N, out_features)``.
        squash: whether a second sigmoid stands behind them, as in article 004 before its cross-entropy, where
            it should not.

    Raises:
        ValueError: a size is below 1; calling it: ``x`` has another width or is flat.

    Example:
        >>> import torch
        >>> from lessons_pkg import models
        >>> net = models.SigmoidMLP(2, 3, 2)
        >>> net(torch.zeros(4, 2)).shape
        torch.Size([4, 2])
        >>> sum(p.numel() for p in net.parameters())
        17
    """

    @guarded(whole("in_features", "hidden_features", "out_features", least=1))
    def __init__(
        self, in_features: int, hidden_features: int, out_features: int, *, squash: bool = False
    ) -> None:
        super().__init__(in_features, hidden_features, out_features)
        self.squash = squash

    @guarded(_rows)
    def forward(self, x: Tensor) -> Tensor:
        """Score each row of ``x``; raise ValueError for another width or a flat ``x``."""
        scores: Tensor = self.layer2(torch.sigmoid(self.layer1(x)))
        return torch.sigmoid(scores) if self.squash else scores


@guarded(whole("seed", least=0))
def fresh_lenet(seed: int = 0) -> LeNet:
    r"""Return a :class:`LeNet` in 64 bits whose first values are the same on every machine.

    Each parameter of a layer is drawn from :math:`U(-1/\sqrt{d}, 1/\sqrt{d})`, as ``torch.nn`` does it, where
    ``d`` is the number of inputs of one output, ``weight[0].numel()``; images ``(N, 1, 32, 32)``. Chapter 3;
    article 001.

    Args:
        seed: of the draws, >= 0.

    Returns:
        The network, in 64 bits.

    Raises:
        TypeError: ``seed`` is no whole number.
        ValueError: it is negative.

    Example:
        >>> from lessons_pkg.models import fresh_lenet
        >>> fresh_lenet(0).fc3.bias.dtype
        torch.float64
    """
    generator = torch.Generator().manual_seed(seed)
    net = LeNet().double()
    for layer in net.children():
        bound = 1 / math.sqrt(layer.weight[0].numel())  # type: ignore[index]
        for parameter in layer.parameters():
            sample = torch.rand(parameter.shape, generator=generator, dtype=torch.float64)
            with torch.no_grad():
                parameter.copy_((sample * 2 - 1) * bound)
    return net


class Block(nn.Module):
    """One layer of a transformer, norms first: attention to what came before, then two linear layers.

    ``(N, T, d)`` to ``(N, T, d)``. Twin, under a causal mask and without dropout, of
    ``torch.nn.TransformerEncoderLayer`` with ``norm_first=True``, GELU and ``4 * d`` hidden units. Chapter
    16; Vaswani and others (2017), with the norms where Xiong and others (2020) put them.

    Args:
        d: numbers per position.
        heads: of the attention; divides ``d``.

    Raises:
        TypeError: a size is no whole number.
        ValueError: a size is below 1, or ``heads`` does not divide ``d``; calling it: ``x`` has another
            shape.

    Example:
        >>> import torch
        >>> from lessons_pkg import models
        >>> models.Block(8, 2)(torch.zeros(3, 5, 8)).shape
        torch.Size([3, 5, 8])
    """

    @guarded(whole("d", "heads", least=1), _heads)
    def __init__(self, d: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(d), nn.LayerNorm(d)
        self.qkv, self.proj = nn.Linear(d, 3 * d), nn.Linear(d, d)
        self.up, self.down = nn.Linear(d, 4 * d), nn.Linear(4 * d, d)

    @guarded(floating("x"), _positions)
    def forward(self, x: Tensor) -> Tensor:
        """Give each position what it takes from those before it; raise ValueError for another shape."""
        n, t, d = x.shape
        heads = self.qkv(self.norm1(x)).view(n, t, 3, self.heads, d // self.heads)
        q, k, v = heads.permute(2, 0, 3, 1, 4)  # each (N, heads, T, d / heads)
        seen = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.proj(seen.transpose(1, 2).reshape(n, t, d))
        return x + self.down(F.gelu(self.up(self.norm2(x))))  # type: ignore[no-any-return]


class TinyTransformer(nn.Module):
    r"""A decoder-only transformer: word numbers ``(N, T)`` to logits of the next word ``(N, T, vocabulary)``.

    The logits of position t depend on words 0 to t alone. 102,528 parameters as it stands. The first values
    are drawn from torch's global generator: normal, of standard deviation 0.1 for words and places, 1 / 8 for
    the last layer and :math:`1/\sqrt{d_{in}}` for the matrices between. Chapters 14 and 16;
    after Vaswani and others (2017).

    Args:
        vocabulary: how many words, those of ``lessons_pkg.data.VOCABULARY``.
        width: the longest text.
        d: numbers per position.
        heads: of each attention; divides ``d``.
        layers: how many blocks.

    Raises:
        TypeError: a size is no whole number.
        ValueError: a size is below 1, or ``heads`` does not divide ``d``; calling it: ``ids`` are no table
            ``(N, T)`` of whole numbers, or T exceeds ``width``.

    Example:
        >>> import torch
        >>> from lessons_pkg import models
        >>> net = models.TinyTransformer()
        >>> net(torch.zeros(2, 10, dtype=torch.long)).shape
        torch.Size([2, 10, 14])
        >>> sum(p.numel() for p in net.parameters())
        102528
    """

    @guarded(whole("vocabulary", "width", "d", "heads", "layers", least=1), _heads)
    def __init__(
        self, vocabulary: int = 14, width: int = 10, d: int = 64, heads: int = 4, layers: int = 2
    ) -> None:
        super().__init__()
        self.token, self.place = nn.Embedding(vocabulary, d), nn.Embedding(width, d)
        self.blocks = nn.Sequential(*[Block(d, heads) for _ in range(layers)])
        self.norm, self.head = nn.LayerNorm(d), nn.Linear(d, vocabulary, bias=False)
        start = {"token.weight": 0.1, "place.weight": 0.1, "head.weight": 0.125}
        for name, p in self.named_parameters():
            if p.ndim == 2:
                nn.init.normal_(p, std=start.get(name, p.shape[1] ** -0.5))

    @guarded(_texts)
    def hidden(self, ids: Tensor) -> Tensor:
        """Give each position's numbers before the last layer, ``(N, T, d)``; errors as for calling it."""
        x = self.token(ids) + self.place(torch.arange(ids.shape[1], device=ids.device))
        return self.norm(self.blocks(x))  # type: ignore[no-any-return]

    @guarded(_texts)
    def forward(self, ids: Tensor) -> Tensor:
        """Score the next word at each position; raise ValueError for ``ids`` of another shape."""
        return self.head(self.hidden(ids))  # type: ignore[no-any-return]
