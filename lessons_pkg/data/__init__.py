"""Data of the course: the articles' numbers, and real sets that come with scikit-learn."""

from lessons_pkg.data.articles import line_points, printed_network

__all__ = ["line_points", "printed_network"]
