"""Every public name says what a reader of the reference looks for: formula, shapes, errors, twin, source."""

import re
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import pytest

import lessons_pkg


def public(package: str) -> list[str]:
    """What a package exports, or what a module itself defines."""
    module = import_module(package)
    own = [name for name, thing in vars(module).items() if getattr(thing, "__module__", "") == package]
    return list(getattr(module, "__all__", [name for name in own if name[0] != "_"]))


PACKAGES = [f"lessons_pkg.{part.name}" for part in iter_modules(lessons_pkg.__path__) if part.name[0] != "_"]
PUBLIC = [(package, name) for package in PACKAGES for name in public(package) if not name.isupper()]

# Public, and on the page, though their packages do not export them.
BESIDE = [
    ("lessons_pkg.losses.multitask", "project_conflicting"),
    ("lessons_pkg.optim.base", "DenseOptimizer"),
]
PARTS = {
    "formula": r":math:`|\.\. math::",
    "shapes": r"``\((?:|\w.*?|\))\)?``|any shapes?\b|\btakes and returns what\b|\beverything else as there\b",
    "errors": r"\braises?\b:? \w+|\bNever raises\b",
    "twin": r"\bTwin of ``(?:torch|sklearn)|No twin in torch\b",
    "source": r"\b[A-Z]\w+\s\(\d{4}\)|\bothers\s\(\d{4}\)|\barticle \d{3}\b",
    "chapter": r"\bChapters?\s\d",
}
WANTED = {
    "losses": [*PARTS],
    "optim": [*PARTS],
    "models": ["formula", "shapes", "errors", "source", "chapter"],
    "data": ["shapes", "errors", "chapter"],
    "graph": ["errors", "chapter"],
    "guards": [],
    **{name: ["errors"] for name in ("exercises", "plotting", "runtime", "sliders")},
}
NOT_THERE = {
    "Part": ("errors", "chapter"),  # a tuple refuses nothing; its chapters stand at each kind of target
    "Splits": ("errors", "shapes"),  # three of those
    "Node": ("errors", "chapter"),  # a tuple that `walk` makes, and `walk` says where it is taught
    "LeNet": ("formula",),  # layers, in words
    "Block": ("formula",),
    "DenseOptimizer": ("shapes", "twin", "source"),  # what all optimizers share: it moves nothing itself
    **dict.fromkeys(("warmup_cosine", "warmup_stable_decay"), ("shapes",)),  # of numbers
    "decay_groups": ("formula",),  # a rule, in words
    "device": ("errors",),
    "settings": ("errors",),
    "quiet": ("errors",),
}


def missing(doc: str, wanted: list[str]) -> list[str]:
    words = " ".join(doc.split())
    return [
        part
        for part in wanted
        if not re.search(PARTS[part], words, re.IGNORECASE * (part in ("shapes", "errors")))
    ]


@pytest.mark.parametrize(
    ("package", "name"), [*PUBLIC, *BESIDE], ids=lambda part: str(part).removeprefix("lessons_pkg.")
)
def test_a_public_name_says_what_its_package_promises(package: str, name: str) -> None:
    public: Any = getattr(import_module(package), name)
    wanted = WANTED[package.split(".")[1]]
    lacks = missing(public.__doc__ or "", wanted)
    excused = [part for part in wanted if part in NOT_THERE.get(name, ())]
    assert lacks == excused, f"the docstring of {name} lacks {lacks}, looked for as {PARTS}"
