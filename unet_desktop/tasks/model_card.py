"""Model card: what a model is, its training data, its metrics, its intended use and its limits.

Sections after Mitchell et al. 2019, "Model Cards for Model Reporting", FAT* '19, pp. 220-229, figure 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from unet_desktop.checkpoint_header import CheckpointHeader, check_length, read_header
from unet_desktop.engine.config import PRESETS
from unet_desktop.labels import LabelSet
from unet_desktop.masks.measure import cup_and_disc
from unet_desktop.project.layout import Layout
from unet_desktop.project.models import read_notes
from unet_desktop.reports.document import (
    Block,
    Document,
    FactList,
    Heading,
    Items,
    Paragraph,
    Table,
    TableColumn,
)
from unet_desktop.reports.markdown import render_markdown
from unet_desktop.tasks.runs import Run, read_record

_WORST = 5
_METRICS = {"vcdr_error": "vCDR error (mean absolute)", "bce": "Binary cross-entropy (on the network's input)"}
_NETWORKS = {"unet": "the article's U-Net", "lite0": "U-Net with an EfficientNet-Lite0 encoder"}
_LIMITS = (
    "The metrics come from the validation pictures named above, which also decided which epoch was kept, so they are "
    "slightly too good. Evaluate it on pictures that took no part in training before you rely on it.",
    "With few validation pictures metrics vary by chance: with 10 of them a Dice difference of 0.01 means little.",
)

_ADAPTED = (
    "It was adapted to pictures without masks: what it learned from them are its own masks, which nobody has checked. "
    "Its metrics say nothing about these pictures; correct some of them and measure."
)


def _limits(labels: LabelSet) -> tuple[str, ...]:
    """What the model must not be trusted with."""
    others = "camera, field, disease or population" if labels.shows_eye() else "instrument, preparation or population"
    ratios = " and cup-to-disc ratios" if cup_and_disc(labels) is not None else ""
    return (
        f"It works on pictures like those it was trained on. On another {others} its masks can be wrong without "
        "looking wrong: correct some of these pictures, measure, and train further.",
        *_LIMITS,
        f"It has no clinical approval. Its masks{ratios} are proposals for an expert to judge.",
    )


def card_of(path: Path) -> str:
    """Describe a model file as Markdown.

    Raises:
        CheckpointError: it is not a model of this program.
    """
    return render_markdown(card_document(path))


def card_document(path: Path) -> Document:
    """Describe a model file; in a project also with its notes and worst validation pictures.

    Raises:
        CheckpointError: it is not a model of this program, or damaged.
    """
    header = read_header(path)
    check_length(path)
    layout = Layout(path.absolute().parent.parent)
    in_project = layout.manifest.is_file() and layout.models == path.absolute().parent
    return model_card(
        path.stem,
        header,
        notes=read_notes(layout, path.stem) if in_project else "",
        run=read_record(layout, path.stem) if in_project else None,
    )


def model_card(name: str, header: CheckpointHeader, *, notes: str = "", run: Run | None = None) -> Document:
    """Describe a model, with its notes and its run if there are any."""
    labels = ", ".join(label.name for label in header.labels)
    blocks: list[Block] = [
        Heading("Details"),
        FactList(tuple(_details(header))),
        Heading("Intended use"),
        Paragraph(
            f"To propose masks of {labels} in pictures like those it was trained on, for a person to check and "
            "correct, and to measure many such pictures for research. It is not a medical device."
        ),
        Heading("Data"),
        FactList(tuple(_data(header))),
        Heading("Metrics"),
        *_metrics(header),
    ]
    if run is not None and run.cases:
        worst = list(run.cases.items())[:_WORST]
        rows = tuple((case, _dice_or_false_positive(figures)) for case, figures in worst)
        blocks += [
            Paragraph("Worst validation pictures:"),
            Table((TableColumn("picture", share=3), TableColumn("Dice", numeric=True)), rows),
        ]
    adapted = (_ADAPTED,) if header.adapted_to else ()
    blocks += [Heading("Limits"), Items((*adapted, *_limits(header.labels)))]
    if notes.strip():
        blocks += [Heading("Notes"), *(Paragraph(line.strip()) for line in notes.splitlines() if line.strip())]
    blocks += [Heading("Versions"), FactList(tuple(header.versions.items()))]
    made = f"Segments {labels} in colour pictures. Made with U-Net Desktop on {_date(header.created)}."
    return Document(f"Model card: {name}", made, tuple(blocks), "")


def _details(header: CheckpointHeader) -> list[tuple[str, str]]:
    rows = [("Preset", PRESETS[header.preset].title if header.preset in PRESETS else header.preset)]
    for name, spec in header.networks.items():
        kind = _NETWORKS.get(str(spec.get("kind")), str(spec.get("kind")))
        rows.append((f"Network to {name}", f"{kind}, input {spec.get('size')} pixels, sees {spec.get('framing')}"))
    for key, title in (
        ("epochs", "Epochs"),
        ("learning_rate", "Learning rate"),
        ("batch_size", "Batch size"),
        ("seed", "Seed"),
    ):
        if key in header.training:
            rows.append((title, str(header.training[key])))
    rows += [
        ("Started from", header.origin),
        ("Fingerprint (SHA-256)", header.weights_sha256),
    ]
    return rows


def _data(header: CheckpointHeader) -> list[tuple[str, str]]:
    titles = {"train": "Training pictures", "validation": "Validation pictures"}
    rows = [(title, str(header.data[key])) for key, title in titles.items() if key in header.data]
    for key, title in (("train_cases", "Trained on"), ("validation_cases", "Validated on")):
        rows.append((title, _join(header.data.get(key)) or "–"))
    if undrawn := _join(header.data.get("undrawn")):
        rows.append(("In no training picture", undrawn))
    if header.adapted_to:
        rows.append(("Adapted without masks to", header.adapted_to))
    if "fingerprint" in header.data:
        rows.append(("Fingerprint of pictures and masks", str(header.data["fingerprint"])))
    return rows


def _metrics(header: CheckpointHeader) -> Iterator[Block]:
    metrics = header.metrics
    if not metrics:
        yield Paragraph("None: it was trained without validation pictures.")
        return
    if warnings := header.warnings():
        yield Items(tuple(warnings))
    yield Paragraph(
        "Means over the validation pictures that show the label. Dice and IoU are of regions: a label and everything "
        "inside it. True absent: the share of the other validation pictures in which nothing of it was found."
    )
    names = [label.name for label in header.labels]
    kinds = ("dice", "iou", "true_absent")
    yield Table(
        (
            TableColumn("region", share=3),
            TableColumn("Dice", numeric=True),
            TableColumn("IoU", numeric=True),
            TableColumn("true absent", numeric=True),
        ),
        tuple((name, *(_number(metrics.get(f"{kind}/{name}")) for kind in kinds)) for name in names),
    )
    if unseen := [name for name in names if f"dice/{name}" not in metrics]:
        yield Paragraph(f"No validation picture shows {' or '.join(unseen)}, so it is unknown how well that is found.")
    others = tuple((title, _number(metrics[key])) for key, title in _METRICS.items() if key in metrics)
    if others:
        yield Table((TableColumn("metric", share=3), TableColumn("value", numeric=True)), others)


def _join(names: Any) -> str:
    return ", ".join(map(str, names)) if isinstance(names, list) else ""


def _dice_or_false_positive(metrics: Mapping[str, float]) -> str:
    invented = [
        name.partition("/")[2] for name, value in metrics.items() if name.startswith("true_absent/") and not value
    ]
    found = [_number(metrics["dice"])] if "dice" in metrics else []
    return ", ".join((*found, *(f"false positive: {name}" for name in invented))) or "–"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _date(created: str) -> str:
    try:
        moment = datetime.fromisoformat(created)
    except ValueError:
        return created
    return f"{moment.day} {moment:%B %Y}"
