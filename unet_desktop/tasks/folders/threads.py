"""Do one thing to many items in several threads, holding only a few of them in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def map_unordered(
    pool: ThreadPoolExecutor, function: Callable[[Item], Result], items: Iterable[Item], held_at_once: int
) -> Iterator[tuple[Item, Result]]:
    """Yield each item with the function's result, as they are done; take only a few items ahead of time."""
    coming = iter(items)
    held: dict[Future[Result], Item] = {}
    try:
        while True:
            for item in islice(coming, held_at_once - len(held)):
                held[pool.submit(function, item)] = item
            if not held:
                return
            done, _ = wait(held, return_when=FIRST_COMPLETED)
            first = next(future for future in held if future in done)
            yield held.pop(first), first.result()
    finally:
        for future in held:
            future.cancel()
