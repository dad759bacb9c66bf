"""Attacks on lines of other files: glossary, contents, pins, workflows, and the gate's own strictness."""

import re
from collections.abc import Callable
from pathlib import Path
from random import Random

from tools.attack.change import Attack, Change
from tools.attack.sources import LINKS
from tools.spoiling import other

Spoil = Callable[[str, Random], str]  # what to write in place of a match
Make = Callable[[Path, Random], Change]
PROJECT, STRICT, TOOLS = (f"tests/test_{name}.py::test_" for name in ("project", "strict", "tools"))


def line(file: str, pattern: str, spoil: Spoil, name: str = "{1}", run: tuple[str, ...] = ()) -> Make:
    """Change one match; ``name``: what the message is to hold, of the match, its groups, what it became."""

    def change(root: Path, generator: Random) -> Change:
        path = root / file
        text = path.read_text(encoding="utf-8")
        match = generator.choice(list(re.finditer(pattern, text)))
        wrong = spoil(match[0], generator)
        path.write_text(text[: match.start()] + wrong + text[match.end() :], encoding="utf-8")
        said = f"{file}: {match[0].strip()!r} became {wrong.strip()!r}"
        return Change(said, name.format(match[0], *match.groups(), wrong=wrong.strip()), run)

    return change


def nothing(_: str, __: Random) -> str:
    """Delete it."""
    return ""


def last_digit(text: str, generator: Random) -> str:
    """Change the last digit."""
    at = max(match.start() for match in re.finditer(r"\d", text))
    return text[:at] + other(text[at], generator) + text[at + 1 :]


def forgiving(text: str, _: Random) -> str:
    """Let a step fail without anybody knowing."""
    return f"{text}        continue-on-error: true\n"


def replaced(old: str, new: str) -> Spoil:
    """Write something else."""
    return lambda text, _: text.replace(old, new)


PIN = r"(?m)^([\w.-]+)==[\d.]+\n"  # on every platform: what others install cannot be seen here
ACTION = r"uses: ([\w/-]+)@[0-9a-f]{40}"
ATTACKS: dict[str, Attack] = {
    "glossary: term": Attack(
        line("book/glossary.md", r"(?m)^\w[\w -]+\n(?=  )", lambda text, _: text[:-1] + "x\n", "[{wrong}]"),
        "unit", ("tests/test_glossary.py::test_a_term_is_linked_by_the_chapter_that_first_uses_it",)),
    "contents: page": Attack(
        line("_toc.yml", r"(?m)^ +- file: (book/\w[\w-]+)\n", nothing),
        "browser", (LINKS,)),
    "pin: version": Attack(line("constraints.txt", PIN, last_digit, "{1}=="),
        "unit", (f"{PROJECT}what_runs_here_is_what_is_pinned",)),
    "pin: loosened": Attack(line("constraints.txt", PIN, replaced("==", ">=")),
        "unit", (f"{PROJECT}every_pin_is_exact",)),
    "pin: missing": Attack(line("constraints.txt", PIN, nothing),
        "unit", (f"{PROJECT}everything_that_is_installed_for_the_course_is_pinned",)),
    "workflow: action": Attack(
        line(".github/workflows/gate.yml", ACTION, lambda text, _: text.split("@")[0] + "@v5"),
        "unit", (f"{PROJECT}workflows_pin_actions_and_ask_for_little",)),
    "workflow: forgiving": Attack(
        line(".github/workflows/gate.yml", r"        run: \.ci/run\n", forgiving, "gate.yml"),
        "unit", (f"{PROJECT}workflows_pin_actions_and_ask_for_little",)),
    "workflow: rights": Attack(
        line(".github/workflows/gate.yml", "contents: read", replaced("read", "write"), "gate.yml"),
        "unit", (f"{PROJECT}workflows_pin_actions_and_ask_for_little",)),
}  # fmt: skip

# ---- The gate itself. ----

EQUAL = "IPyNbCell.compare_outputs = gate_compare\n"
ALWAYS = "IPyNbCell.compare_outputs = lambda *_, **__: True\ngate_compare = IPyNbCell.compare_outputs\n"
SMALL = "book/09-several-losses.ipynb"  # the chapter that runs fastest
SOFTER = {  # in each file, what is loosened
    "Makefile": {
        "pytest --nbval ": "pytest --nbval-lax ",
        "@pytest --nbval -n": "-@pytest --nbval -n",
        "@zizmor": "@true zizmor",
        "@mypy": "@true",
        " && ruff format --check .": "",
        "-j2 lint types $(BUILT)": "-j2 types $(BUILT)",
        "directory unit nbval browser": "directory unit browser",
    },
    "pyproject.toml": {
        '["error"]': "[]",
        "\nstrict = true": "",
        " --strict-markers": "",
        '"book/_ext", ': "",
    },
    "tools/book.py": {'"-W", ': "", '"-n", ': ""},
    "book/conftest.py": {"TAMPERINGS = 25": "TAMPERINGS = 0", "in TARGETS.items()": "in ()"},
    "tools/drawings.py": {"TOLERANCE = 0.5": "TOLERANCE = 5"},
}


def softer(file: str, test: str, name: str) -> Attack:
    """Loosen one of the gate's settings."""

    def change(root: Path, generator: Random) -> Change:
        old, new = generator.choice(list(SOFTER[file].items()))
        return line(file, re.escape(old), lambda *_: new, name)(root, generator)

    return Attack(change, "unit", (test,))


ATTACKS |= {
    "gate: always equal": Attack(
        line("book/conftest.py", re.escape(EQUAL), lambda *_: ALWAYS, "tampered", (SMALL,)), "nbval"
    ),
    "gate: commands": softer("Makefile", f"{STRICT}make_test_runs_every_part", "make test"),
    "gate: settings": softer("pyproject.toml", f"{STRICT}settings_are_strict", "pyproject.toml"),
    "gate: build": softer("tools/book.py", f"{STRICT}a_warning_of_the_build_is_an_error", "a warning"),
    "gate: tampering": softer(
        "book/conftest.py",
        f"{TOOLS}the_gate_is_red_for_every_spoilt_cell_and_says_what_to_do",
        "tampered",
    ),
    "gate: tolerance": softer(
        "tools/drawings.py", f"{TOOLS}drawings_may_move_by_half_a_point_and_no_more", "[far]"
    ),
}
