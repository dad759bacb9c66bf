"""The drawing within a piece of markup, and a caption with what markup must escape."""

import re
from xml.etree import ElementTree

CAPTION = "Three words at least, and 1 < 2 & so on."


def svg(markup: str) -> ElementTree.Element:
    found = re.search(r"<svg.*</svg>", markup, re.DOTALL)
    assert found
    return ElementTree.fromstring(found[0])
