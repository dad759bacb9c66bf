"""Losses with the names, argument order and options of ``torch.nn.functional``, written to be read."""

from lessons_pkg.losses.adversarial import (
    hinge_discriminator_loss,
    hinge_generator_loss,
    least_squares_discriminator_loss,
    least_squares_generator_loss,
    minimax_discriminator_loss,
    minimax_generator_loss,
    non_saturating_generator_loss,
)
from lessons_pkg.losses.boxes import (
    box_iou_loss,
    complete_box_iou_loss,
    distance_box_iou_loss,
    generalized_box_iou_loss,
)
from lessons_pkg.losses.classification import cross_entropy, log_softmax
from lessons_pkg.losses.distribution import kl_div
from lessons_pkg.losses.overlap import dice_loss
from lessons_pkg.losses.regression import mse_loss
from lessons_pkg.losses.sequence import ctc_loss

__all__ = [
    "box_iou_loss",
    "complete_box_iou_loss",
    "cross_entropy",
    "ctc_loss",
    "dice_loss",
    "distance_box_iou_loss",
    "generalized_box_iou_loss",
    "hinge_discriminator_loss",
    "hinge_generator_loss",
    "kl_div",
    "least_squares_discriminator_loss",
    "least_squares_generator_loss",
    "log_softmax",
    "minimax_discriminator_loss",
    "minimax_generator_loss",
    "mse_loss",
    "non_saturating_generator_loss",
]
