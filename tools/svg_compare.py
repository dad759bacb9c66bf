"""Compare two outputs that hold vector graphics: words exactly, coordinates within half a point."""

import re
from collections.abc import Iterator, Mapping, Sequence
from copy import copy as shallow_copy
from typing import Any

TOLERANCE = 0.5  # points: less than a reader can see, more than the last bit of another CPU moves

_FORMATS = ("text/html", "image/svg+xml")  # where an output may hold a drawing
_SVG = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
_TAG = re.compile(r"<[^<>]+>")
_GEOMETRY = re.compile(r' (d|x|y|transform|width|height|points|viewBox)="([^"]*)"')
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def split_coordinates(markup: str) -> tuple[str, tuple[float, ...]]:
    """Separate what must be equal (elements, styles, words) from what may differ a little (coordinates)."""
    coordinates: list[float] = []

    def take(match: re.Match[str]) -> str:
        coordinates.append(float(match[0]))
        return "#"

    def geometry(match: re.Match[str]) -> str:
        return f' {match[1]}="{_NUMBER.sub(take, match[2])}"'

    def tag(match: re.Match[str]) -> str:
        return _GEOMETRY.sub(geometry, match[0])

    return _SVG.sub(lambda svg: _TAG.sub(tag, svg[0]), markup), tuple(coordinates)


def _markups(outputs: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for output in outputs:
        for kind, content in output.get("data", {}).items():
            if kind in _FORMATS:
                yield "".join(content)


def without_coordinates(outputs: Sequence[Any]) -> list[Any]:
    """Copy ``outputs``, each coordinate of each drawing replaced by ``#``: the part to compare exactly."""
    copies = []
    for output in outputs:
        copy = shallow_copy(output)
        if "data" in output:
            copy["data"] = {
                kind: split_coordinates("".join(content))[0] if kind in _FORMATS else content
                for kind, content in output["data"].items()
            }
        copies.append(copy)
    return copies


def max_shift(stored: Sequence[Mapping[str, Any]], fresh: Sequence[Mapping[str, Any]]) -> str | None:
    """Say how far the drawings differ, or None where every coordinate is within the tolerance."""
    for number, (old, new) in enumerate(zip(_markups(stored), _markups(fresh), strict=False)):
        before, after = split_coordinates(old)[1], split_coordinates(new)[1]
        if len(before) != len(after):
            return f"drawing {number} has {len(after)} coordinates where {len(before)} are stored"
        largest = max((abs(a - b) for a, b in zip(before, after, strict=True)), default=0.0)
        if largest > TOLERANCE:
            return f"drawing {number} differs from the stored one by {largest:.2f} points"
    return None
