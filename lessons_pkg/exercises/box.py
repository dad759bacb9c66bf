"""What a stub and a prediction show on the page: text, and a form that the page's script unhides."""

import html
import json
import re
from collections.abc import Sequence

from lessons_pkg.exercises.exercise import BLANK, Exercise, Numbers, numbers, undisturbed

FIELD = '<input inputmode="text" autocomplete="off" autocapitalize="off" spellcheck="false">'


class Box:
    """Words for a terminal, and a form for the page."""

    def __init__(self, words: str, form: str) -> None:
        self.words, self.form = words, form

    def __repr__(self) -> str:
        return self.words

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/plain": self.words, "text/html": self.form}


def show(box: Box) -> None:
    """Display in a notebook; elsewhere, print the words."""
    from IPython.display import display

    display(box)


def _stored(values: Numbers) -> list[int | str]:
    """Whole numbers as they are; others in nine digits, the same on every machine, as strings."""
    return [value if isinstance(value, int) else f"{value:.9g}" for value in values]


def answer_box(name: str, exercise: Exercise) -> Box:
    """Return the stub of an exercise that asks for numbers: its text, and a form that knows the answers."""
    with undisturbed():
        right = numbers(exercise.answer())
        mistakes = [(numbers(mistake.answer()), mistake.diagnosis) for mistake in exercise.mistakes]
    labels = exercise.names(len(right))
    fixed = len(labels) == len(right)  # then no field takes more numbers than one
    known = {
        "right": _stored(right),
        "rtol": exercise.rtol,
        "digits": exercise.digits,
        "praise": exercise.praise,
        "soFar": exercise.so_far,
        "mistakes": [[_stored(m), said] for m, said in mistakes if len(m) == len(right) or not fixed],
    }
    words, title = f"{name}: {BLANK}", html.escape(name)
    data = html.escape(json.dumps(known, ensure_ascii=False))
    fields = "".join(f"<label>{html.escape(label)} {FIELD}</label>" for label in labels)
    return Box(
        words,
        f'<p class="lesson-stub">{html.escape(words)}</p>\n'
        f'<form class="lesson-answer" hidden data-name="{title}" data-answer="{data}"><fieldset>'
        f"<legend>Your answer to {title}{'' if fixed else ', with a space between numbers'}</legend>"
        f"{fields}<button>Check</button><output></output></fieldset></form>",
    )


def _paragraphs(text: str) -> str:
    """Escape, then read `code`, *emphasis* and blank lines as Markdown does."""
    marked = re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text.strip(), quote=False))
    marked = re.sub(r"\*([^*\s](?:[^*]*[^*\s])?)\*(?![^<]*</code>)", r"<em>\1</em>", marked)
    return "".join(f"<p>{part}</p>" for part in re.split(r"\n\s*\n", marked))


def prediction(name: str, options: Sequence[str], right: int, answer: str) -> Box:
    """Return the options of a prediction, as a list and as buttons, with the answer folded."""
    shown = [html.escape(option, quote=False) for option in options]
    items = "".join(f"<li>{option}</li>" for option in shown)
    buttons = "".join(f'<button type="button">{option}</button>' for option in shown)
    return Box(
        "\n".join([f"{name}:", *(f"- {option}" for option in options)]),
        f'<div class="lesson-predict" data-name="{html.escape(name)}"><ul>{items}</ul>\n'
        f'<div class="lesson-guess" role="group" aria-label="Your guess" hidden>{buttons}</div>'
        f"<output></output>\n<details><summary>Answer</summary><p><strong>{shown[right]}</strong></p>{_paragraphs(answer)}"
        f"</details></div>",
    )
