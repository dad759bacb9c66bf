"""Numbers that a text states: what counts as shown near by."""

from typing import Any

import pytest

from tools.typed import typed_by_hand


@pytest.mark.parametrize(
    ("said", "typed"),
    [
        (["## A", "It is 1.25."], []),
        (["## A", "It is 1.26."], [("A", "1.26")]),
        (["## A", "x", "## B", "It is 1.25."], [("B", "1.25")]),
        (["## A", "It is 1.25.", "## B", "It is 1.25."], []),
        (["## A", "x", "## In one minute", "It is 1.25."], []),
        (["## A", "x", "## B", "> **Predict.** Is it 1.25?"], []),
        (["## A", "Exercise 1.2 and [y](https://x/2.345), Huber (1964)."], []),
    ],
    ids=["shown", "nowhere", "elsewhere", "twice", "summary", "guess", "no facts"],
)
def test_a_number_is_shown_by_its_section_or_said_twice(
    said: list[str], typed: list[tuple[str, str]]
) -> None:
    cells: list[dict[str, Any]] = [{"cell_type": "markdown", "source": [text]} for text in said]
    cells.insert(1, {"cell_type": "code", "source": ["print(a)"], "outputs": [{"text": ["1.25\n"]}]})
    assert typed_by_hand({"cells": cells}) == typed
