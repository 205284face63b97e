"""The plots of a comparison."""

from __future__ import annotations

import math

from unet_desktop.reports.plots import Axis, Mark, Scatter, Strips
from unet_desktop.tasks.evaluation.evaluated import Evaluated


def bland_altman_plot(evaluated: Evaluated) -> Scatter | None:
    """Differences of the vCDR against their means, with the limits of agreement; None where there are no limits."""
    limits, cases = evaluated.limits, evaluated.measured
    if limits is None:
        return None
    points = tuple(((case.first_vcdr + case.second_vcdr) / 2, case.difference) for case in cases)
    tips = tuple(f"{case.name}: {case.first_vcdr:.3f} and {case.second_vcdr:.3f}" for case in cases)
    ends = [limits.low_interval[0], limits.high_interval[1], 0.0]
    x = Axis.around("mean of both vCDRs", [point[0] for point in points])
    y = Axis.around("first minus second", [point[1] for point in points], include=ends)
    marks = (
        Mark(limits.high, f"+1.96 SD  {_signed(limits.high)}", dashed=True),
        Mark(limits.bias, f"mean  {_signed(limits.bias)}"),
        Mark(limits.low, f"−1.96 SD  {_signed(limits.low)}", dashed=True),
    )
    bands = (limits.low_interval, limits.bias_interval, limits.high_interval)
    words = (
        f"Bland-Altman plot of {limits.count} pictures: mean difference {limits.bias:.3f}, limits of agreement "
        f"{limits.low:.3f} to {limits.high:.3f}"
    )
    return Scatter(x, y, points, tips, marks=marks, bands=bands, description=words)


def vcdr_plot(evaluated: Evaluated) -> Scatter | None:
    """The second reader's vCDR against the first's; None where there are no limits."""
    cases = evaluated.measured
    if evaluated.limits is None:
        return None
    points = tuple((case.first_vcdr, case.second_vcdr) for case in cases)
    both = [value for point in points for value in point]
    x, y = Axis.around("vCDR, first", both), Axis.around("vCDR, second", both)
    tips = tuple(case.name for case in cases)
    return Scatter(x, y, points, tips, identity=True)


def dice_plot(evaluated: Evaluated) -> Strips | None:
    """Each label's Dice of all pictures; None where there is none."""
    groups = (
        (label.name, tuple(case.figures.get(f"dice/{label.name}", math.nan) for case in evaluated.cases))
        for label in evaluated.labels
    )
    measured = tuple((name, values) for name, values in groups if any(map(math.isfinite, values)))
    return Strips("Dice", measured) if measured else None


def _signed(value: float) -> str:
    return f"{value:+.3f}".replace("-", "−")
