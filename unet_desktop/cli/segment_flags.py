"""The flags of `unet-desktop segment`, grouped as its help shows them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

_INPUT, _MODEL, _OUTPUT, _RUN = "Pictures", "Model", "Output", "Run"

Sources = Annotated[
    list[Path] | None,
    typer.Argument(
        help="Folders of pictures and single pictures. Each page of a TIFF or frame of a DICOM file counts as one.",
        show_default=False,
    ),
]
ListFile = Annotated[
    Path | None,
    typer.Option(
        "--list",
        metavar="FILE",
        help="Text file with one picture per line; - reads from standard input.",
        rich_help_panel=_INPUT,
        show_default=False,
    ),
]
Recursive = Annotated[bool, typer.Option("--recursive", "-r", help="Search subfolders.", rich_help_panel=_INPUT)]
Include = Annotated[
    list[str] | None,
    typer.Option(
        metavar="PATTERN",
        help="Only files matching this pattern, such as '*_OD.jpg'; may be repeated.",
        rich_help_panel=_INPUT,
        show_default=False,
    ),
]
Exclude = Annotated[
    list[str] | None,
    typer.Option(
        metavar="PATTERN",
        help="Skip files matching this pattern, such as 'thumbnails/*'; may be repeated.",
        rich_help_panel=_INPUT,
        show_default=False,
    ),
]
Watch = Annotated[
    bool,
    typer.Option(
        "--watch",
        help="Keep running and segment pictures as they arrive, until Ctrl+C.",
        rich_help_panel=_INPUT,
    ),
]

Model = Annotated[
    Path,
    typer.Option(
        help="Model file, or a project's folder for its newest model.",
        rich_help_panel=_MODEL,
        show_default=False,
    ),
]
DeviceName = Annotated[str, typer.Option("--device", help="auto, cpu, cuda or mps.", rich_help_panel=_MODEL)]

Out = Annotated[
    Path,
    typer.Option(
        help="Folder to write to; a stopped run resumes there.",
        rich_help_panel=_OUTPUT,
        show_default=False,
    ),
]
Masks = Annotated[
    bool,
    typer.Option(
        help="Write one indexed PNG per picture; pixel values are the labels' values.", rich_help_panel=_OUTPUT
    ),
]
Regions = Annotated[
    bool, typer.Option("--regions", help="Write one black and white PNG per region.", rich_help_panel=_OUTPUT)
]
ProbabilityBits = Annotated[
    str,
    typer.Option(
        "--probabilities",
        metavar="BITS",
        help="Write a grey PNG of probabilities per region: none, 8 or 16 bits.",
        rich_help_panel=_OUTPUT,
    ),
]
Overlays = Annotated[
    bool, typer.Option("--overlays", help="Write pictures with outlines drawn in, as JPEG.", rich_help_panel=_OUTPUT)
]
Contours = Annotated[
    str,
    typer.Option(
        metavar="KINDS",
        help="Write outlines as JSON: geojson, coco, labelme, or several separated by commas.",
        rich_help_panel=_OUTPUT,
        show_default=False,
    ),
]
DicomSeg = Annotated[
    bool,
    typer.Option(
        "--dicom-seg",
        help="Write a DICOM segmentation for each DICOM photograph.",
        rich_help_panel=_OUTPUT,
    ),
]
Tables = Annotated[
    str,
    typer.Option(
        "--table",
        metavar="KINDS",
        help="Write all measurements, a row per picture: csv, parquet, xlsx, or several separated by commas; or none.",
        rich_help_panel=_OUTPUT,
    ),
]
Reports = Annotated[
    str,
    typer.Option(
        "--report",
        metavar="KINDS",
        help="Write a report with summary and outlines: html, pdf, or html,pdf.",
        rich_help_panel=_OUTPUT,
        show_default=False,
    ),
]
IdentifierUse = Annotated[
    str,
    typer.Option(
        "--identifiers",
        metavar="HOW",
        help="Patient, study and laterality of DICOM files in the tables: omit, hash or keep.",
        rich_help_panel=_OUTPUT,
    ),
]
CsvDialectName = Annotated[
    str,
    typer.Option(
        "--csv-dialect",
        metavar="NAME",
        help="How CSV files are written: plain (commas, for programs), excel, excel-eu (semicolons, decimal commas), "
        "or your own, such as tab+comma+bom; see docs/outputs.md.",
        rich_help_panel=_OUTPUT,
    ),
]

StereoUse = Annotated[
    str,
    typer.Option(
        "--stereo",
        metavar="HOW",
        help="What to segment of a picture that shows two photographs, such as a stereo pair: the clearer half, both "
        "halves (a row and a mask each), or the whole as one picture. Each row says it.",
        rich_help_panel=_INPUT,
    ),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Only list which pictures would be segmented.", rich_help_panel=_RUN)
]
Limit = Annotated[
    int | None,
    typer.Option(
        min=1,
        metavar="NUMBER",
        help="Segment at most this many pictures; leave the others for a later run.",
        rich_help_panel=_RUN,
        show_default=False,
    ),
]
RetryFailed = Annotated[
    bool, typer.Option("--retry-failed", help="Try pictures again that failed in an earlier run.", rich_help_panel=_RUN)
]
Anew = Annotated[bool, typer.Option("--anew", help="Segment finished pictures again.", rich_help_panel=_RUN)]
Replace = Annotated[
    bool,
    typer.Option(
        "--replace",
        help="Overwrite files in the output folder that were not written by a run, belong to other pictures, or were "
        "changed since.",
        rich_help_panel=_RUN,
    ),
]
Workers = Annotated[
    int,
    typer.Option(
        min=0,
        metavar="NUMBER",
        help="Number of threads; 0 chooses automatically.",
        rich_help_panel=_RUN,
    ),
]
Cluster = Annotated[
    str,
    typer.Option(
        metavar="WHERE",
        help="Run on a Dask cluster: local or local:4 (processes here), slurm, or a "
        "scheduler's address such as tcp://host:8786.",
        rich_help_panel=_RUN,
        show_default=False,
    ),
]
ClusterOptions = Annotated[
    list[str] | None,
    typer.Option(
        "--cluster-option",
        metavar="KEY=VALUE",
        help="Settings of SLURM jobs, such as queue=long, cores=8, memory=32GB, walltime=08:00:00, jobs=20; may be "
        "repeated.",
        rich_help_panel=_RUN,
        show_default=False,
    ),
]
ShowJobScript = Annotated[
    bool,
    typer.Option("--show-job-script", help="Only print the script that SLURM would be given.", rich_help_panel=_RUN),
]
