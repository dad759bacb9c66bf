"""Attacks on the package: a sign or a number in a function."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import nbformat

from tools.attack.change import Attack, Change, code_cells, tags

Definition = ast.FunctionDef | ast.ClassDef
Span = tuple[int, int, int, str]  # line, columns from and to, what to write there
SIGN = {ast.Add: "-", ast.Sub: "+", ast.Mult: "/", ast.Div: "*"}


def constants(tree: ast.AST) -> list[Span]:
    """Find every number, to be one more."""
    return [
        (node.lineno, node.col_offset, node.end_col_offset or 0, repr(node.value + 1))
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, (int, float))
        and not isinstance(node.value, bool)
    ]


def operators(tree: ast.AST, lines: list[str]) -> list[Span]:
    """Find every + - * / between two terms of one line."""
    found = []
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.BinOp)
            and type(node.op) in SIGN
            and node.left.end_lineno == node.right.lineno
        ):
            start = node.left.end_col_offset or 0
            if sign := re.search(r"[-+*/]", lines[node.right.lineno - 1][start : node.right.col_offset]):
                at = start + sign.start()
                found.append((node.right.lineno, at, at + 1, SIGN[type(node.op)]))
    return found


def definitions(text: str) -> Iterator[Definition]:
    """Yield the functions and classes of a module that others may use."""
    for node in ast.parse(text).body:
        if isinstance(node, Definition) and not node.name.startswith("_"):
            yield node


def taught(root: Path) -> set[str]:
    """Name everything that a chapter teaches."""
    notebooks = [nbformat.read(path, as_version=4) for path in (root / "book").glob("*.ipynb")]
    cells = [cell for notebook in notebooks for cell in code_cells(notebook) if "taught" in tags(cell)]
    return {node.name for cell in cells for node in definitions(cell.source)}


def places(root: Path, folder: str) -> Iterator[tuple[Path, str, Span]]:
    """Yield every sign and number of every definition of a folder, with the definition's name."""
    for path in sorted((root / folder).rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        lines = text.splitlines()
        for node in definitions(text):
            for span in [*constants(node), *operators(node, lines)]:
                if lines[span[0] - 1].isascii():  # else columns are no columns
                    yield path, node.name, span


def tests_of(root: Path, name: str) -> tuple[str, ...]:
    """Return the tests that mention a name."""
    found = sorted(
        path for path in (root / "tests").glob("test_*.py") if name in path.read_text(encoding="utf-8")
    )
    return tuple(path.relative_to(root).as_posix() for path in found)


def formula(
    folder: str, names: Callable[[Path], set[str]], tests: Callable[[Path, str], tuple[str, ...]]
) -> Attack:
    """Make an attack on one of these definitions; the message is to name it."""

    def change(root: Path, generator: Random) -> Change:
        known = names(root)
        path, name, (row, start, end, wrong) = generator.choice(
            [one for one in places(root, folder) if not known or one[1] in known]
        )
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        line = lines[row - 1]
        lines[row - 1] = line[:start] + wrong + line[end:]
        path.write_text("".join(lines), encoding="utf-8")
        said = f"{path.name}, {name}, {line.strip()!r}: {line[start:end]!r} became {wrong!r}"
        return Change(said, name, tests(root, name))

    return Attack(change, "unit")


TAUGHT = "tests/test_notebooks.py::test_taught_code_is_the_packages_code"
ATTACKS = {
    "taught formula": formula("lessons_pkg", taught, lambda root, name: (TAUGHT,)),
    "formula of a loss": formula("lessons_pkg/losses", lambda root: set(), tests_of),
    "formula of an optimizer": formula("lessons_pkg/optim", lambda root: set(), tests_of),
}
