"""Calibration: how far a model's expectations were from the truth, on validation cases."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from unet_desktop.masks.trust import Interval

LEVEL = 0.8
"""Fraction of cases whose ratio should lie in the interval; ten validation cases cannot guarantee much more."""
_MIN_CASES = 3
"""Cases needed to correct expected Dice by what was measured."""


@dataclass(frozen=True, slots=True)
class CalibrationCase:
    """What was expected of a validation case, and the result.

    Attributes:
        expected: label name to expected Dice, uncorrected.
        true: label name to true Dice.
        spread: see `uncertainty.ratio_spread`.
        ratio_error: absolute error of the vertical cup-to-disc ratio.
    """

    expected: Mapping[str, float]
    true: Mapping[str, float]
    spread: float | None
    ratio_error: float | None


@dataclass(frozen=True, slots=True)
class Calibration:
    """Corrections learned from validation cases; without any, none.

    Attributes:
        dice_offset: label name to what is added to expected Dice.
        ratio_factor: half an interval's width over the case's spread; None if too few cases were measured.
        cases: number of cases measured.
    """

    dice_offset: Mapping[str, float] = field(default_factory=dict)
    ratio_factor: float | None = None
    cases: int = 0

    @classmethod
    def fit(cls, outcomes: Sequence[CalibrationCase]) -> Calibration:
        """Fit to validation cases; by medians, because one failed case says nothing about the others."""
        differences: dict[str, list[float]] = {}
        for outcome in outcomes:
            for name in outcome.expected.keys() & outcome.true.keys():
                differences.setdefault(name, []).append(outcome.true[name] - outcome.expected[name])
        offset = {name: float(np.median(found)) for name, found in differences.items() if len(found) >= _MIN_CASES}
        factor = conformal_quantile(
            outcome.ratio_error / outcome.spread
            for outcome in outcomes
            if outcome.ratio_error is not None and outcome.spread is not None
        )
        return cls(dict(sorted(offset.items())), factor, len(outcomes))

    def dice(self, expected: Mapping[str, float]) -> dict[str, float]:
        """Corrected expected Dice by label name, 0..1."""
        return {name: min(max(value + self.dice_offset.get(name, 0.0), 0.0), 1.0) for name, value in expected.items()}

    def interval(self, ratio: float, spread: float | None) -> Interval | None:
        """Where the vertical cup-to-disc ratio probably lies, within 0..1; None if unknown."""
        if self.ratio_factor is None or spread is None or math.isnan(ratio):
            return None
        half = self.ratio_factor * spread
        return max(ratio - half, 0.0), min(ratio + half, 1.0)

    def to_json(self) -> dict[str, Any]:
        """Plain data for a checkpoint's header."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Calibration:
        """Read what `to_json` wrote.

        Raises:
            TypeError, ValueError: the data has another form.
        """
        factor = data.get("ratio_factor")
        offset = {str(name): _number(value) for name, value in dict(data.get("dice_offset", {})).items()}
        return cls(offset, None if factor is None else _number(factor), int(data.get("cases", 0)))


def conformal_quantile(scores: Iterable[float], level: float = LEVEL) -> float | None:
    """The score that a new case stays below with at least that probability; None if there are too few scores.

    The ⌈(n + 1)·level⌉-th smallest: split conformal prediction, Lei et al. 2018, "Distribution-free predictive
    inference for regression", JASA 113(523), algorithm 2; scores divided by a spread are its section 5.2.
    """
    ordered = sorted(scores)
    place = math.ceil((len(ordered) + 1) * level)
    return float(ordered[place - 1]) if place <= len(ordered) else None


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{value!r} is not a number")
    return float(value)
