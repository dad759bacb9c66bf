"""Taught code is the package's code: without docstrings, guards and, where the cell has none, type hints."""

import ast
from copy import deepcopy

from tests.helpers.project import ROOT

TAUGHT = ("losses", "optim", "data", "graph")  # and models; other parts stand in no cell
Definition = ast.FunctionDef | ast.ClassDef
GUARDS = {
    "guarded",
    "look_first",
    "at_least_32_bits",
}  # decorators that a taught cell may leave out, and no others
PLUMBING = {"__init__", "__setstate__", "require", "add_param_group"}  # methods that it may leave out
RULE = ["name", "given"]  # the arguments of a rule: what no cell shows, under names that any cell may use


class Bare(ast.NodeTransformer):
    """Strip what the comparison does not see; an assertion is there for mypy."""

    def __init__(self, *, hints: bool) -> None:
        self.hints = hints

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.decorator_list = [d for d in node.decorator_list if _name(d) not in GUARDS]
        node.returns = node.returns if self.hints else None
        return self.visit_ClassDef(node)

    def visit_ClassDef(self, node: Definition) -> ast.AST:
        if ast.get_docstring(node) is not None:
            node.body = node.body[1:]
        return self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        return node if self.hints else ast.arg(node.arg)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        if self.hints:
            return node
        return None if node.value is None else ast.Assign([node.target], node.value)

    def visit_Assert(self, node: ast.Assert) -> None:
        return None


def _name(decorator: ast.expr) -> str:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return getattr(called, "id", "")


def _functions(node: ast.AST) -> list[ast.FunctionDef]:
    return [part for part in ast.walk(node) if isinstance(part, ast.FunctionDef)]


def _shown(theirs: ast.ClassDef, cell: ast.ClassDef) -> ast.ClassDef:
    """Copy the package's class without the plumbing and the attributes that the cell does not show."""
    names = {function.name for function in _functions(cell)}
    attributes = {ast.dump(statement) for statement in cell.body}
    copy = deepcopy(theirs)
    copy.body = [
        s
        for s in copy.body
        if (
            s.name not in PLUMBING or s.name in names
            if isinstance(s, ast.FunctionDef)
            else ast.dump(s) in attributes
        )
        or (s is copy.body[0] and ast.get_docstring(copy) is not None)
    ]
    return copy


def difference(cell: ast.stmt, package: dict[str, Definition]) -> str | None:
    """Say how a taught definition differs from the package's of that name; None where it does not."""
    if not isinstance(cell, (ast.FunctionDef, ast.ClassDef)):
        return "a taught cell holds definitions only"
    if cell.name not in package:
        return f"{cell.name} is tagged as taught, but not in the package"
    theirs, functions = package[cell.name], _functions(cell)
    if isinstance(theirs, ast.ClassDef) and isinstance(cell, ast.ClassDef) and functions:
        theirs = _shown(theirs, cell)
    arguments = [part for part in ast.walk(cell) if isinstance(part, ast.arg)]
    hints = not functions or any(argument.annotation is not None for argument in arguments)
    same = (ast.dump(Bare(hints=hints).visit(deepcopy(node))) for node in (cell, theirs))
    return None if len({*same}) == 1 else f"{cell.name} differs from the package's"


def definitions() -> dict[str, Definition]:
    """Map every function and class of the package that a cell may show to its definition."""
    paths = [path for part in TAUGHT for path in (ROOT / "lessons_pkg").glob(f"{part}/*.py")]
    paths.append(ROOT / "lessons_pkg" / "models.py")
    nodes = [node for path in paths for node in ast.parse(path.read_text(encoding="utf-8")).body]
    found = [
        n for n in nodes if isinstance(n, (ast.FunctionDef, ast.ClassDef)) and not n.name.startswith("_")
    ]
    return {
        n.name: n for n in found if not isinstance(n, ast.FunctionDef) or [a.arg for a in n.args.args] != RULE
    }
