"""Store what was measured, together with when, where and with what."""

import json
import os
import platform
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np
import torch

from tools.execute_notebooks import write_atomically

RESULTS = Path(__file__).resolve().parent / "results"
Table = dict[str, list[Any]]  # "head": words; "rows": a list of cells for each


def provenance() -> dict[str, str]:
    """Describe this run: the kind of machine, not its name."""
    here = {
        "on": datetime.now(timezone.utc).date().isoformat(),
        "Python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "system": f"{platform.system()} {platform.machine()}",
        "CPU": f"{torch.backends.cpu.get_cpu_capability()}, {os.cpu_count()} cores",
    }
    if torch.cuda.is_available():
        here["GPU"] = f"{torch.cuda.get_device_name()}, CUDA {torch.version.cuda}"
    return here


def run_and_store(name: str, measure: Callable[[], dict[str, Table]]) -> None:
    """Measure on one thread, and store the tables: what `make bench` runs."""
    torch.set_num_threads(1)
    print(f"stored in {store(name, measure())}")


def store(
    name: str, tables: dict[str, Table], folder: Path = RESULTS, tools: dict[str, str] | None = None
) -> Path:
    """Write ``name.json`` in one step, with the versions of further tools; return its path."""
    path = folder / f"{name}.json"
    stored = {"provenance": {**provenance(), **(tools or {})}, "tables": tables}
    write_atomically(path, json.dumps(stored, indent=1) + "\n")
    return path
