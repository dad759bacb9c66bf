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
from lessons_pkg.losses.binary import binary_cross_entropy, binary_cross_entropy_with_logits, logsigmoid
from lessons_pkg.losses.boxes import (
    box_iou_loss,
    complete_box_iou_loss,
    distance_box_iou_loss,
    generalized_box_iou_loss,
)
from lessons_pkg.losses.classification import cross_entropy, log_softmax, nll_loss
from lessons_pkg.losses.contrastive import info_nce_loss, sigmoid_contrastive_loss
from lessons_pkg.losses.distribution import distillation_loss, kl_div
from lessons_pkg.losses.focal import sigmoid_focal_loss, softmax_focal_loss
from lessons_pkg.losses.multitask import uncertainty_weighted
from lessons_pkg.losses.overlap import dice_loss
from lessons_pkg.losses.preference import dpo_loss, preference_loss, sequence_logps
from lessons_pkg.losses.regression import (
    gaussian_nll_loss,
    huber_loss,
    l1_loss,
    mse_loss,
    pinball_loss,
    smooth_l1_loss,
)
from lessons_pkg.losses.robust import log_cosh_loss
from lessons_pkg.losses.sequence import ctc_loss
from lessons_pkg.losses.tokens import chunked_cross_entropy, next_token_loss, z_loss

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "box_iou_loss",
    "chunked_cross_entropy",
    "complete_box_iou_loss",
    "cross_entropy",
    "ctc_loss",
    "dice_loss",
    "distance_box_iou_loss",
    "distillation_loss",
    "dpo_loss",
    "gaussian_nll_loss",
    "generalized_box_iou_loss",
    "hinge_discriminator_loss",
    "hinge_generator_loss",
    "huber_loss",
    "info_nce_loss",
    "kl_div",
    "l1_loss",
    "least_squares_discriminator_loss",
    "least_squares_generator_loss",
    "log_cosh_loss",
    "log_softmax",
    "logsigmoid",
    "minimax_discriminator_loss",
    "minimax_generator_loss",
    "mse_loss",
    "next_token_loss",
    "nll_loss",
    "non_saturating_generator_loss",
    "pinball_loss",
    "preference_loss",
    "sequence_logps",
    "sigmoid_contrastive_loss",
    "sigmoid_focal_loss",
    "smooth_l1_loss",
    "softmax_focal_loss",
    "uncertainty_weighted",
    "z_loss",
]
