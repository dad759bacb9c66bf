"""Write owner, repository and ref everywhere they stand. `make repository URL=… [REF=…]`."""

import re
import sys
from pathlib import Path
from typing import NamedTuple

import nbformat
import yaml

from lessons_pkg import __version__
from tools.execute_notebooks import text_of, write_atomically

ROOT = Path(__file__).resolve().parent.parent
PLACEHOLDER = "your_account"  # GitHub allows no underscore: no one can register this owner
FILES = ("README.md", "CITATION.cff", "_config.yml", "CONTRIBUTING.md", "pyproject.toml")


class Repository(NamedTuple):
    """Where the course lives."""

    owner: str
    name: str
    ref: str

    @property
    def url(self) -> str:
        """The repository's page."""
        return f"https://github.com/{self.owner}/{self.name}"

    @property
    def pages(self) -> str:
        """Where GitHub Pages publishes the book."""
        site = f"{self.owner}.github.io"
        return f"https://{site}/" if self.name.lower() == site.lower() else f"https://{site}/{self.name}/"

    @property
    def colab(self) -> str:
        """Where Colab opens a notebook, up to its path."""
        return f"https://colab.research.google.com/github/{self.owner}/{self.name}/blob/{self.ref}/"


def parse(url: str, ref: str) -> Repository:
    """Read a GitHub address. Raises ValueError that names the rule."""
    match = re.fullmatch(r"https://github\.com/([\w-]+)/([\w.-]+?)(?:\.git)?/?", url.strip())
    if match is None or ("_" in match[1] and match[1] != PLACEHOLDER):
        raise ValueError(f"URL must be https://github.com/OWNER/REPOSITORY, got {url!r}")
    if re.fullmatch(r"[\w./-]+", ref) is None or ref.startswith("-"):
        raise ValueError(f"REF must be a branch, tag or commit, got {ref!r}")
    return Repository(match[1], match[2], ref)


def current(config: Path = ROOT / "_config.yml") -> Repository:
    """Read what is written in ``_config.yml``, the one place that decides."""
    written = yaml.safe_load(config.read_text(encoding="utf-8"))["repository"]
    return parse(written["url"], str(written["branch"]))


def setup_cell(repository: Repository) -> str:
    """Write the set-up cell that every notebook starts with."""
    purpose = "# In Colab this installs the course package; elsewhere, nothing."
    if repository.owner == PLACEHOLDER:
        purpose = "# PLACEHOLDER owner: in Colab this works once `make repository` has been run."
    address = f"git+{repository.url}@{repository.ref}"
    return f'''{purpose}
import sys

if "google.colab" in sys.modules:
    %pip install -q --no-deps "lessons_pkg @ {address}"
try:
    from lessons_pkg import runtime
except ModuleNotFoundError:
    raise RuntimeError("No lessons_pkg: read pip's message above.") from None
device = runtime.start("{__version__}")'''


def rewritten(text: str, old: Repository, new: Repository) -> str:
    """Replace every address of ``old`` in ``text``."""
    for before, after in ((old.colab, new.colab), (old.url, new.url), (old.pages, new.pages)):
        text = text.replace(before, after)
    return re.sub(rf"(?m)^cd {re.escape(old.name)}$", f"cd {new.name}", text)  # after README's git clone


def notebook_text(path: Path, old: Repository, new: Repository) -> str:
    """Rewrite a notebook's links and its set-up cell; outputs stay as they are."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        cell.source = rewritten(cell.source, old, new)
    first = next(cell for cell in notebook.cells if cell.cell_type == "code")
    first.source = setup_cell(new)
    return text_of(notebook)


def point_at(new: Repository, root: Path = ROOT) -> list[Path]:
    """Rewrite all places; return the files that changed. Nothing is written unless all can be read."""
    old = current(root / "_config.yml")
    texts = {path: notebook_text(path, old, new) for path in sorted((root / "book").glob("*.ipynb"))}
    pages = [*(root / name for name in FILES), *sorted((root / "book").glob("*.md"))]
    texts |= {path: rewritten(path.read_text(encoding="utf-8"), old, new) for path in pages if path.exists()}
    config = root / "_config.yml"
    texts[config] = re.sub(r"(?m)^(  branch: ).*$", rf'\g<1>"{new.ref}"', texts[config], count=1)
    changed = [path for path, text in texts.items() if text != path.read_text(encoding="utf-8")]
    for path in changed:
        write_atomically(path, texts[path])
    return changed


def main() -> int:
    """Read the command line."""
    try:
        new = parse(*sys.argv[1:3])
    except (ValueError, TypeError) as error:
        print(f"{error}. Example: make repository URL=https://github.com/you/fork REF=main")
        return 2
    changed = point_at(new)
    names = ", ".join(str(path.relative_to(ROOT)) for path in changed) or "nothing, all places agree already"
    print(f"{new.url} at {new.ref}: rewrote {names}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
