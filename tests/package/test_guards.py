"""Wrong arguments: each rule once, each public function once for having its rules; and torch.compile."""

import inspect
import math
import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import lessons_pkg
from lessons_pkg import data, graph, guards, losses, models, optim, plotting
from lessons_pkg.losses import multitask

Arguments = dict[str, Any]
W = torch.ones(3, requires_grad=True)


def numbers(*shape: int) -> Tensor:
    """Different floating-point numbers strictly between 0 and 1."""
    count = torch.arange(math.prod(shape), dtype=torch.float64)
    return ((count * 0.37 + 0.11) % 0.8 + 0.1).reshape(shape)


def pair(**more: Any) -> Arguments:
    return {"input": numbers(4, 3), "target": 1 - numbers(4, 3).square(), **more}


def weighted(**more: Any) -> Arguments:
    return pair(weight=numbers(4, 3), **more)


def classes(**more: Any) -> Arguments:
    target = torch.tensor([0, 2, 1, 1])
    return {"input": numbers(4, 3).log_softmax(1), "target": target, "weight": numbers(3), "ignore_index": -100, **more}  # fmt: skip


def boxes() -> Arguments:
    return {"boxes1": numbers(4, 4).cumsum(1), "boxes2": numbers(4, 4).cumsum(1) + 0.1, "eps": 1e-7}


def sizes(*names: str) -> Arguments:
    return dict.fromkeys(names, 2)


def walk() -> list[graph.Node]:
    return graph.walk((W * 2).sum())


def embeddings(**more: Any) -> Arguments:
    return {"query": numbers(4, 3), "key": numbers(4, 3).square(), "temperature": 0.1, **more}


LOGPS = [f"{model}{answer}_logps" for model in ("", "ref_") for answer in ("chosen", "rejected")]
SCALER = data.StandardScaler().fit(numbers(4, 3))
LABELS = torch.tensor([0, 1, 1, 0])
RIGHT: dict[str, Arguments] = {  # of each loss
    "binary_cross_entropy": weighted(),
    "binary_cross_entropy_with_logits": weighted(pos_weight=numbers(3)),
    "chunked_cross_entropy": {
        "h": numbers(4, 3), "weight": numbers(5, 3), "labels": torch.tensor([4, -100, 0, 2]), "chunk_size": 3},
    "cross_entropy": classes(label_smoothing=0.1),
    "ctc_loss": {
        "log_probs": numbers(6, 2, 4).log_softmax(-1), "targets": torch.tensor([[1, 2], [3, 1]]),
        "input_lengths": torch.tensor([6, 5]), "target_lengths": torch.tensor([2, 1]), "blank": 0},
    "dice_loss": {"input": numbers(2, 3, 4), "target": numbers(2, 3, 4), "smooth": 1.0},
    "distillation_loss": {"student": numbers(4, 3), "teacher": -numbers(4, 3), "temperature": 2.0},
    "dpo_loss": {name: -numbers(k + 4)[:4] for k, name in enumerate(LOGPS)} | {"beta": 0.1},
    "gaussian_nll_loss": pair(var=numbers(4, 3), eps=1e-6),
    "huber_loss": weighted(delta=1.0),
    "info_nce_loss": embeddings(),
    "kl_div": pair(),
    "l1_loss": weighted(),
    "log_cosh_loss": pair(),
    "log_softmax": {"input": numbers(4, 3), "dim": 1},
    "logsigmoid": {"input": numbers(4, 3)},
    "mse_loss": weighted(),
    "next_token_loss": {"logits": numbers(2, 3, 4), "labels": torch.tensor([[-100, 3, 1], [0, 2, -100]])},
    "nll_loss": classes(),
    "pinball_loss": pair(quantile=0.3),
    "preference_loss": {"chosen": numbers(4), "rejected": numbers(4).square()},
    "sequence_logps": {"logits": numbers(2, 3, 4), "labels": torch.tensor([[0, 1, -100], [2, 3, 0]])},
    "sigmoid_contrastive_loss": embeddings(bias=-10.0),
    "sigmoid_focal_loss": {"inputs": numbers(4, 3), "targets": numbers(4, 3), "alpha": 0.25, "gamma": 2.0},
    "smooth_l1_loss": pair(beta=1.0),
    "softmax_focal_loss": {"inputs": numbers(4, 3), "targets": LABELS, "alpha": numbers(3), "gamma": 2.0},
    "uncertainty_weighted": {"losses": numbers(3), "log_variances": numbers(3)},
    "z_loss": {"logits": numbers(2, 3, 4)},
    **{name: boxes() for name in losses.__all__ if "box_iou" in name},
    **{name: {"fake": numbers(4, 3)} for name in losses.__all__ if "generator" in name},
    **{name: {"real": numbers(4, 3), "fake": numbers(4, 3)} for name in losses.__all__ if "discrim" in name},
}  # fmt: skip
REDUCED = [name for name in RIGHT if "reduction" in inspect.signature(getattr(losses, name)).parameters]
CALLS: dict[str, tuple[Callable[..., Any], Arguments]] = {
    **{name: (getattr(losses, name), right | {"reduction": "none"} if name in REDUCED else right)
       for name, right in RIGHT.items()},
    "project_conflicting": (multitask.project_conflicting, {"gradients": numbers(4, 3)}),
    "clip_grad_norm_": (optim.clip_grad_norm_, {"parameters": [W], "max_norm": 1.0}),
    "warmup_cosine": (optim.warmup_cosine, {"step": 3, "warmup": 2, "total": 10}),
    "warmup_stable_decay": (optim.warmup_stable_decay, {"step": 3, "warmup": 2, "total": 10, "decay": 0.2}),
    "decay_groups": (optim.decay_groups, {"model": nn.Linear(3, 2), "weight_decay": 0.1}),
    "update_ema": (optim.update_ema, {"ema": nn.Linear(3, 2), "model": nn.Linear(3, 2), "decay": 0.9}),
    "orthogonalize": (optim.orthogonalize, {"g": numbers(4, 3), "steps": 2, "coefficients": (1.5, -0.5, 0.0), "eps": 1e-7, "dtype": torch.float64}),
    "line_points": (data.line_points, {"dtype": torch.float32}),
    "printed_network": (data.printed_network, {"dtype": torch.float32}),
    "diabetes": (data.diabetes, {"dtype": torch.float32, "seed": 0}),
    "digits": (data.digits, {"source": "digits", "dtype": torch.float32, "seed": 0}),
    "additions": (data.additions, {"top": 4, "held_out": 3, "reverse": True, "width": 10, "seed": 0}),
    "encode": (data.encode, {"texts": ["1+2=3.", "4"], "width": 10}),
    "decode": (data.decode, {"ids": torch.tensor([[1, 2], [3, 13]])}),
    "grains": (data.grains, {"n": 3, "seed": 0}),
    "stratified_rows": (data.stratified_rows, {"labels": LABELS, "shares": (0.5, 0.5), "seed": 0}),
    "StandardScaler.fit": (data.StandardScaler().fit, {"x": numbers(4, 3)}),
    "StandardScaler.transform": (SCALER.transform, {"x": numbers(4, 3)}),
    "StandardScaler.inverse_transform": (SCALER.inverse_transform, {"x": numbers(4, 3)}),
    "LinearRegression": (models.LinearRegression, sizes("in_features", "out_features")),
    "SigmoidMLP": (models.SigmoidMLP, sizes("in_features", "hidden_features", "out_features")),
    "MLP": (models.MLP, sizes("in_features", "hidden_features", "out_features")),
    "LinearRegression()": (models.LinearRegression(3), {"x": numbers(4, 3).float()}),
    "SigmoidMLP()": (models.SigmoidMLP(3, 2, 1), {"x": numbers(4, 3).float()}),
    "MLP()": (models.MLP(3, 2, 1), {"x": numbers(4, 3).float()}),
    "LeNet()": (models.LeNet(), {"x": numbers(1, 1, 32, 32).float()}),
    "Block": (models.Block, sizes("d", "heads")),
    "Block()": (models.Block(4, 2), {"x": numbers(2, 3, 4).float()}),
    "TinyTransformer": (models.TinyTransformer, sizes("vocabulary", "width", "d", "heads", "layers")),
    "TinyTransformer()": (models.TinyTransformer(), {"ids": torch.tensor([[1, 2], [3, 13]])}),
    "fresh_lenet": (models.fresh_lenet, {"seed": 0}),
    "edges": (graph.edges, {"nodes": walk()}),
    "tree": (graph.tree, {"nodes": walk()}),
    "backward_graph": (plotting.backward_graph, {"nodes": walk(), "visited": 1, "ax": plotting.new_axes()}),
    "loss_curve": (plotting.loss_curve, {"losses": numbers(3), "label": "a", "ax": plotting.new_axes()}),
    "geometric_decay": (plotting.geometric_decay, {"start": 1.0, "factor": 0.5, "updates": 3, "label": "a", "ax": plotting.new_axes()}),
    "valley": (plotting.valley, {"hessian": torch.eye(2), "minimum": torch.zeros(2), "reach": 3.0, "directions": ("a", "b"), "ax": plotting.new_axes()}),
    "descent_path": (plotting.descent_path, {"points": numbers(3, 2), "ax": plotting.new_axes()}),
    "image_grid": (plotting.image_grid, {"images": numbers(2, 2, 2), "labels": ["a", "b"], "columns": 2, "size": 3.0, "ax": plotting.new_axes()}),
    "confusion_table": (plotting.confusion_table, {"counts": torch.eye(2), "names": ["a", "b"], "ax": plotting.new_axes()}),
    "value_graph": (partial(plotting.value_graph, {"a": 1.0, "b": 2.0}, {}, [("a", "b")]), {
        "digits": 3, "ax": plotting.new_axes()}),  # the rest is looked at where it is drawn
    "ctc_trellis": (plotting.ctc_trellis, {"states": "-a-b-", "sums": numbers(3, 5).tolist(), "ax": plotting.new_axes()}),
    "gradient_bars": (plotting.gradient_bars, {"lengths": {"run": {"w": 1.0, "b": None}}, "ax": plotting.new_axes()}),
    "mask_gradients": (plotting.mask_gradients, {"mask": torch.eye(2), "maps": {"a": numbers(2, 2)}, "ax": plotting.new_axes()}),
    "quantile_band": (plotting.quantile_band, {"x": [0, 1, 2], "values": numbers(3, 2).tolist(), "quantiles": [0.1, 0.9], "ax": plotting.new_axes()}),
    "representable_numbers": (plotting.representable_numbers, {"dtypes": [torch.float16], "span": 0.1, "ax": plotting.new_axes()}),
    "residual_squares": (plotting.residual_squares, {"points": [(0, 1)], "w": 1.0, "b": 0.0, "ends": (0.0, 1.0), "ax": plotting.new_axes()}),
    "score_table": (plotting.score_table, {"scores": [[1.0, 2.0]], "classes": [0], "ax": plotting.new_axes()}),
    "token_row": (partial(plotting.token_row, "12"), {
        "y": 0.0, "colour": "black", "ignored": [0], "padded": [1], "ax": plotting.new_axes()}),  # any sign can be written
    "new_axes": (plotting.new_axes, {"size": (5.0, 3.0)}),
    "new_panels": (plotting.new_panels, {"rows": 2, "size": (5.0, 3.0), "ratios": [1.0, 2.0]}),
}  # fmt: skip


CUBE = torch.zeros(2, 2, 2, 2, 2)  # broadcast against a loss, it would pass in silence
ANY_SHAPE = {
    ("log_softmax", "input"),
    ("logsigmoid", "input"),
    ("z_loss", "logits"),
    *((name, "fake") for name in RIGHT if "generator" in name),
}
EASY = {  # what takes some of the wrong values below, for a reason
    ("sigmoid_focal_loss", "alpha"): "a negative one leaves it out",
    **{(name, "eps"): "any number" for name in RIGHT if "box_iou" in name or "gaussian" in name},
    ("loss_curve", "losses"): "lists of numbers", ("descent_path", "points"): "lists of points",
    ("image_grid", "labels"): "anything can be written", ("confusion_table", "names"): "anything can be written",
}  # fmt: skip


def wrong(name: str, role: str, right: Any) -> list[Any]:
    """Give wrong arguments of each kind: types, shapes, options, numbers."""
    easy = (name, role) in EASY
    if isinstance(right, Tensor):
        shape = [] if (name, role) in ANY_SHAPE else [CUBE.to(right.dtype)]
        return ["x", object(), right.to(torch.complex64), *shape, *([] if easy else [1, [[0.5, 0.5]]])]
    words = [] if role == "label" else ["avg"]
    return [object(), 1j, *words, *([] if easy else [-math.inf, CUBE])]


@pytest.mark.parametrize(
    ("name", "role"), [(name, role) for name, (_, right) in CALLS.items() for role in right]
)
def test_a_wrong_argument_is_named_with_its_function(name: str, role: str) -> None:
    call, right = CALLS[name]
    call(**right)
    for value in wrong(name, role, right[role]):
        with pytest.raises((TypeError, ValueError), match=rf"^{name.removesuffix('()')}: .*\b{role}\b"):
            call(**{**right, role: value})


def test_every_public_function_is_tried() -> None:
    assert set(RIGHT) == set(losses.__all__)
    public = {*data.__all__, *plotting.__all__} - {
        "Part",
        "Splits",
        "StandardScaler",
        "VOCABULARY",
        "figure_html",
        "show",
    }
    assert public <= set(CALLS)


@pytest.mark.parametrize("name", REDUCED)
def test_an_unknown_reduction_is_refused(name: str) -> None:
    with pytest.raises(
        ValueError, match=rf"^{name}: reduction must be (batchmean, )?mean, sum or none, got 'avg'$"
    ):
        getattr(losses, name)(**RIGHT[name], reduction="avg")


Z, ONE, TWO, LONG = torch.zeros(3, 4), torch.zeros(3), torch.zeros(2), torch.tensor([0, 1, 2])
CORNERS, MASK, FRAMES = torch.tensor([0.0, 0, 1, 1]), torch.zeros(1, 1, 2), torch.zeros(4, 2, 3)
PAIRS = torch.tensor([[1, 2], [1, 1]])
LAYER = nn.Linear(3, 1)
RULES: list[tuple[str, Callable[[], Any], str]] = [  # each rule once, in its own words
    ("floating", lambda: losses.logsigmoid(LONG), "input must be floating-point, got Tensor torch.int64 (3,)"),
    ("same_shape", lambda: losses.mse_loss(ONE, ONE[:, None]), "input (3,) and target (3, 1) differ; broadcasting would average the wrong pairs"),
    ("weight", lambda: losses.mse_loss(ONE, ONE, weight=TWO), "input (3,) and target (3,) and weight (2,) differ; broadcasting would average the wrong pairs"),
    ("number", lambda: losses.huber_loss(ONE, ONE, delta=-1), "delta must be > 0, got -1"),
    ("nan", lambda: losses.huber_loss(ONE, ONE, delta=math.nan), "delta must be > 0, got nan"),
    ("share", lambda: losses.cross_entropy(Z, LONG, label_smoothing=1.5), "label_smoothing must lie in [0, 1], got 1.5"),
    ("whole", lambda: losses.log_softmax(ONE, 1.0), "dim must be a whole number, got float"),  # type: ignore[arg-type]
    ("least", lambda: data.diabetes(-1), "seed must be >= 0, got -1"),
    ("one_of", lambda: data.digits("mnits"), "source must be digits or mnist, got 'mnits'"),
    ("dtype", lambda: data.line_points(dtype=torch.int64), "dtype must be floating-point, got torch.int64"),
    ("broadcasts", lambda: losses.binary_cross_entropy(ONE, ONE, TWO), "weight (2,) does not broadcast to input (3,)"),
    ("device", lambda: losses.binary_cross_entropy(ONE, ONE, ONE.to("meta")), "weight is on meta, input on cpu"),
    ("values", lambda: losses.binary_cross_entropy(ONE + 1.5, ONE), "input must lie in [0, 1], got 1.5"),
    ("mask", lambda: losses.dice_loss(MASK - 0.5, MASK), "input must lie in 0..1: apply a sigmoid or a softmax to logits first, got -0.5"),
    ("shaped", lambda: losses.dice_loss(Z, Z), "input must be (N, C, d1, ...), got (3, 4)"),
    ("corners", lambda: losses.box_iou_loss(-CORNERS, CORNERS), "boxes1 must have x1 <= x2 and y1 <= y2 (is it x, y, width, height?), got -1"),
    ("variance", lambda: losses.gaussian_nll_loss(ONE, ONE, -0.5), "var must be >= 0, got -0.5"),
    ("variances", lambda: losses.gaussian_nll_loss(Z, Z, TWO), "var (2,) does not fit input (3, 4): same shape, one size 1, or no last one"),
    ("logits", lambda: losses.cross_entropy(torch.zeros(3, 0), LONG), "input must be (C,) or (N, C, ...) with C >= 1, got (3, 0)"),
    ("indices", lambda: losses.cross_entropy(Z, LONG[:2]), "target must be class indices (3,) for input (3, 4), got torch.int64 (2,)"),
    ("probabilities", lambda: losses.cross_entropy(Z, Z[:2]), "target must be probabilities (3, 4) for input (3, 4), got torch.float32 (2, 4)"),
    ("targets", lambda: losses.cross_entropy(Z, LONG.int()), "target must hold class indices (int64 or uint8) or probabilities (floating-point), got Tensor torch.int32 (3,)"),
    ("hard", lambda: losses.nll_loss(Z, Z), "target must hold class indices (int64 or uint8), got Tensor torch.float32 (3, 4)"),
    ("range", lambda: losses.cross_entropy(Z, LONG + 2), "target must lie in 0..3 or be ignore_index -100, got 4"),
    ("ignored", lambda: losses.cross_entropy(Z, Z, ignore_index=1), "ignore_index names a class index, and target holds probabilities"),
    ("per_class", lambda: losses.cross_entropy(Z, LONG, ONE), "weight must be (4,), one per class, got (3,)"),
    ("weights", lambda: losses.nll_loss(Z, LONG, Z[0].double()), "weight must be a torch.float32 tensor like input, got Tensor torch.float64 (4,)"),
    ("negative", lambda: losses.uncertainty_weighted(-ONE - 1, ONE), "losses must be >= 0: below zero, a smaller variance is always better, got -1"),
    ("blank", lambda: losses.ctc_loss(FRAMES, PAIRS, (4, 4), (2, 2), 3), "blank must lie in 0..2, got 3"),
    ("lengths", lambda: losses.ctc_loss(FRAMES, PAIRS, (5, 4), (2, 2)), "input_lengths must lie in 0..4, got 5"),
    ("sequences", lambda: losses.ctc_loss(FRAMES, torch.tensor([1, 2]), (4, 4), (2, 1)), "targets must be (2, S), or (3,) as target_lengths add up to 3, got (2,)"),
    ("labels", lambda: losses.ctc_loss(FRAMES, PAIRS - 1, (4, 4), (2, 2)), "targets must lie in 0..2 and not be the blank 0, got 0"),
    ("rows_of_pairs", lambda: losses.info_nce_loss(ONE, ONE), "query must be (N, d), a row each, N >= 1, got (3,)"),
    ("temperature", lambda: losses.distillation_loss(Z, Z, 0.0), "temperature must be > 0, got 0.0"),
    ("log_probabilities", lambda: losses.dpo_loss(ONE, ONE, ONE, ONE + 2), "ref_rejected_logps must be <= 0: log probabilities, not losses, got 2"),
    ("share_of_rows", lambda: data.stratified_rows(LONG, (1.5, -0.5), seed=0), "shares[1] must be > 0, got -0.5"),
    ("shares", lambda: data.stratified_rows(LONG, (0.5, 0.4), seed=0), "shares must add up to 1, got (0.5, 0.4)"),
    ("fitted", lambda: data.StandardScaler().transform(Z), "call fit first, with the training part"),
    ("rows", lambda: SCALER.transform(Z), "x must be (N, 3), got (3, 4)"),
    ("finite", lambda: data.StandardScaler().fit(Z / 0), "x must be (N, columns), N >= 1, all finite, got (3, 4)"),
    ("axes", lambda: plotting.loss_curve(ONE + 1, ax=1), "ax must be matplotlib Axes, got int"),  # type: ignore[arg-type]
    ("logarithm", lambda: plotting.loss_curve(ONE), "losses must hold one that is positive and finite, for a logarithmic axis"),
    ("end", lambda: plotting.geometric_decay(10, 10, 400), "updates must be >= 1 and start * factor ** updates finite, got 400"),
    ("bowl", lambda: plotting.valley(-torch.eye(2), TWO), "hessian must be symmetric and positive definite, got [[-1.0, -0.0], [-0.0, -1.0]]"),
    ("directions", lambda: plotting.valley(torch.eye(2), TWO, directions=("a",)), "directions must be two names, got tuple"),  # type: ignore[arg-type]
    ("states", lambda: plotting.ctc_trellis("ab", Z), "states must be letters with blanks between and around, as '-a-b-', got 'ab'"),
    ("sums", lambda: plotting.ctc_trellis("-a-", Z), "sums must be (frames + 1, 3), one for each of the states, got (3, 4)"),
    ("lengths_by_name", lambda: plotting.gradient_bars({"a": [1.0]}), "lengths must map each run's name to lengths by name, got dict"),  # type: ignore[dict-item]
    ("same_parameters", lambda: plotting.gradient_bars({"a": {"w": 1.0}, "b": {}}), "lengths must have the same parameters in each of 1 to 4 runs"),
    ("a_length", lambda: plotting.gradient_bars({"a": {"w": math.nan}}), "lengths['a']['w'] must be finite, got nan"),
    ("object", lambda: plotting.mask_gradients(Z, {}), "mask must be above 0 on an object, and nowhere else"),
    ("maps", lambda: plotting.mask_gradients(torch.eye(2), Z), "maps must map titles to gradients, got Tensor torch.float32 (3, 4)"),  # type: ignore[arg-type]
    ("map", lambda: plotting.mask_gradients(torch.eye(2), {"a": Z}), "maps['a'] must be (2, 2), as mask is, got (3, 4)"),
    ("a_value_each", lambda: plotting.quantile_band(ONE, Z, [0.1, 0.9]), "values must be (3, 2), one for each x and quantile, got (3, 4)"),
    ("a_float", lambda: plotting.representable_numbers([torch.int8]), "dtypes[0] must be a floating-point dtype, got torch.int8"),
    ("one_per_row", lambda: plotting.score_table(Z, TWO), "classes must be (3,), one for each row of scores, got (2,)"),
    ("colour", lambda: plotting.token_row("1", colour="bleu"), "colour must be a colour's name, got str"),
    ("counts", lambda: plotting.confusion_table(torch.eye(2) / 2), "counts must be whole numbers >= 0, got 0.5"),
    ("one_each", lambda: plotting.confusion_table(torch.eye(2), names=["a"]), "names must be 2, one for each of counts, got 1"),
    ("counted", lambda: plotting.new_panels(2, ratios=[1]), "ratios must be 2, one for each of rows, got 1"),
    ("each", lambda: plotting.new_axes(size=(5, math.inf)), "size[1] must be finite and > 0, got inf"),
    ("at_least_zero", lambda: optim.SGD([ONE], lr=-0.1), "lr must be >= 0, got -0.1"),
    ("plain_number", lambda: optim.SGD([ONE], lr=torch.tensor(0.1)), "lr must be a number, got Tensor torch.float32 ()"),  # type: ignore[arg-type]
    ("nesterov", lambda: optim.SGD([ONE], nesterov=True), "nesterov needs momentum > 0 and dampening 0, got 0.0 and 0.0"),
    ("decay_rate", lambda: optim.RMSprop([ONE], alpha=1), "alpha must be < 1, got 1"),
    ("pair", lambda: optim.Adam([ONE], betas=0.9), "betas must be a pair of numbers, got 0.9"),  # type: ignore[arg-type]
    ("decay_rates", lambda: optim.AdamW([ONE], betas=(0.9, 1.0)), "betas[1] must be < 1, got 1.0"),
    ("ended", lambda: optim.warmup_cosine(0, 10, 10), "total must be > warmup, got 10 and 10"),
    ("share_of_steps", lambda: optim.warmup_stable_decay(0, 1, 10, decay=0), "decay must lie in (0, 1], got 0"),
    ("module", lambda: optim.decay_groups([ONE], 0.1), "model must be an nn.Module, got list"),  # type: ignore[arg-type]
    ("copy", lambda: optim.update_ema(LAYER, LAYER), "ema must be a copy.deepcopy of model, got model's own parameters"),
    ("copy_shapes", lambda: optim.update_ema(nn.Linear(2, 1), LAYER), "ema must have the parameters of model, got [(1, 2), (1,)] for [(1, 3), (1,)]"),
    ("copy_buffers", lambda: optim.update_ema(nn.BatchNorm1d(2, track_running_stats=False), nn.BatchNorm1d(2)), "ema must have the buffers of model, got [] for [(2,), (2,), ()]"),
    ("three", lambda: optim.Muon([Z], ns_coefficients=(1, 2)), "ns_coefficients must be three numbers, got tuple"),  # type: ignore[arg-type]
    ("rounds", lambda: optim.Muon([Z], ns_steps=100), "ns_steps must be < 100, got 100"),
    ("matrices", lambda: optim.Muon([ONE]), "parameters must be matrices, got (3,)"),
    ("matrix", lambda: optim.orthogonalize(ONE), "g must be a matrix, got (3,)"),
    ("parameters", lambda: optim.clip_grad_norm_(nn.Linear(2, 1).named_parameters(), 1), "parameters must be tensors, got tuple"),  # type: ignore[arg-type]
]  # fmt: skip


@pytest.mark.parametrize(("call", "words"), [rule[1:] for rule in RULES], ids=[rule[0] for rule in RULES])
def test_a_rule_speaks_its_words(call: Callable[[], Any], words: str) -> None:
    with pytest.raises((TypeError, ValueError), match=rf"^[\w.]+: {re.escape(words)}$"):
        call()


OPTIMIZERS = [name for name in optim.__all__ if isinstance(getattr(optim, name), type)]
MAY_BE_NONE = {("Muon", "adjust_lr_fn")}
OPTIONS = [
    (name, option)
    for name in OPTIMIZERS
    for option, given in inspect.signature(getattr(optim, name)).parameters.items()
    if option != "params" and not isinstance(given.default, bool)
]


@pytest.mark.parametrize(("name", "option"), OPTIONS)
@pytest.mark.parametrize("value", ["x", None, 1j, torch.ones(2), (0.5,)], ids=str)
def test_a_wrong_option_is_named_and_no_group_added(name: str, option: str, value: Any) -> None:
    if value is None and (name, option) in MAY_BE_NONE:
        return
    make = getattr(optim, name)
    with pytest.raises((TypeError, ValueError), match=rf"^{name}: {option}"):
        make([Z], **{option: value})
    optimizer = make([Z])
    with pytest.raises((TypeError, ValueError), match=rf"^{name}: {option}"):
        optimizer.add_param_group({"params": [Z.clone()], option: value})
    assert len(optimizer.param_groups) == 1


def spoiled(kind: str) -> Tensor:
    """Return a row as parameter, with a gradient, one of them wrong in this way."""
    with torch.inference_mode("inference" in kind):
        p = torch.ones(1).expand(1, 3) if kind == "expanded parameter" else torch.ones(1, 3)
        p = p.to(torch.complex64) if kind == "complex" else p
        p.grad = torch.ones_like(p)
        if kind == "sparse":
            p.grad = torch.ones(1, 3).to_sparse()
        if kind == "expanded gradient":
            p.grad = torch.ones(1).expand(1, 3)
    return p


@pytest.mark.parametrize("kind", ["sparse", "complex", "expanded parameter", "inference"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_refused_step_has_moved_nothing(name: str, kind: str) -> None:
    first = spoiled("")
    optimizer = getattr(optim, name)([first, spoiled(kind)], lr=0.1)
    with pytest.raises((TypeError, ValueError), match=rf"^{name}: (gradients|parameters) "):
        optimizer.step()
    assert first.tolist() == [[1, 1, 1]]
    assert not optimizer.state


@pytest.mark.parametrize("kind", ["expanded gradient", "inference"])
def test_refused_clipping_has_shortened_nothing(kind: str) -> None:
    first = spoiled("")
    with pytest.raises(ValueError, match=r"^clip_grad_norm_: gradients "):
        optim.clip_grad_norm_([first, spoiled(kind)], 0.1)
    assert first.grad is not None
    assert first.grad.tolist() == [[1, 1, 1]]


@guards.guarded(guards.floating("x"), guards.whole("n", least=1))
def example(x: Tensor, *, n: int | None = None, parts: Any = ()) -> tuple[Tensor, int | None, Any]:
    """Say what it was given."""
    return x, n, parts


def test_a_guard_leaves_the_function_as_it_is() -> None:
    assert example.__doc__ == "Say what it was given."
    assert list(inspect.signature(example).parameters) == ["x", "n", "parts"]
    assert example(ONE)[1:] == (None, ())  # an optional argument at None is given to no rule
    assert example(ONE, parts=iter([1, 2]))[2] == [1, 2]  # read once, for the rules and the body
    with pytest.raises(TypeError, match=r"^example\(\) missing 1 required positional argument: 'x'$"):
        example()  # type: ignore[call-arg]
    with pytest.raises(ValueError, match=r"^example: n must be >= 1, got 0$"):
        example(ONE, n=0)


@pytest.mark.filterwarnings("ignore:.*should not be instantiated:DeprecationWarning")  # torch's own
@pytest.mark.parametrize("name", losses.__all__)
def test_torch_compiles_a_loss_whole(name: str) -> None:
    """Value and slopes as without, in one graph: nothing looks at numbers."""
    torch._dynamo.reset()
    found = []
    for call in (
        getattr(losses, name),
        torch.compile(getattr(losses, name), fullgraph=True, backend="eager"),
    ):
        given = {r: v.clone() if isinstance(v, Tensor) else v for r, v in RIGHT[name].items()}
        leaf = next(iter(given.values())).requires_grad_()
        value = call(**given)
        found.append((value, *torch.autograd.grad(value.sum(), leaf)))
    torch.testing.assert_close(*found)


def test_a_guard_steps_aside_while_compiling() -> None:
    torch._dynamo.reset()
    compiled = torch.compile(example, fullgraph=True, backend="eager")
    assert torch.equal(compiled(LONG, n=0)[0], LONG)


def test_parts_of_the_package_are_there_when_asked_for() -> None:
    assert lessons_pkg.losses is losses
    assert {"losses", "plotting"} <= set(dir(lessons_pkg))
    with pytest.raises(AttributeError, match="module 'lessons_pkg' has no attribute 'loses'"):
        _ = lessons_pkg.loses
