"""Progress of one network's training, and the rule that decides which epoch's weights are kept."""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass

from torch import Tensor, nn

from unet_desktop.engine.config import TrainConfig
from unet_desktop.engine.data.dataset import Dataset

INCUMBENT_BIAS = 0.05
"""Dice bonus that a mask gives the model it was corrected from, or whose prediction was accepted.

Two equally good models agree to a Dice of about 0.95. Without this, one accepted mask among two or three validation
cases would keep the model that training started from, or an epoch that has hardly moved from it.
"""
SELECTION_NOISE = 0.06
"""By how much the Dice of one validation case may mislead; n cases mislead by this over the square root of n.

The one-cycle schedule is at its best at its end, when the learning rate has come down, so an earlier epoch must be
better by more than noise. (As the rule of one standard error, Breiman et al. 1984, "Classification and Regression
Trees", chapter 3.) What a single validation case has cost: docs/experiments/2026-11-26-simulated-annotator.md.
"""

Weights = dict[str, Tensor]
"""A network's state dict."""


@dataclass(slots=True)
class Progress:
    """What changes from epoch to epoch, apart from network, optimiser, schedule and random generator.

    Attributes:
        epoch: the last finished epoch, 0 before the first.
        best_score: so far; -1, below any score, before the first.
        best_epoch: the last epoch that raised it; 0 is the start of a run that continues from a model.
        kept_epoch: the last epoch whose score was within the margin of the best.
        kept_weights: its weights.
        pieces: a batch is processed in this many pieces, because memory does not hold it at once.
        memory_checked: with several processes: each of them has been seen to have enough memory for a piece.
    """

    epoch: int = 0
    best_score: float = -1.0
    best_epoch: int = 0
    kept_epoch: int = 0
    kept_weights: Weights | None = None
    pieces: int = 1
    memory_checked: bool = False

    def record_epoch(self, epoch: int, score: float, network: nn.Module, margin: float = 0.0) -> bool:
        """Record a finished epoch; return whether it is kept: the best so far, or worse by at most the margin."""
        self.epoch = epoch
        if not score >= self.best_score - margin:  # also if it is NaN
            return False
        if score >= self.best_score:
            self.best_score, self.best_epoch = score, epoch
        self.kept_epoch, self.kept_weights = epoch, copy.deepcopy(network.state_dict())
        return True

    def reset_best(self) -> None:
        """Start the search for the best epoch again, because the validation cases have changed; keep the next epoch."""
        self.best_score, self.best_epoch = -1.0, self.epoch

    def is_patience_exhausted(self, patience: int) -> bool:
        """Whether this many epochs have passed without a better one; a patience of 0 never ends."""
        return 0 < patience <= self.epoch - self.best_epoch


def score_margin(stage_name: str, validation: Dataset, config: TrainConfig, *, keep_start: bool) -> float:
    """How much worse than the best so far an epoch's Dice may be for the epoch to be kept in its place.

    Args:
        stage_name: what the network learns, see `Stage`.
        validation: the cases that choose the epoch to keep.
        config: how to train; only the one-cycle schedule needs a margin for noise.
        keep_start: the initial weights count as an epoch, because training continues from a model.
    """
    cases = len(validation.usable(stage_name))
    noise = SELECTION_NOISE / math.sqrt(cases) if cases and config.schedule == "one-cycle" else 0.0
    return noise + (INCUMBENT_BIAS * validation.recent_fraction(stage_name) if keep_start else 0.0)
