"""The diabetes data and the scaler, against scikit-learn."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import datasets, preprocessing

from lessons_pkg import data

F64 = torch.float64


def test_every_patient_is_in_exactly_one_part() -> None:
    raw = datasets.load_diabetes(scaled=False)
    parts = data.diabetes(3, dtype=F64)
    assert [tuple(part.x.shape) for part in parts] == [(265, 10), (88, 10), (89, 10)]
    assert [tuple(part.y.shape) for part in parts] == [(265, 1), (88, 1), (89, 1)]
    ours = torch.cat([torch.cat([part.x, part.y], 1) for part in parts])
    theirs = torch.cat([torch.tensor(raw.data), torch.tensor(raw.target)[:, None]], 1)
    assert sorted(map(tuple, ours.tolist())) == sorted(map(tuple, theirs.tolist()))


def test_a_seed_is_a_split() -> None:
    first, again, other = data.diabetes(), data.diabetes(0), data.diabetes(1)
    assert all(torch.equal(a.x, b.x) and torch.equal(a.y, b.y) for a, b in zip(first, again, strict=True))
    assert not torch.equal(first.test.y, other.test.y)
    rows = torch.randperm(442, generator=torch.Generator().manual_seed(0))
    everything = torch.tensor(datasets.load_diabetes(scaled=False).target, dtype=torch.float32)
    assert torch.equal(first.test.y[:, 0], everything[rows[353:]])


def test_diabetes_follows_dtype_and_device() -> None:
    parts = data.diabetes(dtype=F64, device="meta")
    assert {t.dtype for part in parts for t in part} == {F64}
    assert {t.device.type for part in parts for t in part} == {"meta"}
    assert {t.dtype for part in data.diabetes() for t in part} == {torch.float32}


def test_units_are_those_of_the_docstring() -> None:
    x = torch.cat([part.x for part in data.diabetes()])
    assert set(x[:, 1].tolist()) == {1.0, 2.0}
    assert x[:, 0].min() == 19
    assert x[:, 0].max() == 79
    y = torch.cat([part.y for part in data.diabetes()])
    assert (y.min().item(), y.max().item()) == (25, 346)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    n=st.integers(1, 8),
    columns=st.integers(1, 4),
    scale=st.sampled_from([1e-3, 1, 1e4]),
    constant=st.booleans(),
)
def test_scaler_is_scikit_learns(seed: int, n: int, columns: int, scale: float, constant: bool) -> None:
    draw = torch.Generator().manual_seed(seed)
    x, new = (scale * (torch.randn(k, columns, generator=draw, dtype=F64) + 3) for k in (n, 5))
    if constant:
        x[:, 0] = 0.1 * scale
    ours, theirs = data.StandardScaler().fit(x), preprocessing.StandardScaler().fit(x.numpy())
    torch.testing.assert_close(ours.mean_, torch.tensor(theirs.mean_))
    torch.testing.assert_close(ours.scale_, torch.tensor(theirs.scale_))
    there = ours.transform(new)
    torch.testing.assert_close(there, torch.tensor(theirs.transform(new.numpy())))
    torch.testing.assert_close(ours.inverse_transform(there), new)


def test_scaler_remembers_the_rows_it_was_fitted_to() -> None:
    train, new = torch.tensor([[1.0], [3.0]]), torch.tensor([[5.0]])
    scaler = data.StandardScaler().fit(train)
    assert scaler.transform(new).tolist() == [[3.0]]
    assert scaler.transform(train).tolist() == [[-1.0], [1.0]]
    assert scaler.inverse_transform(torch.tensor([[2.0]])).tolist() == [[4.0]]


def test_a_constant_column_is_only_centred() -> None:
    scaler = data.StandardScaler().fit(torch.full((7, 1), 0.1))
    assert scaler.scale_.tolist() == [1.0]
    assert scaler.transform(torch.tensor([[2.1]])).item() == pytest.approx(2.0)


COLUMNS: dict[str, list[float]] = {
    "rounded": [3 / 30, 3.3 / 33, 3.6 / 36],
    "a sum": [0.1 + 0.2, 0.3],
    "squares underflow": [1e-200, 2e-200],
    "differ": [1.0, 2.0],
    "differ far from 0": [-1e6, -1e6 - 1e-6],
    "below the last digit of 1": [1e-20, 3e-20],
}


@pytest.mark.parametrize("name", COLUMNS)
def test_what_is_constant_is_so_for_scikit_learn(name: str) -> None:
    x = torch.tensor(COLUMNS[name], dtype=F64)[:, None]
    ours, theirs = data.StandardScaler().fit(x), preprocessing.StandardScaler().fit(x.numpy())
    torch.testing.assert_close(ours.scale_, torch.tensor(theirs.scale_), atol=0, rtol=1e-4)  # far from 0
    assert (ours.scale_.item() == 1) == ("iffer" not in name and "below" not in name)
    torch.testing.assert_close(
        ours.transform(x), torch.tensor(theirs.transform(x.numpy())), rtol=1e-4, atol=1e-15
    )


@pytest.mark.parametrize(("steps", "constant"), [(2.0, True), (2.5, False)])
def test_where_rounding_ends(steps: float, constant: bool) -> None:
    eps = torch.finfo(F64).eps
    scale = data.StandardScaler().fit(torch.tensor([[1 - steps * eps], [1.0]], dtype=F64)).scale_
    assert scale.item() == pytest.approx(1.0 if constant else steps / 2 * eps)


def test_each_column_has_its_own_rounding() -> None:
    rows = torch.tensor([[0.1 + 0.2, 0.0, 1e-12], [0.3, 1e6, 2e-12]], dtype=F64)
    assert data.StandardScaler().fit(rows).scale_.tolist() == pytest.approx([1.0, 5e5, 5e-13])


@pytest.mark.parametrize("n", [3, 1_000_000])
def test_rounding_in_32_bits_is_no_spread_and_a_small_spread_is_no_rounding(n: int) -> None:
    tenth = torch.tensor([3.0, 3.3, 3.6]) / torch.tensor([30, 33, 36])
    assert tenth.unique().numel() == 2  # scikit-learn's bound is that of float64: it divides by 4e-9
    percent = 1 + 0.01 * torch.linspace(-1, 1, n)  # with the bound of float32 times n: constant
    x = torch.stack([tenth.repeat(n // 3 + 1)[:n], percent], 1)
    constant, spread = data.StandardScaler().fit(x).scale_.tolist()
    assert constant == 1
    assert spread == pytest.approx(percent.double().std(correction=0).item(), rel=1e-3)


def test_scaler_passes_gradients() -> None:
    x = torch.randn(4, 2, generator=torch.Generator().manual_seed(0), dtype=F64, requires_grad=True)
    scaler = data.StandardScaler().fit(x.detach())
    scaler.transform(x).sum().backward()
    torch.testing.assert_close(x.grad, (1 / scaler.scale_).expand(4, 2))
