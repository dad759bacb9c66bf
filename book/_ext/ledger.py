"""Read ``ledger.csv``: what the articles say, what runs, and where that is settled."""

import csv
from pathlib import Path
from typing import NamedTuple

PATH = Path(__file__).resolve().parents[1] / "ledger.csv"
ARTICLES = {
    "000": 22,
    "001": 32,
    "002": 42,
    "003": 83,
    "004": 30,
}  # number of statements in each
VERDICTS = (
    "reproduces", "reproduces with changed repr", "misleading", "wrong", "fails", "outdated", "missing",
    "untestable",
)  # fmt: skip


class Row(NamedTuple):
    """One statement of an article."""

    id: str
    statement: str
    verdict: str
    target: str
    truth: str

    @property
    def anchor(self) -> str:
        """The row's id on the page."""
        return self.id.lower().replace(".", "-")


def read_ledger(path: Path = PATH) -> list[Row]:
    """Read all rows. Raises ValueError that names the row for a wrong column, verdict or id."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file, strict=True)
        if next(reader) != list(Row._fields):
            raise ValueError(f"{path.name}: the columns must be {', '.join(Row._fields)}")
        rows = [Row(*fields) for fields in reader]
    for row in rows:
        if row.verdict not in VERDICTS:
            raise ValueError(
                f"{path.name}: {row.id}: verdict {row.verdict!r} is not one of {', '.join(VERDICTS)}"
            )
        if not row.truth:
            raise ValueError(f"{path.name}: {row.id}: what is so instead, or what shows it, is missing")
        if row.target.count("#") != 1:
            raise ValueError(f"{path.name}: {row.id}: target must be chapter#section, got {row.target!r}")
    return rows
