"""Losses with the names, argument order and options of ``torch.nn.functional``, written to be read."""

from lessons_pkg.losses.classification import cross_entropy, log_softmax
from lessons_pkg.losses.multitask import uncertainty_weighted
from lessons_pkg.losses.regression import (
    gaussian_nll_loss,
    huber_loss,
    l1_loss,
    mse_loss,
    pinball_loss,
    smooth_l1_loss,
)

__all__ = [
    "cross_entropy",
    "gaussian_nll_loss",
    "huber_loss",
    "l1_loss",
    "log_softmax",
    "mse_loss",
    "pinball_loss",
    "smooth_l1_loss",
    "uncertainty_weighted",
]
