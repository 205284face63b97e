"""Training sets for other programs: nnU-Net, a plain folder, RootPainter, with the project's split."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from unet_desktop import files
from unet_desktop.engine.data.unknown_labels import find_unknown
from unet_desktop.formats import nnunet, rootpainter, training_folder
from unet_desktop.labels import LabelSet
from unet_desktop.masks.regions import Mask, is_annotated, region
from unet_desktop.project.case import Case
from unet_desktop.project.layout import Layout
from unet_desktop.project.split import Part, assign_parts, inherit_parts, read_split
from unet_desktop.tasks.folders.ledger import Entry, Ledger, content_sha256
from unet_desktop.tasks.folders.outputs import EXPORT_FOLDERS
from unet_desktop.tasks.folders.region_files import label_folders

_NNUNET_ID = 501
"""Number of the dataset; low ones are those of public sets."""
_PART_FOLDERS: Mapping[Part, str] = {"train": "train", "validation": "val"}


@dataclass(frozen=True, slots=True)
class TrainingSets:
    """Which layouts are written, under which name, and which case is in which part.

    Attributes:
        kinds: from `TRAINING_SETS`.
        name: of the sets: letters, digits and underscores.
        labels: of the masks.
        parts: of cases, by their ids. Flagged and incomplete cases have none, and are left out.
    """

    kinds: tuple[str, ...]
    name: str
    labels: LabelSet
    parts: Mapping[str, Part]

    @classmethod
    def of(
        cls, kinds: tuple[str, ...], name: str, labels: LabelSet, layout: Layout, cases: Iterable[Case]
    ) -> TrainingSets:
        """Divide cases as the project's split does; patients that it does not know yet are divided as training would.

        Raises:
            ProjectError: the split cannot be read.
        """
        usable = [case for case in cases if not (case.damage or case.flagged or case.incomplete)] if kinds else []
        members: dict[str, list[str]] = {}
        for case in usable:
            members.setdefault(case.group, []).append(case.own_group)
        parts = assign_parts(inherit_parts(read_split(layout.split), members), members) if kinds else {}
        plain = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_") or "project"
        return cls(kinds, plain, labels, {case.id: parts[case.group] for case in usable})

    @property
    def _dataset(self) -> str:
        return f"Dataset{_NNUNET_ID}_{self.name}"

    def files(self, case: Case, name: str, png: bytes, mask: Mask) -> Iterator[tuple[str, bytes]]:
        """Yield (path below the output folder, content) of the files of a case.

        A mask that says nothing of a label would teach that there is none. So it is in no set of all labels, and not in
        RootPainter's project of that label.

        Args:
            case: in the project.
            name: of its files.
            png: its picture.
            mask: (H, W) uint8.
        """
        part = self.parts.get(case.id)
        if part is None:
            return
        folder = _PART_FOLDERS[part]
        unknown = find_unknown(mask, self.labels, case.not_annotated)
        if "nnunet" in self.kinds and not unknown:
            raw = f"nnunet/nnUNet_raw/{self._dataset}"
            yield f"{raw}/imagesTr/{name}_0000.png", png
            yield f"{raw}/labelsTr/{name}.png", nnunet.encode_labels(mask, self.labels)
        if "folder" in self.kinds and not unknown:
            yield f"training_set/{folder}/images/{name}.png", png
            yield f"training_set/{folder}/masks/{name}.png", training_folder.encode_classes(mask, self.labels)
        if "rootpainter" in self.kinds:
            yield f"rootpainter/datasets/{self.name}/{name}.png", png
            for name_of_label, project in self._projects():
                label = self.labels.by_name(name_of_label)
                if label.value in unknown:
                    continue
                where = f"rootpainter/projects/{project}/annotations/{folder}/{name}.png"
                yield where, rootpainter.encode_annotation(region(mask, self.labels, label), is_annotated(mask))

    @property
    def summaries(self) -> tuple[str, ...]:
        """The files about all cases, as paths below the output folder."""
        found: list[str] = []
        if "nnunet" in self.kinds:
            found += [f"nnunet/nnUNet_raw/{self._dataset}/dataset.json"]
            found += [f"nnunet/nnUNet_preprocessed/{self._dataset}/splits_final.json"]
        if "folder" in self.kinds:
            found += ["training_set/classes.json", "training_set/README.md"]
        if "rootpainter" in self.kinds:
            found += [f"rootpainter/projects/{name}/{name}{rootpainter.PROJECT_SUFFIX}" for _, name in self._projects()]
        return tuple(found)

    def has_all_labels(self, paths: Iterable[str]) -> bool:
        """Whether a case whose files these are is in the sets of all labels; see `files`."""
        return {"nnunet", "folder"}.isdisjoint(self.kinds) or any(
            where.startswith(("nnunet/", "training_set/")) for where in paths
        )

    def write_summaries(self, output: Path, entries: Iterable[Entry], case_ids: Mapping[str, str]) -> None:
        """Write the files about all cases.

        Args:
            output: the folder of the export.
            entries: what became of the cases.
            case_ids: ids of the cases by `Entry.image`.

        Raises:
            WriteError: one cannot be written.
        """
        named: dict[Part, list[str]] = {"train": [], "validation": []}
        painted: list[str] = []
        ignores = False
        for entry in entries:
            part = self.parts.get(case_ids[entry.image])
            if part is None or entry.problem:
                continue
            painted.append(entry.name)
            if self.has_all_labels(entry.files):
                named[part].append(entry.name)
                ignores |= bool(entry.row.get("not_annotated_px"))
        everything = sorted(named["train"] + named["validation"])
        contents = {
            "dataset.json": nnunet.dataset_json(self.labels, len(everything), ignores=ignores),
            "splits_final.json": nnunet.splits_json(named["train"], named["validation"]),
            "classes.json": training_folder.classes_json(self.labels),
            "README.md": training_folder.README,
        }
        for where in self.summaries:
            path = output / where
            files.make_folder(path.parent, inside=output)
            if path.suffix == rootpainter.PROJECT_SUFFIX:
                for folder in rootpainter.PROJECT_FOLDERS:
                    files.make_folder(path.parent / folder, inside=output)
                pictures = [f"{name}.png" for name in sorted(painted)]
                files.write_bytes(path, rootpainter.project_file(path.stem, self.name, pictures))
            else:
                files.write_bytes(path, contents[path.name])

    def _projects(self) -> Iterator[tuple[str, str]]:
        """Yield the name of each label and of its project: RootPainter knows one structure a project."""
        for label, folder in label_folders(self.labels).items():
            yield label, f"{self.name}_{folder}"


def delete_left_overs(output: Path, ledger: Ledger, present: Iterable[Entry]) -> None:
    """Delete what earlier exports wrote into training sets and this one did not, if it is still as it was written.

    Other programs take all files that they find there: a case that was left out, or went from one part to the other,
    must not stay.
    """
    wanted = {where for entry in present for where in entry.files}
    for line in ledger.lines():
        for where, digest in line.digests.items():
            is_ours = where.partition("/")[0] in EXPORT_FOLDERS and where not in wanted
            if is_ours and content_sha256(output / where) == digest:
                files.delete_file(output / where)
