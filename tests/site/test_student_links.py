"""Every address in a student notebook that leads to the published book exists in the built one."""

import re
from pathlib import Path

import nbformat
import pytest
import yaml

from tests.helpers.html import anchors
from tests.helpers.project import EDITION, HTML, ROOT, name_of

pytestmark = pytest.mark.site

BASE = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["html"]["baseurl"]


@pytest.mark.parametrize("source", EDITION, ids=name_of)
def test_addresses_in_a_student_notebook_exist(source: Path) -> None:
    path = HTML / "notebooks" / source.relative_to(ROOT / "book")
    text = "\n".join(c.source for c in nbformat.read(path, as_version=4).cells if c.cell_type == "markdown")
    addresses = re.findall(re.escape(BASE) + r"([^)#\s]+)#?([^)\s]*)\)", text)
    assert addresses
    for page, anchor in addresses:
        assert (HTML / page).exists(), page
        assert not anchor or anchor in anchors(HTML / page).ids, f"{page}#{anchor}"


def test_there_is_a_copy_of_every_notebook_page_and_one_archive_of_all() -> None:
    wanted = {source.relative_to(ROOT / "book") for source in EDITION}
    for folder in (HTML / "notebooks", ROOT / "_build" / "notebooks"):
        assert {path.relative_to(folder) for path in folder.rglob("*.ipynb")} == wanted
    assert (HTML / "notebooks" / "all.zip").exists()
