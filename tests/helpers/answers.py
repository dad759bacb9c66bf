"""What the exercises know: the right answer, then every catalogued mistake."""

from typing import Any

import pytest
import torch

from lessons_pkg.exercises import EXERCISES


def all_of(name: str, *given: Any) -> list[Any]:
    """Answer and mistakes of one exercise for one input, tensors as numbers."""
    exercise = EXERCISES[name]
    found = [exercise.answer(*given), *(mistake.answer(*given) for mistake in exercise.mistakes)]
    return [value.tolist() if isinstance(value, torch.Tensor) else value for value in found]


def agree(name: str, expected: Any, *given: Any, rel: float = 1e-9) -> None:
    """Demand of answer and mistakes that they are the numbers expected, one after the other."""
    for value, independent in zip(all_of(name, *given), expected, strict=True):
        assert value == pytest.approx(independent, rel=rel, nan_ok=True)
