"""Optimizers with the arguments of ``torch.optim``, written to be read."""

from lessons_pkg.optim.clip import clip_grad_norm_
from lessons_pkg.optim.sgd import SGD

__all__ = ["SGD", "clip_grad_norm_"]
