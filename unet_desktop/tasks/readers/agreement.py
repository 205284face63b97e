"""Agreement of a project's readers: each pair, a reader with oneself, all together, and over time.

Masks are compared as `tasks.evaluation` does; grades by kappa and, where they are numbers, by ICC.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from pathlib import Path

from unet_desktop.engine.events import StopPoint
from unet_desktop.errors import MaskError, ProjectError
from unet_desktop.file_names import fold
from unet_desktop.images.listing import natural_key
from unet_desktop.masks.measure import cup_and_disc
from unet_desktop.project.case import UNCORRECTED, Case, Grade
from unet_desktop.project.form import Form, Item, ItemKind
from unet_desktop.project.reader import ProjectReader
from unet_desktop.project.workbooks import list_workbooks
from unet_desktop.statistics.bland_altman import Interval, limits_of_agreement
from unet_desktop.statistics.icc import intraclass_correlation
from unet_desktop.statistics.kappa import Weights, weighted_kappa
from unet_desktop.tasks.evaluation.reader import Reader, accepted_masks
from unet_desktop.tasks.evaluation.result import Evaluation, EvaluationSettings
from unet_desktop.tasks.evaluation.run import evaluate
from unet_desktop.tasks.evaluation.sides import Sides
from unet_desktop.tasks.evaluation.tables import check_table
from unet_desktop.tasks.events import (
    AgreementEvent,
    AgreementRow,
    FileWritten,
    ItemDone,
    ReadersAgreement,
)
from unet_desktop.tasks.folders.columns import Column, Kind
from unet_desktop.tasks.folders.csv_dialect import CsvDialect
from unet_desktop.tasks.folders.table_files import write_table_files

ALL, ONESELF, PAIR, PROJECT = "all readers", "with oneself", "two readers", "with the project"
"""Kinds of rows."""
WHOLE = "all"
"""The period of rows about all cases; others are months."""


@dataclass(frozen=True, eq=False)
class _Reader:
    """A reader, or the project itself.

    Attributes:
        title, name: of the reader.
        project: the reader's.
        around: the project that all read, whose names of cases count: cases are renamed there, not in readings.
    """

    title: str
    name: str
    project: ProjectReader
    around: ProjectReader

    @property
    def has_masks(self) -> bool:
        return any(case.state not in UNCORRECTED for case in self.project.cases())

    def cases(self) -> dict[str, Case]:
        return {self._names.get(case.id, case.id): case for case in self.project.cases() if not case.damage}

    def masks(self) -> Reader:
        found = accepted_masks(self.project, self.title)
        masks = [replace(mask, name=self._names.get(mask.name, mask.name)) for mask in found.masks]
        return replace(found, masks=tuple(sorted(masks, key=lambda mask: natural_key(mask.name))))

    @cached_property
    def _names(self) -> dict[str, str]:
        """The reader's cases to their names in the project, where these are others."""
        known = {case.id for case in self.around.cases()}
        by_digest = self.around.cases_by_hash()
        renamed = [case for case in self.project.cases() if case.id not in known and case.sha256 in by_digest]
        return {case.id: by_digest[case.sha256].id for case in renamed}


@dataclass(frozen=True, slots=True, eq=False)
class _Pair:
    first: _Reader
    second: _Reader
    kind: str


def find_agreement(
    root: Path, *, with_project: bool = False, months: bool = False, resamples: int = 1000
) -> Iterator[AgreementEvent]:
    """Compare the readers of a project; the last event is the table.

    Args:
        root: the project's folder.
        with_project: compare each reader also with the project's own masks, such as the consensus.
        months: add rows for each month, by when the later of two readings was changed last.
        resamples: of the bootstrap for the intervals of means.

    Raises:
        ProjectError: not a project, or no two readers have the same case.
    """
    project = ProjectReader.open(root)
    readers = [
        _Reader(one.workbook.title, one.workbook.reader, ProjectReader.open(one.root), project)
        for one in list_workbooks(project.layout)
    ]
    pairs = [
        _Pair(one, other, ONESELF if fold(one.name) == fold(other.name) else PAIR)
        for one, other in combinations(readers, 2)
    ]
    if with_project:
        pairs += [_Pair(one, _Reader(f"project {project.name}", "", project, project), PROJECT) for one in readers]
    rows: list[AgreementRow] = []
    evaluations: list[Evaluation] = []
    for number, pair in enumerate(pairs):
        found = yield from _compare(pair, project, EvaluationSettings(boundaries=False, resamples=resamples))
        if found is not None:
            evaluations.append(found)
            rows += _mask_rows(pair, found, WHOLE)
            for month in _months_of(found) if months else ():
                rows += _mask_rows(pair, _only(found, month), month)
        rows += _grade_rows(pair, project.form, WHOLE)
        for month in _grade_months(pair) if months else ():
            rows += _grade_rows(pair, project.form, month)
        yield ItemDone(f"{pair.first.title}, {pair.second.title}", number + 1, len(pairs))
    rows += _all_rows(readers, project)
    if not rows:
        raise ProjectError("No case has been read by two readers yet, so there is nothing to compare.")
    yield ReadersAgreement(project.name, tuple(rows), tuple(evaluations))


def _compare(
    pair: _Pair, project: ProjectReader, settings: EvaluationSettings
) -> Generator[AgreementEvent, None, Evaluation | None]:
    """Compare the masks of two readers; None if they have drawn none of the same cases."""
    if not (pair.first.has_masks and pair.second.has_masks):
        return None
    first, second = pair.first.masks(), pair.second.masks()
    found = None
    try:
        for event in evaluate(Sides(first, second, project.labels, all_expected=False), settings):
            if isinstance(event, Evaluation):
                found = event
            elif (isinstance(event, ItemDone) and event.problem) or isinstance(event, StopPoint):
                yield event
    except MaskError:  # no case in common
        return None
    return found


def _months_of(evaluation: Evaluation) -> list[str]:
    return _several({_month(case.first.case, case.second.case) for case in evaluation.cases})


def _several(months: set[str]) -> list[str]:
    """Return the months in order; none if there is only one, which is all cases."""
    known = sorted(month for month in months if month)
    return known if len(known) > 1 else []


def _only(evaluation: Evaluation, month: str) -> Evaluation:
    kept = tuple(case for case in evaluation.cases if _month(case.first.case, case.second.case) == month)
    return replace(evaluation, cases=kept)


def _month(first: Case | None, second: Case | None) -> str:
    """Return the month in which the later of two readings was changed last, as 2026-11; empty if nobody knows."""
    return max("" if case is None else case.changed_at[:7] for case in (first, second))


def _mask_rows(pair: _Pair, evaluation: Evaluation, period: str) -> Iterator[AgreementRow]:
    def row(measure: str, count: int, value: float, interval: Interval | None) -> AgreementRow:
        low, high = interval or (None, None)
        return AgreementRow(pair.first.title, pair.second.title, pair.kind, period, measure, count, value, low, high)

    for label in evaluation.labels:
        if (mean := evaluation.estimates.get(f"dice/{label.name}")) is not None:
            yield row(f"Dice, {label.name}", mean.count, mean.mean, mean.interval)
    if (limits := evaluation.limits) is not None:
        yield row("vCDR, mean difference", limits.count, limits.bias, limits.bias_interval)
        yield row("vCDR, limits of agreement", limits.count, limits.bias, (limits.low, limits.high))
    if (icc := evaluation.reliability) is not None:
        yield row("vCDR, ICC(2,1)", icc.count, icc.value, icc.interval)


def _grade_months(pair: _Pair) -> list[str]:
    theirs = pair.second.cases()
    shared = [(case, theirs[name]) for name, case in pair.first.cases().items() if name in theirs]
    return _several({_month(one, other) for one, other in shared})


def _grade_rows(pair: _Pair, form: Form, period: str) -> Iterator[AgreementRow]:
    """Compare what two readers graded in the same cases, item by item."""
    mine, theirs = pair.first.cases(), pair.second.cases()
    names = [name for name in mine if name in theirs and period in {WHOLE, _month(mine[name], theirs[name])}]
    for item in form.items:
        given = [(form.grade(item, mine[name].grades), form.grade(item, theirs[name].grades)) for name in names]
        both = [(one, other) for one, other in given if one is not None and other is not None]
        for measure, count, value, interval in _agree(item, both):
            low, high = interval or (None, None)
            yield AgreementRow(pair.first.title, pair.second.title, pair.kind, period, measure, count, value, low, high)


def _agree(item: Item, both: Sequence[tuple[Grade, Grade]]) -> Iterator[tuple[str, int, float, Interval | None]]:
    if not both:
        return
    first, second = [one for one, _ in both], [other for _, other in both]
    if item.kind is ItemKind.CHOICE:
        same = sum(one == other for one, other in both) / len(both)
        yield f"{item.key}, same grade", len(both), same, None
        for weights in Weights if len(item.choices) > 2 else (Weights.NONE,):
            if (kappa := weighted_kappa(first, second, item.choices, weights)) is not None:
                yield f"{item.key}, kappa ({weights.value})", kappa.count, kappa.value, kappa.interval
    elif item.kind is ItemKind.NUMBER:
        numbers = [(float(one), float(other)) for one, other in both]
        limits = limits_of_agreement([one for one, _ in numbers], [other for _, other in numbers])
        if limits is not None:
            yield f"{item.key}, mean difference", limits.count, limits.bias, limits.bias_interval
            yield (
                f"{item.key}, limits of agreement",
                limits.count,
                limits.bias,
                (limits.low, limits.high),
            )
        if (icc := intraclass_correlation(numbers)) is not None:
            yield f"{item.key}, ICC(2,1)", icc.count, icc.value, icc.interval


def _all_rows(readers: Sequence[_Reader], project: ProjectReader) -> Iterator[AgreementRow]:
    """ICC of the vCDR of all readers at once, over the cases that all have measured; each reader's first turn."""
    first: dict[str, _Reader] = {}
    for one in readers:
        first.setdefault(fold(one.name), one)
    if len(first) < 3 or cup_and_disc(project.labels) is None:
        return
    cases = [one.cases() for one in first.values()]
    table = []
    for name in cases[0]:
        ratios = [_ratio(of.get(name)) for of in cases]
        if all(ratio is not None for ratio in ratios):
            table.append([ratio for ratio in ratios if ratio is not None])
    if table and (icc := intraclass_correlation(table)) is not None:
        titles = ", ".join(one.title for one in first.values())
        yield AgreementRow(titles, "", ALL, WHOLE, "vCDR, ICC(2,1)", icc.count, icc.value, *icc.interval)


def _ratio(case: Case | None) -> float | None:
    return None if case is None or case.state in UNCORRECTED or case.incomplete else case.vcdr


_COLUMNS = (
    Column("first", Kind.TEXT, "", "reader; differences are first minus second"),
    Column("second", Kind.TEXT, "", "the other reader, or the same one at another time"),
    Column("kind", Kind.TEXT, "", f"{PAIR}, {ONESELF}, {PROJECT} or {ALL}"),
    Column("period", Kind.TEXT, "", f"{WHOLE}, or the month in which the later of the two readings was changed last"),
    Column("measure", Kind.TEXT, "", "what is measured"),
    Column("cases", Kind.WHOLE, "", "number of cases"),
    Column("value", Kind.NUMBER, "", "its value"),
    Column("low", Kind.NUMBER, "", "lower end of the 95 % confidence interval, or lower limit of agreement"),
    Column("high", Kind.NUMBER, "", "upper end of the 95 % confidence interval, or upper limit of agreement"),
)


def write_agreement(found: ReadersAgreement, path: Path, dialect: CsvDialect) -> Iterator[FileWritten]:
    """Write the table; the suffix of the path decides its kind.

    Raises:
        UserError: an unknown kind, or a library is missing. WriteError: it cannot be written.
    """
    check_table(path)
    rows = [{column.name: _round(getattr(row, column.name)) for column in _COLUMNS} for row in found.rows]
    for written in write_table_files(path.with_suffix(""), [path.suffix[1:]], _COLUMNS, lambda: rows, dialect):
        yield FileWritten("table", written)


def _round(value: object) -> object:
    return round(value, 5) if isinstance(value, float) else value
