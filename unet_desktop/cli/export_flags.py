"""The flags of `unet-desktop export` that `segment` has not, grouped as its help shows them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

_CASES, _OUTPUT, _NAMES = "Cases", "Output", "Names"

ProjectFolder = Annotated[Path, typer.Argument(help="Folder of the project.", show_default=False)]
Out = Annotated[
    Path, typer.Option(help="Folder to write to; with --patient the PDF or HTML file to write.", show_default=False)
]
Patient = Annotated[
    str,
    typer.Option(
        metavar="NAME",
        help="Write one page about this patient instead: both eyes side by side.",
        rich_help_panel=_CASES,
        show_default=False,
    ),
]
Cases = Annotated[
    list[str] | None,
    typer.Option(
        "--case",
        "--cases",
        metavar="ID",
        help="Only this case, or several separated by commas; may be repeated.",
        rich_help_panel=_CASES,
        show_default=False,
    ),
]
States = Annotated[
    str,
    typer.Option(
        metavar="STATES",
        help="Only cases of these states: approved, corrected, incomplete, flagged, noted, or several separated by "
        "commas.",
        rich_help_panel=_CASES,
        show_default=False,
    ),
]
Words = Annotated[
    str,
    typer.Option(
        "--filter",
        metavar="TEXT",
        help="Only cases that the search of the case list finds with this text.",
        rich_help_panel=_CASES,
        show_default=False,
    ),
]
IdentifierUse = Annotated[
    str,
    typer.Option(
        "--identifiers",
        metavar="HOW",
        help="Identifiers of DICOM files in DICOM segmentations: omit or keep.",
        rich_help_panel=_OUTPUT,
    ),
]
Replace = Annotated[
    bool,
    typer.Option(
        "--replace",
        help="Overwrite files in the folder that were not written by an export, or were changed since.",
        rich_help_panel=_OUTPUT,
    ),
]
Pictures = Annotated[
    bool,
    typer.Option(
        "--pictures",
        help="Write the pictures too, as PNG of their pixels alone, without what else their files hold.",
        rich_help_panel=_OUTPUT,
    ),
]
TrainingKinds = Annotated[
    str,
    typer.Option(
        "--training-set",
        metavar="KINDS",
        help="Write training sets with the project's split: nnunet, folder (for PyTorch and TensorFlow), rootpainter, "
        "or several separated by commas.",
        rich_help_panel=_OUTPUT,
        show_default=False,
    ),
]
Pseudonyms = Annotated[
    bool,
    typer.Option(
        "--pseudonyms",
        help="Replace names of cases, patients and readers by pseudonyms, and leave notes out.",
        rich_help_panel=_NAMES,
    ),
]
HashNames = Annotated[
    bool,
    typer.Option(
        "--hash-names",
        help="With --pseudonyms: use hashes with your secret key instead of numbers.",
        rich_help_panel=_NAMES,
    ),
]
Key = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="With --pseudonyms: the table, outside the export, that says which pseudonym is whose.",
        rich_help_panel=_NAMES,
        show_default=False,
    ),
]
