"""unet-desktop export: what people drew in a project, as masks, tables, reports and training sets."""

from __future__ import annotations

from pathlib import Path

import typer

from unet_desktop.cli import export_flags as own
from unet_desktop.cli import segment_flags as flags
from unet_desktop.cli.console import DONE, SOME_FAILED, output
from unet_desktop.cli.progress import follow
from unet_desktop.cli.segment import parse_outputs, split_kinds
from unet_desktop.errors import UserError
from unet_desktop.plurals import quantity
from unet_desktop.project.case_query import CaseFilter
from unet_desktop.tasks.events import ExportDone
from unet_desktop.tasks.export.request import ExportRequest, KeyFile, Selection

EPILOG = (
    "Cases that nobody has corrected are left out. Exit code: 0 everything asked for is exported; 1 a case could not "
    "be exported, or was asked for by name and has no mask, or it was stopped; 2 it could not start or continue."
)


def run(
    project: own.ProjectFolder,
    *,
    out: own.Out,
    cases: own.Cases = None,
    state: own.States = "",
    words: own.Words = "",
    patient: own.Patient = "",
    masks: flags.Masks = True,
    overlays: flags.Overlays = False,
    regions: flags.Regions = False,
    contours: flags.Contours = "",
    dicom_seg: flags.DicomSeg = False,
    table: flags.Tables = "csv",
    pictures: own.Pictures = False,
    training_set: own.TrainingKinds = "",
    report: flags.Reports = "",
    identifiers: own.IdentifierUse = "omit",
    csv_dialect: flags.CsvDialectName = "plain",
    replace: own.Replace = False,
    pseudonyms: own.Pseudonyms = False,
    hash_names: own.HashNames = False,
    key: own.Key = None,
) -> None:
    """Export what people drew in a project: masks, measurements, outlines, reports."""
    if cases and (state or words):
        raise UserError("Choose cases by --case, or by --state and --filter, not by both.")
    if patient:
        if cases or state or words or pseudonyms or pictures or training_set:
            raise UserError(
                "--patient writes one page about a patient. Leave out the flags that choose cases or files."
            )
        raise typer.Exit(_run_patient(project, patient, out, replace=replace))
    switches = {"masks": masks, "regions": regions, "overlays": overlays, "dicom_seg": dicom_seg}
    request = ExportRequest(
        root=project,
        output=out,
        selection=Selection(tuple(cases or ()), _parse_states(state), words),
        outputs=parse_outputs("none", contours, table, report, identifiers, csv_dialect, "clearer", **switches),
        pictures=pictures,
        training_sets=split_kinds(training_set),
        key_file=_find_key_file(key, pseudonyms=pseudonyms, hashed=hash_names),
        replace=replace,
    )
    raise typer.Exit(_run_request(request))


def _parse_states(text: str) -> tuple[CaseFilter, ...]:
    known = {kind.value: kind for kind in CaseFilter}
    kinds = split_kinds(text)
    unknown = [kind for kind in kinds if kind not in known]
    if unknown:
        raise UserError(f'"{unknown[0]}" is no state of a case. Choose from: {", ".join(known)}.')
    return tuple(known[kind] for kind in kinds)


def _find_key_file(path: Path | None, *, pseudonyms: bool, hashed: bool) -> KeyFile | None:
    if pseudonyms and path is None:
        raise UserError("--pseudonyms needs --key FILE: a file outside the export that says which pseudonym is whose.")
    if not pseudonyms and (path is not None or hashed):
        raise UserError("--key and --hash-names say how names are replaced; use them with --pseudonyms.")
    return None if path is None else KeyFile(path, hashed)


def _run_patient(project: Path, patient: str, path: Path, *, replace: bool) -> int:
    from unet_desktop.tasks.export.patient import export_patient

    events = export_patient(project, patient, path, replace=replace)
    return follow(events, "Reading", if_stopped="Nothing was written.").code


def _run_request(request: ExportRequest) -> int:
    """Export the cases, print a summary, and return the exit code."""
    from unet_desktop.tasks.export.run import export_cases

    followed = follow(export_cases(request), "Exporting", if_stopped="Everything exported so far is complete.")
    for event in followed.rest:
        if isinstance(event, ExportDone):
            failed = f", {event.failed:,} could not be" if event.failed else ""
            output.print(f"{quantity(event.exported, 'case')} exported{failed}; in {request.output}", markup=False)
    return SOME_FAILED if followed.code != DONE else DONE
