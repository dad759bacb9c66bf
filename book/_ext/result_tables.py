"""Tables that are read, not typed: the ledger of the articles' statements, and what was measured."""

import csv
import json
import re
from pathlib import Path
from typing import Any, NamedTuple

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from relative_links import page_link

RESULTS = Path(__file__).resolve().parents[2] / "benchmarks" / "results"
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


def read_ledger() -> list[Row]:
    """Read all rows. Raises ValueError that names the row with another number of columns."""
    rows = list(csv.DictReader(PATH.read_text(encoding="utf-8").splitlines(), strict=True))
    for row in rows:
        if None in row or None in row.values():
            raise ValueError(f"ledger.csv: {row['id']} has not {len(Row._fields)} fields; quote its commas")
    return [Row(**row) for row in rows]


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


def markdown_table(head: list[str], rows: list[list[Any]]) -> str:
    """Write a table: floats with two digits, all else as it is."""
    cells = [head, ["---"] * len(head), *rows]
    lines = [[f"{cell:.2g}" if isinstance(cell, float) else str(cell) for cell in row] for row in cells]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


class Measured(SphinxDirective):
    """``{measured} parity losses``: one table of ``parity.json``, and where it comes from.

    The directive's content stands in its place as long as nothing has been measured.
    """

    required_arguments = 2
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Read the table as it was stored."""
        path = RESULTS / f"{self.arguments[0]}.json"
        self.env.note_dependency(str(path))
        result = {} if self.content and not path.exists() else json.loads(path.read_text(encoding="utf-8"))
        table = result["tables"][self.arguments[1]] if result else {"rows": []}
        if self.content and not table["rows"]:
            return self.parse_content_to_nodes()
        text = markdown_table(**table)
        if "on" not in table["head"]:  # else each row says it for itself
            text += "\n\nMeasured " + ", ".join(f"{k} {v}" for k, v in result["provenance"].items()) + "."
        return self.parse_text_to_nodes(text)


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.add_directive("ledger-table", LedgerTable)
    app.add_directive("ledger-counts", LedgerCounts)
    app.add_directive("measured", Measured)
