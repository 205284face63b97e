"""Segment pictures on a Dask cluster: keep a few in flight, collect the results, and replace lost workers.

The workers read pictures and model from the paths that the run was given, so all of them must see these files. Their
results come back as bytes, and the run writes them: output folder, ledger and lock have one writer, and a run on a
cluster writes the same bytes as one on this computer.
"""

from __future__ import annotations

import queue
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from unet_desktop import __version__
from unet_desktop.checkpoint_header import read_header
from unet_desktop.engine.device.device import choose
from unet_desktop.errors import UserError
from unet_desktop.plurals import quantity
from unet_desktop.tasks.folders.cluster import ClusterSpec, Connection
from unet_desktop.tasks.folders.dask_worker import Assignment, work_on
from unet_desktop.tasks.folders.inputs import Picture
from unet_desktop.tasks.folders.outcome import Outcome, Problem
from unet_desktop.tasks.folders.outputs import Outputs

_AHEAD = 2
"""Pictures in flight per worker thread: one in progress and one waiting."""
_MAX_KILLS = 3
"""After this many workers have died with a picture in progress, the last time with no other, it counts as failed."""
_LOOK_AFTER = 2.0
"""Seconds between two checks of the workers."""
_STOPPED_WITHIN = 0.5
"""Seconds within which a run without results can be stopped: jobs may wait in a queue for hours."""
_SECONDS_WITHOUT_WORKERS = 60.0


class DaskEngine:
    """Segments pictures on the workers of a cluster."""

    def __init__(self, model: Path, outputs: Outputs, folder: Path, device: str, spec: ClusterSpec) -> None:
        """Start the cluster if necessary, and connect.

        Raises:
            CheckpointError: the model is not ours or damaged. TrainingError: there is no such device.
            UserError: Dask is not installed, or no scheduler answers.
        """
        # Choose the precision once: workers that each measured which is faster might not agree.
        where = device if device == "cuda" else choose(device)
        fingerprint = read_header(model).weights_sha256
        self._assignment = Assignment(model.absolute(), fingerprint, outputs, folder.absolute(), where, __version__)
        self._spec = spec
        self._connection: Connection | None = Connection(spec)

    def outcomes(self, pictures: Iterable[Picture]) -> Iterator[tuple[Picture, Outcome] | None]:
        if self._connection is None:
            raise UserError("This run has ended. Start a new one.")
        flight = _InFlight(self._connection, self._spec, self._assignment)
        try:
            yield from flight.outcomes(pictures)
        finally:
            flight.abandon()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


@dataclass(slots=True)
class _Attempt:
    """A picture, and how many workers died while processing it."""

    picture: Picture
    kills: int = 0


@dataclass(slots=True)
class _InFlight:
    """The pictures in progress on the cluster."""

    connection: Connection
    spec: ClusterSpec
    assignment: Assignment
    running: dict[str, tuple[Any, _Attempt]] = field(default_factory=dict)
    suspects: list[_Attempt] = field(default_factory=list)
    done: queue.SimpleQueue[str] = field(default_factory=queue.SimpleQueue)
    started: int = 0
    threads: int = 0
    looked: float = -1e9
    alive: float = field(default_factory=time.monotonic)

    def outcomes(self, pictures: Iterable[Picture]) -> Iterator[tuple[Picture, Outcome] | None]:
        waiting = iter(pictures)
        more = True
        while True:
            self._look_after_workers()
            while more and len(self.running) < _AHEAD * max(1, self.threads):
                picture = next(waiting, None)
                if picture is None:
                    more = False
                else:
                    self._start(_Attempt(picture))
            if not self.running:
                if not self.suspects:
                    return
                self._start(self.suspects.pop())  # on its own: if a worker dies now, this picture is the cause
            try:
                key = self.done.get(timeout=_STOPPED_WITHIN)
            except queue.Empty:
                yield None
                continue
            found = self._outcome(*self.running.pop(key))
            if found is not None:
                yield found

    def abandon(self) -> None:
        """Drop the pictures in progress."""
        for future, _ in self.running.values():
            future.release()  # the scheduler drops what no client refers to
        self.running.clear()

    def _start(self, attempt: _Attempt) -> None:
        key = f"unet-desktop-{id(self)}-{time.time_ns()}-{self.started}"
        self.started += 1
        future = self.connection.client.submit(work_on, self.assignment, attempt.picture, key=key, pure=False)
        self.running[key] = future, attempt
        done = self.done  # not self: the callback may outlive the flight
        future.add_done_callback(lambda ended: done.put(ended.key))

    def _outcome(self, future: Any, attempt: _Attempt) -> tuple[Picture, Outcome] | None:
        """The outcome of an attempt; None if the picture has to be tried again."""
        from distributed import KilledWorker

        try:
            outcome: Outcome = future.result()
        except KilledWorker as error:
            attempt.kills += error.allowed_failures + 1
            return self._killed_picture(attempt)
        except UserError:
            raise
        except CancelledError as error:
            raise UserError(self._gone()) from error
        except Exception as error:
            raise UserError(
                f"The workers cannot run this job ({type(error).__name__}: {error}). Install the same version of "
                "U-Net Desktop on all of them."
            ) from error
        finally:
            future.release()
        return attempt.picture, outcome

    def _gone(self) -> str:
        return f"{self.spec.name} is gone. Finished pictures are kept; start the same run again to resume."

    def _killed_picture(self, attempt: _Attempt) -> tuple[Picture, Outcome] | None:
        alone = not self.running
        if attempt.kills >= _MAX_KILLS and alone:
            picture = attempt.picture
            return picture, Problem(
                f"{picture.path} could not be segmented: {quantity(attempt.kills, 'worker')} died while segmenting it. "
                "It may be too large."
            )
        if attempt.kills < _MAX_KILLS - 1:
            self._start(attempt)
        else:
            self.suspects.append(attempt)
        return None

    def _look_after_workers(self) -> None:
        """Count the worker threads now and then: workers come and go.

        Raises:
            UserError: the scheduler is gone, or there has been no worker for too long.
        """
        now = time.monotonic()
        if now - self.looked < _LOOK_AFTER:
            return
        self.looked = now
        try:
            self.threads = sum(self.connection.client.nthreads().values())
        except (OSError, RuntimeError, TypeError, AttributeError) as error:  # how the client fails without a scheduler
            raise UserError(self._gone()) from error
        if self.threads or self.connection.patient:
            self.alive = now
        elif now - self.alive > _SECONDS_WITHOUT_WORKERS:
            raise UserError(
                f"{self.spec.name} has had no workers for {_SECONDS_WITHOUT_WORKERS:.0f} s. Finished pictures are "
                "kept; start workers, then start the same run again to resume."
            )
