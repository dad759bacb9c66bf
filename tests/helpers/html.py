"""Read a built page: its anchors and links, and the text of its tables."""

import functools
from html.parser import HTMLParser
from pathlib import Path


class Anchors(HTMLParser):
    """The ids of a page, and the addresses that it links to."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.ids |= {str(values[key]) for key in ("id", "name") if values.get(key)}
        if tag == "a" and values.get("href"):
            self.links.append(str(values["href"]))


@functools.cache
def anchors(path: Path) -> Anchors:
    """Parse a page once."""
    parser = Anchors()
    parser.feed(path.read_text(encoding="utf-8"))
    return parser


class Cells(HTMLParser):
    """The text of every table cell, row by row."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.inside = True
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self.inside = False
            self.rows[-1][-1] = self.rows[-1][-1].strip()

    def handle_data(self, text: str) -> None:
        if self.inside:
            self.rows[-1][-1] += text
