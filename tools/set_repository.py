"""Say whose course this is: `_config.yml` and one line of each notebook. `make repository URL=… [REF=…]`."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import yaml

from tools.execute_notebooks import write_atomically

ROOT = Path(__file__).resolve().parent.parent
PLACEHOLDER = "your_account"  # GitHub allows no underscore: no one can register this owner
SETUP = """# In Colab this installs the course package; elsewhere, nothing.
import sys

if "google.colab" in sys.modules:
    url = "git+{url}@{ref}"
    %pip install -q --no-deps "lessons_pkg @ {{url}}"
try:
    from lessons_pkg import runtime
except ModuleNotFoundError:
    raise RuntimeError("No lessons_pkg: read pip's message above.") from None
device = runtime.start({version})"""


class Repository(NamedTuple):
    """Where the course lives: its page, and the branch or tag that the set-up cell installs."""

    url: str
    ref: str

    @property
    def pages(self) -> str:
        """Where GitHub Pages publishes the book."""
        owner, name = self.url.split("/")[-2:]
        site = f"https://{owner}.github.io/"
        return site if f"https://{name}/".lower() == site.lower() else f"{site}{name}/"


def parse(url: str, ref: str) -> Repository:
    """Read a GitHub address. Raises ValueError that names the rule."""
    owner = f"{PLACEHOLDER}|[A-Za-z0-9-]+"
    match = re.fullmatch(rf"(https://github\.com/(?:{owner})/[\w.-]+?)(?:\.git)?/?", url.strip())
    if match is None:
        raise ValueError(f"URL must be https://github.com/OWNER/REPOSITORY, got {url!r}")
    if re.fullmatch(r"\w[\w./-]*", ref) is None:
        raise ValueError(f"REF must be a branch, tag or commit, got {ref!r}")
    return Repository(match[1], ref)


def current(config: Path = ROOT / "_config.yml") -> Repository:
    """Read what is written in ``_config.yml``, the one place that decides."""
    written = yaml.safe_load(config.read_text(encoding="utf-8"))["repository"]
    return parse(written["url"], str(written["branch"]))


def setup_cell(repository: Repository, version: str = "") -> str:
    """Write the set-up cell; ``version`` as it stands in the cell: empty, or quoted."""
    return SETUP.format(url=repository.url, ref=repository.ref, version=version)


def point_at(new: Repository, root: Path = ROOT) -> list[Path]:
    """Rewrite three lines of the configuration and one of each notebook; return the files that changed."""
    lines = {"url": new.url, "branch": f'"{new.ref}"', "baseurl": new.pages}
    config, notebooks = root / "_config.yml", sorted((root / "book").rglob("*.ipynb"))
    before = {path: path.read_text(encoding="utf-8") for path in (config, *notebooks)}
    after = {
        path: re.sub(r'(?<=git\+)https://github\.com/[^"\\]+', f"{new.url}@{new.ref}", text)
        for path, text in before.items()
    }
    for name, value in lines.items():
        after[config] = re.sub(rf"(?m)^(  {name}: ).*$", rf"\g<1>{value}", after[config], count=1)
    changed = [path for path in before if after[path] != before[path]]
    for path in changed:  # after all could be read
        write_atomically(path, after[path])
    return changed


def unknown(new: Repository) -> bool:
    """Ask GitHub whether anybody may read the repository; without a network, believe that it is there."""
    ask = ["git", "ls-remote", new.url, "HEAD"]
    quiet = os.environ | {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    try:
        said = subprocess.run(ask, capture_output=True, text=True, check=False, env=quiet, timeout=30).stderr
    except subprocess.TimeoutExpired:
        return False
    return bool(re.search(r"not found|could not read Username|Authentication failed", said))


def main() -> None:
    """Read the command line."""
    try:
        new = parse(*sys.argv[1:])
    except ValueError as error:
        sys.exit(f"{error}. Example: make repository URL=https://github.com/you/fork REF=main")
    if unknown(new):
        sys.exit(f"GitHub knows no public repository {new.url}: fork the course first, or mend the address.")
    print(f"{new.url} at {new.ref}: changed {len(point_at(new))} files, _config.yml and notebooks")


if __name__ == "__main__":
    main()
