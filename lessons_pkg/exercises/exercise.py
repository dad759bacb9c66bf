"""What an exercise is, and how an answer is judged."""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor

Numbers = tuple[float, ...]
Case = Tensor | int | tuple[Tensor, ...]  # what a learner's function is called with: one argument or several


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


class NotThis(Exception):
    """The answer is not of the kind that the exercise asks for."""


def _numbers(value: object) -> Numbers:
    if value is ... or value is None:
        raise NotAttempted
    if isinstance(value, Tensor):
        value = value.detach().cpu()
    if hasattr(value, "tolist"):  # tensors, arrays and NumPy's scalars
        value = value.tolist()
    if isinstance(value, (tuple, list)):
        if any(part is None for part in value):
            raise NotThis("expected a number, got None for one of several.")
        return tuple(number for part in value for number in _numbers(part))
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return (float(value),)
    raise NotThis(f"expected a number or several, got {type(value).__name__}.")


def _close(got: Numbers, want: Numbers, rtol: float) -> bool:
    def same(a: float, b: float) -> bool:
        lost = math.isnan(a) and math.isnan(b)  # nan: a mistake to know
        return lost or math.isclose(a, b, rel_tol=rtol, abs_tol=1e-12)

    return len(got) == len(want) and all(map(same, got, want))


def _values(function: Callable[..., object], cases: Sequence[Case]) -> Numbers:
    arguments = [case if isinstance(case, tuple) else (case,) for case in cases]
    answers = [function(*(a.clone() if isinstance(a, Tensor) else a for a in given)) for given in arguments]
    return tuple(number for answer in answers for number in _numbers(answer))


def _message(error: BaseException) -> str:
    try:
        return f": {error}"
    except Exception:  # an error may fail to say what it is
        return ""


def _unexplained(got: Numbers, want: Numbers, exercise: Exercise) -> str:
    if len(got) != len(want):
        return f"expected {len(want)} numbers, got {len(got)}."
    pairs = enumerate(zip(got, want, strict=True), start=1)
    number, first = next((k, a) for k, (a, b) in pairs if not _close((a,), (b,), exercise.rtol))
    value = f"{first:.4g}" if first.is_integer() else f"{first:.4g} (to four digits)"
    subject = f"number {number} of {len(want)}, {value}," if len(want) > 1 else value
    return f"{subject} is no answer that we can explain. See the hints."


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Compute our own numbers alike under any mode that the learner is in, and leave no trace."""
    modes = torch.inference_mode(False), torch.enable_grad(), torch.device("cpu")
    with modes[0], modes[1], modes[2], torch.random.fork_rng(devices=[]):
        yield


def _given(answer: object, cases: Sequence[Case] | None) -> Numbers:
    if cases is None:
        return _numbers(answer)
    if answer is ...:
        raise NotAttempted
    if not callable(answer):
        raise NotThis(f"this exercise asks for a function, got {type(answer).__name__}.")
    return _values(answer, cases)


def _judge(exercise: Exercise, answer: object) -> str:
    with _undisturbed():
        cases = exercise.cases() if exercise.cases else None
    got = _given(answer, cases)

    def numbers_of(known: Callable[..., object]) -> Numbers:
        with _undisturbed():
            return _numbers(known()) if cases is None else _values(known, cases)

    want = numbers_of(exercise.answer)
    if _close(got, want, exercise.rtol):
        return f"correct. {exercise.praise}"
    for mistake in exercise.mistakes:
        if _close(got, numbers_of(mistake.answer), exercise.rtol):
            return f"not yet. {mistake.diagnosis}"
    return f"not yet: {_unexplained(got, want, exercise)}"


def verdict(exercise: Exercise, answer: object) -> str:
    """One sentence or two on ``answer``, whatever it is."""
    try:
        return _judge(exercise, answer)
    except NotThis as error:
        return f"not yet: {error}"
    except (NotAttempted, NotImplementedError) as error:
        if not _message(error).strip(": "):  # torch raises it too, with a message
            return "not attempted yet. Replace the ... and run the cell again."
        return f"not yet: your answer raised {type(error).__name__}{_message(error)}"
    except (Exception, SystemExit) as error:  # never raise at a learner: say what their code did
        return f"not yet: your answer raised {type(error).__name__}{_message(error)}"
