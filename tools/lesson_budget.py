"""What a lesson may cost its reader: words, cells, lines, columns; and what it must have."""

import json
import re
from pathlib import Path

LIMITS = {"words": 1300, "cells in view": 16, "lines in view": 130, "lines in a cell": 15,
          "columns of code": 46, "columns of output": 44, "words before a picture": 500}  # fmt: skip
MIRRORS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 13)  # chapters whose first lesson is an article's own example
# Headings, or bold beginnings of lines.
NAMED = ("Keep", "In your own code", "As the article has it", "At work")
FOLDED = {"hide-cell", "hide-input", "remove-input", "remove-cell"}
NO_PROSE = re.compile(r"<details.*?</details>|\$\$.*?\$\$|```.*?```|(?<=\])\([^)]*\)", re.DOTALL)


def measure(path: Path) -> tuple[dict[str, int], dict[str, int]]:
    """Count what a reader has to take in, and what a lesson must have. Folds do not count."""
    much = dict.fromkeys(LIMITS, 0)
    has = dict.fromkeys(("pictures", "Predict", "exercises", *NAMED), 0)
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        text, lines = "".join(cell["source"]), [line for line in cell["source"] if line.strip()]
        if cell["cell_type"] == "markdown":
            prose = NO_PROSE.sub(" ", text)
            much["words"] += len(re.findall(r"[^\W_]+(?:['\u2019-][^\W_]+)*", prose))
            for name in NAMED:
                has[name] += len(re.findall(rf"(?m)^(?:#+ |[*_>-]+ ?\**){name}\b", prose))
            continue
        has["Predict"] += len(re.findall(r"(?m)^predict\(", text))
        has["exercises"] += bool(re.search(r"(?m)^check\(", text))
        drawn = re.search(r"<figure|<svg(?![^>]*aria-hidden)|image/png", json.dumps(cell["outputs"]))
        if not has["pictures"]:
            much["words before a picture"] = much["words"]
        has["pictures"] += bool(drawn)  # a slider is one
        if not FOLDED & set(cell["metadata"].get("tags", [])):
            much["cells in view"] += 1
            much["lines in view"] += len(lines)
            much["lines in a cell"] = max(much["lines in a cell"], len(lines))
            printed = "".join("".join(out.get("text", "")) for out in cell["outputs"]).splitlines()
            columns = [len(line) for line in printed if not re.match(r"\d+\.\d\w?: ", line)]  # verdicts wrap
            much["columns of output"] = max(much["columns of output"], *columns, 0)
            widest = max((len(line.rstrip("\n")) for line in lines), default=0)
            much["columns of code"] = max(much["columns of code"], widest)
    return much, has


def faults(path: Path) -> list[str]:
    """Say where a lesson is beyond its budget, and what it lacks."""
    much, has = measure(path)
    number, chapter = int(path.name.split("-")[0]), int(path.parent.name[:2])
    last = max(int(other.name.split("-")[0]) for other in path.parent.glob("[0-9]*.ipynb"))
    least = dict.fromkeys(("Predict", "exercises", "Keep", "In your own code"), 1)
    least |= {"pictures": max(1, round(much["words"] / 500)), "At work": int(number == last)}
    least["As the article has it"] = int(number == 1 and chapter in MIRRORS)
    found = [f"{name}: {much[name]}, at most {limit}" for name, limit in LIMITS.items() if much[name] > limit]
    found += [f"{name}: {has[name]}, at least {n}" for name, n in least.items() if has[name] < n]
    return found + [f"Predict: {has['Predict']}, only one"] * (has["Predict"] > 1)
