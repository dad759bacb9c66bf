"""Optimizers with the arguments of ``torch.optim``, written to be read."""

from lessons_pkg.optim.sgd import SGD

__all__ = ["SGD"]
