"""Begin a chapter: a small one that is whole, to be rewritten piece by piece. `make chapter`."""

import ast
import inspect
import re
import subprocess
import sys
from pathlib import Path

import nbformat

from lessons_pkg.data import articles
from tools.execute_notebooks import METADATA, ROOT, text_of
from tools.set_repository import current, setup_cell

PARTS = ROOT / "tools" / "new"
CELL = re.compile(r"(?ms)^=== (\w+) ([\w-]+) ?([\w -]*)\n(.*?)\n(?=^=== |\Z)")
ASK = 'Say what it is about: make chapter NAME=short-name TITLE="What its heading says"'


def taught() -> str:
    """Return a function of the package as a chapter shows it: without its docstring."""
    tree = ast.parse(inspect.getsource(articles.line_points))
    (function,) = tree.body
    assert isinstance(function, ast.FunctionDef)
    del function.body[0]
    return ast.unparse(tree)


def filled(name: str, number: int, title: str) -> str:
    """Return a part of the skeleton with number and title in it."""
    text = (PARTS / name).read_text(encoding="utf-8")
    here = current()
    words = {"N": str(number), "NN": f"{number:02d}", "TITLE": title, "SETUP": setup_cell(here)}
    for key, value in {**words, "TAUGHT": taught(), "BOOK": f"{here.pages}book/"}.items():
        text = text.replace(f"@{key}@", value)
    return text


def notebook(number: int, title: str) -> str:
    """Write the skeleton's notebook, without outputs."""
    made = nbformat.v4.new_notebook(metadata=METADATA)
    for kind, name, tags, source in CELL.findall(filled("chapter.txt", number, title)):
        cell = getattr(nbformat.v4, f"new_{kind}_cell")(source, id=name)
        cell.metadata = nbformat.from_dict({"tags": tags.split()[:1]} if tags else {})
        if "form" in tags:
            cell.metadata["cellView"] = "form"
        made.cells.append(cell)
    return text_of(made)


def after(path: Path, pattern: str, line: str) -> None:
    """Put a line below the last one that matches."""
    text = path.read_text(encoding="utf-8")
    last = [*re.finditer(pattern, text)][-1]
    path.write_text(f"{text[: last.end()]}{line}\n{text[last.end() :]}", encoding="utf-8")


def begin(root: Path, name: str, title: str) -> list[Path]:
    """Write a chapter's files behind the last one, and enter it where chapters are listed."""
    number = len([*(root / "book").glob("[0-9][0-9]-*.ipynb")]) + 1
    module = f"chapter{number:02d}"
    files = {
        root / "book" / f"{number:02d}-{name}.ipynb": notebook(number, title),
        root / "lessons_pkg" / "checks" / f"{module}.py": filled("checks.txt", number, title),
        root / "tests" / f"test_checks_{module}.py": filled("test.txt", number, title),
    }
    for path, text in files.items():
        path.write_text(text, encoding="utf-8")
    registered = root / "lessons_pkg" / "checks" / "__init__.py"
    after(registered, r"(?m)^    chapter\d\d,\n", f"    {module},")
    after(registered, r"(?m)^    \*\*chapter\d\d\.EXERCISES,\n", f"    **{module}.EXERCISES,")
    after(root / "_toc.yml", r"(?m)^      - file: book/\d\d-.*\n", f"      - file: book/{number:02d}-{name}")
    return [*files, registered, root / "_toc.yml"]


def main(arguments: list[str]) -> int:
    """Begin a chapter; say which files it has, and what is next."""
    name, title = [*arguments, "", ""][:2]
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) or not title:
        print(ASK)
        return 1
    files = begin(ROOT, name, title)
    subprocess.run(["ruff", "format", "--quiet", *map(str, files[:3])], cwd=ROOT, check=True)
    places = [str(path.relative_to(ROOT)) for path in files]
    print("\n".join(places))
    print(f"Next: make notebooks NOTEBOOKS={places[0]}, then make test. CONTRIBUTING.md says more.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
