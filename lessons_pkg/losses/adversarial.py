"""Losses of two networks that play against each other: scores (logits) of a discriminator, high for real."""

from torch import Tensor

from lessons_pkg.guards import REDUCTION, Given, floating, guarded, same_shape
from lessons_pkg.losses.binary import logsigmoid
from lessons_pkg.losses.reduction import reduce


def scores(name: str, given: Given) -> None:
    """Refuse scores that are not floating-point, and with ``"none"`` those of different shapes."""
    (same_shape if given["reduction"] == "none" else floating)("real", "fake")(name, given)


SCORES = scores, REDUCTION


@guarded(*SCORES)
def minimax_discriminator_loss(real: Tensor, fake: Tensor, *, reduction: str = "mean") -> Tensor:
    r"""Binary cross-entropy of telling real from fake; also the partner of the non-saturating generator.

    :math:`L = -\overline{\log \sigma(r)} - \overline{\log(1 - \sigma(f))}`, means over the scores :math:`r`
    of real and :math:`f` of fake examples; :math:`2 \ln 2` where all scores are 0. No twin in torch. It is
    two calls of ``binary_cross_entropy_with_logits``. Chapter 7. Goodfellow and others (2014).

    Args:
        real: scores of real examples, any shape.
        fake: scores of fakes, any shape; with ``"none"`` that one.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Returns:
        ``()``, or with ``"none"`` that shape.

    Raises:
        TypeError: a tensor is not floating-point.
        ValueError: the reduction is none of the three, or with ``"none"`` the shapes differ.

    Example:
        >>> import torch
        >>> from lessons_pkg import losses
        >>> losses.minimax_discriminator_loss(torch.zeros(2), torch.zeros(3))
        tensor(1.3863)
    """
    return reduce(-logsigmoid(real), reduction) + reduce(-logsigmoid(-fake), reduction)


@guarded(*SCORES)
def minimax_generator_loss(fake: Tensor, *, reduction: str = "mean") -> Tensor:
    r"""Minus what the discriminator loses on fakes; it fades where the discriminator is sure.

    :math:`L = \overline{\log(1 - \sigma(f))}`, slope :math:`-\sigma(f)`. No twin in torch. Chapter 7.
    Goodfellow and others (2014).

    Args:
        fake: scores of fakes, any shape.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Returns:
        ``()``, or with ``"none"`` that shape.

    Raises:
        TypeError: a tensor is not floating-point.
        ValueError: the reduction is none of the three.

    Example:
        >>> import torch
        >>> from lessons_pkg import losses
        >>> losses.minimax_generator_loss(torch.zeros(3))
        tensor(-0.6931)
    """
    return reduce(logsigmoid(-fake), reduction)


@guarded(*SCORES)
def non_saturating_generator_loss(fake: Tensor, *, reduction: str = "mean") -> Tensor:
    r"""Binary cross-entropy of calling the fakes real.

    :math:`L = -\overline{\log \sigma(f)}`, slope :math:`\sigma(f) - 1`. No twin in torch. It is
    ``binary_cross_entropy_with_logits`` with targets of 1. Chapter 7. Goodfellow and others (2014).

    Args:
        fake: scores of fakes, any shape.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Returns:
        ``()``, or with ``"none"`` that shape.

    Raises:
        TypeError: a tensor is not floating-point.
        ValueError: the reduction is none of the three.

    Example:
        >>> import torch
        >>> from lessons_pkg import losses
        >>> losses.non_saturating_generator_loss(torch.zeros(3))
        tensor(0.6931)
    """
    return reduce(-logsigmoid(fake), reduction)


@guarded(*SCORES)
def least_squares_discriminator_loss(real: Tensor, fake: Tensor, *, reduction: str = "mean") -> Tensor:
    r"""Half the squared distance of the scores from 1 for real and 0 for fake examples.

    :math:`L = \frac12 \overline{(r - 1)^2} + \frac12 \overline{f^2}`. No twin in torch. Chapter 7. Mao and
    others (2017).

    Args:
        real: scores of real examples, any shape.
        fake: scores of fakes, any shape; with ``"none"`` that one.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Returns:
        ``()``, or with ``"none"`` that shape.

    Raises:
        TypeError: a tensor is not floating-point.
        ValueError: the reduction is none of the three, or with ``"none"`` the shapes differ.

    Example:
        >>> import torch
        >>> from lessons_pkg import losses
        >>> losses.least_squares_discriminator_loss(torch.zeros(2), torch.zeros(3))
        tensor(0.5000)
    """
    return reduce((real - 1).square() / 2, reduction) + reduce(fake.square() / 2, reduction)


@guarded(*SCORES)
def least_squares_generator_loss(fake: Tensor, *, reduction: str = "mean") -> Tensor:
    r"""Half the squared distance of the fakes' scores from 1.

    :math:`L = \frac12 \overline{(f - 1)^2}`, slope :math:`f - 1`. No twin in torch. Chapter 7. Mao and others
    (2017).

    Args:
        fake: scores of fakes, any shape.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Returns:
        ``()``, or with ``"none"`` that shape.

    Raises:
        TypeError: a tensor is not floating-point.
        ValueError: the reduction is none of the three.

    Example:
        >>> import torch
        >>> from lessons_pkg import losses
        >>> losses.least_squares_generator_loss(torch.zeros(3))
        tensor(0.5000)
    """
    return reduce((fake - 1).square() / 2, reduction)


@guarded(*SCORES)
def hinge_discriminator_loss(real: Tensor, fake: Tensor, *, reduction: str = "mean") -> Tensor:
    r"""Sum of what is missing to a margin of 1 on either side.

    :math:`L = \overline{\max(0, 1 - r)} + \overline{\max(0, 1 + f)}`. No twin in torch. Chapter 7. Lim and Ye
    (2017).

    Args:
        real: scores of real examples, any shape.
        fake: scores of fakes, any shape; with ``"none"`` that one.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Returns:
        ``()``, or with ``"none"`` that shape.

    Raises:
        TypeError: a tensor is not floating-point.
        ValueError: the reduction is none of the three, or with ``"none"`` the shapes differ.

    Example:
        >>> import torch
        >>> from lessons_pkg import losses
        >>> losses.hinge_discriminator_loss(torch.zeros(2), torch.zeros(3))
        tensor(2.)
    """
    return reduce((1 - real).relu(), reduction) + reduce((1 + fake).relu(), reduction)


@guarded(*SCORES)
def hinge_generator_loss(fake: Tensor, *, reduction: str = "mean") -> Tensor:
    r"""Minus the mean score of the fakes: no margin for the generator.

    :math:`L = -\overline{f}`, slope -1. No twin in torch. Chapter 7. Lim and Ye (2017).

    Args:
        fake: scores of fakes, any shape.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Returns:
        ``()``, or with ``"none"`` that shape.

    Raises:
        TypeError: a tensor is not floating-point.
        ValueError: the reduction is none of the three.

    Example:
        >>> import torch
        >>> from lessons_pkg import losses
        >>> losses.hinge_generator_loss(torch.zeros(3))
        tensor(0.)
    """
    return reduce(-fake, reduction)
