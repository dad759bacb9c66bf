"""The small modules: data, models, runtime."""

import subprocess
import sys

import pytest
import torch

from lessons_pkg import __version__, data, graph, runtime
from lessons_pkg.models import MLP, LeNet, LinearRegression, SigmoidMLP, fresh_lenet


def test_line_points_are_those_of_the_article() -> None:
    x, y = data.line_points()
    assert x.tolist() == [[1.0], [2.0], [3.0]]
    assert y.tolist() == [[2.0], [4.0], [6.0]]
    assert x.dtype == y.dtype == torch.float32


def test_line_points_follow_dtype_and_device() -> None:
    x, y = data.line_points(dtype=torch.float64, device="meta")
    assert x.dtype == y.dtype == torch.float64
    assert x.device.type == y.device.type == "meta"


def test_linear_regression_is_a_line() -> None:
    model = LinearRegression(2, 3).double()
    x = torch.randn(5, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(model(x), x @ model.linear.weight.T + model.linear.bias)
    assert [tuple(p.shape) for p in model.parameters()] == [(3, 2), (3,)]


def test_linear_regression_starts_like_torch() -> None:
    torch.manual_seed(3)
    ours = LinearRegression()
    torch.manual_seed(3)
    assert torch.equal(ours.linear.weight, torch.nn.Linear(1, 1).weight)


def test_lenet_has_the_articles_shapes() -> None:
    net = LeNet()
    assert net(torch.zeros(3, 1, 32, 32)).shape == (3, 10)
    sizes = {name: p.numel() for name, p in net.named_parameters()}
    assert list(sizes)[:2] == ["conv1.weight", "conv1.bias"]
    assert (len(sizes), sum(sizes.values()), sizes["fc1.weight"]) == (10, 61_706, 400 * 120)


def test_lenet_takes_images_that_lie_channel_by_channel_or_pixel_by_pixel() -> None:
    torch.manual_seed(0)
    net, x = LeNet().double(), torch.randn(2, 1, 32, 32, dtype=torch.float64)
    wanted = net(x)
    seen = [node.label for node in graph.walk(wanted.sum())]
    assert any(label.startswith("View") for label in seen)  # the name on which chapter 2 counts
    torch.testing.assert_close(net(x.contiguous(memory_format=torch.channels_last)), wanted)
    for layer in (net.conv1, net.conv2):
        layer.weight.data = layer.weight.data.contiguous(memory_format=torch.channels_last)
    torch.testing.assert_close(net(x), wanted)


def test_lenet_treats_the_images_of_a_batch_alike() -> None:
    images = torch.randn(4, 1, 32, 32, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    net = LeNet().double()
    one_by_one = torch.cat([net(image[None]) for image in images])
    torch.testing.assert_close(net(images), one_by_one, rtol=1e-12, atol=1e-12)


def test_sigmoid_mlp_computes_what_article_004_prints() -> None:
    printed = data.printed_network()
    net = SigmoidMLP(2, 3, 2, squash=True).double()
    parameters = [printed["layer1.w"].T, printed["layer1.b"], printed["layer2.w"].T, printed["layer2.b"]]
    with torch.no_grad():
        for parameter, value in zip(net.parameters(), parameters, strict=True):
            parameter.copy_(value)
    output = net(printed["x"])
    log = torch.log_softmax(output, 1)
    results = {"output": output, "softmax": log.exp(), "log": log, "picked": log[range(4), printed["label"]]}
    results["loss"] = -results["picked"].mean()
    for name, value in results.items():
        torch.testing.assert_close(value, printed[name], rtol=0, atol=5.3e-5, msg=name)
    net.squash = SigmoidMLP(2, 3, 2).squash  # by default, none
    torch.testing.assert_close(net(printed["x"]).sigmoid(), output)
    assert sum(parameter.numel() for parameter in net.parameters()) == 17


def test_printed_network_follows_dtype_and_device() -> None:
    printed = data.printed_network(dtype=torch.float32, device="meta")
    assert {part.device.type for part in printed.values()} == {"meta"}
    assert {name: part.dtype for name, part in printed.items() if part.dtype != torch.float32} == {
        "label": torch.int64
    }
    with pytest.raises(TypeError, match=r"printed_network: dtype must be floating-point, got torch\.int64"):
        data.printed_network(dtype=torch.int64)


def test_mlp_is_two_layers_with_a_relu_between() -> None:
    net = MLP(3, 4, 2).double()
    x = torch.randn(6, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    hidden = (x @ net.layer1.weight.T + net.layer1.bias).clamp(min=0)
    assert (hidden == 0).any()
    assert (hidden > 0).any()
    torch.testing.assert_close(net(x), hidden @ net.layer2.weight.T + net.layer2.bias)


def test_start_says_what_is_the_same_everywhere(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(runtime.REPRODUCIBLE, "1")
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = True
    assert runtime.start(__version__) == runtime.device()
    assert capsys.readouterr().out == f"lessons_pkg {__version__} is ready.\n"
    assert not torch.backends.cudnn.allow_tf32
    assert not torch.backends.cuda.matmul.allow_tf32


def test_start_says_where_it_runs_outside_the_gate(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(runtime.REPRODUCIBLE, raising=False)
    runtime.start(__version__)
    printed = capsys.readouterr().out
    assert f"torch {torch.__version__}, device: " in printed
    assert f"Python {sys.version_info.major}.{sys.version_info.minor}" in printed


def test_start_refuses_another_version() -> None:
    with pytest.raises(
        RuntimeError,
        match=rf"^This lesson needs lessons_pkg 9\.9\.9, but {__version__} is loaded\. In Colab choose "
        "Runtime > Restart session, then run this cell again; elsewhere run `make book` in your copy of the course[.]$",
    ):
        runtime.start("9.9.9")


def test_device_prefers_cuda_and_passes_mps_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert runtime.device().type == "cuda"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert runtime.device().type == "cpu"
    assert runtime.settings().endswith(", device: CPU (MPS is left alone: it has no float64)")
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert runtime.settings().endswith(", device: CPU")


def test_old_torch_stops_the_import_with_one_sentence() -> None:
    torch = "import sys, types; sys.modules['torch'] = types.SimpleNamespace(__version__='1.13.1+cu117')"
    program = f"{torch}; import lessons_pkg"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert run.returncode == 1
    last = run.stderr.strip().splitlines()[-1]
    assert last.startswith(
        "ImportError: lessons_pkg needs torch >= 2.8, found 1.13.1+cu117: run `pip install"
    )


def test_a_fresh_lenet_is_the_same_everywhere_and_within_torchs_bounds() -> None:
    net, again, other = fresh_lenet(), fresh_lenet(), fresh_lenet(1)
    for layer in net.children():
        inputs = layer.weight[0].numel()  # type: ignore[index]
        for parameter in layer.parameters():
            assert parameter.dtype == torch.float64
            assert 0.8 < parameter.abs().max().item() * inputs**0.5 <= 1
    vectors = [torch.nn.utils.parameters_to_vector(n.parameters()) for n in (net, again, other)]
    assert len(vectors[0]) == 61706
    assert torch.equal(vectors[0], vectors[1])
    assert not torch.equal(vectors[0], vectors[2])
    assert vectors[0][:2].tolist() == pytest.approx([0.18802120, 0.08312795], abs=1e-8)
