"""The book as a place: first page, where to run a page, previews, headings, wrong addresses, paper."""

import html
import re
from urllib.parse import urldefrag, urlsplit

import pytest
from launch_links import BRANCH

from tests.helpers.edition import chapters_of_edition
from tests.helpers.html import anchors
from tests.helpers.project import HTML, NOTEBOOKS, PAGES, ROOT, load, source_of
from tests.helpers.svg import without_lines
from tools.set_repository import current

pytestmark = pytest.mark.site


def built(name: str) -> str:
    return (HTML / name).read_text(encoding="utf-8")


def words(fragment: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", fragment)).split())


def test_the_first_page_has_a_stored_slider_and_every_chapter_with_its_question() -> None:
    page = built("index.html")
    assert "<title>Loss, Gradient, Step</title>" in page, "not twice"
    (slider,) = re.findall(r'(?s)<figure class="lesson-slider".*?</figure>', page)
    slider = without_lines(slider)
    outputs = [out for path in NOTEBOOKS for cell in load(path)["cells"] for out in cell.get("outputs", [])]
    assert any(
        slider in without_lines("".join(output.get("data", {}).get("text/html", ""))) for output in outputs
    )
    map_of_parts = page[page.index('class="parts ') :]
    lines = [words(item) for item in re.findall(r"(?s)<li>(.*?)</li>", map_of_parts)]
    chapters = chapters_of_edition()
    assert len(lines) >= len(chapters) > 0
    for line, chapter in zip(lines, chapters, strict=False):
        assert line.startswith(chapter.title)
        assert line.endswith("?")
    counted = [int(n) for n in re.findall(r"</strong>: (\d+) lessons, \d+.\d+ hours", map_of_parts)]
    assert sum(counted) == sum(len(chapter.lessons) for chapter in chapters)


@pytest.mark.parametrize("name", PAGES)
def test_a_notebooks_page_says_where_it_runs_and_every_page_where_to_mend_it(name: str) -> None:
    here, source, page = current(), source_of(name), built(name)
    links = anchors(HTML / name).links
    assert f"{here.url}/edit/{here.ref}/{source.relative_to(ROOT).as_posix()}" in links
    copy = name.removeprefix("book/").replace(".html", ".ipynb")
    colab = f"{here.url.replace('github.com', 'colab.research.google.com/github')}/blob/{BRANCH}/{copy}"
    runs = [f"{colab}", f"{'../' * name.count('/')}notebooks/{copy}"] if source in NOTEBOOKS else []
    below = re.search(r'(?s)</h1>\s*<p class="run-it">(.*?)</p>', page)
    assert re.findall('href="([^"]+)"', below[1] if below else "") == runs
    assert page.count("colab.research") == bool(runs)


@pytest.mark.parametrize("name", PAGES)
def test_link_previews_have_title_description_and_picture(name: str) -> None:
    page = built(name)
    tags = dict(re.findall(r'<meta (?:property|name)="([\w:]+)" content="([^"]*)">', page))
    assert tags["og:url"] == current().pages + name
    assert tags["og:image"] == f"{current().pages}_static/preview.png"
    assert (HTML / "_static" / "preview.png").exists()
    assert tags["og:description"] == tags["description"]
    assert len(tags["description"]) > 20
    (title,) = re.findall(r"(?s)<h1>(.*?)<a class=\"headerlink\"", page)
    assert html.unescape(tags["og:title"]) == words(title)


@pytest.mark.parametrize("name", PAGES)
def test_every_heading_has_an_address_of_its_own(name: str) -> None:
    headings = re.findall(r"(?s)<h[1-4]>.*?</h[1-4]>", built(name))
    assert headings
    for heading in headings:
        (fragment,) = re.findall(r'<a class="headerlink" href="#([^"]+)"', heading)
        assert fragment in anchors(HTML / name).ids


def test_the_page_for_wrong_addresses_holds_from_any_depth() -> None:
    head, _, rest = built("404.html").partition(f'<base href="{urlsplit(current().pages).path}">')
    addresses = re.findall(r'\s(?:href|src|action)="([^"]*)"', rest)
    assert not re.search(r'\s(?:href|src)="', head), "the base stands before any address"
    assert "search.html" in addresses
    for address in addresses:
        assert re.match(r"#|[a-z]+:", address) or (HTML / urldefrag(address)[0].split("?")[0]).exists(), (
            address
        )


def test_the_sheet_has_the_rules_for_paper_and_pages_carry_no_second_title() -> None:
    assert "@page{margin:16mm 15mm}" in built("_static/book.css")
    assert "beforeprint" in built("_static/book.js")
    for name in PAGES:
        assert "jb-print-docs-body" not in built(name)
