"""unet-desktop segment: turn pictures into masks, tables and reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import typer

from unet_desktop.cli import segment_flags as flags
from unet_desktop.cli.console import SOME_FAILED, output
from unet_desktop.cli.progress import follow
from unet_desktop.cli.stopping import until_stopped
from unet_desktop.errors import CheckpointError, UserError
from unet_desktop.plurals import quantity
from unet_desktop.tasks.events import FolderEvent, ItemDone, Planned, RunDone
from unet_desktop.tasks.folders.outputs import Identifiers, Outputs, ProbabilityDepth, Stereo
from unet_desktop.tasks.folders.request import Request

EPILOG = (
    "Repeat the same command to resume a stopped run: pictures are recognised by their content. "
    "Exit code: 0 all pictures are segmented, 1 some failed (errors.csv says why) or the run was stopped, 2 it could "
    "not start or continue."
)


def run(
    sources: flags.Sources = None,
    list_file: flags.ListFile = None,
    recursive: flags.Recursive = False,
    include: flags.Include = None,
    exclude: flags.Exclude = None,
    watch: flags.Watch = False,
    stereo: flags.StereoUse = "clearer",
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
    csv_dialect: flags.CsvDialectName = "plain",
    dry_run: flags.DryRun = False,
    limit: flags.Limit = None,
    retry_failed: flags.RetryFailed = False,
    anew: flags.Anew = False,
    replace: flags.Replace = False,
    workers: flags.Workers = 0,
    cluster: flags.Cluster = "",
    cluster_option: flags.ClusterOptions = None,
    show_job_script: flags.ShowJobScript = False,
) -> None:
    """Segment folders of pictures: masks, measurements, pictures with outlines, reports."""
    options = tuple(cluster_option or ())
    if not sources and list_file is None:
        raise UserError("Give a folder of pictures, single pictures, or --list FILE.")
    _check_cluster(cluster, options, workers=workers, show_script=show_job_script)
    switches = {"masks": masks, "regions": regions, "overlays": overlays, "dicom_seg": dicom_seg}
    outputs = parse_outputs(probabilities, contours, table, report, identifiers, csv_dialect, stereo, **switches)
    request = Request(
        sources=tuple(sources or ()),
        list_file=list_file,
        recursive=recursive,
        include=tuple(include or ()),
        exclude=tuple(exclude or ()),
        watch=watch,
        model=find_model(model),
        device=device,
        output=out,
        outputs=outputs,
        dry_run=dry_run,
        limit=limit,
        retry_failed=retry_failed,
        anew=anew,
        replace=replace,
        workers=workers,
        cluster=cluster,
        cluster_options=options,
    )
    raise typer.Exit(_run_request(request))


def _check_cluster(cluster: str, options: tuple[str, ...], *, workers: int, show_script: bool) -> None:
    """Refuse an unknown cluster before looking for pictures; print its job script and exit if asked to."""
    if cluster and workers:
        raise UserError(
            "--workers sets the number of threads on this computer and has no effect on a cluster. Use "
            "--cluster local:4 for four processes here, or --cluster-option jobs=20 for SLURM."
        )
    if not (cluster or options or show_script):
        return
    from unet_desktop.tasks.folders.cluster import job_script, parse_cluster

    if options and cluster != "slurm":
        raise UserError("--cluster-option describes SLURM jobs; use it with --cluster slurm.")
    if show_script and cluster != "slurm":
        raise UserError("--show-job-script shows what SLURM would be given; use it with --cluster slurm.")
    spec = parse_cluster(cluster, options)
    if show_script:
        output.print(job_script(spec), markup=False)
        raise typer.Exit


def parse_outputs(
    probabilities: str,
    contours: str,
    table: str,
    report: str,
    identifiers: str,
    csv_dialect: str,
    stereo: str,
    *,
    masks: bool,
    regions: bool,
    overlays: bool,
    dicom_seg: bool,
) -> Outputs:
    """Make the outputs from their flags; `Outputs` refuses what it does not know."""
    return Outputs(
        masks=masks,
        regions=regions,
        probabilities=cast("ProbabilityDepth", probabilities),
        overlays=overlays,
        contours=frozenset(split_kinds(contours)),
        dicom_seg=dicom_seg,
        tables=split_kinds(table),
        reports=split_kinds(report),
        identifiers=cast("Identifiers", identifiers),
        csv_dialect=csv_dialect,
        stereo=cast("Stereo", stereo),
    )


def _run_request(request: Request) -> int:
    """Segment the pictures, print a summary, and return the exit code."""
    from unet_desktop.tasks.folders.run import segment_folder

    counts = Counter[str]()
    events = _print_plan(until_stopped(segment_folder(request), endless=request.watch), counts)
    followed = follow(events, "Segmenting")
    ended = next((event for event in followed.rest if isinstance(event, RunDone)), None)
    if not request.dry_run:
        output.print(_summary(counts, ended, request.output), markup=False)
    return SOME_FAILED if ended is not None and ended.failed_before else followed.code


def _print_plan(events: Iterator[FolderEvent], counts: Counter[str]) -> Iterator[FolderEvent]:
    """Print the plan of a dry run, count the pictures of a real one, and pass on everything but the plan."""
    for event in events:
        match event:
            case Planned():
                output.print(f"{'segment' if event.to_do else 'leave  '}  {event.name}", markup=False)
                continue
            case ItemDone():
                counts["failed" if event.problem else "segmented"] += 1
        yield event


def _summary(counts: Counter[str], ended: RunDone | None, out: Path) -> str:
    """The counts of a run; how many pictures a stopped run would have skipped is not known."""
    done = counts["segmented"]
    text = f"{quantity(done, 'picture')} segmented, {counts['failed']:,} failed"
    return f"{text}{'' if ended is None else f', {ended.skipped:,} skipped'}; results in {out}"


def split_kinds(text: str) -> tuple[str, ...]:
    """Return kinds that are separated by commas, each once; none for "none"."""
    kinds = dict.fromkeys(kind.strip().lower() for kind in text.split(",") if kind.strip())
    return () if list(kinds) == ["none"] else tuple(kinds)


def find_model(path: Path) -> Path:
    """Return the model file itself, or the newest model if the path is a project's folder.

    Raises:
        CheckpointError: the project has no model. ProjectError: the folder is not a project.
    """
    if not path.is_dir():
        return path
    from unet_desktop.project.models import list_models
    from unet_desktop.project.project import Project

    models = list_models(Project.open(path).layout)
    if not models:
        raise CheckpointError(f"The project {path} has no model yet. Train one first: unet-desktop train {path}")
    return models[0].path
