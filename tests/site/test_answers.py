"""Boxes answered on the page: the script says what the kernel says, by keyboard, without network or kernel."""

import os
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from lessons_pkg.exercises import EXERCISES
from lessons_pkg.exercises.box import answer_box, prediction
from lessons_pkg.exercises.exercise import Exercise, Mistake, numbers, verdict
from tests.helpers.browser import PHONE, Visit
from tools.chromium import MISSING, chromium_path

if chromium_path() is None and not os.environ.get("CI"):
    pytest.skip(MISSING, allow_module_level=True)
STATIC = Path(__file__).resolve().parents[2] / "book" / "_static"
OWN = {  # kinds of answers that no chapter may have today
    "one": Exercise(lambda: 56 / 3, "Yes.", (Mistake(lambda: 56 / 9, "Divided twice."),)),
    "many": Exercise(
        lambda: (0, 1, 2), "Yes.", (Mistake(lambda: (0, 1), "One more."),), labels=("all steps",)
    ),
    "mixed": Exercise(lambda: (162226, 3.258096538), "Yes.", labels=("parameters", "the <loss>")),
    "three": Exercise(lambda: 0.101515, "Yes.", rtol=5e-3),
}
ASKED = OWN | {name: exercise for name, exercise in EXERCISES.items() if not exercise.cases}
GUESS = prediction("1.1", ["about 0.001", "<b> & 0.1"], 1, "A *mean*, not `a*b*c`.\n\nOf <squares>.")
HEAD = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Boxes</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src file:; style-src file:">
<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="answers.css">
<script defer src="answers.js"></script></head><body><nav class="bd-links"><a href="#">This</a>
<a href="other.html">Other</a></nav><main>"""
UNKNOWN = "is no answer that we can explain. See the hints."
TYPED = [
    ("one", " 56/3 ", "correct. Yes."), ("one", "18,667", "correct. Yes."), ("many", "(0 1; 2)", "correct. Yes."),
    ("one", "\u221218.667", f"not yet: -18.67 {UNKNOWN}"), ("three", "0.098", f"not yet: 0.098 {UNKNOWN}"),
    ("one", "0.0000123456", f"not yet: 1.235e-05 {UNKNOWN}"), ("one", "123456789.5", f"not yet: 1.235e+08 {UNKNOWN}"),
    ("many", "0, 1, 2, 3", "not yet: the answer has more or fewer numbers than your 4. See the hints."),
    ("many", "0 1 3", f"not yet: number 3, 3, {UNKNOWN}"),
    ("mixed", "162227 | 3.258", f"not yet: parameters, 162227, {UNKNOWN}"),
    ("mixed", "162226 | 3.26", "right so far: four digits, please."),
    ("mixed", "162226 |  ", "the <loss> is still empty."),
    ("mixed", "many | 3", "parameters is no number: write 0.25, -8/3 or 1e-3."),
    ("mixed", "1/0 | 3", "parameters is no number: write 0.25, -8/3 or 1e-3."),
]  # fmt: skip
GIVE = """(given) => given.map(([name, texts]) => {
  const form = document.querySelector(`form[data-name="${name}"]`);
  form.querySelectorAll("input").forEach((field, k) => { field.value = texts[k]; });
  form.requestSubmit();
  return form.querySelector("output").textContent;
})"""


def page_of(*names: str) -> str:
    forms = (GUESS.form, *(answer_box(name, ASKED[name]).form for name in names))
    return HEAD + "".join(f'<div class="cell"><p class="cell_input">check</p>{form}</div>' for form in forms)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("boxes")
    files = {name: (STATIC / name).read_text(encoding="utf-8") for name in ("answers.js", "answers.css")}
    files |= {"all.html": page_of(*ASKED), "few.html": page_of("mixed", "many"), "other.html": HEAD}
    for name, text in files.items():
        (place / name).write_text(text, encoding="utf-8")
    return place


@pytest.fixture
def opened(window: Visit, folder: Path) -> Iterator[Any]:
    yield window.turn_to(folder.as_uri(), "/few.html", size=PHONE)
    window.nothing_wrong()


def given(name: str) -> Iterator[tuple[str, list[str], str]]:
    """Each right and wrong answer as typed, in all its digits and in few, and what the kernel says of it."""
    exercise = ASKED[name]
    right = numbers(exercise.answer())
    fixed = len(exercise.names(len(right))) == len(right)
    mistakes = [Mistake(partial(tuple, numbers(m.answer())), m.diagnosis) for m in exercise.mistakes]
    fast = replace(exercise, answer=lambda: right, mistakes=tuple(mistakes))  # the same, computed once
    known = [right, *(numbers(mistake.answer()) for mistake in mistakes), [v + 1 for v in right]]
    for values in known:
        if fixed and len(values) != len(right):
            continue  # there is no field for it
        for digits in (17, 4, 3, 2, 1):
            texts = [str(v) if digits == 17 else f"{v:.{digits}g}" for v in values]
            said = verdict(fast, tuple(int(t) if t.lstrip("-").isdecimal() else float(t) for t in texts))
            yield name, texts if fixed else [", ".join(texts)], f"{name}: {said}"


def test_the_page_says_of_every_known_answer_what_the_kernel_says(opened: Any) -> None:
    opened.goto(opened.url.replace("few", "all"))
    every = [case for name in ASKED for case in given(name)]
    assert opened.evaluate(GIVE, [case[:2] for case in every]) == [case[2] for case in every]
    assert sum("right so far: four digits, please." in said for *_, said in every) > len(ASKED) / 2


def test_numbers_are_read_as_people_write_them(opened: Any) -> None:
    opened.goto(opened.url.replace("few", "all"))
    for name, text, said in TYPED:
        texts = text.split(" | ")
        assert opened.evaluate(GIVE, [[name, texts]]) == [f"{name}: {said}"]
        if "still empty" in said or "no number" in said:
            wrong = opened.locator(f'[data-name="{name}"] [aria-invalid="true"]')
            assert wrong.evaluate("field => field === document.activeElement"), "what is named is focused"


def test_by_keyboard_and_after_coming_back(opened: Any) -> None:
    press, said = opened.keyboard.press, opened.locator("output")
    for key in ("Tab", "Tab", "Tab", "Tab", "Enter"):  # two links, the second option
        press(key)
    assert opened.locator("details").get_attribute("open") is not None
    assert said.nth(0).inner_text() == "Your guess: <b> & 0.1."
    assert opened.locator('[aria-pressed="true"]').inner_text() == "<b> & 0.1"
    assert opened.locator("details em, details code").all_inner_texts() == ["mean", "a*b*c"]
    assert opened.locator("details p").all_inner_texts()[::2] == ["<b> & 0.1", "Of <squares>."]
    for text in ("Tab", "Tab", "162226", "Tab", "3.258", "Enter"):  # past the summary
        press(text) if text.isalpha() else opened.keyboard.type(text)
    assert said.nth(1).inner_text() == "mixed: correct. Yes."
    assert opened.locator(".lesson-done").count() == 0, "one box is left"
    for text in ("Tab", "Tab", "0 1 2", "Enter"):  # past the button
        press(text) if text.isalpha() else opened.keyboard.type(text)
    assert opened.locator("nav a").all_inner_texts() == ["This (answered)", "Other"]
    opened.reload()
    assert said.all_inner_texts() == ["Your guess before: <b> & 0.1.", "Answered before.", "Answered before."]
    assert opened.locator("details").get_attribute("open") is None
    opened.goto(opened.url.replace("few", "other"))
    assert opened.locator("nav a").all_inner_texts() == ["This", "Other"]


def seen(page: Any) -> list[bool]:
    parts = (".cell_input", ".lesson-stub", "form", ".lesson-predict li", ".lesson-guess button", "summary")
    return [page.locator(part).first.is_visible() for part in parts]


def test_what_is_seen_on_the_screen_on_paper_and_without_script(opened: Any, browser: Any) -> None:
    assert seen(opened) == [False, False, True, False, True, True]
    assert (
        min(opened.locator("main :is(input, button)").evaluate_all("all => all.map((e) => e.offsetHeight)"))
        >= 44
    )
    assert opened.evaluate("document.documentElement.scrollWidth") <= 390
    opened.emulate_media(media="print")
    assert seen(opened) == [True, True, False, True, False, True]
    plain = Visit(browser, java_script_enabled=False)
    plain.turn_to(opened.url, "")
    assert seen(plain.page) == [True, True, False, True, False, True]
    plain.context.close()
