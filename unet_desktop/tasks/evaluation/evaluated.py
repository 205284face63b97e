"""Evaluated: all that two readers' masks of the same pictures came to."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from unet_desktop.labels import LabelSet
from unet_desktop.statistics.bland_altman import Limits, limits_of_agreement
from unet_desktop.statistics.bootstrap import Estimate, estimates
from unet_desktop.statistics.icc import Reliability, reliability
from unet_desktop.tasks.evaluation.one_case import Compared


@dataclass(frozen=True, slots=True)
class Settings:
    """How to compare.

    Attributes:
        boundaries: measure the distance of boundaries. greatest: the greatest one too (Hausdorff).
        resamples: of the bootstrap, 0 for no intervals. seed: of its random numbers.
    """

    boundaries: bool = True
    greatest: bool = False
    resamples: int = 2000
    seed: int = 0


USUAL = Settings()


@dataclass(frozen=True)
class Evaluated:
    """Two readers compared.

    Attributes:
        first, second: what they are called; differences are first minus second.
        labels: of their masks.
        cases: the pictures that both judged, in order of their names.
        problems: name and sentence of what could not be compared.
        remarks: sentences that a reader of the figures must know.
        settings: how it was done.
    """

    first: str
    second: str
    labels: LabelSet
    cases: tuple[Compared, ...]
    problems: tuple[tuple[str, str], ...] = ()
    remarks: tuple[str, ...] = ()
    settings: Settings = USUAL

    @property
    def pictures(self) -> int:
        """How many were compared."""
        return len(self.cases)

    @cached_property
    def estimates(self) -> Mapping[str, Estimate]:
        """The mean of each figure and its confidence interval; a figure that no picture has is absent."""
        groups = [case.group for case in self.cases]
        return estimates([case.figures for case in self.cases], groups, self.settings.resamples, self.settings.seed)

    @property
    def means(self) -> Mapping[str, float]:
        """The means alone."""
        return {name: estimate.mean for name, estimate in self.estimates.items()}

    @cached_property
    def measured(self) -> tuple[Compared, ...]:
        """The pictures in which both readers' vertical cup-to-disc ratio can be measured."""
        return tuple(case for case in self.cases if math.isfinite(case.difference))

    @cached_property
    def limits(self) -> Limits | None:
        """Limits of agreement of the vCDR; None for fewer than two pictures."""
        return limits_of_agreement(
            [case.first_vcdr for case in self.measured], [case.second_vcdr for case in self.measured]
        )

    @cached_property
    def reliability(self) -> Reliability | None:
        """ICC(2,1) of the vCDR, or None where there is none."""
        return reliability([(case.first_vcdr, case.second_vcdr) for case in self.measured])

    @property
    def grouped(self) -> int:
        """Patients (or pictures whose patient is not known)."""
        return len({case.group for case in self.cases})


def worst_first(cases: Sequence[Compared]) -> list[Compared]:
    """The cases by their mean Dice, the lowest first; those without any at the end."""
    return sorted(cases, key=lambda case: (case.figures.get("dice", math.inf), -abs(case.figures.get("vcdr_error", 0))))
