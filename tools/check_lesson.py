"""Check one lesson in seconds: run and compare it, build its page, look for its faults. `make check`."""

import subprocess
import sys
import tempfile
from pathlib import Path

from tools.build_book import build
from tools.execute_notebooks import BOOK, ROOT

ASK = "Name a notebook of the book: make check LESSON=book/01-mse-regression/1-one-training-step.ipynb"
PYTEST = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]


def page_problems(lesson: Path) -> str:
    """Build this page alone; links to other pages become plain text, and only `make book` looks at them."""
    with tempfile.TemporaryDirectory() as folder:
        contents = Path(folder, "_toc.yml")
        page = lesson.relative_to(ROOT).with_suffix("").as_posix()
        contents.write_text(f"format: jb-book\nroot: {page}\n", encoding="utf-8")
        return build(Path(folder), contents)


def cases(notebook: Path) -> str:
    """Choose a notebook's tests for pytest's ``-k``: its cases, and a page's own file."""
    if notebook.parent.name[:2].isdigit():
        return f"[{notebook.parent.name[:2]}/{notebook.stem} and not put_back"
    return f"([{notebook.stem}] or test_{notebook.stem.replace('-', '_')}) and not put_back"


def main() -> None:
    """Run the comparison beside page and faults; show what is wrong."""
    lesson = Path(sys.argv[1]).resolve()
    if lesson.suffix != ".ipynb" or BOOK not in lesson.parents or not lesson.is_file():
        sys.exit(ASK)
    command = [*PYTEST, "--nbval", str(lesson)]
    compared = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    wrong = page_problems(lesson)
    print(f"{wrong}\nIts page: see the lines above." if wrong else "Its page is built without a warning.")
    command = [*PYTEST, "tests/book", "-k", cases(lesson)]
    faults = subprocess.run(command, cwd=ROOT, check=False).returncode
    print(compared.communicate()[0])
    sys.exit(bool(wrong or faults or compared.returncode))


if __name__ == "__main__":
    main()
