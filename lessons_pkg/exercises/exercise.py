"""What an exercise is, and how an answer is judged."""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor

Numbers = tuple[float, ...]
WORDS = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}
BLANK = "not attempted yet. Replace the ... and run the cell again."
FUNCTION_BLANK = f"{BLANK} It asks for a function: on the page, begin with Open in Colab."
WHOLE = 1e-9  # relative tolerance of whole numbers: exact, but for what rounding leaves of a sum
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
    labels: tuple[str, ...] = ()  # one for each number, or one for all of them, which then share a field

    @property
    def digits(self) -> int:
        """How many digits ``rtol`` asks for."""
        return 1 - round(math.log10(2 * self.rtol))

    @property
    def so_far(self) -> str:
        """What a right answer with fewer digits is told."""
        return f"right so far: {WORDS.get(self.digits, self.digits)} digits, please."

    def names(self, count: int) -> tuple[str, ...]:
        """Return a label for each field of an answer of ``count`` numbers."""
        return self.labels or ("answer",) * (count == 1) or tuple(f"number {k}" for k in range(1, count + 1))


class NotAttempted(Exception):
    """The stub is still in place."""


class NotThis(Exception):
    """The answer is not of the kind that the exercise asks for."""


def numbers(value: object) -> Numbers:
    """Flatten an answer: int where it is a count, float elsewhere. Raises NotAttempted or NotThis."""
    if value is ... or value is None:
        raise NotAttempted
    if isinstance(value, Tensor):
        value = value.detach().cpu()
    if hasattr(value, "tolist"):  # tensors, arrays and NumPy's scalars
        value = value.tolist()
    if isinstance(value, (tuple, list)):
        if any(part is None for part in value):
            raise NotThis("expected a number, got None for one of several.")
        parts = (int(part) if isinstance(part, bool) else part for part in value)  # several yes or no: 1 or 0
        return tuple(number for part in parts for number in numbers(part))
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return (value,)
    raise NotThis(f"expected a number or several, got {type(value).__name__}.")


def _same(got: float, want: float, rtol: float) -> bool:
    if math.isnan(got) and math.isnan(want):  # nan: a mistake to know
        return True
    return math.isclose(got, want, rel_tol=WHOLE if isinstance(want, int) else rtol, abs_tol=1e-12)


def _close(got: Numbers, want: Numbers, rtol: float) -> bool:
    return len(got) == len(want) and all(_same(a, b, rtol) for a, b in zip(got, want, strict=True))


def _all_close(got: Sequence[Numbers], want: Sequence[Numbers], rtol: float) -> bool:
    return all(_close(a, b, rtol) for a, b in zip(got, want, strict=True))


def _shorter(got: float, want: float, digits: int) -> bool:
    """Whether ``got`` is ``want``, rounded correctly: to two digits or more, or to four decimals."""
    if isinstance(want, int) or want == 0 or not math.isfinite(want):
        return False
    first = math.floor(math.log10(abs(want)))  # the place of the first digit
    units = [10.0 ** (first + 1 - k) for k in range(2, digits)] + [1e-4] * (first >= -4)
    return any(
        abs(got - want) <= 0.501 * unit and math.isclose(got, round(got / unit) * unit, rel_tol=1e-6)
        for unit in units
    )


def _nearly(got: Sequence[Numbers], want: Sequence[Numbers], exercise: Exercise) -> bool:
    if exercise.cases or len(got[0]) != len(want[0]):
        return _all_close(got, want, exercise.rtol)
    pairs = zip(got[0], want[0], strict=True)
    return all(_same(a, b, exercise.rtol) or _shorter(a, b, exercise.digits) for a, b in pairs)


def _tried(function: Callable[..., object], cases: Sequence[Case]) -> list[Numbers]:
    """Return what a function, called with copies, answers in each case."""
    answers = []
    for case in cases:
        given = case if isinstance(case, tuple) else (case,)
        answers.append(function(*(part.clone() if isinstance(part, Tensor) else part for part in given)))
    if any(answer is None for answer in answers):
        raise NotThis("your function returned None.")
    return [numbers(answer) for answer in answers]


def _shown(value: object) -> str:
    """Write a number, a list or a tensor for a sentence: four digits, long ones by their beginning."""
    if isinstance(value, Tensor):
        if value.numel() > 6:
            return f"a tensor of shape {tuple(value.shape)} that begins {_shown(value.flatten()[:3])[1:-1]}"
        value = value.tolist()
    if isinstance(value, list):
        return f"[{', '.join(map(_shown, value))}]"
    if isinstance(value, (int, float)) and abs(value) < 1e15 and value == int(value):
        return str(int(value))
    return f"{value:.4g}"


def _message(error: BaseException) -> str:
    try:
        return f": {error}"
    except Exception:  # an error may fail to say what it is
        return ""


def _unexplained(
    got: Sequence[Numbers], want: Sequence[Numbers], exercise: Exercise, cases: Sequence[Case] | None
) -> str:
    k = next(k for k, (a, b) in enumerate(zip(got, want, strict=True)) if not _close(a, b, exercise.rtol))
    mine, right, case = got[k], want[k], ""
    if cases is not None:
        given = cases[k]
        case = f"({', '.join(map(_shown, given))})" if isinstance(given, tuple) else _shown(given)
        case = f"for input {case}, "
    if len(mine) != len(right):
        if len(exercise.labels) == 1 < len(right):  # how many there are is part of the answer
            return f"the answer has more or fewer numbers than your {len(mine)}. See the hints."
        return f"{case}expected {len(right)} number{'s' * (len(right) > 1)}, got {len(mine)}."
    pairs = zip(mine, right, strict=True)
    number = next(n for n, (a, b) in enumerate(pairs) if not _same(a, b, exercise.rtol))
    labels = exercise.names(len(right))
    label = labels[number] if len(labels) == len(right) else f"number {number + 1}"
    value = _shown(mine[number])
    subject = f"{label}, {value}," if len(right) > 1 else value
    return f"{case}{subject} is no answer that we can explain. See the hints."


@contextmanager
def undisturbed() -> Iterator[None]:
    """Compute our own numbers alike under any mode that the learner is in, and leave no trace."""
    modes = torch.inference_mode(False), torch.enable_grad(), torch.device("cpu")
    with modes[0], modes[1], modes[2], torch.random.fork_rng(devices=[]):
        yield


def answers(answer: object, cases: Sequence[Case] | None) -> list[Numbers]:
    """Return the numbers of an answer; where it is a function, those of each case."""
    if cases is None:
        return [numbers(answer)]
    if answer is ...:
        raise NotAttempted
    if not callable(answer):
        raise NotThis(f"this exercise asks for a function, got {type(answer).__name__}.")
    return _tried(answer, cases)


def _judge(exercise: Exercise, answer: object) -> str:
    with undisturbed():
        cases = exercise.cases() if exercise.cases else None
    got = answers(answer, cases)

    def known(function: Callable[..., object]) -> list[Numbers]:
        with undisturbed():
            return answers(function() if cases is None else function, cases)

    want = known(exercise.answer)
    if _all_close(got, want, exercise.rtol):
        return f"correct. {exercise.praise}"
    mistakes = [(known(mistake.answer), mistake.diagnosis) for mistake in exercise.mistakes]
    for exact in (True, False):  # what is one of both to few digits is the right one
        for wrong, diagnosis in mistakes:
            if _all_close(got, wrong, WHOLE) if exact else _nearly(got, wrong, exercise):
                return f"not yet. {diagnosis}"
        if cases is None and _nearly(got, want, exercise):
            return exercise.so_far
    return f"not yet: {_unexplained(got, want, exercise, cases)}"


def verdict(exercise: Exercise, answer: object) -> str:
    """One sentence or two on ``answer``, whatever it is."""
    try:
        return _judge(exercise, answer)
    except NotThis as error:
        return f"not yet: {error}"
    except (NotAttempted, NotImplementedError) as error:
        if not _message(error).strip(": "):  # torch raises it too, with a message
            return FUNCTION_BLANK if exercise.cases else BLANK
        return f"not yet: your answer raised {type(error).__name__}{_message(error)}"
    except (Exception, SystemExit) as error:  # never raise at a learner: say what their code did
        return f"not yet: your answer raised {type(error).__name__}{_message(error)}"
