"""What an exercise is, and how an answer is judged."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

Numbers = tuple[float, ...]
Case = Tensor | tuple[Tensor, ...]  # what a learner's function is called with: one argument or several


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that learners are known to give, and what to tell them."""

    answer: Callable[..., object]
    diagnosis: str


@dataclass(frozen=True)
class Exercise:
    """The right answer, computed when asked; where the answer is a function, the inputs to try it on."""

    answer: Callable[..., object]
    praise: str
    mistakes: tuple[Mistake, ...] = ()
    cases: Callable[[], Sequence[Case]] | None = None
    rtol: float = 5e-4  # four digits: 0.1015 is as right as 0.101515, and 0.1016 is not


class NotAttempted(Exception):
    """The stub is still in place."""


def _numbers(value: object) -> Numbers:
    if value is ... or value is None:
        raise NotAttempted
    if isinstance(value, Tensor):
        value = value.detach().cpu()
    if hasattr(value, "tolist"):  # tensors, arrays and NumPy's scalars
        value = value.tolist()
    if isinstance(value, (tuple, list)):
        return tuple(number for part in value for number in _numbers(part))
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return (float(value),)
    raise TypeError(f"expected a number or several, got {type(value).__name__}")


def _close(got: Numbers, want: Numbers, rtol: float) -> bool:
    if len(got) != len(want):
        return False
    one, other = torch.tensor(got).double(), torch.tensor(want).double()
    return torch.allclose(one, other, rtol=rtol, atol=1e-12, equal_nan=True)  # nan: a mistake to know


def _values(function: Callable[..., object], cases: Sequence[Case]) -> Numbers:
    arguments = [case if isinstance(case, tuple) else (case,) for case in cases]
    answers = [function(*(tensor.clone() for tensor in given)) for given in arguments]
    return tuple(number for answer in answers for number in _numbers(answer))


def _shown(numbers: Numbers) -> str:
    return ", ".join(f"{number:.4g}" for number in numbers)


def _message(error: BaseException) -> str:
    try:
        return f": {error}"
    except Exception:  # an error may fail to say what it is
        return ""


def _unexplained(got: Numbers, wanted: int, exercise: Exercise) -> str:
    if len(got) != wanted:
        return f"expected {wanted} numbers, got {len(got)}."
    whole = all(number.is_integer() for number in got)
    what = " (for the first inputs)" if exercise.cases else "" if whole else " (to four digits)"
    return f"{_shown(got[:3])}{what} is no answer that we can explain. See the hints."


def _judge(exercise: Exercise, answer: object) -> str:
    cases = exercise.cases() if exercise.cases else None

    def numbers_of(known: Callable[..., object]) -> Numbers:
        return _numbers(known()) if cases is None else _values(known, cases)

    if cases is None:
        got = _numbers(answer)
    elif answer is ...:
        raise NotAttempted
    elif not callable(answer):
        return f"not yet: this exercise asks for a function, got {type(answer).__name__}."
    else:
        got = _values(answer, cases)
    want = numbers_of(exercise.answer)
    if _close(got, want, exercise.rtol):
        return f"correct. {exercise.praise}"
    for mistake in exercise.mistakes:
        if _close(got, numbers_of(mistake.answer), exercise.rtol):
            return f"not yet. {mistake.diagnosis}"
    return f"not yet: {_unexplained(got, len(want), exercise)}"


def verdict(exercise: Exercise, answer: object) -> str:
    """One sentence or two on ``answer``, whatever it is."""
    try:
        return _judge(exercise, answer)
    except (NotAttempted, NotImplementedError):
        return "not attempted yet. Replace the ... and run the cell again."
    except (Exception, SystemExit) as error:  # never raise at a learner: say what their code did
        return f"not yet: your answer raised {type(error).__name__}{_message(error)}"
