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
            line = lines[node.right.lineno - 1].encode()[start : node.right.col_offset].decode()
            if sign := re.search(r"[-+*/]", line):
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


Place = tuple[Path, str, Span]  # module, definition, where


def places(root: Path, folder: str) -> tuple[list[Place], list[Place]]:
    """Return every sign, and every number, of the definitions in a folder."""
    signs, numbers = [], []
    for path in sorted((root / folder).rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        lines = text.splitlines()
        for node in definitions(text):
            signs += [(path, node.name, span) for span in operators(node, lines)]
            numbers += [(path, node.name, span) for span in constants(node)]
    return signs, numbers


def changed(place: Place) -> str:
    """Write something else there; say what."""
    path, name, (row, start, end, wrong) = place
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    line = lines[row - 1].encode()  # Python counts columns in bytes
    lines[row - 1] = (line[:start] + wrong.encode() + line[end:]).decode()
    path.write_text("".join(lines), encoding="utf-8")
    return f"{path.name}, {name}, {line.decode().strip()!r}: {line[start:end].decode()!r} became {wrong!r}"


def of_a_chapter(root: Path, generator: Random) -> Change:
    """Change a sign or a number of what a chapter teaches; its text and the package's then differ."""
    signs, numbers = places(root, "lessons_pkg")
    known = taught(root)
    place = generator.choice([place for place in signs + numbers if place[1] in known])
    return Change(changed(place), place[1])


def of_the_package(folder: str) -> Callable[[Path, Random], Change]:
    """Change a sign of a formula: the package's own tests are to notice, whether or not a chapter teaches it.

    Signs only: among the numbers are steps of a search, of which one more changes nothing. The tests name
    the function that a reader calls, which need not be the one that was changed.
    """

    def change(root: Path, generator: Random) -> Change:
        return Change(changed(generator.choice(places(root, folder)[0])), "FAILED tests/")

    return change


def tests(*names: str) -> tuple[str, ...]:
    """Return files of tests."""
    return tuple(f"tests/test_{name}.py" for name in names)


LOSSES = tests("losses", "regression_losses", "robust", "cross_entropy", "binary_and_focal") + tests(
    "task_losses", "ctc", "multitask"
)
OPTIMIZERS = tests("optim", "optim_adaptive", "clip")
TAUGHT = "tests/test_notebooks.py::test_taught_code_is_the_packages_code"
ATTACKS = {
    "formula of a chapter": Attack(of_a_chapter, "unit", (TAUGHT,)),
    "formula of a loss": Attack(of_the_package("lessons_pkg/losses"), "unit", LOSSES),
    "formula of an optimizer": Attack(of_the_package("lessons_pkg/optim"), "unit", OPTIMIZERS),
}
