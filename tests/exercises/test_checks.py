"""Every right answer is accepted, every catalogued mistake gets its own words, nothing ever raises."""

import math
from typing import Any

import numpy
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lessons_pkg.exercises import EXERCISES, check
from lessons_pkg.exercises.chapter01 import curvatures, loss_from
from lessons_pkg.exercises.exercise import Exercise, Mistake, verdict

MISTAKES = [(name, mistake) for name, exercise in EXERCISES.items() for mistake in exercise.mistakes]


def said(capsys: pytest.CaptureFixture[str], name: Any, answer: Any) -> str:
    check(name, answer)
    return capsys.readouterr().out


def as_given(name: str, answer: Any) -> Any:
    """What a learner would hand in: a number or numbers, or the function itself."""
    return answer if EXERCISES[name].cases else answer()


@pytest.mark.parametrize("name", EXERCISES)
def test_right_answer(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    exercise = EXERCISES[name]
    assert said(capsys, name, as_given(name, exercise.answer)) == f"{name}: correct. {exercise.praise}\n"


@pytest.mark.parametrize(("name", "mistake"), MISTAKES, ids=[f"{n}-{m.diagnosis[:24]}" for n, m in MISTAKES])
def test_mistake_gets_its_own_words(name: str, mistake: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, name, as_given(name, mistake.answer)) == f"{name}: not yet. {mistake.diagnosis}\n"


@pytest.mark.parametrize("name", EXERCISES)
@pytest.mark.parametrize("blank", [..., None], ids=str)
def test_blank_is_not_attempted(name: str, blank: Any, capsys: pytest.CaptureFixture[str]) -> None:
    if EXERCISES[name].cases and blank is None:
        blank = lambda *arguments: None  # noqa: E731
    assert "not attempted yet" in said(capsys, name, blank)


def test_function_stubs_are_not_attempted(capsys: pytest.CaptureFixture[str]) -> None:
    def unwritten(x: torch.Tensor) -> float:
        raise NotImplementedError

    assert "not attempted yet" in said(capsys, "01.3", unwritten)
    assert "not attempted yet" in said(capsys, "01.3", lambda x: ...)


def test_known_values_of_chapter_1() -> None:
    x = torch.tensor([[1.0], [2.0], [3.0]], dtype=torch.float64)
    assert curvatures(x) == pytest.approx(((17 - 265**0.5) / 3, (17 + 265**0.5) / 3), rel=1e-12)
    assert EXERCISES["01.1"].answer() == pytest.approx((56 / 3, -56 / 3, -8.0))
    assert EXERCISES["01.3"].answer(x) == pytest.approx(3 / 17)


def eigenvalues(x: list[float]) -> tuple[float, float]:
    """Of the Hessian (2/N) [[sum xx, sum x], [sum x, N]], by the formula for 2 by 2 matrices."""
    a, b = 2 / len(x) * sum(v * v for v in x), 2 / len(x) * sum(x)
    root = ((a - 2) ** 2 / 4 + b * b) ** 0.5
    return (a + 2) / 2 - root, (a + 2) / 2 + root


def loss_of(w: float, b: float, updates: int) -> float:
    """Gradient descent at 0.01 on the three points, one update after the other."""
    for _ in range(updates):
        errors = [w * x + b - 2 * x for x in (1, 2, 3)]
        w -= 0.01 * 2 / 3 * sum(r * x for r, x in zip(errors, (1, 2, 3), strict=True))
        b -= 0.01 * 2 / 3 * sum(errors)
    return sum((w * x + b - 2 * x) ** 2 for x in (1, 2, 3)) / 3


LOW, HIGH = eigenvalues([0, 1, 2, 4, 5])
INDEPENDENT: dict[str, list[Any]] = {
    "01.1": [(56 / 3, -56 / 3, -8), (56, -56, -24), (56 / 3, -28 / 3, -4), (56 / 3, 56 / 3, 8),
             ((56 / 3) ** 0.5, -56 / 3, -8), (56 / 3, -8, -56 / 3)],
    "01.2": [2 / HIGH, 2 / (LOW + HIGH), 1 / HIGH, 2 / LOW, HIGH, 2 / (HIGH * 5 / 2), 2 / (HIGH * 5 / 3), 2 / (HIGH / 2),
             2 / eigenvalues([1, 2, 3])[1]],
    "01.4": [loss_of(-1, 1, 999), loss_of(-1, 1, 1000), 2 * loss_of(-1, 1, 999), loss_of(1, 1, 999),
             loss_of(1, -1, 999), loss_of(-1, -1, 999)],
}  # fmt: skip


@pytest.mark.parametrize("name", INDEPENDENT)
def test_answers_and_mistakes_agree_with_independent_computations(name: str) -> None:
    exercise = EXERCISES[name]
    ours: list[Any] = [exercise.answer(), *(mistake.answer() for mistake in exercise.mistakes)]
    for value, independent in zip(ours, INDEPENDENT[name], strict=True):
        assert value == pytest.approx(independent, rel=1e-9)


def test_the_closed_form_is_gradient_descent_from_any_start() -> None:
    assert loss_from((0.1, -0.3), 20) == pytest.approx(loss_of(0.1, -0.3, 20), rel=1e-9)


def test_fastest_rates_agree_with_independent_computations() -> None:
    x = [0.5, 1.0, 4.0, -2.0]
    low, high = eigenvalues(x)
    column = torch.tensor(x, dtype=torch.float64)[:, None]
    one = (
        2 / sum(v * v for v in x) * len(x) / 4
    )  # no bias: the Hessian is 2 mean(xx), and its inverse the fastest
    expected = [
        2 / (low + high),
        2 / high,
        1 / high,
        2 / (low + high) / 2,
        2 / (low + high) * 3 / 4,
        4 / (low + high),
        one,
        3 / 17,
    ]
    exercise = EXERCISES["01.3"]
    ours = [exercise.answer(column), *(mistake.answer(column) for mistake in exercise.mistakes)]
    assert [float(v) for v in ours] == pytest.approx(expected, rel=1e-9)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "form",
    [lambda v: v, list, torch.tensor, lambda v: torch.tensor(v, requires_grad=True), lambda v: tuple(map(torch.tensor, v))],
    ids=["tuple", "list", "tensor", "grad", "tensors"],
)  # fmt: skip
def test_answers_may_come_in_any_form(form: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert "correct" in said(capsys, "01.1", form((56 / 3, -56 / 3, -8.0)))


def test_strange_answers_are_told_what_is_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert "expected 3 numbers, got 1" in said(capsys, "01.1", 5)
    assert "expected a number or several, got str" in said(capsys, "01.2", "0.1")
    assert "expected a number or several, got bool" in said(capsys, "01.2", True)
    assert said(capsys, "02.2", (1, None)) == (
        "02.2: not yet: expected a number, got None for one of several.\n"
    )
    assert "number 2 of 3, 0, is no answer that we can explain" in said(capsys, "02.2", (21, 0, 27))
    assert "asks for a function, got float" in said(capsys, "01.3", 0.6)
    assert "your answer raised ZeroDivisionError" in said(capsys, "01.3", lambda x: 1 / 0)
    assert "01.2: not yet: 123.4 (to four digits) is no answer that we can explain" in said(
        capsys, "01.2", 123.4
    )
    assert "number 1 of 2, 704, is no answer" in said(capsys, "13.1", (704, 3))
    assert "number 1 of 5, 5, is no answer" in said(capsys, "01.3", lambda x: 5.0)
    assert "correct" in said(capsys, "01.2", 0.1015)
    assert "not yet" in said(capsys, "01.2", float("nan"))
    assert "not yet" in said(capsys, "01.2", 0.1016)
    assert "correct" in said(capsys, "01.2", numpy.float32(0.101515))
    assert "your answer raised SystemExit" in said(capsys, "01.3", lambda x: exit())
    assert said(capsys, "01.3", Unspeakable.fail) == "01.3: not yet: your answer raised Unspeakable\n"
    assert said(capsys, "77", 1) == f"There is no exercise '77'. There are: {', '.join(EXERCISES)}.\n"
    assert "There is no exercise whose name is of type float. There are: 01.1, " in said(capsys, 1.1, 1)
    assert "There is no exercise whose name is of type Unspeakable." in said(capsys, Unspeakable(), 1)


class Unspeakable(Exception):
    def __str__(self) -> str:
        raise RuntimeError

    __repr__ = __str__

    @staticmethod
    def fail(x: torch.Tensor) -> float:
        raise Unspeakable


def test_a_learners_function_cannot_change_the_cases(capsys: pytest.CaptureFixture[str]) -> None:
    def vandal(x: torch.Tensor) -> float:
        right = 2 / sum(curvatures(x))
        x.zero_()
        return right

    assert "correct" in said(capsys, "01.3", vandal)
    assert "correct" in said(capsys, "01.3", vandal)


WITH_CASES = [name for name, exercise in EXERCISES.items() if exercise.cases]
SHARES = {"06.3": 1, "06.4": 1, "07.2": math.nextafter(1, 2)}  # tried on numbers above 0 and below this


def cases_of(name: str, seed: int) -> list[torch.Tensor]:
    cases: Any = EXERCISES[name].cases
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        several = [case if isinstance(case, tuple) else (case,) for case in cases()]
    return [torch.as_tensor(part) for case in several for part in case]


@pytest.mark.parametrize("name", WITH_CASES)
def test_a_function_is_tried_on_the_same_numbers_each_time(name: str) -> None:
    first, again = cases_of(name, seed=1), cases_of(name, seed=2)
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    floats = [part for part in first if part.is_floating_point()]
    assert all(part.isfinite().all() for part in floats)
    assert {part.dtype for part in floats} <= {torch.float32 if name.startswith("03") else torch.float64}


@pytest.mark.parametrize("name", SHARES)
def test_shares_and_probabilities_lie_between_0_and_1(name: str) -> None:
    assert all((part > 0).all() and (part < SHARES[name]).all() for part in cases_of(name, seed=1))


anything = st.one_of(
    st.none(), st.text(), st.floats(), st.integers(), st.lists(st.floats()), st.binary(),
    st.just(numpy.zeros(3)), st.just(object()), st.just(print), st.just(torch.zeros(2, dtype=torch.complex64)),
)  # fmt: skip


@given(st.one_of(st.sampled_from(sorted(EXERCISES)), anything), anything)
def test_check_never_raises(name: Any, answer: Any) -> None:
    check(name, answer)


def test_functions_of_several_arguments_are_called_with_copies(capsys: pytest.CaptureFixture[str]) -> None:
    pairs = [(torch.tensor([1.0]), torch.tensor([2.0])), (torch.tensor([3.0]), torch.tensor([5.0]))]
    product = Exercise(
        lambda a, b: a * b, "Yes.", (Mistake(lambda a, b: a + b, "That is the sum."),), lambda: pairs
    )
    assert verdict(product, lambda a, b: a.mul_(b)) == "correct. Yes."
    assert verdict(product, lambda a, b: a + b) == "not yet. That is the sum."
    assert [a.item() for a, _ in pairs] == [1.0, 3.0]
    assert "raised TypeError" in verdict(product, lambda a: a)


def test_a_blank_is_told_what_to_do() -> None:
    blank = "not attempted yet. Replace the ... and run the cell again."
    assert verdict(Exercise(lambda: 1.0, "Yes."), ...) == blank


def test_where_the_answer_is_zero_the_last_bits_do_not_matter() -> None:
    zero = Exercise(lambda: 0.0, "Yes.")
    assert verdict(zero, 0.1 + 0.2 - 0.3) == "correct. Yes."
    assert verdict(zero, 1e-9).startswith("not yet: 1e-09 ")


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode, torch.enable_grad])
@pytest.mark.parametrize("name", [name for name, exercise in EXERCISES.items() if not exercise.cases])
def test_right_answers_are_right_in_every_mode(
    name: str, mode: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    right = EXERCISES[name].answer()
    with mode():
        assert ": correct." in said(capsys, name, right)


def test_a_check_leaves_the_random_numbers_alone(capsys: pytest.CaptureFixture[str]) -> None:
    before = torch.get_rng_state()
    for name in EXERCISES:
        said(capsys, name, 12345.0)
    assert torch.equal(torch.get_rng_state(), before)


def test_what_torch_has_not_implemented_is_no_blank(capsys: pytest.CaptureFixture[str]) -> None:
    def unlucky(x: torch.Tensor) -> float:
        raise NotImplementedError("no kernel for Bool")

    assert "your answer raised NotImplementedError: no kernel for Bool" in said(capsys, "01.3", unlucky)
    assert said(capsys, "01.2", {1}) == "01.2: not yet: expected a number or several, got set.\n"
