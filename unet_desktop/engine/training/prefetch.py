"""Run jobs in threads ahead of their use."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")


def prefetch(
    jobs: Iterable[Callable[[], Result]], threads: int, depth: int, start: Callable[[], object] | None = None
) -> Generator[Result, None, None]:
    """Yield the jobs' results in order; a job's exception is raised in the place of its result.

    Jobs are taken from the iterable in the calling thread. Closing the generator ends the threads; jobs that have not
    started never do.

    Args:
        jobs: what to run.
        threads: number of worker threads; 0: the caller runs each job when its result is asked for.
        depth: at most this many jobs run ahead of the one being waited for.
        start: what each worker thread calls first.
    """
    if threads == 0:
        for job in jobs:
            yield job()
        return
    started: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(threads, "prefetch", initializer=start) as pool:
        try:
            for job in jobs:
                started.append(pool.submit(job))
                if len(started) > depth:
                    yield started.popleft().result()
            while started:
                yield started.popleft().result()
        finally:
            for future in started:
                future.cancel()
