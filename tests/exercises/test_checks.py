"""Every right answer is accepted, every catalogued mistake gets its own words, nothing ever raises."""

import html
import json
import math
from dataclasses import replace
from typing import Any

import numpy
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from lessons_pkg.exercises import EXERCISES, check, predict
from lessons_pkg.exercises.box import answer_box, prediction
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
def test_blank_is_not_attempted(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    blank = (lambda *_: ...) if EXERCISES[name].cases else ...
    for stub in (..., blank):
        out = said(capsys, name, stub)
        assert out.startswith(f"{name}: not attempted yet. Replace the ... and run the cell again.")
        assert ("begin with Open in Colab" in out) == bool(EXERCISES[name].cases)


def unwritten(x: Tensor) -> float:
    raise NotImplementedError


POINTS = torch.tensor([[1.0], [2.0], [3.0]]), torch.arange(20.0).reshape(20, 1)
THREE = Exercise(lambda: (56 / 3, -56 / 3, -8.0), "Yes.", labels=("loss", "by w", "by b"))
ONE = Exercise(lambda: 0.101515, "Yes.", (Mistake(lambda: 0.0980392, "The fastest."),))
WAY = Exercise(lambda: (0, 1, 0, 2, 0), "Yes.", labels=("entries, in order",))
FUNCTION = Exercise(lambda x: x.sum(), "Yes.", (Mistake(lambda x: x.mean(), "No mean."),), lambda: POINTS)


@pytest.mark.parametrize(
    ("exercise", "answer", "words"),
    [
        (THREE, 5, "not yet: expected 3 numbers, got 1."),
        (THREE, (56 / 3, 0, -8), "not yet: by w, 0, is no answer that we can explain. See the hints."),
        (THREE, (1, None, 3), "not yet: expected a number, got None for one of several."),
        (WAY, (0, 1, 0), "not yet: the answer has more or fewer numbers than your 3. See the hints."),
        (ONE, (1, 2), "not yet: expected 1 number, got 2."),
        (ONE, "0.1", "not yet: expected a number or several, got str."),
        (ONE, True, "not yet: expected a number or several, got bool."),
        (ONE, {1}, "not yet: expected a number or several, got set."),
        (ONE, 123.456, "not yet: 123.5 is no answer that we can explain. See the hints."),
        (ONE, 123456, "not yet: 123456 is no answer that we can explain. See the hints."),
        (ONE, math.nan, "not yet: nan is no answer that we can explain. See the hints."),
        (ONE, 0.1016, "not yet: 0.1016 is no answer that we can explain. See the hints."),
        (ONE, 0.1015, "correct. Yes."),
        (ONE, numpy.float32(0.101515), "correct. Yes."),
        (ONE, 0.09804, "not yet. The fastest."),
        (ONE, 0.098, "not yet. The fastest."),
        (ONE, 0.097, "not yet: 0.097 is no answer that we can explain. See the hints."),
        (ONE, ..., "not attempted yet. Replace the ... and run the cell again."),
        (FUNCTION, 0.6, "not yet: this exercise asks for a function, got float."),
        (FUNCTION, lambda x: None, "not yet: your function returned None."),
        (FUNCTION, lambda x: 1 / 0, "not yet: your answer raised ZeroDivisionError: division by zero"),
        (FUNCTION, lambda x: exit(), "not yet: your answer raised SystemExit: None"),
        (FUNCTION, lambda x: 5, "not yet: for input [[1], [2], [3]], 5 is no answer that we can explain. See the hints."),
        (FUNCTION, lambda x: x.sum().clamp(max=50.5), "not yet: for input a tensor of shape (20, 1) that begins 0, 1, 2, "
         "50.5 is no answer that we can explain. See the hints."),
        (FUNCTION, lambda x: x, "not yet: for input [[1], [2], [3]], expected 1 number, got 3."),
        (FUNCTION, lambda x: x.mean(), "not yet. No mean."),
        (FUNCTION, lambda x: 5.99 + 184 * (len(x) > 3), "not yet: for input [[1], [2], [3]], 5.99 is no answer that we can "
         "explain. See the hints."),
    ],
)  # fmt: skip
def test_any_answer_gets_a_sentence(exercise: Exercise, answer: Any, words: str) -> None:
    assert verdict(exercise, answer) == words


def test_function_stubs_are_not_attempted() -> None:
    for stub in (..., unwritten, lambda x: ...):
        assert verdict(FUNCTION, stub).startswith("not attempted yet.")


@pytest.mark.parametrize("few", [19, 18.7, numpy.float32(18.7)])
def test_a_right_answer_with_few_digits_is_right_so_far(few: float) -> None:
    assert verdict(THREE, (few, -few, -8)) == "right so far: four digits, please."
    assert verdict(THREE, (18.67, -few, -8)) == "right so far: four digits, please."


def test_right_so_far_wants_two_digits_that_were_rounded_and_no_mistake() -> None:
    so_far = "right so far: four digits, please."
    assert [verdict(ONE, few) == so_far for few in (0.1, 0.10, 0.102, 0.101, 0.11, 0.0, math.inf)] == [
        True, True, True, False, False, False, False
    ]  # fmt: skip
    other = Exercise(lambda: 1.97, "Yes.", (Mistake(lambda: 2.0, "Not moved."), Mistake(lambda: 1.9, "Far.")))
    assert verdict(other, 2.0) == "not yet. Not moved.", "what a known mistake gives exactly is that mistake"
    near = Exercise(lambda: 0.00442058, "Yes.", (Mistake(lambda: 0.00439935, "One step late."),))
    assert verdict(near, 0.0044) == so_far, "to two digits both are this; the benefit of the doubt"
    assert verdict(Exercise(lambda: 3.14159, "Yes.", rtol=5e-6), 3.142) == "right so far: six digits, please."


def test_a_mistake_with_few_digits_gets_its_words_too() -> None:
    two = Exercise(
        lambda: (0.126491, 0.0158114),
        "Yes.",
        (
            Mistake(lambda: (0.0316228, 0.252982), "Divide."),
            Mistake(lambda: (0.016, 0.00025), "Take the root."),
        ),
    )
    assert verdict(two, (0.0316, 0.2530)) == "not yet. Divide.", "four decimals"
    assert verdict(two, (0.032, 0.25)) == "not yet. Divide.", "two digits"
    assert verdict(two, (0.016, 0.0003)) == "not yet. Take the root."
    assert verdict(two, (0.0317, 0.2530)).startswith("not yet: number 1, 0.0317, is no answer")
    assert verdict(two, (0.1265, 0.0158)) == "right so far: four digits, please."


def test_whole_numbers_are_exact() -> None:
    whole = Exercise(lambda: (235, 162226, 3.2581), "Yes.")
    assert (
        verdict(whole, (235, 162226, 3.2581)) == verdict(whole, (235.0, 162226.0, 3.258)) == "correct. Yes."
    )
    assert verdict(whole, (235, 162200, 3.258)).startswith("not yet: number 2, 162200, is no answer")
    assert verdict(whole, (240, 162226, 3.258)).startswith("not yet: number 1, 240, is no answer")


def test_a_box_stores_whole_numbers_nine_digits_and_what_its_fields_can_hold() -> None:
    exercise = Exercise(
        lambda: (7, 2 / 3),
        "Yes & no.",
        (Mistake(lambda: (8, 1 / 3), '"Off" by <one>.'), Mistake(lambda: 1, "Two!")),
    )
    form = answer_box("1.1", exercise).form
    known = json.loads(html.unescape(form.split('data-answer="')[1].split('"')[0]))
    assert known["right"] == [7, "0.666666667"]
    assert known["mistakes"] == [[[8, "0.333333333"], '"Off" by <one>.']]
    assert form.count("<input") == 2
    assert "<label>number 2 <" in form
    shared = answer_box("1.1", replace(exercise, labels=("both",))).form
    assert shared.count("<input") == 1
    assert "Two!" in shared


def test_a_prediction_shows_its_options_and_folds_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    predict("1.1", ["less than 1", "more"], right=1, answer="It *grows*.")
    assert capsys.readouterr().out == "1.1:\n- less than 1\n- more\n"
    form = prediction("1.1", ["a < b", "c"], 0, "It *grows*: `a*b*c < 1`.\n\nAnd on.").form
    assert (
        "<p><strong>a &lt; b</strong></p><p>It <em>grows</em>: <code>a*b*c &lt; 1</code>.</p><p>And on.</p>"
        in form
    )
    with pytest.raises(IndexError):
        predict("1.1", ["a"], right=1, answer="")


@pytest.mark.parametrize(
    "form",
    [lambda v: v, list, torch.tensor, lambda v: torch.tensor(v, requires_grad=True), lambda v: tuple(map(torch.tensor, v))],
    ids=["tuple", "list", "tensor", "grad", "tensors"],
)  # fmt: skip
def test_answers_may_come_in_any_form(form: Any) -> None:
    assert verdict(THREE, form((56 / 3, -56 / 3, -8.0))) == "correct. Yes."


def test_strange_names_are_told_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "77", 1) == f"There is no exercise '77'. There are: {', '.join(EXERCISES)}.\n"
    assert "There is no exercise whose name is of type float. There are: " in said(capsys, 1.1, 1)
    assert "There is no exercise whose name is of type Unspeakable." in said(capsys, Unspeakable(), 1)
    assert verdict(FUNCTION, Unspeakable.fail) == "not yet: your answer raised Unspeakable"


class Unspeakable(Exception):
    def __str__(self) -> str:
        raise RuntimeError

    __repr__ = __str__

    @staticmethod
    def fail(x: Tensor) -> float:
        raise Unspeakable


def test_a_learners_function_cannot_change_the_cases() -> None:
    def vandal(x: Tensor) -> Tensor:
        right = x.sum()
        x.zero_()
        return right

    assert verdict(FUNCTION, vandal) == verdict(FUNCTION, vandal) == "correct. Yes."


WITH_CASES = [name for name, exercise in EXERCISES.items() if exercise.cases]
SHARES = {"6.4": 1, "7.2": math.nextafter(1, 2)}  # tried on numbers above 0 and below this


def cases_of(name: str, seed: int) -> list[Tensor]:
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
    assert {part.dtype for part in floats} <= {torch.float32 if name.startswith("3.") else torch.float64}


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


def test_what_torch_has_not_implemented_is_no_blank() -> None:
    def unlucky(x: Tensor) -> float:
        raise NotImplementedError("no kernel for Bool")

    assert verdict(FUNCTION, unlucky) == "not yet: your answer raised NotImplementedError: no kernel for Bool"
