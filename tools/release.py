"""Build wheel and source archive; install each elsewhere and run a chapter against it. `make release`."""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from sysconfig import get_paths
from zipfile import ZipFile

import nbformat

from lessons_pkg import __version__
from tools.kernels import borrowing, different, run
from tools.notebooks import BOOK, NO_NETWORK, OFFLINE, ROOT

DIST = ROOT / "dist"
CHAPTER = BOOK / "01-mse-regression.ipynb"  # figures, a slider, exercises: all that a package may forget
HASHED = ["--build-constraint", str(ROOT / "requirements.lock")]
WHERE = "import lessons_pkg; print(lessons_pkg.__file__, lessons_pkg.__version__)"
NEXT = """
Nothing was tagged, pushed or uploaded. Next, in this order:
  1. In CHANGELOG.md, put the date in place of "(unreleased)"; commit; run `make test`.
  2. git tag -a v{version} -m "Version {version}" && git push origin v{version}
  3. For a semester that stays as it is: make repository URL=… REF=v{version}
  4. Then raise the version in lessons_pkg/_version.py and CITATION.cff, begin its heading in CHANGELOG.md,
     and run `make repository URL=…` and `make notebooks`: every set-up cell names the version.
The chapters install the package from the repository, so dist/ need not be uploaded anywhere.
"""


def disagreements(version: str, changelog: str, citation: str) -> list[str]:
    """Say which of the files that name a version names another than the package."""
    named = {
        "CHANGELOG.md": re.search(r"(?m)^## (\S+)", changelog),
        "CITATION.cff": re.search(r"(?m)^version: (\S+)", citation),
    }
    found = {file: match[1] if match else "none" for file, match in named.items()}
    return [
        f"{file} names version {other}, lessons_pkg/_version.py {version}: make them agree."
        for file, other in found.items()
        if other != version
    ]


def forgotten(wheel: Path) -> list[str]:
    """Name the package's files, and the licences, that a wheel does not hold."""
    with ZipFile(wheel) as archive:
        held = archive.namelist()
    files = ["git", "ls-files", "lessons_pkg", "LICENSE", "LICENSE-CONTENT"]
    wanted = subprocess.run(files, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [name for name in wanted if not any(one.endswith(name) for one in held)]


def build(target: Path) -> list[Path]:
    """Build the source archive, and from it the wheel, with the pinned setuptools."""
    command = ["uv", "build", "--quiet", *HASHED, "--require-hashes", "--out-dir", str(target), str(ROOT)]
    subprocess.run(command, check=True)
    return [*target.glob(f"*-{__version__}*.whl"), *target.glob(f"*-{__version__}.tar.gz")]


def environment(folder: Path, archive: Path) -> Path:
    """Make an environment with the archive in it, which borrows everything else; return its Python."""
    python = borrowing(folder, Path(get_paths()["purelib"]))
    install = ["uv", "pip", "install", "--quiet", "--python", str(python), "--no-deps"]
    subprocess.run([*install, *HASHED, str(archive)], check=True)
    return python


def problems(archive: Path) -> list[str]:
    """Install an archive far from the repository and run a chapter against it; say what is not as stored."""
    stored = nbformat.read(CHAPTER, as_version=4)
    outside = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    env = outside | OFFLINE | {"PYTHONPATH": NO_NETWORK}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        python = environment(folder / "environment", archive)
        asked = subprocess.run(
            [python, "-c", WHERE], cwd=folder, env=env, capture_output=True, text=True, check=True
        )
        place, version = asked.stdout.split()
        if not Path(place).is_relative_to(folder) or version != __version__:
            return [f"the package is {version} of {place}, not the one that was installed"]
        executed = run(stored, [str(python), "-m", "ipykernel_launcher"], folder / "content", env)
    return [f"{CHAPTER.name} prints something else: {cell}" for cell in different(stored, executed)]


def main() -> int:
    """Check that the version is one, build, try both archives; say what a person does next."""
    files = [(ROOT / name).read_text(encoding="utf-8") for name in ("CHANGELOG.md", "CITATION.cff")]
    wrong = disagreements(__version__, *files)
    for archive in [] if wrong else build(DIST):
        found = [f"{name} is missing" for name in forgotten(archive)] if archive.suffix == ".whl" else []
        found += problems(archive)
        wrong += [f"{archive.name}: {problem}" for problem in found]
        print(f"{archive.relative_to(ROOT)}: {'not ' if found else ''}ready", flush=True)
    print("\n".join(wrong) if wrong else NEXT.format(version=__version__))
    return min(len(wrong), 1)


if __name__ == "__main__":
    sys.exit(main())
