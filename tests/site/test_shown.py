"""The built page against what the gate compared: its outputs."""

from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.helpers.project import EDITION, HTML, code_cells, load, name_of, page_of
from tests.helpers.svg import points, without_lines
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


@pytest.mark.parametrize("path", EDITION, ids=name_of)
def test_a_page_shows_the_outputs_that_are_stored(path: Path) -> None:
    page = (HTML / page_of(path)).read_text(encoding="utf-8")
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
    bare = without_lines(page)
    assert all(without_lines(drawing.strip()) in bare for drawing in drawn)
    assert points(page) == pytest.approx(points("".join(drawn)), abs=0.051), "to a tenth of a point"
