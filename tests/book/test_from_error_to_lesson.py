"""The page of error messages: each heading is what its cell printed, and leads to a lesson."""

import re
from typing import Any, NamedTuple

import pytest
from docutils.nodes import make_id

from tests.helpers.project import LESSONS, ROOT, code_cells, load, source

PAGE = ROOT / "book" / "reference" / "from-error-to-lesson.ipynb"
MESSAGE = re.compile(r"(?:[\w.]+(?:Error|Warning): )")
ELSEWHERE = "Messages that only a GPU gives"


class Section(NamedTuple):
    family: str
    heading: str
    text: str
    printed: str
    cells: int


def sections() -> list[Section]:
    found: list[Section] = []
    family = ""
    for cell in load(PAGE)["cells"]:
        if cell["cell_type"] == "code":
            if found:
                words = " ".join("".join(output.get("text", "")) for output in cell["outputs"])
                found[-1] = found[-1]._replace(
                    printed=" ".join(f"{found[-1].printed} {words}".split()), cells=found[-1].cells + 1
                )
            continue
        for part in re.split(r"(?m)^(?=##+ )", source(cell)):
            title, _, text = part.partition("\n")
            if title.startswith("## "):
                family = title[3:]
            elif title.startswith("### "):
                found.append(Section(family, title[4:], text, "", 0))
    return found


SECTIONS = sections()
SHOWN = [s for s in SECTIONS if MESSAGE.match(s.heading) and s.family != ELSEWHERE]


def stands_in(heading: str, printed: str) -> bool:
    """Whether all of a heading was printed, in order; … stands for what differs."""
    pieces = [re.escape(piece.strip()) for piece in heading.split("…")]
    return re.search(".*".join(pieces), printed) is not None


@pytest.mark.parametrize("section", SHOWN, ids=lambda s: make_id(s.heading)[:60])
def test_a_heading_is_the_message_that_its_cell_printed(section: Section) -> None:
    assert stands_in(section.heading, section.printed), f"{section.heading!r} not in {section.printed!r}"


def test_every_entry_leads_to_a_section_and_has_a_cell_of_its_own() -> None:
    inside = r"\]\((?:\.\./)*(?:\d\d-[\w/-]+|ledger(?:-evidence)?)\.(?:ipynb|md)#[\w-]+\)"
    for section in SECTIONS:
        assert re.search(inside, section.text), f"{section.heading}: no link to a chapter's section"
        assert section.cells or section.family == ELSEWHERE, f"{section.heading}: no cell shows it"


def test_the_index_has_every_entry_once() -> None:
    index = source(load(PAGE)["cells"][0])
    linked = re.findall(r"\]\(#([\w-]+)\)", index)
    entries = [make_id(section.heading.replace("`", "")) for section in SECTIONS]
    families = {make_id(section.family) for section in SECTIONS}
    differ = sorted((set(linked) - families) ^ set(entries))
    assert not differ, f"the index, or a heading that it leads to, is missing or spelt otherwise: {differ}"
    assert len(entries) == len(set(entries))
    assert len(linked) == len(set(linked))


def test_what_a_chapter_stops_with_is_on_the_page() -> None:
    """A chapter's own intended RuntimeErrors are PyTorch's; the package raises ValueError and TypeError."""
    printed = " ".join(section.printed for section in SECTIONS)
    for path in LESSONS:
        for cell in code_cells(load(path)):
            for output in cell["outputs"]:
                if output.get("ename") == "RuntimeError":
                    said = " ".join(output["evalue"].split())
                    assert said in printed, f"{path.name}: add {said!r} to {PAGE.name}"


@pytest.fixture
def message() -> Any:
    namespace: dict[str, Any] = {}
    exec(source(code_cells(load(PAGE))[1]), namespace)
    return namespace["message"]


def test_the_helper_prints_what_was_said_and_not_what_was_hoped(
    message: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    import warnings

    with message("something else"):
        raise ValueError("the words")
    with message("the words", "older words"):
        warnings.warn("these are the words, at length", stacklevel=1)
    with message("the words"):
        warnings.warn("a warning is less than an error", stacklevel=1)
        raise KeyError("the end")
    with message("the words"):
        pass
    said = capsys.readouterr().out.splitlines()
    assert said == ["ValueError: the words", "UserWarning: the words", "or: older words", "KeyError: 'the end'", "no message"]  # fmt: skip
