"""Every right answer is accepted, every catalogued mistake gets its own words, nothing ever raises."""

from typing import Any

import numpy
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lessons_pkg.checks import EXERCISES, check
from lessons_pkg.checks.chapter01 import curvatures

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
        blank = lambda x: None  # noqa: E731
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
    assert "asks for a function, got float" in said(capsys, "01.3", 0.6)
    assert "your answer raised ZeroDivisionError" in said(capsys, "01.3", lambda x: 1 / 0)
    assert "123 (to four digits) is no answer that we can explain" in said(capsys, "01.2", 123.0)
    assert "(for the first inputs) is no answer" in said(capsys, "01.3", lambda x: 5.0)
    assert "correct" in said(capsys, "01.2", 0.1015)
    assert "not yet" in said(capsys, "01.2", float("nan"))
    assert said(capsys, "77", 1) == "There is no exercise '77'. There are: 01.1, 01.2, 01.3, 01.4.\n"
    assert "There is no exercise 1.1" in said(capsys, 1.1, 1)


def test_a_learners_function_cannot_change_the_cases(capsys: pytest.CaptureFixture[str]) -> None:
    def vandal(x: torch.Tensor) -> float:
        right = 2 / sum(curvatures(x))
        x.zero_()
        return right

    assert "correct" in said(capsys, "01.3", vandal)
    assert "correct" in said(capsys, "01.3", vandal)


anything = st.one_of(
    st.none(), st.text(), st.floats(), st.integers(), st.lists(st.floats()), st.binary(),
    st.just(numpy.zeros(3)), st.just(object()), st.just(print), st.just(torch.zeros(2, dtype=torch.complex64)),
)  # fmt: skip


@given(st.one_of(st.sampled_from(sorted(EXERCISES)), anything), anything)
def test_check_never_raises(name: Any, answer: Any) -> None:
    check(name, answer)
