"""Companion package of the course *Loss, Gradient, Step*.

Importing it costs one ``import torch``; figures and sliders load matplotlib and ipywidgets when used.
"""

import torch

from lessons_pkg._version import __version__

__all__ = ["__version__"]

_TORCH_FLOOR = (2, 8)  # the same floor as in pyproject.toml; Colab's --no-deps install skips that one

if tuple(int(part) for part in torch.__version__.split(".")[:2]) < _TORCH_FLOOR:
    raise ImportError(
        f"lessons_pkg needs torch >= {'.'.join(map(str, _TORCH_FLOOR))}, found {torch.__version__}: "
        "run `pip install --upgrade torch`, restart, and try again"
    )
