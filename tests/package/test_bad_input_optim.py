"""Bad input to every optimizer and to clipping: refused before the first of several parameters has changed."""

import inspect
import math
import re
import warnings
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from lessons_pkg import optim
from lessons_pkg.optim import clip_grad_norm_
from tests.helpers.bad_arguments import OPTIONS, THINGS
from tests.package.test_bad_input import EXAMPLES, same

OPTIMIZERS = [name for name in optim.__all__ if name != "clip_grad_norm_"]
WORDS = {repr(value): value for value in OPTIONS}


def parameter(kind: str) -> Tensor:
    """Return a parameter with a gradient, one of them bad in this way."""
    p = torch.ones(3)
    if kind == "inference parameter" or kind == "inference gradient":
        with torch.inference_mode():
            made = torch.ones(3)
        p = made if kind == "inference parameter" else p
        p.grad = made if kind == "inference gradient" else torch.ones(3)
        return p
    if kind == "integer parameter":
        p = torch.ones(3, dtype=torch.int64)
    if kind == "complex parameter":
        p = torch.ones(3, dtype=torch.complex64)
    if kind == "expanded parameter":
        p = torch.ones(1).expand(3)
    if kind in LOOSE:
        p.requires_grad_().grad_dtype = None  # since torch 2.10: any type may follow
    if kind == "sparse gradient":
        p.grad = torch.ones(3).to_sparse()
    elif kind == "expanded gradient":
        p.grad = torch.ones(1).expand(3)
    elif kind == "not contiguous gradient":
        p.grad = torch.ones(6)[::2]
    elif kind in NUMBERS:
        p.grad = torch.full((3,), NUMBERS[kind])
    else:
        p.grad = torch.ones_like(p, dtype=LOOSE.get(kind))
    return p


NUMBERS = {"nan gradient": math.nan, "huge gradient": 3e38}
LOOSE = {
    f"{dtype} gradient": dtype for dtype in (torch.bool, torch.int64, torch.complex64, torch.float64, torch.float16)
} if hasattr(torch.Tensor, "grad_dtype") else {}  # fmt: skip
KINDS = [
    "sparse gradient", "expanded gradient", "not contiguous gradient", *NUMBERS,
    "inference parameter", "inference gradient", "integer parameter", "complex parameter", "expanded parameter", *LOOSE,
]  # fmt: skip


def everything(parameters: list[Tensor]) -> list[list[Any]]:
    grads = [p.grad for p in parameters]
    return [[t.detach().clone() if t is not None else None for t in part] for part in (parameters, grads)]


def tried(call: Callable[..., Any], *given_to: Any, **options: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return call(*given_to, **options)
        except Exception as error:
            return error


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_step_changes_all_or_nothing(name: str, kind: str) -> None:
    parameters = [parameter(""), parameter(kind), parameter("")]
    (before, grads), optimizer = everything(parameters), getattr(optim, name)(parameters, lr=0.1)
    said = tried(optimizer.step)
    assert same(everything(parameters)[1], grads), "it changed a gradient"
    unchanged = [same(*two) for two in zip(before, parameters, strict=True)]
    if said is None:
        assert not any(unchanged) or kind == "huge gradient"  # divided by an infinite size it is 0
        return
    assert isinstance(said, (TypeError, ValueError))
    assert re.match(rf"{name}: (gradients|parameters) ", str(said))
    assert all(unchanged)
    assert not optimizer.state, "nothing moved, and something is remembered"


@pytest.mark.parametrize("kind", KINDS)
def test_clipping_changes_all_or_nothing(kind: str) -> None:
    parameters = [parameter(""), parameter(kind), parameter("")]
    before, grads = everything(parameters)
    said = tried(clip_grad_norm_, parameters, 0.1)
    assert same(everything(parameters)[0], before), "it changed a parameter"
    unchanged = [same(*two) for two in zip(grads, everything(parameters)[1], strict=True)]
    if isinstance(said, Tensor):
        assert not any(unchanged) or kind == "nan gradient"  # which stays nan
        return
    assert all(unchanged)
    if not (isinstance(said, ValueError) and str(said).startswith("clip_grad_norm_: gradients ")):
        parameters = [parameter(""), parameter(kind)]  # integers have no norm: torch says so itself
        assert type(said) is type(tried(nn.utils.clip_grad_norm_, parameters, 0.1))


def two_steps(kind: Any, options: dict[str, Any]) -> Any:
    p = torch.linspace(-1, 1, 5, dtype=torch.float64)
    optimizer = kind([p], **options)
    for number in (1.0, 2.0):
        p.grad = torch.linspace(number, -1, 5, dtype=torch.float64)
        optimizer.step()
    return p


@st.composite
def options(draw: st.DrawFn) -> tuple[str, str, str]:
    name = draw(st.sampled_from(OPTIMIZERS))
    names = sorted(set(inspect.signature(getattr(optim, name)).parameters) - {"params"})
    return name, draw(st.sampled_from(names)), draw(st.sampled_from(sorted(WORDS)))


def complaint(name: str, option: str, value: Any) -> str | None:
    given_to = {"lr": 0.1, option: value}
    if name in ("SGD", "RMSprop"):  # so that what belongs to momentum counts
        given_to = {"momentum": 0.5, **given_to}
    ours = tried(two_steps, getattr(optim, name), given_to)
    if isinstance(ours, Exception):
        fine = isinstance(ours, (TypeError, ValueError)) and re.match(rf"{name}: {option}\b", str(ours))
        truth = isinstance(ours, RuntimeError) and "Boolean " in str(ours)  # torch's: no flag, no number
        return None if fine or truth else repr(ours)
    theirs = tried(two_steps, getattr(torch.optim, name), given_to)
    if isinstance(theirs, Exception):
        return None if ours.shape == (5,) else f"shape {ours.shape}"
    if option == "lr" and value == 1e308:
        return None  # where the first product overflows depends on the order
    return None if same(ours, theirs, 1e-12) else f"{ours} and not {theirs}"


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_one_bad_option(name: str) -> None:
    names = set(inspect.signature(getattr(optim, name)).parameters) - {"params"}
    found = {(o, w): complaint(name, o, WORDS[w]) for o in names for w in WORDS}
    assert {key: said for key, said in found.items() if said} == {}


@settings(max_examples=EXAMPLES)
@given(options(), st.sampled_from(KINDS))
def test_a_bad_group_is_not_taken_over(chosen: tuple[str, str, str], kind: str) -> None:
    name, option, word = chosen
    optimizer = getattr(optim, name)([parameter("")], lr=0.1)
    group = {"params": [parameter(kind)], option: WORDS[word]}
    said = tried(optimizer.add_param_group, group)
    assert len(optimizer.param_groups) == (1 if isinstance(said, Exception) else 2)
    if isinstance(said, Exception):
        assert isinstance(said, (TypeError, ValueError, RuntimeError))
        assert list(group) == ["params", option]


@pytest.mark.parametrize(
    "value", [*THINGS, [], [[]], [None], [torch.ones(2), 1], torch.ones(2), {"params": 1}], ids=str
)
def test_what_is_no_list_of_parameters(value: Any) -> None:
    """Torch's own words and types, from its base class; for clipping, the same types."""
    for name in OPTIMIZERS:
        ours, theirs = (tried(getattr(library, name), value) for library in (optim, torch.optim))
        assert type(ours).__name__ == type(theirs).__name__
    ours, theirs = (tried(clip, value, 1.0) for clip in (clip_grad_norm_, nn.utils.clip_grad_norm_))
    assert type(ours) is type(theirs) or re.match("clip_grad_norm_: ", str(ours))


@pytest.mark.parametrize("word", sorted(WORDS))
def test_bad_norm(word: str) -> None:
    p = parameter("")
    said = tried(clip_grad_norm_, [p], WORDS[word])
    if isinstance(said, Exception):
        assert isinstance(said, (TypeError, ValueError))
        assert str(said).startswith("clip_grad_norm_: max_norm must be ")
        assert same(p.grad, torch.ones(3))
    else:
        q = parameter("")
        assert same(said, nn.utils.clip_grad_norm_([q], WORDS[word]))
        assert same(p.grad, q.grad, 1e-6)
