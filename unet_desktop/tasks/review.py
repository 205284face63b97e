"""Look through a project's masks and pictures for what is odd: unusual masks, and copies of one photograph."""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

from unet_desktop import files
from unet_desktop.engine.events import Message, StopPoint
from unet_desktop.errors import ImageError, MaskError
from unet_desktop.images.likeness import LONGEST, Likeness, find_alike, measure_likeness
from unet_desktop.images.read import read_reduced
from unet_desktop.masks.oddities import describe_oddities
from unet_desktop.plurals import name_some, quantity
from unet_desktop.project.case import UNCORRECTED, Case
from unet_desktop.project.reader import ProjectReader
from unet_desktop.project.split import Part, read_split
from unet_desktop.safe_text import escape_controls
from unet_desktop.tasks.events import CheckRemark, ItemDone
from unet_desktop.tasks.folders.csv_dialect import parse_dialect
from unet_desktop.tasks.import_events import MAX_NAMED

_THREADS = 4
HEADINGS = ("file", "remark")


def review_masks(root: Path) -> Iterator[ItemDone | CheckRemark]:
    """Say what is odd about human masks; those that cannot be read are for `check_project`.

    Raises:
        ProjectError: not a project, or damaged.
    """
    project = ProjectReader.open(root)
    cases = [case for case in project.cases() if not case.damage and case.state not in UNCORRECTED]
    for done, case in enumerate(cases, 1):
        try:
            mask = project.load_mask(case.id)
        except MaskError:
            mask = None
        path = project.layout.mask(case.id).relative_to(project.root).as_posix()
        for what in () if mask is None else describe_oddities(mask, project.labels):
            yield CheckRemark(path, what)
        yield ItemDone(case.id, done, len(cases))


def review_pictures(root: Path) -> Iterator[ItemDone | StopPoint | CheckRemark]:
    """Name the pictures that are copies of one photograph; those that cannot be read are for `check_project`.

    Raises:
        ProjectError: not a project, or damaged.
    """
    project = ProjectReader.open(root)
    cases = [case for case in project.cases() if not case.damage]
    parts = read_split(project.layout.split)
    measured: list[tuple[Case, Likeness]] = []
    for done, (case, likeness) in enumerate(_measure(project, cases), 1):
        if likeness is not None:
            measured.append((case, likeness))
        yield ItemDone(case.id, done, len(cases))
    for pair in find_alike([likeness for _, likeness in measured]):
        if pair is None:
            yield StopPoint("measure")
            continue
        first, second = measured[pair.first][0], measured[pair.second][0]
        yield CheckRemark(first.image, _describe_pair(first, second, pair.score, parts))


def warn_of_copies(project: ProjectReader, parts: Sequence[Sequence[Case]]) -> Iterator[Message | StopPoint]:
    """Yield a message if pictures of different parts, of which one validates what another trains, are copies."""
    cases = [(case, number) for number, part in enumerate(parts) for case in part]
    measured: list[tuple[Case, int, Likeness]] = []
    measurements = _measure(project, [case for case, _ in cases])
    for (case, likeness), (_, number) in zip(measurements, cases, strict=True):
        if likeness is not None:
            measured.append((case, number, likeness))
        yield StopPoint("read")
    pairs: list[str] = []
    for pair in find_alike([one for *_, one in measured], [number for _, number, _ in measured]):
        if pair is None:
            yield StopPoint("read")
        else:
            pairs.append(f"{measured[pair.first][0].id} and {measured[pair.second][0].id}")
    if pairs:
        yield Message(
            f"{quantity(len(pairs), 'picture to validate on is', 'pictures to validate on are')} nearly the same as a "
            f"picture to train on, so the metrics will be too good: {name_some(pairs, MAX_NAMED)}. Remove one of each "
            "pair, or give both the same patient."
        )


def write_remarks(remarks: Iterable[CheckRemark], path: Path, dialect: str = "plain") -> None:
    """Replace the file by a table of the remarks; no text becomes a spreadsheet's formula.

    Raises:
        UserError: there is no such dialect. WriteError: it cannot be written; an existing file is unchanged.
    """
    known, text = parse_dialect(dialect), io.StringIO(newline="")
    writer = csv.writer(text, delimiter=known.separator, lineterminator="\n")
    writer.writerow(HEADINGS)
    for remark in remarks:
        writer.writerow([known.encode_cell(escape_controls(cell)) for cell in (remark.file, remark.what)])
    mark = b"\xef\xbb\xbf" if known.bom else b""
    files.write_bytes(path, mark + text.getvalue().encode("utf-8", "backslashreplace"))


def _measure(project: ProjectReader, cases: Sequence[Case]) -> Iterator[tuple[Case, Likeness | None]]:
    """Measure the pictures in order, some ahead; None for those that cannot be read."""

    def measure(case: Case) -> Likeness | None:
        try:
            return measure_likeness(read_reduced(case.image_path(project.root), LONGEST))
        except ImageError:
            return None

    with ThreadPoolExecutor(_THREADS) as pool:
        rest = iter(cases)
        waiting = deque((case, pool.submit(measure, case)) for case in islice(rest, 2 * _THREADS))
        while waiting:
            case, future = waiting.popleft()
            yield case, future.result()
            waiting.extend((following, pool.submit(measure, following)) for following in islice(rest, 1))


def _describe_pair(first: Case, second: Case, score: float, parts: dict[str, Part]) -> str:
    sides = [parts.get(case.group) or parts.get(case.own_group) for case in (first, second)]
    across = ""
    if None not in sides and sides[0] != sides[1]:
        across = "; one is trained on, the other validates, so metrics are too good"
    return f"it is a copy of {second.image}, or nearly (likeness {score:.2f}){across}"
