"""The update rules that a reader sees, evaluated line by line, move a number as the package does.

A cell of text with the id ``formula-sgd``, ``formula-rmsprop`` or ``formula-adam`` displays one.
"""

import itertools
import math
import re
from collections.abc import Callable
from typing import Any

import pytest
import torch

from lessons_pkg.optim.adam import adam_update
from lessons_pkg.optim.rmsprop import rmsprop_update
from lessons_pkg.optim.sgd import sgd_update
from tests.helpers.project import NOTEBOOKS, load, source

TOKEN = re.compile(r"[A-Za-z]\w*|\d+(?:\.\d+)?|\*\*|[-+/()]")
BRACES = r"(\w|\{(?:[^{}]|\{[^{}]*\})*\})"
SPELLED = [
    (r"\\(?:,|q?quad|;|!)|&", " "),
    (r"\\lambda", " decay "),  # Python's word for something else
    (r"\\hat\s*(?:\{(\w)\}|(\w))", r" \1\2_hat "),
    (rf"\\frac\s*{BRACES}\s*{BRACES}", r"((\1)/(\2))"),
    (r"\\sqrt\s+(\w+)", r"\\sqrt{\1}"),
    (r"\^\s*(\w|\{[^{}]*\})", r"**(\1)"),
    (r"\\", " "),
    (r"\{", "("),
    (r"\}", ")"),
]


def expression(latex: str) -> str:
    """Write a formula of one line as Python: names side by side are multiplied."""
    for pattern, spelled in SPELLED:
        latex = re.sub(pattern, spelled, latex)
    tokens = TOKEN.findall(latex)
    assert "".join(tokens) == re.sub(r"\s", "", latex), f"cannot be read: {latex}"
    text: str = tokens[0]
    for before, token in itertools.pairwise(tokens):
        touching = re.match(r"[\w)]", before[-1]) and re.match(r"[\w(]", token) and before != "sqrt"
        text += f"*{token}" if touching else token
    return text


def by_formula(latex: str, values: dict[str, float], gradients: list[float]) -> float:
    """Run the displayed lines once for each gradient; return theta."""
    known = dict(values)
    lines = [line.strip(" \n.,") for line in re.split(r"\\\\|,\s*\\q?quad|\$\$", latex)]
    for t, g in enumerate(gradients, start=1):
        # The memory of SGD begins with the gradient, without dampening: the text says so in words.
        known |= {"g": g, "t": t, "tau": values.get("tau", 0.0) if t > 1 else 0.0}
        for line in filter(None, lines):
            name, formula = re.split(r"\\leftarrow|=", line, maxsplit=1)
            try:  # our own text
                known[expression(name)] = eval(expression(formula), {"sqrt": math.sqrt}, known)
            except ValueError:  # the root of a negative number
                return math.nan
    return known["theta"]


RULES: dict[str, tuple[Callable[..., None], dict[str, Any], dict[str, float]]] = {
    "formula-sgd": (sgd_update, {"momentum": 0.7, "dampening": 0.4, "nesterov": False},
                    {"mu": 0.7, "tau": 0.4, "decay": 0.2, "v": 0.0}),
    "formula-rmsprop": (rmsprop_update, {"alpha": 0.9, "momentum": 0.0, "centered": False}, {"alpha": 0.9, "s": 0.0}),
    "formula-adam": (adam_update, {"betas": (0.8, 0.9), "amsgrad": False},
                     {"beta_1": 0.8, "beta_2": 0.9, "m": 0.0, "v": 0.0}),
}  # fmt: skip
SHOWN = [(cell["id"], "\\\\".join(re.findall(r"(?s)\$\$(.*?)\$\$", source(cell))))
         for path in NOTEBOOKS for cell in load(path)["cells"] if cell["id"].startswith("formula-")]  # fmt: skip


def both(name: str, latex: str) -> tuple[float, float]:
    """Where the formula and the package's rule move a 2.0 in three steps."""
    rule, options, values = RULES[name]
    p, memory = torch.tensor([2.0], dtype=torch.float64), dict[str, Any]()
    gradients = [0.7, -1.3, 0.4]
    for g in gradients:
        gradient = g + values.get("decay", 0.0) * p  # before any rule sees it
        rule(p, gradient, memory, options | {"lr": 0.13, "eps": 0.05})
    return by_formula(latex, values | {"eta": 0.13, "epsilon": 0.05, "theta": 2.0}, gradients), p.item()


def test_every_rule_is_displayed() -> None:
    assert {name for name, _ in SHOWN} == set(RULES)


@pytest.mark.parametrize(("name", "latex"), SHOWN, ids=[name for name, _ in SHOWN])
def test_the_formula_moves_a_number_as_the_rule_does(name: str, latex: str) -> None:
    shown, moved = both(name, latex)
    assert shown == pytest.approx(moved, rel=1e-9)


CHANGES = [(r"\theta - \eta", r"\theta + \eta"), ("g^2", "g"), (r"1 - \beta_1^t", r"1 + \beta_1^t"),
           (r"1 - \tau", r"1 + \tau"), (r"\mu v +", r"\mu v -")]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=[new for _, new in CHANGES])
def test_a_wrong_sign_or_power_is_noticed(change: tuple[str, str]) -> None:
    changed = [(name, latex.replace(*change)) for name, latex in SHOWN if change[0] in latex]
    assert changed
    for name, latex in changed:
        shown, moved = both(name, latex)
        assert shown != pytest.approx(moved, rel=1e-3)
