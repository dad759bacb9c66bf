"""The ladder's program and its plants: what each rung finds, whatever the seed; what the lessons say of it."""

import math

import pytest
import torch

from lessons_pkg.data import grains, ladder, plants
from tests.helpers.strangers import STRANGERS

FOUND = {
    "one_column_large": [1, 2, 7], "sum_for_mean": [2], "softmax_first": [3], "labels_dealt_out": [7],
    "never_cleared": [4], "frozen": [4, 5], "cut": [4, 5, 6], "new_head": [4, 5], "rate_times_100": [5],
    "reshaped": [6, 7], "no_eval": [8],
}  # fmt: skip


@pytest.mark.parametrize("seed", range(2))
def test_the_ladder_finds_every_plant_and_passes_the_healthy_program(seed: int) -> None:
    assert {plant.__name__: ladder.found_by(plant, seed=seed) for plant in plants.PLANTS} == FOUND
    assert ladder.found_by(None, seed=seed) == []


@pytest.mark.parametrize("seed", range(3))
def test_the_lowest_rung_for_five_strangers(seed: int) -> None:
    lowest = [min(ladder.found_by(stranger, seed=seed), default=0) for stranger in STRANGERS]
    assert lowest == [2, 3, 6, 7, 0]


def test_grains_follow_their_rule() -> None:
    x, y = grains(50, seed=3)
    for (a, b, c, *_), kind in zip(x.tolist(), y.tolist(), strict=True):
        scores = [1.5 * abs(a) - 0.6, b + c / 2, c / 2 - b]
        assert kind == scores.index(max(scores))


def test_dropout_is_torchs_but_for_its_draws() -> None:
    draw = torch.Generator().manual_seed(0)
    drop, x = plants.DrawnDropout(0.25, draw), torch.ones(100, 100)
    out = drop(x)
    assert out.unique().tolist() == pytest.approx([0.0, 4 / 3])
    assert (out == 0).double().mean().item() == pytest.approx(0.25, abs=0.02)
    assert drop.eval()(x) is x


def test_a_healthy_program_starts_near_ln_3_and_learns() -> None:
    p = plants.program()
    assert ladder.at_start(p)[0]
    ladder.train(p, p.x, p.y, 60)
    loss, right = ladder.measure(p, p.new_x, p.new_y)
    assert loss < math.log(3) / 2
    assert right > 0.8
