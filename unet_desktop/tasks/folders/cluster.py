"""Where the workers of a run are: processes of this computer, those of a Dask scheduler, or jobs of SLURM."""

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

from unet_desktop.errors import UserError

log = logging.getLogger("unet.tasks")

_ADDRESS = re.compile(r"(tcp|tls|ucx|ws|wss)://\S+:\d+/?")
_WHOLE = {"cores", "processes", "jobs"}
_TEXT = {"queue", "account", "memory", "walltime", "interface", "python", "local_directory", "log_directory"}
_LINES = {"job_extra_directives", "job_script_prologue"}
OPTIONS = tuple(sorted(_WHOLE | _TEXT | _LINES))
"""What a SLURM job can be asked for; `dask_jobqueue` calls them the same, but for "jobs": how many there are."""

_QUIET = {
    # The client counts which picture was in work when a worker died; it knows which one was alone.
    "distributed.scheduler.allowed-failures": 0,
    # No page, no figures for strangers: what remains of the servers has nothing to say.
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    # One thread each, and not what else Dask sets: giving all memory back at once took a third of the CPU time.
    "distributed.nanny.pre-spawn-environ": {"OMP_NUM_THREADS": 1, "MKL_NUM_THREADS": 1, "OPENBLAS_NUM_THREADS": 1},
}
_WORKER = "unet_desktop.tasks.folders.dask_worker"
"""Its `dask_setup` is called in each worker of this computer."""
_SECONDS_TO_CONNECT = 15
_SECONDS_TO_END = 30
_NO_EXTRA = 'A run on a cluster needs Dask. Install it with: pip install "unet-desktop[cluster]"'


@dataclass(frozen=True, slots=True)
class Place:
    """A cluster as it was asked for.

    Attributes:
        kind: local: processes of this computer; address: a scheduler that runs; slurm: jobs that are started.
        workers: of "local"; 0: one a core.
        address: of the scheduler.
        options: of the jobs, by name; see OPTIONS.
    """

    kind: Literal["local", "address", "slurm"]
    workers: int = 0
    address: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What sentences call it."""
        return f"The scheduler at {self.address}" if self.kind == "address" else "The cluster's scheduler"


def parse_cluster(cluster: str, options: Sequence[str] = ()) -> Place:
    """What "local", "local:4", "tcp://host:8786" or "slurm" with KEY=VALUE options means.

    Raises:
        UserError: none of these, or an option that is not known or does not belong to it.
    """
    if options and cluster != "slurm":
        raise UserError("--cluster-option describes SLURM's jobs; it goes with --cluster slurm.")
    if cluster == "slurm":
        return Place("slurm", options=_options(options))
    local = re.fullmatch(r"local(?::(\d{1,4}))?", cluster)
    if local and local[1] != "0":
        return Place("local", workers=int(local[1] or 0))
    if _ADDRESS.fullmatch(cluster):
        return Place("address", address=cluster)
    raise UserError(
        f'There is no cluster "{cluster}". Say local, local:4 (processes), the scheduler\'s address as in '
        "tcp://host:8786, or slurm."
    )


class Connection:
    """A client of the place's scheduler.

    Attributes:
        client: `distributed.Client`.
        patient: jobs may wait in a queue for hours, so no worker is no mistake.
    """

    def __init__(self, place: Place) -> None:
        """Start what has to be started, and connect.

        Raises:
            UserError: Dask is not installed, or nobody answers.
        """
        distributed = _imported("distributed")
        self._cluster: Any = None
        self.patient = place.kind == "slurm"
        try:
            with _quiet():
                self._cluster = _started(place)
                self.client: Any = distributed.Client(
                    self._cluster or place.address, timeout=_SECONDS_TO_CONNECT, set_as_default=False
                )
        except (OSError, ValueError, RuntimeError) as error:
            self._end()
            raise UserError(
                f"{place.name} does not answer ({error}). Check that it runs and can be reached."
            ) from error
        # Whether workers come and go is this program's business; its sentences tell what matters.
        logging.getLogger("distributed").setLevel(logging.CRITICAL)

    def close(self) -> None:
        """Leave the scheduler; what was started is ended."""
        _close(self.client)
        self._end()

    def _end(self) -> None:
        if self._cluster is not None:
            _close(self._cluster)
            self._cluster = None


def _close(what: Any) -> None:
    """End it, but not at any price: the run is over, and what was started here ends with the program."""
    try:
        what.close(timeout=_SECONDS_TO_END)
    except (OSError, RuntimeError) as error:
        log.warning("the cluster was slow to end (%s)", error)


def job_script(place: Place) -> str:
    """The text that would be given to SLURM for each job.

    Raises:
        UserError: Dask is not installed, the place is another, or options are missing.
    """
    if place.kind != "slurm":
        raise UserError("Only --cluster slurm starts jobs by a script.")
    with _quiet():
        cluster = _slurm(place, start=0)
    try:
        return str(cluster.job_script())
    finally:
        cluster.close()


def _quiet() -> AbstractContextManager[object]:
    """What is started inside has these settings."""
    _imported("distributed")  # it brings its defaults along, which must outlast the settings
    settings: AbstractContextManager[object] = _imported("dask").config.set(_QUIET)
    return settings


def _started(place: Place) -> Any:
    if place.kind == "local":
        # A worker has one thread and torch one core: so they share nothing, and one that dies takes one picture along.
        return _imported("distributed").LocalCluster(
            n_workers=place.workers or len(_cores()),
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            worker_dashboard_address="127.0.0.1:0",
            preload=[_WORKER],
            silence_logs=logging.CRITICAL,
        )
    return _slurm(place, start=int(place.options.get("jobs", 1))) if place.kind == "slurm" else None


def _slurm(place: Place, start: int) -> Any:
    options = {name: value for name, value in place.options.items() if name != "jobs"}
    if "cores" in options:
        options.setdefault("processes", options["cores"])
    options |= {"worker_extra_args": ["--no-dashboard"], "python": options.get("python", sys.executable)}
    jobqueue, known = _imported("dask_jobqueue"), _imported("dask").config
    missing = [name for name in ("cores", "memory") if not options.get(name, known.get(f"jobqueue.slurm.{name}", None))]
    if missing:
        raise UserError(
            f"SLURM must know what a job needs: {' and '.join(missing)}. Add --cluster-option cores=8 "
            "--cluster-option memory=16GB, or write them into ~/.config/dask/jobqueue.yaml."
        )
    cluster = jobqueue.SLURMCluster(**options, scheduler_options={"dashboard_address": "127.0.0.1:0"})
    if start:
        cluster.scale(jobs=start)
    return cluster


def _options(given: Sequence[str]) -> dict[str, Any]:
    options: dict[str, Any] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or name not in OPTIONS:
            raise UserError(f'"{text}" is no option of a job. Write KEY=VALUE; there are: {", ".join(OPTIONS)}.')
        if name in _WHOLE:
            if not re.fullmatch(r"[1-9]\d{0,5}", value):
                raise UserError(f"{name} of a job is a whole number from 1, not {value!r}.")
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


def _imported(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise UserError(_NO_EXTRA) from error
