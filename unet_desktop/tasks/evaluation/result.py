"""The result of comparing two readers' masks of the same pictures."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from unet_desktop.labels import LabelSet
from unet_desktop.masks.compare import picture_score
from unet_desktop.statistics.bland_altman import Limits, limits_of_agreement
from unet_desktop.statistics.bootstrap import Estimate, estimate_means
from unet_desktop.statistics.icc import Reliability, intraclass_correlation
from unet_desktop.tasks.evaluation.compared_case import ComparedCase


@dataclass(frozen=True, slots=True)
class EvaluationSettings:
    """How to compare.

    Attributes:
        boundaries: measure the distance of boundaries. max_distance: also the maximum (Hausdorff).
        resamples: of the bootstrap, 0 for no intervals. seed: of its random numbers.
    """

    boundaries: bool = True
    max_distance: bool = False
    resamples: int = 2000
    seed: int = 0


DEFAULTS = EvaluationSettings()


@dataclass(frozen=True, slots=True)
class Presence:
    """In how many pictures the second reader has a label, and what the first one did there.

    Pictures of which it is not known, because a mask is not fully annotated, count in neither.

    Attributes:
        label: its name.
        present: pictures in which the second reader has it.
        missed: of these, those in which the first reader's has no pixel in common with it (Dice 0).
        absent: pictures in which the second reader has none.
        false_positive: of these, those in which the first reader has some.
    """

    label: str
    present: int
    missed: int
    absent: int
    false_positive: int

    @property
    def true_absent(self) -> int:
        """Pictures in which neither reader has it."""
        return self.absent - self.false_positive


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
    def presence(self) -> tuple[Presence, ...]:
        """For each label that was compared, the pictures with and without it."""
        found = []
        for label in self.labels:
            dices, absences = (
                [case.metrics[f"{kind}/{label.name}"] for case in self.cases if f"{kind}/{label.name}" in case.metrics]
                for kind in ("dice", "true_absent")
            )
            if dices or absences:
                found.append(
                    Presence(label.name, len(dices), dices.count(0.0), len(absences), absences.count(0.0)),
                )
        return tuple(found)

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
    """Sort cases by mean Dice, a false positive counting as 0 and a true absence as 1, lowest first."""

    def place(case: ComparedCase) -> tuple[float, float]:
        score = picture_score(case.metrics)
        return math.inf if score is None else score, -abs(case.metrics.get("vcdr_error", 0))

    return sorted(cases, key=place)
