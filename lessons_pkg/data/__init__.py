"""Data of the course: the articles' numbers, and real sets that come with scikit-learn."""

from lessons_pkg.data.additions import VOCABULARY, additions, decode, encode
from lessons_pkg.data.articles import line_points, printed_network
from lessons_pkg.data.diabetes import diabetes
from lessons_pkg.data.digits import digits, stratified_rows
from lessons_pkg.data.plants import grains
from lessons_pkg.data.scaling import StandardScaler
from lessons_pkg.data.splits import Part, Splits

__all__ = [
    "VOCABULARY",
    "Part",
    "Splits",
    "StandardScaler",
    "additions",
    "decode",
    "diabetes",
    "digits",
    "encode",
    "grains",
    "line_points",
    "printed_network",
    "stratified_rows",
]
