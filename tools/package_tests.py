"""Which tests are about the package: those that import it, and nothing that only this repository has."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TESTS = ROOT / "tests"
OTHERS = {"tools", "benchmarks", *(path.stem for path in (ROOT / "book" / "_ext").glob("*.py"))}


def _imported(path: Path) -> Iterator[str]:
    """Name the modules that a file imports, in full; of `from a import b` also a.b, which may be one."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            yield from (str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names))


def reached(path: Path) -> set[str]:
    """Name the top modules that a test file imports, itself or through its helpers in `tests`."""
    found: set[str] = set()
    todo = [path]
    while todo:
        fresh = set(_imported(todo.pop())) - found
        found |= fresh
        # Not through conftest: pytest loads it for every test, and what else it needs it imports when asked.
        names = {name.split(".")[1] for name in fresh if name.startswith("tests.")} - {"conftest"}
        todo += [helper for name in names if (helper := TESTS / f"{name}.py").exists()]
    return {name.partition(".")[0] for name in found}


def package_tests() -> list[Path]:
    """List the files of tests that run wherever the package does."""
    files = {path: reached(path) for path in sorted(TESTS.glob("test_*.py"))}
    return [path for path, names in files.items() if "lessons_pkg" in names and not names & OTHERS]
