"""Every address in a student notebook that leads to the published book exists in the built one."""

import re
from pathlib import Path

import nbformat
import pytest
import yaml

from tests.helpers.html import anchors
from tests.helpers.project import HTML, ROOT

pytestmark = pytest.mark.site

BASE = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["html"]["baseurl"]
COPIES = sorted((HTML / "notebooks").rglob("*.ipynb"))


@pytest.mark.parametrize("path", COPIES, ids=lambda path: str(path.relative_to(HTML / "notebooks")))
def test_addresses_in_a_student_notebook_exist(path: Path) -> None:
    text = "\n".join(c.source for c in nbformat.read(path, as_version=4).cells if c.cell_type == "markdown")
    addresses = re.findall(re.escape(BASE) + r"([^)#\s]+)#?([^)\s]*)\)", text)
    assert addresses
    for page, anchor in addresses:
        assert (HTML / page).exists(), page
        assert not anchor or anchor in anchors(HTML / page).ids, f"{page}#{anchor}"


def test_there_is_a_copy_of_every_notebook_page_and_one_archive_of_all() -> None:
    assert COPIES
    assert {path.relative_to(HTML / "notebooks") for path in COPIES} == {
        path.relative_to(ROOT / "_build" / "notebooks")
        for path in (ROOT / "_build" / "notebooks").rglob("*.ipynb")
    }
    assert (HTML / "notebooks" / "all.zip").exists()
