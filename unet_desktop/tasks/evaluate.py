"""Masks against masks: Dice, IoU, boundary distance and vCDR error, per picture and on the mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from unet_desktop import files
from unet_desktop.errors import MaskError, UserError
from unet_desktop.images.listing import natural_key
from unet_desktop.labels import LabelSet
from unet_desktop.masks.compare import compare, mean
from unet_desktop.masks.file import read_mask
from unet_desktop.tasks.events import ItemDone, Written
from unet_desktop.tasks.measurement_table import table_text


@dataclass(frozen=True, slots=True)
class Evaluated:
    """The means over all pictures; a figure that no picture has is absent."""

    pictures: int
    means: Mapping[str, float]


def evaluate(
    predictions: Path, references: Path, labels: LabelSet, *, table: Path | None = None
) -> Iterator[ItemDone | Written | Evaluated]:
    """Compare each mask of one folder with the mask of the same name in another.

    A reference without a prediction is a problem, not a zero; predictions without a reference are passed over.

    Args:
        predictions: folder of indexed PNG masks.
        references: folder of indexed PNG masks, taken as true.
        labels: of both.
        table: CSV file to write, a row a picture, or None.

    Raises:
        MaskError: before the first event, when no names meet.
    """
    names = _names(predictions, references)
    rows: list[dict[str, object]] = []
    figures: list[Mapping[str, float]] = []
    for done, name in enumerate(names, 1):
        try:
            reference = read_mask(references / name, labels)
            if not (predictions / name).exists():
                raise MaskError(f"{references / name} has no prediction of its name; it is not in the means.")
            prediction = read_mask(predictions / name, labels, (reference.shape[0], reference.shape[1]))
            found = compare(prediction, reference, labels, boundaries=True)
            figures.append(found)
            rows.append({"mask": name} | {key: round(value, 5) for key, value in found.items()})
            yield ItemDone(name, done, len(names))
        except UserError as error:
            yield ItemDone(name, done, len(names), problem=str(error))
    if table is not None:
        files.write_text(table, table_text(rows))
        yield Written("table", table)
    yield Evaluated(len(figures), mean(figures))


def _names(predictions: Path, references: Path) -> list[str]:
    for folder in (predictions, references):
        if not folder.is_dir():
            raise MaskError(f"{folder} is not a folder of masks. Check the path.")
    ours, theirs = ({path.name for path in folder.glob("*.png")} for folder in (predictions, references))
    if not ours & theirs:
        raise MaskError(f"No mask in {predictions} has the name of one in {references}. Choose matching folders.")
    return sorted(theirs, key=natural_key)
