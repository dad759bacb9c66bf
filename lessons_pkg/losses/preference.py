"""Losses of an opinion: of two answers, one is preferred."""

from torch import Tensor
from torch.nn import functional as F

from lessons_pkg.guards import floating, guarded, int64, number, same_shape, values
from lessons_pkg.losses.tokens import one_label_each

LOGPS = "chosen_logps", "rejected_logps", "ref_chosen_logps", "ref_rejected_logps"
LOG_PROBABILITIES = values("be <= 0: log probabilities, not losses", lambda v: v > 0, *LOGPS)


@guarded(floating("logits"), int64("labels"), one_label_each)
def sequence_logps(logits: Tensor, labels: Tensor) -> Tensor:
    r"""Log probability of each whole answer: the sum over the words that are asked.

    :math:`\sum_t \log p(y_{t+1} \mid \text{words up to } t)` over the positions whose next label is not -100;
    gradient with respect to the logits there: one-hot minus softmax. A sum, not a mean: longer answers have
    smaller ones. No twin in torch, but minus ``torch.nn.functional.cross_entropy`` with
    ``reduction="none"``, on shifted slices. Chapter 14. Rafailov and others (2023).

    Args:
        logits: ``(N, T, V)``: texts, positions, words; the position t answers for the word t + 1.
        labels: ``(N, T)``, int64; -100 where nothing is asked, as in prompt and padding.

    Returns:
        ``(N,)``, nowhere above 0. In nats.

    Raises:
        TypeError: the logits are not floating-point, or the labels not int64.
        ValueError: the shapes do not fit, or a label is neither a word nor -100.

    Example:
        >>> import torch
        >>> from lessons_pkg import losses
        >>> labels = torch.tensor([[-100, 0, 2], [-100, 1, -100]])  # two words are asked, and one
        >>> losses.sequence_logps(torch.zeros(2, 3, 4), labels)
        tensor([-2.7726, -1.3863])
    """
    asked = logits[:, :-1]
    answer = labels[:, 1:]
    loss = F.cross_entropy(asked.transpose(1, 2), answer, reduction="none")  # 0 where not asked
    return -loss.sum(1)


@guarded(same_shape("chosen", "rejected"))
def preference_loss(chosen: Tensor, rejected: Tensor) -> Tensor:
    r"""Mean surprise at which of two was preferred, from a score for each: the Bradley-Terry model.

    :math:`-\log \sigma(c_i - r_i)`, with the slope :math:`-\sigma(r_i - c_i)` with respect to the margin
    :math:`c_i - r_i`; only the margin counts. It is the cross-entropy of two classes with the logits
    :math:`c, r`. No twin in torch, but
    ``torch.nn.functional.binary_cross_entropy_with_logits`` of the margin and ones. Chapter 14. Bradley and
    Terry (1952).

    Args:
        chosen: scores of what was preferred, any shape.
        rejected: scores of the others, of that shape.

    Returns:
        ``()``. In nats: log 2 where the margin is 0.

    Raises:
        TypeError: a tensor is not floating-point.
        ValueError: shapes differ.

    Example:
        >>> import torch
        >>> from lessons_pkg import losses
        >>> losses.preference_loss(torch.tensor([2.0, 0.0]), torch.tensor([0.0, 0.0]))
        tensor(0.4100)
    """
    margin = chosen - rejected
    return -F.logsigmoid(margin).mean()


@guarded(same_shape(*LOGPS), LOG_PROBABILITIES, number("beta", "be > 0", lambda beta: beta > 0))
def dpo_loss(
    chosen_logps: Tensor,
    rejected_logps: Tensor,
    ref_chosen_logps: Tensor,
    ref_rejected_logps: Tensor,
    beta: float = 0.1,
) -> Tensor:
    r"""Direct preference optimization: the preference loss on how far a policy has moved from a reference.

    :math:`-\log \sigma(\beta m_i)` with the margin :math:`m = (\log \pi(c) - \log \pi_0(c)) - (\log \pi(r) -
    \log \pi_0(r))` of chosen :math:`c` and rejected :math:`r`, under policy :math:`\pi` and reference
    :math:`\pi_0`; slope :math:`-\beta \sigma(-\beta m_i)` with respect to :math:`\log \pi(c)`, and its
    opposite with respect to :math:`\log \pi(r)`, each divided by the number of pairs. It starts at log 2,
    where the two models are equal, and asks for the difference only: both may fall. No twin in torch; the
    arguments have the names of TRL's ``DPOTrainer.dpo_loss`` (2025). Chapter 14. Rafailov and others (2023).

    Args:
        chosen_logps: log probability of each whole answer that was preferred, any shape:
            ``sequence_logps`` of the policy.
        rejected_logps: of the answers that were not, of that shape.
        ref_chosen_logps: the first under the reference, computed without gradients.
        ref_rejected_logps: the second under it.
        beta: > 0: how soon a margin is large enough.

    Returns:
        ``()``. In nats.

    Raises:
        TypeError: a tensor is not floating-point.
        ValueError: shapes differ, one is above 0, or ``beta`` is not positive.

    Example:
        >>> import torch
        >>> from lessons_pkg import losses
        >>> chosen, rejected = torch.tensor([-5.0]), torch.tensor([-9.0])
        >>> losses.dpo_loss(chosen, rejected, chosen, rejected)
        tensor(0.6931)
    """
    c = chosen_logps - ref_chosen_logps
    r = rejected_logps - ref_rejected_logps
    return preference_loss(beta * c, beta * r)
