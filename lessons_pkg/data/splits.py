"""What a data set is handed out as: three parts, each rows and their targets."""

from typing import NamedTuple

from torch import Tensor


class Part(NamedTuple):
    """Inputs ``x`` ``(N, features)``, a row per example, and its target in ``y``.

    ``y`` is ``(N, 1)``, floating-point, where numbers are predicted (chapter 13), and ``(N,)``, int64, where
    classes are (chapter 12): what mean squared error and cross-entropy ask for.
    """

    x: Tensor
    y: Tensor


class Splits(NamedTuple):
    """Three parts without a common row: to fit, to choose by, and to judge by, once. Chapters 12 and 13."""

    train: Part
    validation: Part
    test: Part
