"""What the theme's pages lack for eyes, keyboard and screen reader, page by page, with reasons."""

import re
from collections.abc import Callable


def _arguments(found: re.Match[str]) -> str:
    return found[1].replace("<dd>", '<span class="sig-argument">').replace("</dd>", "</span>")


def _breakable(found: re.Match[str]) -> str:
    def names(code: re.Match[str]) -> str:
        return re.sub(r"(?<=\w)([_.(=])(?=[\w&])", r"\1<wbr>", code[0])  # &: a quotation mark

    return _LONG_CODE.sub(lambda code: _IN_MARKS.sub(names, code[0]), found[0])


def _with_verdict(found: re.Match[str]) -> str:
    return f'<div class="said {found[1]}' if _VERDICT.search(found[2]) else found[0]


def _named(found: re.Match[str]) -> str:
    return f'{found[0]} aria-label="Lessons of {re.sub("<[^>]+>", "", found[1]).strip()}"'


_PRINTED = (
    r'<div class="(output stream [^"]*"><div class="highlight"><pre><span></span>((?:(?!</pre>).)*)</pre>)'
)
_VERDICT = re.compile(r"^\d+\.\d+[a-z]?: (?:correct|not |right )", re.MULTILINE)
_LONG_CODE = re.compile(r"<code\b[^>]*>(?:(?!</code>).){13,}</code>")
_IN_MARKS = re.compile(r">[^<>]+<")  # the text, and not the attributes, of what is marked up

_RULES: dict[str, str | Callable[[re.Match[str]], str]] = {
    # Light or dark is decided only after the page was painted, and so it is painted twice.
    r'localStorage\.getItem\("theme"\) \|\| "auto"': (
        '["light", "dark"].find((mode) => mode === localStorage.getItem("mode"))'
        ' || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")'
    ),
    # These names hide the words that the buttons show: "Reveal the answer", "Search Ctrl+K".
    r' aria-label="Toggle hidden content"': "",
    r'(<button class="btn search-button-field[^>]*?) aria-label="Search"': r"\1",
    # What shows a chapter's lessons in the sidebar is an arrow without a name.
    r'reference internal" href="[^"]*">((?:(?!</a>).)*)</a><details[^>]*><summary(?=>)': _named,
    # Logo and search field stand in the sidebar, which is no landmark.
    r'<div id="pst-primary-sidebar"': r'\g<0> role="navigation" aria-label="Book"',
    # The corner of a table with names in its first column is no heading of anything.
    r'<th class="head">(?:<p></p>)?</th>': "<td></td>",
    # Long names in tables break behind a dot or an underscore, and nowhere else.
    r"<td>.*?</td>": _breakable,
    # What an exercise says of an answer is a sentence, and breaks like one; other output keeps its columns.
    _PRINTED: _with_verdict,
    # The glossary's second names are Chinese, and have numbers for ids.
    r'<dt id="term-\d+"': r'\g<0> lang="zh-Hans"',
    # A signature with an argument to a line is a list of definitions without terms, and inside a term.
    r'\s*<dl>\n((?:<dd><em class="sig-param">.*?</dd>\n)+)</dl>\n': _arguments,
}
_COMPILED = {re.compile(pattern, re.DOTALL): replacement for pattern, replacement in _RULES.items()}


def accessible(page: str) -> str:
    """Return a page with the rules above applied."""
    for pattern, replacement in _COMPILED.items():
        page = pattern.sub(replacement, page)
    return page


# Browsers may end a line between a formula and the comma after it. Short formulas keep what touches them.
_FORMULA = re.compile(r'<span class="math">')
_SPAN = re.compile(r"<(/?)span\b")
_TEX = re.compile(r'<annotation encoding="application/x-tex">(.*?)</annotation>', re.DOTALL)
_AFTER = re.compile(r"[.,;:!?)]+")
_SHORT = 24  # characters of TeX; longer formulas may have to break inside, on a phone


def _end(page: str, start: int) -> int:
    """Find the end of the element that begins at ``start``: formulas are spans within spans."""
    depth = 0
    for tag in _SPAN.finditer(page, start):
        depth += -1 if tag[1] else 1
        if depth == 0:
            return page.index(">", tag.end()) + 1
    raise ValueError("A formula has no end.")


def _may_break(formula: str) -> bool:
    """KaTeX writes what must stay on one line as one base."""
    tex = _TEX.search(formula)
    return formula.count('class="base"') > 1 and tex is not None and len(tex[1]) > _SHORT


def keep_punctuation(page: str) -> str:
    """Return a page in which short formulas and the punctuation at both their ends are one piece."""
    pieces, done = [], 0
    for found in _FORMULA.finditer(page):
        start, end = found.start(), _end(page, found.start())
        after = _AFTER.match(page, end)
        before = start - (page[start - 1] == "(")
        if (after or before < start) and not _may_break(page[start:end]):
            stop = after.end() if after else end
            pieces += [page[done:before], '<span class="glued">', page[before:stop], "</span>"]
            done = stop
    return "".join([*pieces, page[done:]])
