"""Largest differences between the package and torch, over seeded inputs: `make bench`."""

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from benchmarks.results import Table, store
from lessons_pkg import losses, optim

SEEDS = range(100)
ROWS, CLASSES, STEPS = 32, 5, 100
TYPES = (torch.float64, torch.float32)
Inputs = tuple[Any, ...]


def _normal(generator: torch.Generator, *shape: int) -> Tensor:
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


def _two(g: torch.Generator, rows: int = ROWS) -> Inputs:
    return _normal(g, rows), _normal(g, rows)


def _scores_and_classes(g: torch.Generator, rows: int = ROWS) -> Inputs:
    return 5 * _normal(g, rows, CLASSES), torch.randint(CLASSES, (rows,), generator=g)


def _logs_and_classes(g: torch.Generator, rows: int = ROWS) -> Inputs:
    scores, classes = _scores_and_classes(g, rows)
    return scores.log_softmax(1), classes


def _logits_and_answers(g: torch.Generator, rows: int = ROWS) -> Inputs:
    return 5 * _normal(g, rows), torch.randint(2, (rows,), generator=g).double()


def _chances_and_answers(g: torch.Generator, rows: int = ROWS) -> Inputs:
    logits, answers = _logits_and_answers(g, rows)
    return logits.sigmoid(), answers


def _sequences(g: torch.Generator, rows: int = ROWS) -> Inputs:
    n = rows // 8  # sequences
    scores = _normal(g, 12, n, CLASSES)
    return scores, torch.randint(1, CLASSES, (n, 3), generator=g), torch.full((n,), 12), torch.full((n,), 3)


INPUTS: dict[str, Callable[..., Inputs]] = {  # of every loss with a twin in torch itself: generator, rows
    "mse_loss": _two,
    "l1_loss": _two,
    "huber_loss": _two,
    "smooth_l1_loss": _two,
    "gaussian_nll_loss": lambda g, rows=ROWS: (*_two(g, rows), _normal(g, rows).exp()),
    "log_softmax": lambda g, rows=ROWS: (5 * _normal(g, rows, CLASSES), 1),
    "nll_loss": _logs_and_classes,
    "cross_entropy": _scores_and_classes,
    "logsigmoid": lambda g, rows=ROWS: (5 * _normal(g, rows),),
    "binary_cross_entropy": _chances_and_answers,
    "binary_cross_entropy_with_logits": _logits_and_answers,
    "kl_div": lambda g, rows=ROWS: (
        _normal(g, rows, CLASSES).log_softmax(1),
        _normal(g, rows, CLASSES).softmax(1),
    ),
    "ctc_loss": _sequences,
}
OPTIONS: list[dict[str, Any]] = [  # each optimizer is run with every set whose options it has
    {}, {"weight_decay": 0.1}, {"maximize": True},
    {"momentum": 0.9}, {"momentum": 0.9, "dampening": 0.5}, {"momentum": 0.9, "nesterov": True},
    {"centered": True}, {"centered": True, "momentum": 0.9}, {"betas": (0.8, 0.95)}, {"amsgrad": True},
]  # fmt: skip


def behind_log_softmax(loss: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """Let a loss take scores: torch's gradient of CTC is right only behind a log_softmax (chapter 7)."""
    return lambda scores, *rest, **options: loss(scores.log_softmax(-1), *rest, **options)


def relative_difference(ours: Tensor, theirs: Tensor) -> float:
    """Largest difference of two tensors' entries, as a part of their largest entry."""
    scale = theirs.abs().max().item()
    return (ours - theirs).abs().max().item() / scale if scale else ours.abs().max().item()


def value_and_gradient(function: Callable[..., Tensor], inputs: Inputs, dtype: torch.dtype) -> list[Tensor]:
    """Return a function's value, and the gradient of its sum by the first input."""
    floating = [isinstance(part, Tensor) and part.is_floating_point() for part in inputs]
    given = [part.to(dtype) if floats else part for part, floats in zip(inputs, floating, strict=True)]
    leaf = given[0].clone().requires_grad_()
    value = function(leaf, *given[1:])
    value.sum().backward()
    return [value.detach(), leaf.grad]


def loss_row(name: str, seeds: range) -> list[Any]:
    """Largest differences of one loss, unreduced: value and gradient in float64, then in float32."""
    ours, theirs = getattr(losses, name), getattr(F, name)
    family = ours.__module__.rpartition(".")[2]
    if "reduction" in inspect.signature(ours).parameters:
        ours, theirs = (partial(function, reduction="none") for function in (ours, theirs))
    if name == "ctc_loss":
        ours, theirs = behind_log_softmax(ours), behind_log_softmax(theirs)
    largest = [0.0] * 4
    for seed in seeds:
        inputs = INPUTS[name](torch.Generator().manual_seed(seed))
        here, there = (
            [part for dtype in TYPES for part in value_and_gradient(function, inputs, dtype)]
            for function in (ours, theirs)
        )
        fresh = map(relative_difference, here, there)
        largest = [max(pair) for pair in zip(largest, fresh, strict=True)]
    return [family, name, *largest]


def trained(kind: Any, options: dict[str, Any], dtype: torch.dtype, seed: int) -> Tensor:
    """Return 5 by 4 parameters after steps along drawn gradients, which are the same for both twins."""
    generator = torch.Generator().manual_seed(seed)
    parameters = _normal(generator, 5, 4).to(dtype).requires_grad_()
    optimizer = kind([parameters], lr=0.01, **options)
    for _ in range(STEPS):
        parameters.grad = _normal(generator, 5, 4).to(dtype)
        optimizer.step()
    return parameters.detach()


def optimizer_row(name: str, seeds: range) -> list[Any]:
    """Largest difference of one optimizer's parameters over all sets of options: float64, then float32."""
    ours, theirs = getattr(optim, name), getattr(torch.optim, name)
    known = inspect.signature(ours).parameters.keys()
    sets = [options for options in OPTIONS if options.keys() <= known]
    cases = [(options, seed) for options in sets for seed in seeds]
    largest = [
        max(
            relative_difference(*(trained(kind, o, dtype, seed) for kind in (ours, theirs)))
            for o, seed in cases
        )
        for dtype in TYPES
    ]
    return [name, len(sets), *largest]


def measure(seeds: range = SEEDS) -> dict[str, Table]:
    """Compare every loss and optimizer that has a twin in torch itself."""
    rows = sorted((loss_row(name, seeds) for name in INPUTS), key=lambda row: str(row[0]))
    fewer = seeds[: max(1, len(seeds) // 10)]  # each has a hundred steps
    columns = ["value, float64", "gradient, float64", "value, float32", "gradient, float32"]
    return {
        "losses": {"head": ["family", "loss", *columns], "rows": rows},
        "optimizers": {
            "head": ["optimizer", "sets of options", "parameters, float64", "parameters, float32"],
            "rows": [optimizer_row(name, fewer) for name in optim.__all__ if hasattr(torch.optim, name)],
        },
    }


if __name__ == "__main__":
    torch.set_num_threads(1)  # as in the gate
    print(f"stored in {store('parity', measure())}")
