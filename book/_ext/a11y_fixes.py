"""What the theme's pages lack for eyes, keyboard and screen reader, page by page, with reasons."""

import re
from collections.abc import Callable

from docutils import nodes
from sphinx.application import Sphinx


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
    # The menu of the page's source needs no script: browsers open, place (course.css) and close it.
    r'data-bs-toggle="dropdown" aria-expanded="false"': 'popovertarget="source-menu"',
    r'<ul class="dropdown-menu"': r'\g<0> id="source-menu" popover',
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


# Browsers may end a line between a formula and the comma after it; what may break inside, on a phone, has to.
_AFTER = re.compile(r"[.,;:!?)]+")
_SHORT = 24  # characters of TeX
_BREAKS = re.compile(r"[-+=<>]|\\(?:le|ge|approx|cdot|times|to|in|pm|mid)\b")


def keep_punctuation(_: Sphinx, tree: nodes.document, __: str) -> None:
    """Make short formulas and the punctuation at both their ends one piece."""
    for formula in list(tree.findall(nodes.math)):
        parent, at, piece = formula.parent, formula.parent.index(formula), nodes.inline(classes=["glued"])
        before, after = parent[at - 1] if at else None, parent[at + 1] if at + 1 < len(parent) else None
        if len(formula.astext()) > _SHORT and _BREAKS.search(formula.astext()):
            continue
        if isinstance(before, nodes.Text) and before.endswith("("):
            parent[at - 1] = nodes.Text(before[:-1])
            piece += nodes.Text("(")
        piece += formula.deepcopy()
        if isinstance(after, nodes.Text) and (marks := _AFTER.match(after)):
            parent[at + 1] = nodes.Text(after[marks.end() :])
            piece += nodes.Text(marks[0])
        if len(piece) > 1:
            parent[at] = piece
