"""Numbers of a chapter's text: each must be one that the chapter's code or outputs show, near by."""

import re
from collections import Counter
from typing import Any

NUMBER = re.compile(r"(?<![\w.])\d+\.\d+(?![\w.]*\w)|(?<![\w.])\d{3,}(?![\w.]*\w)")
TOKEN = re.compile(r"\d+(?:\.\d+)?")
NO_FACTS = (
    r"(?<=\])\([^)]*\)",  # addresses
    r"(?m)^#+ .*$",  # headings
    r"\((?:\w[^()]*, )?\d{4}\)|, \d{4}\]",  # years of papers
    r"[Ee]xercise \d+\.\d",
)
WHOLE = ("", "In one minute")  # sections that speak of the whole chapter; the first has no heading


def words(output: dict[str, Any]) -> str:
    """Everything a reader sees of one output, drawings' markup left out."""
    parts = [output.get("text", ""), output.get("evalue", ""), *output.get("traceback", [])]
    parts += [text for kind, text in output.get("data", {}).items()]
    return re.sub(r"<[^<>]+>", " ", "\n".join("".join(part) for part in parts))


def shown(cell: dict[str, Any]) -> set[str]:
    """Return the numbers in a cell's code and outputs."""
    parts = [*cell["source"], "\n", *map(words, cell["outputs"])] if cell["cell_type"] == "code" else []
    return set(TOKEN.findall("".join(parts)))


def facts(cell: dict[str, Any]) -> list[str]:
    """Return the numbers that a cell of text states."""
    text = "".join(cell["source"]) if cell["cell_type"] == "markdown" else ""
    for pattern in NO_FACTS:
        text = re.sub(pattern, "", text)
    return NUMBER.findall(text)


def sections(notebook: dict[str, Any]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Divide a notebook at its headings of the second level."""
    found: list[tuple[str, list[dict[str, Any]]]] = [("", [])]
    for cell in notebook["cells"]:
        heading = re.search(r"(?m)^## (.*)$", "".join(cell["source"]))
        if cell["cell_type"] == "markdown" and heading:
            found.append((heading[1].split(":")[0], []))
        found[-1][1].append(cell)
    return found


def typed_by_hand(notebook: dict[str, Any]) -> list[tuple[str, str]]:
    """Name what is shown nowhere; or in another section only, though the text says it but once.

    Each as (section, number). The chapter as a whole shows so many numbers that a slip of the pen often makes
    another one of them; its section shows fewer, and what is said twice must be wrong twice. A prediction's
    choices are guesses: they may be any number of the chapter.
    """
    everywhere = set().union(*map(shown, notebook["cells"]))
    said = Counter(number for cell in notebook["cells"] for number in facts(cell))
    found = []
    for title, cells in sections(notebook):
        here = set().union(*map(shown, cells))
        for cell in cells:
            free = title in WHOLE or "**Predict.**" in "".join(cell["source"])
            known = here | {number for number in everywhere if free or said[number] > 1}
            found += [(title, number) for number in facts(cell) if number not in known]
    return found
