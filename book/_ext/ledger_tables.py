"""The ledger's tables: what the articles say, what runs, and how often which."""

import re
from collections.abc import Sequence
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from ledger import ARTICLES, PATH, VERDICTS, read_ledger
from relative_links import page_link


def _paragraph(*children: nodes.Node) -> nodes.paragraph:
    return nodes.paragraph("", "", *children)


def _marked(text: str) -> nodes.paragraph:
    """Make a paragraph of words with `code` and *emphasis*."""
    kinds = {"`": nodes.literal, "*": nodes.emphasis}
    parts = re.findall(r"([`*])(\S(?:[^`*]*\S)?)\1|([^`*]+|[`*])", text)
    return _paragraph(
        *(kinds[mark]("", inner) if mark else nodes.Text(plain) for mark, inner, plain in parts)
    )


def _table(head: list[str], rows: Sequence[Sequence[nodes.Node]], ids: list[str]) -> nodes.table:
    group = nodes.tgroup(cols=len(head))
    group.extend(nodes.colspec(colwidth=1) for _ in head)
    header, body = nodes.thead(), nodes.tbody()
    header += nodes.row("", *(nodes.entry("", _paragraph(nodes.Text(word))) for word in head))
    for cells, row_id in zip(rows, ids, strict=True):
        row = nodes.row("", *(nodes.entry("", cell) for cell in cells))
        if row_id:
            row["ids"].append(row_id)
        body += row
    group += [header, body]
    return nodes.table("", group)


class LedgerTable(SphinxDirective):
    """``{ledger-table} 000``: the statements of one article."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Build the table from ``ledger.csv``."""
        self.env.note_dependency(str(PATH))
        rows, ids = [], []
        for row in read_ledger():
            if not row.id.startswith(self.arguments[0]):
                continue
            verdict = nodes.inline(
                row.verdict,
                row.verdict,
                classes=["verdict", row.verdict.split()[0]],
            )
            chapter, section = row.target.split("#")
            link = page_link(self.env, f"Chapter {int(chapter[:2])}", chapter, section)
            settled = _marked(f"{row.truth} ")
            settled += link
            rows.append(
                [_paragraph(nodes.Text(row.id)), _marked(row.statement), _paragraph(verdict), settled]
            )
            ids.append(row.anchor)
        table = _table(["Id", "The article says", "Verdict", "What runs"], rows, ids)
        table["classes"].append("ledger")
        return [table]


class LedgerCounts(SphinxDirective):
    """``{ledger-counts}``: how many statements of each article have which verdict."""

    def run(self) -> list[nodes.Node]:
        """Count the rows of ``ledger.csv``."""
        self.env.note_dependency(str(PATH))
        ledger = read_ledger()
        present = [verdict for verdict in VERDICTS if any(row.verdict == verdict for row in ledger)]
        rows: list[list[nodes.paragraph]] = []
        for verdict in [*present, "all"]:
            mine = [row.id[:3] for row in ledger if verdict in ("all", row.verdict)]
            counts = [mine.count(article) for article in ARTICLES]
            rows.append([_paragraph(nodes.Text(str(cell))) for cell in (verdict, *counts, len(mine))])
        return [_table(["Verdict", *ARTICLES, "all"], rows, [""] * len(rows))]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.add_directive("ledger-table", LedgerTable)
    app.add_directive("ledger-counts", LedgerCounts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
