"""Exercise 15.4: each missing piece shows, and what counts is the run that comes out, not the flags alone."""

import copy
import io
from typing import Any

import pytest
import torch

from lessons_pkg.exercises import EXERCISES
from lessons_pkg.exercises.chapter15 import kept, put_back, resumed, small_run, train_on
from lessons_pkg.exercises.exercise import verdict

WEIGHTS, AVERAGE, MOMENTS, RATE, DRAW, STEP = range(6)
FAILS = [  # what is not as it was, for each mistake of the exercise, in order
    {WEIGHTS}, {MOMENTS, RATE}, {RATE}, {AVERAGE}, {DRAW}, {STEP}, {WEIGHTS, AVERAGE, MOMENTS},
    {AVERAGE, MOMENTS, RATE, DRAW, STEP}, {WEIGHTS, AVERAGE, MOMENTS, RATE, DRAW, STEP},
]  # fmt: skip


@pytest.mark.parametrize("steps", [1, 3, 5, 8])
def test_flags_by_hand(steps: int) -> None:
    exercise = EXERCISES["15.4"]
    assert exercise.answer(steps) == (1,) * 6
    for mistake, wrong in zip(exercise.mistakes, FAILS, strict=True):
        assert mistake.answer(steps) == tuple(int(k not in wrong) for k in range(6)), mistake.diagnosis


def ends(without: str) -> tuple[bool, bool]:
    """Stop a run, go on in a fresh one, both to the end: are weights and average the same numbers?"""
    run, again = small_run(0), small_run(1)
    train_on(run, 5)
    put_back(again, kept(run, without))
    for one in (run, again):
        train_on(one, 12)
    pairs = [
        zip(getattr(run, part).parameters(), getattr(again, part).parameters(), strict=True)
        for part in ("model", "ema")
    ]
    model, ema = (all(torch.equal(a, b) for a, b in pair) for pair in pairs)
    return model, ema


@pytest.mark.parametrize("without", ["model", "optimizer", "scheduler", "draw", "step"])
def test_a_run_without_a_piece_ends_elsewhere(without: str) -> None:
    assert ends(without) == (False, False)


def test_a_run_with_all_of_them_ends_at_the_same_numbers_and_the_average_moves_no_weight() -> None:
    assert ends("") == (True, True)
    assert ends("ema") == (True, False)


def through_a_file(run: Any) -> bytes:
    file = io.BytesIO()
    torch.save(kept(run, copied=False), file)
    return file.getvalue()


def shallow(run: Any) -> Any:
    return {name: dict(state) if isinstance(state, dict) else state for name, state in kept(run, copied=False).items()}  # fmt: skip


def test_other_ways_to_answer() -> None:
    exercise = EXERCISES["15.4"]
    file = lambda n: resumed(through_a_file, lambda run, f: put_back(run, torch.load(io.BytesIO(f))), n)  # noqa: E731
    assert "correct" in verdict(exercise, file), "a file is a copy"
    assert "Those are views" in verdict(exercise, lambda n: resumed(shallow, put_back, n))
    late = lambda n: resumed(lambda run: run, lambda run, old: put_back(run, kept(old)), n)  # noqa: E731
    assert "Nothing is as it was at the stop" in verdict(exercise, late), "copied when it was loaded"
    stub = lambda n: resumed(lambda run: ..., lambda run, saved: ..., n)  # noqa: E731
    assert verdict(exercise, stub).startswith("not attempted yet.")
    broken = lambda n: resumed(lambda run: {}, lambda run, saved: saved["model"], n)  # noqa: E731
    assert verdict(exercise, broken) == "not yet: your answer raised KeyError: 'model'"


def test_the_average_counts_its_updates() -> None:
    """Kept without ``n_averaged``, the next update copies the weights; the flag says so."""

    def load(run: Any, saved: Any) -> None:
        put_back(run, saved)
        run.ema.n_averaged.zero_()

    assert resumed(kept, load, 3)[AVERAGE] == 0
    run = small_run(0)
    train_on(run, 3)
    again = copy.deepcopy(run.ema)
    again.n_averaged.zero_()
    again.update_parameters(run.model)
    assert all(torch.equal(a, b) for a, b in zip(again.parameters(), run.model.parameters(), strict=True))
