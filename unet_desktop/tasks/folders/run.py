"""A run: folders of pictures to masks, tables and reports; one bad file does not stop the rest."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from unet_desktop.checkpoint_header import read_header
from unet_desktop.engine.events import Message, Working
from unet_desktop.errors import UserError, WriteError
from unet_desktop.images.dicom_header import is_dicom
from unet_desktop.images.listing import natural_key
from unet_desktop.tasks.events import FolderEvent, ItemDone, Planned, RunDone, Written
from unet_desktop.tasks.folders import watch
from unet_desktop.tasks.folders.cluster import place_of
from unet_desktop.tasks.folders.dask_engine import DaskEngine
from unet_desktop.tasks.folders.dicom_row import need_dicom
from unet_desktop.tasks.folders.dicom_seg import NO_DICOM
from unet_desktop.tasks.folders.engine import Engine, Outcome, Problem
from unet_desktop.tasks.folders.inputs import Found, Picture, find_pictures, refuse_none, refuse_overlap, refuse_results
from unet_desktop.tasks.folders.ledger import NAME, Entry, Ledger
from unet_desktop.tasks.folders.local import LocalEngine
from unet_desktop.tasks.folders.output_folder import OutputFolder, Work, refuse_taken
from unet_desktop.tasks.folders.plan import Plan
from unet_desktop.tasks.folders.report import need_report, write_reports
from unet_desktop.tasks.folders.request import Request
from unet_desktop.tasks.folders.table_files import need_libraries
from unet_desktop.tasks.folders.tables import write_contours, write_tables
from unet_desktop.tasks.folders.watch import Arrivals


def segment_folder(request: Request) -> Iterator[FolderEvent]:
    """Segment each picture of the request; masks that lie beside their pictures are left out.

    Writes `masks/NAME.png` and what else `request.outputs` asks for below the output folder, a line a picture to
    `results.jsonl`, and at the end tables and reports; where pictures failed, `errors.csv` says why. Sub-folders are
    mirrored. What an earlier run finished is left as it is. A run that is closed leaves the tables of what it did.

    Raises:
        UserError: before the first event, when folder, model or output cannot be used; later, when nothing can be
            written any more.
    """
    need_libraries(request.outputs.tables)
    need_report(request.outputs.reports)
    refuse_overlap(request.chosen, request.output)
    arrivals = Arrivals(request.chosen) if request.watch and not request.dry_run else None
    found = Found(()) if arrivals is not None else find_pictures(request.chosen)
    if arrivals is None:
        refuse_none(found, request.chosen)
    if request.list_file is not None:
        refuse_results(found, request.output)
    header = read_header(request.model)
    work = Work(header.weights_sha256, request.outputs.of_a_picture, header.labels)
    if request.dry_run:
        return _rehearse(request, found, work)
    need_dicom(request.outputs)
    return _segment(request, found, arrivals, work)


def _rehearse(request: Request, found: Found, work: Work) -> Iterator[FolderEvent]:
    """What a run would do, without writing anything."""
    with contextlib.closing(Ledger(request.output / NAME)) as ledger:
        plan = Plan(request, ledger, work)
        for picture in found.pictures:
            yield Planned(picture.relative, to_do=plan.take(picture))
        yield from _left_out(found)
        yield from plan.said(done=False)


def _segment(request: Request, found: Found, arrivals: Arrivals | None, work: Work) -> Iterator[FolderEvent]:
    refuse_taken(request.output)  # before workers are started, or jobs put in a queue
    engine = _engine(request)
    with contextlib.closing(engine), contextlib.closing(OutputFolder.take(request.output, anew=request.anew)) as folder:
        yield from _left_out(found)
        yield from _Run(request, found, work, engine, folder).events(arrivals)


def _engine(request: Request) -> Engine:
    if request.cluster and request.workers:
        raise UserError(
            "--workers counts threads of this computer and means nothing on a cluster. Give --cluster local:4 for four "
            "processes here, or --cluster-option jobs=20 for SLURM."
        )
    if request.cluster:
        return DaskEngine(
            request.model, request.outputs, request.device, place_of(request.cluster, request.cluster_options)
        )
    return LocalEngine(request.model, request.outputs, request.device, request.workers)


class _Run:
    """One run whose input, model and output were found good."""

    def __init__(self, request: Request, found: Found, work: Work, engine: Engine, folder: OutputFolder) -> None:
        self._request, self._work, self._engine, self._folder = request, work, engine, folder
        self._pictures = list(found.pictures)
        self._plan = Plan(request, folder.ledger, work)
        self._counts = Counter[str]()
        self._told = not request.outputs.dicom_seg

    def events(self, arrivals: Arrivals | None) -> Iterator[FolderEvent]:
        try:
            yield from self._planned(self._pictures) if arrivals is None else self._watched(arrivals)
        except (GeneratorExit, UserError) as stop:
            with contextlib.suppress(UserError):  # why it stopped is what must be heard
                list(self._sums())
            if isinstance(stop, WriteError):
                raise WriteError(f"{stop} What is finished is kept; the same run again goes on from there.") from stop
            raise
        for what in self._request.outputs.folders:
            yield Written(what, self._request.output / what)
        yield from self._sums()
        failed = self._counts["failed"]
        yield RunDone(self._counts["done"] - failed, failed, self._plan.failed, self._plan.skipped)

    def _planned(self, pictures: Sequence[Picture]) -> Iterator[FolderEvent]:
        to_do = yield from self._taken(pictures)
        yield from self._plan.said()
        yield from self._outcomes(to_do)

    def _taken(self, pictures: Sequence[Picture]) -> Generator[FolderEvent, None, list[Picture]]:
        """Those that are to be done; finished ones are known by their content, which takes time."""
        to_do = []
        for picture in pictures:
            if self._plan.take(picture):
                to_do.append(picture)
            yield Working("read")
        return to_do

    def _watched(self, arrivals: Arrivals) -> Iterator[FolderEvent]:
        """Go on until the run is closed, or has as many pictures as it may."""
        yield Message("Waiting for pictures until it is stopped.")
        while not self._plan.full:
            if pictures := arrivals.look():
                known = {picture.relative: picture for picture in (*self._pictures, *pictures)}
                self._pictures = sorted(known.values(), key=lambda picture: natural_key(picture.relative))
                yield from self._outcomes((yield from self._taken(pictures)))
                list(self._tables())
            again = time.monotonic() + watch.PAUSE
            while time.monotonic() < again:
                yield Working("read")
                time.sleep(min(0.2, watch.PAUSE))

    def _outcomes(self, pictures: Sequence[Picture]) -> Iterator[FolderEvent]:
        total = self._counts["done"] + len(pictures)
        for found in self._engine.outcomes(pictures):
            if found is None:
                yield Working("read")
                continue
            picture, outcome = found
            if not (self._told or isinstance(outcome, Problem) or is_dicom(picture.path)):
                self._told = True
                yield Message(NO_DICOM)
            self._folder.keep(picture, outcome, self._work)
            problem, note = _said(outcome)
            self._counts.update(done=1, failed=bool(problem))
            mask = self._mask(picture, outcome)
            yield ItemDone(picture.relative, self._counts["done"], total, problem, note, picture.path, mask)

    def _mask(self, picture: Picture, outcome: Outcome) -> Path | None:
        if isinstance(outcome, Problem) or not self._request.outputs.masks or picture.page:
            return None
        return self._request.output / "masks" / f"{picture.name}.png"

    def _sums(self) -> Iterator[Written]:
        """Tables and reports of all that there is until now."""
        yield from self._tables()
        if "coco" in self._request.outputs.contours:
            yield from write_contours(self._request.output, self._work.labels, self._work.model, self._entries)
        yield from write_reports(self._request, self._entries(), len(self._pictures), datetime.now(UTC))

    def _tables(self) -> Iterator[Written]:
        yield from write_tables(self._request.output, self._request.outputs, self._work.labels, self._entries)

    def _entries(self) -> Iterator[Entry]:
        return self._folder.entries(self._pictures)


def _left_out(found: Found) -> Iterator[Message]:
    if found.masks:
        yield Message(f"Masks that lie beside their pictures are left out, {found.masks} in all.")


def _said(outcome: Outcome) -> tuple[str, str]:
    """Problem, and what is also worth saying at once; that a picture was turned, say, is for the table alone."""
    if isinstance(outcome, Problem):
        return outcome.sentence, ""
    return "", str(outcome.row["flags"])
