"""Losses for sequences whose alignment is not known."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import pad
from torch.nn.utils.rnn import pad_sequence

from lessons_pkg.guards import REDUCTION, Given, Rule, floating, guarded, refuse_values, shaped, typed, whole
from lessons_pkg.losses.reduction import reduce

Lengths = Tensor | Sequence[int]
IMPOSSIBLE = -1e30  # stands for log 0: with -inf, inf - inf would make the gradient nan


def with_blanks(targets: Tensor, target_lengths: Tensor, blank: int) -> Tensor:
    """Labels with a blank before, between and after: ``(N, 2 S + 1)``, padded with blanks.

    ``targets``: ``(N, S)``, or ``(sum(target_lengths),)``, one sequence behind the other. Chapter 7.
    """
    if targets.ndim == 1:  # one behind the other: cut, then pad
        parts = targets.split(target_lengths.tolist())
        targets = pad_sequence(list(parts), batch_first=True)
    position = torch.arange(targets.shape[1], device=targets.device)
    states = targets.new_full((len(targets), 2 * len(position) + 1), blank)
    states[:, 1::2] = targets.where(position < target_lengths[:, None], blank)
    return states


def forward_step(alpha: Tensor, log_p: Tensor, may_skip: Tensor) -> Tensor:
    """One frame of the forward algorithm: stay, step or skip a blank, then emit the state's label.

    ``alpha``: ``(N, states)``, the log-probability of all beginnings that end in a state; ``log_p``: that
    of each state's label in this frame; ``may_skip``: whether a state is reached from two before. Chapter 7.
    """
    step = pad(alpha, (1, 0), value=IMPOSSIBLE)[:, :-1]
    skip = pad(alpha, (2, 0), value=IMPOSSIBLE)[:, :-2].where(may_skip, IMPOSSIBLE)
    return torch.stack([alpha, step, skip]).logsumexp(0) + log_p


def alignment_losses(
    log_probs: Tensor, states: Tensor, input_lengths: Tensor, target_lengths: Tensor
) -> Tensor:
    """Minus the log-probability of all alignments of each sequence together: ``(N,)``.

    ``log_probs``: ``(T, N, C)``; ``states``: from ``with_blanks``; lengths: ``(N,)``. Chapter 7.
    """
    may_skip = states != pad(states, (2, 0), value=-1)[:, :-2]  # not blank to blank, not a to a
    may_skip[:, :2] = False  # nothing stands two before
    alpha = log_probs.new_full(states.shape, IMPOSSIBLE)
    alpha[:, 0] = 0.0  # before the first frame: in front of everything
    for t, frame in enumerate(log_probs):
        log_p = frame.gather(1, states).clamp(min=IMPOSSIBLE)
        following = forward_step(alpha, log_p, may_skip)
        alpha = following.where((t < input_lengths)[:, None], alpha)
    final = 2 * target_lengths[:, None]  # the last blank; the label before it is an end too
    label = alpha.gather(1, (final - 1).clamp(min=0)).where(final > 0, IMPOSSIBLE)
    return -torch.cat([alpha.gather(1, final), label], 1).logsumexp(1)


def as_counts(lengths: Lengths, like: Tensor) -> Tensor:
    """Return lengths as a flat tensor on the device of ``like``."""
    return torch.as_tensor(lengths, device=like.device).reshape(-1)


def sequences(name: str, given: Given) -> None:
    """Refuse targets, lengths or a blank that do not fit ``log_probs``."""
    log_probs, targets, blank = given["log_probs"], given["targets"], given["blank"]
    floating("log_probs")(name, given)
    words = "(T, N, C) or (T, C), not empty"
    shaped("log_probs", words, lambda s: len(s) in (2, 3) and 0 not in s)(name, given)
    frames, classes, examples = len(log_probs), log_probs.shape[-1], log_probs[0, ..., 0].numel()
    whole("blank")(name, given)
    if not 0 <= blank < classes:
        raise ValueError(f"{name}: blank must lie in 0..{classes - 1}, got {blank}")
    counts = {role: counted(name, role, given) for role in ("input_lengths", "target_lengths")}
    integers("targets", *counts)(name, {**given, **counts})
    padded = targets.ndim == 2 and len(targets) == examples
    for role, most in {
        "input_lengths": frames,
        "target_lengths": targets.shape[-1] if padded else None,
    }.items():
        shaped(role, f"({examples},), one per example", lambda s: s == (examples,))(name, counts)
        n, limit = counts[role], "at least 0" if most is None else f"in 0..{most}"
        refuse_values(name, role, n, (n < 0) | (n > (n if most is None else most)), f"lie {limit}")
    lengths = counts["target_lengths"]
    total = int(lengths.sum())
    if not (padded or targets.shape == (total,)):
        rule = f"targets must be ({examples}, S), or ({total},) as target_lengths add up to {total}"
        raise ValueError(f"{name}: {rule}, got {tuple(targets.shape)}")
    if padded:  # what stands behind the end is padding, and may be anything
        targets = targets[torch.arange(targets.shape[1], device=targets.device) < lengths[:, None]]
    wrong = (targets < 0) | (targets >= classes) | (targets == blank)
    refuse_values(name, "targets", targets, wrong, f"lie in 0..{classes - 1} and not be the blank {blank}")


def integers(*roles: str) -> Rule:
    """Refuse what does not hold integers."""
    kinds = (torch.int32, torch.int64)
    return typed("be integers (int64 or int32)", lambda t: isinstance(t, Tensor) and t.dtype in kinds, *roles)


def counted(name: str, role: str, given: Given) -> Tensor:
    """Return one set of lengths as a tensor; raise TypeError where torch makes none of it."""
    try:
        return as_counts(given[role], given["log_probs"])
    except (RuntimeError, TypeError, ValueError) as error:  # torch has many words for it, and not ours
        raise TypeError(f"{name}: {role} must be integers, got {type(given[role]).__name__}") from error


@guarded(sequences, REDUCTION)
def ctc_loss(
    log_probs: Tensor,
    targets: Tensor,
    input_lengths: Lengths,
    target_lengths: Lengths,
    blank: int = 0,
    reduction: str = "mean",
    zero_infinity: bool = False,
) -> Tensor:
    r"""Connectionist temporal classification: minus the log-probability of all alignments together.

    :math:`\ell = -\log \sum_\pi \prod_t p_t(\pi_t)` over the paths :math:`\pi` that collapse to the target:
    repeats merged, then blanks removed. Gradient by :math:`\log p_t(c)`: minus the share of the sum that
    passes through label :math:`c` in frame :math:`t`. A target that cannot be aligned costs ``inf``, or 0
    with ``zero_infinity``. Its gradient is 0; torch's is ``nan`` without ``zero_infinity``. By ``log_probs``
    itself, torch's gradient is another: it is meant for a log-softmax before it, behind which both agree.
    Twin of ``torch.nn.functional.ctc_loss``. Chapter 7. Graves and others (2006).

    Args:
        log_probs: ``(T, N, C)`` or ``(T, C)``: frames, examples, labels.
        targets: integers, ``(N, S)`` padded, or one sequence behind the other, ``(sum(target_lengths),)``.
        input_lengths: frames of each example, N integers.
        target_lengths: labels of each example, N integers.
        blank: the label that stands for none.
        reduction: ``"mean"`` first divides each loss by the length of its target, by 1 if that is 0; or
            ``"sum"`` or ``"none"``.
        zero_infinity: whether a target that cannot be aligned costs 0.

    Returns:
        ``()``; with ``"none"`` ``(N,)``. In nats.

    Raises:
        TypeError: a tensor is of another type.
        ValueError: targets, lengths or an option do not fit.

    Example:
        >>> import torch
        >>> from lessons_pkg import losses
        >>> log_probs = torch.full((2, 1, 2), 0.5).log()  # two frames, a blank and one label, all alike
        >>> losses.ctc_loss(log_probs, torch.tensor([[1]]), [2], [1])  # three of the four paths
        tensor(0.2877)
    """
    frame_counts = as_counts(input_lengths, log_probs)
    label_counts = as_counts(target_lengths, log_probs)
    frames = log_probs if log_probs.ndim == 3 else log_probs.unsqueeze(1)
    states = with_blanks(targets.long(), label_counts, blank)
    loss = alignment_losses(frames, states, frame_counts, label_counts)
    loss = loss.masked_fill(loss > -IMPOSSIBLE / 2, 0.0 if zero_infinity else torch.inf)
    if reduction == "mean":
        loss = loss / label_counts.clamp(min=1)
    return reduce(loss if log_probs.ndim == 3 else loss[0], reduction)
