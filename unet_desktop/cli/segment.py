"""unet-desktop segment: pictures to masks, tables and reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import typer

from unet_desktop.cli import segment_flags as flags
from unet_desktop.cli.console import SOME_FAILED, output
from unet_desktop.cli.progress import follow
from unet_desktop.cli.stopping import stopping_gently
from unet_desktop.errors import CheckpointError, UserError
from unet_desktop.tasks.events import FolderEvent, ItemDone, Planned, RunDone
from unet_desktop.tasks.folders.outputs import Identifiers, Outputs, Probabilities
from unet_desktop.tasks.folders.request import Request

EPILOG = (
    "A run that was stopped goes on when the same command is given again: pictures are known by their content. "
    "Exit code: 0 all is segmented, 1 some failed (errors.csv says why) or the run was stopped, 2 it could not begin "
    "or go on."
)


def run(
    sources: flags.Sources = None,
    list_file: flags.ListFile = None,
    recursive: flags.Recursive = False,
    include: flags.Include = None,
    exclude: flags.Exclude = None,
    watch: flags.Watch = False,
    *,
    model: flags.Model,
    device: flags.DeviceName = "auto",
    out: flags.Out,
    masks: flags.Masks = True,
    overlays: flags.Overlays = False,
    regions: flags.Regions = False,
    probabilities: flags.ProbabilityBits = "none",
    contours: flags.Contours = "",
    dicom_seg: flags.DicomSeg = False,
    table: flags.Tables = "csv",
    report: flags.Reports = "",
    identifiers: flags.IdentifierUse = "omit",
    dry_run: flags.DryRun = False,
    limit: flags.Limit = None,
    retry_failed: flags.RetryFailed = False,
    anew: flags.Anew = False,
    workers: flags.Workers = 0,
    cluster: flags.Cluster = "",
    cluster_option: flags.ClusterOptions = None,
    show_job_script: flags.ShowJobScript = False,
) -> None:
    """Segment folders of pictures: masks, measurements, pictures with outlines, reports."""
    if not sources and list_file is None:
        raise UserError("Name a folder of pictures, or single pictures, or --list FILE.")
    options = tuple(cluster_option or ())
    _refuse_or_show(cluster, options, show=show_job_script)
    outputs = Outputs(
        masks, regions, cast("Probabilities", probabilities), overlays, frozenset(_kinds(contours)), dicom_seg,
        _kinds(table), _kinds(report), cast("Identifiers", identifiers),
    )  # fmt: skip
    request = Request(
        sources=tuple(sources or ()), list_file=list_file, recursive=recursive, include=tuple(include or ()),
        exclude=tuple(exclude or ()), watch=watch, model=model_file(model), device=device, output=out, outputs=outputs,
        dry_run=dry_run, limit=limit, retry_failed=retry_failed, anew=anew, workers=workers, cluster=cluster,
        cluster_options=options,
    )  # fmt: skip
    raise typer.Exit(_done(request))


def _refuse_or_show(cluster: str, options: tuple[str, ...], *, show: bool) -> None:
    """Refuse a cluster that is none before pictures are looked for; print its job script if that is all."""
    if not (cluster or options or show):
        return
    from unet_desktop.tasks.folders.cluster import job_script, parse_cluster

    if show and not cluster:
        raise UserError("--show-job-script shows what SLURM would be given; it goes with --cluster slurm.")
    place = parse_cluster(cluster, options)
    if show:
        output.print(job_script(place), markup=False)
        raise typer.Exit


def _done(request: Request) -> int:
    """Run it, say what came of it, and give the exit code."""
    from unet_desktop.tasks.folders.run import segment_folder

    counts = Counter[str]()
    events = _printed(stopping_gently(segment_folder(request), endless=request.watch), counts)
    followed = follow(events, "Segmenting")
    ended = next((event for event in followed.rest if isinstance(event, RunDone)), None)
    if not request.dry_run:
        output.print(_summary(counts, ended, request.output), markup=False)
    return SOME_FAILED if ended is not None and ended.failed_before else followed.code


def _printed(events: Iterator[FolderEvent], counts: Counter[str]) -> Iterator[FolderEvent]:
    """Print what a dry run says of each picture, count those of a run, and pass on the rest."""
    for event in events:
        match event:
            case Planned():
                output.print(f"{'segment' if event.to_do else 'leave  '}  {event.name}", markup=False)
                continue
            case ItemDone():
                counts["failed" if event.problem else "segmented"] += 1
        yield event


def _summary(counts: Counter[str], ended: RunDone | None, out: Path) -> str:
    """What came of a run; of one that was stopped nobody knows how many pictures it would have skipped."""
    done = counts["segmented"]
    said = f"{done:,} {'picture' if done == 1 else 'pictures'} segmented, {counts['failed']:,} failed"
    return f"{said}{'' if ended is None else f', {ended.skipped:,} skipped'}; results in {out}"


def _kinds(text: str) -> tuple[str, ...]:
    kinds = dict.fromkeys(kind.strip().lower() for kind in text.split(",") if kind.strip())
    return () if list(kinds) == ["none"] else tuple(kinds)


def model_file(path: Path) -> Path:
    """The model file itself, or the newest model of the project in that folder.

    Raises:
        CheckpointError: the project has no model. ProjectError: the folder is no project.
    """
    if not path.is_dir():
        return path
    from unet_desktop.project.models import list_models
    from unet_desktop.project.project import Project

    models = list_models(Project.open(path).layout)
    if not models:
        raise CheckpointError(f"The project {path} has no model yet. Train one first: unet-desktop train {path}")
    return models[0].path
