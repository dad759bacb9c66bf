"""Attacks on the ledger."""

import csv
import re
from collections.abc import Callable
from pathlib import Path
from random import Random

from tools.attack.change import Attack, Change
from tools.spoiling import other

Rows = list[list[str]]
Spoil = Callable[[Rows, int, Random], str]  # changes the row of this number, says how
STATEMENT, VERDICT, TARGET, TRUTH = 1, 2, 3, 4


def in_ledger(spoil: Spoil) -> Attack:
    """Make an attack on one row; the message is to name the chapter that settles it."""

    def change(root: Path, generator: Random) -> Change:
        path = root / "book" / "ledger.csv"
        with path.open(encoding="utf-8", newline="") as file:
            head, *rows = csv.reader(file)
        number = generator.randrange(len(rows))
        name, chapter = rows[number][0], rows[number][TARGET][:2]
        said = spoil(rows, number, generator)
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([head, *rows])
        return Change(f"{name}: {said}", f"[{chapter}]")

    return Attack(change, "unit", ("tests/test_ledger.py::test_rows_do_not_change_unnoticed",))


def word(column: int) -> Spoil:
    """Change one word or digit of a field."""

    def spoil(rows: Rows, number: int, generator: Random) -> str:
        text = rows[number][column]
        match = generator.choice(list(re.finditer(r"[A-Za-z]{2,}|\d", text)))
        wrong = other(match[0], generator)
        rows[number][column] = text[: match.start()] + wrong + text[match.end() :]
        return f"{match[0]!r} became {wrong!r}"

    return spoil


def value(column: int) -> Spoil:
    """Give a field the value that it has in another row of the same chapter."""

    def spoil(rows: Rows, number: int, generator: Random) -> str:
        mine = rows[number]
        others = {row[column] for row in rows if row[TARGET][:2] == mine[TARGET][:2]} - {mine[column]}
        before, mine[column] = mine[column], generator.choice(sorted(others))
        return f"{before!r} became {mine[column]!r}"

    return spoil


def missing(rows: Rows, number: int, _: Random) -> str:
    """Delete a row."""
    rows.pop(number)
    return "deleted"


def doubled(rows: Rows, number: int, _: Random) -> str:
    """Write a row twice."""
    rows.insert(number, list(rows[number]))
    return "written twice"


ATTACKS = {
    "ledger: verdict": in_ledger(value(VERDICT)),
    "ledger: target": in_ledger(value(TARGET)),
    "ledger: truth": in_ledger(word(TRUTH)),
    "ledger: statement": in_ledger(word(STATEMENT)),
    "ledger: missing row": in_ledger(missing),
    "ledger: doubled row": in_ledger(doubled),
}
