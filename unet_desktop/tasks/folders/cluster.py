"""The cluster of a run: processes of this computer, workers of a Dask scheduler, or SLURM jobs."""

from __future__ import annotations

import importlib
import logging
import os
import re
import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Literal

from unet_desktop.errors import Remedy, UserError, reason_of

log = logging.getLogger("unet.tasks")

_ADDRESS = re.compile(r"(tcp|tls|ucx|ws|wss)://\S+:\d+/?")
_WHOLE = {"cores", "processes", "jobs"}
_TEXT = {"queue", "account", "memory", "walltime", "interface", "python", "local_directory", "log_directory"}
_LINES = {"job_extra_directives", "job_script_prologue"}
OPTIONS = tuple(sorted(_WHOLE | _TEXT | _LINES))
"""Options of a SLURM job, named as in `dask_jobqueue`, and "jobs", the number of jobs."""

_DASK_SETTINGS = {
    # The client itself counts which pictures were in progress when a worker died.
    "distributed.scheduler.allowed-failures": 0,
    # No dashboard and no metrics: the remaining servers tell strangers nothing.
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    # One thread each, without Dask's other defaults: returning memory at once took a third of the CPU time.
    "distributed.nanny.pre-spawn-environ": {"OMP_NUM_THREADS": 1, "MKL_NUM_THREADS": 1, "OPENBLAS_NUM_THREADS": 1},
}
_WORKER = "unet_desktop.tasks.folders.dask_worker"
"""Module whose `dask_setup` Dask calls in each worker of this computer."""
_SECONDS_TO_CONNECT = 15
_SECONDS_TO_END = 30
_NO_EXTRA = 'A run on a cluster needs Dask. Install it with: pip install "unet-desktop[cluster]"'


@dataclass(frozen=True, slots=True)
class ClusterSpec:
    """Which cluster to use.

    Attributes:
        kind: local: processes of this computer; address: a running scheduler; slurm: jobs that this run starts.
        workers: for "local"; 0 for one per core.
        address: of the scheduler.
        options: of the jobs, by name; see OPTIONS.
    """

    kind: Literal["local", "address", "slurm"]
    workers: int = 0
    address: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its name in messages."""
        return f"The scheduler at {self.address}" if self.kind == "address" else "The cluster's scheduler"


def parse_cluster(cluster: str, options: Sequence[str] = ()) -> ClusterSpec:
    """Parse "local", "local:4", "tcp://host:8786" or "slurm", the last with KEY=VALUE options.

    Raises:
        UserError: it is none of these, or an option is unknown or does not belong to it.
    """
    if options and cluster != "slurm":
        raise UserError("Job options are for SLURM only.")
    if cluster == "slurm":
        return ClusterSpec("slurm", options=_parse_options(options))
    local = re.fullmatch(r"local(?::(\d{1,4}))?", cluster)
    if local and local[1] != "0":
        return ClusterSpec("local", workers=int(local[1] or 0))
    if _ADDRESS.fullmatch(cluster):
        return ClusterSpec("address", address=cluster)
    raise UserError(
        f'"{cluster}" is not a cluster. Give local, local:4 (processes), the address of a scheduler such as '
        "tcp://host:8786, or slurm."
    )


class Connection:
    """A client of the cluster's scheduler.

    Attributes:
        client: `distributed.Client`.
        patient: jobs may wait in a queue for hours, so having no workers is normal.
    """

    def __init__(self, spec: ClusterSpec) -> None:
        """Start the cluster if necessary, and connect.

        Raises:
            UserError: Dask is not installed, or the scheduler does not answer.
        """
        distributed = _import("distributed")
        self._cluster: Any = None
        self.patient = spec.kind == "slurm"
        try:
            with _quiet_settings():
                self._cluster = _start_cluster(spec)
                self.client: Any = distributed.Client(
                    self._cluster or spec.address, timeout=_SECONDS_TO_CONNECT, set_as_default=False
                )
        except (OSError, ValueError, RuntimeError) as error:
            self._end()
            raise UserError(
                f"{spec.name} does not answer ({reason_of(error)}). Check that it runs and can be reached."
            ) from error
        # This program reports what matters about workers that come and go.
        logging.getLogger("distributed").setLevel(logging.CRITICAL)

    def close(self) -> None:
        """Disconnect, and end what this run started."""
        _close(self.client)
        self._end()

    def _end(self) -> None:
        if self._cluster is not None:
            _close(self._cluster)
            self._cluster = None


def _close(what: Any) -> None:
    """Close a client or cluster; failing is harmless, as its processes end with the program."""
    try:
        what.close(timeout=_SECONDS_TO_END)
    except (OSError, RuntimeError) as error:
        log.warning("the cluster was slow to end (%s)", error)


def job_script(spec: ClusterSpec) -> str:
    """The script that SLURM is given for each job.

    Raises:
        UserError: Dask is not installed, the cluster is not SLURM, or options are missing.
    """
    if spec.kind != "slurm":
        raise UserError("Only SLURM starts jobs by a script.")
    with _quiet_settings():
        cluster = _start_slurm(spec, start=0)
    try:
        return str(cluster.job_script())
    finally:
        cluster.close()


def _quiet_settings() -> AbstractContextManager[object]:
    """Context in which clusters and clients are started with `_DASK_SETTINGS` settings."""
    _import("distributed")  # sets defaults on import, which must not be undone when the context ends
    settings: AbstractContextManager[object] = _import("dask").config.set(_DASK_SETTINGS)
    return settings


def _start_cluster(spec: ClusterSpec) -> Any:
    if spec.kind == "local":
        # One thread per worker: workers share nothing, and one that dies loses a single picture.
        return _import("distributed").LocalCluster(
            n_workers=spec.workers or len(_cores()),
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            worker_dashboard_address="127.0.0.1:0",
            preload=[_WORKER],
            silence_logs=logging.CRITICAL,
        )
    return _start_slurm(spec, start=int(spec.options.get("jobs", 1))) if spec.kind == "slurm" else None


def _start_slurm(spec: ClusterSpec, start: int) -> Any:
    options = {name: value for name, value in spec.options.items() if name != "jobs"}
    if "cores" in options:
        options.setdefault("processes", options["cores"])
    options |= {"worker_extra_args": ["--no-dashboard"], "python": options.get("python", sys.executable)}
    jobqueue, known = _import("dask_jobqueue"), _import("dask").config
    missing = [name for name in ("cores", "memory") if not options.get(name, known.get(f"jobqueue.slurm.{name}", None))]
    if missing:
        raise UserError(
            f"SLURM must know what a job needs: {' and '.join(missing)}. Give them as job options, or write them into "
            "~/.config/dask/jobqueue.yaml.",
            Remedy.JOB_OPTIONS,
        )
    cluster = jobqueue.SLURMCluster(**options, scheduler_options={"dashboard_address": "127.0.0.1:0"})
    if start:
        cluster.scale(jobs=start)
    return cluster


def _parse_options(given: Sequence[str]) -> dict[str, Any]:
    options: dict[str, Any] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or name not in OPTIONS:
            raise UserError(f'"{text}" is not a job option. Write KEY=VALUE with one of: {", ".join(OPTIONS)}.')
        if name in _WHOLE:
            if not re.fullmatch(r"[1-9]\d{0,5}", value):
                raise UserError(f"{name} of a job must be a whole number from 1, not {value!r}.")
            options[name] = int(value)
        elif name in _LINES:
            options.setdefault(name, []).append(value)
        else:
            options[name] = value
    return options


def _cores() -> Sequence[int]:
    try:
        return sorted(os.sched_getaffinity(0))
    except AttributeError:  # Windows and macOS have no affinity call
        return range(os.cpu_count() or 1)


def _import(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise UserError(_NO_EXTRA) from error
