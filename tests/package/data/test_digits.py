"""The digits, their split, and MNIST through whatever torchvision there is."""

import sys
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import datasets

from lessons_pkg import data

F64 = torch.float64
SHARES = [(1.0,), (0.5, 0.5), (0.6, 0.2, 0.2), (0.1, 0.2, 0.3, 0.4), (5 / 6, 1 / 6)]


@settings(max_examples=60, deadline=None)
@given(
    counts=st.lists(st.integers(1, 30), min_size=1, max_size=5),
    shares=st.sampled_from(SHARES),
    seed=st.integers(0, 10**6),
)
def test_each_row_lands_once_and_each_class_in_its_share(
    counts: list[int], shares: tuple[float, ...], seed: int
) -> None:
    labels = torch.repeat_interleave(torch.arange(len(counts)) * 7 - 3, torch.tensor(counts))
    labels = labels[torch.randperm(len(labels), generator=torch.Generator().manual_seed(seed))]
    parts = data.stratified_rows(labels, shares, seed=seed)
    assert len(parts) == len(shares)
    assert torch.equal(torch.cat(parts).sort().values, torch.arange(len(labels)))
    assert all(torch.equal(part, part.sort().values) for part in parts)
    for number, count in enumerate(counts):
        of_class = [int((labels[part] == number * 7 - 3).sum()) for part in parts]
        ends = [round(count * sum(shares[: k + 1])) for k in range(len(shares))]
        bounds = zip([0, *ends[:-1]], ends, strict=True)
        assert all(abs(n - (b - a)) <= 1 for n, (a, b) in zip(of_class, bounds, strict=True))
        assert all(abs(n - count * share) <= 1 for n, share in zip(of_class, shares, strict=True))


def test_a_class_of_many_rows_is_cut_to_the_row() -> None:
    rows, parts = 100_000, 63  # in float32 one of the cuts is a row off
    found = data.stratified_rows(torch.zeros(rows, dtype=torch.uint8), (1 / parts,) * parts, seed=0)
    ends = [round(Fraction(rows * k, parts)) for k in range(parts + 1)]
    assert [len(part) for part in found] == [b - a for a, b in pairwise(ends)]


def test_a_seed_is_a_split_and_leaves_torch_alone() -> None:
    labels = torch.arange(40) % 4
    before = torch.get_rng_state()
    first, again, other = (data.stratified_rows(labels, (0.5, 0.5), seed=seed) for seed in (1, 1, 2))
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    assert not torch.equal(first[0], other[0])
    assert torch.equal(torch.get_rng_state(), before)
    eights = data.stratified_rows(labels.to(torch.uint8), (0.5, 0.5), seed=1)
    assert torch.equal(eights[0], first[0])


def test_of_a_small_class_a_part_may_get_none() -> None:
    parts = data.stratified_rows(torch.zeros(3, dtype=torch.long), (0.5, 0.25, 0.25), seed=0)
    assert [len(part) for part in parts] == [2, 0, 1]  # cuts at 1.5 and 2.25


def test_the_digits_are_scikit_learns_cut_by_class() -> None:
    raw = datasets.load_digits()
    parts = data.digits()
    assert isinstance(parts, data.Splits)
    assert [tuple(part.x.shape) for part in parts] == [(1078, 64), (360, 64), (359, 64)]
    assert [tuple(part.y.shape) for part in parts] == [(1078,), (360,), (359,)]
    for digit, count in enumerate(torch.bincount(torch.from_numpy(raw.target)).tolist()):
        sizes = [int((part.y == digit).sum()) for part in parts]
        assert sum(sizes) == count
        assert all(abs(n - s * count) <= 1 for n, s in zip(sizes, (0.6, 0.2, 0.2), strict=True))
    ours = [(y, *x) for part in parts for x, y in zip((16 * part.x).tolist(), part.y.tolist(), strict=True)]
    theirs = [(y, *x) for x, y in zip(raw.data.tolist(), raw.target.tolist(), strict=True)]
    assert sorted(ours) == sorted(theirs)  # all of them, each once, none twice
    assert len(set(ours)) == len(ours)


def test_digits_follow_seed_dtype_and_device() -> None:
    first, again, other = data.digits(), data.digits(seed=0), data.digits(seed=1)
    assert all(torch.equal(a.x, b.x) and torch.equal(a.y, b.y) for a, b in zip(first, again, strict=True))
    assert not torch.equal(first.test.x, other.test.x)
    for dtype in (F64, torch.float32):
        parts = data.digits(dtype=dtype, device="meta")
        assert {part.x.dtype for part in parts} == {dtype}
        assert {part.y.dtype for part in parts} == {torch.int64}
        assert {t.device.type for part in parts for t in part} == {"meta"}
    assert first.train.x.dtype == F64
    assert (first.train.x.min().item(), first.train.x.max().item()) == (0, 1)


def stand_in(monkeypatch: pytest.MonkeyPatch, make: Callable[..., Any]) -> None:
    """Put a torchvision into this process whose ``datasets.MNIST`` is ``make``."""
    package, module = ModuleType("torchvision"), ModuleType("torchvision.datasets")
    module.MNIST = make  # type: ignore[attr-defined]
    package.datasets = module  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "torchvision", package)
    monkeypatch.setitem(sys.modules, "torchvision.datasets", module)


def images(train: bool) -> Any:
    """Six hundred images to train on, a hundred to test on; pixel 0 holds a number of its own."""
    n, shade = (600, 0) if train else (100, 2)
    pixels = torch.zeros(n, 28, 28, dtype=torch.uint8)
    pixels[:, 0, 0], pixels[:, 0, 1], pixels[:, 0, 2] = torch.arange(n) % 250, torch.arange(n) // 250, shade
    pixels[0, 27, 27] = 255
    return SimpleNamespace(data=pixels, targets=torch.arange(n) % 10)


@pytest.mark.parametrize("download", [False, True])
def test_mnist_keeps_its_own_test_set(monkeypatch: pytest.MonkeyPatch, download: bool) -> None:
    asked: list[tuple[str, bool, bool]] = []

    def make(root: str, train: bool, download: bool) -> Any:
        asked.append((root, train, download))
        return images(train)

    stand_in(monkeypatch, make)
    parts = data.digits("mnist", root="there", download=download, dtype=torch.float32)
    assert asked == [("there", True, download), ("there", False, download)]
    assert [tuple(part.x.shape) for part in parts] == [(500, 784), (100, 784), (100, 784)]
    assert {part.x.dtype for part in parts} == {torch.float32}
    assert all(int(part.y.bincount().max()) == len(part.y) // 10 for part in parts)
    assert torch.equal(parts.test.x, images(train=False).data.flatten(1) / 255)  # in their order
    assert torch.equal(parts.test.y, images(train=False).targets)
    ours = [tuple(row) for part in parts[:2] for row in (255 * part.x[:, :3]).round().int().tolist()]
    assert sorted(ours) == sorted(map(tuple, images(train=True).data[:, 0, :3].tolist()))
    asked.clear()
    data.digits("mnist")
    assert asked == [("data", True, False), ("data", False, False)]  # unless told otherwise
    other = data.digits("mnist", root="there", seed=1)
    assert torch.equal(other.test.x.float(), parts.test.x)
    assert not torch.equal(other.train.x.float(), parts.train.x)


def absent(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("torchvision", "torchvision.datasets"):
        monkeypatch.setitem(sys.modules, name, None)


def misfit(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A torchvision that was built for another torch says so with a RuntimeError."""
    monkeypatch.delitem(sys.modules, "torchvision", raising=False)
    monkeypatch.delitem(sys.modules, "torchvision.datasets", raising=False)
    (tmp_path / "torchvision").mkdir()
    line = "raise RuntimeError('operator torchvision::nms does not exist')\n"
    (tmp_path / "torchvision" / "__init__.py").write_text(line, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)


@pytest.mark.parametrize("how", ["absent", "misfit"])
def test_without_torchvision(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, how: str) -> None:
    absent(monkeypatch) if how == "absent" else misfit(monkeypatch, tmp_path)
    with pytest.raises(
        ImportError,
        match=r"^digits: MNIST needs torchvision, .* run `pip install torchvision`, or keep source='digits', which needs nothing$",
    ) as caught:
        data.digits("mnist")
    assert isinstance(caught.value.__cause__, ImportError if how == "absent" else RuntimeError)
    assert data.digits().train.x.shape == (1078, 64)  # which needs none


@pytest.mark.parametrize(
    ("download", "error", "cure"),
    [
        (False, RuntimeError("Dataset not found."), r"pass download=True to fetch it \(about 12 MB\)"),
        (True, RuntimeError("Error downloading train-images"), "is this machine connected?"),
        (True, OSError("no route to host"), "is this machine connected?"),
    ],
)
def test_without_the_files(
    monkeypatch: pytest.MonkeyPatch, download: bool, error: Exception, cure: str
) -> None:
    def make(*_: object, **__: object) -> None:
        raise error

    stand_in(monkeypatch, make)
    words = rf"digits: MNIST is not under 'there' \({cure.replace('?', '[?]')}\): {error}"
    with pytest.raises(RuntimeError, match=words):
        data.digits("mnist", root="there", download=download)
