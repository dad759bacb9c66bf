"""The comparison says no to one change of each kind; what it says yes to, it says because they are equal."""

from copy import deepcopy
from typing import Any

import pytest
from nbformat.v4 import new_output

from tools.execute_notebooks import same_outputs

SVG = '<figure><svg viewBox="0 0 10 10"><path d="M 1 2 L 3 4" style="stroke: #111"/><text>lr</text></svg><figcaption>It falls.</figcaption></figure>'
STORED = {
    "outputs": [
        new_output("stream", name="stdout", text="loss 0.0017\n"),
        new_output("display_data", data={"text/plain": "It falls.", "text/html": SVG}),
        new_output(
            "error", ename="RuntimeError", evalue="shape (3,)", traceback=["RuntimeError: shape (3,)"]
        ),
    ]
}
CHANGES = {
    "a digit": ("0.0017", "0.0018"), "a word": ("loss", "cost"), "a caption": ("It falls", "It rises"),
    "a label": (">lr<", ">eta<"), "a colour": ("#111", "#222"), "a point, far": ("L 3 4", "L 3 5"),
    "a point more": ("L 3 4", "L 3 4 L 3 4"),
    "an error": ("(3,)", "(4,)"), "a stream": ("stdout", "stderr"),
}  # fmt: skip


def changed(value: Any, old: str, new: str) -> Any:
    if isinstance(value, str):
        return value.replace(old, new)
    if isinstance(value, dict):
        return type(value)({key: changed(part, old, new) for key, part in value.items()})
    return [changed(part, old, new) for part in value] if isinstance(value, list) else value


@pytest.mark.parametrize("what", CHANGES)
def test_one_change_of_each_kind_is_noticed(what: str) -> None:
    fresh = changed(deepcopy(STORED), *CHANGES[what])
    assert fresh != STORED, "nothing was changed"
    assert not same_outputs(STORED, fresh)


def test_outputs_in_another_order_are_noticed_and_a_last_bit_is_not() -> None:
    assert not same_outputs(STORED, {"outputs": STORED["outputs"][::-1]})
    assert not same_outputs(STORED, {"outputs": STORED["outputs"][:2]})
    assert same_outputs(STORED, changed(deepcopy(STORED), "L 3 4", "L 3.2 4"))
