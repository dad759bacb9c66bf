"""Disease progression of 442 patients, cut into parts for training, choosing and judging."""

import torch

from lessons_pkg.data.splits import Part, Splits
from lessons_pkg.guards import FLOATING_DTYPE, guarded, whole


@guarded(FLOATING_DTYPE, whole("seed", least=0))
def diabetes(
    seed: int = 0, *, dtype: torch.dtype = torch.float32, device: torch.device | str = "cpu"
) -> Splits:
    """Split scikit-learn's diabetes data, in their own units: 265, 88 and 89 patients, drawn by ``seed``.

    ``x`` ``(N, 10)``: age (years), sex (1 or 2), body mass index (kg/m²), mean blood pressure (mm Hg), total,
    low-density and high-density cholesterol (mg/dl), total divided by high-density, presumably the logarithm
    of the triglycerides, blood sugar (mg/dl); documented is the unit of the age only. ``y`` ``(N, 1)``:
    progression of the disease within a year, a score from 25 to 346. The rows of a seed are the same on every
    machine; nothing is scaled. Chapter 13. Efron, Hastie, Johnstone and Tibshirani (2004);
    ``sklearn.datasets.load_diabetes``.

    Args:
        seed: of the split, >= 0.
        dtype: of the numbers, floating-point.
        device: where they lie.

    Returns:
        Three parts of rows and targets.

    Raises:
        TypeError: ``dtype`` is not floating-point, or ``seed`` no whole number.
        ValueError: ``seed`` is negative.

    Example:
        >>> from lessons_pkg.data import diabetes
        >>> [tuple(part.x.shape) for part in diabetes()]
        [(265, 10), (88, 10), (89, 10)]
    """
    from sklearn.datasets import load_diabetes  # here: it takes a second to import

    raw = load_diabetes(scaled=False)  # the default is scaled, over all rows
    x = torch.tensor(raw.data, dtype=dtype, device=device)
    y = torch.tensor(raw.target, dtype=dtype, device=device)[:, None]  # a column, as x has rows
    order = torch.randperm(len(x), generator=torch.Generator().manual_seed(seed))
    rows = [part.to(device) for part in order.split([265, 88, 89])]
    return Splits(*(Part(x[part], y[part]) for part in rows))
