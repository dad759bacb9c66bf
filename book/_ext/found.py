"""Search: put the chapter that says most about a symbol first, and the others in the order of the course."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from openings import BOOK, cells

_NAME = re.compile(r"[A-Za-z_]\w{2,}")
_API = re.compile(r"\b(?:nn|F|optim|torch)\.([A-Za-z_]\w*)")
_IN_TEXT = 3  # a name in a sentence says more about what a chapter teaches than one in a line of code
# Sphinx calls Scorer.score for every hit: [page, title, anchor, words, score, file].
SCORER = """
Scorer.score = ([page, , , , score]) => {
  const TAUGHT = %s;
  const asked = new URLSearchParams(location.search).get("q").toLowerCase().split(/\\W+/);
  const chapter = Number(page.match(/\\/(\\d\\d)-/)?.[1] ?? 99);
  return score + (asked.some((name) => TAUGHT[name] === chapter) ? 20 : 0) - chapter / 100;
};
"""


def counted(path: Path) -> tuple[Counter[str], ...]:
    """Count a notebook's names: in cells of code, as code in its text, and of PyTorch's in its cells."""
    code = "\n".join("".join(cell["source"]) for cell in cells(path, "code"))
    text = "\n".join("".join(cell["source"]) for cell in cells(path, "markdown"))
    spans = "\n".join(re.findall(r"`([^`\n]+)`", text))
    names = (Counter(_NAME.findall(part.lower())) for part in (code, spans, " ".join(_API.findall(code))))
    return tuple(names)


def taught(book: Path = BOOK) -> dict[str, int]:
    """Say of PyTorch's names, and of all in the chapters' text, which chapter has each most: its number."""
    counts = {int(path.name[:2]): counted(path) for path in sorted(book.glob("[0-9][0-9]-*.ipynb"))}
    names = sorted({name for _, *kinds in counts.values() for kind in kinds for name in kind})

    def share(name: str, chapter: int) -> int:
        in_code, in_text, _ = counts[chapter]
        return in_code[name] + _IN_TEXT * in_text[name]

    return {name: max(counts, key=lambda chapter: share(name, chapter)) for name in names}


def rank(app: Sphinx, error: Exception | None) -> None:
    """Tell the script of the search page."""
    script = Path(app.outdir) / "_static" / "searchtools.js"
    if error is None and script.exists():
        with script.open("a", encoding="utf-8") as file:
            file.write(SCORER % json.dumps(taught(), separators=(",", ":")))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("build-finished", rank)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
