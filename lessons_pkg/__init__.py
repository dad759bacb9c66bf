"""Companion package of the course *Loss, Gradient, Step*.

Importing it costs one ``import torch``; figures and sliders load matplotlib and ipywidgets when used.
"""

import importlib
from types import ModuleType

import torch

from lessons_pkg._version import __version__

__all__ = ["__version__"]

_TORCH_FLOOR = (2, 8)  # the same floor as in pyproject.toml; Colab's --no-deps install skips that one

if tuple(int(part) for part in torch.__version__.split(".")[:2]) < _TORCH_FLOOR:
    raise ImportError(
        f"lessons_pkg needs torch >= {'.'.join(map(str, _TORCH_FLOOR))}, found {torch.__version__}: "
        "run `pip install --upgrade torch`, restart, and try again"
    )

_MODULES = {
    "data",
    "exercises",
    "graph",
    "guards",
    "losses",
    "models",
    "optim",
    "plotting",
    "runtime",
    "sliders",
}


def __getattr__(name: str) -> ModuleType:
    """Import a part of the package when it is first asked for: ``lessons_pkg.losses``."""
    if name in _MODULES:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULES})
