"""Jobs begun ahead: order, bounds, exceptions, closing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from unet_desktop.engine.training.prefetch import prefetch


def numbers(count: int, asked: list[int]) -> Iterator[Callable[[], int]]:
    for number in range(count):
        asked.append(number)
        yield partial(int, number)


@pytest.mark.parametrize("threads", [0, 1, 3])
def test_answers_come_in_order(threads):
    assert list(prefetch(numbers(20, []), threads, 4)) == list(range(20))


@pytest.mark.parametrize(("threads", "depth"), [(0, 4), (1, 1), (2, 4)])
def test_no_more_is_begun_than_the_depth_allows(threads, depth):
    asked: list[int] = []
    answers = prefetch(numbers(20, asked), threads, depth)
    next(answers)
    assert len(asked) == (1 if threads == 0 else 1 + depth)
    answers.close()


@pytest.mark.parametrize("threads", [0, 2])
def test_an_exception_comes_in_its_answers_place(threads):
    def fail() -> int:
        raise ValueError("second")

    answers = prefetch([partial(int, 1), fail, partial(int, 3)], threads, 2)
    assert next(answers) == 1
    with pytest.raises(ValueError, match="second"):
        next(answers)


def test_closing_ends_the_threads_and_begins_nothing_more():
    begun: list[int] = []
    going = threading.Event()

    def job(number: int) -> int:
        begun.append(number)
        if number == 1:
            going.wait(10)
        return number

    answers = prefetch((partial(job, number) for number in range(20)), 1, 5)
    assert next(answers) == 0
    threading.Timer(0.2, going.set).start()
    answers.close()
    assert begun in ([0], [0, 1])
    assert not any(thread.name.startswith("prefetch") for thread in threading.enumerate())


def test_jobs_are_taken_in_the_callers_thread():
    seen: list[str] = []

    def jobs() -> Iterator[Callable[[], int]]:
        for number in range(5):
            seen.append(threading.current_thread().name)
            yield partial(int, number)

    list(prefetch(jobs(), 2, 2))
    assert set(seen) == {threading.current_thread().name}
