"""The book as a place: first page, links to Colab and onwards, previews, search order, wrong addresses, the ZIP."""

import html
import io
import json
import re
import zipfile
from pathlib import Path
from urllib.parse import urldefrag, urlsplit

import found
import openings
import pytest
from frame import doors
from PIL import Image
from tools.offline import pack
from tools.preview import SIZE, shown

from tests.helpers.project import CHAPTERS, HTML, NOTEBOOKS, PAGES, ROOT, load
from tests.site.test_site import anchors
from tools.set_repository import current


def built(name: str) -> str:
    return (HTML / name).read_text(encoding="utf-8")


def words(fragment: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", fragment)).split())


def source_of(name: str) -> Path:
    (path,) = [path for kind in (".ipynb", ".md") if (path := (ROOT / name).with_suffix(kind)).exists()]
    return path


# Readings from the sources


def test_binder_is_offered_where_there_is_a_repository() -> None:
    assert doors("https://github.com/your_account/course", "main", "book/x").count("<a ") == 1
    colab, binder = re.findall('href="([^"]+)"', doors("https://github.com/a-b/my.course", "v2", "book/x"))
    assert colab == "https://colab.research.google.com/github/a-b/my.course/blob/v2/book/x.ipynb"
    assert binder == "https://mybinder.org/v2/gh/a-b/my.course/v2?urlpath=lab%2Ftree%2Fbook%2Fx.ipynb"


def test_an_opening_is_a_chapters_question_or_a_pages_first_sentence(tmp_path: Path) -> None:
    chapter, page = tmp_path / "03-x.ipynb", tmp_path / "x.md"
    source = "# 3 · X\n\n**Is `a * b` a [product](https://x)? *Why* not, if a < b?**\n\nMore."
    cells = [{"cell_type": "markdown", "source": [source]}]
    chapter.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    assert openings.opening(chapter) == "Is <code>a * b</code> a product? Why not, if a &lt; b?"
    page.write_text("---\na: b\n---\n# X\n\nOne sentence. Another.\n", encoding="utf-8")
    assert openings.opening(page) == "One sentence."
    page.write_text("# X\n\n## Y\n", encoding="utf-8")
    page.write_text("# X\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"x\.md: the page needs a line of text below its title"):
        openings.opening(page)


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: str(path.stem))
def test_every_chapter_opens_with_a_question(path: Path) -> None:
    assert "?" in openings.opening(path)


def test_search_knows_which_chapter_teaches_a_name() -> None:
    taught = found.taught()
    expected = {"grad_fn": 2, "zero_grad": 3, "requires_grad": 2, "mseloss": 1, "log_softmax": 4, "adamw": 10}
    expected |= {"clip_grad_norm_": 11, "crossentropyloss": 4, "gradcheck": 8, "kl_div": 7, "pos_weight": 6}
    assert {name: taught.get(name) for name in expected} == expected


def test_a_name_in_a_sentence_counts_more_than_in_code(tmp_path: Path) -> None:
    def write(name: str, code: str, text: str) -> None:
        kinds = (("code", code), ("markdown", text))
        cells = [{"cell_type": kind, "source": [source], "outputs": []} for kind, source in kinds]
        (tmp_path / name).write_text(json.dumps({"cells": cells}), encoding="utf-8")

    write("01-a.ipynb", "step(); step(); local = nn.ReLU()", "step without marks")
    write("02-b.ipynb", "nn.ReLU(nn.ReLU)", "and `step` with them")
    assert found.taught(tmp_path) == {"step": 2, "relu": 2}


def test_the_preview_shows_the_first_page_that_is() -> None:
    with Image.open(ROOT / "book" / "_static" / "preview.png") as picture:
        assert picture.size == SIZE == (1200, 630)
        assert picture.info["shows"] == shown(), "the first screen has changed: run `make preview`"


def test_one_book_makes_one_zip_file(tmp_path: Path) -> None:
    book = tmp_path / "book"
    (book / "a b").mkdir(parents=True)
    for name in ("index.html", "a b/ü.html", ".buildinfo", "404.html"):
        (book / name).write_text(name, encoding="utf-8")
    first = pack(book, tmp_path / "one" / "course-1.zip").read_bytes()
    (book / "index.html").touch()
    assert pack(book, tmp_path / "two" / "course-1.zip").read_bytes() == first
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert archive.namelist() == ["course-1/a b/ü.html", "course-1/index.html"]
        assert archive.testzip() is None


# The built pages

site = pytest.mark.site


@site
def test_the_first_page_has_the_slider_as_it_is_stored_and_every_question() -> None:
    page = built("book/index.html")
    stored = [
        "".join(output["data"]["text/html"])
        for cell in load(CHAPTERS[0])["cells"]
        for output in cell.get("outputs", [])
        if "lesson-slider" in "".join(output.get("data", {}).get("text/html", ""))
    ]
    assert len(stored) == 1
    assert stored[0] in page
    (listed,) = re.findall(r'(?s)<ul class="questions[^>]*>(.*?)</ul>', page)
    lines = [words(item) for item in re.findall(r"(?s)<li>(.*?)</li>", listed)]
    assert len(lines) == len(CHAPTERS)
    for line, path in zip(lines, CHAPTERS, strict=True):
        assert line.startswith(load(path)["cells"][0]["source"][0].removeprefix("# ").strip())
        assert line.endswith("?")


@site
@pytest.mark.parametrize("name", PAGES)
def test_a_notebooks_page_has_one_link_to_colab_below_its_title(name: str) -> None:
    page = built(name)
    colab = re.findall(r'href="(https://colab[^"]+)"', page)
    if source_of(name) not in NOTEBOOKS:
        assert colab == []
        return
    assert colab == [f"{current().colab}{name.replace('.html', '.ipynb')}"]
    below = re.search(r'(?s)</h1>\s*<p class="run-it"><a href="[^"]+">Open in Colab</a>', page)
    assert below


@site
@pytest.mark.parametrize("name", PAGES)
def test_edit_and_issue_links_lead_to_the_configured_repository(name: str) -> None:
    here, source = current(), source_of(name).relative_to(ROOT).as_posix()
    links = anchors(HTML / name).links
    assert f"{here.url}/edit/{here.ref}/{source}" in links
    assert [link for link in links if link.startswith(f"{here.url}/issues/new?") and name in link]


@site
@pytest.mark.parametrize("name", PAGES)
def test_links_onwards_say_what_stands_below_that_pages_title(name: str) -> None:
    pattern = r'(?s)<a class="(?:left-prev|right-next)"\s+href="([^"]+)".*?prev-next-title">(.*?)</p>'
    ways = re.findall(pattern, built(name))
    assert ways
    for address, label in ways:
        if address == "index.html":
            assert 'class="why"' not in label
            continue
        (why,) = re.findall(r'<span class="why">(.*)</span>', label)
        below = re.search(
            r"(?s)</h1>(?:\s*<p class=\"run-it\">.*?</p>)?\s*<p>(.*?)</p>", built(f"book/{address}")
        )
        assert below, address
        assert words(below[1]).startswith(words(why))


@site
@pytest.mark.parametrize("name", PAGES)
def test_link_previews_have_title_description_and_picture(name: str) -> None:
    page = built(name)
    tags = dict(re.findall(r'<meta (?:property|name)="([\w:]+)" content="([^"]*)">', page))
    assert tags["og:url"] == current().pages + name
    assert tags["og:image"] == f"{current().pages}_static/preview.png"
    assert (HTML / "_static" / "preview.png").exists()
    assert (tags["og:image:width"], tags["og:image:height"]) == tuple(str(side) for side in SIZE)
    assert tags["og:description"] == tags["description"]
    assert len(tags["description"]) > 40
    (title,) = re.findall(r"(?s)<h1>(.*?)<a class=\"headerlink\"", page)
    assert html.unescape(tags["og:title"]) == words(title)


@site
@pytest.mark.parametrize("name", PAGES)
def test_every_heading_has_an_address_of_its_own(name: str) -> None:
    page = built(name)
    headings = re.findall(r"(?s)<h[1-4]>.*?</h[1-4]>", page)
    assert headings
    for heading in headings:
        (fragment,) = re.findall(r'<a class="headerlink" href="#([^"]+)"', heading)
        assert fragment in anchors(HTML / name).ids


@site
def test_the_page_for_wrong_addresses_holds_from_any_depth() -> None:
    page, base = built("404.html"), urlsplit(current().pages).path
    addresses = re.findall(r'\s(?:href|src|action)="([^"]*)"', page)
    assert f"{base}search.html" in addresses
    for address in addresses:
        if not re.match(r"#|[a-z]+:", address):
            assert address.startswith(base), address
            assert (HTML / urldefrag(address.removeprefix(base))[0].split("?")[0]).exists(), address


@site
def test_the_sheet_has_the_rules_for_paper_and_pages_carry_no_second_title() -> None:
    assert "@page{margin:16mm 15mm}" in built("_static/book.css")
    assert "beforeprint" in built("_static/book.js")
    for name in PAGES:
        assert "jb-print-docs-body" not in built(name)
        assert '<img src="../_static/logo' not in built(name), "an image without a size moves the page"


@site
def test_the_books_own_address_leads_to_the_first_page_and_can_be_previewed() -> None:
    page = built("index.html")
    assert '<meta http-equiv="refresh" content="0; url=book/index.html">' in page
    assert f'content="{current().pages}_static/preview.png"' in page
    assert '<meta name="description" content="A free course' in page
    assert "<title>Loss, Gradient, Step</title>" in page
    assert "<title>Loss, Gradient, Step</title>" in built("book/index.html"), "not twice"
