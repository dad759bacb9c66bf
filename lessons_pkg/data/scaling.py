"""Bring columns to mean 0 and variance 1, and back."""

import torch
from torch import Tensor

from lessons_pkg.guards import Given, floating, guarded, must, shape_of, shaped

FINITE_ROWS = must(
    "be (N, columns), N >= 1, all finite",
    lambda x: x.ndim == 2 and len(x) > 0 and x.isfinite().all(),
    "x",
    got=shape_of,
)


def fitting_rows(name: str, given: Given) -> None:
    """Refuse rows before ``fit``, or of another width than the rows that were fitted."""
    if not hasattr(given["self"], "mean_"):
        raise ValueError(f"{name}: call fit first, with the training part")
    width = len(given["self"].mean_)
    shaped("x", f"(N, {width})", lambda s: len(s) == 2 and s[1] == width)(name, given)


def constant(x: Tensor) -> Tensor:
    """Tell which columns are constant, but for the last digit of their type."""
    rounding = 2 * torch.finfo(x.dtype).eps * x.abs().amax(0)
    return (x.amax(0) - x.amin(0) <= rounding) | (x.std(0, correction=0) == 0)


class StandardScaler:
    """Remember mean and deviation of each column, and apply them to any rows: :math:`z = (x - m) / s`.

    ``fit`` ``(N, columns)`` stores ``mean_`` and ``scale_``, ``(columns,)`` each; the deviation divides by
    ``N``, and a column that is constant, but for the last digit of its type, is divided by 1. ``transform``
    applies them, ``inverse_transform`` takes them back: :math:`x = z s + m`. Twin of
    ``sklearn.preprocessing.StandardScaler``, whose bound for what is constant grows with ``N`` and is that of
    64 bits in any type. Chapter 13.

    Raises:
        TypeError: ``x`` is no tensor of floating-point numbers.
        ValueError: another width, a call before ``fit``, or ``fit`` meets no rows, or a value that is not
            finite.

    Example:
        >>> import torch
        >>> from lessons_pkg.data import StandardScaler
        >>> scaler = StandardScaler().fit(torch.tensor([[1.0], [3.0]]))
        >>> scaler.transform(torch.tensor([[3.0]]))
        tensor([[1.]])
    """

    mean_: Tensor
    scale_: Tensor

    @guarded(floating("x"), FINITE_ROWS)
    def fit(self, x: Tensor) -> "StandardScaler":
        """Take mean and deviation from these rows: the training part, and no others."""
        self.mean_ = x.mean(0)
        sd = x.std(0, correction=0)
        same = constant(x)
        self.scale_ = sd.masked_fill(same, 1)
        return self

    @guarded(floating("x"), fitting_rows)
    def transform(self, x: Tensor) -> Tensor:
        """Express rows in deviations from the mean of the rows that were fitted."""
        return (x - self.mean_) / self.scale_

    @guarded(floating("x"), fitting_rows)
    def inverse_transform(self, x: Tensor) -> Tensor:
        """Express standardised rows in the units of the rows that were fitted."""
        return x * self.scale_ + self.mean_
