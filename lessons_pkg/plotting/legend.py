"""A place for a legend where nothing else is."""

from collections.abc import Iterable

Box = tuple[float, float, float, float]  # left, top, right, bottom; downwards is larger
_WIDTH, _HEIGHT = 2.35, 0.57  # inches: a legend of two lines, its margin included


def free_corner(boxes: Iterable[Box], view: Box, inches: tuple[float, float]) -> tuple[str, Box]:
    """Choose a corner of ``view`` for the legend that touches none of ``boxes``; return it and the view.

    ``inches``: width and height of the drawing. Where no corner is free, the view gets room at its bottom.
    """
    left, top, right, bottom = view
    wide, high = _WIDTH * (right - left) / inches[0], _HEIGHT * (bottom - top) / inches[1]
    corners: dict[str, Box] = {
        "upper right": (right - wide, top, right, top + high),
        "lower right": (right - wide, bottom - high, right, bottom),
        "lower left": (left, bottom - high, left + wide, bottom),
    }
    for x0, y0, x1, y1 in boxes:
        corners = {
            name: (a, b, c, d)
            for name, (a, b, c, d) in corners.items()
            if x1 < a or c < x0 or y1 < b or d < y0
        }
    if corners:
        return next(iter(corners)), view
    room = _HEIGHT * (bottom - top) / max(inches[1] - _HEIGHT, _HEIGHT)
    return "lower right", (left, top, right, bottom + room)
