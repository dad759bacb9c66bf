"""Check an exercise's answer against torch, and say what went wrong where the mistake is a known one."""

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
)
from lessons_pkg.exercises.exercise import Exercise, verdict

__all__ = ["check"]

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
}


def check(name: str, answer: object) -> None:
    """Print a verdict on ``answer`` to exercise ``name``, such as ``"01.2"``. Never raises.

    ``answer``: a number, a tuple of numbers or a function, as the exercise asks; ``...`` is "not yet".
    """
    exercise = EXERCISES.get(name) if isinstance(name, str) else None
    if exercise is None:
        wanted = repr(name) if isinstance(name, str) else f"whose name is of type {type(name).__name__}"
        print(f"There is no exercise {wanted}. There are: {', '.join(EXERCISES)}.")
        return
    print(f"{name}: {verdict(exercise, answer)}")
