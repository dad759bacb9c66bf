"""Losses over pairs: what does not belong together in a batch is what is told apart."""

import torch
from torch import Tensor
from torch.nn import functional as F

from lessons_pkg.guards import guarded, number, same_shape, shaped

PAIRS = (
    same_shape("query", "key"),
    shaped("query", "(N, d), a row each, N >= 1", lambda s: len(s) == 2 and 0 not in s),
    number("temperature", "be > 0", lambda t: t > 0),
)


@guarded(*PAIRS)
def info_nce_loss(query: Tensor, key: Tensor, temperature: float | Tensor = 0.07) -> Tensor:
    r"""Cross-entropy over a batch as a list of classes: which key belongs to this query, and the other way.

    With :math:`s_{ij}` the cosine of query :math:`i` and key :math:`j` and the temperature :math:`\tau`, the
    mean of :math:`-\frac1N \sum_i \log \mathrm{softmax}_j(s_{ij} / \tau)_{j=i}` along the rows, and of the
    same along the columns; gradient of the rows' part with respect to :math:`s`: softmax minus one-hot, over
    :math:`N \tau`. Knowing nothing costs :math:`\log N`; a batch of one costs 0 and teaches nothing; two
    pairs alike push each other away. No twin in torch, but two calls of
    ``torch.nn.functional.cross_entropy``. Chapter 14. Van den Oord and others (2018); both ways: Radford and
    others (2021).

    Args:
        query: ``(N, d)``, a row each, of any length: it is normalised here.
        key: of that shape; row i belongs to row i.
        temperature: > 0; a number, or a parameter of shape ``()`` to be learnt.

    Returns:
        ``()``. In nats.

    Raises:
        TypeError: a tensor is not floating-point.
        ValueError: shapes differ, are not ``(N, d)``, or the temperature is not positive.

    Example:
        >>> import torch
        >>> from lessons_pkg import losses
        >>> losses.info_nce_loss(torch.eye(2), torch.eye(2), temperature=1.0)
        tensor(0.3133)
    """
    q = F.normalize(query, dim=-1)
    k = F.normalize(key, dim=-1)
    z = q @ k.T / temperature
    labels = torch.arange(len(z)).to(z.device)
    rows = F.cross_entropy(z, labels)
    columns = F.cross_entropy(z.T, labels)
    return (rows + columns) / 2


@guarded(*PAIRS, number("bias", "be finite", lambda b: abs(b) < torch.inf))
def sigmoid_contrastive_loss(
    query: Tensor, key: Tensor, temperature: float | Tensor = 0.1, bias: float | Tensor = -10.0
) -> Tensor:
    r"""Binary cross-entropy of all N times N pairs in a batch: do these two belong together.

    With :math:`z_{ij} = s_{ij} / \tau + b`, where :math:`s_{ij}` is a cosine, :math:`\tau` the temperature
    and :math:`b` the bias: :math:`-\frac1N \left( \sum_i \log \sigma(z_{ii}) + \sum_{i \ne j} \log
    \sigma(-z_{ij}) \right)`; gradient with respect to :math:`z`: :math:`(\sigma(z_{ij}) - [i = j]) / N`. The
    bias holds back the N - 1 noes of each row at the start. No twin in torch, but
    ``torch.nn.functional.binary_cross_entropy_with_logits`` on the table. Chapter 14. Zhai and others (2023),
    who learn both numbers, starting at these.

    Args:
        query: ``(N, d)``, a row each, of any length: it is normalised here.
        key: of that shape; row i belongs to row i.
        temperature: > 0; a number, or a parameter of shape ``()`` to be learnt.
        bias: added to every cosine over temperature; the same.

    Returns:
        ``()``: a sum over the table, divided by N. In nats.

    Raises:
        TypeError: a tensor is not floating-point.
        ValueError: shapes differ, are not ``(N, d)``, or an option is not allowed.

    Example:
        >>> import torch
        >>> from lessons_pkg import losses
        >>> losses.sigmoid_contrastive_loss(torch.eye(2), torch.eye(2))
        tensor(0.6932)
    """
    q = F.normalize(query, dim=-1)
    k = F.normalize(key, dim=-1)
    z = q @ k.T / temperature + bias
    partner = torch.eye(len(z)).to(z)
    bce = F.binary_cross_entropy_with_logits
    total = bce(z, partner, reduction="sum")
    return total / len(z)
