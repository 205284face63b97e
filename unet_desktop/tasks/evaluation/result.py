"""The result of comparing two readers' masks of the same pictures."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from unet_desktop.labels import LabelSet
from unet_desktop.statistics.bland_altman import Limits, limits_of_agreement
from unet_desktop.statistics.bootstrap import Estimate, estimate_means
from unet_desktop.statistics.icc import Reliability, intraclass_correlation
from unet_desktop.tasks.evaluation.compared_case import ComparedCase


@dataclass(frozen=True, slots=True)
class EvaluationSettings:
    """How to compare.

    Attributes:
        boundaries: measure the distance of boundaries. greatest: the greatest one too (Hausdorff).
        resamples: of the bootstrap, 0 for no intervals. seed: of its random numbers.
    """

    boundaries: bool = True
    greatest: bool = False
    resamples: int = 2000
    seed: int = 0


DEFAULTS = EvaluationSettings()


@dataclass(frozen=True)
class Evaluation:
    """Two readers compared.

    Attributes:
        first, second: what they are called; differences are first minus second.
        labels: of their masks.
        cases: the pictures that both judged, in order of their names.
        problems: name and sentence of what could not be compared.
        remarks: sentences that whoever reads the metrics must know.
        settings: how it was done.
    """

    first: str
    second: str
    labels: LabelSet
    cases: tuple[ComparedCase, ...]
    problems: tuple[tuple[str, str], ...] = ()
    remarks: tuple[str, ...] = ()
    settings: EvaluationSettings = DEFAULTS

    @property
    def pictures(self) -> int:
        """Number of pictures compared."""
        return len(self.cases)

    @cached_property
    def estimates(self) -> Mapping[str, Estimate]:
        """The mean of each metric with its confidence interval; metrics that no picture has are absent."""
        groups = [case.group for case in self.cases]
        return estimate_means(
            [case.metrics for case in self.cases], groups, self.settings.resamples, self.settings.seed
        )

    @property
    def means(self) -> Mapping[str, float]:
        """The means alone."""
        return {name: estimate.mean for name, estimate in self.estimates.items()}

    @cached_property
    def measured(self) -> tuple[ComparedCase, ...]:
        """The cases for which both readers' vertical cup-to-disc ratio can be measured."""
        return tuple(case for case in self.cases if math.isfinite(case.difference))

    @cached_property
    def limits(self) -> Limits | None:
        """Limits of agreement of the vCDR; None for fewer than two pictures."""
        return limits_of_agreement(
            [case.first_vcdr for case in self.measured], [case.second_vcdr for case in self.measured]
        )

    @cached_property
    def reliability(self) -> Reliability | None:
        """ICC(2,1) of the vCDR; None for fewer than two pictures, and where they do not differ."""
        return intraclass_correlation([(case.first_vcdr, case.second_vcdr) for case in self.measured])

    @property
    def grouped(self) -> int:
        """Number of patients; a picture of an unknown patient counts as one."""
        return len({case.group for case in self.cases})


def worst_first(cases: Sequence[ComparedCase]) -> list[ComparedCase]:
    """Sort cases by mean Dice, lowest first; those without any come last."""
    return sorted(cases, key=lambda case: (case.metrics.get("dice", math.inf), -abs(case.metrics.get("vcdr_error", 0))))
