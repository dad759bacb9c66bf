"""The built book's files: every link within it leads somewhere."""

import functools
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest

from tests.conftest import HTML, PAGES
from tools.repository import current

pytestmark = pytest.mark.site


class Anchors(HTMLParser):
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
    parser = Anchors()
    parser.feed(path.read_text(encoding="utf-8"))
    return parser


@pytest.mark.parametrize("name", PAGES)
def test_every_link_within_the_book_has_its_target(name: str) -> None:
    here = HTML / name
    assert (HTML / "_static/favicon.svg").exists()
    for link in anchors(here).links:
        if re.match(r"[a-z]+:", link):
            assert not link.startswith(current().pages), f"{link} should be relative"
            continue
        path, fragment = urldefrag(unquote(link))
        target = (here.parent / path).resolve() if path else here
        assert target.exists(), link
        if fragment and target.suffix == ".html":
            assert fragment in anchors(target).ids, link
