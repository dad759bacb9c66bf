"""What public functions accept. A rule looks at one call's arguments; ``guarded`` applies it first.

The taught cell is the body alone: the comparison with the package leaves ``@guarded(...)`` out. Each message
names the function that was called, the argument, its shape or type, and the rule. A rule that serves one
function stands beside it.
"""

import inspect
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from numbers import Real
from typing import Any, ParamSpec, TypeVar

import torch
from torch import Tensor, nn

__all__ = ["check_values", "guarded"]  # the rules are the package's own

P = ParamSpec("P")
R = TypeVar("R")
Given = Mapping[str, Any]  # the arguments of one call, by name
Rule = Callable[[str, Given], None]  # of the function's name and its arguments
INDICES = (torch.int64, torch.uint8)
_looking: ContextVar[bool] = ContextVar("look at values", default=True)


@contextmanager
def check_values(on: bool) -> Iterator[None]:
    """Look at tensors' values within this block, or with ``False`` only at their types and shapes.

    A look at values (is each class index below C, each probability in [0, 1]) makes a GPU finish what it has
    queued, at each call. Where your data are known to be right, leave it out; a wrong value then gives what
    torch makes of it.

    Args:
        on: whether values are looked at; outside of any block they are.

    Raises:
        TypeError: ``on`` is not a bool.

    Example:
        >>> import torch
        >>> from lessons_pkg import guards, losses
        >>> with guards.check_values(False):
        ...     print(f"{losses.binary_cross_entropy(torch.tensor([0.5]), torch.tensor([2.0])):.4f}")
        0.6931
    """
    if not isinstance(on, bool):
        raise TypeError(f"check_values: on must be True or False, got {kind(on)}")
    before = _looking.set(on)
    try:
        yield
    finally:
        _looking.reset(before)


def guarded(*rules: Rule) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Look at a call's arguments before it runs; code under ``torch.compile`` is not looked at.

    An optional argument that is left at None is not given to the rules. An iterator is read into a list, so
    that a rule may read it too.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        signature = inspect.signature(function)
        name = function.__qualname__.removesuffix(".__init__").removesuffix(".forward")
        defaults = {role: p.default for role, p in signature.parameters.items() if p.default is not p.empty}

        @wraps(function)
        def looked_at(*args: P.args, **kwargs: P.kwargs) -> R:
            if torch.compiler.is_compiling():
                return function(*args, **kwargs)
            try:
                bound = signature.bind(*args, **kwargs)
            except TypeError:  # Python's own words name the function
                return function(*args, **kwargs)
            read = {
                role: list(value) for role, value in bound.arguments.items() if hasattr(value, "__next__")
            }
            for role in (role for role, items in read.items() if not items):
                said = f"{name}: {role} is an empty or used-up iterator; make a list of it to use it twice"
                warnings.warn(said, stacklevel=2)
            bound.arguments.update(read)
            every = {**defaults, **bound.arguments}
            given = {r: v for r, v in every.items() if v is not None or defaults.get(r, ...) is not None}
            for rule in rules:
                rule(name, given)
            return function(*bound.args, **bound.kwargs) if read else function(*args, **kwargs)

        return looked_at

    return decorate


def kind(value: object) -> str:
    """Name a value's type, and a tensor's type of number and shape."""
    shape = tuple(value.shape) if isinstance(value, Tensor) else ""
    return f"{type(value).__name__} {getattr(value, 'dtype', '')} {shape}".rstrip()


def shape_of(value: Tensor) -> str:
    """Write a tensor's shape as a tuple."""
    return str(tuple(value.shape))


def must(
    words: str,
    holds: Callable[[Any], Any],
    *roles: str,
    error: type[Exception] = ValueError,
    got: Callable[[Any], str] = str,
) -> Rule:
    """Make a rule for each of ``roles``: ``must("be > 0", lambda size: size > 0, "size")``."""

    def rule(name: str, given: Given) -> None:
        for role in roles:
            if role in given and not holds(given[role]):
                raise error(f"{name}: {role} must {words}, got {got(given[role])}")

    return rule


def both(first: Rule, second: Rule) -> Rule:
    """Apply two rules, one after the other."""

    def rule(name: str, given: Given) -> None:
        first(name, given)
        second(name, given)

    return rule


def typed(words: str, holds: Callable[[Any], Any], *roles: str) -> Rule:
    """Make a rule about types."""
    return must(words, holds, *roles, error=TypeError, got=kind)


def floating(*roles: str) -> Rule:
    """Refuse what is no floating-point tensor."""
    return typed("be floating-point", lambda v: isinstance(v, Tensor) and v.is_floating_point(), *roles)


def is_floating_dtype(value: object) -> bool:
    """Tell whether a value is a type of floating-point numbers."""
    return isinstance(value, torch.dtype) and value.is_floating_point


FLOATING_DTYPE = must("be floating-point", is_floating_dtype, "dtype", error=TypeError)


def real(*roles: str) -> Rule:
    """Refuse what is no tensor of real numbers with all its elements at hand."""
    return typed("be a tensor of real numbers", is_real, *roles)


def is_real(value: object) -> bool:
    """Tell whether a value is a dense tensor of real numbers, with its elements at hand."""
    dense = isinstance(value, Tensor) and value.layout == torch.strided and not value.is_meta
    return dense and isinstance(value, Tensor) and not value.is_complex()


def int64(*roles: str) -> Rule:
    """Refuse what is no tensor of whole numbers in 64 bits: numbers of words or classes."""
    return typed("hold whole numbers (int64)", lambda v: is_real(v) and v.dtype == torch.int64, *roles)


def module(*roles: str) -> Rule:
    """Refuse what is no ``torch.nn.Module``."""
    return typed("be an nn.Module", lambda v: isinstance(v, nn.Module), *roles)


def number(role: str, words: str = "be a number", allowed: Callable[[Any], Any] = lambda _: True) -> Rule:
    """Refuse what is not one real number, or not allowed: ``number("delta", "be > 0", lambda d: d > 0)``.

    A tensor with dimensions would broadcast against the loss.
    """
    one = typed("be one real number", lambda v: isinstance(v, Real) or (is_real(v) and v.ndim == 0), role)
    return both(one, must(words, allowed, role))


def whole(*roles: str, least: float = -torch.inf) -> Rule:
    """Refuse what is no whole number, or below ``least``."""
    plain = typed("be a whole number", lambda v: isinstance(v, int) and not isinstance(v, bool), *roles)
    return both(plain, must(f"be >= {least}", lambda value: value >= least, *roles))


def sequence(*roles: str) -> Rule:
    """Refuse what cannot be read one by one."""
    return typed("be a sequence", lambda v: isinstance(v, Iterable) and getattr(v, "ndim", 1) > 0, *roles)


def one_of(role: str, *words: str) -> Rule:
    """Refuse an option that is none of ``words``."""
    choices = f"{', '.join(words[:-1])} or {words[-1]}"
    return must(f"be {choices}", lambda value: isinstance(value, str) and value in words, role, got=repr)


REDUCTION = one_of("reduction", "mean", "sum", "none")


def shaped(role: str, words: str, fits: Callable[[tuple[int, ...]], bool]) -> Rule:
    """Refuse a tensor of another shape: ``shaped("points", "(N, 2)", lambda s: s[1:] == (2,))``."""
    return must(f"be {words}", lambda t: fits(tuple(t.shape)), role, got=shape_of)


def same_shape(*roles: str) -> Rule:
    """Refuse operands that torch would broadcast: the wrong pairs would be averaged."""
    types = floating(*roles)

    def rule(name: str, given: Given) -> None:
        types(name, given)
        shapes = {role: shape_of(given[role]) for role in roles if role in given}
        if len(set(shapes.values())) > 1:
            words = " and ".join(f"{role} {shape}" for role, shape in shapes.items())
            raise ValueError(f"{name}: {words} differ; broadcasting would average the wrong pairs")

    return rule


def refuse_values(name: str, role: str, values: Tensor, wrong: Tensor, words: str) -> None:
    """Raise ValueError with the first of ``values`` at which ``wrong`` is true, if values are looked at."""
    if not _looking.get():
        return
    try:
        found = values[wrong]
    except RuntimeError:  # under torch.func.vmap, and on meta, no value can be looked at
        return
    if found.numel() > 0:
        first = found[0].item()
        got = f"{first:.4g}" if isinstance(first, float) else first
        raise ValueError(f"{name}: {role} must {words}, got {got}")


def values(words: str, wrong: Callable[[Tensor], Tensor], *roles: str) -> Rule:
    """Refuse a tensor with a value that is wrong: ``values("be >= 0", lambda v: v < 0, "var")``."""

    def rule(name: str, given: Given) -> None:
        for role in roles:
            if role in given and _looking.get():
                refuse_values(name, role, given[role], wrong(given[role]), words)

    return rule


def class_targets(logits: str = "input", target: str = "target", *, soft: bool = True) -> Rule:
    """Refuse targets that are neither class indices nor, where ``soft``, probabilities for the logits."""
    words = "hold class indices (int64 or uint8)" + (" or probabilities (floating-point)" if soft else "")

    def fits(t: object) -> bool:
        return isinstance(t, Tensor) and (t.dtype in INDICES or (soft and t.is_floating_point()))

    type_of_logits, type_of_target, option = (
        floating(logits),
        typed(words, fits, target),
        whole("ignore_index"),
    )

    def rule(name: str, given: Given) -> None:
        type_of_logits(name, given)
        x, t, shape = given[logits], given[target], tuple(given[logits].shape)
        classes = shape[min(1, x.ndim - 1)] if shape else 0
        if classes == 0:
            raise ValueError(f"{name}: {logits} must be (C,) or (N, C, ...) with C >= 1, got {shape}")
        type_of_target(name, given)
        option(name, given)
        indices, ignored = t.dtype in INDICES, given.get("ignore_index")
        wanted = shape[: x.ndim > 1] + shape[2:] if indices else shape
        if t.shape != wanted:
            what = "class indices" if indices else "probabilities"
            rule = f"{target} must be {what} {wanted} for {logits} {shape}"
            raise ValueError(f"{name}: {rule}, got {t.dtype} {shape_of(t)}")
        if indices:
            t = t.long()  # so that uint8 can be compared with -100
            outside = (t < 0) | (t >= classes)
            other = "" if ignored is None else f" or be ignore_index {ignored}"
            kept = outside if ignored is None else outside & (t != ignored)
            refuse_values(name, target, t, kept, f"lie in 0..{classes - 1}{other}")
        elif ignored is not None and ignored >= 0:
            raise ValueError(f"{name}: ignore_index names a class index, and {target} holds probabilities")

    return rule


def per_class(role: str = "weight", logits: str = "input") -> Rule:
    """Refuse a weight that is not one number per class, of the logits' type."""

    def rule(name: str, given: Given) -> None:
        x = given[logits]
        n = x.shape[min(1, x.ndim - 1)]
        cure = f" (under autocast: give {logits}.float())" if torch.is_autocast_enabled(x.device.type) else ""
        like = f"be a {x.dtype} tensor like {logits}{cure}"
        typed(like, lambda w: isinstance(w, Tensor) and w.dtype == x.dtype, role)(name, given)
        shaped(role, f"({n},), one per class", lambda shape: shape == (n,))(name, given)

    return rule


def plain_number(*roles: str) -> Rule:
    """Refuse options of an optimizer that are no plain number; a tensor is none."""
    return typed("be a number", lambda value: isinstance(value, Real), *roles)


def at_least_zero(*roles: str) -> Rule:
    """Refuse options of an optimizer that are no plain number, negative or nan."""
    return both(plain_number(*roles), must("be >= 0", lambda value: float(value) >= 0, *roles))


def decay_rate(*roles: str) -> Rule:
    """Refuse rates outside [0, 1), at which a running mean would not be one."""
    return both(at_least_zero(*roles), must("be < 1", lambda rate: float(rate) < 1, *roles))


def decay_rates(role: str) -> Rule:
    """Refuse what is no pair of decay rates, such as Adam's ``betas``."""
    return both(pair(role), each(role, decay_rate))


def each(role: str, rule_for: Callable[[str], Rule]) -> Rule:
    """Apply a rule to each part of a sequence: ``each("betas", decay_rate)``."""

    def rule(name: str, given: Given) -> None:
        parts = {f"{role}[{k}]": part for k, part in enumerate(given.get(role, ()))}
        for part in parts:
            rule_for(part)(name, parts)

    return rule


def pair(role: str) -> Rule:
    """Refuse what does not hold two things."""
    two = lambda value: isinstance(value, (tuple, list)) and len(value) == 2  # noqa: E731
    return must("be a pair of numbers", two, role, error=TypeError, got=repr)
