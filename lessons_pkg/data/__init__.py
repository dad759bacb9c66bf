"""Data of the course: the articles' numbers, and real sets that come with scikit-learn."""

from lessons_pkg.data.articles import line_points, printed_network
from lessons_pkg.data.diabetes import Part, Splits, diabetes
from lessons_pkg.data.scaling import StandardScaler

__all__ = ["Part", "Splits", "StandardScaler", "diabetes", "line_points", "printed_network"]
