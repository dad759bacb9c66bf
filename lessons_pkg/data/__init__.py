"""Data of the course: the articles' numbers, and real sets that come with scikit-learn."""

from lessons_pkg.data.articles import line_points, printed_network
from lessons_pkg.data.diabetes import Part, Splits, diabetes
from lessons_pkg.data.digits import Examples, Parts, digits, stratified_rows
from lessons_pkg.data.scaling import StandardScaler

__all__ = [
    "Examples",
    "Part",
    "Parts",
    "Splits",
    "StandardScaler",
    "diabetes",
    "digits",
    "line_points",
    "printed_network",
    "stratified_rows",
]
