"""Browsers may end a line between a formula and the comma after it. Short formulas keep what touches them."""

import re

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
