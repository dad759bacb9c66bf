"""The ledger: every statement once, every settled one shown by an executed cell of its section."""

import re
from collections import Counter
from typing import Any

import pytest
from result_tables import ARTICLES, VERDICTS, Row, read_ledger

from tests.helpers.project import ROOT, load, source
from tools.hardcoded_numbers import is_shown, shown

LEDGER = read_ledger()
SETTLED = [row for row in LEDGER if row.target != "open"]
NEEDS_NO_CELL = {
    "003-S3.2b"
}  # advice on a model that the course does not train; nor do "empty" rows need one


def slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def section(target: str) -> list[dict[str, Any]] | None:
    """The executed cells of a section and its parts; None where there is no such section."""
    page, name = target.split("#")
    cells: list[dict[str, Any]] | None = None
    depth = 7
    for cell in load(ROOT / "book" / f"{page}.ipynb")["cells"]:
        if cell["cell_type"] == "markdown":
            for marks, title in re.findall(r"(?m)^(#+) (.+)$", source(cell)):
                if cells is not None and len(marks) <= depth:
                    return cells
                if cells is None and slug(title) == name:
                    cells, depth = [], len(marks)
        elif cells is not None and cell["execution_count"] is not None:
            cells.append(cell)
    return cells


def test_every_statement_stands_there_once() -> None:
    anchors = {row.id.lower().replace(".", "-") for row in LEDGER}
    assert len(anchors) == len(LEDGER)
    for row in LEDGER:
        assert re.fullmatch(rf"(?:{'|'.join(ARTICLES)})-S\d\.?\d*[a-z]?", row.id), row.id
        assert row.statement.strip(), row.id
        assert row.truth.strip(), row.id
        assert (row.lesson == "-") == (row.verdict == "empty"), row.id
        assert re.fullmatch(r"-|EV|\d{1,2}\.\d", row.lesson), row.id


def test_verdicts_are_counted() -> None:
    """A verdict that changes is meant: change its count here, and say why in the column ``changed``."""
    counts = dict(zip(VERDICTS, (139, 59, 16, 7, 9, 36, 8), strict=True))
    assert Counter(row.verdict for row in LEDGER) == counts
    assert sum(counts.values()) == 274


@pytest.mark.parametrize("row", SETTLED, ids=lambda row: str(row.id))
def test_a_settled_row_points_at_cells_that_print_its_numbers(row: Row) -> None:
    cells = section(row.target)
    assert cells is not None, f"no such section: {row.target}"
    if row.verdict == "empty" or row.id in NEEDS_NO_CELL:
        return
    assert cells, f"{row.target} holds no executed cell"
    numbers = re.findall(r"(?<![\w.-])(?:\d+\.\d+|\d{3,})", row.truth)
    missing = [number for number in numbers if not is_shown(number, shown(*cells))]
    assert not missing, f"{row.target} does not print {missing}"


def test_page_explains_every_verdict() -> None:
    page = (ROOT / "book" / "ledger.md").read_text(encoding="utf-8")
    for verdict in VERDICTS:
        assert f"| {verdict} |" in page
    for article in ARTICLES:
        assert f"```{{ledger-table}} {article}\n" in page
