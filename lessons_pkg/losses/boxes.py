"""Losses for boxes: corners (x1, y1, x2, y2) in the last dimension, one predicted box per true one."""

import math
from collections.abc import Callable
from functools import wraps

import torch
from torch import Tensor

from lessons_pkg.guards import REDUCTION, guarded, number, same_shape, shaped, values
from lessons_pkg.losses.reduction import reduce

BOXES = (
    same_shape("boxes1", "boxes2"),
    shaped("boxes1", "(N, 4) or (4,)", lambda shape: len(shape) in (1, 2) and shape[-1] == 4),
    values(
        "have x1 <= x2 and y1 <= y2 (is it x, y, width, height?)",
        lambda b: b[..., [0, 1, 0, 1]] > b,
        "boxes1",
        "boxes2",
    ),
    number("eps"),
    REDUCTION,
)


def at_least_32_bits(loss: Callable[[Tensor, Tensor, str, float], Tensor]) -> Callable[..., Tensor]:
    """Compute boxes of 16 bits in 32, as torchvision does: float16 overflows at an area of 256 by 256."""

    @wraps(loss)
    def converted(boxes1: Tensor, boxes2: Tensor, reduction: str = "none", eps: float = 1e-7) -> Tensor:
        boxes1, boxes2 = (b.to(torch.promote_types(b.dtype, torch.float32)) for b in (boxes1, boxes2))
        return loss(boxes1, boxes2, reduction, eps)

    return converted


def corners(boxes: Tensor) -> tuple[Tensor, Tensor]:
    """Corners of each box: low, (x1, y1), and high, (x2, y2). Chapter 7."""
    return boxes[..., :2], boxes[..., 2:]


def areas(boxes1: Tensor, boxes2: Tensor) -> tuple[Tensor, Tensor]:
    """Areas that each pair of boxes shares and covers: ``(N,)`` each for ``(N, 4)``. Chapter 7."""
    low1, high1 = corners(boxes1)
    low2, high2 = corners(boxes2)
    low = torch.maximum(low1, low2)
    high = torch.minimum(high1, high2)
    shared = (high - low).relu().prod(-1)  # 0 where they do not meet
    area1 = (high1 - low1).prod(-1)
    area2 = (high2 - low2).prod(-1)
    return shared, area1 + area2 - shared


def enclosing_sides(boxes1: Tensor, boxes2: Tensor) -> Tensor:
    """Width and height of the smallest box around each pair: ``(N, 2)`` for ``(N, 4)``. Chapter 7."""
    low1, high1 = corners(boxes1)
    low2, high2 = corners(boxes2)
    low = torch.minimum(low1, low2)
    high = torch.maximum(high1, high2)
    return high - low


def centre(boxes: Tensor) -> Tensor:
    """Middle of each box, ``(N, 2)`` for ``(N, 4)``. Chapter 7."""
    low, high = corners(boxes)
    return (low + high) / 2


def slant(boxes: Tensor) -> Tensor:
    """Angle between a box's height and its diagonal, ``(N,)``: a flat box has one, a point counts as 0."""
    low, high = corners(boxes)
    wide, tall = (high - low).unbind(-1)
    point = (wide == 0) & (tall == 0)
    wide = wide.where(~point, 0)
    tall = tall.where(~point, 1)
    return torch.atan2(wide, tall)


def reduce_boxes(loss: Tensor, reduction: str) -> Tensor:
    """Reduce as torchvision does: the mean over no boxes is 0, not ``nan``. Chapter 7."""
    none_there = loss.numel() == 0 and reduction == "mean"
    return reduce(loss, "sum" if none_there else reduction)


@guarded(*BOXES)
@at_least_32_bits
def box_iou_loss(boxes1: Tensor, boxes2: Tensor, reduction: str = "none", eps: float = 1e-7) -> Tensor:
    r"""One minus intersection over union.

    :math:`\ell = 1 - I / (U + \varepsilon)`; its gradient is zero where the boxes do not meet. No twin in
    torch. Options as in ``torchvision.ops``. Chapter 7. Jaccard (1901), Yu and others (2016).

    Args:
        boxes1: predicted corners (x1, y1, x2, y2), ``(N, 4)`` or ``(4,)``.
        boxes2: true ones, of that shape.
        reduction: ``"none"``, ``"mean"`` (0 over no boxes) or ``"sum"``.
        eps: added to each denominator.

    Returns:
        ``(N,)``, or ``()``; in 32 bits for boxes of 16.

    Raises:
        TypeError: a tensor is not floating-point.
        ValueError: shapes differ, a box has its corners turned, or an option is not allowed.

    Example:
        >>> import torch
        >>> from lessons_pkg import losses
        >>> boxes = torch.tensor([0.0, 0.0, 2.0, 2.0]), torch.tensor([1.0, 1.0, 3.0, 3.0])
        >>> losses.box_iou_loss(*boxes)
        tensor(0.8571)
    """
    shared, union = areas(boxes1, boxes2)
    loss = 1 - shared / (union + eps)
    return reduce_boxes(loss, reduction)


@guarded(*BOXES)
@at_least_32_bits
def generalized_box_iou_loss(
    boxes1: Tensor, boxes2: Tensor, reduction: str = "none", eps: float = 1e-7
) -> Tensor:
    r"""IoU loss plus the share of the smallest enclosing box that neither box covers.

    :math:`\ell = 1 - I / (U + \varepsilon) + (E - U) / (E + \varepsilon)`, with :math:`E` the enclosing area.
    Twin of ``torchvision.ops.generalized_box_iou_loss``, which also takes integers and turned corners.
    Chapter 7. Rezatofighi and others (2019).

    Args:
        boxes1: predicted corners (x1, y1, x2, y2), ``(N, 4)`` or ``(4,)``.
        boxes2: true ones, of that shape.
        reduction: ``"none"``, ``"mean"`` (0 over no boxes) or ``"sum"``.
        eps: added to each denominator.

    Returns:
        ``(N,)``, or ``()``; in 32 bits for boxes of 16.

    Raises:
        TypeError: a tensor is not floating-point.
        ValueError: shapes differ, a box has its corners turned, or an option is not allowed.

    Example:
        >>> import torch
        >>> from lessons_pkg import losses
        >>> boxes = torch.tensor([0.0, 0.0, 2.0, 2.0]), torch.tensor([1.0, 1.0, 3.0, 3.0])
        >>> losses.generalized_box_iou_loss(*boxes)
        tensor(1.0794)
    """
    shared, union = areas(boxes1, boxes2)
    sides = enclosing_sides(boxes1, boxes2)
    around = sides.prod(-1)
    empty = (around - union) / (around + eps)
    loss = 1 - shared / (union + eps) + empty
    return reduce_boxes(loss, reduction)


@guarded(*BOXES)
@at_least_32_bits
def distance_box_iou_loss(
    boxes1: Tensor, boxes2: Tensor, reduction: str = "none", eps: float = 1e-7
) -> Tensor:
    r"""IoU loss plus the squared distance of the centres, over the enclosing box's squared diagonal.

    :math:`\ell = 1 - I / (U + \varepsilon) + d^2 / (c^2 + \varepsilon)`. Twin of
    ``torchvision.ops.distance_box_iou_loss``, which also takes integers and turned corners. Chapter 7. Zheng
    and others (2020).

    Args:
        boxes1: predicted corners (x1, y1, x2, y2), ``(N, 4)`` or ``(4,)``.
        boxes2: true ones, of that shape.
        reduction: ``"none"``, ``"mean"`` (0 over no boxes) or ``"sum"``.
        eps: added to each denominator.

    Returns:
        ``(N,)``, or ``()``; in 32 bits for boxes of 16.

    Raises:
        TypeError: a tensor is not floating-point.
        ValueError: shapes differ, a box has its corners turned, or an option is not allowed.

    Example:
        >>> import torch
        >>> from lessons_pkg import losses
        >>> boxes = torch.tensor([0.0, 0.0, 2.0, 2.0]), torch.tensor([1.0, 1.0, 3.0, 3.0])
        >>> losses.distance_box_iou_loss(*boxes)
        tensor(0.9683)
    """
    shared, union = areas(boxes1, boxes2)
    sides = enclosing_sides(boxes1, boxes2)
    c2 = sides.square().sum(-1)
    apart = centre(boxes1) - centre(boxes2)
    d2 = apart.square().sum(-1)
    loss = 1 - shared / (union + eps)
    loss = loss + d2 / (c2 + eps)
    return reduce_boxes(loss, reduction)


@guarded(*BOXES)
@at_least_32_bits
def complete_box_iou_loss(
    boxes1: Tensor, boxes2: Tensor, reduction: str = "none", eps: float = 1e-7
) -> Tensor:
    r"""DIoU loss plus a penalty for another ratio of width to height.

    :math:`\ell = \ell_{\mathrm{DIoU}} + \alpha v`, with :math:`v = \frac{4}{\pi^2} (\arctan \frac{w_1}{h_1} -
    \arctan \frac{w_2}{h_2})^2` and :math:`\alpha = v / (1 - \mathrm{IoU} + v + \varepsilon)`, through which
    no gradient flows. Twin of ``torchvision.ops.complete_box_iou_loss``, which also takes integers and turned
    corners. Chapter 7. Zheng and others (2020).

    Args:
        boxes1: predicted corners (x1, y1, x2, y2), ``(N, 4)`` or ``(4,)``.
        boxes2: true ones, of that shape.
        reduction: ``"none"``, ``"mean"`` (0 over no boxes) or ``"sum"``.
        eps: added to each denominator.

    Returns:
        ``(N,)``, or ``()``; in 32 bits for boxes of 16.

    Raises:
        TypeError: a tensor is not floating-point.
        ValueError: shapes differ, a box has its corners turned, or an option is not allowed.

    Example:
        >>> import torch
        >>> from lessons_pkg import losses
        >>> boxes = torch.tensor([0.0, 0.0, 2.0, 2.0]), torch.tensor([1.0, 1.0, 3.0, 3.0])
        >>> losses.complete_box_iou_loss(*boxes)
        tensor(0.9683)
    """
    given = boxes1, boxes2, "none", eps
    iou_loss = box_iou_loss(*given)
    diou_loss = distance_box_iou_loss(*given)
    turn = slant(boxes1) - slant(boxes2)
    v = 4 / math.pi**2 * turn.square()
    alpha = v / (iou_loss + v + eps)
    loss = diou_loss + alpha.detach() * v
    return reduce_boxes(loss, reduction)
