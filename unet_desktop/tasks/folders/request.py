"""Request: everything that defines a run over folders."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from unet_desktop.tasks.folders.inputs import InputSelection
from unet_desktop.tasks.folders.outputs import Outputs


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to segment, with which model, where to, and how.

    Attributes:
        sources: folders and single pictures.
        output: the folder to write to; created if missing.
        model: the checkpoint.
        outputs: what to write.
        device: auto, cpu, cuda or mps.
        recursive: search subfolders.
        include, exclude: patterns of files to take or leave; see `InputSelection`.
        list_file: a text file with one path per line; "-" is standard input.
        anew: discard the results of earlier runs in this output folder.
        replace: overwrite files in the output folder that no run wrote there, or that were changed since.
        retry_failed: try pictures again that failed in an earlier run.
        limit: segment at most this many pictures; None for all.
        dry_run: only report what would be done.
        watch: keep running and segment pictures as they arrive.
        workers: number of threads; 0 chooses automatically.
        cluster: a Dask cluster, see `cluster.parse_cluster`; empty for none.
        cluster_options: KEY=VALUE options of SLURM jobs.
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
    replace: bool = False
    retry_failed: bool = False
    limit: int | None = None
    dry_run: bool = False
    watch: bool = False
    workers: int = 0
    cluster: str = ""
    cluster_options: tuple[str, ...] = ()

    @property
    def selection(self) -> InputSelection:
        """Which files to read."""
        return InputSelection(self.sources, self.list_file, self.recursive, self.include, self.exclude)
