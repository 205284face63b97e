"""An exponential moving average of a network's weights.

Not `torch.optim.swa_utils.AveragedModel`: see `docs/adr/0013-which-epoch-is-kept.md`.
"""

from __future__ import annotations

import copy

import torch
from torch import nn

_WARM_UP = 3.0
"""The decay rises as (1 + step) / (3 + step), so that the random initial weights are soon forgotten."""


class WeightEMA:
    """An exponential moving average of a network's weights and batch norm statistics.

    Its predictions are better and vary less than those of the last step's weights. Tarvainen and Valpola 2017, "Mean
    teachers", arXiv:1703.01780, equation 1, with a decay that rises with the steps.

    Attributes:
        network: with the averaged weights; without averaging, the network being trained itself.

    Args:
        network: being trained.
        decay: the fraction of the average kept at each step; 0: no averaging.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.network = copy.deepcopy(network) if decay > 0.0 else network
        self._decay = decay

    @torch.no_grad()
    def update(self, network: nn.Module, step: int) -> None:
        """Move the average towards the network as it is after this step, counted from 1."""
        if self.network is network:
            return
        weight = 1.0 - min(self._decay, (1.0 + step) / (_WARM_UP + step))
        averaged, current = self.network.state_dict(), network.state_dict()
        floats = [name for name, value in averaged.items() if value.is_floating_point()]
        torch._foreach_lerp_([averaged[name] for name in floats], [current[name] for name in floats], weight)
        for name in averaged.keys() - set(floats):
            averaged[name].copy_(current[name])
