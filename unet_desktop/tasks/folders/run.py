"""A run: folders of pictures to masks, tables and reports; one bad file does not stop the rest."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from unet_desktop.checkpoint_header import read_header
from unet_desktop.engine.events import Message, StopPoint
from unet_desktop.errors import UserError, WriteError
from unet_desktop.formats.dicom_seg import NO_DICOM, require_highdicom
from unet_desktop.images.dicom_header import is_dicom
from unet_desktop.images.listing import natural_key
from unet_desktop.images.read import count_frames_of_animation
from unet_desktop.plurals import quantity
from unet_desktop.tasks.events import FileWritten, FolderEvent, FramesLeftOut, ItemDone, Planned, RunDone
from unet_desktop.tasks.folders import watch
from unet_desktop.tasks.folders.cluster import parse_cluster
from unet_desktop.tasks.folders.columns import columns
from unet_desktop.tasks.folders.dask_engine import DaskEngine
from unet_desktop.tasks.folders.inputs import (
    FoundPictures,
    Picture,
    find_pictures,
    refuse_empty,
    refuse_overlap,
    refuse_results,
)
from unet_desktop.tasks.folders.ledger import NAME, Entry, Ledger, refuse_other_kind
from unet_desktop.tasks.folders.local_engine import LocalEngine
from unet_desktop.tasks.folders.outcome import Outcome, Problem
from unet_desktop.tasks.folders.output_folder import OutputFolder, refuse_blocked, refuse_taken
from unet_desktop.tasks.folders.outputs import Outputs
from unet_desktop.tasks.folders.plan import Plan, Work, is_stale, may_be_segmented
from unet_desktop.tasks.folders.pseudonyms import require_key
from unet_desktop.tasks.folders.report import require_report, write_reports
from unet_desktop.tasks.folders.request import Request
from unet_desktop.tasks.folders.table_files import require_libraries
from unet_desktop.tasks.folders.tables import write_contours, write_tables
from unet_desktop.tasks.folders.watch import Arrivals
from unet_desktop.tasks.folders.written_files import WrittenFiles


class Engine(Protocol):
    """Segments pictures with one model, on this computer or on a cluster."""

    def outcomes(self, pictures: Iterable[Picture]) -> Iterator[tuple[Picture, Outcome] | None]:
        """Yield each picture with its outcome, in any order.

        Only a few pictures are taken ahead of time, and results that are ready do not delay taking the next one. None
        is yielded when the next result may take long, so that the run can be stopped.

        Raises:
            UserError: no picture can be segmented any more.
        """

    def close(self) -> None:
        """Give up unfinished work and release everything; may be called twice."""


def segment_folder(request: Request) -> Iterator[FolderEvent]:
    """Segment the request's pictures; masks beside their pictures are left out.

    Writes `masks/NAME.png` and the other `request.outputs` below the output folder, mirroring subfolders; a line per
    picture to `results.jsonl`; at the end tables and reports, and `errors.csv` if pictures failed. Pictures that an
    earlier run finished are left as they are. Closing the generator still writes the tables of what is done.

    Raises:
        UserError: before the first event, if input, model or output cannot be used; later, if nothing can be written
            any more.
    """
    require_libraries(request.outputs.tables)
    require_report(request.outputs.reports)
    refuse_overlap(request.selection, request.output)
    halves = request.outputs.stereo == "both"
    arrivals = Arrivals(request.selection, halves=halves) if request.watch and not request.dry_run else None
    found = FoundPictures(()) if arrivals is not None else find_pictures(request.selection, halves=halves)
    if arrivals is None:
        refuse_empty(found, request.selection)
    if request.list_file is not None:
        refuse_results(found, request.output)
    header = read_header(request.model)
    work = Work(header.weights_sha256, request.outputs.of_a_picture, header.labels)
    refuse_blocked(request.output, request.outputs, header.labels)
    if not request.replace:
        refuse_foreign(request, found, work)
    if request.dry_run:
        return _rehearse(request, found, work)
    require_dicom(request.outputs)
    return _segment(request, found, arrivals, work)


def refuse_foreign(request: Request, found: FoundPictures, work: Work) -> None:
    """Refuse a run early that would overwrite what no run wrote into its output folder; nothing is changed.

    Raises:
        WriteError: it would; or another run has the folder.
    """
    if not request.output.is_dir():
        return
    refuse_taken(request.output)
    with contextlib.closing(Ledger(request.output / NAME)) as ledger:
        refuse_other_kind(ledger, request.output, of_people=False)
        written = WrittenFiles(request.output, ledger)
        written.refuse_summaries(request.outputs)
        plan = [picture for picture in found.pictures if may_be_segmented(ledger, picture, request)]
        written.refuse_pictures(
            plan, request.outputs, work.labels, lambda picture: request.anew or is_stale(ledger, picture, work)
        )


def require_dicom(outputs: Outputs) -> None:
    """Refuse a run that could not write the DICOM segmentations or pseudonyms it is asked for.

    Raises:
        UserError: something is not installed, or the key for pseudonyms cannot be used.
        WriteError: the key cannot be made.
    """
    if outputs.dicom_seg:
        require_highdicom()
    if outputs.identifiers == "hash":
        require_key()


def _rehearse(request: Request, found: FoundPictures, work: Work) -> Iterator[FolderEvent]:
    """Report what a run would do, without writing anything."""
    with contextlib.closing(Ledger(request.output / NAME)) as ledger:
        plan = Plan(request, ledger, work)
        for picture in found.pictures:
            yield Planned(picture.relative, to_do=plan.take(picture))
        yield from _left_out(found)
        yield from plan.messages(done=False)


def _segment(request: Request, found: FoundPictures, arrivals: Arrivals | None, work: Work) -> Iterator[FolderEvent]:
    refuse_taken(request.output)  # before workers are started, or jobs put in a queue
    engine = _engine(request)
    with contextlib.closing(engine), contextlib.closing(_take(request)) as folder:
        yield from _left_out(found)
        yield from _FolderRun(request, found, work, engine, folder).events(arrivals)


def _take(request: Request) -> OutputFolder:
    return OutputFolder.take(request.output, anew=request.anew, replace=request.replace)


def _engine(request: Request) -> Engine:
    if request.cluster and request.workers:
        raise UserError(
            "The number of workers is the number of threads on this computer; it has no effect on a cluster."
        )
    if request.cluster:
        spec = parse_cluster(request.cluster, request.cluster_options)
        return DaskEngine(request.model, request.outputs, request.output, request.device, spec)
    return LocalEngine(request.model, request.outputs, request.output, request.device, request.workers)


class _FolderRun:
    """A run whose input, model and output have been checked."""

    def __init__(
        self, request: Request, found: FoundPictures, work: Work, engine: Engine, folder: OutputFolder
    ) -> None:
        self._request, self._work, self._engine, self._folder = request, work, engine, folder
        self._pictures = list(found.pictures)
        self._plan = Plan(request, folder.ledger, work)
        self._counts = Counter[str]()
        self._warn_no_dicom = request.outputs.dicom_seg

    def events(self, arrivals: Arrivals | None) -> Iterator[FolderEvent]:
        try:
            yield from self._segment_all(self._pictures) if arrivals is None else self._watch(arrivals)
        except (GeneratorExit, UserError) as stop:
            with contextlib.suppress(UserError):  # the reason for stopping matters more
                list(self._write_summaries())
            if isinstance(stop, WriteError):
                raise WriteError(f"{stop} Finished pictures are kept; start the same run again to resume.") from stop
            raise
        if halved := self._counts["halved"]:
            yield Message(_describe_halved(halved))
        for what in self._request.outputs.folders:
            yield FileWritten(what, self._request.output / what)
        yield from self._write_summaries()
        failed = self._counts["failed"]
        yield RunDone(self._counts["done"] - failed, failed, self._plan.failed, self._plan.skipped)

    def _segment_all(self, pictures: Sequence[Picture]) -> Iterator[FolderEvent]:
        to_do = yield from self._take(pictures)
        yield from self._plan.messages()
        yield from self._outcomes(to_do)

    def _take(self, pictures: Sequence[Picture]) -> Generator[FolderEvent, None, list[Picture]]:
        """Return the pictures to segment; recognising finished ones by their content takes time."""
        to_do = []
        for picture in pictures:
            if self._plan.take(picture):
                to_do.append(picture)
            yield StopPoint("read")
        return to_do

    def _watch(self, arrivals: Arrivals) -> Iterator[FolderEvent]:
        """Segment pictures as they arrive, until the run is closed or has reached its limit."""
        yield Message("Waiting for new pictures until stopped.")
        while not self._plan.full:
            if pictures := arrivals.poll():
                known = {picture.relative: picture for picture in (*self._pictures, *pictures)}
                self._pictures = sorted(known.values(), key=lambda picture: natural_key(picture.relative))
                yield from self._outcomes((yield from self._take(pictures)))
                yield from (event for event in self._write_tables_meanwhile() if isinstance(event, Message))
            again = time.monotonic() + watch.PAUSE
            while time.monotonic() < again:
                yield StopPoint("read")
                time.sleep(min(0.2, watch.PAUSE))

    def _outcomes(self, pictures: Sequence[Picture]) -> Iterator[FolderEvent]:
        total = self._counts["done"] + len(pictures)
        for found in self._engine.outcomes(pictures):
            if found is None:
                yield StopPoint("read")
                continue
            picture, outcome = found
            if self._warn_no_dicom and not isinstance(outcome, Problem) and not is_dicom(picture.path):
                self._warn_no_dicom = False
                yield Message(NO_DICOM)
            outcome = self._folder.write(picture, outcome, self._work)
            failed = isinstance(outcome, Problem)
            problem = outcome.sentence if isinstance(outcome, Problem) else ""
            # Other notes, such as that a picture was turned, are for the table only.
            note = "" if isinstance(outcome, Problem) else str(outcome.row["flags"])
            halved = not isinstance(outcome, Problem) and bool(outcome.row.get("half")) and not picture.half
            self._counts.update(done=1, failed=failed, halved=halved)
            mask = self._mask(picture, outcome)
            yield ItemDone(picture.relative, self._counts["done"], total, problem, note, picture.path, mask)

    def _mask(self, picture: Picture, outcome: Outcome) -> Path | None:
        if isinstance(outcome, Problem) or not self._request.outputs.masks or picture.page:
            return None
        return self._request.output / "masks" / f"{picture.name}.png"

    def _write_summaries(self) -> Iterator[FileWritten | Message]:
        """Write tables and reports of everything done so far."""
        outputs = self._request.outputs
        with self._folder.written.summarising(outputs) as aside:
            yield from map(Message, aside)
            yield from self._write_tables()
            if "coco" in outputs.contours:
                yield from write_contours(self._request.output, self._work.labels, self._work.model, self._entries)
            yield from write_reports(self._request, self._entries(), len(self._pictures), datetime.now(UTC))

    def _write_tables_meanwhile(self) -> Iterator[FileWritten | Message]:
        with self._folder.written.summarising(replace(self._request.outputs, reports=())) as aside:
            yield from map(Message, aside)
            yield from self._write_tables()

    def _write_tables(self) -> Iterator[FileWritten]:
        outputs = self._request.outputs
        known = columns(self._work.labels, identifiers=outputs.identifiers != "omit")
        yield from write_tables(self._request.output, outputs, known, self._entries)

    def _entries(self) -> Iterator[Entry]:
        return self._folder.entries(self._pictures)


def _describe_halved(count: int) -> str:
    shows, each = ("shows", "its") if count == 1 else ("show", "their")
    return (
        f"{quantity(count, 'picture')} {shows} two photographs, such as a stereo pair: only {each} clearer half was "
        "segmented, and the column half names it. Segment both halves to have both."
    )


def _left_out(found: FoundPictures) -> Iterator[FolderEvent]:
    frames = [
        (picture.relative, count)
        for picture in found.pictures
        if not picture.page and (count := count_frames_of_animation(picture.path)) > 1
    ]
    if frames:
        yield FramesLeftOut(tuple(frames))
    if found.masks:
        yield Message(f"Skipped {quantity(found.masks, 'mask')} found beside their pictures.")
