"""The benchmarks run, on something tiny: their numbers are measured by `make bench`, not here."""

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
import torch
from torch.nn import functional as F

from benchmarks import chapters, differences, notebooks_against_scripts, pages, results
from lessons_pkg import losses


def test_every_twin_is_compared_and_equal_to_rounding() -> None:
    assert set(differences.INPUTS) == {name for name in losses.__all__ if hasattr(F, name)}
    tables = differences.measure(range(1))
    rows = [row[1:] for row in tables["losses"]["rows"]]
    assert len(rows) == len(differences.INPUTS)
    for name, value, gradient, short_value, short_gradient in rows:
        assert max(value, gradient) < 1e-12, name
        assert max(short_value, short_gradient) < 1e-4, name
    stepped = tables["optimizers"]["rows"]
    assert [row[0] for row in stepped] == ["SGD", "Adam", "AdamW", "RMSprop"]
    assert all(sets >= 3 and long < 1e-12 and short < 1e-4 for _, sets, long, short in stepped)


def test_a_difference_is_seen() -> None:
    zero, one = differences._two(torch.Generator().manual_seed(0))
    assert differences.apart(zero, zero) == 0
    assert differences.apart(one + 1e-6, one) > 1e-8
    assert differences.apart(zero, 0 * zero) == zero.abs().max()


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    cells = [
        'if False:\n    %pip install nothing\nprint("first")',
        'from IPython.display import display\ndisplay({"text/plain": "x"}, raw=True)\n1 + 1',
        'print("before")\nraise ValueError("meant")',
        'open("ran", "w").close()',
    ]
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    made.cells[2].metadata.tags = ["raises-exception"]
    path = tmp_path / "tiny.ipynb"
    nbformat.write(made, path)
    return path


def test_a_notebook_runs_as_a_plain_script(notebook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notebooks_against_scripts, "run_nbval", lambda *_: None)
    table = notebooks_against_scripts.measure([notebook], rounds=1)["times"]
    assert table["head"][0] == "notebooks: 1, rounds: 1"
    assert table["rows"][0][-1] == 1
    assert len(table["rows"]) == 3
    assert not (notebook.parent / "ran").exists(), "scripts run in a folder of their own"


def test_a_script_that_fails_stops_the_measurement(notebook: Path) -> None:
    text = notebook.read_text(encoding="utf-8").replace("raises-exception", "taught")
    notebook.write_text(text, encoding="utf-8")
    with pytest.raises(SystemExit, match="ValueError: meant"):
        notebooks_against_scripts.run_scripts([notebook])


def test_environments_stand_beside_one_another(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(chapters, "refresh", lambda path, check: "would change" if path.stem == "b" else None)
    fresh = chapters.row([Path("a.ipynb"), Path("b.ipynb")])
    assert len(fresh) == len(chapters.HEAD)
    assert fresh[0] == "1 of 2"
    other, older = [*fresh[:-1], "7.7.1"], ["2 of 2", "2026-01-01", *fresh[2:]]
    assert sorted(chapters.joined([older, other], fresh)) == sorted([fresh, other])
    path = results.store("x", {"t": {"head": chapters.HEAD, "rows": [fresh]}}, tmp_path)
    stored = json.loads(path.read_text(encoding="utf-8"))
    assert stored["tables"]["t"]["rows"] == [fresh]
    assert stored["provenance"]["torch"] == torch.__version__


def lighthouse_report(score: float, *urls: str) -> dict[str, Any]:
    home = "http://127.0.0.1:1/"
    shown = {"displayValue": "1 s", "title": "Shown", "score": 1}
    items = {"details": {"items": [{"url": url or home} for url in urls]}}
    return {
        "requestedUrl": f"{home}book/page.html",
        "categories": {name: {"score": score, "auditRefs": [{"id": "bad", "weight": 3}]} for name in pages.SCORES},
        "audits": {"total-byte-weight": {"numericValue": 186_400}, "network-requests": items,
                   "first-contentful-paint": shown, "total-blocking-time": shown, "cumulative-layout-shift": shown,
                   "bad": {"title": "Bad", "score": 0 if score < 1 else 1}},
    }  # fmt: skip


def test_a_report_of_lighthouse_becomes_a_row_and_the_typical_one_is_the_median(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = lighthouse_report(0.98, "", "data:image/svg+xml,x", "https://elsewhere.example/x.js")
    assert pages.row("page", found) == ["page", *["0.98"] * 4, 186, "1 s", "1 s", "1 s", 1]
    assert pages.complaints(found) == ["Bad"] * 3
    assert pages.complaints(lighthouse_report(1)) == []
    scores = iter([0.9, 1, 0.95])
    monkeypatch.setattr(pages, "report", lambda _: lighthouse_report(next(scores)))
    assert pages.performance(pages.typical("x", 3)) == 0.95
