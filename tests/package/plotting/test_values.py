"""The graph of values and gradients: which number stands above and which below which name."""

import pytest

from lessons_pkg import plotting

VALUES = {"w": 1.5, "x": 2.0, "wx": 3.0, "b": -1.0, "L": 0.25}
GRADIENTS = {"w": 4.0, "wx": 2.0, "b": 2.0, "L": 1.0}
EDGES = [("w", "wx"), ("x", "wx"), ("wx", "L"), ("b", "L")]


def test_values_stand_above_gradients_below_and_constants_have_none() -> None:
    ax = plotting.value_graph(VALUES, GRADIENTS, EDGES)
    texts = [(text.get_text(), text.get_position()) for text in ax.texts if text.get_text()]
    at = {words: place for words, place in texts if words in VALUES}
    assert at == {"w": (0, 0), "x": (0, 1), "wx": (1, 0), "b": (1, 1), "L": (2, 0)}
    for name, (x, y) in at.items():
        near = {round(v - y, 2): words for words, (u, v) in texts if u == x and 0 < abs(v - y) < 0.5}
        below = {0.27: f"{GRADIENTS[name]:g}"} if name in GRADIENTS else {}
        assert near == {-0.27: f"{VALUES[name]:g}", **below}


def test_arrows_lead_from_input_to_output() -> None:
    ax = plotting.value_graph(VALUES, GRADIENTS, EDGES)
    arrows = [(text.xyann, text.xy) for text in ax.texts if not text.get_text()]  # type: ignore[attr-defined]
    assert arrows == [((0, 0), (1, 0)), ((0, 1), (1, 0)), ((1, 0), (2, 0)), ((1, 1), (2, 0))]


def test_edges_follow_the_computation() -> None:
    with pytest.raises(ValueError, match="'w' is computed from 'L' and must stand after it"):
        plotting.value_graph(VALUES, GRADIENTS, [("L", "w")])
    with pytest.raises(KeyError, match="'z'"):
        plotting.value_graph(VALUES, GRADIENTS, [("z", "L")])
