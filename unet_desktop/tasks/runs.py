"""Training runs on disk: settings, epochs and results of each run."""

from __future__ import annotations

import csv
import io
import logging
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from unet_desktop import files
from unet_desktop.engine.events import EpochDone, Finished, Resumed, TrainEvent
from unet_desktop.errors import ProjectError
from unet_desktop.images.listing import natural_key
from unet_desktop.json_data import Count, DataError, check, read_bytes, read_object
from unet_desktop.labels import LabelSet
from unet_desktop.project.layout import Layout
from unet_desktop.project.manifest import read_manifest
from unet_desktop.project.models import list_models

log = logging.getLogger("unet.tasks")

_KINDS: dict[str, Any] = dict.fromkeys(("preset", "started", "parent", "origin"), str) | {
    "train": Count,
    "validation": Count,
    "seconds": float,
}
"""Field of a record to its type."""
_FIXED = ("stage", "epoch", "train_loss", "learning_rate", "seconds")


@dataclass(frozen=True, slots=True)
class Run:
    """One training run.

    Attributes:
        name: of the model that it trained.
        preset: key of its preset; empty if unknown.
        train, validation: number of training and validation cases; None if unknown.
        started: when (ISO 8601, UTC); empty if unknown.
        parent: name of the model that it started from; empty for new weights.
        origin: why it started from new weights; empty if there is no reason to give.
        seconds: duration; 0 until it has finished.
        metrics: named as in `EpochDone`; until it has finished, those of the segmenting network's last epoch.
        cases: validation case to the same metrics of its picture, lowest mean Dice first.
        epochs: of all stages, in order.
    """

    name: str
    preset: str = ""
    train: int | None = None
    validation: int | None = None
    started: str = ""
    parent: str = ""
    origin: str = ""
    seconds: float = 0.0
    metrics: Mapping[str, float] = field(default_factory=dict)
    cases: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    epochs: tuple[EpochDone, ...] = ()

    @property
    def segmenting(self) -> tuple[EpochDone, ...]:
        """The epochs of the segmenting network, by which runs are compared."""
        return tuple(epoch for epoch in self.epochs if epoch.stage == "segment")


class RunLog:
    """Writes a run: metrics as a CSV file, replaced after each epoch, so that a stopped run keeps its curve."""

    def __init__(self, layout: Layout, name: str) -> None:
        """Log the run that trains the model of this name."""
        self._table, self._record = layout.run(name), layout.run_record(name)
        self._rows: list[dict[str, str]] = []

    def begin(self, preset: str, train: int, validation: int, start_from: Path | None, origin: str = "") -> None:
        """Write the settings of the run.

        Raises:
            WriteError: it cannot be written.
        """
        parent = "" if start_from is None else start_from.stem
        started = datetime.now(UTC).isoformat(timespec="seconds")
        record = {"preset": preset, "train": train, "validation": validation, "started": started, "parent": parent}
        files.write_json(self._record, record | ({"origin": origin} if origin else {}))

    def record_event(self, event: TrainEvent) -> None:
        """Write what the event says of epochs and result.

        Raises:
            WriteError: it cannot be written.
        """
        match event:
            case Resumed():
                self.add(*event.past)
            case EpochDone():
                self.add(event)
            case Finished():
                self.finish(event)

    def add(self, *epochs: EpochDone) -> None:
        """Append epochs.

        Raises:
            WriteError: they cannot be written.
        """
        for epoch in epochs:
            row = {
                "stage": epoch.stage,
                "epoch": str(epoch.epoch),
                "train_loss": f"{epoch.train_loss:.6f}",
                "learning_rate": f"{epoch.learning_rate:.3g}",
                "seconds": f"{epoch.seconds:.2f}",
            }
            self._rows.append(row | {name: f"{value:.6f}" for name, value in epoch.metrics.items()})
        names = list(dict.fromkeys(name for row in self._rows for name in row))
        text = io.StringIO()
        writer = csv.DictWriter(text, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(self._rows)
        files.write_text(self._table, text.getvalue())

    def finish(self, event: Finished) -> None:
        """Write the result of the run.

        Raises:
            WriteError: it cannot be written.
        """
        cases = {case_id: dict(metrics) for case_id, metrics in event.cases.items()}
        result = {"seconds": event.seconds, "metrics": dict(event.metrics), "cases": cases}
        files.write_json(self._record, _object(self._record) | result)


def list_runs(layout: Layout) -> list[Run]:
    """List the project's runs, newest first; unreadable files are logged and skipped.

    Metrics of labels that were renamed since have their present names.
    Runs of older programs have no record; the headers of their models replace it.
    """
    headers = {model.name: model.header for model in list_models(layout)}
    runs = []
    for path in sorted(layout.runs.glob("*.csv"), key=lambda path: natural_key(path.name), reverse=True):
        fields = _fields(_object(layout.run_record(path.stem)))
        if (header := headers.get(path.stem)) is not None and not fields["preset"]:
            counts = {name: _value(header.data.get(name), Count, None) for name in ("train", "validation")}
            fields |= {"preset": header.preset, "started": header.created, "metrics": header.metrics} | counts
        epochs = read_epochs(path)
        segmenting = [epoch for epoch in epochs if epoch.stage == "segment"]
        if not fields["metrics"] and segmenting:
            fields["metrics"] = segmenting[-1].metrics
        if not fields["started"]:
            modified = path.stat().st_mtime
            fields["started"] = datetime.fromtimestamp(modified, UTC).isoformat(timespec="seconds")
        runs.append(Run(name=path.stem, epochs=epochs, **fields))
    labels = _labels_of(layout)
    return runs if labels is None else [_with_present_names(run, labels) for run in runs]


def _labels_of(layout: Layout) -> LabelSet | None:
    """The project's labels if some of them were renamed."""
    try:
        labels = read_manifest(layout.manifest).labels
    except ProjectError:
        return None
    return labels if any(label.formerly for label in labels) else None


def _with_present_names(run: Run, labels: LabelSet) -> Run:
    def rename(metrics: Mapping[str, float]) -> dict[str, float]:
        split = ((name.partition("/"), value) for name, value in metrics.items())
        return {
            f"{what}{mark}{labels.current_name(name) if name else ''}": value for (what, mark, name), value in split
        }

    return replace(
        run,
        metrics=rename(run.metrics),
        cases={case_id: rename(metrics) for case_id, metrics in run.cases.items()},
        epochs=tuple(replace(epoch, metrics=rename(epoch.metrics)) for epoch in run.epochs),
    )


def read_record(layout: Layout, name: str) -> Run:
    """Read a run without its epochs."""
    return Run(name=name, **_fields(_object(layout.run_record(name))))


def read_epochs(path: Path) -> tuple[EpochDone, ...]:
    """Read the epochs in a run's table; if it cannot be read, log that and return none."""
    try:
        rows = list(csv.DictReader(io.StringIO(read_bytes(path).decode("utf-8"))))
        lasts = {row["stage"]: check(int(row["epoch"]), Count) for row in rows}
        return tuple(_epoch(row, lasts[row["stage"]]) for row in rows)
    except (OSError, ValueError, KeyError, TypeError, csv.Error) as error:
        log.warning("%s cannot be read: %s", path, error)
        return ()


def _epoch(row: Mapping[str, str], epochs: int) -> EpochDone:
    if row["stage"] not in ("locate", "segment"):
        raise ValueError(f"unknown stage {row['stage']}")
    metrics = {name: float(value) for name, value in row.items() if name not in _FIXED and value}
    metrics = {name: value for name, value in metrics.items() if math.isfinite(value)}
    loss, rate, seconds = (float(row[name]) for name in ("train_loss", "learning_rate", "seconds"))
    stage: Any = row["stage"]
    return EpochDone(
        stage, check(int(row["epoch"]), Count), epochs, loss, metrics, rate, seconds, math.nan, saved=False
    )


def _object(path: Path) -> dict[str, Any]:
    try:
        return read_object(path)
    except ProjectError as error:
        log.warning("%s", error)
        return {}


def _fields(data: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a `Run` from its record; values of a wrong type are left out."""
    fields = {name: value for name, value in asdict(Run("")).items() if name not in ("name", "epochs")}
    for name, kind in _KINDS.items():
        fields[name] = _value(data.get(name), kind, fields[name])
    fields["metrics"] = _metrics(data.get("metrics"))
    cases = _value(data.get("cases"), dict[str, Any], {})
    fields["cases"] = {case_id: _metrics(metrics) for case_id, metrics in cases.items()}
    return fields


def _metrics(data: object) -> dict[str, float]:
    found = {name: _value(value, float, math.nan) for name, value in _value(data, dict[str, Any], {}).items()}
    return {name: value for name, value in found.items() if math.isfinite(value)}


def _value(value: object, kind: Any, default: Any) -> Any:
    if value is None:
        return default
    try:
        return check(value, kind)
    except DataError as error:
        log.info("a value of a run is left out: %s", error)
        return default
