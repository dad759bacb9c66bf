"""The built page against what the gate compared: its outputs; and one policy for all pages."""

from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.helpers.project import HTML, NOTEBOOKS, PAGES, code_cells, load
from tests.test_policy import rules_of
from tools.execute_notebooks import VIEW

pytestmark = pytest.mark.site


class Outputs(HTMLParser):
    """The text of each printed output of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.depth = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        kinds = set((dict(attrs).get("class") or "").split())
        opens = "output" in kinds and bool({"stream", "traceback", "text_plain"} & kinds)
        if tag == "div" and (self.depth or opens):
            self.found += [] if self.depth else [""]
            self.depth += 1

    def handle_endtag(self, tag: str) -> None:
        self.depth -= bool(self.depth and tag == "div")

    def handle_data(self, text: str) -> None:
        if self.depth:
            self.found[-1] += text


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: str(path.stem))
def test_a_page_shows_the_outputs_that_are_stored(path: Path) -> None:
    page = (HTML / "book" / f"{path.stem}.html").read_text(encoding="utf-8")
    printed, drawn = [], []
    for output in (output for cell in code_cells(load(path)) for output in cell["outputs"]):
        data = output.get("data", {})
        if "text/html" in data:
            drawn.append("".join(data["text/html"]))
        elif VIEW not in data:
            text = output.get("text", data.get("text/plain", output.get("traceback", "")))
            printed.append("".join(text).split())
    assert printed
    assert [text.split() for text in Outputs(page).found] == printed
    assert all(drawing.strip() in page for drawing in drawn)


def test_every_page_has_the_same_policy() -> None:
    def policy(name: str) -> dict[str, list[str]]:
        rules = rules_of((HTML / name).read_text(encoding="utf-8"))
        return {name: [one for one in sources if "sha256" not in one] for name, sources in rules.items()}

    names = [*PAGES, "search.html", "404.html"]
    first = policy(names[0])
    assert first["connect-src"] == ["'self'"]
    assert [name for name in names if policy(name) != first] == []
