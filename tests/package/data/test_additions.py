"""Sums as texts: every one right, none in both parts, in either order; and the network that reads them."""

import re

import pytest
import torch
from torch import nn

from lessons_pkg import data, models


@pytest.mark.parametrize("reverse", [True, False])
def test_every_sum_is_right_and_stands_once(reverse: bool) -> None:
    parts = data.additions(20, held_out=101, reverse=reverse, seed=3)
    seen = []
    for ids, labels in parts:
        for text, asked in zip(data.decode(ids), labels.tolist(), strict=True):
            ((a, b, answer),) = re.findall(r"^(\d+)\+(\d+)=(\d+)\.#*$", text)
            assert int(a) + int(b) == int(answer[:: -1 if reverse else 1])
            words = [k for k in asked if k != -100]
            assert data.decode(torch.tensor([words])) == [answer + "."]
            assert asked.index(words[0]) == text.index("=") + 1
            seen.append((int(a), int(b)))
    assert len(seen) == len(set(seen)) == 400
    assert len(parts[1].x) in (101, 102)


@pytest.mark.parametrize("seed", range(5))
def test_no_sum_is_in_both_parts_in_either_order(seed: int) -> None:
    train, test = (
        {tuple(sorted(text.split("=")[0].split("+"))) for text in data.decode(part.x)}
        for part in data.additions(30, held_out=200, seed=seed)
    )
    assert not train & test


def test_two_seeds_give_two_orders_and_one_seed_one() -> None:
    first, again, other = (data.additions(10, held_out=20, seed=seed)[0].x for seed in (0, 0, 1))
    assert torch.equal(first, again)
    assert not torch.equal(first[:10], other[:10])


def test_wrong_sizes_are_named() -> None:
    with pytest.raises(ValueError, match=r"additions: held_out must be <= 98, top \* top - 2, got 99"):
        data.additions(10, held_out=99)
    with pytest.raises(ValueError, match=r"encode: width must be >= 10, the longest text, got 9"):
        data.additions(held_out=5, width=9)
    with pytest.raises(ValueError, match=r"encode: texts must be strings of 0123456789\+=\.#, got"):
        data.encode(["7-2"])


def test_block_equals_torch_s_layer_with_the_same_weights() -> None:
    ours = models.Block(64, 4).double()
    theirs = nn.TransformerEncoderLayer(
        64, 4, 256, dropout=0.0, activation="gelu", batch_first=True, norm_first=True, dtype=torch.float64
    )
    for name, twin in (("norm1", "norm1"), ("norm2", "norm2"), ("up", "linear1"), ("down", "linear2")):
        getattr(theirs, twin).load_state_dict(getattr(ours, name).state_dict())
    theirs.self_attn.out_proj.load_state_dict(ours.proj.state_dict())
    with torch.no_grad():
        theirs.self_attn.in_proj_weight.copy_(ours.qkv.weight)
        theirs.self_attn.in_proj_bias.copy_(ours.qkv.bias)
    x = torch.randn(3, 10, 64, dtype=torch.float64)
    mask = nn.Transformer.generate_square_subsequent_mask(10, dtype=torch.float64)
    assert torch.allclose(ours(x), theirs(x, src_mask=mask, is_causal=True), rtol=1e-12, atol=1e-13)


def test_a_position_knows_nothing_of_later_words() -> None:
    net = models.TinyTransformer()
    ids = torch.randint(14, (2, 10))
    later = ids.clone()
    later[:, 6:] = (later[:, 6:] + 1) % 14
    assert torch.equal(net(ids)[:, :6], net(later)[:, :6])
    assert not torch.equal(net(ids)[:, 6:], net(later)[:, 6:])
    assert torch.equal(net(ids), net.head(net.hidden(ids)))


def test_heads_divide_the_width_and_texts_fit() -> None:
    with pytest.raises(ValueError, match=r"TinyTransformer.*heads must divide d, got 3 heads and d = 64"):
        models.TinyTransformer(heads=3)
    with pytest.raises(ValueError, match=r"ids must be \(N, T\) with 1 <= T <= 10, got \(1, 11\)"):
        models.TinyTransformer()(torch.zeros(1, 11, dtype=torch.long))
