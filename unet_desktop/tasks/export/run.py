"""An export: the masks that people drew in a project, with tables, reports and training sets."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial

from unet_desktop import __version__, files, person
from unet_desktop.engine.events import Message
from unet_desktop.errors import UserError, WriteError
from unet_desktop.formats.dicom_seg import require_highdicom
from unet_desktop.plurals import quantity
from unet_desktop.project.corrections import cases_seen, read_corrections
from unet_desktop.project.models import list_models
from unet_desktop.project.reader import ProjectReader
from unet_desktop.project.trail import Act, read
from unet_desktop.tasks.events import ExportDone, ExportEvent, FileWritten, ItemDone
from unet_desktop.tasks.export.columns import export_columns
from unet_desktop.tasks.export.names import NamedCase, plain_names, pseudonyms, refuse_named_results
from unet_desktop.tasks.export.one_case import LETTERED, Known, try_case
from unet_desktop.tasks.export.report import Provenance, write_reports
from unet_desktop.tasks.export.request import Chosen, ExportRequest
from unet_desktop.tasks.export.training_sets import TrainingSets, delete_left_overs
from unet_desktop.tasks.folders.ledger import NAME, PEOPLE, Entry, Ledger, refuse_other_kind
from unet_desktop.tasks.folders.outcome import Outcome, Problem
from unet_desktop.tasks.folders.output_folder import OutputFolder, refuse_blocked, refuse_taken
from unet_desktop.tasks.folders.plan import Work
from unet_desktop.tasks.folders.report import require_report
from unet_desktop.tasks.folders.table_files import require_libraries
from unet_desktop.tasks.folders.tables import write_contours, write_tables
from unet_desktop.tasks.folders.threads import map_unordered
from unet_desktop.tasks.folders.written_files import WrittenFiles

log = logging.getLogger("unet.tasks")

HEADER = "export.json"
"""File that says what the export is: of which project, which cases, when, by whom, and how the trail ended then."""
_TRAINING_SETS = {
    "nnunet": ("data for nnU-Net", "nnunet"),
    "folder": ("training set", "training_set"),
    "rootpainter": ("data for RootPainter", "rootpainter"),
}
"""What people read, and the folder."""
_HIDDEN = "It could not be exported; whoever made the export was told why."
"""In place of problems in files that must not name anything."""


def export_cases(request: ExportRequest) -> Iterator[ExportEvent]:
    """Export what people drew of the chosen cases.

    Writes the files of `request.outputs` below the output folder, named after the cases; a line per case to
    `results.jsonl`; at the end tables, reports and `export.json`. Everything is written again each time. Closing the
    generator writes the tables of what is done.

    Raises:
        UserError: before the first event, if project, choice or folder cannot be used; later, if nothing can be
            written any more.
    """
    project = ProjectReader.open(request.root)
    request.check()
    require_libraries(request.outputs.tables)
    require_report(request.outputs.reports)
    if request.outputs.dicom_seg:
        require_highdicom()
    chosen = request.selection.choose(project)
    if not chosen.cases and not request.selection.ids:
        raise UserError("None of these cases has a mask that a person drew or accepted. Correct some of them first.")
    refuse_blocked(request.output, request.outputs, project.labels)
    export = _Export(request, project, chosen)
    _refuse_foreign(request, project, chosen, export.summaries)
    return export.events()


def _refuse_foreign(request: ExportRequest, project: ProjectReader, chosen: Chosen, summaries: Iterable[str]) -> None:
    """Refuse early what would overwrite files that no export wrote; nothing is changed."""
    if not request.output.is_dir() or (request.replace and request.key_file is None):
        return
    refuse_taken(request.output)
    with contextlib.closing(Ledger(request.output / NAME)) as ledger:
        if request.key_file is not None:
            refuse_named_results(request.output, ledger, request.key_file)
        if request.replace:
            return
        refuse_other_kind(ledger, request.output, of_people=True)
        written = WrittenFiles(request.output, ledger, summaries=summaries)
        written.refuse_summaries(request.outputs)
        if request.key_file is None:  # new pseudonyms are given later
            pictures = [named.picture for named in plain_names(chosen.cases, project.root) if not named.case.damage]
            written.refuse_pictures(pictures, request.outputs, project.labels, lambda _picture: True)


class _Export:
    """An export whose project, choice and folder have been checked."""

    def __init__(self, request: ExportRequest, project: ProjectReader, chosen: Chosen) -> None:
        self._request, self._project, self._chosen = request, project, chosen
        self._named: list[NamedCase] = []
        self._exported = self._failed = self._silent = 0
        self._trail = read(project.layout)
        end = self._trail.end
        name = "" if request.key_file is not None else project.name
        self._provenance = Provenance(name, datetime.now(UTC), end.number, end.digest, len(chosen.without_mask))
        known_as = name or "project"
        self._sets = TrainingSets.of(request.training_sets, known_as, project.labels, project.layout, chosen.cases)
        self._work = Work(PEOPLE, request.outputs.of_a_picture, project.labels)

    @property
    def summaries(self) -> tuple[str, ...]:
        """The files about all cases that no folder run has, below the output folder."""
        return (HEADER, *self._sets.summaries)

    def events(self) -> Iterator[ExportEvent]:
        request = self._request
        take = OutputFolder.take(request.output, replace=request.replace, summaries=self.summaries)
        with contextlib.closing(take) as folder:
            folder.hidden_problem = _HIDDEN if request.key_file is not None else ""
            self._named = self._name_cases()
            try:
                yield from self._without_masks()
                yield from self._cases(folder)
            except (GeneratorExit, UserError) as stop:
                with contextlib.suppress(UserError):  # the reason for stopping matters more
                    list(self._write_summaries(folder))
                if isinstance(stop, WriteError):
                    raise WriteError(f"{stop} What is complete is kept; export again to get the rest.") from stop
                raise
            delete_left_overs(request.output, folder.ledger, self._entries(folder))
            for what in request.outputs.folders:
                yield FileWritten(what, request.output / what)
            yield from (FileWritten(what, request.output / folder) for what, folder in self._more_folders())
            yield from self._notices()
            yield from self._write_summaries(folder)
        yield ExportDone(self._exported, self._failed, len(self._chosen.without_mask))

    def _notices(self) -> Iterator[Message]:
        """Say what whoever gets the export should know, and the files do not show."""
        left_out = len(self._named) - len(self._sets.parts)
        if request_sets := self._request.training_sets:
            sets = "the training set" if len(request_sets) == 1 else "the training sets"
            if left_out:
                are = quantity(
                    left_out, "case is flagged, incomplete or damaged", "cases are flagged, incomplete or damaged"
                )
                yield Message(f"{are}, and not in {sets}.")
            if self._silent:
                say = quantity(self._silent, "mask says", "masks say")
                yield Message(
                    f"{say} nothing of a label that was added to the project later, and is not in the sets of all "
                    "labels. Draw the label, or say that there is none."
                )
        if problems := self._trail.problems:
            yield Message(f"The project's trail is not whole, and the export says so. {problems[0]}")

    def _more_folders(self) -> Iterator[tuple[str, str]]:
        if self._request.pictures:
            yield "pictures", "pictures"
        yield from (_TRAINING_SETS[kind] for kind in self._request.training_sets)

    def _name_cases(self) -> list[NamedCase]:
        cases, root, key_file = self._chosen.cases, self._project.root, self._request.key_file
        return plain_names(cases, root) if key_file is None else pseudonyms(cases, root, key_file)

    def _without_masks(self) -> Iterator[ExportEvent]:
        """Say which cases have nothing to export; it is a problem only if they were asked for by name."""
        missing = self._chosen.without_mask
        if not missing:
            return
        log.info("left out of the export, no human mask: %s", ", ".join(case.id for case in missing))
        if not self._request.selection.ids:
            have, are = quantity(len(missing), "case has", "cases have"), "is" if len(missing) == 1 else "are"
            yield Message(f"{have} no mask that a person drew or accepted, and {are} left out.")
            return
        for case in missing:
            sentence = f"{case.id} has no mask that a person drew or accepted, so it is left out."
            self._failed += 1
            yield ItemDone(case.id, self._failed, self._total, sentence)

    @property
    def _total(self) -> int:
        asked = len(self._chosen.without_mask) if self._request.selection.ids else 0
        return asked + len(self._named)

    def _cases(self, folder: OutputFolder) -> Iterator[ExportEvent]:
        known, request = self._gather(), self._request
        workers = os.cpu_count() or 1
        with ThreadPoolExecutor(workers, "export") as pool:
            work = partial(try_case, known=known, request=request)
            try:
                for named, made in map_unordered(pool, work, self._named, 2 * workers):
                    yield self._write(folder, named, made)
            finally:
                pool.shutdown(cancel_futures=True)

    def _write(self, folder: OutputFolder, named: NamedCase, made: Outcome) -> ItemDone:
        outcome = folder.write(named.picture, made, self._work)
        if isinstance(outcome, Problem):
            self._failed += 1
        else:
            self._exported += 1
            if named.case.id in self._sets.parts:
                self._silent += not self._sets.has_all_labels(where for where, _ in outcome.files)
        told = outcome.sentence if isinstance(outcome, Problem) else ""
        note = LETTERED if not isinstance(outcome, Problem) and LETTERED in str(outcome.row["note"]) else ""
        mask = self._request.output / "masks" / f"{named.picture.name}.png" if self._request.outputs.masks else None
        done = self._exported + self._failed
        return ItemDone(named.case.id, done, self._total, told, note, named.source, None if told else mask)

    def _gather(self) -> Known:
        project = self._project
        return Known(
            project.layout,
            project.labels,
            project.mm_per_pixel,
            {model.header.weights_sha256: model.name for model in list_models(project.layout)},
            {correction.case: correction for correction in read_corrections(project.layout)},
            {entry.case: entry.when for entry in self._trail.entries if entry.act == Act.CREATED},
            project.degrees_per_pixel,
            project.form,
            self._sets,
            cases_seen(project.layout),
        )

    def _write_summaries(self, folder: OutputFolder) -> Iterator[FileWritten | Message]:
        request, labels = self._request, self._project.labels
        known = export_columns(labels, self._project.form, pseudonyms=request.key_file is not None)
        entries = partial(self._entries, folder)
        with folder.written.summarising(request.outputs) as aside:
            yield from map(Message, aside)
            yield from write_tables(request.output, request.outputs, known, entries)
            if "coco" in request.outputs.contours:
                yield from write_contours(request.output, labels, PEOPLE, entries)
            layout = self._project.layout
            yield from write_reports(request, layout, labels, self._named, entries(), self._provenance)
            ids = {named.picture.relative: named.case.id for named in self._named}
            self._sets.write_summaries(request.output, entries(), ids)
            files.write_json(request.output / HEADER, self._header())

    def _entries(self, folder: OutputFolder) -> Iterator[Entry]:
        """Yield what became of this export's cases; earlier ones may have written others there."""
        return folder.ledger.entries([named.picture.relative for named in self._named])

    def _header(self) -> dict[str, object]:
        request, provenance = self._request, self._provenance
        selection = request.selection
        hides = request.key_file is not None
        return {
            "program": f"U-Net Desktop {__version__}",
            "made": provenance.made.isoformat(timespec="seconds"),
            "by": "" if hides else person.read_name(),
            "project": provenance.project,
            "labels": self._project.labels.to_json(),
            "exported": self._exported,
            "failed": self._failed,
            "without_mask": provenance.without_mask,
            "chosen": {
                "by_name": len(selection.ids),
                "states": [kind.value for kind in selection.filters],
                "filter": "" if hides else selection.words,
            },
            "pseudonyms": hides,
            "trail": {
                "number": provenance.trail_number,
                "digest": provenance.trail_digest,
                "problems": len(self._trail.problems),
            },
        }
