"""How well two colours can be told apart: WCAG's ratio, 1 to 21."""

import re


def _channels(colour: str) -> list[float]:
    """Red, green and blue from 0 to 1, of ``#rrggbb`` or of what a browser says: ``rgb(1, 2, 3)``."""
    if colour.startswith("#"):
        return [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]


def _luminance(colour: str) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _channels(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the ratio, whichever of the two is lighter."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)
