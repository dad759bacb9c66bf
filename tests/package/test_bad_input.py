"""Bad input to every loss: what torch's own function does with it, or an error that names the argument.

Never a broadcast result, an argument changed, or an error from somewhere inside. A thorough run:
``BAD_INPUT_EXAMPLES=1000 pytest tests/test_bad_input*.py``.
"""

import os
import re
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from lessons_pkg import losses
from tests.helpers.bad_arguments import RIGHT, TARGETS, Arguments, Target, numbers, pair, ways

EXAMPLES = int(os.environ.get("BAD_INPUT_EXAMPLES", "100"))
THOROUGH = EXAMPLES > 100
# Where we do not follow torch: function, argument, what was done to it (a regular expression): the reason.
UNLIKE_TORCH = {
    "binary_cross_entropy_with_logits input holds -inf": "inf where torch has nan, as its docstring says",
    "binary_cross_entropy_with_logits target holds -?inf": "no probability; nan here, inf or nan there",
    "binary_cross_entropy_with_logits pos_weight torch.uint8": "torch subtracts 1 from it in 8 bits: 0 - 1 = 255",
    "ctc_loss log_probs holds inf": "no logarithm of a probability",
}
# Errors of torch's own that say what is wrong: its layouts and devices, and what is neither true nor false.
TORCHS_WORDS = r"[Ss]parse|meta|same device|Device index|Boolean value of Tensor|NVIDIA driver"


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Keep a second thread from spinning between thousands of tiny calls: it triples the time."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def outcome(call: Any, arguments: Arguments) -> Any:
    """Return value and slopes, or the error."""
    try:
        value = call(**arguments)
    except Exception as error:
        return error
    leaves = [t for t in arguments.values() if isinstance(t, Tensor) and t.requires_grad]
    if not leaves or not isinstance(value, Tensor) or not value.requires_grad:
        return value, None
    try:
        return value, torch.autograd.grad(value.sum(), leaves, allow_unused=True)
    except RuntimeError:
        return value, None


def state(arguments: Arguments) -> list[Any]:
    """Return all that a call must leave as it was."""
    found: list[Any] = []
    for t in arguments.values():
        if isinstance(t, Tensor):
            bits = t.shape if t.is_meta else repr(t.detach().to_dense().tolist())  # repr: nan is itself
            found += [bits, None if t.is_inference() else t._version, t.requires_grad, t.dtype, t.layout]
        else:
            found.append(repr(t))
    return found


def same(a: Any, b: Any, tolerance: float = 0.0) -> bool:
    if isinstance(a, (tuple, list)) and isinstance(b, (tuple, list)):
        return len(a) == len(b) and all(same(x, y, tolerance) for x, y in zip(a, b, strict=True))
    if not isinstance(a, Tensor) or not isinstance(b, Tensor):
        return bool(a == b)
    if a.is_meta or b.is_meta or a.shape != b.shape:
        return a.shape == b.shape
    kind = torch.complex128 if a.is_complex() or b.is_complex() else torch.float64
    return torch.allclose(
        a.to_dense().to(kind), b.to_dense().to(kind), rtol=tolerance, atol=tolerance, equal_nan=True
    )


def is_named(error: Exception, target: Target, arguments: Arguments) -> bool:
    """Whether the words of an error name the function and an argument."""
    words = str(error)
    function = re.search(
        rf"^({target.call.__name__}|reduce|focal loss)\b", words
    )  # two helpers name themselves
    roles = "|".join(re.escape(role.rstrip("s")) for role in arguments)
    return words.startswith("reduction must be") or bool(function and re.search(rf"\b({roles}|boxes)", words))


def refused_well(error: Exception, twin: Any, target: Target, arguments: Arguments) -> bool:
    if isinstance(error, (TypeError, ValueError)) and is_named(error, target, arguments):
        return True
    if isinstance(error, RuntimeError) and re.search(TORCHS_WORDS, str(error)):
        return True
    if isinstance(error, IndexError):  # documented for log_softmax: no such dim, or nothing along it
        return target.call is losses.log_softmax
    if isinstance(error, TypeError) and "randperm" in str(error):  # torch names its generator
        return target.call.__name__ == "project_conflicting"
    if isinstance(error, RuntimeError):  # NotImplementedError is one
        return isinstance(twin, RuntimeError)
    return type(error) is type(twin)


def precision(*tensors: Any) -> float:
    kinds = [t.dtype for t in tensors if isinstance(t, Tensor) and t.is_floating_point()]
    return max([1e-11, *(8 * torch.finfo(kind).eps for kind in kinds)])


def complaint(name: str, arguments: Arguments, attacks: list[str]) -> str | None:
    """Call the function; return what is wrong with what it did, or None."""
    target = TARGETS[name]
    before = state(arguments)
    ours = outcome(target.call, arguments)
    if not same(before, state(arguments)):
        return "it changed an argument"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's on broadcasting: it is what we refuse
        twin = outcome(target.twin, arguments) if target.twin else None
    if isinstance(ours, Exception):
        return None if refused_well(ours, twin, target, arguments) else f"{ours!r:.160}, torch: {twin!r:.80}"
    value, slopes = ours
    reduced = arguments.get("reduction", "none") != "none"
    wanted = () if reduced else tuple(target.shape(arguments))
    if not isinstance(value, Tensor) or value.shape != wanted:
        return f"it returned {value!r:.160} and not {wanted}, torch: {twin!r:.80}"
    if (
        twin is None
        or isinstance(twin, Exception)
        or any(re.search(k, a) for k in UNLIKE_TORCH for a in attacks)
    ):
        return None
    tolerance = precision(value, *arguments.values())
    if not same(value, twin[0], tolerance):
        return f"value {value!r:.160}, torch {twin[0]!r:.160}"
    if (
        slopes is not None and twin[1] is not None and name != "ctc_loss"
    ):  # torch's slope is another (chapter 7)
        return None if same(slopes, twin[1], tolerance) else f"slopes {slopes!r:.160}, torch {twin[1]!r:.160}"
    return None


def spoiled(name: str, choices: dict[str, str]) -> tuple[Arguments, list[str]]:
    arguments = TARGETS[name].right()
    for role, way in choices.items():
        arguments[role] = ways(role, arguments[role])[way](arguments[role])
    return arguments, [f"{name} {role} {way}" for role, way in choices.items()]


def test_every_loss_is_attacked() -> None:
    assert set(RIGHT) == set(losses.__all__), "RIGHT needs right arguments of each public loss, and no others"


@pytest.mark.parametrize("name", TARGETS)
def test_one_bad_argument(name: str) -> None:
    """Every way to spoil every argument, one after the other; in the gate every second."""
    right = TARGETS[name].right()
    assert complaint(name, right, []) is None
    attacks = [(role, way) for role, value in right.items() for way in ways(role, value)]
    found = []
    for role, way in attacks[:: 1 if THOROUGH else 2]:
        said = complaint(name, *spoiled(name, {role: way}))
        found += [f"{role} {way}: {said}"] if said else []
    assert found == []


CUBE = torch.full((1, 1, 1), 0.5)  # it broadcast: the result had a dimension more
GAVE_WAY: list[tuple[str, str, Any]] = [
    ("huber_loss", "delta", CUBE),
    ("smooth_l1_loss", "beta", CUBE),
    ("pinball_loss", "quantile", CUBE),
    ("dice_loss", "smooth", CUBE),
    ("sigmoid_focal_loss", "alpha", CUBE),
    ("sigmoid_focal_loss", "gamma", CUBE),
    ("softmax_focal_loss", "gamma", CUBE),
    ("gaussian_nll_loss", "eps", None),
    *[(name, "eps", CUBE[0]) for name in losses.__all__ if "box_iou" in name],
    ("binary_cross_entropy", "weight", numbers(4, 3) * 1j),
    ("binary_cross_entropy_with_logits", "pos_weight", numbers(3) * 1j),
    ("binary_cross_entropy", "weight", numbers(4, 3).to("meta")),
    ("log_softmax", "dim", None),
    ("log_softmax", "dim", (0, 1)),
    ("cross_entropy", "ignore_index", CUBE),
    ("nll_loss", "ignore_index", 1.5),
    ("ctc_loss", "blank", 0.5),
    ("ctc_loss", "input_lengths", None),
    ("ctc_loss", "target_lengths", {}),
]


@pytest.mark.parametrize(("name", "role", "value"), GAVE_WAY, ids=[f"{way[0]}-{way[1]}" for way in GAVE_WAY])
def test_what_once_gave_way(name: str, role: str, value: Any) -> None:
    with pytest.raises((TypeError, ValueError), match=rf"^{name}: {role} "):
        TARGETS[name].call(**{**TARGETS[name].right(), role: value})


@pytest.mark.parametrize("beta", [5e-324, 1e-310])
def test_smooth_l1_with_a_beta_too_small_to_divide_by(beta: float) -> None:
    input, target = pair().values()
    assert same(losses.smooth_l1_loss(input, target, beta=beta), losses.l1_loss(input, target))


@st.composite
def several(draw: st.DrawFn) -> tuple[str, dict[str, str]]:
    name = draw(st.sampled_from(sorted(TARGETS)))
    right = TARGETS[name].right()
    roles = draw(st.lists(st.sampled_from(sorted(right)), min_size=1, max_size=3, unique=True))
    return name, {role: draw(st.sampled_from(sorted(ways(role, right[role])))) for role in roles}


@settings(max_examples=EXAMPLES)
@given(several(), st.booleans(), st.sampled_from(["none", "sum", "mean"]))
def test_several_bad_arguments(chosen: tuple[str, dict[str, str]], inference: bool, reduction: str) -> None:
    name, choices = chosen
    with torch.inference_mode(inference):
        arguments, attacks = spoiled(name, choices)
        if "reduction" in arguments and "reduction" not in choices:
            arguments["reduction"] = reduction
        assert complaint(name, arguments, attacks) is None
