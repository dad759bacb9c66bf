"""The ledger: what the articles say, what is so, and where a run shows it. Reader and tables."""

import csv
import re
from pathlib import Path
from typing import Any, NamedTuple

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from relative_links import page_link

PATH = Path(__file__).resolve().parents[1] / "ledger.csv"
ARTICLES = ("000", "001", "002", "003", "004")
VERDICTS = ("holds", "holds with a caveat", "needs a repair", "outdated", "not so", "advice", "empty")


class Row(NamedTuple):
    """One statement: our gloss, our verdict, what is so, and where a run shows it."""

    id: str
    statement: str
    verdict: str
    target: str  # "open", or page#section
    lesson: str  # settles it: 5.1; EV, the evidence notebook; -, nothing to settle
    truth: str
    evidence: str  # the cell that settles it
    was: str  # id and verdict in the first list; and why they were changed:
    changed: str

    @property
    def settled(self) -> bool:
        """Whether the book settles it today."""
        return self.target != "open" or self.verdict == "empty"


def read_ledger(path: Path = PATH) -> list[Row]:
    """Read all rows. Raises ValueError that names the row for a wrong column, verdict or target."""
    head, *lines = csv.reader(path.read_text(encoding="utf-8").splitlines(), strict=True)
    if head != list(Row._fields):
        raise ValueError(f"{path.name}: the columns must be {', '.join(Row._fields)}")
    for row in (rows := [Row(*line) for line in lines]):
        if row.verdict not in VERDICTS or row.target.count("#") != (row.target != "open"):
            raise ValueError(f"{path.name}: {row.id}: no verdict, or no target: {row.verdict}, {row.target}")
    return rows


def paragraph(text: str, *children: nodes.Node, classes: str = "") -> nodes.paragraph:
    """Make a paragraph of words with `code` and *emphasis*, and what follows them."""
    kinds = {"`": nodes.literal, "*": nodes.emphasis}
    parts = re.findall(r"([`*])(\S(?:[^`*]*\S)?)\1|([^`*]+|[`*])", text)
    words = [kinds[mark]("", inner) if mark else nodes.Text(plain) for mark, inner, plain in parts]
    return nodes.paragraph("", "", *words, *children, classes=classes.split())


def table(head: list[str], rows: list[list[nodes.paragraph]], name: str = "") -> nodes.table:
    """Make a table; one with a name has it as its class, and rows with addresses, after their first cells."""
    parts: list[nodes.Element] = [nodes.colspec(colwidth=1) for _ in head]
    top = nodes.row("", *(nodes.entry("", paragraph(word)) for word in head))
    parts += [nodes.thead("", top), nodes.tbody()]
    for cells in rows:
        ids = [cells[0].astext().lower().replace(".", "-")] if name else []
        parts[-1] += nodes.row("", *(nodes.entry("", cell) for cell in cells), ids=ids)
    return nodes.table("", nodes.tgroup("", *parts, cols=len(head)), classes=name.split())


class LedgerTable(SphinxDirective):
    """``{ledger-table} 000``: the statements of one article."""

    required_arguments = 1

    def settled_by(self, row: Row) -> nodes.paragraph:
        """Say what is so, with a link to where that runs."""
        if row.target == "open":
            lesson = "the evidence notebook" if row.lesson == "EV" else f"lesson {row.lesson}"
            return paragraph(row.truth if row.settled else f"not settled yet: {lesson}", classes="open")
        page, section = row.target.split("#")
        numbers = re.findall(r"(?:^|/)0*(\d+)-", page)  # 1 and 2 of 01-mse-regression/2-two-speeds
        name = " ".join((("Evidence", "Chapter", "Lesson")[len(numbers)], ".".join(numbers))).strip()
        return paragraph(f"{row.truth} ", page_link(self.env, name, page, section))

    def run(self) -> list[nodes.Node]:
        """Build the table from ``ledger.csv``."""
        self.env.note_dependency(str(PATH))
        rows = []
        for row in (row for row in read_ledger() if row.id.startswith(self.arguments[0])):
            verdict = paragraph(row.verdict, classes=f"verdict {row.verdict.replace(' ', '-')}")
            rows.append([paragraph(row.id), paragraph(row.statement), verdict, self.settled_by(row)])
        return [table(["Id", "The article says", "Verdict", "What runs"], rows, "ledger")]


class LedgerCounts(SphinxDirective):
    """``{ledger-counts}``: how many statements of each article have which verdict; how many are settled."""

    def run(self) -> list[nodes.Node]:
        """Count the rows of ``ledger.csv``."""
        rows, ledger = [], read_ledger()
        for name in (*VERDICTS, "all", "settled so far"):
            found = [row for row in ledger if name in (row.verdict, "all", row.settled and "settled so far")]
            counts = [sum(row.id.startswith(article) for row in found) for article in ARTICLES]
            rows.append([paragraph(str(cell)) for cell in (name, *counts, len(found))])
        return [table(["Verdict", *ARTICLES, "all"], rows)]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.add_directive("ledger-table", LedgerTable)
    app.add_directive("ledger-counts", LedgerCounts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
