"""Model card: what a model is, what it learned from, what it is worth and what it is not for, as Markdown.

Sections after Mitchell et al. 2019, "Model Cards for Model Reporting", FAT* '19, pp. 220-229, figure 1.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from unet_desktop.checkpoint_header import CheckpointHeader, read_header
from unet_desktop.engine.config import PRESETS
from unet_desktop.project.layout import Layout
from unet_desktop.project.models import read_notes
from unet_desktop.tasks.runs import Run, read_record

_WORST = 5
_FIGURES = {"vcdr_error": "vCDR error (mean absolute)", "bce": "Binary cross-entropy (as the network saw them)"}
_NETWORKS = {"unet": "the article's U-Net", "lite0": "U-Net with an EfficientNet-Lite0 encoder"}
_LIMITS = (
    "It knows pictures like those it learned from. On another camera, field, disease or population its masks can be "
    "wrong without looking so: correct some such pictures, measure, and train on.",
    "The figures come from the validation pictures named above, which also chose the best epoch, so they are "
    "somewhat too good. Judge it on pictures that took no part before you rely on it.",
    "Few validation pictures make figures that chance moves: with 10 of them a Dice difference of 0.01 means little.",
    "It carries no clinical approval. Its masks and cup-to-disc ratios are proposals for somebody who can judge.",
)


def card_of(path: Path) -> str:
    """The card of a model file; in a project also with its notes and its worst validation pictures.

    Raises:
        CheckpointError: it is no model of this program.
    """
    header = read_header(path)
    layout = Layout(path.absolute().parent.parent)
    in_project = layout.manifest.is_file() and layout.models == path.absolute().parent
    return model_card(
        path.stem,
        header,
        notes=read_notes(layout, path.stem) if in_project else "",
        run=read_record(layout, path.stem) if in_project else None,
    )


def model_card(name: str, header: CheckpointHeader, *, notes: str = "", run: Run | None = None) -> str:
    """Markdown, ending in a line break."""
    labels = ", ".join(_plain(label.name) for label in header.labels)
    parts = [
        f"# Model card: {_plain(name)}",
        f"Segments **{labels}** in colour photographs. Made with U-Net Desktop on {_date(header.created)}.",
        "## Details",
        _table(("", ""), _details(header)),
        "## Intended use",
        f"To propose masks of {labels} in pictures like those it learned from, for a person to check and correct, "
        "and to measure many such pictures for research. It is no medical device.",
        "## Data",
        _table(("", ""), _data(header)),
        "## Figures",
        _metrics(header),
    ]
    if run is not None and run.cases:
        worst = list(run.cases.items())[:_WORST]
        parts += [
            "Worst validation pictures:",
            _table(("picture", "Dice"), ((c, _number(f.get("dice"))) for c, f in worst)),
        ]
    parts += ["## Limits", "\n".join(f"- {limit}" for limit in _LIMITS)]
    if notes.strip():
        parts += ["## Notes", notes.strip()]
    parts += ["## Versions", _table(("", ""), header.versions.items())]
    return "\n\n".join(parts) + "\n"


def _details(header: CheckpointHeader) -> list[tuple[str, str]]:
    rows = [("Preset", PRESETS[header.preset].title if header.preset in PRESETS else header.preset)]
    for name, spec in header.networks.items():
        kind = _NETWORKS.get(str(spec.get("kind")), str(spec.get("kind")))
        rows.append((f"Network to {name}", f"{kind}, input {spec.get('size')} pixels, sees {spec.get('framing')}"))
    for key, title in (("epochs", "Epochs"), ("learning_rate", "Learning rate"), ("batch_size", "Batch size"),
                       ("seed", "Seed")):  # fmt: skip
        if key in header.training:
            rows.append((title, str(header.training[key])))
    rows += [
        ("Goes on from", header.parent or "new weights"),
        ("Fingerprint (SHA-256)", header.weights_sha256),
    ]
    return rows


def _data(header: CheckpointHeader) -> list[tuple[str, str]]:
    titles = {"train": "Pictures learned from", "validation": "Pictures judged by"}
    rows = [(title, str(header.data[key])) for key, title in titles.items() if key in header.data]
    for key, title in (("train_cases", "Learned from"), ("validation_cases", "Judged by")):
        rows.append((title, _listed(header.data.get(key)) or "–"))
    if "fingerprint" in header.data:
        rows.append(("Fingerprint of pictures and masks", str(header.data["fingerprint"])))
    return rows


def _metrics(header: CheckpointHeader) -> str:
    metrics = header.metrics
    if not metrics:
        return "None: it was trained without validation pictures."
    rows = [
        (_plain(label.name), _number(metrics.get(f"dice/{label.name}")), _number(metrics.get(f"iou/{label.name}")))
        for label in header.labels
    ]
    others = [(title, _number(metrics[key])) for key, title in _FIGURES.items() if key in metrics]
    text = "Means over the validation pictures; Dice and IoU of each region, the label and everything inside it.\n\n"
    text += _table(("region", "Dice", "IoU"), rows)
    return text + ("\n\n" + _table(("figure", "value"), others) if others else "")


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    heads = tuple(heads)
    lines = ["| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads)]
    return "\n".join(lines + ["| " + " | ".join(_plain(cell) for cell in row) + " |" for row in rows])


def _listed(names: Any) -> str:
    return ", ".join(map(str, names)) if isinstance(names, list) else ""


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _plain(text: str) -> str:
    """Text that Markdown takes for nothing but text."""
    for sign in "\\`*_[]<>|#":
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\n", " ")


def _date(created: str) -> str:
    try:
        moment = datetime.fromisoformat(created)
    except ValueError:
        return created
    return f"{moment.day} {moment:%B %Y}"
