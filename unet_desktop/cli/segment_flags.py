"""The flags of `unet-desktop segment`, in the groups in which its help shows them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

_INPUT, _MODEL, _OUTPUT, _RUN = "Which pictures", "With which model", "What is written", "How it runs"

Sources = Annotated[
    list[Path] | None,
    typer.Argument(
        help="Folders of pictures, and single pictures. Each page of a TIFF and each frame of a DICOM file is one.",
        show_default=False,
    ),
]
ListFile = Annotated[
    Path | None,
    typer.Option("--list", metavar="FILE", help="Text file with a picture in each line; - reads them from the standard "
                 "input.", rich_help_panel=_INPUT, show_default=False),
]  # fmt: skip
Recursive = Annotated[bool, typer.Option("--recursive", "-r", help="Look into sub-folders.", rich_help_panel=_INPUT)]
Include = Annotated[
    list[str] | None,
    typer.Option(metavar="PATTERN", help="Only files like this, such as '*_OD.jpg'; may be repeated.",
                 rich_help_panel=_INPUT, show_default=False),
]  # fmt: skip
Exclude = Annotated[
    list[str] | None,
    typer.Option(metavar="PATTERN", help="No files like this, such as 'thumbnails/*'; may be repeated.",
                 rich_help_panel=_INPUT, show_default=False),
]  # fmt: skip
Watch = Annotated[
    bool,
    typer.Option("--watch", help="Go on, and segment pictures as they arrive, until Ctrl+C.", rich_help_panel=_INPUT),
]

Model = Annotated[
    Path,
    typer.Option(help="Model file, or a project's folder for its newest model.", rich_help_panel=_MODEL,
                 show_default=False),
]  # fmt: skip
DeviceName = Annotated[str, typer.Option("--device", help="auto, cpu, cuda or mps.", rich_help_panel=_MODEL)]

Out = Annotated[
    Path,
    typer.Option(help="Folder to write to; a run that was stopped goes on there.", rich_help_panel=_OUTPUT,
                 show_default=False),
]  # fmt: skip
Masks = Annotated[bool, typer.Option(help="An indexed PNG a picture: the labels' values.", rich_help_panel=_OUTPUT)]
Regions = Annotated[bool, typer.Option("--regions", help="A black and white PNG a region.", rich_help_panel=_OUTPUT)]
ProbabilityBits = Annotated[
    str,
    typer.Option("--probabilities", metavar="BITS", help="A grey PNG of probabilities a region: none, 8 or 16 bits.",
                 rich_help_panel=_OUTPUT),
]  # fmt: skip
Overlays = Annotated[
    bool, typer.Option("--overlays", help="Pictures with the outlines drawn in, as JPEG.", rich_help_panel=_OUTPUT)
]
Contours = Annotated[
    str,
    typer.Option(metavar="KINDS", help="Outlines as JSON: geojson, coco, labelme, or several with commas.",
                 rich_help_panel=_OUTPUT, show_default=False),
]  # fmt: skip
DicomSeg = Annotated[
    bool,
    typer.Option("--dicom-seg", help="A DICOM segmentation for each DICOM photograph.", rich_help_panel=_OUTPUT),
]
Tables = Annotated[
    str,
    typer.Option("--table", metavar="KINDS", help="All measurements, a row a picture: csv, parquet, xlsx, or several "
                 "with commas; none for no table.", rich_help_panel=_OUTPUT),
]  # fmt: skip
Reports = Annotated[
    str,
    typer.Option("--report", metavar="KINDS", help="Figures and outlines to hand on: html, pdf, or html,pdf.",
                 rich_help_panel=_OUTPUT, show_default=False),
]  # fmt: skip
IdentifierUse = Annotated[
    str,
    typer.Option("--identifiers", metavar="HOW", help="Patient, study and laterality of DICOM files in the tables: "
                 "omit, hash or keep.", rich_help_panel=_OUTPUT),
]  # fmt: skip

DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Only say which pictures would be segmented.", rich_help_panel=_RUN)
]
Limit = Annotated[
    int | None,
    typer.Option(min=1, metavar="NUMBER", help="Segment so many pictures, and leave the others for a later run.",
                 rich_help_panel=_RUN, show_default=False),
]  # fmt: skip
RetryFailed = Annotated[
    bool, typer.Option("--retry-failed", help="Try again what failed in an earlier run.", rich_help_panel=_RUN)
]
Anew = Annotated[bool, typer.Option("--anew", help="Do again what is finished.", rich_help_panel=_RUN)]
Workers = Annotated[
    int,
    typer.Option(min=0, metavar="NUMBER", help="Processes or threads; 0 leaves it to the program.",
                 rich_help_panel=_RUN),
]  # fmt: skip
Cluster = Annotated[
    str,
    typer.Option(metavar="WHERE", help="Run on a Dask cluster: local or local:4 (processes here), slurm, or a "
                 "scheduler's address such as tcp://host:8786.", rich_help_panel=_RUN, show_default=False),
]  # fmt: skip
ClusterOptions = Annotated[
    list[str] | None,
    typer.Option("--cluster-option", metavar="KEY=VALUE", help="What a job of SLURM gets, such as queue=long, cores=8, "
                 "memory=32GB, walltime=08:00:00, jobs=20; may be repeated.", rich_help_panel=_RUN, show_default=False),
]  # fmt: skip
ShowJobScript = Annotated[
    bool, typer.Option("--show-job-script", help="Only print what SLURM would be given.", rich_help_panel=_RUN)
]
