"""CaseReader: reads cases from disk, some of them ahead in a thread, and never returns what is no longer on disk."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock

from unet_desktop.errors import UserError
from unet_desktop.file_identity import FileIdentity, identity_of
from unet_desktop.gui.session.open_case import OpenCase, read_case
from unet_desktop.images.read import Image
from unet_desktop.project.reader import ProjectReader

log = logging.getLogger("unet.gui")

BUDGET = 150 << 20
"""Bytes of pictures kept: four of 12 megapixels. A mask that was read ahead takes a third of its picture on top."""
MAX_AHEAD = 3
"""Cases read ahead at a time."""

FileStamp = tuple[Path, FileIdentity]
"""Other content has another stamp."""


@dataclass(frozen=True, slots=True)
class _Stamps:
    """Of all files that an open case is made of; None for missing ones."""

    picture: FileStamp | None
    mask: FileStamp | None
    prediction: FileStamp | None
    record: FileStamp | None


class CaseReader:
    """Returns a case that was read ahead at once, and reads others; keeps pictures within a budget of bytes.

    A mask that was read ahead is returned only once, because masks are edited in place; pictures never change.
    """

    def __init__(self, budget: int = BUDGET) -> None:
        self._pictures = _Pictures(budget)
        self._ahead: dict[tuple[Path, str], Future[tuple[_Stamps, OpenCase]]] = {}
        # At normal priority: a starved thread that holds Python's lock would make the window wait.
        self._pool = ThreadPoolExecutor(1, "read-ahead")
        self._closed = False

    def read(self, project: ProjectReader, case_id: str, *, with_mask: bool = True) -> OpenCase:
        """The case as it is on disk now.

        Args:
            project: whose case.
            case_id: which.
            with_mask: read the human mask too.

        Raises:
            UserError: picture or mask cannot be read, or do not fit.
        """
        future = self._ahead.pop((project.root, case_id), None)
        if with_mask and future is not None and not future.cancel():
            ready = _result(future)  # it is done, or will be sooner than it could be done here
            case = project.case(case_id)
            if ready is not None and ready[0] == _stamps(project, case_id) and _same_state(ready[1], case.state):
                return replace(ready[1], case=case, model="" if ready[1].mask is None else case.model)
        return self._read(project, case_id, with_mask)[1]

    def prepare(self, project: ProjectReader, case_ids: Sequence[str]) -> None:
        """Read these cases ahead in this order, as far as they fit the budget; forget others that were read ahead."""
        if self._closed:
            return
        wanted: list[tuple[Path, str]] = []
        room = self._pictures.budget
        for case_id in dict.fromkeys(case_ids):
            case = project.case(case_id)
            room -= 3 * case.height * case.width
            if room < 0 or len(wanted) == MAX_AHEAD:
                break
            wanted.append((project.root, case_id))
        for key in self._ahead.keys() - set(wanted):
            self._ahead.pop(key).cancel()
        for key in wanted:
            if key not in self._ahead:
                self._ahead[key] = self._pool.submit(self._read, project, key[1], True)

    def shutdown(self) -> None:
        """Finish the case that is being read, and end the thread."""
        self._closed = True
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._ahead.clear()

    def _read(self, project: ProjectReader, case_id: str, with_mask: bool) -> tuple[_Stamps, OpenCase]:
        """Read what is not known, with the stamps from before reading; in either thread."""
        stamps = _stamps(project, case_id)
        known = self._pictures.find(stamps.picture)
        opened = read_case(project, case_id, image=known, with_mask=with_mask)
        self._pictures.keep(stamps.picture, opened.image)
        return stamps, opened


class _Pictures:
    """The pictures read last, within a budget of bytes; used from both threads."""

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self._kept: OrderedDict[FileStamp, Image] = OrderedDict()
        self._lock = Lock()

    def find(self, stamp: FileStamp | None) -> Image | None:
        with self._lock:
            if stamp is None or stamp not in self._kept:
                return None
            self._kept.move_to_end(stamp)
            return self._kept[stamp]

    def keep(self, stamp: FileStamp | None, image: Image) -> None:
        if stamp is None or image.pixels.nbytes > self.budget:
            return
        with self._lock:
            self._kept[stamp] = image
            self._kept.move_to_end(stamp)
            while sum(kept.pixels.nbytes for kept in self._kept.values()) > self.budget:
                self._kept.popitem(last=False)


def _result(future: Future[tuple[_Stamps, OpenCase]]) -> tuple[_Stamps, OpenCase] | None:
    try:
        return future.result()
    except (UserError, OSError) as error:  # opening the case reads it again and says why, if it is still damaged
        log.info("not read ahead: %s", error)
        return None


def _same_state(opened: OpenCase, state: object) -> bool:
    """False if the case was predicted or corrected meanwhile, so that it shows another prediction."""
    return opened.case.state is state


def _stamps(project: ProjectReader, case_id: str) -> _Stamps:
    layout = project.layout
    paths = (
        project.image_path(case_id),
        layout.mask(case_id),
        layout.prediction(case_id),
        layout.prediction_record(case_id),
    )
    return _Stamps(*(_stamp(path) for path in paths))


def _stamp(path: Path) -> FileStamp | None:
    found = identity_of(path)
    return None if found is None else (path, found)
