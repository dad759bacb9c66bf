"""Images of handwritten digits: the 1797 that come with scikit-learn, or MNIST through torchvision."""

from itertools import accumulate

import torch
from torch import Tensor

from lessons_pkg.data.splits import Part, Splits
from lessons_pkg.guards import (
    FLOATING_DTYPE,
    both,
    each,
    guarded,
    kind,
    must,
    number,
    one_of,
    real,
    sequence,
    whole,
)

INTEGERS = (torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64)
LABELS = must(
    "be (N >= 1,) integers",
    lambda labels: labels.ndim == 1 and len(labels) > 0 and labels.dtype in INTEGERS,
    "labels",
    got=kind,
)
SHARES = both(
    both(sequence("shares"), each("shares", lambda share: number(share, "be > 0", lambda value: value > 0))),
    must("add up to 1", lambda shares: abs(sum(shares) - 1) < 1e-9, "shares"),
)


@guarded(real("labels"), LABELS, SHARES, whole("seed", least=0))
def stratified_rows(labels: Tensor, shares: tuple[float, ...], *, seed: int) -> tuple[Tensor, ...]:
    """Draw row numbers, ascending, for each of ``shares``, every class in the same proportion.

    Of a class of ``n`` rows a part gets ``n`` times its share, give or take one at most, and of a small class
    perhaps none: the places of the cuts are rounded, not the sizes. Each row lands in exactly one part. The
    same ``seed`` gives the same rows. Like scikit-learn's ``train_test_split(stratify=labels)``, with any
    number of parts. Chapter 12.

    Args:
        labels: ``(N,)``, integers.
        shares: one for each part, positive, of sum 1.
        seed: of the draws, >= 0.

    Returns:
        Row numbers of each part, ascending.

    Raises:
        TypeError: ``labels`` are no tensor, or ``seed`` no whole number.
        ValueError: ``labels`` are not integers in one row, ``shares`` not positive and of sum 1, or ``seed``
            negative.

    Example:
        >>> import torch
        >>> from lessons_pkg.data import stratified_rows
        >>> train, test = stratified_rows(torch.tensor([0, 0, 0, 0, 1, 1]), (0.5, 0.5), seed=0)
        >>> len(train), len(test)
        (3, 3)
    """
    g = torch.Generator().manual_seed(seed)
    ends = list(accumulate(shares))[:-1]
    parts: list[list[Tensor]] = [[] for _ in shares]
    for label in labels.unique():
        rows = (labels == label).nonzero()
        n = len(rows)
        order = torch.randperm(n, generator=g)
        rows = rows.cpu()[order, 0]
        cuts = [round(n * e) for e in ends]
        pieces = rows.tensor_split(cuts)
        for k, piece in enumerate(pieces):
            parts[k].append(piece)
    joined = map(torch.cat, parts)
    return tuple(p.sort()[0] for p in joined)


def _bundled() -> Part:
    from sklearn.datasets import load_digits

    bunch = load_digits()
    return Part(torch.from_numpy(bunch.images), torch.from_numpy(bunch.target).long())


def _mnist(root: str, train: bool, download: bool) -> Part:
    try:
        from torchvision.datasets import MNIST
    except (ImportError, RuntimeError) as error:  # RuntimeError: it is there, and does not fit this torch
        raise ImportError(
            "digits: MNIST needs torchvision, which cannot be imported here; run `pip install torchvision`, "
            "or keep source='digits', which needs nothing"
        ) from error
    try:
        found = MNIST(root, train=train, download=download)
    except (RuntimeError, OSError) as error:
        cure = "is this machine connected?" if download else "pass download=True to fetch it (about 12 MB)"
        raise RuntimeError(f"digits: MNIST is not under {root!r} ({cure}): {error}") from error
    return Part(found.data, found.targets.long())


@guarded(one_of("source", "digits", "mnist"), FLOATING_DTYPE, whole("seed", least=0))
def digits(
    source: str = "digits",
    *,
    seed: int = 0,
    root: str = "data",
    download: bool = False,
    dtype: torch.dtype = torch.float64,
    device: torch.device | str = "cpu",
) -> Splits:
    """Images of the digits 0 to 9 in three parts: ``x`` ``(N, pixels)``, in [0, 1]; classes ``y`` ``(N,)``.

    ``"digits"``: scikit-learn's 1797 images of 8 by 8, cut 60 : 20 : 20 by class (1078, 360 and 359 images).
    ``"mnist"``: 60,000 images of 28 by 28, cut 50 : 10 by class, and the 10,000 that MNIST keeps for testing;
    needs torchvision, and its files under ``root`` or ``download=True``. ``seed`` chooses the cut. Chapter
    12. Alpaydin and Kaynak (1998); LeCun and others (1998).

    Args:
        source: ``"digits"`` or ``"mnist"``.
        seed: of the cut, >= 0.
        root: where MNIST's files lie.
        download: whether to fetch them, about 12 MB.
        dtype: of the numbers, floating-point.
        device: where they lie.

    Returns:
        Three parts of images and classes.

    Raises:
        ValueError: another source, or a negative seed.
        TypeError: ``dtype`` is not floating-point, or ``seed`` no whole number.
        ImportError: MNIST without torchvision.
        RuntimeError: MNIST is not there and could not be fetched.

    Example:
        >>> from lessons_pkg.data import digits
        >>> [tuple(part.x.shape) for part in digits()]
        [(1078, 64), (360, 64), (359, 64)]
    """
    if source == "digits":
        x, y = _bundled()
        rows = stratified_rows(y, (0.6, 0.2, 0.2), seed=seed)
    else:
        (x, y), (test_x, test_y) = (_mnist(root, train, download) for train in (True, False))
        rows = (*stratified_rows(y, (5 / 6, 1 / 6), seed=seed), len(y) + torch.arange(len(test_y)))
        x, y = torch.cat([x, test_x]), torch.cat([y, test_y])
    x = x.flatten(1).to(dtype) / x.max()
    return Splits(*(Part(x[part].to(device), y[part].to(device)) for part in rows))
