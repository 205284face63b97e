"""Describe a model to people: two lines for a list, a table for its details; no widgets here."""

from __future__ import annotations

import html
from collections.abc import Iterable
from datetime import datetime

from unet_desktop.engine.config import PRESETS
from unet_desktop.plurals import name_some, quantity
from unet_desktop.project.models import Model

_MAX_NAMES = 6


def summary(model: Model, *, in_use: bool) -> str:
    """Name and day; then preset, number of cases and Dice."""
    header = model.header
    first = [f"✓ {model.name} (in use)" if in_use else model.name, _date(header.created).partition(",")[0]]
    second = [_preset(header.preset)]
    if isinstance(train := header.data.get("train"), int):
        second.append(quantity(train, "case"))
    if header.adapted_to:
        second.append("adapted")
    dice = [header.metrics.get(f"dice/{label.name}") for label in header.labels]
    if any(value is not None for value in dice):
        second.append("Dice " + " / ".join("–" if value is None else f"{value:.3f}" for value in dice))
    if header.warnings():
        second.append("⚠ see details")
    return " · ".join(first) + "\n" + " · ".join(second)


def details_html(model: Model) -> str:
    """All that the model's header says, for a text browser."""
    header = model.header
    metrics = header.metrics
    metrics_rows = [("⚠", warning) for warning in header.warnings()]
    metrics_rows += [
        (f"Dice, {label.name}", f"{metrics[f'dice/{label.name}']:.3f}")
        for label in header.labels
        if f"dice/{label.name}" in metrics
    ]
    metrics_rows += [
        (f"IoU, {label.name}", f"{metrics[f'iou/{label.name}']:.3f}")
        for label in header.labels
        if f"iou/{label.name}" in metrics
    ]
    metrics_rows += [
        (name, f"{metrics[key]:.3f}") for key, name in (("vcdr_error", "vCDR error"), ("bce", "BCE")) if key in metrics
    ]
    data = [
        (name, str(header.data[key]))
        for key, name in (("train", "Cases trained on"), ("validation", "Cases validated on"))
        if key in header.data
    ]
    if names := _join(header.data.get("train_cases")):
        data.append(("Trained on", names))
    origin = [
        ("Made", _date(header.created)),
        ("Preset", _preset(header.preset)),
        ("Labels", ", ".join(label.name for label in header.labels)),
        ("Started from", header.parent[:12] if header.parent else header.origin),
        ("Fingerprint", header.weights_sha256[:12]),
    ]
    if header.adapted_to:
        origin.append(("Adapted to", header.adapted_to))
    versions = [(name, str(version)) for name, version in header.versions.items()]
    sections = "".join(
        _section(title, rows)
        for title, rows in (("Validation", metrics_rows), ("Cases", data), ("Origin", origin), ("Versions", versions))
        if rows
    )
    # One table, so that the values of all sections are aligned.
    return f'<table cellspacing="0" cellpadding="1">{sections}</table>'


def _join(names: object) -> str:
    """The first few names, and how many more there are."""
    if not isinstance(names, list):
        return ""
    return name_some([str(name) for name in names], _MAX_NAMES)


def _section(title: str, rows: Iterable[tuple[str, str]]) -> str:
    cells = "".join(
        f'<tr><td style="padding-right:14px">{html.escape(name)}</td><td>{html.escape(value)}</td></tr>'
        for name, value in rows
    )
    return f'<tr><td colspan="2" style="padding-top:6px"><b>{title}</b></td></tr>{cells}'


def _preset(key: str) -> str:
    return PRESETS[key].title if key in PRESETS else key


def _date(created: str) -> str:
    try:
        moment = datetime.fromisoformat(created).astimezone()
    except ValueError:
        return created
    return f"{moment.day} {moment:%b %Y, %H:%M}"
