"""Jobs that threads begin before their answers are asked for, so that whoever asks need not wait."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Answer = TypeVar("Answer")


def prefetch(jobs: Iterable[Callable[[], Answer]], threads: int, depth: int) -> Generator[Answer, None, None]:
    """The answers of the jobs, in their order; an exception of a job comes in its answer's place.

    Jobs are taken from the iterable in the calling thread. Closing the generator ends the threads, and what had not
    begun never does.

    Args:
        jobs: what to do.
        threads: that work; 0: the caller does each job when its answer is asked for.
        depth: so many jobs at most are begun beyond the one whose answer is asked for.
    """
    if threads == 0:
        for job in jobs:
            yield job()
        return
    begun: deque[Future[Answer]] = deque()
    with ThreadPoolExecutor(threads, thread_name_prefix="prefetch") as pool:
        try:
            for job in jobs:
                begun.append(pool.submit(job))
                if len(begun) > depth:
                    yield begun.popleft().result()
            while begun:
                yield begun.popleft().result()
        finally:
            for future in begun:
                future.cancel()
