"""The ledger: every statement once, every settled one shown by an executed cell."""

import hashlib
import re
from pathlib import Path

import pytest
from ledger import ARTICLES, PATH, VERDICTS, Row, read_ledger

from tests.helpers.project import CHAPTERS, ROOT, code_cells, load, source
from tools.typed import words

LEDGER = read_ledger()


def slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def sections(chapter: str) -> dict[str, bool]:
    """Each section of a chapter, and whether it (or a part of it) holds an executed cell."""
    found: dict[str, bool] = {}
    open_sections: list[tuple[int, str]] = []
    for cell in load(ROOT / "book" / f"{chapter}.ipynb")["cells"]:
        if cell["cell_type"] == "markdown":
            for marks, title in re.findall(r"(?m)^(#+) (.+)$", source(cell)):
                open_sections = [(depth, name) for depth, name in open_sections if depth < len(marks)]
                open_sections.append((len(marks), slug(title)))
                found.setdefault(slug(title), False)
        elif cell["execution_count"] is not None:
            found |= {name: True for _, name in open_sections}
    return found


def test_every_statement_stands_there_once() -> None:
    ids = [row.id for row in LEDGER]
    assert len(ids) == len(set(ids)) == 209
    assert {article: sum(i.startswith(article) for i in ids) for article in ARTICLES} == ARTICLES
    digest = hashlib.sha256("\n".join(sorted(ids)).encode()).hexdigest()
    assert digest[:16] == "5ff4f48f3100798c", "the ids are the articles', and do not change"
    assert all(row.statement.strip() for row in LEDGER)


def test_anchors_are_unique() -> None:
    anchors = [row.anchor for row in LEDGER]
    assert len(anchors) == len(set(anchors))
    assert all(re.fullmatch(r"[a-z0-9-]+", anchor) for anchor in anchors)


@pytest.mark.parametrize("row", LEDGER, ids=lambda row: str(row.id))
def test_settled_rows_point_at_an_executed_cell(row: Row) -> None:
    chapter, section = row.target.split("#")
    executed = sections(chapter)
    assert section in executed, f"no such section in {chapter}; there are {sorted(executed)}"
    assert executed[section], f"{row.target} holds no executed cell"


@pytest.mark.parametrize("row", LEDGER, ids=lambda row: str(row.id))
def test_numbers_in_a_settled_row_are_printed_by_its_chapter(row: Row) -> None:
    cells = code_cells(load(ROOT / "book" / f"{row.target.split('#')[0]}.ipynb"))
    shown = [words(output) for cell in cells for output in cell["outputs"]] + [source(cell) for cell in cells]
    known = {token for part in shown for token in re.findall(r"\d+(?:\.\d+)?", part)}
    assert set(re.findall(r"\d+\.\d+|\d{3,}", row.truth)) <= known


def digest(chapter: str) -> str:
    """One number for all that the rows of a chapter say, in their order."""
    rows = ["\t".join(row) for row in LEDGER if row.target.startswith(f"{chapter}-")]
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()[:16]


DIGESTS = {
    "01": "f66423cc7189c408", "02": "43b673679616d655", "03": "c08261d1c466f10e", "04": "8002065a47f536a0",
    "05": "e424f06f4c84db74", "06": "ee96177a3d6fc3ed", "07": "451349018824e639", "08": "15b483e4a0810431",
    "09": "151ceead2a56a764", "10": "7df890c2f3907501", "11": "272e98fa01722a5d", "12": "0056db06e3a3c35c",
    "13": "92d892109bb0509d",
}  # fmt: skip


@pytest.mark.parametrize("chapter", [path.stem[:2] for path in CHAPTERS])
def test_rows_do_not_change_unnoticed(chapter: str) -> None:
    """Words, verdict and section of a row: no cell prints them, so a slip of the pen would stay."""
    now = digest(chapter)
    assert now == DIGESTS.get(chapter, hashlib.sha256(b"").hexdigest()[:16]), (
        f"see `git diff book/ledger.csv`; if it is meant: say so in CHANGELOG, then DIGESTS has {chapter}: {now}"
    )


def starting(*prefixes: str) -> set[str]:
    return {row.id for row in LEDGER if row.id.startswith(prefixes)}


SETTLED_BY = {  # chapter: the statements it settles, and how many these are
    "01": (starting("000-", "003-S1.3") | {"003-S2.2j", "003-S2.2k", "003-S2.2l"}, 33),
    "02": (
        starting("001-S1.", "001-S2.", "001-S3.", "001-S4.")
        | {"001-S6.1", "004-S4.7", "004-S4.8", "004-S4.9"},
        27,
    ),
    "03": (
        starting("001-S5.", "003-S2.2") - {"003-S2.2j", "003-S2.2k", "003-S2.2l"},
        17,
    ),
    "04": (
        starting("004-", "003-S1.2") - {"004-S4.7", "004-S4.8", "004-S4.9", "003-S1.2j", "003-S1.2l"},
        37,
    ),
    "05": (
        starting("002-S1.", "002-S2.", "003-S1.1") - {"002-S2.5", "002-S2.6", "002-S2.7"}
        | {"003-S3.1c", "003-S3.1d", "003-S3.1f", "002-S6.7"},
        17,
    ),
    "06": (starting("002-S3.") | {"003-S1.2j", "003-S1.2l", "003-S3.1", "003-S3.1b", "002-S6.2"}, 16),
    "07": ({"002-S6.5", "002-S6.6", "003-S3.1e"}, 3),
    "08": (starting("002-S4.") | {"002-S2.5", "002-S2.6", "002-S2.7"}, 9),
    "09": (starting("002-S5.") | {"002-S6.3"}, 6),
    "10": (starting("003-S2.3") | {"003-S2.1", "003-S3.2b", "003-S3.2c", "003-S3.2d"}, 20),
    "11": (
        starting("003-S3.3", "003-S3.4") - {"003-S3.4d"} | {"002-S6.1", "002-S6.4", "003-S3.2"},
        13,
    ),
    "12": (starting("003-S4.1", "003-S5"), 6),
    "13": (starting("003-S4.2") | {"003-S3.4d"}, 5),
}


@pytest.mark.parametrize("chapter", [path.stem[:2] for path in CHAPTERS])
def test_a_chapter_settles_its_own(chapter: str) -> None:
    expected, count = SETTLED_BY.get(chapter, (set(), 0))  # a new one settles nothing yet
    assert {row.id for row in LEDGER if row.target.startswith(f"{chapter}-")} == expected
    assert len(expected) == count


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("id,statement\n", "the columns must be id, statement, verdict, target, truth"),
        ("{head}\n000-S1.1,a,perhaps,,\n", "000-S1.1: verdict 'perhaps' is not one of reproduces"),
        ("{head}\n000-S1.1,a,open,01-x#y,b\n", "000-S1.1: verdict 'open' is not one of reproduces"),
        ("{head}\n000-S1.1,a,wrong,01-x#y,\n", "000-S1.1: what is so instead, or what shows it, is missing"),
        ("{head}\n000-S1.1,a,wrong,,b\n", "target must be chapter#section, got ''"),
        ("{head}\n000-S1.1,a,wrong,01-x,b\n", "target must be chapter#section, got '01-x'"),
    ],
    ids=["columns", "verdict", "open", "no truth", "no target", "no section"],
)
def test_a_bad_ledger_is_refused_with_the_row(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "ledger.csv"
    path.write_text(text.format(head=PATH.read_text(encoding="utf-8").splitlines()[0]), encoding="utf-8")
    with pytest.raises(ValueError, match=re.escape(words)):
        read_ledger(path)


def test_page_explains_every_verdict() -> None:
    page = (ROOT / "book" / "ledger.md").read_text(encoding="utf-8")
    for verdict in VERDICTS:
        assert f"| {verdict} |" in page
    for article in ARTICLES:
        assert f"```{{ledger-table}} {article}\n" in page
