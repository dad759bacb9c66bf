"""Optimizers with the arguments of ``torch.optim``, and what stands round their step, written to be read."""

from lessons_pkg.optim.adam import Adam, AdamW
from lessons_pkg.optim.averages import update_ema
from lessons_pkg.optim.clip import clip_grad_norm_
from lessons_pkg.optim.groups import decay_groups
from lessons_pkg.optim.muon import Muon, orthogonalize
from lessons_pkg.optim.rmsprop import RMSprop
from lessons_pkg.optim.schedules import warmup_cosine, warmup_stable_decay
from lessons_pkg.optim.sgd import SGD

__all__ = [
    "SGD",
    "Adam",
    "AdamW",
    "Muon",
    "RMSprop",
    "clip_grad_norm_",
    "decay_groups",
    "orthogonalize",
    "update_ema",
    "warmup_cosine",
    "warmup_stable_decay",
]
