"""Build the book; a warning is an error. `make book`."""

import shutil
import subprocess
import sys
from pathlib import Path

from tools import student_notebooks

ROOT = Path(__file__).resolve().parent.parent
MARK = ROOT / "_build" / ".built"
LOG = ROOT / "_build" / "build.log"
NOT_READY = "ConnectionRefusedError"  # a slow machine asked the formulas' server a moment too early


def build() -> tuple[int, str]:
    """Run Jupyter Book over the stored outputs; return its exit status and its log."""
    command = ["jupyter-book", "build", str(ROOT), "-W", "-n", "--keep-going"]
    LOG.parent.mkdir(exist_ok=True)
    with LOG.open("w", encoding="utf-8") as log:
        run = subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, timeout=600, check=False)
    return run.returncode, LOG.read_text(encoding="utf-8")


def main() -> int:
    """Build anew; show the log only where something is wrong."""
    shutil.rmtree(ROOT / "_build", ignore_errors=True)
    status, log = build()
    if status and NOT_READY in log:
        status, log = build()
    if status:
        print(log[-6000:])
        print("The book was not built: see the lines above.")
        return 1
    student_notebooks.main()
    MARK.touch()
    return 0


if __name__ == "__main__":
    sys.exit(main())
