"""Build the book; a warning is an error. `make book`."""

import shutil
import subprocess
import sys
from pathlib import Path

from tools import student_notebooks

ROOT = Path(__file__).resolve().parent.parent


def build(target: Path = ROOT, contents: Path = ROOT / "_toc.yml") -> str:
    """Run Jupyter Book over the stored outputs, into ``target/_build``; return what is wrong, or nothing."""
    command = ["jupyter-book", "build", str(ROOT), "-W", "-n", "--keep-going"]
    command += ["--toc", str(contents), "--path-output", str(target)]
    path = target / "_build" / "build.log"
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8") as log:
        run = subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, timeout=600, check=False)
    return path.read_text(encoding="utf-8")[-6000:] if run.returncode else ""


def main() -> None:
    """Build anew; show the log only where something is wrong."""
    shutil.rmtree(ROOT / "_build", ignore_errors=True)
    wrong = build()
    if wrong:
        sys.exit(f"{wrong}\nThe book was not built: see the lines above.")
    student_notebooks.main()
    (ROOT / "_build" / ".built").touch()


if __name__ == "__main__":
    main()
