"""Ctrl+C and SIGTERM: once to finish the current item, twice to stop at once."""

from __future__ import annotations

import signal
import threading

import pytest

from unet_desktop.cli.stopping import until_stopped


@pytest.fixture
def work():
    """A generator that is interrupted so many times while it makes its second event, and what it did."""
    did = []

    def make(number, times=1):
        try:
            did.append("first")
            yield 1
            for _ in range(times):
                signal.raise_signal(number)
            did.append("second")
            yield 2
            did.append("third")
            yield 3
        finally:
            did.append("closed")

    return make, did


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_is_in_hand_is_finished_and_the_rest_closed(work, number, capfd):
    make, did = work
    before = signal.getsignal(number)
    seen = []
    with pytest.raises(KeyboardInterrupt):
        seen.extend(iter_into(seen, until_stopped(make(number))))
    assert (seen, did) == ([1, 2], ["first", "second", "closed"])
    assert signal.getsignal(number) is before
    assert "Stopping after the current pictures" in capfd.readouterr().err


def test_the_second_time_it_ends_at_once(work):
    make, did = work
    with pytest.raises(KeyboardInterrupt):
        list(until_stopped(make(signal.SIGINT, times=2)))
    assert did == ["first", "closed"]


def test_work_without_an_end_is_done_when_it_is_stopped(work):
    make, did = work
    assert list(until_stopped(make(signal.SIGINT), endless=True)) == [1, 2]
    assert did == ["first", "second", "closed"]


def test_closing_early_closes_the_work_and_puts_the_handlers_back(work):
    make, did = work
    before = signal.getsignal(signal.SIGINT)
    events = until_stopped(make(signal.SIGINT))
    assert next(events) == 1
    events.close()
    assert did == ["first", "closed"]
    assert signal.getsignal(signal.SIGINT) is before


def test_another_thread_hears_of_no_signals_and_works_on():
    found = []
    thread = threading.Thread(target=lambda: found.extend(until_stopped(iter([1, 2, 3]))))
    thread.start()
    thread.join()
    assert found == [1, 2, 3]


def iter_into(seen, events):
    """Note each event as it comes, for what is seen before an exception."""
    for event in events:
        seen.append(event)
    return []
