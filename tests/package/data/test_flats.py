"""Flats of chapter 9: what the rules say of them, and that the networks beside each other do not meet."""

import torch

from lessons_pkg.data.flats import (
    draw_flats,
    learn_flats,
    score,
    trunk_gradients,
    two_heads,
    two_losses,
)


def test_flats_follow_their_rules_and_a_seed_is_a_data_set() -> None:
    flats = draw_flats([0, 7], 4000)
    x0, x1, x2, x3, one = flats.x.unbind(2)
    assert torch.equal(one, torch.ones_like(one))
    assert torch.equal(flats.quick, (x0 * x3 > 0).long())
    noise = flats.rent - 100 * (x0 + x1 * x2) / 2**0.5
    assert (noise.std(1) - 30).abs().max() < 1.5
    assert noise.mean(1).abs().max() < 1.5
    alone = draw_flats([7], 4000)
    assert all(torch.equal(part[1:], other) for part, other in zip(flats, alone, strict=True))


def test_networks_side_by_side_do_not_meet() -> None:
    both, alone = draw_flats([0, 1], 50), draw_flats([1], 50)
    ends = [
        learn_flats(lambda losses: 1e-4 * losses[0] + losses[1], flats, two_heads(seeds))
        for flats, seeds in ((both, [0, 1]), (alone, [1]))
    ]
    torch.testing.assert_close(ends[0]["trunk"][1:], ends[1]["trunk"])
    torch.testing.assert_close(score(ends[0], both)[0][1:], score(ends[1], alone)[0])


def test_the_tasks_gradients_are_those_of_a_nudge() -> None:
    flats, net = draw_flats([3], 20), two_heads([3])
    g = trunk_gradients(net, two_losses(net, flats))[0]
    for k in (0, 17, 39):
        ends = []
        for h in (1e-5, -1e-5):
            moved = {name: value.detach().clone() for name, value in net.items()}
            moved["trunk"].view(-1)[k] += h
            ends.append(two_losses(moved, flats)[:, 0])
        torch.testing.assert_close((ends[0] - ends[1]) / 2e-5, g[:, k], rtol=1e-6, atol=1e-9)
