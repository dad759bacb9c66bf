"""The moving average of a network against PyTorch's, against its closed form, and what it leaves alone."""

import copy

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from lessons_pkg.optim import update_ema


def network() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Tanh(), nn.Linear(4, 2)).double()


@pytest.mark.parametrize("decay", [0.0, 0.9, 0.999])
def test_as_torch_does_from_the_second_update_on(decay: float) -> None:
    model = network()
    theirs = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(decay))
    theirs.update_parameters(model)  # copies
    ours, draw = copy.deepcopy(model), torch.Generator().manual_seed(1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.3)
    for _ in range(20):
        x = torch.randn(8, 3, generator=draw, dtype=torch.float64)
        loss = model(x).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        update_ema(ours, model, decay)
        theirs.update_parameters(model)
    mine, torchs = ours.state_dict(), theirs.module.state_dict()
    assert mine.keys() == torchs.keys()
    for name, kept in mine.items():
        torch.testing.assert_close(kept, torchs[name], rtol=1e-12, atol=0)
    x = torch.randn(5, 3, generator=draw, dtype=torch.float64)
    slopes = [grads(net, x) for net in (ours, theirs.module)]
    torch.testing.assert_close(*slopes, rtol=1e-10, atol=1e-14)


def grads(net: nn.Module, x: Tensor) -> list[Tensor]:
    net.eval()
    return list(torch.autograd.grad(F.mse_loss(net(x), x[:, :2]), list(net.parameters())))


def test_a_weighted_sum_of_all_places() -> None:
    model, places = nn.Linear(1, 1, bias=False).double(), [3.0, -1.0, 4.0, 1.5]
    nn.init.constant_(model.weight, places[0])
    ema = copy.deepcopy(model)
    for place in places[1:]:
        nn.init.constant_(model.weight, place)
        update_ema(ema, model, 0.75)
    weights = [0.75**3, 0.25 * 0.75**2, 0.25 * 0.75, 0.25]
    expected = sum(w * place for w, place in zip(weights, places, strict=True))
    assert ema.weight.item() == pytest.approx(expected, rel=1e-12)
    assert model.weight.item() == places[-1]


def test_the_default_remembers_a_hundred_steps_and_no_graph_is_kept() -> None:
    model = nn.Linear(2, 1)
    ema = copy.deepcopy(model)
    nn.init.zeros_(ema.weight)
    nn.init.ones_(model.weight)
    update_ema(ema, model)
    torch.testing.assert_close(ema.weight.detach(), torch.full((1, 2), 0.01))
    assert ema.weight.grad_fn is None
