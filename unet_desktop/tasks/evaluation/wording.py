"""Figures in words: what they are called, how many digits they deserve, and the sentences on vCDR."""

from __future__ import annotations

from unet_desktop.statistics.bland_altman import Interval
from unet_desktop.tasks.evaluation.evaluated import Evaluated

_KINDS = {
    "dice": "Dice",
    "iou": "IoU",
    "boundary_px": "95 % boundary distance, px",
    "boundary_share": "boundary distance over disc height",
    "boundary_max_px": "greatest boundary distance, px",
    "vcdr_error": "vCDR error",
}
"""Kinds of figures, in the order in which they are listed."""


def figure_title(name: str) -> str:
    """A figure's name for people: what it is and, as the user spelt it, of which label."""
    kind, _, label = name.partition("/")
    words = _KINDS.get(kind, kind.replace("_", " "))
    if label:
        return f"{label}: {words}"
    return f"{words}, mean of labels" if kind in {"dice", "iou"} else words


def ordered(names: list[str], labels: list[str]) -> list[str]:
    """Figures' names: kind by kind, in each the labels in their order and then their mean."""
    kinds = list(_KINDS)

    def place(name: str) -> tuple[int, int]:
        kind, _, label = name.partition("/")
        return (
            kinds.index(kind) if kind in kinds else len(kinds),
            labels.index(label) if label in labels else len(labels),
        )

    return sorted(names, key=place)


def figure_text(name: str, value: float) -> str:
    """The value with as many digits as it deserves, and a real minus sign."""
    digits = 1 if "_px" in name.partition("/")[0] else 4
    return f"{value:.{digits}f}".replace("-", "−")


def interval_text(name: str, interval: Interval | None) -> str:
    """ "low to high", or a dash."""
    return "–" if interval is None else f"{figure_text(name, interval[0])} to {figure_text(name, interval[1])}"


def means_rows(evaluated: Evaluated) -> list[tuple[str, str, str, str]]:
    """Figure, mean, 95 % confidence interval and number of pictures, a row a figure."""
    found = evaluated.estimates
    alone = sum(name.startswith("dice/") for name in found) == 1  # one label's mean is itself
    kept = [name for name in found if not (alone and name in {"dice", "iou"})]
    names = ordered(kept, [label.name for label in evaluated.labels])
    return [
        (
            figure_title(name),
            figure_text(name, found[name].mean),
            interval_text(name, found[name].interval),
            str(found[name].count),
        )
        for name in names
    ]


def agreement_rows(evaluated: Evaluated) -> list[tuple[str, str, str, str]]:
    """The same four columns of what is known of the vCDR's agreement; none where too few pictures have both."""
    rows = []
    if (limits := evaluated.limits) is not None:
        count = str(limits.count)
        rows += [
            ("vCDR: mean difference", limits.bias, limits.bias_interval, count),
            ("vCDR: lower limit of agreement", limits.low, limits.low_interval, count),
            ("vCDR: upper limit of agreement", limits.high, limits.high_interval, count),
        ]
    if (icc := evaluated.reliability) is not None:
        rows.append(("vCDR: ICC(2,1), absolute agreement", icc.value, icc.interval, str(icc.count)))
    return [
        (title, figure_text("vcdr", value), interval_text("vcdr", interval), count)
        for title, value, interval, count in rows
    ]


def caveats(evaluated: Evaluated) -> list[str]:
    """What must be known to read the rows on vCDR, a sentence each."""
    if evaluated.limits is None:
        return []
    return [sentence for sentence in (_unmeasured(evaluated), _grouped(evaluated)) if sentence]


def _unmeasured(evaluated: Evaluated) -> str:
    """How many pictures have no vCDR on one of the sides, as a sentence; empty where there are none or no vCDR."""
    missing = evaluated.pictures - len(evaluated.measured)
    if not missing:
        return ""
    return (
        f"{missing} of {evaluated.pictures} pictures have no vCDR on one side or both (no disc, or not fully "
        "annotated) and are in no limit of agreement and no ICC."
    )


def _grouped(evaluated: Evaluated) -> str:
    """What pictures of one patient mean for the intervals, as a sentence; empty where each has one."""
    if evaluated.grouped == evaluated.pictures:
        return ""
    return (
        f"The pictures are of {evaluated.grouped} patients; the means' intervals draw patients whole, but limits of "
        "agreement and ICC take pictures as independent, so their intervals are too narrow."
    )
