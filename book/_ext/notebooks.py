"""Read from the notebooks themselves: a chapter's question, where it sends you and why, its stored slider."""

import json
import re
from html import escape
from pathlib import Path
from typing import Any

BOOK = Path(__file__).resolve().parents[1]
CHAPTER = re.compile(r"\d\d-[\w-]+")
_NEXT_PAGE = re.compile(r"\b(?:Chapter \d+|Part [IVX]+|[Tt]he next chapter|the reference pages)\b")


def cells(path: Path, kind: str) -> list[dict[str, Any]]:
    """Return the cells of one kind: code or markdown."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    return [cell for cell in notebook["cells"] if cell["cell_type"] == kind]


def _words(markdown: str) -> str:
    """Turn a sentence into HTML that may stand inside a link: code stays code, links become their words."""
    text = re.sub(r"\[([^]]+)\]\([^)]+\)", r"\1", escape(" ".join(markdown.split()), quote=False))
    parts = re.split(r"`([^`]+)`", text)  # code is every second part: a star in it is a product
    return "".join(f"<code>{part}</code>" if k % 2 else part.replace("*", "") for k, part in enumerate(parts))


def question(path: Path) -> str:
    """Return the question that a chapter answers: the bold line below its title."""
    match = re.search(r"(?m)^\*\*(.+)\*\*$", "".join(cells(path, "markdown")[0]["source"]))
    if match is None:
        raise ValueError(f"{path.name}: the first cell needs the chapter's question, in bold, on a line")
    return _words(match[1])


def way_on(path: Path) -> str:
    """Return the sentence of a chapter's paragraph ``**Next.**`` that says where to go next, and why."""
    text = "\n\n".join("".join(cell["source"]) for cell in cells(path, "markdown"))
    paragraph = text.partition("**Next.** ")[2].partition("\n\n")[0]
    for sentence in re.split(r"(?<=[.?!])\s+(?=[A-Z])", paragraph):
        if _NEXT_PAGE.search(sentence):
            return _words(sentence)
    raise ValueError(f"{path.name}: a paragraph '**Next.** …' must say what the next chapter is good for")


def slider(path: Path) -> str:
    """Return the HTML of a notebook's slider as it is stored, and so as the gate has confirmed it."""
    outputs = [output for cell in cells(path, "code") for output in cell["outputs"]]
    pages = ["".join(output.get("data", {}).get("text/html", "")) for output in outputs]
    (found,) = [page for page in pages if page.startswith('<figure class="lesson-slider"')]
    return found
