"""What a network is worth: what is measured, and what is not."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import nn

from unet_desktop.engine.data.training_example import make_example
from unet_desktop.engine.inference.predictor import run_to_end
from unet_desktop.engine.networks.specs import NetworkSpec
from unet_desktop.engine.training.schedule import Stage
from unet_desktop.engine.training.validate import cross_entropy, validate_on_crops
from unet_desktop.labels import DISC_AND_CUP


class Right(nn.Module):
    """Answers disc and cup rightly, and takes the black that pads the picture for a disc as well."""

    def forward(self, planes, cut=None):
        bright, pad = planes[:, 1:2] * 128 + 127, (planes[:, :1] < -0.9).float()
        disc = torch.maximum((bright > 95).float(), pad)
        return torch.cat([disc, (bright > 185).float()], dim=1) * 10 - 5


def test_what_pads_a_picture_is_not_taken_for_a_region(photograph, device):
    pixels, mask = photograph(3, 100, 190)
    spec = NetworkSpec("unet", 4, 2, "whole", 128, 1.9, 256)
    stage = Stage("segment", spec, DISC_AND_CUP, 1, 1, 1, 1e-3)
    view = make_example(pixels, mask, DISC_AND_CUP, spec, "segment")
    (figures,) = run_to_end(validate_on_crops(Right(), [view], stage, device))
    assert figures["dice/optic disc"] > 0.9
    assert figures["dice/optic cup"] > 0.9


def test_cross_entropy_by_hand():
    truth = np.array([[0, 1, 1, 0], [0, 2, 1, 0]], np.uint8)
    probabilities = np.full((2, 2, 4), 0.25, np.float32)
    shares = (4 + 1) / 16  # of the planes' pixels, disc and cup
    assert cross_entropy(probabilities, truth, DISC_AND_CUP) == pytest.approx(
        -(shares * math.log(0.25) + (1 - shares) * math.log(0.75))
    )
    assert cross_entropy(probabilities, np.full_like(truth, 255), DISC_AND_CUP) is None
