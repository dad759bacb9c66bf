"""The copies that readers run: nothing is given away, and with the solutions put back they give what is stored."""

import re
import subprocess
from copy import deepcopy
from pathlib import Path
from typing import Any

import nbformat
import pytest

from lessons_pkg import __version__
from tests.helpers.project import LESSONS, NOTEBOOKS, TOC, name_of, page_of
from tools.execute_notebooks import METADATA, execute, normalised, same_outputs, text_of
from tools.student_notebooks import absolute, student

BASE, INSTALL = "https://a.github.io/b/", "git+https://github.com/a/b@c0ffee"


def copy_of(path: Path) -> tuple[Any, Any]:
    source = nbformat.read(path, as_version=4)
    return source, student(source, page_of(path).removesuffix(".html"), BASE, INSTALL, set(TOC))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name_of)
def test_a_copy_has_no_output_no_solution_no_answer_and_no_relative_link(path: Path) -> None:
    source, copy = copy_of(path)
    first = copy.cells[0].source
    assert f'"{INSTALL}"' in first
    assert f'runtime.start("{__version__}")' in first
    assert copy.metadata == METADATA
    assert [cell.id for cell in copy.cells if cell.get("outputs") or cell.get("execution_count")] == []
    words = "\n".join(cell.source for cell in copy.cells if cell.cell_type == "markdown")
    assert re.findall(r"\]\([^)\s]+\.(?:md|ipynb)\b[^)]*\)", words) == []
    kept = {cell.source for cell in copy.cells}
    secret = [
        cell for cell in source.cells if "Solution" in str(cell.metadata) or "predict" in str(cell.metadata)
    ]
    assert [cell.id for cell in secret if cell.source in kept] == []
    asked = [cell.source for cell in copy.cells if "The answer is folded on" in cell.source]
    assert all(text.startswith("- ") for text in asked), "the options of a prediction"
    if path in LESSONS:
        assert len(text_of(copy).encode()) <= 40_000


def test_no_cell_of_a_copy_needs_a_name_from_a_solution_or_a_prediction(tmp_path: Path) -> None:
    for number, path in enumerate(NOTEBOOKS):
        nbformat.write(copy_of(path)[1], tmp_path / f"{number}-{path.name}")
    command = ["ruff", "check", "--isolated", "--quiet", "--select", "F821", str(tmp_path)]
    undefined = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    assert undefined == ""


@pytest.mark.colab  # weekly: it runs a lesson
@pytest.mark.parametrize("path", LESSONS, ids=name_of)
def test_a_copy_with_the_solutions_put_back_gives_what_is_stored(path: Path) -> None:
    source, copy = copy_of(path)
    stored = {cell.id: cell for cell in source.cells}
    put_back = [cell.id for cell in copy.cells if "solution is folded" in cell.source]
    assert put_back
    copy.cells = [deepcopy(stored[cell.id]) if cell.id in put_back else cell for cell in copy.cells]
    fresh = normalised(execute(copy))
    different = [c.id for c in fresh.cells if c.cell_type == "code" and not same_outputs(stored[c.id], c)]
    assert different == []


def test_links_lead_to_the_pages_of_this_edition_and_elsewhere_their_words_remain() -> None:
    edition = {"book/01-a/1-b", "book/glossary"}
    cases = {
        "[loss](../glossary.md#term-loss)": f"[loss]({BASE}book/glossary.html#term-loss)",
        "[`x[0]` here](#keep)": f"[`x[0]` here]({BASE}book/01-a/1-b.html#keep)",
        "see [chapter 7](../07-c.ipynb), [Adam (2015)](https://x.org/a.md)": "see chapter 7, [Adam (2015)](https://x.org/a.md)",
        "`f[0](x)`": "`f[0](x)`",
    }
    for text, expected in cases.items():
        assert absolute(text, "book/01-a/1-b", BASE, edition) == expected


SETUP = 'device = runtime.start()  # "git+https://github.com/old/old@main"'
CELLS = [
    ("markdown", "# T\n\n**Why?**", {}, []),
    ("code", SETUP, {"tags": ["hide-cell"], "mystnb": {"code_prompt_show": "Set-up"}}, []),
    ("markdown", "## 1.1 The step\n\n**Predict.** Where?", {}, []),
    ("code", "right = 1\npredict(...)", {"tags": ["hide-input", "predict"]}, ["1.1:\n- here\n- there"]),
    ("code", "check('1.1', 2)", {"tags": ["hide-cell"], "mystnb": {"code_prompt_show": "Solution"}}, ["yes"]),
    ("code", "draw()", {"tags": ["hide-input"]}, ["a picture"]),
]


def test_predictions_and_solutions_become_links_to_their_folds() -> None:
    notebook = nbformat.v4.new_notebook()
    for kind, source, metadata, outputs in CELLS:
        cell = getattr(nbformat.v4, f"new_{kind}_cell")(source, metadata=metadata)
        if kind == "code":
            cell.outputs = [nbformat.v4.new_output("display_data", {"text/plain": text}) for text in outputs]
        notebook.cells.append(cell)
    setup, title, ask, options, solution, drawing = student(notebook, "book/x", BASE, INSTALL, set()).cells
    assert setup.source == f'device = runtime.start("{__version__}")  # "{INSTALL}"'
    assert (title.source, ask.source) == (CELLS[0][1], CELLS[2][1])
    fold = f"{BASE}book/x.html#the-step"
    assert options.source == f"- here\n- there\n\nThe answer is folded on [the page]({fold})."
    assert solution.source == f"The solution is folded on [the page]({fold}). Run your own first."
    assert (drawing.source, drawing.metadata["jupyter"]) == ("draw()", {"source_hidden": True})
