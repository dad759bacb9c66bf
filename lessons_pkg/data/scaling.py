"""Bring columns to mean 0 and variance 1, and back."""

import torch
from torch import Tensor

from lessons_pkg.data.options import require_floating, require_tensor


class StandardScaler:
    r"""Remember mean and deviation of each column, and apply them to any rows: :math:`z = (x - m) / s`.

    ``fit`` ``(N, columns)`` stores ``mean_`` and ``scale_``, ``(columns,)`` each; the deviation divides by
    ``N``, and a column that is constant, but for the last digit of its type, is divided by 1. ``transform``
    applies them, ``inverse_transform`` takes them back: :math:`x = z s + m`.
    Twin of ``sklearn.preprocessing.StandardScaler``, whose bound for what is constant grows with ``N`` and is
    that of 64 bits in any type. Chapter 13.
    Raises TypeError unless ``x`` is a tensor of floating-point numbers; ValueError for another width, before
    ``fit``, or if ``fit`` meets no rows, or a value that is not finite.
    """

    mean_: Tensor
    scale_: Tensor

    def fit(self, x: Tensor) -> "StandardScaler":
        """Take mean and deviation from these rows: the training part, and no others."""
        require_tensor("StandardScaler", x=x)
        require_floating("StandardScaler", x.dtype)
        if x.ndim != 2 or len(x) == 0 or not x.isfinite().all():
            rule = "fit needs (N, columns), N >= 1, all finite"
            raise ValueError(f"StandardScaler: {rule}; got {tuple(x.shape)}")
        self.mean_, scale = x.mean(0), x.std(0, correction=0)
        last_digit = torch.finfo(x.dtype).eps * x.abs().amax(0)
        same = x.amax(0) - x.amin(0) <= 2 * last_digit  # rounding: nothing to divide by
        self.scale_ = torch.where(same | (scale == 0), 1.0, scale)
        return self

    def transform(self, x: Tensor) -> Tensor:
        """Express rows in deviations from the mean of the rows that were fitted."""
        self._require_ready(x)
        return (x - self.mean_) / self.scale_

    def inverse_transform(self, z: Tensor) -> Tensor:
        """Express standardised rows in the units of the rows that were fitted."""
        self._require_ready(z)
        return z * self.scale_ + self.mean_

    def _require_ready(self, x: Tensor) -> None:
        if not hasattr(self, "mean_"):
            raise ValueError("StandardScaler: call fit first, with the training part")
        require_tensor("StandardScaler", rows=x)
        require_floating("StandardScaler", x.dtype)
        if x.ndim != 2 or x.shape[1] != len(self.mean_):
            wanted = f"(N, {len(self.mean_)})"
            raise ValueError(f"StandardScaler: rows must be {wanted}, got {tuple(x.shape)}")
