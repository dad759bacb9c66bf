"""Read from the pages themselves: the question or sentence that opens one, and a chapter's stored slider."""

import json
import re
from html import escape
from pathlib import Path
from typing import Any

BOOK = Path(__file__).resolve().parents[1]
CHAPTER = re.compile(r"\d\d-[\w-]+")


def cells(path: Path, kind: str) -> list[dict[str, Any]]:
    """Return the cells of one kind: code or markdown."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    return [cell for cell in notebook["cells"] if cell["cell_type"] == kind]


def _words(markdown: str) -> str:
    """Turn a sentence into HTML that may stand inside a link: code stays code, links become their words."""
    text = re.sub(r"\[([^]]+)\]\([^)]+\)", r"\1", escape(" ".join(markdown.split()), quote=False))
    parts = re.split(r"`([^`]+)`", text)  # code is every second part: a star in it is a product
    return "".join(f"<code>{part}</code>" if k % 2 else part.replace("*", "") for k, part in enumerate(parts))


def opening(path: Path) -> str:
    """Return what a page says below its title: a chapter its question, another page its first sentence."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        text = "".join(cells(path, "markdown")[0]["source"])
    match = re.search(r"(?m)^# .+\n\n(.+)$", text)
    if match is None:
        raise ValueError(f"{path.name}: the page needs a line of text below its title")
    line = match[1] if CHAPTER.fullmatch(path.stem) else re.split(r"(?<=[.?!]) ", match[1])[0]
    return _words(line)


def slider(path: Path) -> str:
    """Return the HTML of a notebook's slider as it is stored, and so as the gate has confirmed it."""
    outputs = [output for cell in cells(path, "code") for output in cell["outputs"]]
    pages = ["".join(output.get("data", {}).get("text/html", "")) for output in outputs]
    (found,) = [page for page in pages if page.startswith('<figure class="lesson-slider"')]
    return found
