"""Measure how cost grows, and store it: `make scale`."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from benchmarks.results import store
from benchmarks.scale.tables import tables
from tools.notebooks import ROOT

HERE = Path(__file__).resolve().parent
PLACE = ROOT / ".scale"  # what is installed for this alone, and what torch.compile made
ENVIRONMENT = {
    "PYTHONPATH": f"{ROOT}{os.pathsep}{PLACE / 'packages'}",
    "TORCHINDUCTOR_CACHE_DIR": str(PLACE / "compiled"),
    "OMP_NUM_THREADS": "1",
    "MPLBACKEND": "agg",
}
INSTALL = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-deps", "--upgrade"]
SUITE = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "ignore", "--no-header"]
TIMER = "--benchmark-timer=benchmarks.scale.rounds.processor_seconds"


def run(command: Sequence[str], failed: str) -> None:
    """Run a program; stop with a sentence if it fails."""
    if subprocess.run(command, cwd=ROOT, env=os.environ | ENVIRONMENT, check=False).returncode:
        sys.exit(f"Nothing was stored: {failed}; what stands above says why.")


def main() -> None:
    """Install, measure, store."""
    needs = ["-r", str(HERE / "requirements.txt"), "--target", str(PLACE / "packages")]
    run([*INSTALL, *needs], "the packages of benchmarks/scale/requirements.txt could not be installed")
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        quiet = ["--benchmark-quiet", f"--benchmark-json={report}"]
        run([*SUITE, TIMER, *quiet, str(HERE / "suite.py")], "a case failed")
        written = tables(json.loads(report.read_text(encoding="utf-8")))
    sys.path.append(str(PLACE / "packages"))
    tools = {name: version(name) for name in ("pytest-benchmark", "torchviz", "networkx")}
    print(f"stored in {store('scale', written, tools=tools)}")


if __name__ == "__main__":
    main()
