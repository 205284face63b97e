"""The plots of a comparison, as drawings for reports."""

from __future__ import annotations

import math

from unet_desktop.reports.axes import Axis
from unet_desktop.reports.drawing import Drawing
from unet_desktop.reports.plots import Band, Mark, Series, Slope, scatter, strips
from unet_desktop.tasks.evaluation.evaluated import Evaluated


def bland_altman_plot(evaluated: Evaluated) -> Drawing | None:
    """Differences of the vCDR against their means, with the limits of agreement; None where there are no limits."""
    limits, cases = evaluated.limits, evaluated.measured
    if limits is None:
        return None
    points = tuple(((case.first_vcdr + case.second_vcdr) / 2, case.difference) for case in cases)
    tips = tuple(f"{case.name}: {case.first_vcdr:.3f} and {case.second_vcdr:.3f}" for case in cases)
    ends = [limits.low_interval[0], limits.high_interval[1], 0.0]
    across = Axis.around("mean of both vCDRs", [point[0] for point in points])
    up = Axis.around("first minus second", [point[1] for point in points], include=ends)
    marks = (
        Mark(limits.high, f"+1.96 SD  {_signed(limits.high)}", dashed=True),
        Mark(limits.bias, f"mean  {_signed(limits.bias)}"),
        Mark(limits.low, f"−1.96 SD  {_signed(limits.low)}", dashed=True),
    )
    bands = tuple(Band(*interval) for interval in (limits.low_interval, limits.bias_interval, limits.high_interval))
    words = (
        f"Bland-Altman plot of {limits.count} pictures: mean difference {limits.bias:.3f}, limits of agreement "
        f"{limits.low:.3f} to {limits.high:.3f}"
    )
    return scatter([Series("pictures", points, tips)], across, up, marks=marks, bands=bands, description=words)


def vcdr_plot(evaluated: Evaluated) -> Drawing | None:
    """The second reader's vCDR against the first's; None where there are no limits."""
    cases = evaluated.measured
    if evaluated.limits is None:
        return None
    points = tuple((case.first_vcdr, case.second_vcdr) for case in cases)
    both = [value for point in points for value in point]
    across, up = Axis.around("vCDR, first", both), Axis.around("vCDR, second", both)
    slope = Slope((across.low, across.low), (across.high, across.high))
    tips = tuple(case.name for case in cases)
    return scatter([Series("pictures", points, tips)], across, up, slopes=[slope])


def dice_plot(evaluated: Evaluated) -> Drawing | None:
    """Each label's Dice of all pictures; None where there is none."""
    groups = {
        label.name: [case.figures.get(f"dice/{label.name}", math.nan) for case in evaluated.cases]
        for label in evaluated.labels
    }
    shown = {name: values for name, values in groups.items() if any(math.isfinite(value) for value in values)}
    return strips(shown, "Dice") if shown else None


def _signed(value: float) -> str:
    return f"{value:+.3f}".replace("-", "−")
