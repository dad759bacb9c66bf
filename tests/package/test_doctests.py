"""Every example in a docstring prints what it says, and every public function has one."""

import doctest
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

import pytest

import lessons_pkg

MODULES = [
    module.name
    for module in walk_packages(lessons_pkg.__path__, "lessons_pkg.")
    if ".chapter" not in module.name
]
SHOWN = [
    (package, name)
    for package in (
        "losses",
        "losses.multitask",
        "optim",
        "models",
        "data",
        "graph",
        "plotting",
        "sliders",
        "exercises",
    )
    for name in getattr(
        import_module(f"lessons_pkg.{package}"),
        "__all__",
        ["LinearRegression", "LeNet", "MLP", "SigmoidMLP", "Block", "TinyTransformer", "fresh_lenet"],
    )
    if not name.isupper()
]
TUPLES = {"Node", "Part", "Splits"}  # what other functions return


@pytest.mark.parametrize("name", MODULES)
def test_examples_print_what_they_say(name: str) -> None:
    module = import_module(name)
    parser, runner = doctest.DocTestFinder(exclude_empty=True), doctest.DocTestRunner(verbose=False)
    said: list[str] = []
    for test in parser.find(module, name):
        runner.run(test, out=said.append)
    assert "".join(said) == ""


@pytest.mark.parametrize(("package", "name"), SHOWN)
def test_a_public_name_has_an_example_and_says_what_it_takes(package: str, name: str) -> None:
    public: Any = getattr(import_module(f"lessons_pkg.{package}"), name)
    doc = public.__doc__ or ""
    assert name in TUPLES or ">>> " in doc, f"the docstring of {name} has no example"
    assert len(doc.splitlines()[0]) <= 110
    assert doc.splitlines()[0].endswith((".", "``"))
