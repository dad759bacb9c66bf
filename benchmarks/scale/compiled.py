"""Both twins through torch.compile, where it finds a C++ compiler."""

import os
import shutil
from collections.abc import Callable
from typing import Any

import torch

NO_COMPILER = "no C++ compiler"
NOT_TRIED = "not tried"
TWINS = ("ours, compiled", "torch, compiled")


def reasons(asked: bool) -> dict[str, str]:
    """Say why the compiled twins have no times; nothing if they have."""
    found = shutil.which(os.environ.get("CXX", "g++")) is not None
    return {} if asked and found else dict.fromkeys(TWINS, NO_COMPILER if asked else NOT_TRIED)


def compiled(ours: Callable[..., Any], theirs: Callable[..., Any]) -> dict[str, Callable[..., Any]]:
    """Compile both, each when it is first called."""
    torch.compiler.reset()  # else what was compiled before counts as a recompilation
    return {twin: torch.compile(one) for twin, one in zip(TWINS, (ours, theirs), strict=True)}
