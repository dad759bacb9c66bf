"""Pack the built book into one ZIP file that opens without a server or a network. `make offline`."""

import sys
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from lessons_pkg import __version__
from tools.repository import current

ROOT = Path(__file__).resolve().parent.parent
BOOK = ROOT / "_build" / "html"
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the earliest date a ZIP can hold: one build gives the same bytes, always
_LEFT_OUT = (".buildinfo", "404.html", "objects.inv")  # only servers and builds ask for these


def pack(book: Path, target: Path) -> Path:
    """Write ``target``, which unpacks into one folder of its name; return it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with ZipFile(target, "w", ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted(path for path in book.rglob("*") if path.is_file()):
            name = path.relative_to(book).as_posix()
            if name in _LEFT_OUT:
                continue
            entry = ZipInfo(f"{target.stem}/{name}", _LONG_AGO)
            entry.compress_type, entry.external_attr, entry.create_system = ZIP_DEFLATED, 0o644 << 16, 3
            archive.writestr(entry, path.read_bytes())
    return target


def main() -> int:
    """Pack the book that `make book` built."""
    path = pack(BOOK, ROOT / "dist" / f"{current().name}-{__version__}.zip")
    size = path.stat().st_size / 1e6
    print(f"{path.relative_to(ROOT)}: {size:.1f} MB. Unpack it anywhere and open index.html in a browser.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
