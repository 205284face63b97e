"""Request: all that a run over a folder is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from unet_desktop.tasks.folders.inputs import InputSelection
from unet_desktop.tasks.folders.outputs import Outputs


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to segment, with which model, to where, and how.

    Attributes:
        sources: folders and single pictures.
        output: the folder to write to; made when it is not there.
        model: the checkpoint.
        outputs: what is written.
        device: auto, cpu, cuda or mps.
        recursive: look into sub-folders.
        include, exclude: patterns such as "*_OD.jpg" of file names, or of places below the folder, to take or leave.
        list_file: a text file with a picture's path in each line; "-" is the standard input.
        anew: forget what earlier runs did in this output folder.
        retry_failed: try again what failed in an earlier run.
        limit: how many pictures are segmented at most; None for all.
        dry_run: only say what would be done.
        watch: go on, and segment pictures as they arrive.
        workers: how many processes or threads; 0 leaves it to the program.
        cluster: "", or where a Dask cluster is: see `cluster.place_of`.
        cluster_options: KEY=VALUE of the jobs that are started there.
    """

    sources: tuple[Path, ...] = ()
    output: Path
    model: Path
    outputs: Outputs = field(default_factory=Outputs)
    device: str = "auto"
    recursive: bool = False
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    list_file: Path | None = None
    anew: bool = False
    retry_failed: bool = False
    limit: int | None = None
    dry_run: bool = False
    watch: bool = False
    workers: int = 0
    cluster: str = ""
    cluster_options: tuple[str, ...] = ()

    @property
    def selection(self) -> InputSelection:
        """Which files are the input."""
        return InputSelection(self.sources, self.list_file, self.recursive, self.include, self.exclude)
