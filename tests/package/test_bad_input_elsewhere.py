"""Bad input to everything public that is no loss and no optimizer: an error that names it, or a result."""

import contextlib
import importlib
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.axes import Axes
from torch import Tensor

from lessons_pkg import checks, data, graph, models, plotting, runtime, sliders
from tests.helpers.bad_arguments import Arguments, numbers, ways
from tests.package.test_bad_input import EXAMPLES, THOROUGH, TORCHS_WORDS, same, state

Call = tuple[Callable[..., Any], Callable[[], Arguments]]
W = torch.ones(3, requires_grad=True)


def loss() -> Tensor:
    return (W * 2).sum()


def picture(_: Any) -> tuple[Axes, str]:
    return plotting.new_axes(), "Three plain words."


def sizes(*names: str) -> Callable[[], Arguments]:
    return lambda: dict.fromkeys(names, 2)


def place() -> Arguments:
    return {"dtype": torch.float32, "device": "cpu"}


SCALER = data.StandardScaler().fit(numbers(4, 3))
SIZES = ("in_features", "hidden_features", "out_features")
CALLS: dict[str, Call] = {
    "check": (checks.check, lambda: {"name": "01.1", "answer": 1.0}),
    "start": (runtime.start, lambda: {"version": "0"}),
    "line_points": (data.line_points, place),
    "printed_network": (data.printed_network, place),
    "stratified_rows": (data.stratified_rows, lambda: {
        "labels": torch.tensor([0, 1, 1, 0]), "shares": (0.5, 0.5), "seed": 0}),
    "StandardScaler.fit": (data.StandardScaler().fit, lambda: {"x": numbers(4, 3)}),
    "StandardScaler.transform": (SCALER.transform, lambda: {"x": numbers(4, 3)}),
    "StandardScaler.inverse_transform": (SCALER.inverse_transform, lambda: {"z": numbers(4, 3)}),
    "walk": (graph.walk, lambda: {"root": loss(), "parameters": [("w", W)]}),
    "edges": (graph.edges, lambda: {"nodes": graph.walk(loss())}),
    "tree": (graph.tree, lambda: {"nodes": graph.walk(loss())}),
    "LinearRegression": (models.LinearRegression, sizes("in_features", "out_features")),
    "SigmoidMLP": (models.SigmoidMLP, sizes(*SIZES)),
    "MLP": (models.MLP, sizes(*SIZES)),
    "LinearRegression.forward": (models.LinearRegression(3).double(), lambda: {"x": numbers(4, 3)}),
    "SigmoidMLP.forward": (models.SigmoidMLP(3, 2, 1).double(), lambda: {"x": numbers(4, 3)}),
    "MLP.forward": (models.MLP(3, 2, 1).double(), lambda: {"x": numbers(4, 3)}),
    "LeNet.forward": (models.LeNet().double(), lambda: {"x": numbers(1, 1, 32, 32)}),
    "loss_curve": (plotting.loss_curve, lambda: {"losses": numbers(3), "label": None, "log": True, "ax": None}),
    "geometric_decay": (plotting.geometric_decay, lambda: {
        "start": 1.0, "factor": 0.5, "updates": 3, "label": None, "ax": None}),
    "valley": (plotting.valley, lambda: {"hessian": torch.eye(2), "minimum": torch.zeros(2), "reach": 3.0, "ax": None}),
    "descent_path": (plotting.descent_path, lambda: {"points": numbers(3, 2), "ax": None}),
    "image_grid": (plotting.image_grid, lambda: {
        "images": numbers(2, 2, 2), "labels": ["a", "b"], "columns": 2, "size": None, "ax": None}),
    "confusion_table": (plotting.confusion_table, lambda: {
        "counts": torch.tensor([[1, 0], [2, 3]]), "names": ["a", "b"], "ax": None}),
    "backward_graph": (plotting.backward_graph, lambda: {"nodes": graph.walk(loss()), "visited": None, "ax": None}),
    "new_axes": (plotting.new_axes, lambda: {"size": (5.0, 3.0)}),
    "new_panels": (plotting.new_panels, lambda: {"rows": 2, "size": (5.0, 3.0), "ratios": None}),
    "figure_html": (plotting.figure_html, lambda: {"ax": plotting.new_axes(), "caption": "Three plain words."}),
    "show": (plotting.show, lambda: {"ax": plotting.new_axes(), "caption": "Three plain words."}),
    "explore": (sliders.explore, lambda: {"draw": picture, "label": None, "start": None, "lr": [1, 2]}),
}  # fmt: skip
LEFT_OUT = {
    "Node": "a record", "Part": "a record", "Splits": "a record",
    "label": "a chapter's own words for one node of torch's; walk() looks at what it is given",
    "visit": "a chapter's own walk over torch's nodes; walk() looks at what it is given",
    "diabetes": "test_diabetes.py: its options are those of line_points, and a seed",
    "digits": "test_digits.py: its options are those of line_points, a seed and a source",
    "LeNet": "takes nothing; its forward is here",
    "device": "takes nothing", "settings": "takes nothing", "quiet": "takes nothing",
}  # fmt: skip
# Code that chapters print whole (and SigmoidMLP, which is like it) looks at shapes, not at what is no tensor.
PLAIN = (AttributeError, TypeError, RuntimeError, NotImplementedError)
TAUGHT = {"stratified_rows", "StandardScaler", "LinearRegression", "MLP", "LeNet", "SigmoidMLP"}
ODD = {
    "loss_curve losses holds 1e+308": "matplotlib warns of the overflow in its own logarithmic axis",
    "new_panels rows is 1099511627776": "MemoryError",
    "start version": "RuntimeError, on purpose: a chapter stops there",
    "StandardScaler.fit x empty in the last": "no columns: torch warns that there is no deviation",
    "explore draw is <class 'object'>": "it is a function, and raises by itself",
}


def complaint(name: str, arguments: Arguments, attacks: list[str]) -> str | None:
    call, _ = CALLS[name]
    before = state({k: v for k, v in arguments.items() if isinstance(v, Tensor)})
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            call(**arguments)
        error = None
    except Exception as raised:
        error = raised
    if not same(before, state({k: v for k, v in arguments.items() if isinstance(v, Tensor)})):
        return "it changed an argument"
    if error is None or any(attack.startswith(odd) for odd in ODD for attack in attacks):
        return None
    if name == "check":
        return f"it raised {error!r}"
    words = str(error)
    if isinstance(error, (TypeError, ValueError)) and names(name, arguments, words):
        return None
    if isinstance(error, RuntimeError) and re.search(
        TORCHS_WORDS + "|device|same dtype|should be the same", words
    ):
        return None
    return None if name.split(".")[0] in TAUGHT and isinstance(error, PLAIN) else f"{error!r:.200}"


def names(name: str, arguments: Arguments, words: str) -> bool:
    """Whether the words name the function, or that on which it draws, and what is wrong with what."""
    if re.match(r"(ax|caption) must |tensor\(\): argument 'device'", words):
        return True
    known = "|".join(
        re.escape(role) for role in (*arguments, "nodes", "sizes", "rows", "size", "fit", "parameter")
    )
    function = re.match(rf"({name.split('.')[0]}|new_panels)\b", words)
    return bool(function and re.search(rf"\b({known})", words))


def spoiled(name: str, choices: dict[str, str]) -> tuple[Arguments, list[str]] | None:
    arguments = CALLS[name][1]()
    for role, way in choices.items():
        try:
            arguments[role] = ways(role, arguments[role])[way](arguments[role])
        except (IndexError, RuntimeError, TypeError, ValueError):
            return None  # no such thing can be made of it: the first row of a number
    return arguments, [f"{name} {role} {way}" for role, way in choices.items()]


def test_every_public_name_is_attacked_or_left_out_for_a_reason() -> None:
    public = {
        name
        for module in ("checks", "data", "graph", "plotting", "sliders")
        for name in importlib.import_module(f"lessons_pkg.{module}").__all__
    }
    for module in (models, runtime):
        own = {n for n, v in vars(module).items() if getattr(v, "__module__", "") == module.__name__}
        public |= {n for n in own if not n.startswith("_")}
    assert {name.split(".")[0] for name in CALLS} | set(LEFT_OUT) == public


@pytest.mark.parametrize("name", CALLS)
def test_one_bad_argument(name: str) -> None:
    right = CALLS[name][1]()
    attacks = [(role, way) for role, value in right.items() for way in ways(role, value)]
    found = []
    for role, way in attacks[:: 1 if THOROUGH else 6]:  # drawing takes its time
        attack = spoiled(name, {role: way})
        said = complaint(name, *attack) if attack else None
        found += [f"{role} {way}: {said}"] if said else []
    assert found == []


@st.composite
def several(draw: st.DrawFn) -> tuple[str, dict[str, str]]:
    name = draw(st.sampled_from(sorted(CALLS)))
    right = CALLS[name][1]()
    roles = draw(st.lists(st.sampled_from(sorted(right)), min_size=1, max_size=2, unique=True))
    return name, {role: draw(st.sampled_from(sorted(ways(role, right[role])))) for role in roles}


@settings(max_examples=EXAMPLES // 4)
@given(several())
def test_several_bad_arguments(chosen: tuple[str, dict[str, str]]) -> None:
    attack = spoiled(*chosen)
    assert attack is None or complaint(chosen[0], *attack) is None
