"""The engine on a Dask cluster: few pictures in flight, results brought home, lost workers made up for.

The workers read pictures and model from the paths that the run was given, so all of them must see these files; what
they make comes back as bytes, and the run that asked writes it. So output folder, ledger and lock have one writer, and
a run on a cluster leaves the bytes that one on this computer leaves.
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
from unet_desktop.tasks.folders.cluster import Connection, Place
from unet_desktop.tasks.folders.dask_worker import Assignment, work_on
from unet_desktop.tasks.folders.inputs import Picture
from unet_desktop.tasks.folders.one_picture import Outcome, Problem
from unet_desktop.tasks.folders.outputs import Outputs

_AHEAD = 2
"""Pictures in flight a thread: the one that is segmented, and one that waits for it."""
_MOST_KILLS = 3
"""So many workers may die with a picture in work before it is given up, the last time with no other in work."""
_LOOK_AFTER = 2.0
"""Seconds between two looks at the workers."""
_STOPPED_WITHIN = 0.5
"""Seconds until a run without results notices that it is stopped: jobs may wait in a queue for hours."""
_SECONDS_WITHOUT_WORKERS = 60.0


class DaskEngine:
    """Segments pictures on the workers of a cluster."""

    def __init__(self, model: Path, outputs: Outputs, device: str, place: Place) -> None:
        """Connect to the cluster, or start it.

        Raises:
            CheckpointError: the model is not ours or damaged. TrainingError: there is no such device.
            UserError: Dask is not installed, or no scheduler answers.
        """
        # The precision is chosen here once: workers that each measured what is faster might not agree.
        where = device if device == "cuda" else choose(device)
        self._assignment = Assignment(model.absolute(), read_header(model).weights_sha256, outputs, where, __version__)
        self._place = place
        self._connection: Connection | None = Connection(place)

    def outcomes(self, pictures: Iterable[Picture]) -> Iterator[tuple[Picture, Outcome] | None]:
        """See `Engine`."""
        if self._connection is None:
            raise UserError("This run is over; start a new one.")
        flight = _Flight(self._connection, self._place, self._assignment)
        try:
            yield from flight.outcomes(pictures)
        finally:
            flight.abandon()

    def close(self) -> None:
        """See `Engine`."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


@dataclass(slots=True)
class _Try:
    """A picture, and how often a worker died with it in work."""

    picture: Picture
    kills: int = 0


@dataclass(slots=True)
class _Flight:
    """What is in work on the cluster."""

    connection: Connection
    place: Place
    assignment: Assignment
    running: dict[str, tuple[Any, _Try]] = field(default_factory=dict)
    suspects: list[_Try] = field(default_factory=list)
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
                    self._start(_Try(picture))
            if not self.running:
                if not self.suspects:
                    return
                self._start(self.suspects.pop())  # alone: if a worker dies now, we know of which picture
            try:
                key = self.done.get(timeout=_STOPPED_WITHIN)
            except queue.Empty:
                yield None
                continue
            found = self._outcome(*self.running.pop(key))
            if found is not None:
                yield found

    def abandon(self) -> None:
        """Take back what is in work."""
        for future, _ in self.running.values():
            future.release()  # nobody wants it any more, so the scheduler drops it
        self.running.clear()

    def _start(self, attempt: _Try) -> None:
        key = f"unet-desktop-{id(self)}-{time.time_ns()}-{self.started}"
        self.started += 1
        future = self.connection.client.submit(work_on, self.assignment, attempt.picture, key=key, pure=False)
        self.running[key] = future, attempt
        done = self.done  # not self: the callback may outlive the flight
        future.add_done_callback(lambda ended: done.put(ended.key))

    def _outcome(self, future: Any, attempt: _Try) -> tuple[Picture, Outcome] | None:
        """What came of a try; None when it has to be tried again."""
        from distributed import KilledWorker

        try:
            outcome: Outcome = future.result()
        except KilledWorker as error:
            attempt.kills += error.allowed_failures + 1
            return self._killed(attempt)
        except UserError:
            raise
        except CancelledError as error:
            raise UserError(f"{self.place.name} is gone. What was done is kept; the same command goes on.") from error
        except Exception as error:
            raise UserError(
                f"The workers cannot do this work ({type(error).__name__}: {error}). Install the same version of "
                "U-Net Desktop on all of them."
            ) from error
        finally:
            future.release()
        return attempt.picture, outcome

    def _killed(self, attempt: _Try) -> tuple[Picture, Outcome] | None:
        alone = not self.running
        if attempt.kills >= _MOST_KILLS and alone:
            picture = attempt.picture
            return picture, Problem(
                f"{picture.path} could not be segmented: {attempt.kills} workers died at it. Perhaps it is too large."
            )
        if attempt.kills < _MOST_KILLS - 1:
            self._start(attempt)
        else:
            self.suspects.append(attempt)
        return None

    def _look_after_workers(self) -> None:
        """How many threads there are now; workers come and go.

        Raises:
            UserError: the scheduler is gone, or there has been no worker for too long.
        """
        now = time.monotonic()
        if now - self.looked < _LOOK_AFTER:
            return
        self.looked = now
        try:
            self.threads = sum(self.connection.client.nthreads().values())
        except (OSError, RuntimeError, TypeError, AttributeError) as error:  # the client's ways of having no scheduler
            raise UserError(f"{self.place.name} is gone. What was done is kept; the same command goes on.") from error
        if self.threads or self.connection.patient:
            self.alive = now
        elif now - self.alive > _SECONDS_WITHOUT_WORKERS:
            raise UserError(
                f"{self.place.name} has had no workers for {_SECONDS_WITHOUT_WORKERS:.0f} s. What was done is kept; "
                "start workers, and the same command goes on."
            )
