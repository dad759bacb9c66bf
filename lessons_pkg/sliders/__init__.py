"""Sliders with two lives: ipywidgets where a kernel runs, plain HTML everywhere else."""

from lessons_pkg.sliders.explore import explore

__all__ = ["explore"]
