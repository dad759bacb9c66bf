"""The run of lesson 16.2 with one of its pieces left out at a time: `make bench`.

Everything else stays as it is, rate and seeds included; so a row says what its piece is worth in this
run, not how well one could do without it. A seed decides where the weights start and the order of the sums.
"""

import math
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn, optim
from torch.optim import lr_scheduler, swa_utils

from benchmarks.results import Table, run_and_store
from lessons_pkg.data import VOCABULARY, Part, additions
from lessons_pkg.losses import next_token_loss
from lessons_pkg.models import TinyTransformer
from lessons_pkg.optim import decay_groups

SEEDS, STEPS, BATCH, WARM = range(5), 400, 128, 50


class Pieces(NamedTuple):
    """What a run is made of."""

    masked: bool = True
    reverse: bool = True
    warm: int = WARM
    cosine: bool = True
    clip: float = 1.0
    decay: float = 0.1
    lr: float = 3e-3


WITHOUT = {
    "nothing": Pieces(),
    "the mask: the sum is asked, too": Pieces(masked=False),
    "the turning: answers first digit first": Pieces(reverse=False),
    "the warm-up": Pieces(warm=0),
    "the falling rate": Pieces(cosine=False),
    "the clipping": Pieces(clip=math.inf),
    "the weight decay": Pieces(decay=0.0),
    "nine tenths of the rate: 0.0003": Pieces(lr=3e-4),
}


def rate_at(step: int, pieces: Pieces) -> float:
    """Give the factor of the rate: up in a line, then down half a cosine."""
    up = min(1.0, (step + 1) / max(1, pieces.warm))
    if not pieces.cosine:
        return up
    return up * 0.5 * (1 + math.cos(math.pi * max(0, step - pieces.warm) / (STEPS - pieces.warm)))


def right(model: nn.Module, part: Part) -> float:
    """Return the share of sums whose every asked sign has the highest logit: what greedy decoding gets."""
    with torch.no_grad():
        found = model(part.x)[:, :-1].argmax(-1)
    answer: Tensor = part.y[:, 1:]
    good: Tensor = ((found == answer) | (answer == -100)).all(1)
    return good.double().mean().item()


def run(pieces: Pieces, seed: int) -> tuple[float, float]:
    """Train once; return the shares of held-out sums that the last and the averaged weights get right."""
    train, held_out = additions(reverse=pieces.reverse)
    labels = train.y if pieces.masked else train.x.masked_fill(train.x == VOCABULARY.index("#"), -100)
    torch.manual_seed(seed)
    model = TinyTransformer()
    optimizer = optim.AdamW(decay_groups(model, pieces.decay), lr=pieces.lr, betas=(0.9, 0.95))
    scheduler = lr_scheduler.LambdaLR(optimizer, lambda step: rate_at(step, pieces))
    ema = swa_utils.AveragedModel(model, multi_avg_fn=swa_utils.get_ema_multi_avg_fn(0.95))
    draw, rounds = torch.Generator().manual_seed(seed), 1 + STEPS * BATCH // len(train.x)
    order = torch.cat([torch.randperm(len(train.x), generator=draw) for _ in range(rounds)])
    for rows in order[: STEPS * BATCH].split(BATCH):
        loss = next_token_loss(model(train.x[rows]), labels[rows])
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), pieces.clip)
        optimizer.step()
        scheduler.step()
        ema.update_parameters(model)
    return right(model, held_out), right(ema, held_out)


def measure() -> dict[str, Table]:
    """Give each piece that is left out a row: minutes."""
    rows: list[list[Any]] = []
    for name, pieces in WITHOUT.items():
        last, averaged = zip(*(run(pieces, seed) for seed in SEEDS), strict=True)
        rows.append([name, *(f"{share:.3f}" for share in last)])
        if not pieces.cosine:
            rows.append([f"{name}; averaged weights", *(f"{share:.3f}" for share in averaged)])
        print(*rows[-1], *(f"{share:.3f}" for share in averaged), flush=True)
    return {"pieces": {"head": ["left out", *(f"seed {seed}" for seed in SEEDS)], "rows": rows}}


if __name__ == "__main__":
    run_and_store("complete_run", measure)
