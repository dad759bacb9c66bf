"""Run every notebook in this environment, and note whether it prints what is stored: `make bench`.

With other versions of what the course needs: ``PYTHONPATH=. python -m benchmarks.notebook_reproduction``.
"""

import json
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from benchmarks.results import RESULTS, provenance, store
from tools.execute_notebooks import BOOK, execute_and_store

HEAD = ["notebooks equal", "on", "device", "Python", "torch", "numpy", "matplotlib", "IPython", "ipywidgets"]


def row(notebooks: Sequence[Path]) -> list[str]:
    """Run the notebooks and compare as the gate does; say where, and how many gave what is stored."""
    problems = {path.stem: problem for path in notebooks if (problem := execute_and_store(path, check=True))}
    for name, problem in problems.items():
        print(f"{name}: {problem}")
    here = provenance() | {name: version(name) for name in ("matplotlib", "ipywidgets", "IPython")}
    kernels = here.get("GPU") or f"CPU, {torch.backends.cpu.get_cpu_capability()}"
    here["device"] = f"{kernels}, {here['system']}"
    here["notebooks equal"] = f"{len(notebooks) - len(problems)} of {len(notebooks)}"
    return [here[name] for name in HEAD]


def joined(stored: list[list[Any]], fresh: list[Any]) -> list[list[Any]]:
    """Put a row in place of the one for the same environment, or beside those for others."""
    others = [old for old in stored if old[2:] != fresh[2:]]
    return sorted([*others, fresh], key=lambda row: str(row[2:]))


def main() -> None:
    """Run all notebooks here; keep what other environments gave."""
    path = RESULTS / "notebook_reproduction.json"
    stored = json.loads(path.read_text(encoding="utf-8"))["tables"]["environments"] if path.exists() else {}
    rows = joined(stored.get("rows", []), row(sorted(BOOK.rglob("*.ipynb"))))
    print(f"stored in {store('notebook_reproduction', {'environments': {'head': HEAD, 'rows': rows}})}")


if __name__ == "__main__":
    main()
