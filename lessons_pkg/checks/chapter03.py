"""Chapter 3: answers computed with torch, and the wrong ones we can explain."""

from lessons_pkg.checks.exercise import Exercise

EXERCISES: dict[str, Exercise] = {}
