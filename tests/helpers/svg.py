"""The drawing within a piece of markup, its lines, and a caption with what markup must escape."""

import re
from xml.etree import ElementTree

CAPTION = "Three words at least, and 1 < 2 & so on."


def svg(markup: str) -> ElementTree.Element:
    found = re.search(r"<svg.*</svg>", markup, re.DOTALL)
    assert found
    return ElementTree.fromstring(found[0])


_LINE = re.compile(r'(?<= d=")[^"]+')
_POINTS = {"m": 1, "l": 1, "q": 2, "c": 3}  # of a piece


def without_lines(markup: str) -> str:
    return _LINE.sub("", markup)


def points(markup: str) -> list[float]:
    """The coordinates of all lines of all figures, however they are written: from the corner, or from the last point."""
    found: list[complex] = []
    for figure in re.findall(r'<svg\b[^>]* role="img".*?</svg>', markup, re.DOTALL):
        for line in _LINE.findall(figure):
            here = start = 0j
            for letter, rest in re.findall(r"([A-Za-z])([^A-Za-z]*)", line):
                numbers = [float(number) for number in re.findall(r"-?[\d.]+", rest)]
                places = [complex(x, y) for x, y in zip(numbers[::2], numbers[1::2], strict=True)]
                size = _POINTS.get(letter.lower(), 1)
                for k in range(0, len(places), size):
                    found += [here * letter.islower() + place for place in places[k : k + size]]
                    here = found[-1]
                    start = here if letter in "Mm" and k == 0 else start
                here = start if letter in "Zz" else here
    return [number for place in found for number in (place.real, place.imag)]
