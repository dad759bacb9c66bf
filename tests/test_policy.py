"""The Content-Security-Policy of the pages: what was not in the book when it was built does not run."""

import base64
import hashlib
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from policy import PRINT_MARK, with_policy

from tests.browser import Visit
from tests.conftest import CHAPTERS, HTML

PAGE = '<head><meta charset="utf-8" /><script>one()</script></head><script src="a.js"></script><script>zwölf()\n</script>'
META = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">')


def rules_of(page: str) -> dict[str, list[str]]:
    (policy,) = META.findall(page)
    rules = [rule.split() for rule in policy.split(";")]
    return {name: sources for name, *sources in rules}


def hash_of(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def test_a_page_allows_its_own_scripts_by_hash_and_no_others() -> None:
    page = with_policy(PAGE)
    assert page.index('charset="utf-8"') < page.index("Content-Security-Policy") < page.index("one()")
    assert META.sub("", page).replace("\n", "") == PAGE.replace("\n", ""), "nothing else changes"
    allowed = rules_of(page)["script-src"]
    assert allowed == ["'self'", "file:", hash_of("one()"), hash_of("zwölf()\n")]


def test_what_is_allowed_is_little() -> None:
    rules = rules_of(with_policy(PAGE))
    assert rules["default-src"] == rules["base-uri"] == ["'none'"]
    assert not {"frame-src", "object-src"} & set(rules), "that is default-src's 'none'"
    assert rules["connect-src"] == ["'self'"]
    for name, sources in rules.items():
        known = {"'none'", "'self'", "file:"} | ({"data:"} if name == "img-src" else set())
        known |= {"'unsafe-inline'"} if name == "style-src" else set()
        assert {source for source in sources if not source.startswith("'sha256-")} <= known


def test_the_button_for_printing_needs_no_script_in_an_attribute() -> None:
    page = with_policy('<meta charset="utf-8" /><button onclick="window.print()"></button>')
    assert f"<button{PRINT_MARK}></button>" in page


def test_a_page_without_a_place_for_the_policy_is_named() -> None:
    with pytest.raises(ValueError, match="there is no <meta charset"):
        with_policy("<head></head>")


# The built pages

site = pytest.mark.site


class Scripts(HTMLParser):
    """What a browser would run of a page: scripts in it, and attributes that hold one."""

    def __init__(self) -> None:
        super().__init__()
        self.inside: list[str] = []
        self.attributes: list[str] = []
        self.is_inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.is_inside = tag == "script" and "src" not in dict(attrs)
        self.inside += [""] if self.is_inside else []
        self.attributes += [
            f"{name}={value}" for name, value in attrs if re.match("on|javascript:", f"{name}")
            or str(value).strip().startswith("javascript:")
        ]  # fmt: skip

    def handle_endtag(self, tag: str) -> None:
        self.is_inside = False

    def handle_data(self, text: str) -> None:
        if self.is_inside:
            self.inside[-1] += text


@site
def test_every_page_has_a_policy_that_names_exactly_its_own_scripts() -> None:
    pages = [path for path in HTML.rglob("*.html") if "<html" in path.read_text(encoding="utf-8")]
    assert len(pages) > len(CHAPTERS) + 3
    for path in pages:
        page = path.read_text(encoding="utf-8")
        found = Scripts()
        found.feed(page)
        allowed = [source for source in rules_of(page).get("script-src", []) if "sha256" in source]
        assert set(allowed) == {hash_of(script) for script in found.inside}, path
        assert len(allowed) == len(set(allowed)) <= 8, path
        assert found.attributes == [], path
        assert len(META.search(page)[0]) < 1000, path  # type: ignore[index]


PLANT = """(where) => {
  const script = document.createElement("script"), image = new Image();
  script.textContent = "window.planted = true";
  image.src = where;
  image.setAttribute("onerror", "window.planted = true");
  document.body.append(script, image);
  return fetch(where).then(() => "fetched", () => window.planted || "refused");
}"""


@site
@pytest.mark.parametrize("base", ["file", "http"], indirect=True)
def test_what_is_planted_in_a_page_is_refused_and_the_page_prints(browser: Any, base: str) -> None:
    opened = Visit(browser, base)
    opened.page.goto(f"{base}book/{CHAPTERS[0].stem}.html")
    opened.page.evaluate("window.print = () => { window.printed = true }")
    opened.page.locator("button[data-print]").dispatch_event("click")
    assert opened.page.evaluate("window.printed")
    assert opened.errors == []
    assert opened.page.evaluate(PLANT, "http://192.0.2.1/x.png") == "refused"
    refused = [words for words in opened.errors if "Content Security Policy" in words]
    for what in ("script", "image", "Connecting|fetch"):
        assert any(re.search(f"(?i){what}", words) for words in refused), refused
    opened.context.close()
