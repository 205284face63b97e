"""Training runs on disk: what each was started with, its epochs, and what it came to; also after a restart."""

from __future__ import annotations

import csv
import io
import logging
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from unet_desktop import files
from unet_desktop.engine.events import EpochDone, Finished
from unet_desktop.errors import ProjectError
from unet_desktop.files import read_json_object
from unet_desktop.images.listing import natural_key
from unet_desktop.project.layout import Layout
from unet_desktop.project.models import list_models

log = logging.getLogger("unet.tasks")

_FIXED = ("stage", "epoch", "train_loss", "learning_rate", "seconds")


@dataclass(frozen=True, slots=True)
class Run:
    """One training run.

    Attributes:
        name: of the model that it made.
        preset: key of its preset, or empty where that is not known.
        train, validation: how many cases it learned from and was judged by; None where that is not known.
        started: when (ISO 8601, UTC), or empty.
        parent: name of the model that it went on from, or empty.
        seconds: that it took; 0 until it has finished.
        metrics: its figures, names as in `EpochDone`; of the segmenting network's last epoch until it has finished.
        cases: validation case to the same figures of that picture alone, worst mean Dice first.
        epochs: in order, of all stages.
    """

    name: str
    preset: str = ""
    train: int | None = None
    validation: int | None = None
    started: str = ""
    parent: str = ""
    seconds: float = 0.0
    metrics: Mapping[str, float] = field(default_factory=dict)
    cases: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    epochs: tuple[EpochDone, ...] = ()

    @property
    def segmenting(self) -> tuple[EpochDone, ...]:
        """The epochs of the segmenting network, which is what runs are compared by."""
        return tuple(epoch for epoch in self.epochs if epoch.stage == "segment")


class RunLog:
    """Writes a run: the figures as a CSV file, replaced after each epoch, so that a stopped run keeps its curve."""

    def __init__(self, layout: Layout, name: str) -> None:
        """Of the run that makes the model of that name."""
        self._table, self._record = layout.run(name), layout.run_record(name)
        self._rows: list[dict[str, str]] = []

    def begin(self, preset: str, train: int, validation: int, start_from: Path | None) -> None:
        """Note what the run is started with.

        Raises:
            WriteError: it cannot be written.
        """
        parent = "" if start_from is None else start_from.stem
        started = datetime.now(UTC).isoformat(timespec="seconds")
        record = {"preset": preset, "train": train, "validation": validation, "started": started, "parent": parent}
        files.write_json(self._record, record)

    def add(self, *epochs: EpochDone) -> None:
        """Note epochs.

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
        """Note what the run came to.

        Raises:
            WriteError: it cannot be written.
        """
        cases = {case_id: dict(figures) for case_id, figures in event.cases.items()}
        came_to = {"seconds": event.seconds, "metrics": dict(event.metrics), "cases": cases}
        files.write_json(self._record, _object(self._record) | came_to)


def list_runs(layout: Layout) -> list[Run]:
    """The project's runs, newest first; what cannot be read is logged and passed over.

    Runs of older programs have no record; what their models say of themselves stands in for it.
    """
    headers = {model.name: model.header for model in list_models(layout)}
    runs = []
    for path in sorted(layout.runs.glob("*.csv"), key=lambda path: natural_key(path.name), reverse=True):
        fields = _fields(_object(layout.run_record(path.stem)))
        if (header := headers.get(path.stem)) is not None and not fields["preset"]:
            counts = {name: header.data.get(name) for name in ("train", "validation")}
            fields |= {"preset": header.preset, "started": header.created, "metrics": header.metrics} | counts
        epochs = read_epochs(path)
        segmenting = [epoch for epoch in epochs if epoch.stage == "segment"]
        if not fields["metrics"] and segmenting:
            fields["metrics"] = segmenting[-1].metrics
        if not fields["started"]:
            modified = path.stat().st_mtime
            fields["started"] = datetime.fromtimestamp(modified, UTC).isoformat(timespec="seconds")
        runs.append(Run(name=path.stem, epochs=epochs, **fields))
    return runs


def read_record(layout: Layout, name: str) -> Run:
    """A run without its epochs."""
    return Run(name=name, **_fields(_object(layout.run_record(name))))


def read_epochs(path: Path) -> tuple[EpochDone, ...]:
    """The epochs in a run's table; none, and a line in the log, where it cannot be understood."""
    try:
        rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))
        lasts = {row["stage"]: int(row["epoch"]) for row in rows}
        return tuple(_epoch(row, lasts[row["stage"]]) for row in rows)
    except (OSError, ValueError, KeyError, TypeError, csv.Error) as error:
        log.warning("%s cannot be understood: %s", path, error)
        return ()


def _epoch(row: Mapping[str, str], epochs: int) -> EpochDone:
    if row["stage"] not in ("locate", "segment"):
        raise ValueError(f"unknown stage {row['stage']}")
    metrics = {name: float(value) for name, value in row.items() if name not in _FIXED and value}
    metrics = {name: value for name, value in metrics.items() if math.isfinite(value)}
    loss, rate, seconds = (float(row[name]) for name in ("train_loss", "learning_rate", "seconds"))
    stage: Any = row["stage"]
    return EpochDone(stage, int(row["epoch"]), epochs, loss, metrics, rate, seconds, math.nan, saved=False)


def _object(path: Path) -> dict[str, Any]:
    try:
        return read_json_object(path)
    except ProjectError as error:
        log.warning("%s", error)
        return {}


def _fields(data: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a `Run` that its record has; those of another kind than they should be are left out."""
    fields = {name: value for name, value in asdict(Run("")).items() if name not in ("name", "epochs")}
    for name in ("preset", "started", "parent"):
        if isinstance(data.get(name), str):
            fields[name] = data[name]
    for name in ("train", "validation"):
        if isinstance(data.get(name), int):
            fields[name] = data[name]
    if isinstance(data.get("seconds"), int | float):
        fields["seconds"] = float(data["seconds"])
    fields["metrics"] = _figures(data.get("metrics"))
    cases = data.get("cases")
    if isinstance(cases, dict):
        fields["cases"] = {case_id: _figures(figures) for case_id, figures in cases.items()}
    return fields


def _figures(data: object) -> dict[str, float]:
    if not isinstance(data, dict):
        return {}
    return {name: float(value) for name, value in data.items() if isinstance(value, int | float)}
