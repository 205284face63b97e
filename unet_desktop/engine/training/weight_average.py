"""The mean of a network over its last steps: it answers better and more evenly than the last step's weights alone."""

from __future__ import annotations

import copy

import torch
from torch import nn

_RAMP = 3.0
"""At first the mean reaches back half of the way to the start: random weights must be forgotten soon."""


class WeightEMA:
    """An exponential moving average of a network's weights and statistics.

    Tarvainen and Valpola 2017, "Mean teachers", arXiv:1703.01780, equation 1, with a decay that rises with the steps.

    Attributes:
        network: the average as a network; the learning one itself when nothing is averaged.

    Args:
        network: that learns.
        decay: the share of the average that stays at each step; 0: nothing is averaged.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.network = copy.deepcopy(network) if decay > 0.0 else network
        self._decay = decay

    @torch.no_grad()
    def update(self, network: nn.Module, step: int) -> None:
        """Take in the learning network after that step, counted from 1."""
        if self.network is network:
            return
        share = 1.0 - min(self._decay, (1.0 + step) / (_RAMP + step))
        ours, theirs = self.network.state_dict(), network.state_dict()
        values = [name for name, value in ours.items() if value.is_floating_point()]
        torch._foreach_lerp_([ours[name] for name in values], [theirs[name] for name in values], share)
        for name in ours.keys() - set(values):
            ours[name].copy_(theirs[name])
