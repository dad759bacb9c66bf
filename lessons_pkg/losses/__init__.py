"""Losses with the names, argument order and options of ``torch.nn.functional``, written to be read."""

from lessons_pkg.losses.classification import cross_entropy, log_softmax
from lessons_pkg.losses.regression import mse_loss
from lessons_pkg.losses.robust import log_cosh_loss

__all__ = ["cross_entropy", "log_cosh_loss", "log_softmax", "mse_loss"]
