"""Tables that are read, not typed: versions, and what the benchmarks measured."""

import json
import re
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "benchmarks" / "results"
SHOWN = ("torch", "numpy", "matplotlib", "ipython", "ipywidgets", "scikit-learn", "tqdm")
VERSIONS_FROM = ("pyproject.toml", "torch.txt", "constraints.txt")


def markdown_table(head: list[str], rows: list[list[Any]]) -> str:
    """Write a table: floats with two digits, all else as it is."""
    cells = [head, ["---"] * len(head), *rows]
    lines = [[f"{cell:.2g}" if isinstance(cell, float) else str(cell) for cell in row] for row in cells]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def versions(root: Path = ROOT) -> list[list[str]]:
    """List the packages that print or draw: name, oldest version admitted, every pinned one."""
    project, *pinned = ((root / name).read_text(encoding="utf-8") for name in VERSIONS_FROM)
    rows = [["Python", *re.findall(r'(?m)^requires-python = "(.+)"', project), "each of them"]]
    for name in SHOWN:
        (floor, *_) = [*re.findall(rf'(?m)^  "{name}([^"\w-][^"]*)"', project), "any"]
        pins = re.findall(rf"(?m)^{name}==(\S+)(?: *; *(.*))?$", "\n".join(pinned))
        exact = [version + (f" ({where})" if where else "") for version, where in pins]
        rows.append([name, floor, ", ".join(exact).replace("python_full_version", "Python").replace("'", "")])
    return rows


class Versions(SphinxDirective):
    """``{versions}``: which versions the course asks for, and which the gate runs with."""

    def run(self) -> list[nodes.Node]:
        """Read them from the files that also install them."""
        for name in VERSIONS_FROM:
            self.env.note_dependency(str(ROOT / name))
        return self.parse_text_to_nodes(markdown_table(["", "needed", "in the gate"], versions()))


class Measured(SphinxDirective):
    """``{measured} parity losses``: one table of ``parity.json``, and where it comes from.

    The directive's content stands in its place as long as nothing has been measured.
    """

    required_arguments = 2
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Read the table as it was stored."""
        path = RESULTS / f"{self.arguments[0]}.json"
        self.env.note_dependency(str(path))
        result = {} if self.content and not path.exists() else json.loads(path.read_text(encoding="utf-8"))
        table = result["tables"][self.arguments[1]] if result else {"rows": []}
        if self.content and not table["rows"]:
            return self.parse_content_to_nodes()
        text = markdown_table(**table)
        if "on" not in table["head"]:  # else each row says it for itself
            text += "\n\nMeasured " + ", ".join(f"{k} {v}" for k, v in result["provenance"].items()) + "."
        return self.parse_text_to_nodes(text)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.add_directive("versions", Versions)
    app.add_directive("measured", Measured)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
