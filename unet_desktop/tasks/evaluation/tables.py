"""Files of an evaluation for other programs: a table of the pictures, and a summary."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

from unet_desktop import __version__, files
from unet_desktop.errors import UserError
from unet_desktop.statistics.bland_altman import Interval
from unet_desktop.tasks.evaluation.result import Evaluation
from unet_desktop.tasks.evaluation.wording import metric_title, sort_metrics
from unet_desktop.tasks.events import FileWritten
from unet_desktop.tasks.folders.columns import Column, Kind
from unet_desktop.tasks.folders.csv_dialect import CsvDialect
from unet_desktop.tasks.folders.table_files import KINDS, require_libraries, write_table_files

SUFFIXES = tuple(f".{kind}" for kind in KINDS)
"""Suffixes of tables that can be written."""


def check_table(path: Path) -> None:
    """Check that a table of this kind can be written.

    Raises:
        UserError: an unknown kind, or a library is missing.
    """
    if path.suffix not in SUFFIXES:
        raise UserError(
            f"{path} is not the name of a table. It must end in {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}."
        )
    require_libraries([path.suffix[1:]])


def case_rows(evaluation: Evaluation) -> list[dict[str, object]]:
    """A row per picture: name, metrics, both readers' vCDR and their difference, first minus second."""
    labels = [label.name for label in evaluation.labels]
    names = sort_metrics(list({name: None for case in evaluation.cases for name in case.metrics}), labels)
    rows = []
    for case in evaluation.cases:
        row: dict[str, object] = {"mask": case.name}
        row |= {name: round(case.metrics[name], 5) if name in case.metrics else "" for name in names}
        if evaluation.measured:
            for name, value in (
                ("vcdr_first", case.first_vcdr),
                ("vcdr_second", case.second_vcdr),
                ("vcdr_difference", case.difference),
            ):
                row[name] = round(value, 5) if math.isfinite(value) else ""
        rows.append(row)
    return rows


def write_table(evaluation: Evaluation, path: Path, dialect: CsvDialect) -> Iterator[FileWritten]:
    """Write the table of pictures; the suffix of the path decides its kind, and CSV has this dialect.

    Raises:
        WriteError: it cannot be written. UserError: a library is missing.
    """
    rows = case_rows(evaluation)
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = [
        Column(name, Kind.TEXT if name == "mask" else Kind.NUMBER, _unit(name), metric_title(name, evaluation.labels))
        for name in names
    ]
    for written in write_table_files(path.with_suffix(""), [path.suffix[1:]], columns, lambda: rows, dialect):
        yield FileWritten("table", written)


def _unit(name: str) -> str:
    return "px" if name.partition("/")[0].endswith("_px") else ""


def write_summary(evaluation: Evaluation, path: Path) -> Iterator[FileWritten]:
    """Write means, intervals, limits of agreement and ICC as JSON.

    Raises:
        WriteError: it cannot be written.
    """
    files.write_json(path, summary(evaluation))
    yield FileWritten("summary", path)


def summary(evaluation: Evaluation) -> dict[str, object]:
    """Means, intervals, limits of agreement and ICC as plain data; None for values that do not exist."""
    limits, icc, settings = evaluation.limits, evaluation.reliability, evaluation.settings
    return {
        "first": evaluation.first,
        "second": evaluation.second,
        "pictures": evaluation.pictures,
        "patients": evaluation.grouped,
        "not_compared": [{"mask": name, "problem": sentence} for name, sentence in evaluation.problems],
        "remarks": list(evaluation.remarks),
        "means": {
            name: {"mean": one.mean, "interval": _plain(one.interval), "pictures": one.count}
            for name, one in evaluation.estimates.items()
        },
        "presence": {
            one.label: {
                "pictures_with": one.present,
                "missed": one.missed,
                "pictures_without": one.absent,
                "true_absent": one.true_absent,
                "false_positive": one.false_positive,
            }
            for one in evaluation.presence
        },
        "vcdr_limits_of_agreement": None
        if limits is None
        else {
            "pictures": limits.count,
            "mean_difference": limits.bias,
            "mean_difference_interval": _plain(limits.bias_interval),
            "standard_deviation": limits.deviation,
            "lower": limits.low,
            "lower_interval": _plain(limits.low_interval),
            "upper": limits.high,
            "upper_interval": _plain(limits.high_interval),
        },
        "vcdr_icc_2_1": None
        if icc is None
        else {"pictures": icc.count, "icc": icc.value, "interval": _plain(icc.interval)},
        "bootstrap": {"resamples": settings.resamples, "seed": settings.seed, "kind": "BCa"},
        "confidence": 0.95,
        "program": f"U-Net Desktop {__version__}",
    }


def _plain(interval: Interval | None) -> list[float] | None:
    return None if interval is None else list(interval)
