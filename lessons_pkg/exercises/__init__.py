"""Check an exercise's answer against torch, and say what went wrong where the mistake is a known one."""

from collections.abc import Sequence

from lessons_pkg.exercises import (
    chapter01,
    chapter02,
    chapter03,
    chapter04,
    chapter05,
    chapter06,
    chapter07,
    chapter08,
    chapter09,
    chapter10,
    chapter11,
    chapter12,
    chapter13,
    chapter14,
    chapter15,
    chapter16,
)
from lessons_pkg.exercises.box import answer_box, prediction, show
from lessons_pkg.exercises.exercise import BLANK, Exercise, verdict

__all__ = ["check", "predict"]

EXERCISES: dict[str, Exercise] = {
    **chapter01.EXERCISES,
    **chapter02.EXERCISES,
    **chapter03.EXERCISES,
    **chapter04.EXERCISES,
    **chapter05.EXERCISES,
    **chapter06.EXERCISES,
    **chapter07.EXERCISES,
    **chapter08.EXERCISES,
    **chapter09.EXERCISES,
    **chapter10.EXERCISES,
    **chapter11.EXERCISES,
    **chapter12.EXERCISES,
    **chapter13.EXERCISES,
    **chapter14.EXERCISES,
    **chapter15.EXERCISES,
    **chapter16.EXERCISES,
}


def check(name: str, answer: object) -> None:
    """Print a verdict on ``answer`` to exercise ``name``, such as ``"1.2"``. Never raises.

    Args:
        name: of the exercise, such as ``"1.2"``.
        answer: a number, a tuple of numbers or a function, as the exercise asks; ``...`` is "not yet", and
            shows a form to answer on the page where numbers are asked for.

    Example:
        >>> from lessons_pkg import exercises
        >>> exercises.check("99.9", 0)  # doctest: +ELLIPSIS
        There is no exercise '99.9'. There are: 1.1, ...
    """
    exercise = EXERCISES.get(name) if isinstance(name, str) else None
    if exercise is None:
        wanted = repr(name) if isinstance(name, str) else f"whose name is of type {type(name).__name__}"
        print(f"There is no exercise {wanted}. There are: {', '.join(EXERCISES)}.")
        return
    said = verdict(exercise, answer)
    if said == BLANK:
        show(answer_box(name, exercise))
    else:
        print(f"{name}: {said}")


def predict(name: str, options: Sequence[str], *, right: int, answer: str) -> None:
    """Show the options of prediction ``name``; one choice opens the answer and is never marked.

    Args:
        name: of the prediction.
        options: what one may choose.
        right: index of the right one.
        answer: why, in paragraphs, with `code` and *emphasis*.

    Raises:
        IndexError: there is no such option.

    Example:
        >>> from lessons_pkg import exercises
        >>> exercises.predict("1.1", ["up", "down"], right=1, answer="It falls.")
        1.1:
        - up
        - down
    """
    show(prediction(name, options, right, answer))
