"""Names, digits and caveats of metrics, for tables and reports."""

from __future__ import annotations

from unet_desktop.labels import LabelSet
from unet_desktop.plurals import quantity
from unet_desktop.statistics.bland_altman import Interval
from unet_desktop.tasks.evaluation.result import Evaluation

_KINDS = {
    "dice": "Dice",
    "iou": "IoU",
    "true_absent": "true absent (1) or false positive (0)",
    "boundary_px": "95 % boundary distance, px",
    "boundary_share": "boundary distance over height",
    "boundary_max_px": "maximum boundary distance, px",
    "vcdr_error": "vCDR error",
}
"""Kinds of metrics, in the order in which they are listed."""


def metric_title(name: str, labels: LabelSet | None = None) -> str:
    """Title of a metric for people, with its label as the user spelt it; `labels` of the masks, where known."""
    kind, _, label = name.partition("/")
    words = _KINDS.get(kind, kind.replace("_", " "))
    located = None if labels is None else labels.location_label()
    if kind == "boundary_share" and located is not None:
        words = f"boundary distance over {located.name} height"
    if label:
        return f"{label}: {words}"
    return f"{words}, mean of labels" if kind in {"dice", "iou"} else words


def sort_metrics(names: list[str], labels: list[str]) -> list[str]:
    """Sort metric names by kind, then by label, the mean of the labels last."""
    kinds = list(_KINDS)

    def place(name: str) -> tuple[int, int]:
        kind, _, label = name.partition("/")
        return (
            kinds.index(kind) if kind in kinds else len(kinds),
            labels.index(label) if label in labels else len(labels),
        )

    return sorted(names, key=place)


def metric_text(name: str, value: float) -> str:
    """Write a value with the digits that its kind deserves and a real minus sign."""
    digits = 1 if "_px" in name.partition("/")[0] else 4
    return f"{value:.{digits}f}".replace("-", "−")


def interval_text(name: str, interval: Interval | None) -> str:
    """Write "low to high", or a dash for None."""
    return "–" if interval is None else f"{metric_text(name, interval[0])} to {metric_text(name, interval[1])}"


def means_rows(evaluation: Evaluation) -> list[tuple[str, str, str, str]]:
    """Rows of metric, mean, 95 % confidence interval and number of pictures."""
    found = evaluation.estimates
    one_label = sum(name.startswith("dice/") for name in found) == 1  # its mean over labels is itself
    listed = [
        name
        for name in found
        if not (one_label and name in {"dice", "iou"}) and not name.startswith("true_absent/")  # see `presence_rows`
    ]
    names = sort_metrics(listed, [label.name for label in evaluation.labels])
    return [
        (
            metric_title(name, evaluation.labels),
            metric_text(name, found[name].mean),
            interval_text(name, found[name].interval),
            str(found[name].count),
        )
        for name in names
    ]


PRESENCE_HEADINGS = ("label", "pictures with it", "missed", "pictures without it", "true absent", "false positive")
"""Headings of `presence_rows`."""


def presence_rows(evaluation: Evaluation) -> list[tuple[str, str, str, str, str, str]]:
    """Rows of `PRESENCE_HEADINGS`, a label each; none if each label is in all pictures and never missed."""
    if not any(one.absent or one.missed for one in evaluation.presence):
        return []
    return [
        (one.label, str(one.present), str(one.missed), str(one.absent), str(one.true_absent), str(one.false_positive))
        for one in evaluation.presence
    ]


def presence_notes(evaluation: Evaluation) -> list[str]:
    """Sentences that explain `presence_rows`; none where there are no rows."""
    if not presence_rows(evaluation):
        return []
    notes = [
        f"Dice, IoU and boundaries are means over the pictures in which {evaluation.second} shows the label; the "
        "others are counted as true absent or false positive."
    ]
    if never := [one.label for one in evaluation.presence if not one.present]:
        notes.append(f"{evaluation.second} shows {' and '.join(never)} in no picture, so there is no Dice of it.")
    return notes


def agreement_rows(evaluation: Evaluation) -> list[tuple[str, str, str, str]]:
    """The same four columns for the agreement in vCDR; no rows where too few pictures have both ratios."""
    rows = []
    if (limits := evaluation.limits) is not None:
        count = str(limits.count)
        rows += [
            ("vCDR: mean difference", limits.bias, limits.bias_interval, count),
            ("vCDR: lower limit of agreement", limits.low, limits.low_interval, count),
            ("vCDR: upper limit of agreement", limits.high, limits.high_interval, count),
        ]
    if (icc := evaluation.reliability) is not None:
        rows.append(("vCDR: ICC(2,1), absolute agreement", icc.value, icc.interval, str(icc.count)))
    return [
        (title, metric_text("vcdr", value), interval_text("vcdr", interval), count)
        for title, value, interval, count in rows
    ]


def caveats(evaluation: Evaluation) -> list[str]:
    """Sentences that a reader of the rows on vCDR must know."""
    if evaluation.limits is None:
        return []
    return [sentence for sentence in (_missing_ratios(evaluation), _grouping(evaluation)) if sentence]


def _missing_ratios(evaluation: Evaluation) -> str:
    """Say how many pictures lack a vCDR; empty where none does."""
    missing = evaluation.pictures - len(evaluation.measured)
    if not missing:
        return ""
    lack = "lacks" if missing == 1 else "lack"
    return (
        f"{missing:,} of {quantity(evaluation.pictures, 'picture')} {lack} a vCDR from one or both readers (no disc, "
        "or not fully annotated); limits of agreement and ICC leave them out."
    )


def _grouping(evaluation: Evaluation) -> str:
    """Say what several pictures of one patient mean for the intervals; empty where each has one."""
    if evaluation.grouped == evaluation.pictures:
        return ""
    return (
        f"The pictures are of {quantity(evaluation.grouped, 'patient')}. Intervals of means resample whole patients, "
        "but limits of agreement and ICC treat pictures as independent, so their intervals are too narrow."
    )
