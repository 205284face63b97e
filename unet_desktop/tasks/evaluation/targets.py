"""Targets: the files that an evaluation writes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from unet_desktop.errors import WriteError
from unet_desktop.reports.render import require_libraries
from unet_desktop.tasks.evaluation.report import write_report
from unet_desktop.tasks.evaluation.result import Evaluation
from unet_desktop.tasks.evaluation.tables import check_table, write_summary, write_table
from unet_desktop.tasks.events import FileWritten
from unet_desktop.tasks.folders.csv_dialect import parse_dialect
from unet_desktop.tasks.own_files import refuse_foreign


@dataclass(frozen=True, slots=True)
class Targets:
    """Paths of the files to write; None to write none.

    Attributes:
        table: a row per picture. summary: means, intervals, limits and ICC as JSON.
        html, pdf: the report.
        csv_dialect: of a table that is CSV, see `parse_dialect`.
        replace: overwrite files whoever wrote them.
    """

    table: Path | None = None
    summary: Path | None = None
    html: Path | None = None
    pdf: Path | None = None
    csv_dialect: str = "plain"
    replace: bool = False

    def check(self) -> None:
        """Check that everything can be written, before comparing.

        Raises:
            UserError: an unknown kind of table or dialect, or a library is missing. WriteError: a folder is missing, or
                a file would be replaced that no comparison wrote.
        """
        paths = [path for path in (self.table, self.summary, self.html, self.pdf) if path is not None]
        for path in paths:
            if not path.absolute().parent.is_dir():
                raise WriteError(f"{path} cannot be written: the folder {path.parent} does not exist. Make it first.")
        parse_dialect(self.csv_dialect)
        if self.table is not None:
            check_table(self.table)
        for kind, _ in self._reports():
            require_libraries(kind)
        if not self.replace:
            refuse_foreign(paths)

    def write(self, evaluation: Evaluation) -> Iterator[FileWritten]:
        """Write the files.

        Raises:
            WriteError: a file cannot be written; earlier ones have been.
        """
        made = datetime.now().astimezone()
        if self.table is not None:
            yield from write_table(evaluation, self.table, parse_dialect(self.csv_dialect))
        if self.summary is not None:
            yield from write_summary(evaluation, self.summary)
        for kind, path in self._reports():
            yield from write_report(evaluation, path, kind, made)

    def _reports(self) -> Iterator[tuple[str, Path]]:
        yield from ((kind, path) for kind, path in (("html", self.html), ("pdf", self.pdf)) if path is not None)
