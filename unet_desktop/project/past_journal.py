"""Past journal: the journal of a session that ended, kept so that undo in the next one reaches back into it."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from unet_desktop import files
from unet_desktop.json_data import parse
from unet_desktop.project.journal import FRAME, MAGIC, JournalHeader, LoadedJournal, MaskWriteStarted, frame
from unet_desktop.project.layout import Layout
from unet_desktop.project.versions import check_folders

LARGEST = 2 << 20
"""Bytes: 1,000 to 2,000 strokes, whose decoding takes some 80 ms and 60 MB when the case is opened."""


@dataclass(frozen=True, slots=True)
class _StepModel:
    """Of the head of a step: the model whose prediction it accepted, if it did."""

    model: str | None = None


def put_away(layout: Layout, case_id: str, journal: LoadedJournal, limit: int = LARGEST) -> None:
    """Move a journal whose steps are all in the mask's file to where the next session finds it.

    Only its newest steps are kept if it is longer than `limit` bytes.

    Raises:
        WriteError: it cannot be moved, or through a link; it stays.
    """
    check_folders(layout, case_id)
    past = layout.past_journal(case_id)
    kept = _newest(journal.records, limit)
    if not kept:
        files.delete_file(past)  # it leads to another mask
        files.delete_file(journal.path)
        return
    files.make_folder(layout.versions(case_id))
    if len(kept) == journal.steps and journal.length <= limit:
        files.move_file(journal.path, past)
        return
    files.write_bytes(past, _encode(journal, kept))
    files.delete_file(journal.path)


def _newest(records: Sequence[bytes], limit: int) -> list[bytes]:
    size, kept = 0, 0
    for record in reversed(records):
        size += FRAME.size + len(record)
        if size > limit:
            break
        kept += 1
    return list(records[len(records) - kept :])


def _encode(journal: LoadedJournal, kept: Sequence[bytes]) -> bytes:
    """Return a journal of these steps, the last ones, of a mask file that holds them all."""
    state, dropped = journal.states[-1].state, journal.records[: journal.steps - len(kept)]
    # Undoing what is left leads to no empty mask, unless nothing was left out.
    began_empty = journal.header.began_empty and not dropped
    header = replace(journal.header, state=state, began_empty=began_empty, model=_model_after(journal.header, dropped))
    pieces = [MAGIC, frame({"is": "start", **asdict(header)})]
    pieces += [FRAME.pack(len(record), zlib.crc32(record)) + record for record in kept]
    pieces.append(frame({"is": "folding", **asdict(MaskWriteStarted(state, len(kept)))}))
    if journal.written is not None:
        pieces.append(frame({"is": "folded", **asdict(replace(journal.written, steps=len(kept)))}))
    return b"".join(pieces)


def _model_after(header: JournalHeader, records: Sequence[bytes]) -> str:
    """Return the model whose prediction the mask started from, after these steps."""
    for record in reversed(records):
        model = parse(record[: record.index(b"\n")], _StepModel).model
        if model is not None:
            return model
    return header.model
