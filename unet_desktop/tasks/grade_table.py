"""Grades as columns of a table, and the table of a project's grades."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from unet_desktop import files
from unet_desktop.project.case import Case, Grade
from unet_desktop.project.form import Form, ItemKind
from unet_desktop.project.reader import ProjectReader
from unet_desktop.tasks.folders.columns import Column, Kind
from unet_desktop.tasks.folders.csv_dialect import parse_dialect
from unet_desktop.tasks.folders.table_files import write_csv

_KINDS = {ItemKind.CHOICE: Kind.TEXT, ItemKind.NUMBER: Kind.NUMBER, ItemKind.TEXT: Kind.TEXT}
_MISSING = Column("grades_missing", Kind.TEXT, "", "required items without a grade; empty when none is missing")
_OTHER = Column("grades_other", Kind.TEXT, "", "grades of items that the form does not have or take any more")
_CASE = (
    Column("case", Kind.TEXT, "", "the case, by its name in the project"),
    Column("patient", Kind.TEXT, "", "the patient, as noted in the project"),
    Column("eye", Kind.TEXT, "", "right, left, or empty if nobody noted it"),
    Column("reader", Kind.TEXT, "", "who last changed the case"),
    Column("changed", Kind.TEXT, "", "when that was: ISO 8601, UTC"),
)
_MEASURED = (
    Column("fovea_x_px", Kind.NUMBER, "px", "the fovea, from the picture's left border"),
    Column("fovea_y_px", Kind.NUMBER, "px", "the same from the upper border"),
    Column("axial_length_mm", Kind.NUMBER, "mm", "of the eye"),
)


def grade_columns(form: Form, *, free_text: bool = True) -> tuple[Column, ...]:
    """Return a column for each item of a form, one for required items that are missing and one for other grades.

    Args:
        form: of the project; an empty one gives no columns.
        free_text: include items of free text, which may name somebody, and grades of other forms.
    """
    if not form:
        return ()
    items = tuple(
        Column(f"grade_{item.key}", _KINDS[item.kind], item.unit, item.question)
        for item in form.items
        if free_text or item.kind is not ItemKind.TEXT
    )
    return (*items, _MISSING, *([_OTHER] if free_text else []))


def grade_cells(form: Form, grades: Mapping[str, Grade]) -> dict[str, object]:
    """Return the values of these columns for a case's grades; what was not given is left out."""
    if not form:
        return {}
    given = {item.key: grade for item in form.items if (grade := form.grade(item, grades)) is not None}
    cells: dict[str, object] = {f"grade_{key}": grade for key, grade in given.items()}
    cells[_MISSING.name] = ", ".join(item.question for item in form.missing(grades))
    cells[_OTHER.name] = "; ".join(f"{key}: {grade}" for key, grade in sorted(grades.items()) if key not in given)
    return cells


def grade_rows(form: Form, cases: Iterable[Case]) -> Iterator[dict[str, object]]:
    """Yield a row for each case, with fovea and axial length."""
    for case in cases:
        row: dict[str, object] = {
            "case": case.id,
            "patient": case.patient,
            "eye": case.eye.value,
            "reader": case.changed_by,
            "changed": case.changed_at,
        }
        if case.fovea is not None:
            row |= {"fovea_x_px": case.fovea[0], "fovea_y_px": case.fovea[1]}
        if case.axial_length_mm is not None:
            row["axial_length_mm"] = case.axial_length_mm
        yield row | grade_cells(form, case.grades)


def write_grades(project: ProjectReader, path: Path, dialect: str = "plain") -> None:
    """Replace the file by a table of a project's grades, a row for each case whose record is sound.

    Raises:
        UserError: there is no such dialect. WriteError: it cannot be written; an existing file is unchanged.
    """
    columns = (*_CASE, *grade_columns(project.form), *_MEASURED)
    sound = (case for case in project.cases() if not case.damage)
    known = parse_dialect(dialect)
    with files.replace_file(path) as file:
        write_csv(file, columns, grade_rows(project.form, sound), known)
