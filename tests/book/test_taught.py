"""Taught cells hold the package's code, and the comparison notices what it should."""

import ast
import re
from typing import Any

import pytest

from tests.helpers.project import code_cells, source
from tests.helpers.taught import definitions, difference

Notebook = dict[str, Any]
PACKAGE = definitions()
EVERYDAY = {
    "gradient",
    "measure",
    "one_step",
    "program",
    "train",
    "twice",
}  # the ladder's, and words that any lesson may use


def taught(notebook: Notebook) -> list[str]:
    return [source(cell) for cell in code_cells(notebook) if "taught" in cell["metadata"].get("tags", [])]


def test_taught_code_is_the_packages_code(notebook: Notebook) -> None:
    cells = [node for text in taught(notebook) for node in ast.parse(text).body]
    assert [said for node in cells if (said := difference(node, PACKAGE))] == []


def test_what_a_notebook_shares_with_the_package_is_marked_as_taught(notebook: Notebook) -> None:
    for cell in code_cells(notebook):
        tree = ast.parse(re.sub(r"(?m)^(\s*)%.*$", r"\1pass", source(cell)))
        names = {node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
        assert not names & (set(PACKAGE) - EVERYDAY) or "taught" in cell["metadata"].get("tags", []), (
            names & set(PACKAGE)
        )


OURS = '''
@guarded(floating("x"))
def double(x: Tensor, times: float = 2.0) -> Tensor:
    """Multiply."""
    result: Tensor = x * times
    return result


class Scaler(Base):
    """Remember."""

    mean: Tensor
    rules = (1,)

    def __init__(self, n: int) -> None:
        self.n = n

    @guarded(fitting_rows)
    def scale(self, x: Tensor) -> Tensor:
        return x / self.mean


class Part(NamedTuple):
    x: Tensor
    y: Tensor
'''
HERE = {n.name: n for n in ast.parse(OURS).body if isinstance(n, (ast.FunctionDef, ast.ClassDef))}
BODY = "    result = x * times\n    return result\n"
SAME = {
    "no hints": "def double(x, times=2.0):\n" + BODY,
    "hints": "def double(x: Tensor, times: float = 2.0) -> Tensor:\n    result: Tensor = x * times\n    return result\n",
    "method": "class Scaler(Base):\n    def scale(self, x):\n        return x / self.mean\n",
    "all": "class Scaler(Base):\n    def __init__(self, n):\n        self.n = n\n    def scale(self, x):\n        return x / self.mean\n",
    "fields": "class Part(NamedTuple):\n    x: Tensor\n    y: Tensor\n",
}
OTHER = {
    "number": "def double(x, times=3.0):\n" + BODY,
    "decorator": "@torch.no_grad()\ndef double(x, times=2.0):\n" + BODY,
    "no method": "class Scaler(Base):\n    def __init__(self, n):\n        self.n = n\n",
    "method": "class Scaler(Base):\n    def scale(self, x):\n        return x * self.mean\n",
    "plumbing": "class Scaler(Base):\n    def __init__(self, n):\n        self.n = 1\n    def scale(self, x):\n        return x / self.mean\n",
    "fields": "class Part(NamedTuple):\n    y: Tensor\n    x: Tensor\n",
    "unknown": "def triple(x):\n    return 3 * x\n",
}  # fmt: skip


@pytest.mark.parametrize("cell", SAME.values(), ids=SAME)
def test_the_same_code_passes(cell: str) -> None:
    assert difference(ast.parse(cell).body[0], HERE) is None


@pytest.mark.parametrize("cell", OTHER.values(), ids=OTHER)
def test_other_code_does_not(cell: str) -> None:
    assert difference(ast.parse(cell).body[0], HERE)
