"""The columns of an export's tables: those of a folder run, and what is known of the case."""

from __future__ import annotations

from collections.abc import Iterator

from unet_desktop.labels import LabelSet
from unet_desktop.project.form import NO_FORM, Form
from unet_desktop.tasks.folders.columns import Column, Kind, column_part, columns
from unet_desktop.tasks.grade_table import grade_columns

_CASE = (
    Column("case", Kind.TEXT, "", "the case, by its name in the project or its pseudonym"),
    Column("patient", Kind.TEXT, "", "the patient, as noted in the project, or a pseudonym"),
    Column("state", Kind.TEXT, "", "approved, corrected, or incomplete: a disc without a cup, not said to have none"),
    Column("flagged", Kind.FLAG, "", "somebody doubts it"),
    Column("reader", Kind.TEXT, "", "who last changed the case"),
    Column("changed", Kind.TEXT, "", "when that was: ISO 8601, UTC"),
    Column("created", Kind.TEXT, "", "when the picture came into the project: ISO 8601, UTC"),
    Column("notes", Kind.TEXT, "", "what was noted"),
    Column("no_cup", Kind.FLAG, "", "somebody said that there is no cup"),
    Column("not_annotated_px", Kind.WHOLE, "px", "pixels that nobody has said anything about"),
    Column("proposed_by", Kind.TEXT, "", "the model whose proposal the mask began as; empty if it was drawn by hand"),
    Column("proposed_by_model", Kind.TEXT, "", "first 16 digits of the SHA-256 of that model's weights"),
    Column("dice_to_proposal", Kind.NUMBER, "", "Dice of the first proposal and the mask, mean over the labels"),
)
_SEEN = Column("proposal_seen", Kind.FLAG, "", "the proposing model had been trained on the case, so Dice says little")


def export_columns(labels: LabelSet, form: Form = NO_FORM, *, pseudonyms: bool = False) -> tuple[Column, ...]:
    """All columns of an export, in order: what a folder run has is all there, and empty where only a model knows it.

    Args:
        labels: of the project.
        form: what people grade in it.
        pseudonyms: leave out what may name somebody: notes are free text.
    """
    known = columns(labels, graded=True)
    image = [column for column in known if column.name in {"image", "mask"}]
    case = [*_CASE, *_proposal(labels), _SEEN]
    kept = [column for column in case if not (pseudonyms and column.name == "notes")]
    grades = grade_columns(form, free_text=not pseudonyms)
    return (*image, *kept, *grades, *(column for column in known if column not in image))


def _proposal(labels: LabelSet) -> Iterator[Column]:
    for label in labels:
        meaning = f"Dice of the {label.name} in the first proposal and in the mask"
        yield Column(f"{column_part(label)}_dice_to_proposal", Kind.NUMBER, "", meaning)
