"""Begin a lesson: a small one that is whole, to be rewritten piece by piece. `make lesson`."""

import re
import subprocess
import sys
from pathlib import Path

import nbformat

from tools.execute_notebooks import METADATA, ROOT, text_of
from tools.set_repository import current, setup_cell

PARTS = ROOT / "tools" / "templates"
CELL = re.compile(r"(?ms)^=== (\w+) ([\w-]+) ?([\w,-]*) ?([^\n]*)\n(.*?)\n(?=^=== |\Z)")
ASK = "Say where and how: make lesson CHAPTER=book/01-mse-regression NAME=short-name"


def filled(name: str, words: dict[str, str]) -> str:
    """Return a template with its words in place."""
    text = (PARTS / name).read_text(encoding="utf-8")
    return re.sub(r"@([A-Z]+)@", lambda match: words[match[1]], text)


def notebook(words: dict[str, str]) -> str:
    """Write the lesson, without outputs."""
    made = nbformat.v4.new_notebook(metadata=METADATA)
    for kind, name, tags, fold, source in CELL.findall(filled("lesson.txt", words)):
        cell = getattr(nbformat.v4, f"new_{kind}_cell")(source, id=name)
        cell.metadata = nbformat.from_dict({"tags": tags.split(",")} if tags else {})
        if fold:
            cell.metadata["mystnb"] = {"code_prompt_show": fold, "code_prompt_hide": fold}
        made.cells.append(cell)
    return text_of(made)


def insert(path: Path, after: str, text: str) -> None:
    """Put a text below the last place that matches."""
    old = path.read_text(encoding="utf-8")
    end = [*re.finditer(after, old)][-1].end()
    path.write_text(f"{old[:end]}{text}{old[end:]}", encoding="utf-8")


def begin(root: Path, chapter: str, name: str) -> Path:
    """Write a lesson behind the chapter's last one, its exercise and test; enter it in the contents."""
    folder = root / "book" / chapter
    lesson = f"{len([*folder.glob('[0-9]*-*.ipynb')]) + 1}-{name}"
    number = f"{int(chapter[:2])}.{lesson.partition('-')[0]}"
    words = {"TITLE": name.replace("-", " ").capitalize(), "N": str(int(chapter[:2])), "NAME": number}
    words["SETUP"] = setup_cell(current())
    (folder / f"{lesson}.ipynb").write_text(notebook(words), encoding="utf-8")
    exercises = root / "lessons_pkg" / "exercises" / f"chapter{chapter[:2]}.py"
    insert(exercises, r"(?ms)^EXERCISES.*?(?=^\})", filled("exercise.txt", words))
    test = root / "tests" / "exercises" / f"test_lesson_{number.replace('.', '_')}.py"
    test.write_text(filled("test.txt", words), encoding="utf-8")
    contents, entry = root / "_toc.yml", rf"(?m)^      - file: book/{chapter}(?:/index)?\n"
    if not re.search(rf"{entry}        sections:", contents.read_text(encoding="utf-8")):
        insert(contents, entry, "        sections:\n")
    insert(contents, rf"{entry}(?:        .*\n)*", f"          - file: book/{chapter}/{lesson}\n")
    return folder / f"{lesson}.ipynb"


def main() -> None:
    """Begin a lesson; say what is next."""
    chapter, name = sys.argv[1].rstrip("/"), re.sub(r"^\d+-", "", sys.argv[2])
    if not re.fullmatch(r"book/\d\d-[a-z0-9-]+", chapter) or not re.fullmatch(r"[a-z0-9][a-z0-9-]*", name):
        sys.exit(ASK)
    if not (ROOT / chapter / "index.md").is_file():
        needs = "an index.md, an entry in _toc.yml and a module of exercises"
        sys.exit(f"{chapter} needs {needs}: copy a chapter's.")
    path = begin(ROOT, Path(chapter).name, name).relative_to(ROOT)
    subprocess.run(["ruff", "format", "-q", "lessons_pkg/exercises", "tests/exercises"], cwd=ROOT, check=True)
    print(f"{path}, its exercise and its test. Next:")
    print(f"  make notebooks LESSONS={path}\n  make check LESSON={path}")


if __name__ == "__main__":
    main()
