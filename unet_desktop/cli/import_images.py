"""unet-desktop import: bring pictures, with or without masks, into a project."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from unet_desktop.cli.console import output
from unet_desktop.cli.progress import follow
from unet_desktop.errors import ImageError, LabelError, UserError
from unet_desktop.json_data import read
from unet_desktop.labels import DISC_AND_CUP, TEMPLATES, LabelSet
from unet_desktop.plurals import quantity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from unet_desktop.project.case import Case
    from unet_desktop.tasks.mask_options import MaskOptions

Axes = Literal["xy", "yx"]
LABELS_HELP = "Labels: disc-and-cup, one, or a JSON file such as another project's project.json."


SOURCE = typer.Argument(help="Folders of pictures, single pictures, or Drishti-GS1's folder.")
MASK_VALUES = typer.Option(
    "--mask-values",
    help="What values or colours of masks mean, where that is not found: 0=background,1=optic disc,255=not annotated "
    "or #800000=optic disc,others=background.",
    show_default=False,
)
MASKS_AS_STORED = typer.Option(
    "--masks-as-stored/--masks-upright",
    help="Masks of turned photographs (EXIF orientation) were drawn on the photograph as stored, or on the upright "
    "one. Default: found by their sizes.",
    show_default=False,
)
MASKS = typer.Option(
    help="Folder of masks named like the pictures; may be SOURCE. Or annotations (COCO, labelme, CVAT, ...): a file or "
    "a folder."
)
LABELS_AS = typer.Option(
    "--labels-as",
    help='What labels of annotations mean, where their names do not tell: "OD=optic disc,vessel=" (nothing behind the '
    "sign leaves a name out).",
    show_default=False,
)
AXES = typer.Option(
    "--axes",
    help="Which comes first in arrays (NIfTI, NRRD, npy) and in text contours: xy or yx (row, column). Default: found "
    "by the pictures' sizes, and by what the format has.",
    show_default=False,
)
LOOSE_NAMES = typer.Option(
    "--loose-names", help="Also use masks whose names only begin with a picture's name: P1_left.png for P1.jpg."
)


def run(
    source: Annotated[list[Path], SOURCE],
    project: Annotated[Path, typer.Argument(help="Folder of the project; created if missing.")],
    drishti: Annotated[
        bool, typer.Option(help="SOURCE is Drishti-GS1 as published; a pixel counts where 3 of 4 experts marked it.")
    ] = False,
    masks: Annotated[Path | None, MASKS] = None,
    refer: Annotated[
        bool, typer.Option("--refer", help="Do not copy the pictures; refer to them where they are.")
    ] = False,
    mask_values: Annotated[str | None, MASK_VALUES] = None,
    labels_as: Annotated[str | None, LABELS_AS] = None,
    axes: Annotated[Axes | None, AXES] = None,
    masks_as_stored: Annotated[bool | None, MASKS_AS_STORED] = None,
    loose_names: Annotated[bool, LOOSE_NAMES] = False,
    recursive: Annotated[bool, typer.Option(help="Look into subfolders.")] = False,
    labels: Annotated[str | None, typer.Option(help=f"{LABELS_HELP} Default for a new project: disc-and-cup.")] = None,
) -> None:
    """Import pictures into a project."""
    from unet_desktop.project.layout import Layout
    from unet_desktop.project.manifest import read_manifest
    from unet_desktop.tasks.holding_project import holding_project
    from unet_desktop.tasks.import_images import import_images
    from unet_desktop.tasks.public_sets.recognise import SetRequest
    from unet_desktop.tasks.public_sets.run import import_set

    wanted, is_new = None if labels is None else parse_labels(labels), not Layout(project).manifest.exists()
    sources = source[0] if len(source) == 1 else source
    if drishti:
        if not isinstance(sources, Path):
            raise ImageError("Drishti-GS1 is one folder, but several were given. Give the folder as published.")
        _refuse_other_labels(wanted, DISC_AND_CUP, "Drishti-GS1")
        request = SetRequest(sources, project, "drishti", copy=not refer)
        followed = follow(holding_project(project, import_set(request)), "Importing")
    else:
        present = (wanted or DISC_AND_CUP) if is_new else read_manifest(Layout(project).manifest).labels
        options = mask_options(present, mask_values, masks_as_stored, loose_names, labels_as, axes)
        _make_project(sources, project, wanted, masks, recursive=recursive)
        events = import_images(project, sources, copy=not refer, masks=masks, recursive=recursive, options=options)
        try:
            followed = follow(holding_project(project, events), "Importing")
        except UserError:
            if is_new:
                remove_if_empty(project)
            raise
    from unet_desktop.project.project import Project

    cases = Project.open(project).cases()
    if is_new and not followed.stopped and remove_if_empty(project):
        raise ImageError("No project was made: none of the pictures could be imported. The messages above say why.")
    for sentence in followed.readings:
        output.print(sentence, markup=False)
    output.print(f"Project: {project} ({count_cases(cases)})", markup=False)
    raise typer.Exit(followed.code)


def count_cases(cases: Sequence[Case]) -> str:
    """Say how many cases there are, and how many have masks."""
    corrected = sum(case.state.value in {"corrected", "approved"} for case in cases)
    incomplete = sum(case.incomplete for case in cases)
    counts = f"{quantity(len(cases), 'case')}, {corrected:,} with {'a mask' if corrected == 1 else 'masks'}"
    return f"{counts}, {incomplete} of them incomplete" if incomplete else counts


def remove_if_empty(root: Path) -> bool:
    """Remove a project that this command made if it is empty; return whether it was removed."""
    from unet_desktop.project.project import Project

    is_empty = not Project.open(root).cases()
    if is_empty:
        shutil.rmtree(root)
    return is_empty


def parse_labels(name: str) -> LabelSet:
    """Read a label set: a template's short name, or a JSON file.

    Raises:
        LabelError: neither a template nor a file with labels.
    """
    templates = {"disc-and-cup": TEMPLATES["Optic disc and cup"], "one": TEMPLATES["One structure"]}
    labels = templates.get(name)
    if labels is not None:
        return labels
    try:
        data = read(Path(name))
    except (OSError, ValueError) as error:  # ValueError also of a name that no file can have
        raise LabelError(
            f'"{name}" is neither a label template ({", ".join(templates)}) nor a JSON file with labels.'
        ) from error
    return LabelSet.from_json(data.get("labels") if isinstance(data, dict) else data)


def mask_options(
    labels: LabelSet,
    values: str | None,
    as_stored: bool | None,
    loose: bool,
    names: str | None = None,
    axes: Axes | None = None,
) -> MaskOptions:
    """What the flags say about masks.

    Raises:
        LabelError: the values name no label.
    """
    from unet_desktop.masks.label_names import parse_label_names
    from unet_desktop.masks.mask_values import parse_mask_values
    from unet_desktop.tasks.mask_options import MaskOptions

    said = () if names is None else parse_label_names(names, labels)
    return MaskOptions(None if values is None else parse_mask_values(values, labels), loose, as_stored, said, axes)


def _refuse_other_labels(wanted: LabelSet | None, labels: LabelSet, owner: str) -> None:
    if wanted is not None and not wanted.same_structures(labels):
        names = ", ".join(label.name for label in labels)
        raise LabelError(
            f"The labels of {owner} ({names}) differ from those given with --labels. Omit --labels, or import into a "
            "new project."
        )


def _make_project(
    source: Path | Sequence[Path], root: Path, wanted: LabelSet | None, masks: Path | None, *, recursive: bool
) -> None:
    """Create the project if it is missing, but not before checking that there are pictures and masks."""
    from unet_desktop.formats.recognise import find_annotation_files
    from unet_desktop.images.listing import Sources
    from unet_desktop.masks.pairs import list_masks
    from unet_desktop.project.layout import Layout
    from unet_desktop.project.manifest import read_manifest
    from unet_desktop.project.project import Project

    manifest = Layout(root).manifest
    if manifest.exists():
        _refuse_other_labels(wanted, read_manifest(manifest).labels, str(root))
    else:
        Sources.of(source).find(recursive=recursive)
        if masks is not None and not find_annotation_files(masks):
            list_masks(masks)
        Project.create(root, wanted or DISC_AND_CUP)
