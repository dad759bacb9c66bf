"""Losses with the names, argument order and options of ``torch.nn.functional``, written to be read."""

from lessons_pkg.losses.binary import binary_cross_entropy, binary_cross_entropy_with_logits, logsigmoid
from lessons_pkg.losses.classification import cross_entropy, log_softmax, nll_loss
from lessons_pkg.losses.focal import sigmoid_focal_loss, softmax_focal_loss
from lessons_pkg.losses.multitask import uncertainty_weighted
from lessons_pkg.losses.regression import (
    gaussian_nll_loss,
    huber_loss,
    l1_loss,
    mse_loss,
    pinball_loss,
    smooth_l1_loss,
)
from lessons_pkg.losses.robust import log_cosh_loss

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "gaussian_nll_loss",
    "huber_loss",
    "l1_loss",
    "log_cosh_loss",
    "log_softmax",
    "logsigmoid",
    "mse_loss",
    "nll_loss",
    "pinball_loss",
    "sigmoid_focal_loss",
    "smooth_l1_loss",
    "softmax_focal_loss",
    "uncertainty_weighted",
]
