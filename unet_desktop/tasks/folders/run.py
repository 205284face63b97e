"""A run: folders of pictures to masks, tables and reports; one bad file does not stop the rest."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from unet_desktop import files
from unet_desktop.checkpoint_header import read_header
from unet_desktop.engine.events import Message
from unet_desktop.errors import UserError
from unet_desktop.masks.trust import UNFAMILIAR
from unet_desktop.tasks.events import ItemDone, Written
from unet_desktop.tasks.folders.engine import Engine, Outcome, Problem
from unet_desktop.tasks.folders.inputs import Found, Picture, find_pictures, refuse_none, refuse_overlap
from unet_desktop.tasks.folders.ledger import NAME, Entry, Ledger
from unet_desktop.tasks.folders.local import LocalEngine
from unet_desktop.tasks.folders.report import need_report, write_reports
from unet_desktop.tasks.folders.request import Request
from unet_desktop.tasks.folders.tables import write_tables

log = logging.getLogger("unet.tasks")

Event = Message | ItemDone | Written


def segment_folder(request: Request) -> Iterator[Event]:
    """Segment each picture of the request; masks that lie beside their pictures are left out.

    Writes `masks/NAME.png` and what else `request.outputs` asks for below the output folder, a line a picture to
    `results.jsonl`, and at the end, also of a run that is stopped, tables and reports; where pictures failed,
    `errors.csv` says why. Sub-folders are mirrored.

    Raises:
        UserError: before the first event, when folder, model or output cannot be used; later, when nothing can be
            written any more.
    """
    need_report(request.outputs.reports)
    refuse_overlap(request.chosen, request.output)
    found = find_pictures(request.chosen)
    refuse_none(found, request.chosen)
    model = read_header(request.model).weights_sha256
    engine = _engine(request)
    with contextlib.closing(engine):
        files.make_folder(request.output)
        ledger = Ledger(request.output / NAME)
        with contextlib.closing(ledger):
            yield from _Run(request, found, model, engine, ledger).events()


def _engine(request: Request) -> Engine:
    return LocalEngine(request.model, request.outputs, request.device)


class _Run:
    """One run whose input, model and output were found good."""

    def __init__(self, request: Request, found: Found, model: str, engine: Engine, ledger: Ledger) -> None:
        self._request, self._found, self._model = request, found, model
        self._engine, self._ledger = engine, ledger

    def events(self) -> Iterator[Event]:
        pictures = self._found.pictures
        if self._found.masks:
            yield Message(f"Masks that lie beside their pictures are left out, {self._found.masks} in all.")
        try:
            for done, (picture, outcome) in enumerate(self._engine.outcomes(pictures), 1):
                self._keep(picture, outcome)
                problem, note = _said(outcome)
                mask = self._mask(picture, outcome)
                yield ItemDone(picture.relative, done, len(pictures), problem, note, picture.path, mask)
        except BaseException:
            # A run that is stopped, too, leaves the tables of what it did; why it stopped is what must be heard.
            with contextlib.suppress(UserError):
                list(self._tables())
            raise
        for what in ("masks", "overlays"):
            if getattr(self._request.outputs, what):
                yield Written(what, self._request.output / what)
        yield from self._tables()

    def _mask(self, picture: Picture, outcome: Outcome) -> Path | None:
        if isinstance(outcome, Problem) or not self._request.outputs.masks or picture.page:
            return None
        return self._request.output / "masks" / f"{picture.name}.png"

    def _keep(self, picture: Picture, outcome: Outcome) -> None:
        entry = Entry(
            image=picture.relative,
            name=picture.name,
            path=str(picture.path),
            model=self._model,
            outputs=self._request.outputs.of_a_picture,
        )
        if isinstance(outcome, Problem):
            self._ledger.add(replace(entry, sha256=_sha256(picture.path), problem=outcome.sentence))
            return
        for where, content in outcome.files:
            target = self._request.output / where
            files.make_folder(target.parent)
            files.write_bytes(target, content)
        lengths = {where: len(content) for where, content in outcome.files}
        self._ledger.add(replace(entry, sha256=str(outcome.row["sha256"]), files=lengths, row=outcome.row))

    def _tables(self) -> Iterator[Written]:
        images = [picture.relative for picture in self._found.pictures]
        yield from write_tables(self._request.output, self._request.outputs.tables, self._ledger, images)
        entries = self._ledger.entries(images)
        yield from write_reports(self._request, entries, len(images), datetime.now(UTC))


def _said(outcome: Outcome) -> tuple[str, str]:
    """Problem, and what is also worth saying at once; that a picture was turned, say, is for the table alone."""
    if isinstance(outcome, Problem):
        return outcome.sentence, ""
    return "", UNFAMILIAR if UNFAMILIAR in str(outcome.row["note"]) else ""


def _sha256(path: Path) -> str:
    try:
        return files.sha256(path)
    except OSError:
        return ""
