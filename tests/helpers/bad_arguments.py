"""What each public function is attacked with: its right arguments, and every way to spoil one of them."""

import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from lessons_pkg import losses
from lessons_pkg.losses import multitask

Arguments = dict[str, Any]


@dataclass(frozen=True)
class Target:
    """A function, right arguments for it, torch's function of the same name if there is one."""

    call: Callable[..., Any]
    right: Callable[[], Arguments]
    shape: Callable[[Arguments], Any]  # of the result with reduction="none"
    twin: Callable[..., Any] | None = None


def numbers(*shape: int) -> Tensor:
    """Different floating-point numbers strictly between 0 and 1."""
    count = math.prod(shape)
    return ((torch.arange(count, dtype=torch.float64) * 0.37 + 0.11) % 0.8 + 0.1).reshape(shape)


def pair() -> Arguments:
    return {"input": numbers(4, 3), "target": 1 - numbers(4, 3).square()}


def classes() -> Arguments:
    return {"input": numbers(4, 3).log_softmax(1), "target": torch.tensor([0, 2, 1, 1]), "weight": numbers(3)}


def boxes() -> Arguments:
    return {"boxes1": numbers(4, 4).cumsum(1), "boxes2": numbers(4, 4).cumsum(1) + 0.1, "eps": 1e-7}


def scores() -> Arguments:
    return {"real": numbers(4, 3), "fake": -numbers(4, 3)}


def sequences() -> Arguments:
    made = {"log_probs": numbers(6, 2, 4).log_softmax(-1), "targets": torch.tensor([[1, 2], [3, 1]])}
    lengths = {"input_lengths": torch.tensor([6, 5]), "target_lengths": torch.tensor([2, 1])}
    return {**made, **lengths, "blank": 0, "zero_infinity": False}


def first(arguments: Arguments) -> Any:
    return next(iter(arguments.values())).shape


def of(name: str, right: Callable[[], Arguments], shape: Callable[[Arguments], Any] = first) -> Target:
    call = getattr(losses, name)
    if "reduction" in inspect.signature(call).parameters:
        return Target(call, lambda: {**right(), "reduction": "none"}, shape, getattr(F, name, None))
    return Target(call, right, shape, getattr(F, name, None))


RIGHT: dict[str, Callable[[], Arguments]] = {
    "binary_cross_entropy": lambda: {**pair(), "weight": numbers(4, 3)},
    "binary_cross_entropy_with_logits": lambda: {
        **pair(), "weight": numbers(4, 3), "pos_weight": numbers(3)
    },
    "cross_entropy": lambda: {**classes(), "ignore_index": -100, "label_smoothing": 0.1},
    "ctc_loss": sequences,
    "dice_loss": lambda: {"input": numbers(2, 3, 4), "target": numbers(2, 3, 4), "smooth": 1.0, "batch": False},
    "gaussian_nll_loss": lambda: {**pair(), "var": numbers(4, 3), "full": False, "eps": 1e-6},
    "huber_loss": lambda: {**pair(), "delta": 1.0, "weight": numbers(4, 3)},
    "kl_div": lambda: {**pair(), "log_target": False},
    "l1_loss": lambda: {**pair(), "weight": numbers(4, 3)},
    "log_cosh_loss": pair,
    "log_softmax": lambda: {"input": numbers(4, 3), "dim": 1},
    "logsigmoid": lambda: {"input": numbers(4, 3)},
    "mse_loss": lambda: {**pair(), "weight": numbers(4, 3)},
    "nll_loss": lambda: {**classes(), "ignore_index": -100},
    "pinball_loss": lambda: {**pair(), "quantile": 0.3},
    "sigmoid_focal_loss": lambda: {
        "inputs": numbers(4, 3), "targets": numbers(4, 3), "alpha": 0.25, "gamma": 2.0
    },
    "smooth_l1_loss": lambda: {**pair(), "beta": 1.0},
    "softmax_focal_loss": lambda: {
        "inputs": numbers(4, 3), "targets": torch.tensor([0, 2, 1, 1]), "alpha": numbers(3), "gamma": 2.0
    },
    "uncertainty_weighted": lambda: {"losses": numbers(3), "log_variances": numbers(3)},
    **dict.fromkeys((name for name in losses.__all__ if "box_iou" in name), boxes),
    **dict.fromkeys((name for name in losses.__all__ if "discriminator" in name), scores),
    **dict.fromkeys((name for name in losses.__all__ if "generator" in name), lambda: {"fake": numbers(4, 3)}),
}  # fmt: skip
SHAPES: dict[str, Callable[[Arguments], Any]] = {  # of the others: that of the first argument
    "cross_entropy": lambda a: a["input"].shape[:1] * (a["input"].ndim > 1) + a["input"].shape[2:],
    "nll_loss": lambda a: a["target"].shape,
    "softmax_focal_loss": lambda a: a["targets"].shape,
    "ctc_loss": lambda a: a["log_probs"].shape[1:-1],
    "dice_loss": lambda a: a["input"].shape[1:2] if a["batch"] else a["input"].shape[:2],
    "uncertainty_weighted": lambda a: (),
    **dict.fromkeys((name for name in RIGHT if "box_iou" in name), lambda a: a["boxes1"].shape[:-1]),
}
TARGETS = {name: of(name, right, SHAPES.get(name, first)) for name, right in RIGHT.items()}
TARGETS["project_conflicting"] = Target(
    multitask.project_conflicting, lambda: {"gradients": numbers(4, 3) - 0.5, "generator": None}, first
)

FLOATS = [torch.float64, torch.float32, torch.float16, torch.bfloat16]
OTHERS = [torch.int64, torch.int32, torch.uint8, torch.bool, torch.complex64]
VALUES = [math.nan, math.inf, -math.inf, 1e308, -1e308, 1e-308, 5e-324, 0.0, -1.0, 2.0]
THINGS: list[Any] = [None, "x", b"x", 1.0, 1, True, [1.0], (0.5, 0.5), {}, object, 1j]
OPTIONS: list[Any] = [
    *THINGS, [], [[0]], math.nan, math.inf, -math.inf, -1, 0, 0.0, 7, 2**40, 1.5, 1e308, 5e-324, (0, 1), "mean", "sum",
    "none", "avg", torch.tensor(0.5), torch.full((1, 1), 0.5), torch.full((1, 1, 1), 0.5), torch.ones(2), torch.tensor(1),
]  # fmt: skip


def always(value: Any) -> Callable[[Any], Any]:
    return lambda _: value


def as_type(dtype: torch.dtype) -> Callable[[Tensor], Any]:
    return lambda t: t.to(dtype)


def with_value(value: float) -> Callable[[Tensor], Tensor]:
    def spoil(t: Tensor) -> Tensor:
        if t.is_floating_point() or (float(value).is_integer() and abs(value) < 100):
            t = t.clone()
            t.view(-1)[:1] = value
        return t

    return spoil


SPOIL: dict[str, Callable[[Tensor], Any]] = {
    **{f"is {value!r}": always(value) for value in THINGS},
    **{str(dtype): as_type(dtype) for dtype in [*FLOATS, *OTHERS]},
    **{f"holds {value}": with_value(value) for value in VALUES},
    "one dimension more": lambda t: t.unsqueeze(0),
    "a last one of size 1": lambda t: t.unsqueeze(-1),
    "only the first row": lambda t: t[:1],
    "only the first column": lambda t: t[..., :1],
    "a row without its dimension": lambda t: t[0] if t.ndim else t,
    "one number": lambda t: t.flatten()[0],
    "one number in a row": lambda t: t.flatten()[:1],
    "flat": lambda t: t.flatten(),
    "turned": lambda t: t.transpose(0, -1),
    "one row more": lambda t: torch.cat([t, t[:1]]),
    "empty": lambda t: t[:0],
    "empty in the last": lambda t: t[..., :0],
    "not contiguous": lambda t: torch.stack([t, t], -1)[..., 0],
    "expanded": lambda t: t[:1].expand_as(t),
    "a leaf": lambda t: t.clone().requires_grad_() if t.is_floating_point() else t,
    "behind a leaf": lambda t: t.clone().requires_grad_() * 1 if t.is_floating_point() else t,
    "sparse": lambda t: t.to_sparse(),
    "on meta": lambda t: t.to("meta"),
    "as an array": lambda t: t.numpy(),
}


def ways(role: str, right: Any) -> dict[str, Callable[[Any], Any]]:
    """Return every way to spoil one argument."""
    if isinstance(right, Tensor):
        return SPOIL
    return {f"is {value!r}": always(value) for value in OPTIONS}
