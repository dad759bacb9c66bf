"""The benchmarks run, on something tiny: their numbers are measured by `make bench`, not here."""

from pathlib import Path

import nbformat
import pytest
import torch
from torch.nn import functional as F

from benchmarks import complete_run, gpu_parity, muon, optimizers, pairs, parity, throughput
from lessons_pkg import losses, optim
from lessons_pkg.models import TinyTransformer


def test_every_twin_is_compared_and_equal_to_rounding() -> None:
    assert set(parity.INPUTS) <= {name for name in losses.__all__ if hasattr(F, name)}
    tables = parity.measure(range(1))
    for _, name, value, gradient, short_value, short_gradient in tables["losses"]["rows"]:
        assert max(value, gradient) < 1e-12, name
        assert max(short_value, short_gradient) < 1e-4, name
    stepped = tables["optimizers"]["rows"]
    assert [row[0] for row in stepped] == [name for name in optim.__all__ if hasattr(torch.optim, name)]
    assert all(sets >= 3 and long < 1e-12 and short < 1e-4 for _, sets, long, short in stepped)


def test_without_a_gpu_there_is_no_column_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throughput, "WIDTHS", (2, 4))
    tables = throughput.measure([torch.device("cpu")], least=1e-4)
    assert [len(row) for row in [tables["steps"]["head"], *tables["steps"]["rows"]]] == [3, 3, 3]
    assert tables["wins"]["rows"] == []
    assert throughput.wins([[10, 1], [5, 4]]) == [["none of these", "0.8"]]


def test_the_best_rate_has_the_lowest_mean_loss_and_a_loss_that_is_no_number_is_the_worst() -> None:
    losses = {0.1: [2.0, 4.0], 0.3: [1.0, 2.0], 1.0: [0.0, float("inf")]}
    found = optimizers.search(lambda rate, start: optimizers.Run(losses[rate][start], 0.5), list(losses), 2)
    assert list(found) == [0.3, 0.1, 1.0]
    net = torch.nn.Linear(2, 2)
    torch.nn.init.constant_(net.bias, float("nan"))
    part = optimizers.Part(torch.zeros(3, 2), torch.tensor([0, 1, 1]))
    assert optimizers.judged(net, part, part).loss == float("inf")


def test_optimizers_are_compared_on_equal_terms(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, tiny in {"RATES": (0.01, 0.1), "EPOCHS": 1, "STARTS": 1, "TRAIN": 128}.items():
        monkeypatch.setattr(optimizers, name, tiny)
    rows = optimizers.compare(optimizers.RowReader, ["SGD", "Muon, with Adam"])
    assert [row[0] for row in rows] == ["SGD", "Muon, with Adam"]
    assert all(len(row) == 5 and row[1] in ("0.01", "0.1") and row[4] >= 1 for row in rows)
    kept = {row[0]: row[2] for row in optimizers.memory()}
    assert [kept[name] for name in ("SGD", "RMSprop", "Adam", "AMSGrad")] == ["0.00", "1.00", "2.00", "3.00"]


def test_losses_over_pairs_are_compared_on_equal_terms(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, tiny in {"RATES": (0.003, 0.01), "UPDATES": 30, "STARTS": 1}.items():
        monkeypatch.setattr(pairs, name, tiny)
    found = {name: pairs.best(loss, batch=16) for name, loss in pairs.LOSSES.items() if "1" not in name}
    assert all(row[0] in ("0.003", "0.01") and 0 <= float(row[1]) <= 1 for row in found.values())
    assert float(found["InfoNCE, temperature learnt"][1]) > float(found["MSE between partners"][1])
    here, again = pairs.two_views(5, 0), pairs.two_views(5, 0)
    assert all(torch.equal(a, b) for a, b in zip(here, again, strict=True))


def test_muon_is_given_what_the_others_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(muon, "QUARTERS", [0.1, 0.3])
    assert [row[0] for row in muon.teacher(starts=1)] == list(muon.TEACHER)
    for name, tiny in {"ADAMW_RATES": (0.003,), "MUON_RATES": (0.02,), "STEPS": 3}.items():
        monkeypatch.setattr(muon, name, tiny)
    assert [row[1] for row in muon.sums(starts=1)] == ["0.003", "0.02"]
    net = TinyTransformer()
    held = [p for one in muon.adding(net, 0.02, 0.003) for group in one.param_groups for p in group["params"]]
    assert {id(p) for p in held} == {id(p) for p in net.parameters()}
    assert len(held) == len({id(p) for p in held}), "no parameter is moved twice"


def test_a_run_lacks_the_piece_that_its_row_names(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, tiny in {"STEPS": 3, "SEEDS": range(1), "WARM": 2}.items():
        monkeypatch.setattr(complete_run, name, tiny)
    full, flat, bare = (
        complete_run.Pieces(warm=2),
        complete_run.Pieces(warm=2, cosine=False),
        complete_run.Pieces(warm=0),
    )
    assert [complete_run.rate_at(k, full) for k in range(3)] == [0.5, 1.0, 1.0]
    assert complete_run.rate_at(3, full) == 0.0
    assert complete_run.rate_at(3, flat) == complete_run.rate_at(0, bare) == 1.0
    monkeypatch.setattr(complete_run, "WITHOUT", {"nothing": full, "the falling rate": flat})
    rows = complete_run.measure()["pieces"]["rows"]
    assert [row[0] for row in rows] == ["nothing", "the falling rate", "the falling rate; averaged weights"]
    assert all(0 <= float(share) <= 1 for row in rows for share in row[1:])


@pytest.mark.device
def test_a_notebooks_quantities_are_compared_with_the_cpus(tmp_path: Path) -> None:
    cell = "import torch\nw = torch.ones(2, dtype=torch.float64)\nlosses = [0.5, 0.25]\nshort = torch.ones(3)"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell)]), tmp_path / "a.ipynb")
    assert gpu_parity.row(tmp_path / "a.ipynb") == ["a", 3, 0, 0.0, "all equal", 0.0, "all equal"]
