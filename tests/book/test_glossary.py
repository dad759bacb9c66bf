"""The glossary: every term is linked where the course first uses it."""

import functools
import re
from pathlib import Path

import pytest

from tests.helpers.project import LESSONS, ROOT, load, name_of, source


def entries(page: Path) -> list[list[str]]:
    text = page.read_text(encoding="utf-8")
    listed = re.split(r"\n\n(?=\S)", text.split("```{glossary}\n")[1].split("\n```")[0].strip())
    return [entry.splitlines() for entry in listed]


ENTRIES = entries(ROOT / "book" / "glossary.md")
TERMS = [entry[0] for entry in ENTRIES]
ENDINGS = {"y": "(?:y|ies)", "s": "s(?:es)?"}  # plurals


@functools.cache
def prose(chapter: Path) -> str:
    """What a chapter says in running text: no headings, code, formulas or tables of facts."""
    cells = [source(cell) for cell in load(chapter)["cells"] if cell["cell_type"] == "markdown"]
    text = "\n\n".join(cells)
    for pattern in (r"(?s)```.*?```", r"(?s)\$\$.*?\$\$", r"(?m)^#.*$", r"`[^`\n]*`", r"\$[^$\n]*\$"):
        text = re.sub(pattern, " ", text)
    return text


def address(term: str) -> str:
    return f"glossary.md#term-{term.replace(' ', '-')}"


@functools.cache
def words_of(text: str) -> str:
    """The text without addresses, and without links to something other than terms."""
    return re.sub(r"\]\([^)]*\)", "]", re.sub(r"\[[^\]]*\]\((?!\S*#term-)[^)]*\)", " ", text))


def mentions(term: str, text: str) -> bool:
    """Whether a text uses the term, one or several, outside links to something else."""
    words = re.escape(term[:-1]) + ENDINGS.get(term[-1], re.escape(term[-1]) + "(?:s|es)?")
    pattern = rf"(?<![\w-]){words.replace(' ', chr(92) + 's+')}(?![\w-])"
    return bool(re.search(pattern, words_of(text), re.IGNORECASE))


def test_terms_stand_in_order_and_once() -> None:
    assert len(TERMS) > 60
    assert sorted(TERMS, key=str.lower) == TERMS
    assert len(set(TERMS)) == len(TERMS)


def test_every_term_has_one_chinese_name_and_a_definition() -> None:
    chinese = [entry[1] for entry in ENTRIES]
    assert [
        name
        for name in chinese
        if not re.fullmatch(r"(?:[\w-]+ )?[\u4e00-\u9fff]+(?: [\u4e00-\u9fff]+)?", name)
    ] == []
    assert len(set(chinese)) == len(chinese)
    assert [
        entry[0] for entry in ENTRIES if not all(line.startswith("  ") for line in entry[2:] or [""])
    ] == []


@pytest.mark.parametrize("term", TERMS)
def test_a_term_is_linked_by_the_chapter_that_first_uses_it(term: str) -> None:
    texts = {name_of(page): prose(page) for page in sorted(LESSONS)}
    linking = [name for name, text in texts.items() if f"{address(term)})" in text]
    used = next((name for name, text in texts.items() if mentions(term, text)), None)
    assert linking, f"no chapter links to this term; it is first used in {used}"
    assert used is None or linking[0] <= used, f"first used in {used}, first linked in {linking[0]}"
