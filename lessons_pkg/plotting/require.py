"""Rules of drawings, beside those of :mod:`lessons_pkg.guards`."""

import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Protocol

import torch
from matplotlib.axes import Axes
from torch import Tensor

from lessons_pkg.guards import Given, Rule, kind, number, real, sequence, typed


class Listed(Protocol):
    """A tensor or an array."""

    def tolist(self) -> Any:
        """Return nested lists."""


Numbers = Tensor | Listed | Sequence[Any]  # real numbers, also in nested sequences
AXES = typed("be matplotlib Axes", lambda ax: isinstance(ax, Axes), "ax")
LABEL = typed("be text", lambda label: isinstance(label, str), "label")


def finite(role: str) -> Rule:
    """Refuse what is not one real, finite number."""
    return number(role, "be finite", math.isfinite)


def positive(role: str) -> Rule:
    """Refuse what is not one real, finite number above 0."""
    return number(role, "be finite and > 0", lambda value: 0 < value < math.inf)


def one_each(names: str, things: str) -> Rule:
    """Refuse another number of names than of things, counted or given: ``one_each("labels", "images")``."""

    def rule(name: str, given: Given) -> None:
        sequence(names)(name, given)
        wanted = given[things] if isinstance(given[things], int) else len(given[things])
        count = len(given[names]) if names in given else wanted
        if count != wanted:
            raise ValueError(f"{name}: {names} must be {wanted}, one for each of {things}, got {count}")

    return rule


def as_numbers(values: Any) -> Tensor:
    """Return a tensor, or nested sequences, as a detached float64 tensor."""
    return torch.as_tensor(values, dtype=torch.float64).detach().cpu()


def of_numbers(role: str, *rules: Rule) -> Rule:
    """Apply rules for a tensor of real numbers, to an array or nested sequences too."""

    def rule(name: str, given: Given) -> None:
        read = given[role]
        if not isinstance(read, Tensor):
            with suppress(
                RuntimeError, TypeError, ValueError
            ):  # then the rule about its type says what it is
                read = as_numbers(read)
        for one in (real(role), *rules):
            one(name, {**given, role: read})

    return rule


def numbers(role: str, words: str, fits: Any) -> Rule:
    """Refuse what holds no real numbers, or in another shape: ``numbers("points", "be (N, 2)", …)``."""

    def rule(name: str, given: Given) -> None:
        if isinstance(given[role], Tensor):
            real(role)(name, given)
        try:
            shape = tuple(as_numbers(given[role]).shape)
        except (RuntimeError, TypeError, ValueError) as error:  # torch has many words for it, and not ours
            raise TypeError(f"{name}: {role} must hold real numbers, got {kind(given[role])}") from error
        if not fits(shape):
            raise ValueError(f"{name}: {role} must {words}, got {shape}")

    return rule


def of_shape(role: str, words: str, shape: Callable[[Given], tuple[int, ...]]) -> Rule:
    """Refuse what holds no real numbers, or in another shape than the other arguments ask for."""

    def rule(name: str, given: Given) -> None:
        wanted = shape(given)
        numbers(role, f"be {wanted}, {words}", lambda found: found == wanted)(name, given)

    return rule
