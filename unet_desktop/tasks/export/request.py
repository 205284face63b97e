"""ExportRequest: which cases of a project are exported, as what, and where to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from unet_desktop.errors import ProjectError, UserError
from unet_desktop.project.case import UNCORRECTED, Case
from unet_desktop.project.case_query import CaseFilter, CaseQuery, matching_ids
from unet_desktop.project.layout import Layout
from unet_desktop.project.manifest import read_manifest
from unet_desktop.project.reader import ProjectReader
from unet_desktop.tasks.folders.outputs import FOLDERS, Outputs

TRAINING_SETS = ("nnunet", "folder", "rootpainter")
"""Layouts of training sets for other programs."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which cases: those with these ids, or else those that match.

    Attributes:
        ids: of the cases; empty to choose by the others.
        filters: a case must match one of them; without any, all cases match.
        words: as in the case list's search.
    """

    ids: tuple[str, ...] = ()
    filters: tuple[CaseFilter, ...] = ()
    words: str = ""

    def choose(self, project: ProjectReader) -> Chosen:
        """Return the chosen cases in the project's order.

        Raises:
            ProjectError: there is no case with one of the ids, or no case matches.
        """
        cases = project.cases()
        if self.ids:
            wanted = {project.case(case_id).id for case_id in self._listed_ids(project)}
        else:
            queries = [CaseQuery(self.words, kind) for kind in self.filters or (CaseFilter.ALL,)]
            wanted = {case_id for query in queries for case_id in matching_ids(cases, query)}
        chosen = [case for case in cases if case.id in wanted]
        if not chosen:
            raise ProjectError("No case of the project matches, so there is nothing to export.")
        drawn = tuple(case for case in chosen if case.damage or case.state not in UNCORRECTED)
        undrawn = tuple(case for case in chosen if not case.damage and case.state in UNCORRECTED)
        return Chosen(drawn, undrawn)

    def _listed_ids(self, project: ProjectReader) -> Iterator[str]:
        """Yield the ids; several may be given as one text, separated by commas."""
        known = {case.id for case in project.cases()}
        for given in self.ids:
            yield from [given] if given in known else filter(None, (part.strip() for part in given.split(",")))


@dataclass(frozen=True, slots=True)
class Chosen:
    """The chosen cases.

    Attributes:
        cases: with a human mask, or with a damaged record, which is reported in its turn.
        without_mask: those that nobody has corrected.
    """

    cases: tuple[Case, ...]
    without_mask: tuple[Case, ...]


def suggest_place(root: Path, name: str) -> Path:
    """Return a path of this name beside a project, outside of all projects that it is in, such as a reader's.

    Args:
        root: the project's folder.
        name: what follows the name of the folder, such as "-export".
    """
    outermost = next((folder for folder in reversed(root.parents) if _is_project(folder)), root)
    return outermost.with_name(f"{root.name}{name}")


def _is_project(folder: Path) -> bool:
    """Whether a folder is a project, not only one with a project.json of another program."""
    try:
        read_manifest(Layout(folder).manifest)
    except ProjectError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class KeyFile:
    """That names are replaced by pseudonyms, and where the table is that says which is whose.

    Attributes:
        path: of the table, outside the export.
        hashed: pseudonyms are hashes with the user's secret key, not numbers.
    """

    path: Path
    hashed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRequest:
    """Everything that defines an export.

    Attributes:
        root: the project's folder.
        output: the folder to write to; created if missing.
        selection: which cases.
        outputs: what to write of each mask and of all together.
        pictures: write the pictures too, encoded again, so that nothing but their pixels goes out.
        training_sets: layouts for other programs, from `TRAINING_SETS`.
        key_file: replace names by pseudonyms; None to keep them.
        replace: overwrite files that no export wrote there, or that were changed since.
    """

    root: Path
    output: Path
    selection: Selection = field(default_factory=Selection)
    outputs: Outputs = field(default_factory=Outputs)
    pictures: bool = False
    training_sets: tuple[str, ...] = ()
    key_file: KeyFile | None = None
    replace: bool = False

    def check(self) -> None:
        """Refuse what cannot be exported, before anything is read or written.

        Raises:
            UserError: with what to do instead.
        """
        for sentence in self._problems():
            raise UserError(sentence)

    def _problems(self) -> Iterator[str]:
        output, root = self.output.resolve(), self.root.resolve()
        if output.is_relative_to(root) or any(map(_is_project, (output, *output.parents))):
            yield f"{self.output} is in a project. Choose a folder outside of it for the export."
        if any(root.is_relative_to(output / name) for name in FOLDERS):
            yield f"The project lies in a folder that the export writes to, {self.output}. Choose another folder."
        unknown = sorted(set(self.training_sets) - set(TRAINING_SETS))
        if unknown:
            yield f'"{unknown[0]}" is no layout of a training set. Choose from: {", ".join(TRAINING_SETS)}.'
        if self.outputs.probabilities != "none":
            yield "A mask that a person drew has no probabilities. Export it without them."
        if self.outputs.identifiers == "hash":
            yield "In an export, identifiers are kept or omitted, or pseudonyms replace all names."
        if self.key_file is None:
            return
        if self.key_file.path.resolve().is_relative_to(output):
            yield (
                f"The key file {self.key_file.path} would be in the export, which it must stay apart from. "
                "Choose another place for it."
            )
        if self.outputs.dicom_seg:
            yield (
                "DICOM segmentations refer to the photograph by its identifiers, so they cannot be exported with "
                "pseudonyms. Leave one of the two out."
            )
