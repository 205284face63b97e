"""What a network is worth: what is measured, and what is not."""

from __future__ import annotations

import torch
from torch import nn

from unet_desktop.engine.data.training_example import make_example
from unet_desktop.engine.inference.predictor import run_to_end
from unet_desktop.engine.networks.specs import NetworkSpec
from unet_desktop.engine.training.schedule import Stage
from unet_desktop.engine.training.validate import validate_on_crops
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
    figures = run_to_end(validate_on_crops(Right(), [view], stage, device))
    assert figures["dice/optic disc"] > 0.9
    assert figures["dice/optic cup"] > 0.9
